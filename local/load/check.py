"""Is everything there, and right? The API's own answers against the CSV files and against one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from local.load import script
from local.load.client import Api
from local.load.source import Order, Shop
from local.load.steps import spelled

Shown = Mapping[str, Any]


def counters(api: Api, token: str) -> Iterator[str]:
    """Every count against a full recount by paging its list; yields what differs."""
    told = api.get("/v1/orders/counters", token)
    counts: list[tuple[str, dict[str, str], Shown]] = [("total", {}, told["total"])]
    for group, name in (("statuses", "status"), ("overlays", "overlay"), ("fund_states", "fund_state")):
        counts += [(f"{name} {value}", {name: value}, entry) for value, entry in told[group].items()]
    for label, query, entry in counts:
        listed = [order["order_id"] for order in api.pages("/v1/orders", token, **query)]
        if not entry["count"] == len(listed) == len(set(listed)):
            yield f"{label}: the counter says {entry['count']}, the list has {len(listed)} ({len(set(listed))} apart)"


def orders(api: Api, token: str, shop: Shop, now: datetime) -> Iterator[str]:
    """Every order of the files against the lists of orders and parcels; yields what is lost or differs."""
    there = {order["order_id"]: order for order in api.pages("/v1/orders", token)}
    parcels: dict[str, list[Shown]] = {}
    for parcel in api.pages("/v1/parcels", token):
        parcels.setdefault(parcel["order_id"], []).append(parcel)
    yield from (f"{order_id}: not readable: {why}" for order_id, why in shop.unreadable.items())
    for order in shop.orders:
        shown = there.get(order.order_id)
        if shown is None:
            yield f"{order.order_id}: lost"
        else:
            yield from (f"{order.order_id}: {what}" for what in differences(order, shown, parcels, now))


def differences(order: Order, shown: Shown, parcels: Mapping[str, list[Shown]], now: datetime) -> Iterator[str]:
    own = [parcel for parcel in parcels.get(order.order_id, []) if parcel["tracking_no"] == script.tracking_no(order)]
    wanted = {
        "placed": spelled(order.placed_at),
        "paid": _spelled(order.approved_at),
        "parcels": 1 if order.carrier_at else 0,
        "handed to the carrier": _spelled(order.carrier_at),
        "delivered": _spelled(order.delivered_at if order.carrier_at else None),
        "total": script.money(order.total),
        "shipping": script.money(order.shipping),
        "lines": len(order.items),
        "buyer": order.buyer_id,
        "state": script.goal(order, now),
    }
    found = {
        "placed": shown["placed_at"],
        "paid": shown.get("paid_at"),
        "parcels": len(own),
        "handed to the carrier": own[0]["shipped_at"] if own else None,
        "delivered": own[0].get("delivered_at") if own else None,
        "total": shown["amounts"]["total"],
        "shipping": shown["amounts"]["shipping"],
        "lines": shown["line_count"],
        "buyer": shown["buyer"]["id"],
        "state": (shown["status"], shown["fund_state"]),
    }
    return (f"{name}: {wanted[name]} became {found[name]}" for name in wanted if wanted[name] != found[name])


def _spelled(at: datetime | None) -> str | None:
    return spelled(at) if at else None
