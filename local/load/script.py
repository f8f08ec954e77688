"""The calls with which the platform would have reported an order of the Olist files, with their times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from local.load import steps as common
from local.load.source import Order
from local.load.steps import Body, OrderView, Replay, Step, accepted_refund, iso_time

CURRENCY = "BRL"
CARRIER = "OTHER"
RELEASE_AFTER = timedelta(days=3)
"""The files do not say when a seller was paid; this is the default of the `release` timer."""


def placement(order: Order) -> Body:
    """The body of `POST /v1/orders`. It is always the same for the same order."""
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
        "placed_at": iso_time(order.placed_at),
        "buyer": {"id": order.buyer_id, "country": "BR"},
        "recipient": dict(order.recipient),
        "currency": CURRENCY,
        "lines": lines,
        "shipping_fee": money(order.shipping),
        "total": money(order.total),
        **({"delivery_days": order.delivery_days} if order.delivery_days else {}),
    }


def tracking_no(order: Order) -> str:
    """The files have no tracking numbers; this one is made from the order id."""
    return f"ORDER-{order.order_id}"


def received_at(order: Order) -> datetime:
    """The time of delivery, or the latest time of the order if its times contradict each other."""
    return max(order.known)


# ---- the steps


def _latest(action: str, **body: object) -> Callable[[Order], Step]:
    return lambda order: Step(action, max(order.known), body)


def _pay(order: Order) -> Step | None:
    """None if the files have no time of approval, because then the time of payment is unknown."""
    return Step("pay", order.approved_at, {}) if order.approved_at else None


def _pass_risk(order: Order) -> Step | None:
    return Step("pass_risk", order.approved_at, {"deadlines": _deadlines(order)}) if order.approved_at else None


def _ship(order: Order) -> Step | None:
    parcel = {"carrier": CARRIER, "tracking_no": tracking_no(order)}
    return Step("ship", order.carrier_at, {"parcels": [parcel]}) if order.carrier_at else None


def _report_delivery(order: Order) -> Step | None:
    def parcel(view: OrderView) -> Body:
        ids = [each["parcel_id"] for each in view["parcels"] if each["tracking_no"] == tracking_no(order)]
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
            parcel["shipped_at"] = iso_time(order.carrier_at)
        if order.delivered_at:
            parcel["delivered_at"] = iso_time(order.delivered_at)
        body = {
            "order": {**placement(order), "deadlines": _deadlines(order)},
            "status": status,
            "overlays": [],
            "parcels": [parcel] if order.carrier_at else [],
        }
        return Step("sync", max(order.known), {**body, **end})

    return sync


_confirm_receipt = _latest("confirm_receipt")
_cancel_unpaid = _latest("cancel_unpaid")
_request_cancellation = _latest("request_cancellation", reason="cancelled, as the source says")
_accept_cancellation = _latest("accept_cancellation")
_sent = _snapshot("WAIT_BUYER_ACCEPT_GOODS")
_succeeded = _snapshot("FINISH", fund_state="released", end_reason="buyer_accept_goods")
_cancelled = _snapshot("FINISH", fund_state="refunded", end_reason="cancel_order_close_trade")

# ---- which order has which steps


@dataclass(frozen=True, slots=True)
class Rule:
    """The steps of orders with one of the `statuses` and all of the `facts`, and the status and fund state after
    them."""

    statuses: str
    facts: str
    steps: tuple[Callable[[Order], Step | None], ...]
    status: str
    fund_state: str = "none"


PAID = (_pay, _pass_risk)
RECEIVED = (_confirm_receipt, _release_funds)
TABLE: tuple[Rule, ...] = (
    Rule("created", "", (), "PLACE_ORDER_SUCCESS"),
    Rule("approved invoiced processing", "paid", PAID, "WAIT_SELLER_SEND_GOODS"),
    Rule("approved invoiced processing", "", (_snapshot("WAIT_SELLER_SEND_GOODS"),), "WAIT_SELLER_SEND_GOODS"),
    Rule("shipped", "paid carried in_order", (*PAID, _ship), "WAIT_BUYER_ACCEPT_GOODS"),
    Rule("shipped", "", (_pay, _sent), "WAIT_BUYER_ACCEPT_GOODS"),
    Rule(
        "delivered",
        "paid carried delivered in_order",
        (*PAID, _ship, _report_delivery, *RECEIVED),
        "FINISH",
        "released",
    ),
    Rule("delivered", "delivered", (_pay, _sent, *RECEIVED), "FINISH", "released"),
    Rule("delivered", "", (_pay, _succeeded), "FINISH", "released"),
    Rule("canceled", "carried", (_pay, _cancelled), "FINISH", "refunded"),
    Rule(
        "canceled",
        "paid",
        (*PAID, _request_cancellation, _accept_cancellation, _complete_refund),
        "FINISH",
        "refunded",
    ),
    Rule("unavailable", "paid", (*PAID, _cancelled), "FINISH", "refunded"),
    Rule("canceled unavailable", "", (_cancel_unpaid,), "FINISH"),
)
"""The first rule that fits an order is used; docs/loading.md explains them."""


def facts(order: Order) -> set[str]:
    all_facts = {
        "paid": order.approved_at is not None,
        "carried": order.carrier_at is not None,
        "delivered": order.delivered_at is not None,
        "in_order": list(order.known) == sorted(order.known),
    }
    return {name for name, holds in all_facts.items() if holds}


def rule_for(order: Order) -> Rule | None:
    """None for a status that is not in the table."""
    order_facts = facts(order)
    return next(
        (
            rule
            for rule in TABLE
            if order.status in rule.statuses.split() and order_facts.issuperset(rule.facts.split())
        ),
        None,
    )


def steps(order: Order, now: datetime) -> tuple[Step, ...]:
    """The steps that have happened by `now`, in order of time. Raises ValueError for an unknown status."""
    rule = rule_for(order)
    if rule is None:
        raise ValueError(f"the status {order.status!r} is not known")
    made = (step(order) for step in rule.steps)
    return tuple(step for step in made if step is not None and step.at <= now)


def goal(order: Order, now: datetime) -> tuple[str, str]:
    """The status and fund state of the order after the steps until `now`."""
    rule = rule_for(order)
    if rule is None:
        return "", ""
    awaiting = _release_funds in rule.steps and received_at(order) + RELEASE_AFTER > now
    return ("FUND_PROCESSING", "awaiting_release") if awaiting else (rule.status, rule.fund_state)


def replay(order: Order, now: datetime) -> Replay:
    """Raises ValueError for an unknown status."""
    return Replay(placement(order), steps(order, now), goal(order, now))


def money(minor: int) -> Body:
    return common.money(minor, CURRENCY)


def _deadlines(order: Order) -> list[Body]:
    return [{"kind": "shipment", "due_at": iso_time(order.ship_by)}]
