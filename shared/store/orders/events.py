"""The event feed of a store: what the seller and the clock did, across orders, in the order in which it was written.

An order belongs to one shard of its store, the same as in the counters. The counter item of a shard has the number of
its last event. A change that makes events raises this number under the condition that it is as read, in the transaction
of the change. So the numbers of a shard have no gaps, and their order is that of the commits, whatever clocks say. The
history entry has its number as a key of the state index. The index may show it late, or after a later one: a reader
stops where a number is missing, and finds it the next time.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from shared.domain.order.history import Entry
from shared.domain.order.model import Order
from shared.store.dynamodb import keys
from shared.store.dynamodb.records import CounterRecord, HistoryRecord, Record
from shared.store.dynamodb.table import get, query, query_index
from shared.store.orders.items import entry_of, entry_record
from shared.store.pages import Listed

Position = tuple[int, ...]
"""The number of the last event that was read, for each shard. Shards that it does not name have not been read."""
START: Position = ()
LOST_AFTER = timedelta(days=1)
"""No index trails so long. A number that is still missing belongs to an entry that somebody has deleted by hand."""


@dataclass(frozen=True, slots=True)
class Numbering:
    """The number of a shard's last event, and the `seq` of the history entries of one change that are its next."""

    last: int = 0
    seqs: tuple[int, ...] = ()

    @property
    def actions(self) -> list[Action]:
        return [CounterRecord.events.add(len(self.seqs))] if self.seqs else []

    @property
    def condition(self) -> Condition:
        """No other change of the shard has made an event since `last` was read."""
        events = CounterRecord.events
        return events == self.last if self.last else events.does_not_exist()

    def record(self, order: Order, entry: Entry) -> HistoryRecord:
        """The item of an entry, in the feed if it is an event."""
        record = entry_record(order, entry)
        if entry.seq in self.seqs:
            record.state_key = keys.events_key(order.store_id, order.shard)
            record.sort_key = keys.event_number(self.last + 1 + self.seqs.index(entry.seq))
        return record


NO_EVENTS = Numbering()


def numbering(order: Order, entries: Iterable[Entry]) -> Numbering:
    """The numbers for the events among `entries`. Reads the shard's counter item, consistently, if there are any."""
    seqs = tuple(entry.seq for entry in entries if entry.is_event)
    if not seqs:
        return NO_EVENTS
    counter = get(CounterRecord, order.store_id, keys.counter_sk(order.shard))
    return Numbering(int(counter.events or 0) if counter else 0, seqs)


@dataclass(frozen=True, slots=True)
class Events:
    """Some events, each with its order's id; `end` is the position after the last. `more`: further events are there."""

    items: tuple[Listed[Entry], ...]
    end: Position
    more: bool


def after(store_id: str, position: Position, limit: int, now: datetime) -> Events:
    """The events after `position`, at most `limit`. Events of an order are in their order; events of different orders
    by the time at which they were recorded.

    Costs one consistent query of the counters, and half a read unit for each 4 KB of events, at least for each shard
    that has new ones.
    """
    last = _last_numbers(store_id)
    end = [*position, *(0 for _ in range(len(position), len(last)))]
    unread = [shard for shard, number in enumerate(last) if number > end[shard]]
    page_size = max(10, -(-limit // max(1, len(unread))))
    streams = [_stream(store_id, shard, end[shard], page_size, now) for shard in unread]
    merged = list(islice(heapq.merge(*streams, key=lambda event: event[2].recorded_at), limit + 1))
    for shard, number, _ in merged[:limit]:
        end[shard] = number
    items = tuple(Listed(keys.split_pk(record.pk)[1], entry_of(record)) for *_, record in merged[:limit])
    return Events(items, tuple(end), len(merged) > limit)


def _last_numbers(store_id: str) -> Sequence[int]:
    last = {
        keys.counter_shard(record.sk): int(record.events or 0)
        for record in query(CounterRecord, store_id, Record.sk.startswith(keys.COUNTER))
    }
    return [last[shard] for shard in range(len(last))]


def _stream(
    store_id: str, shard: int, read: int, page_size: int, now: datetime
) -> Iterator[tuple[int, int, HistoryRecord]]:
    """(shard, number, entry) of a shard's events after the number `read`, up to the first that the index does not show
    yet."""
    later = Record.sort_key > keys.event_number(read)
    for record in query_index("by_state", keys.events_key(store_id, shard), later, page_size=page_size):
        number = int(record.sort_key)
        assert isinstance(record, HistoryRecord)
        if number != read + 1 and record.recorded_at > now - LOST_AFTER:
            return
        yield shard, number, record
        read = number
