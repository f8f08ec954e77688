"""The daily figures of a store: what one order adds to them. Sales count on the day the order was placed, service
figures on the day of the event.

`figures` is a pure function of the order, so a change adds the difference between two versions, and a recount over all
orders gives the same result. Days are days of the order's `time_zone`. An order from before there were figures has no
zone; it counts nothing until its next change sets the zone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.domain.countries import iso_country
from shared.domain.order.model import CLOSING_REFUND_STATES, Order

SALES = ("orders", "pieces", "ordered", "paid", "received", "refunded")
"""The figures of all orders and of each country: number of orders, pieces, total; number of paid orders, amount
received, amount refunded. Amounts are in minor units."""
PRODUCTS = ("pieces", "amount", "refunded_pieces")
"""The figures of each product in paid orders: pieces, amount of its lines, and pieces refunded before shipment or
returned. Refunded money belongs to an order, not to a product, so it is not counted here."""
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
"""Who caused the end of a paid order that was not shipped, by end reason. The buyer's reason for a cancellation is free
text and is not counted."""


class Figure(NamedTuple):
    """The key of one figure. `by` is total, country or product; `name` is the country code or product id."""

    day: date
    currency: str
    by: str
    name: str
    figure: str


def figures(order: Order) -> Counter[Figure]:
    """The figures of one order, without zeros. Amounts are in the currency of the key."""
    if not order.time_zone:
        return Counter()
    placed, sold, currency = local_day(order, order.placed_at), _sales(order), order.currency
    counted: Counter[Figure] = Counter()
    for by, name in (("total", ""), ("country", iso_country(order.buyer.country))):
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
    lines = order.line_progress()
    for line in order.lines:
        progress = lines[line.line_id]
        yield line.product_id, "pieces", line.quantity
        yield line.product_id, "amount", line.amount
        yield line.product_id, "refunded_pieces", min(line.quantity, progress.refunded + progress.returned)


def _service(order: Order) -> Iterator[tuple[str, datetime]]:
    """The events of the order, each with its time. If it is unknown when the order was paid, it counts as paid when it
    was placed. If it is unknown when shipment was due, it is neither on time nor late."""
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
