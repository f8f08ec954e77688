"""Lists: each is one or several partitions of one index, read a page at a time and merged in key order.

An index trails a write by a moment, so what it says is a hint: good to show, never to act upon.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Generic, NamedTuple, TypeVar

from pynamodb.expressions.condition import Condition

from shared.domain.order.model import (
    Amounts,
    Assessment,
    Buyer,
    Dispute,
    FundState,
    Outcome,
    Overlay,
    Parcel,
    Refund,
    Status,
    Timer,
    Violation,
    outcome_of,
)
from shared.store.dynamodb import keys
from shared.store.dynamodb.records import DisputeRecord, OrderRecord, ParcelRecord, Record, RefundRecord
from shared.store.dynamodb.table import count_index, get, query_index, query_keys
from shared.store.orders.items import (
    OVERLAY_KEYS,
    amounts_of,
    assessment_of,
    dispute_of,
    parcel_of,
    refund_of,
    timers_of,
    violations_of,
)

HASH_KEYS = {
    "by_placed": "timeline",
    "by_status": "status_key",
    "by_fund_state": "fund_key",
    "by_buyer": "buyer_key",
    "by_due": "timeline",
    "by_status_due": "status_key",
    "by_frozen": "frozen_key",
    "by_dispute": "dispute_key",
    "by_refund": "refund_key",
    "by_unread": "unread_key",
    "by_reference": "reference_key",
    "by_state": "state_key",
}
RANGE_KEYS = dict.fromkeys(HASH_KEYS, "placed_key") | {
    "by_due": "due_key",
    "by_status_due": "due_key",
    "by_state": "sort_key",
}
OVERLAY_INDEXES = {
    Overlay.FROZEN: "by_frozen",
    Overlay.DISPUTE: "by_dispute",
    Overlay.REFUND: "by_refund",
    Overlay.UNREAD: "by_unread",
}
FIRST, LAST = "0", "~"
MAX_PIECES = 20_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which items: an index, the keys of its partitions, a half-open time window, and the direction."""

    index: str
    partitions: tuple[str, ...]
    since: datetime | None = None
    until: datetime | None = None
    forward: bool = False

    def bounds(self) -> tuple[str, str]:
        return keys.instant(self.since) if self.since else FIRST, keys.instant(self.until) if self.until else LAST


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ended: the last item's index key and table key. The next page starts behind it."""

    key: str
    pk: str
    sk: str


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`end` is where a full page ended; None where the list has come to its end."""

    items: tuple[T, ...]
    end: Position | None


@dataclass(frozen=True, slots=True)
class Summary:
    """An order as a list shows it: its head alone. The same names as Order, but for what a list leaves out."""

    store_id: str
    order_id: str
    version: int
    status: Status
    fund_state: FundState
    overlays: tuple[Overlay, ...]
    placed_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    received_at: datetime | None
    finished_at: datetime | None
    end_reason: str | None
    buyer: Buyer
    currency: str
    amounts: Amounts
    timers: tuple[Timer, ...]
    frozen_at: datetime | None
    delivered_assessment: Assessment | None
    violations: tuple[Violation, ...]
    note: str | None
    tags: tuple[str, ...]
    assignee: str | None
    unread_messages: int
    promised: int
    line_count: int

    @property
    def outcome(self) -> Outcome | None:
        return outcome_of(self.end_reason, self.amounts)

    @property
    def frozen(self) -> bool:
        return Overlay.FROZEN in self.overlays

    @property
    def disputed(self) -> bool:
        return Overlay.DISPUTE in self.overlays


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """A record of an order in a list across orders."""

    order_id: str
    record: T
    currency: str = ""


def orders(selection: Selection, limit: int, after: Position | None) -> Page[Summary]:
    """A page of orders: as many index items as it shows, and no more where one partition answers."""
    records, end = _page(selection, limit, after)
    return Page(tuple(_summary(record) for record in records if isinstance(record, OrderRecord)), end)


def parcels(selection: Selection, limit: int, after: Position | None) -> Page[Listed[Parcel]]:
    records, end = _bounded(selection, *_page(selection, limit, after))
    return Page(
        tuple(
            Listed(keys.split_pk(record.pk)[1], parcel_of(record))
            for record in records
            if isinstance(record, ParcelRecord)
        ),
        end,
    )


def refunds(selection: Selection, limit: int, after: Position | None) -> Page[Listed[Refund]]:
    records, end = _bounded(selection, *_page(selection, limit, after))
    return Page(
        tuple(
            Listed(keys.split_pk(record.pk)[1], refund_of(record), record.currency)
            for record in records
            if isinstance(record, RefundRecord)
        ),
        end,
    )


def disputes(selection: Selection, limit: int, after: Position | None) -> Page[Listed[Dispute]]:
    records, end = _page(selection, limit, after)
    return Page(
        tuple(
            Listed(keys.split_pk(record.pk)[1], dispute_of(record), record.currency)
            for record in records
            if isinstance(record, DisputeRecord)
        ),
        end,
    )


def heads(store_id: str, order_ids: Iterable[str]) -> Iterator[Summary]:
    """The heads of these orders, read one by one."""
    for order_id in order_ids:
        record = get(keys.order_pk(store_id, order_id), keys.ORDER)
        if isinstance(record, OrderRecord):
            yield _summary(record)


def records(selection: Selection, limit: int, after: Position | None) -> Page[Record]:
    """A page of bare records, for their own module to read."""
    found, end = _page(selection, limit, after)
    return Page(tuple(found), end)


class Due(NamedTuple):
    """An entry of an index of what is due: its sort key there, and whom it names. Without an order it is the store
    itself; `what` tells something of the order from the order."""

    key: str
    store_id: str
    order_id: str = ""
    what: str = ""

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.key.partition("#")[0])


DUE_KEYS = {"by_clock": "fires_at", "by_reminder": "remind_at"}


def due(shard: str, until: datetime, index: str = "by_clock") -> Iterator[Due]:
    """What a shard of such an index says is due, earliest first, lazily. One query where nothing is."""
    sort = DUE_KEYS[index]
    for key, _ in query_keys(index, shard, getattr(Record, sort) < keys.instant(until), sort):
        yield Due(key, *key.split("#")[1:])


def due_between(index: str, shard: str, first: str, last: str) -> Iterator[Due]:
    """The same from one key to another, both included."""
    sort = DUE_KEYS[index]
    for key, _ in query_keys(index, shard, getattr(Record, sort).between(first, last), sort):
        yield Due(key, *key.split("#")[1:])


def due_orders(store_id: str, after: str) -> Iterator[tuple[str, str]]:
    """(due key, order_id) of a store's orders with a running timer, most urgent first, from behind a due key."""
    for due_key, pk in query_keys("by_due", store_id, Record.due_key > after, "due_key"):
        yield due_key, keys.split_pk(pk)[1]


def count(selection: Selection) -> int:
    """How many items a selection holds, counted off its index."""
    return sum(
        count_index(selection.index, partition, _range(selection.index, *selection.bounds()))
        for partition in selection.partitions
    )


def _page(selection: Selection, limit: int, after: Position | None) -> tuple[list[Record], Position | None]:
    lower, upper = selection.bounds()
    if lower > upper:  # DynamoDB refuses such a BETWEEN; an empty window simply holds nothing
        return [], None
    partitions = selection.partitions
    page_size = limit if len(partitions) == 1 else max(10, -(-limit // len(partitions)))
    streams = [_stream(selection, partition, page_size, after) for partition in partitions]
    range_key = RANGE_KEYS[selection.index]
    merged = (
        streams[0]
        if len(streams) == 1
        else heapq.merge(*streams, key=lambda record: getattr(record, range_key), reverse=not selection.forward)
    )
    records = list(islice(merged, limit))
    return records, _position(selection, records[-1]) if len(records) == limit else None


def _bounded(selection: Selection, records: list[Record], end: Position | None) -> tuple[list[Record], Position | None]:
    """The page cut short where its records hold so many lines that an answer (6 MB at most on Lambda) could not."""
    pieces = 0
    for shown, record in enumerate(records):
        pieces += len(record.lines) if isinstance(record, ParcelRecord | RefundRecord) else 0
        if pieces > MAX_PIECES and shown:
            return records[:shown], _position(selection, records[shown - 1])
    return records, end


def _position(selection: Selection, record: Record) -> Position:
    return Position(getattr(record, RANGE_KEYS[selection.index]), record.pk, record.sk)


def _stream(selection: Selection, partition: str, page_size: int, after: Position | None) -> Iterator[Record]:
    hash_key, range_key = HASH_KEYS[selection.index], RANGE_KEYS[selection.index]
    start: dict[str, Any] | None = None
    if after is not None:
        start = {"pk": {"S": after.pk}, "sk": {"S": after.sk}, hash_key: {"S": partition}, range_key: {"S": after.key}}
    return query_index(
        selection.index,
        partition,
        _range(selection.index, *selection.bounds()),
        page_size=page_size,
        forward=selection.forward,
        after=start,
    )


def _range(index: str, lower: str, upper: str) -> Condition | None:
    if (lower, upper) == (FIRST, LAST):
        return None
    return getattr(Record, RANGE_KEYS[index]).between(lower, upper)  # type: ignore[no-any-return]


def _summary(head: OrderRecord) -> Summary:
    store_id, order_id = keys.split_pk(head.pk)
    return Summary(
        store_id=store_id,
        order_id=order_id,
        version=int(head.version),
        status=Status(head.status),
        fund_state=FundState(head.fund_state),
        overlays=tuple(overlay for overlay in Overlay if getattr(head, OVERLAY_KEYS[overlay])),
        placed_at=head.placed_at,
        paid_at=head.paid_at,
        shipped_at=head.shipped_at,
        received_at=head.received_at,
        finished_at=head.finished_at,
        end_reason=head.end_reason,
        buyer=Buyer(**head.buyer),
        currency=head.currency,
        amounts=amounts_of(head),
        timers=timers_of(head.timers or {}),
        frozen_at=head.frozen_at,
        delivered_assessment=assessment_of(head),
        violations=violations_of(head),
        note=head.note,
        tags=tuple(head.tags or ()),
        assignee=head.assignee,
        unread_messages=int(head.unread_messages or 0),
        promised=int(head.promised or 0),
        line_count=int(head.line_count),
    )
