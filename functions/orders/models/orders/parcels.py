"""Parcels in answers."""

from __future__ import annotations

from datetime import datetime
from typing import NotRequired

from typing_extensions import TypedDict

from functions.orders.models.values import QuantityView, instant, quantities, without_none
from shared.domain import tracking
from shared.domain.carriers import carrier_name
from shared.domain.order.model import Parcel
from shared.domain.sentences.sentence import in_language
from shared.store.pages import Listed

TEXTS = {
    "tracking_checksum": "The check digit of this number is wrong for its carrier.",
    "tracking_duplicate": "Another open order has this tracking number.",
}


class ParcelWarning(TypedDict):
    """A number that was taken, and may be wrong. `code` is tracking_checksum or tracking_duplicate; `pointer` is into
    the body that gave it; `order_ids` are some of the other open orders."""

    code: str
    message: str
    pointer: NotRequired[str]
    order_ids: NotRequired[list[str]]


class ParcelView(TypedDict):
    """`tracking_url` is the seller's own, else the carrier's, else a general tracker's. `carrier_name` is the carrier's
    text itself where it is no known code."""

    parcel_id: str
    carrier: str
    carrier_name: str
    tracking_no: str
    tracking_url: str
    shipped_at: str
    delivered_at: NotRequired[str]
    lines: list[QuantityView]
    warnings: NotRequired[list[ParcelWarning]]


class ListedParcelView(ParcelView):
    order_id: str
    days_under_way: int


def warning(code: str, language: str) -> ParcelWarning:
    return {"code": code, "message": in_language(TEXTS[code], language)}


def parcel_view(parcel: Parcel, language: str) -> ParcelView:
    wrong = tracking.checksum_is_wrong(parcel.carrier, parcel.tracking_no)
    view: ParcelView = without_none(
        {
            "parcel_id": parcel.parcel_id,
            "carrier": parcel.carrier,
            "carrier_name": carrier_name(parcel.carrier, language),
            "tracking_no": parcel.tracking_no,
            "tracking_url": parcel.tracking_url or tracking.tracking_link(parcel.carrier, parcel.tracking_no),
            "shipped_at": instant(parcel.shipped_at),
            "delivered_at": parcel.delivered_at and instant(parcel.delivered_at),
            "lines": quantities(parcel.lines),
            "warnings": [warning("tracking_checksum", language)] if wrong else None,
        }
    )
    return view


def listed_parcel_view(listed: Listed[Parcel], now: datetime, language: str) -> ListedParcelView:
    until = listed.record.delivered_at or now
    return {
        **parcel_view(listed.record, language),
        "order_id": listed.order_id,
        "days_under_way": max(0, (until - listed.record.shipped_at).days),
    }
