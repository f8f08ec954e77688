"""What one order adds to its store's daily figures: sales by the day it was placed, service by the day things happened.

A pure function of the order as it stands, so that a change moves the figures by what it changed, and a recount over all
orders comes to the same. Days are those of the zone that the order was placed in. An order that was placed before there
were figures has no zone, and counts in none until its next change gives it one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.domain.order.model import CLOSING_REFUND_STATES, Order

SALES = ("orders", "pieces", "ordered", "paid", "received", "refunded")
"""Of all orders and of each country: how many, their pieces and totals; of how many money was received; how much, and
how much of it was paid back. Money in minor units."""
PRODUCTS = ("pieces", "amount", "refunded_pieces")
"""Of each product in paid orders: pieces, what its lines came to, and how many of the pieces were closed by a refund
before they were sent, or came back. Money goes back by agreement on an order, so no part of it is a product's."""
SERVICE = (
    "paid_orders",
    "shipped_on_time",
    "shipped_late",
    "not_shipped",
    "violations",
    "cancelled_by_seller",
    "cancelled_by_buyer",
    "cancelled_otherwise",
    "disputed",
)
CANCELLED = {
    "seller_send_goods_timeout": "cancelled_by_seller",
    "cancel_order_close_trade": "cancelled_by_buyer",
    "buyer_cancel_order_in_risk": "cancelled_by_buyer",
    "risk_reject_closed": "cancelled_otherwise",
    "payment_refused": "cancelled_otherwise",
    "examination_timeout": "cancelled_otherwise",
}
"""Who is to blame for a paid order that was not sent. A buyer's own words (a cancellation's reason is free text) tell
nothing that could be counted."""


class Figure(NamedTuple):
    """`by` is total, country or product, `name` which of them."""

    day: date
    currency: str
    by: str
    name: str
    figure: str


def figures(order: Order) -> Counter[Figure]:
    """All that the order counts for; every amount in its own currency."""
    if not order.time_zone:
        return Counter()
    placed, sold, currency = local_day(order, order.placed_at), _sales(order), order.currency
    counted: Counter[Figure] = Counter()
    for by, name in (("total", ""), ("country", order.buyer.country)):
        counted.update({Figure(placed, currency, by, name, figure): amount for figure, amount in sold.items()})
    for name, figure, amount in _products(order):
        counted[Figure(placed, currency, "product", name, figure)] += amount
    for figure, at in _service(order):
        counted[Figure(local_day(order, at), currency, "total", "", figure)] += 1
    return Counter({key: amount for key, amount in counted.items() if amount})


def local_day(order: Order, at: datetime) -> date:
    return at.astimezone(ZoneInfo(order.time_zone)).date()


def _sales(order: Order) -> dict[str, int]:
    amounts = order.amounts
    return {
        "orders": 1,
        "pieces": sum(line.quantity for line in order.lines),
        "ordered": amounts.total,
        "paid": int(amounts.received is not None),
        "received": amounts.received or 0,
        "refunded": amounts.refunded,
    }


def _products(order: Order) -> Iterator[tuple[str, str, int]]:
    if order.amounts.received is None:
        return
    progress = order.line_progress()
    for line in order.lines:
        tally = progress[line.line_id]
        yield line.product_id, "pieces", line.quantity
        yield line.product_id, "amount", line.quantity * line.unit_price
        yield line.product_id, "refunded_pieces", min(line.quantity, tally.refunded + tally.returned)


def _service(order: Order) -> Iterator[tuple[str, datetime]]:
    """What happened, and when. Where nobody knows when an order was paid, it counts on the day it was placed; where
    nobody knows when it should have been sent, it was neither on time nor late."""
    if order.amounts.received is not None:
        yield "paid_orders", order.paid_at or order.placed_at
    if order.violations:
        yield "not_shipped", order.violations[-1].at
    elif order.shipped_at and order.ship_by:
        yield "shipped_on_time" if order.shipped_at <= order.ship_by else "shipped_late", order.shipped_at
    for violation in order.violations:
        yield "violations", violation.at
    closed = [
        refund.requested_at
        for refund in order.refunds
        if refund.state in CLOSING_REFUND_STATES and refund.source != "dispute"
    ]
    ended = min(closed, default=order.finished_at)
    if order.end_reason in CANCELLED and ended:
        yield CANCELLED[order.end_reason], ended
    if order.disputes:
        yield "disputed", min(dispute.opened_at for dispute in order.disputes)
