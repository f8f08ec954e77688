"""Check a loaded store: compare the API's answers with the CSV files and with one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from local.load import script
from local.load.client import Api
from local.load.source import Order, Shop
from local.load.steps import iso_time

OrderView = Mapping[str, Any]


def counters(api: Api, token: str) -> Iterator[str]:
    """Compare every counter with the length of its list; yields the differences."""
    answer = api.get("/v1/orders/counters", token)
    counts: list[tuple[str, dict[str, str], OrderView]] = [("total", {}, answer["total"])]
    for group, name in (("statuses", "status"), ("overlays", "overlay"), ("fund_states", "fund_state")):
        counts += [(f"{name} {value}", {name: value}, entry) for value, entry in answer[group].items()]
    for label, query, entry in counts:
        listed = [order["order_id"] for order in api.pages("/v1/orders", token, **query)]
        if not entry["count"] == len(listed) == len(set(listed)):
            yield f"{label}: the counter says {entry['count']}, the list has {len(listed)} ({len(set(listed))} apart)"


def orders(api: Api, token: str, shop: Shop, now: datetime) -> Iterator[str]:
    """Compare every order of the files with the lists of orders and parcels; yields what is missing or differs."""
    listed = {order["order_id"]: order for order in api.pages("/v1/orders", token)}
    parcels: dict[str, list[OrderView]] = {}
    for parcel in api.pages("/v1/parcels", token):
        parcels.setdefault(parcel["order_id"], []).append(parcel)
    yield from (f"{order_id}: not readable: {why}" for order_id, why in shop.unreadable.items())
    for order in shop.orders:
        view = listed.get(order.order_id)
        if view is None:
            yield f"{order.order_id}: lost"
        else:
            yield from (f"{order.order_id}: {what}" for what in differences(order, view, parcels, now))


def differences(order: Order, view: OrderView, parcels: Mapping[str, list[OrderView]], now: datetime) -> Iterator[str]:
    own = [parcel for parcel in parcels.get(order.order_id, []) if parcel["tracking_no"] == script.tracking_no(order)]
    expected = {
        "placed": iso_time(order.placed_at),
        "paid": _iso_time(order.approved_at),
        "parcels": 1 if order.carrier_at else 0,
        "handed to the carrier": _iso_time(order.carrier_at),
        "delivered": _iso_time(order.delivered_at if order.carrier_at else None),
        "total": script.money(order.total),
        "shipping": script.money(order.shipping),
        "lines": len(order.items),
        "buyer": order.buyer_id,
        "state": script.goal(order, now),
    }
    actual = {
        "placed": view["placed_at"],
        "paid": view.get("paid_at"),
        "parcels": len(own),
        "handed to the carrier": own[0]["shipped_at"] if own else None,
        "delivered": own[0].get("delivered_at") if own else None,
        "total": view["amounts"]["total"],
        "shipping": view["amounts"]["shipping"],
        "lines": view["line_count"],
        "buyer": view["buyer"]["id"],
        "state": (view["status"], view["fund_state"]),
    }
    return (f"{name}: {expected[name]} became {actual[name]}" for name in expected if expected[name] != actual[name])


def _iso_time(at: datetime | None) -> str | None:
    return iso_time(at) if at else None
