"""Parcels in answers."""

from __future__ import annotations

from datetime import datetime
from typing import NotRequired

from typing_extensions import TypedDict

from functions.orders.models.values import QuantityView, instant, quantities, without_none
from shared.domain.order.model import Parcel
from shared.store.pages import Listed


class ParcelView(TypedDict):
    parcel_id: str
    carrier: str
    tracking_no: str
    tracking_url: NotRequired[str]
    shipped_at: str
    delivered_at: NotRequired[str]
    lines: list[QuantityView]


class ListedParcelView(ParcelView):
    order_id: str
    days_under_way: int


def parcel_view(parcel: Parcel) -> ParcelView:
    view: ParcelView = without_none(
        {
            "parcel_id": parcel.parcel_id,
            "carrier": parcel.carrier,
            "tracking_no": parcel.tracking_no,
            "tracking_url": parcel.tracking_url,
            "shipped_at": instant(parcel.shipped_at),
            "delivered_at": parcel.delivered_at and instant(parcel.delivered_at),
            "lines": quantities(parcel.lines),
        }
    )
    return view


def listed_parcel_view(listed: Listed[Parcel], now: datetime) -> ListedParcelView:
    until = listed.record.delivered_at or now
    return {
        **parcel_view(listed.record),
        "order_id": listed.order_id,
        "days_under_way": max(0, (until - listed.record.shipped_at).days),
    }
