"""The table in memory: many times as fast as an engine behind a socket, for a month of a hundred thousand orders.

It stands in for PynamoDB and the engine below shared/store/dynamodb/table.py, whose own code runs as it is: conditions
and actions are PynamoDB's objects, judged here; a transaction does all or nothing, and its reasons come back by place;
indexes project, sort and page, and may be some writes old. What it was not made for it refuses loudly.
tests/clock/test_memory_table.py holds it against Dynoxide.
"""

from __future__ import annotations

import functools
import random
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar
from unittest.mock import patch

from pynamodb.exceptions import CancellationReason, PutError, TransactWriteError, UpdateError
from pynamodb.expressions import condition as c
from pynamodb.expressions import update as u

from shared.store.dynamodb.records import Record
from tests.clock import seam
from tests.clock.expressions import Item, acted, bounds, holds, item_of, raw, record_of, refused
from tests.clock.memory_client import EVERYTHING, answer
from tests.clock.memory_index import Index, Key, Sorted
from tests.clock.stand_ins import declared_indexes, key_of, stand_ins, written

T = TypeVar("T")
HONEST = 1_000
"""Every so many writes and reads the short way into and out of an item is held against PynamoDB's own."""
Fault = Callable[[str], None]
"""Called with "before" and "after" each write; what it raises is what happens to the caller."""


class MemoryTable:
    """Items by key, with every index that the records declare. `lag`: how many writes an index read may be behind."""

    def __init__(self, *, seed: int = 0, lag: int = 0) -> None:
        self.items: dict[Key, Item] = {}
        self.partitions: dict[str, Sorted] = {}
        self.indexes = {name: _index(name, declared) for name, declared in declared_indexes().items()}
        self.lag, self._random = lag, random.Random(seed)
        self._lock = threading.RLock()
        self.writes = self.refused = self.reads = self.index_reads = self.checked = 0
        self.fault: Fault | None = None
        self.created: Callable[[Key], None] = lambda key: None
        """Called with the key of each item that was not there before."""
        self._keys = {"pk", "sk", *(index.hash_key for index in self.indexes.values())} | {
            index.range_key for index in self.indexes.values()
        }

    # What table.py calls.

    def call(
        self, operation: str, arguments: Callable[[], dict[str, Any]], run: Callable[[], T], *, wrapped: bool = True
    ) -> T:
        """`run`, alone at the table, by way of the seam of store calls."""

        def alone() -> T:
            with self._lock:
                return run()

        return seam.call(
            operation, lambda: {"TableName": Record.Meta.table_name, **arguments()}, alone, wrapped=wrapped
        )

    def get(self, pk: str, sk: str) -> Record | None:
        item = self.call("GetItem", lambda: {"Key": seam.named((pk, sk))}, lambda: self.items.get((pk, sk)))
        self.reads += 1
        return None if item is None else self.read(item)

    def read(self, item: Item) -> Record:
        record = record_of(item)
        self._check(lambda: Record.from_raw_data(raw(item)).attribute_values == record.attribute_values)
        return record

    def select(
        self, pk: str, sk: c.Condition | None, limit: int | None, forward: bool, after: Mapping[str, Any] | None
    ) -> Iterator[Record]:
        self.reads += 1
        arguments = functools.partial(seam.asked, "pk", pk)
        items, _ = self.call(
            "Query", arguments, lambda: self._part(pk, sk, after, limit or EVERYTHING, forward=forward)
        )
        for item in items:
            if "kind" in item:
                yield self.read(item)

    def page(
        self,
        name: str,
        key: str,
        sort: c.Condition | None,
        *,
        forward: bool,
        after: Mapping[str, Any] | None,
        limit: int,
    ) -> tuple[list[Item], dict[str, Any] | None]:
        """A page of an index, and behind what the next one starts."""
        index = self.indexes[name]
        arguments = functools.partial(seam.asked, index.hash_key, key, name)
        return self.call(
            "Query", arguments, lambda: self._page(index, key, sort, forward=forward, after=after, limit=limit)
        )

    def _page(
        self,
        index: Index,
        key: str,
        sort: c.Condition | None,
        *,
        forward: bool,
        after: Mapping[str, Any] | None,
        limit: int,
    ) -> tuple[list[Item], dict[str, Any] | None]:
        self.index_reads += 1
        index.catch_up(self.writes - (self._random.randint(0, self.lag) if self.lag else 0))
        partition = index.partitions.get(key)
        start = (after[index.range_key]["S"], after["pk"]["S"], after["sk"]["S"]) if after else None
        found, more = partition.between(bounds(sort), forward, start, limit) if partition else ([], False)
        items = [index.shown(pk, sk) for _, pk, sk in found]
        if not more:
            return items, None
        place, pk, sk = found[-1]
        return items, raw({"pk": pk, "sk": sk, index.hash_key: key, index.range_key: place})

    def query(
        self,
        table_name: str,
        key: str,
        sort: c.Condition,
        *,
        exclusive_start_key: Mapping[str, Any] | None,
        index_name: str | None = None,
        attributes_to_get: Sequence[str] | None = None,
        consistent_read: bool = False,
        scan_index_forward: bool = True,
        limit: int = EVERYTHING,
        select: str | None = None,
    ) -> dict[str, Any]:
        """The connection's own query, as table.py asks it."""
        after, forward = exclusive_start_key, scan_index_forward
        if index_name is not None:
            items, last = self.page(index_name, key, sort, forward=forward, after=after, limit=limit)
        else:
            self.reads += 1
            items, last = self.call(
                "Query", lambda: seam.asked("pk", key), lambda: self._part(key, sort, after, limit, forward=forward)
            )
        if attributes_to_get is not None:
            items = [{name: item[name] for name in attributes_to_get} for item in items]
        found = {"Count": len(items)} if select == "COUNT" else {"Items": [raw(item) for item in items]}
        return {**found, **({"LastEvaluatedKey": last} if last else {})}

    def scan(
        self,
        table_name: str,
        *,
        limit: int | None,
        exclusive_start_key: Mapping[str, Any] | None,
        segment: int | None,
        total_segments: int | None,
        consistent_read: bool,
    ) -> dict[str, Any]:
        """The connection's own scan, as table.py asks it: a page of all items, in the order of their keys."""
        assert segment is None and total_segments is None
        start = (exclusive_start_key["pk"]["S"], exclusive_start_key["sk"]["S"]) if exclusive_start_key else ("", "")
        later = self.call("Scan", dict, lambda: sorted((key, item) for key, item in self.items.items() if key > start))
        found = later[:limit]
        last = raw(dict(zip(("pk", "sk"), found[-1][0], strict=True))) if len(found) < len(later) else None
        self.reads += 1
        return {"Items": [raw(item) for _, item in found], **({"LastEvaluatedKey": last} if last else {})}

    def _part(
        self,
        pk: str,
        sort: c.Condition | None,
        after: Mapping[str, Any] | None,
        limit: int = EVERYTHING,
        *,
        forward: bool = True,
    ) -> tuple[list[Item], dict[str, Any] | None]:
        """A page of a partition of the table itself, and behind what the next one starts."""
        start = (after["sk"]["S"],) if after else None
        found, more = self.partitions.get(pk, Sorted()).between(bounds(sort), forward, start, limit)
        return [self.items[pk, sk] for (sk,) in found], raw({"pk": pk, "sk": found[-1][0]}) if more else None

    def range(
        self,
        name: str | None,
        key: str,
        since: str,
        until: str,
        after: Mapping[str, Any] | None = None,
        limit: int = EVERYTHING,
    ) -> tuple[list[Item], dict[str, Any] | None]:
        """What an index, or without a name the table itself, has of a key from `since` to `until`, and behind what
        there is more. No call of its own."""
        with self._lock:
            sort = Record.sk.between(since, until)
            if name is not None:
                return self._page(self.indexes[name], key, sort, forward=True, after=after, limit=limit)
            self.reads += 1
            return self._part(key, sort, after, limit)

    def put(self, record: Record, condition: c.Condition) -> None:
        self._alone(record, None, condition, "PutItem", PutError)

    def update(self, record: Record, actions: Sequence[u.Action], condition: c.Condition) -> None:
        self._alone(record, actions, condition, "UpdateItem", UpdateError)

    def _alone(
        self,
        record: Record,
        change: Sequence[u.Action] | None,
        condition: c.Condition,
        operation: str,
        failed: type[PutError | UpdateError],
    ) -> None:
        """One write that is no transaction: the same, with another error."""

        def run() -> None:
            try:
                self.commit([(record, change, condition)])
            except TransactWriteError as error:
                codes = [f"{reason.code}Exception" for reason in error.cancellation_reasons if reason]
                raise failed("refused", refused(operation, codes[0]) if codes else error.cause) from error

        self.call(operation, lambda: written(record, change), run)

    def commit(self, writes: Sequence[tuple[Record, Sequence[u.Action] | str | None, c.Condition]]) -> None:
        """All of these or none: a record to put, to update with actions, or to delete."""
        if self.fault:
            self.fault("before")
        changes: dict[Key, Item | None] = {}
        reasons: list[CancellationReason | None] = []
        for record, change, condition in writes:
            key = key_of(record)
            if key in changes:
                raise TransactWriteError("twice", refused("TransactWriteItems", "ValidationException"))
            there = self.items.get(key)
            held = holds(condition, there or {})
            reasons.append(None if held else CancellationReason("ConditionalCheckFailed"))
            changes[key] = self._changed(record, change, key, there) if held else None
        if any(reasons):
            self.refused += 1
            raise TransactWriteError("refused", refused("TransactWriteItems", "TransactionCanceledException", reasons))
        self.writes += 1
        for key, item in changes.items():
            was = self.items.get(key)
            self._keep(key, was, item)
            for index in self.indexes.values():
                index.enqueue(self.writes, key, was, item)
        for index in self.indexes.values():
            index.catch_up(self.writes - self.lag)
        if self.fault:
            self.fault("after")

    def place(self, item: Item | None, key: Key = ("", "")) -> None:
        """Puts or deletes an item whatever is there, as a test does behind the back of the code."""
        if item is not None:
            key = (str(item["pk"]), str(item["sk"]))
        with self._lock:
            self.writes += 1
            was = self.items.get(key)
            self._keep(key, was, item)
            for index in self.indexes.values():
                index.enqueue(self.writes, key, was, item)

    def restore(self, items: Mapping[Key, Item]) -> None:
        """Makes the table what it was when `items` was a copy of its items."""
        for key in [*self.items.keys() - items.keys(), *items]:
            if self.items.get(key) is not items.get(key):
                self.place(items.get(key), key)

    # Its insides.

    def _changed(
        self, record: Record, change: Sequence[u.Action] | str | None, key: Key, there: Item | None
    ) -> Item | None:
        if change == "delete":
            return None
        if change == "check":
            return there
        if change is None:
            item = item_of(record)
            self._check(lambda: raw(item) == record.serialize())
        else:
            item = dict(there) if there else {"pk": key[0], "sk": key[1]}
            assert not isinstance(change, str)
            acted(item, change)
        if "" in item.values() and any(item[name] == "" for name in self._keys & item.keys()):
            raise TransactWriteError("an empty key", refused("TransactWriteItems", "ValidationException"))
        return item

    def _keep(self, key: Key, was: Item | None, item: Item | None) -> None:
        pk, sk = key
        if item is None:
            if was is not None:
                del self.items[key]
                self.partitions[pk].remove((sk,))
            return
        if was is None:
            partition = self.partitions.get(pk)
            if partition is None:
                partition = self.partitions[pk] = Sorted()
            partition.add((sk,))
            self.created(key)
        self.items[key] = item

    def _check(self, honest: Callable[[], bool]) -> None:
        self.checked += 1
        if self.checked % HONEST == 0:
            assert honest(), "the stand-in's short way and PynamoDB's own differ"

    # Standing in.

    @contextmanager
    def installed(self) -> Iterator[MemoryTable]:
        """Until the end of the block, shared/store/dynamodb/table.py and wire.py work on this table."""
        with ExitStack() as put_back:
            for owner, name, value in stand_ins(self):
                put_back.enter_context(patch.object(owner, name, value))
            seam.tables.append(functools.partial(answer, self))
            put_back.callback(seam.tables.pop)
            yield self


def _index(name: str, declared: Any) -> Index:
    schema = declared._get_schema()
    keys = {each["KeyType"]: each["AttributeName"] for each in schema["key_schema"]}
    return Index(name, keys["HASH"], keys["RANGE"], keys_only=schema["projection"]["ProjectionType"] == "KEYS_ONLY")
