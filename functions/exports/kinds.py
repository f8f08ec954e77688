"""The kinds of export: how each is read, and what its rows are. A new kind needs one row here and its layouts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.exports.customer_columns import spent
from shared.domain.exports.model import AWAITING_SHIPMENT, ExportRequest, Job, Kind
from shared.domain.order.model import Line, Order
from shared.domain.order.picks import Pick, picks
from shared.store.customers import all_customers
from shared.store.orders import timeline

Tick = Callable[[], None]
"""Called from time to time during a long read; an error that it raises ends the read."""
Item = tuple[str, Any]
"""An order with its position in the export; or a customer, or a product of the pick list."""


@dataclass(frozen=True, slots=True)
class ExportKind:
    """`orders` are the orders after the job's position, each once. `lines` are the rows of an order: its lines, or None
    for one row of the whole order. `count` is the number of orders now. `orders` and `count` call the tick while they
    read. `printed`: the sheet is for paper. `several_rows`: an order may have more than one row, so its own amounts and
    counts are in the first of them only. `name` is an order's id; `amounts` are added to the totals of the file."""

    orders: Callable[[Job, Tick], Iterator[Item]]
    lines: Callable[[Any], Sequence[Any]]
    count: Callable[[str, ExportRequest, Tick], int]
    printed: bool = False
    several_rows: bool = False
    name: Callable[[Any], str] = lambda order: order.order_id
    amounts: Callable[[Any], Iterable[tuple[str, int]]] = lambda order: ((order.currency, order.amounts.total),)


def _by_time(job: Job, tick: Tick) -> Iterator[Item]:
    request = job.request
    orders = timeline.placed(
        job.store_id, request.since, request.until, statuses=request.statuses, after=job.position, tick=tick
    )
    return ((timeline.position(order), order) for order in orders)


def _paid(job: Job, tick: Tick) -> Iterator[Item]:
    """Orders for which money was received, by the time they were placed."""
    return (item for item in _by_time(job, tick) if item[1].amounts.received is not None)


def _to_ship(job: Job, tick: Tick) -> Iterator[Item]:
    """Most urgent first, then by order id. They are sorted in memory: there may be many, but each is small."""
    request = job.request
    orders = timeline.placed(job.store_id, request.since, request.until, statuses=AWAITING_SHIPMENT, tick=tick)
    items = ((timeline.position_at(_ship_by(order, request), order), order) for order in orders if order.left())
    yield from sorted(
        (item for item in items if job.position is None or item[0] > job.position), key=lambda item: item[0]
    )


def _ship_by(order: Order, request: ExportRequest) -> datetime:
    timer = order.timer("shipment")
    return timer.due_at if timer else request.until


def _left(order: Order) -> list[Line]:
    left = {part.line_id for part in order.left()}
    return [line for line in order.lines if line.line_id in left]


def _customers(job: Job, tick: Tick) -> Iterator[Item]:
    """By buyer id, each in its state at the time of the read."""
    return ((customer.buyer_id, customer) for customer in all_customers.after(job.store_id, job.position or "", tick))


def _picks(store_id: str, request: ExportRequest, tick: Tick) -> list[Pick]:
    """The whole pick list, as of now: it is summed in memory."""
    return picks(timeline.placed(store_id, request.since, request.until, statuses=AWAITING_SHIPMENT, tick=tick))[0]


def _picks_after(job: Job, tick: Tick) -> Iterator[Item]:
    after = tuple(json.loads(job.position)) if job.position else ()
    return (
        (json.dumps(pick.key, ensure_ascii=False), pick)
        for pick in _picks(job.store_id, job.request, tick)
        if pick.key > after
    )


def _count(store_id: str, request: ExportRequest, tick: Tick) -> int:
    return timeline.count(store_id, request.since, request.until, request.statuses, tick)


def _count_to_ship(store_id: str, request: ExportRequest, tick: Tick) -> int:
    return timeline.count(store_id, request.since, request.until, AWAITING_SHIPMENT, tick)


KINDS: dict[Kind, ExportKind] = {
    Kind.ORDERS: ExportKind(_by_time, lambda order: (None,), _count),
    Kind.LINES: ExportKind(_by_time, lambda order: order.lines, _count, several_rows=True),
    Kind.FUNDS: ExportKind(_paid, lambda order: (None,), _count),
    Kind.SHIPMENTS: ExportKind(_to_ship, _left, _count_to_ship, printed=True, several_rows=True),
    Kind.CUSTOMERS: ExportKind(
        _customers,
        spent,
        lambda store_id, _, tick: all_customers.count(store_id, tick),
        several_rows=True,
        name=lambda customer: customer.buyer_id,
        amounts=lambda customer: customer.spend.items(),
    ),
    Kind.PICKS: ExportKind(
        _picks_after,
        lambda pick: (None,),
        lambda *request: len(_picks(*request)),
        printed=True,
        name=lambda pick: pick.sku or pick.product_id,
        amounts=lambda pick: (),
    ),
}
