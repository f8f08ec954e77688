"""What the shop front would have reported of an invoice and its credits: an order → the calls that tell it. Pure.

The file knows one time of an invoice. So what came of it is told by a snapshot of that time: paid, sent, received. Each
credit is a dispute that the seller gave in to, and the rest is paid out last.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from local.load import steps as telling
from local.load.retail.credits import Refund
from local.load.retail.source import ZONE_NAME, Invoice, Line
from local.load.steps import Body, Step, Tale, accepted_refund, spelled

STORE, CURRENCY, CARRIER = "online-retail", "GBP", "OTHER"
SETTINGS: Body = {
    "name": "Online Retail",
    "time_zone": ZONE_NAME,
    "currency": CURRENCY,
    "fee_rates": {"commission": "0", "affiliate": "0"},
}
"""A wholesaler that sells by itself: no platform takes a share."""
RELEASE_AFTER = timedelta(days=3)
"""The default of the `release` timer."""


def tale(order: Invoice, refunds: Sequence[Refund]) -> Tale:
    steps = [Step("pay", order.at, {}), Step("sync", order.at, _received(order))]
    for refund in refunds:
        steps += _refunded(refund)
    if sum(refund.amount for refund in refunds) < order.total or not refunds:
        steps.append(Step("release_funds", max(order.at + RELEASE_AFTER, *(each.at for each in refunds), order.at), {}))
    return Tale(placement(order), tuple(steps), goal(order, refunds))


def goal(order: Invoice, refunds: Sequence[Refund]) -> tuple[str, str]:
    in_full = bool(refunds) and sum(refund.amount for refund in refunds) == order.total
    return "FINISH", "refunded" if in_full else "released"


def placement(order: Invoice) -> Body:
    """The body of `POST /v1/orders`: the same for the same invoice, whenever it is made."""
    return {
        "order_id": order.number,
        "placed_at": spelled(order.at),
        "buyer": {"id": order.buyer, "country": order.country},
        "recipient": {"country": order.country},
        "currency": CURRENCY,
        "lines": [_line(place, line) for place, line in enumerate(order.lines)],
        "shipping_fee": money(order.shipping),
        "total": money(order.total),
    }


def line_id(place: int) -> str:
    return str(place + 1)


def money(minor: int) -> Body:
    return dict(telling.money(minor, CURRENCY))


def _line(place: int, line: Line) -> Body:
    return {
        "line_id": line_id(place),
        "product_id": line.code.replace(" ", "_"),
        **({"title": line.title} if line.title else {}),
        "quantity": line.pieces,
        "unit_price": money(line.price),
    }


def _received(order: Invoice) -> Body:
    parcel = {"carrier": CARRIER, "tracking_no": f"ORDER-{order.number}", "shipped_at": spelled(order.at)}
    return {
        "order": placement(order),
        "status": "FUND_PROCESSING",
        "fund_state": "awaiting_release",
        "end_reason": "buyer_accept_goods",
        "overlays": [],
        "parcels": [parcel],
    }


def _refunded(refund: Refund) -> tuple[Step, ...]:
    claim: Body = {
        "kind": "not_as_described",
        "claim": money(refund.amount),
        "solution": "refund",
        "text": f"Credit note {refund.note}",
    }
    if refund.lines:
        claim["line_ids"] = [line_id(place) for place in refund.lines]
    return (
        Step("open_dispute", refund.at, claim),
        Step("accept", refund.at, {}, of_dispute=True),
        Step("complete_refund", refund.at, {}, accepted_refund),
    )
