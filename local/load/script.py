"""What the platform would have reported of an order, and when: a source order → the calls that tell it. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from local.load import steps as telling
from local.load.source import Order
from local.load.steps import Body, Shown, Step, Tale, accepted_refund, spelled

CURRENCY = "BRL"
CARRIER = "OTHER"
RELEASE_AFTER = timedelta(days=3)
"""The source does not know when a seller was paid: the default of the `release` timer."""


def placement(order: Order) -> Body:
    """The body of `POST /v1/orders`: the same for the same order, whenever it is made."""
    lines = [
        {
            "line_id": item.line_id,
            "product_id": item.product_id,
            **({"title": item.title} if item.title else {}),
            "quantity": 1,
            "unit_price": money(item.price),
        }
        for item in order.items
    ]
    return {
        "order_id": order.order_id,
        "placed_at": spelled(order.placed_at),
        "buyer": {"id": order.buyer_id, "country": "BR"},
        "recipient": dict(order.recipient),
        "currency": CURRENCY,
        "lines": lines,
        "shipping_fee": money(order.shipping),
        "total": money(order.total),
        **({"delivery_days": order.delivery_days} if order.delivery_days else {}),
    }


def tracking_no(order: Order) -> str:
    """The source has no tracking numbers: this one is made of the order's own number."""
    return f"ORDER-{order.order_id}"


def received_at(order: Order) -> datetime:
    """The buyer has it when the carrier has delivered it; where the times contradict each other, at the latest."""
    return max(order.known)


# ---- the steps


def _latest(action: str, **body: object) -> Callable[[Order], Step]:
    return lambda order: Step(action, max(order.known), body)


def _pay(order: Order) -> Step | None:
    """Where the source does not know of an approval, nothing is said of a payment's time."""
    return Step("pay", order.approved_at, {}) if order.approved_at else None


def _pass_risk(order: Order) -> Step | None:
    return Step("pass_risk", order.approved_at, {"deadlines": _deadlines(order)}) if order.approved_at else None


def _ship(order: Order) -> Step | None:
    parcel = {"carrier": CARRIER, "tracking_no": tracking_no(order)}
    return Step("ship", order.carrier_at, {"parcels": [parcel]}) if order.carrier_at else None


def _report_delivery(order: Order) -> Step | None:
    def parcel(shown: Shown) -> Body:
        ids = [each["parcel_id"] for each in shown["parcels"] if each["tracking_no"] == tracking_no(order)]
        return {"parcel_id": ids[0] if ids else "unknown"}

    return Step("report_delivery", order.delivered_at, {}, parcel) if order.delivered_at else None


def _release_funds(order: Order) -> Step:
    return Step("release_funds", received_at(order) + RELEASE_AFTER, {})


def _complete_refund(order: Order) -> Step:
    return Step("complete_refund", max(order.known), {}, accepted_refund)


def _snapshot(status: str, **end: str) -> Callable[[Order], Step]:
    def sync(order: Order) -> Step:
        parcel: Body = {"carrier": CARRIER, "tracking_no": tracking_no(order)}
        if order.carrier_at:
            parcel["shipped_at"] = spelled(order.carrier_at)
        if order.delivered_at:
            parcel["delivered_at"] = spelled(order.delivered_at)
        told = {
            "order": {**placement(order), "deadlines": _deadlines(order)},
            "status": status,
            "overlays": [],
            "parcels": [parcel] if order.carrier_at else [],
        }
        return Step("sync", max(order.known), {**told, **end})

    return sync


_confirm_receipt = _latest("confirm_receipt")
_cancel_unpaid = _latest("cancel_unpaid")
_request_cancellation = _latest("request_cancellation", reason="cancelled, as the source says")
_accept_cancellation = _latest("accept_cancellation")
_sent = _snapshot("WAIT_BUYER_ACCEPT_GOODS")
_succeeded = _snapshot("FINISH", fund_state="released", end_reason="buyer_accept_goods")
_cancelled = _snapshot("FINISH", fund_state="refunded", end_reason="cancel_order_close_trade")

# ---- which steps tell which order


@dataclass(frozen=True, slots=True)
class Way:
    """`facts` that must hold, the steps, and the status and fund state to which they lead."""

    statuses: str
    facts: str
    steps: tuple[Callable[[Order], Step | None], ...]
    status: str
    fund_state: str = "none"


PAID = (_pay, _pass_risk)
RECEIVED = (_confirm_receipt, _release_funds)
TABLE: tuple[Way, ...] = (
    Way("created", "", (), "PLACE_ORDER_SUCCESS"),
    Way("approved invoiced processing", "paid", PAID, "WAIT_SELLER_SEND_GOODS"),
    Way("approved invoiced processing", "", (_snapshot("WAIT_SELLER_SEND_GOODS"),), "WAIT_SELLER_SEND_GOODS"),
    Way("shipped", "paid carried in_order", (*PAID, _ship), "WAIT_BUYER_ACCEPT_GOODS"),
    Way("shipped", "", (_pay, _sent), "WAIT_BUYER_ACCEPT_GOODS"),
    Way(
        "delivered",
        "paid carried delivered in_order",
        (*PAID, _ship, _report_delivery, *RECEIVED),
        "FINISH",
        "released",
    ),
    Way("delivered", "delivered", (_pay, _sent, *RECEIVED), "FINISH", "released"),
    Way("delivered", "", (_pay, _succeeded), "FINISH", "released"),
    Way("canceled", "carried", (_pay, _cancelled), "FINISH", "refunded"),
    Way(
        "canceled",
        "paid",
        (*PAID, _request_cancellation, _accept_cancellation, _complete_refund),
        "FINISH",
        "refunded",
    ),
    Way("unavailable", "paid", (*PAID, _cancelled), "FINISH", "refunded"),
    Way("canceled unavailable", "", (_cancel_unpaid,), "FINISH"),
)
"""The first way whose status and facts fit; docs/loading.md tells it in words."""


def facts(order: Order) -> set[str]:
    held = {
        "paid": order.approved_at is not None,
        "carried": order.carrier_at is not None,
        "delivered": order.delivered_at is not None,
        "in_order": list(order.known) == sorted(order.known),
    }
    return {name for name, holds in held.items() if holds}


def way(order: Order) -> Way | None:
    """None for a status that the table does not have."""
    held = facts(order)
    return next(
        (each for each in TABLE if order.status in each.statuses.split() and held.issuperset(each.facts.split())), None
    )


def steps(order: Order, now: datetime) -> tuple[Step, ...]:
    """Every step that has happened by `now`, in order of time. ValueError for a status that is not known."""
    chosen = way(order)
    if chosen is None:
        raise ValueError(f"the status {order.status!r} is not known")
    made = (step(order) for step in chosen.steps)
    return tuple(step for step in made if step is not None and step.at <= now)


def goal(order: Order, now: datetime) -> tuple[str, str]:
    """The status and fund state that the order has once every step until `now` is told."""
    chosen = way(order)
    if chosen is None:
        return "", ""
    awaiting = _release_funds in chosen.steps and received_at(order) + RELEASE_AFTER > now
    return ("FUND_PROCESSING", "awaiting_release") if awaiting else (chosen.status, chosen.fund_state)


def tale(order: Order, now: datetime) -> Tale:
    """ValueError for a status that is not known."""
    return Tale(placement(order), steps(order, now), goal(order, now))


def money(minor: int) -> Body:
    return telling.money(minor, CURRENCY)


def _deadlines(order: Order) -> list[Body]:
    return [{"kind": "shipment", "due_at": spelled(order.ship_by)}]
