"""The calls with which the shop would have reported an invoice and its credit notes.

The file has one time for an invoice, so its result is sent as a snapshot of this time: paid, shipped, received. Each
credit note becomes a dispute that the seller accepts. The rest of the money is released last.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from local.load import steps as common
from local.load.retail.credits import Refund
from local.load.retail.source import ZONE_NAME, Invoice, Line
from local.load.steps import Body, Replay, Step, accepted_refund, iso_time

STORE, CURRENCY, CARRIER = "online-retail", "GBP", "OTHER"
SETTINGS: Body = {
    "name": "Online Retail",
    "time_zone": ZONE_NAME,
    "currency": CURRENCY,
    "fee_rates": {"commission": "0", "affiliate": "0"},
}
"""The wholesaler sells without a platform, so there are no commissions."""
RELEASE_AFTER = timedelta(days=3)
"""The default of the `release` timer."""


def replay(order: Invoice, refunds: Sequence[Refund]) -> Replay:
    steps = [Step("pay", order.at, {}), Step("sync", order.at, _received(order))]
    for refund in refunds:
        steps += _refunded(refund)
    if sum(refund.amount for refund in refunds) < order.total:  # an order of 0.00 has nothing to wait for
        steps.append(Step("release_funds", max(order.at + RELEASE_AFTER, *(each.at for each in refunds), order.at), {}))
    return Replay(placement(order), tuple(steps), goal(order, refunds))


def goal(order: Invoice, refunds: Sequence[Refund]) -> tuple[str, str]:
    in_full = bool(refunds) and sum(refund.amount for refund in refunds) == order.total
    return "FINISH", "refunded" if in_full else "released"


def placement(order: Invoice) -> Body:
    """The body of `POST /v1/orders`. It is always the same for the same invoice."""
    return {
        "order_id": order.number,
        "placed_at": iso_time(order.at),
        "buyer": {"id": order.buyer, "country": order.country},
        "recipient": {"country": order.country},
        "currency": CURRENCY,
        "lines": [_line(index, line) for index, line in enumerate(order.lines)],
        "shipping_fee": money(order.shipping),
        "total": money(order.total),
    }


def line_id(index: int) -> str:
    return str(index + 1)


def money(minor: int) -> Body:
    return dict(common.money(minor, CURRENCY))


def _line(index: int, line: Line) -> Body:
    return {
        "line_id": line_id(index),
        "product_id": line.code.replace(" ", "_"),
        **({"title": line.title} if line.title else {}),
        "quantity": line.pieces,
        "unit_price": money(line.price),
    }


def _received(order: Invoice) -> Body:
    parcel = {"carrier": CARRIER, "tracking_no": f"ORDER-{order.number}", "shipped_at": iso_time(order.at)}
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
        claim["line_ids"] = [line_id(index) for index in refund.lines]
    return (
        Step("open_dispute", refund.at, claim),
        Step("accept", refund.at, {}, of_dispute=True),
        Step("complete_refund", refund.at, {}, accepted_refund),
    )
