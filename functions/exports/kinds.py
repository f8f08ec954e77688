"""The kinds of export: how each is read, and what a row of it is. A new kind is one row here and its layouts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.exports.customer_columns import spent
from shared.domain.exports.model import AWAITING_SHIPMENT, ExportRequest, Job, Kind
from shared.domain.order.model import Line, Order
from shared.store.customers import all_customers
from shared.store.orders import timeline

Tick = Callable[[], None]
"""Called now and then while something goes on for long; what it raises ends that."""
Placed = tuple[str, Any]
"""Where an order stands among those of its kind, and the order; or whatever else the kind is about."""


@dataclass(frozen=True, slots=True)
class Reading:
    """`orders` behind a place (None: from the start), each once; `lines` are an order's rows, None for one that is the
    whole order; `count` is how many orders there are now. Both call the tick as they go. `name` tells an order from
    another, `amounts` are what the file's totals add up."""

    orders: Callable[[Job, Tick], Iterator[Placed]]
    lines: Callable[[Any], Sequence[Any]]
    count: Callable[[str, ExportRequest, Tick], int]
    printed: bool = False
    name: Callable[[Any], str] = lambda order: order.order_id
    amounts: Callable[[Any], Iterable[tuple[str, int]]] = lambda order: ((order.currency, order.amounts.total),)


def _by_time(job: Job, tick: Tick) -> Iterator[Placed]:
    request = job.request
    found = timeline.placed(
        job.store_id, request.since, request.until, statuses=request.statuses, after=job.position, tick=tick
    )
    return ((timeline.position(order), order) for order in found)


def _paid(job: Job, tick: Tick) -> Iterator[Placed]:
    """Orders of which money was received, by the time they were placed."""
    return (each for each in _by_time(job, tick) if each[1].amounts.received is not None)


def _to_ship(job: Job, tick: Tick) -> Iterator[Placed]:
    """Most urgent first, then by number. Sorted here: nothing says that there are few, but each is small."""
    request = job.request
    found = timeline.placed(job.store_id, request.since, request.until, statuses=AWAITING_SHIPMENT, tick=tick)
    placed = ((timeline.position_at(_ship_by(order, request), order), order) for order in found if order.left())
    yield from sorted(
        (each for each in placed if job.position is None or each[0] > job.position), key=lambda each: each[0]
    )


def _ship_by(order: Order, request: ExportRequest) -> datetime:
    timer = order.timer("shipment")
    return timer.due_at if timer else request.until


def _left(order: Order) -> list[Line]:
    left = {part.line_id for part in order.left()}
    return [line for line in order.lines if line.line_id in left]


def _customers(job: Job, tick: Tick) -> Iterator[Placed]:
    """By buyer id, each as it is when it is read."""
    return ((each.buyer_id, each) for each in all_customers.behind(job.store_id, job.position or "", tick))


def _count(store_id: str, request: ExportRequest, tick: Tick) -> int:
    return timeline.count(store_id, request.since, request.until, request.statuses, tick)


def _count_to_ship(store_id: str, request: ExportRequest, tick: Tick) -> int:
    return timeline.count(store_id, request.since, request.until, AWAITING_SHIPMENT, tick)


KINDS: dict[Kind, Reading] = {
    Kind.ORDERS: Reading(_by_time, lambda order: (None,), _count),
    Kind.LINES: Reading(_by_time, lambda order: order.lines, _count),
    Kind.FUNDS: Reading(_paid, lambda order: (None,), _count),
    Kind.SHIPMENTS: Reading(_to_ship, _left, _count_to_ship, printed=True),
    Kind.CUSTOMERS: Reading(
        _customers,
        spent,
        lambda store_id, _, tick: all_customers.count(store_id, tick),
        name=lambda customer: customer.buyer_id,
        amounts=lambda customer: customer.spend.items(),
    ),
}
