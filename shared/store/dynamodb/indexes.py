"""Pages and counts of index partitions. A list is one or several partitions of one index, merged in key order.

Index reads are eventually consistent. A list may show them; a write never relies on them.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition

from shared.store.dynamodb import keys
from shared.store.dynamodb.records import INDEX_KEYS, Record
from shared.store.dynamodb.table import count_index, query_index, query_keys
from shared.store.pages import Count, Listed, Page, Position

FIRST, LAST = "0", "~"
MOST_READ = 1_000
"""The most records that one page of some of them looks at: some 110 read units, where each has 1 KB."""
MOST_COUNTED = 1_000
"""A count that people see is exact up to this number, so that it costs the same in a store of any size."""

MOST_PASSED = 100
"""Records in one request of a list that passes some over."""

FIRST_READ = 4
"""The records that a list of several partitions first reads of each: of heads, which have less than 1 KB, half a read
unit."""

R = TypeVar("R", bound=Record)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Selection:
    """The items of some partitions of an index in the time window [since, until), latest first unless `forward`."""

    index: str
    partitions: tuple[str, ...]
    since: datetime | None = None
    until: datetime | None = None
    forward: bool = False

    def bounds(self) -> tuple[str, str]:
        return keys.instant(self.since) if self.since else FIRST, keys.instant(self.until) if self.until else LAST


def page(
    selection: Selection,
    limit: int,
    after: Position | None,
    kind: type[R],
    make: Callable[[R], T],
    cut: Callable[[list[Record]], int] = len,
) -> Page[T]:
    """A page of the records of `kind`, each converted by `make`. One partition: reads at most one item more than
    `limit`, to see whether the list goes on. Several: reads FIRST_READ of each, and more of those that the page needs
    more of. `cut` returns how many of the records fit on the page."""
    records = list(islice(_merged(selection, limit, after), limit + 1))
    size = cut(records[:limit])
    end = _position(selection, records[size - 1]) if size < len(records) else None
    return Page(tuple(make(record) for record in records[:size] if isinstance(record, kind)), end)


def page_of_some(
    selection: Selection, limit: int, after: Position | None, choose: Callable[[Record], T | None]
) -> Page[T]:
    """A page of a list that no index has: `choose` converts the records in it, and returns None for the others.
    Looks at MOST_READ records at most, so a page may be short, and have a cursor."""
    found: list[T] = []
    last = after
    for read, record in enumerate(_merged(selection, limit, after)):
        chosen = choose(record)
        if read == MOST_READ or (chosen is not None and len(found) == limit):
            return Page(tuple(found), last)
        found += [] if chosen is None else [chosen]
        last = _position(selection, record)
    return Page(tuple(found), None)


def page_across_orders(
    selection: Selection,
    limit: int,
    after: Position | None,
    kind: type[R],
    make: Callable[[R], T],
    cut: Callable[[list[Record]], int] = len,
) -> Page[Listed[T]]:
    """A page of parts or messages of orders, each with the order's id and, if the record has it, the currency."""

    def listed(record: R) -> Listed[T]:
        return Listed(keys.split_pk(record.pk)[1], make(record), getattr(record, "currency", ""))

    return page(selection, limit, after, kind, listed, cut)


def count(selection: Selection, most: int = MOST_COUNTED) -> Count:
    """The number of items in a selection, cut off at `most`. Reads at most one item more: half a read unit for each
    4 KB, and at least for each partition."""
    counted, sort = 0, _range(selection.index, *selection.bounds())
    for partition in selection.partitions:
        if counted <= most:
            counted += count_index(selection.index, partition, sort, most + 1 - counted)
    return Count(min(counted, most), counted > most)


def sort_keys_after(selection: Selection, after: str, page_size: int) -> Iterator[tuple[str, str]]:
    """(sort key, pk) of all items of a selection behind a sort key, in key order, lazily, `page_size` of each partition
    a request."""
    behind = _sort_key(selection.index) > after
    parts = [query_keys(selection.index, each, behind, page_size) for each in selection.partitions]
    return heapq.merge(*parts)


def due(index: str, shard: str, until: datetime) -> Iterator[tuple[str, str]]:
    """(sort key, pk) of the items in a shard that are due before `until`, earliest first, lazily. One query where
    nothing is due."""
    yield from query_keys(index, shard, _sort_key(index) < keys.instant(until))


def due_between(index: str, shard: str, first: str, last: str) -> Iterator[tuple[str, str]]:
    """The items from one sort key to another, both included."""
    yield from query_keys(index, shard, _sort_key(index).between(first, last))


def placed_keys(
    partition: str, lower: str, upper: str, page_size: int = 100, *, forward: bool = True
) -> Iterator[tuple[str, str]]:
    """(placed key, pk) of a buyer's orders, lazily. The index has keys alone: half a read unit for some 25 orders."""
    yield from query_keys("by_customer", partition, Record.placed_key.between(lower, upper), page_size, forward=forward)


CLOCK, REMINDER = "by_clock", "by_reminder"


def _merged(selection: Selection, limit: int, after: Position | None) -> Iterator[Record]:
    """All records after a position, lazily, in pages of so many as a list of `limit` items needs. One that moves to
    another partition while these are read comes once."""
    lower, upper = selection.bounds()
    if lower > upper:  # DynamoDB refuses such a BETWEEN
        return
    shown = 0

    def page_size(read: int) -> int:
        """Of a partition of which so many are read: as many again, but at most a third of what the list still needs. A
        list that passes records over needs as many as it has looked at."""
        wanted = limit + 1 - shown if shown <= limit else min(shown, MOST_PASSED)
        if len(selection.partitions) == 1:
            return wanted
        return min(wanted, max(1, min(read, wanted // 3) // FIRST_READ) * FIRST_READ)

    streams = [_stream(selection, partition, page_size, after) for partition in selection.partitions]
    _, range_key = INDEX_KEYS[selection.index]
    seen: set[tuple[str, str]] = set()
    for record in heapq.merge(*streams, key=lambda record: getattr(record, range_key), reverse=not selection.forward):
        if (record.pk, record.sk) not in seen:
            seen.add((record.pk, record.sk))
            shown += 1
            yield record


def _position(selection: Selection, record: Record) -> Position:
    _, range_key = INDEX_KEYS[selection.index]
    return Position(getattr(record, range_key), record.pk, record.sk)


def _stream(
    selection: Selection, partition: str, page_size: Callable[[int], int], after: Position | None
) -> Iterator[Record]:
    """The records of one partition after a position. `page_size` says how many the next request asks for, when so many
    are read."""
    hash_key, range_key = INDEX_KEYS[selection.index]
    sort, read = _range(selection.index, *selection.bounds()), 0
    while True:
        start: dict[str, Any] | None = None
        if after is not None:
            start = {"pk": {"S": after.pk}, "sk": {"S": after.sk}}
            start |= {hash_key: {"S": partition}, range_key: {"S": after.key}}
        size = page_size(read)
        found = query_index(selection.index, partition, sort, page_size=size, forward=selection.forward, after=start)
        records = list(islice(found, size))
        yield from records
        if len(records) < size:
            return
        read, after = read + size, _position(selection, records[-1])


def _range(index: str, lower: str, upper: str) -> Condition | None:
    if (lower, upper) == (FIRST, LAST):
        return None
    return _sort_key(index).between(lower, upper)


def _sort_key(index: str) -> UnicodeAttribute:
    _, range_key = INDEX_KEYS[index]
    attribute: UnicodeAttribute = getattr(Record, range_key)
    return attribute
