"""The table in memory: many times as fast as an engine behind a socket, for a month of a hundred thousand orders.

It stands in for PynamoDB and the engine below shared/store/dynamodb/table.py, whose own code runs as it is: conditions
and actions are PynamoDB's objects, judged here; a transaction does all or nothing, and its reasons come back by place;
indexes project, sort and page, and may be some writes old. What it was not made for it refuses loudly.
tests/clock/test_memory_table.py holds it against Dynoxide.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pynamodb.exceptions import CancellationReason, PutError, TransactWriteError, UpdateError
from pynamodb.expressions import condition as c
from pynamodb.expressions import update as u

from shared.store.dynamodb import table, wire
from shared.store.dynamodb.records import Record
from tests.clock.expressions import Item, acted, bounds, holds, item_of, raw, record_of, refused
from tests.clock.memory_client import EVERYTHING, MemoryClient
from tests.clock.memory_index import Index, Key, Sorted

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
        self.writes = self.refused = self.reads = self.index_reads = self.checked = 0
        self.fault: Fault | None = None
        self.born: Callable[[Key], None] = lambda key: None
        """Called with the key of each item that was not there before."""
        self._keys = {"pk", "sk", *(index.hash_key for index in self.indexes.values())} | {
            index.range_key for index in self.indexes.values()
        }

    # What table.py calls.

    def get(self, pk: str, sk: str) -> Record | None:
        self.reads += 1
        item = self.items.get((pk, sk))
        return None if item is None else self._read(item)

    def select(
        self, pk: str, sk: c.Condition | None, limit: int | None, forward: bool, after: Mapping[str, Any] | None
    ) -> Iterator[Record]:
        self.reads += 1
        partition = self.partitions.get(pk)
        start = (after["sk"]["S"],) if after else None
        found, _ = partition.between(bounds(sk), forward, start, limit or EVERYTHING) if partition else ([], False)
        for (key,) in found:
            item = self.items.get((pk, key))
            if item is not None and "kind" in item:
                yield self._read(item)

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
        self.index_reads += 1
        index = self.indexes[name]
        index.catch_up(self.writes - (self._random.randint(0, self.lag) if self.lag else 0))
        partition = index.partitions.get(key)
        start = (after[index.range_key]["S"], after["pk"]["S"], after["sk"]["S"]) if after else None
        found, more = partition.between(bounds(sort), forward, start, limit) if partition else ([], False)
        items = [index.shown(pk, sk) for _, pk, sk in found]
        if not more:
            return items, None
        place, pk, sk = found[-1]
        return items, raw({"pk": pk, "sk": sk, index.hash_key: key, index.range_key: place})

    def query(self, table_name: str, key: str, sort: c.Condition, **told: Any) -> dict[str, Any]:
        """The connection's own query, as table.query_keys asks it."""
        items, last = self.page(
            told["index_name"], key, sort, forward=True, after=told["exclusive_start_key"], limit=told["limit"]
        )
        names = told["attributes_to_get"]
        shown = [raw({name: item[name] for name in names}) for item in items]
        return {"Items": shown, **({"LastEvaluatedKey": last} if last else {})}

    def range(self, name: str | None, key: str, since: str, until: str) -> list[Item]:
        """What an index, or without a name the table itself, has of a key from `since` to `until`."""
        sort = Record.sk.between(since, until)
        if name is not None:
            return self.page(name, key, sort, forward=True, after=None, limit=EVERYTHING)[0]
        self.reads += 1
        found, _ = self.partitions.get(key, Sorted()).between(bounds(sort), True, None, EVERYTHING)
        return [self.items[key, sk] for (sk,) in found]

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
        try:
            self.commit([(record, change, condition)])
        except TransactWriteError as error:
            codes = [f"{reason.code}Exception" for reason in error.cancellation_reasons if reason]
            raise failed("refused", refused(operation, codes[0]) if codes else error.cause) from error

    def commit(self, writes: Sequence[tuple[Record, Sequence[u.Action] | str | None, c.Condition]]) -> None:
        """All of these or none: a record to put, to update with actions, or to delete."""
        if self.fault:
            self.fault("before")
        changes: dict[Key, Item | None] = {}
        reasons: list[CancellationReason | None] = []
        for record, change, condition in writes:
            key = (record.attribute_values["pk"], record.attribute_values["sk"])
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
                index.told(self.writes, key, was, item)
        for index in self.indexes.values():
            index.catch_up(self.writes - self.lag)
        if self.fault:
            self.fault("after")

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
            self.born(key)
        self.items[key] = item

    def _read(self, item: Item) -> Record:
        record = record_of(item)
        self._check(lambda: Record.from_raw_data(raw(item)).attribute_values == record.attribute_values)
        return record

    def _check(self, honest: Callable[[], bool]) -> None:
        self.checked += 1
        if self.checked % HONEST == 0:
            assert honest(), "the stand-in's short way and PynamoDB's own differ"

    # Standing in.

    @contextmanager
    def installed(self) -> Iterator[MemoryTable]:
        """Until the end of the block, shared/store/dynamodb/table.py and wire.py work on this table."""
        put_back = [
            (table, "connection", table.connection),
            (table, "TransactWrite", table.TransactWrite),
            (wire, "connection", wire.connection),
            (wire, "_client", wire._client),
        ]
        table.connection, table.TransactWrite = (lambda: self), _writer(self)  # type: ignore[assignment,misc]
        wire.connection, wire._client = (lambda: self), MemoryClient  # type: ignore[assignment]
        Record.get = classmethod(_get(self))
        Record.query = classmethod(_query(self))
        Record.save, Record.update = _save(self), _update(self)
        Record.batch_write = classmethod(_batch(self))
        for index in declared_indexes().values():
            index.query, index.count = _pages(self, index.Meta.index_name), _count(self, index.Meta.index_name)
        try:
            yield self
        finally:
            for owner, name, value in put_back:
                setattr(owner, name, value)
            del Record.get, Record.query, Record.save, Record.update, Record.batch_write
            for index in declared_indexes().values():
                del index.query, index.count


def declared_indexes() -> dict[str, Any]:
    return {name: getattr(Record, name) for name in dir(Record) if name.startswith("by_")}


def _index(name: str, declared: Any) -> Index:
    schema = declared._get_schema()
    keys = {each["KeyType"]: each["AttributeName"] for each in schema["key_schema"]}
    return Index(name, keys["HASH"], keys["RANGE"], keys_only=schema["projection"]["ProjectionType"] == "KEYS_ONLY")


def _get(memory: MemoryTable) -> Callable[..., Record]:
    def get(model: type[Record], pk: str, sk: str, consistent_read: bool) -> Record:
        assert consistent_read
        found = memory.get(pk, sk)
        if found is None:
            raise Record.DoesNotExist
        return found

    return get


def _save(memory: MemoryTable) -> Callable[..., None]:
    def save(record: Record, condition: c.Condition) -> None:
        memory.put(record, condition)

    return save


def _batch(memory: MemoryTable) -> Callable[..., Any]:
    class Batch:
        """Each item on its own, as table.put_many uses it."""

        def save(self, record: Record) -> None:
            memory.commit([(record, None, table.always())])

    @contextmanager
    def batch_write(model: type[Record]) -> Iterator[Batch]:
        yield Batch()

    return batch_write


def _update(memory: MemoryTable) -> Callable[..., None]:
    def update(record: Record, actions: Sequence[u.Action], condition: c.Condition) -> None:
        memory.update(record, actions, condition)

    return update


def _query(memory: MemoryTable) -> Callable[..., Iterator[Record]]:
    def query(
        model: type[Record],
        pk: str,
        sk: c.Condition | None,
        *,
        consistent_read: bool,
        limit: int | None,
        page_size: int | None,
        scan_index_forward: bool,
        last_evaluated_key: Mapping[str, Any] | None,
    ) -> Iterator[Record]:
        assert consistent_read
        return memory.select(pk, sk, limit, scan_index_forward, last_evaluated_key)

    return query


def _pages(memory: MemoryTable, name: str) -> Callable[..., Iterator[Record]]:
    def query(
        key: str,
        sort: c.Condition | None = None,
        *,
        page_size: int,
        scan_index_forward: bool = True,
        last_evaluated_key: Mapping[str, Any] | None = None,
    ) -> Iterator[Record]:
        assert not memory.indexes[name].keys_only, "PynamoDB finds nothing there: the discriminator is not projected"
        after = last_evaluated_key
        while True:
            items, after = memory.page(name, key, sort, forward=scan_index_forward, after=after, limit=page_size)
            for item in items:
                if "kind" in item:
                    yield record_of(item)
            if after is None:
                return

    return query


def _count(memory: MemoryTable, name: str) -> Callable[..., int]:
    def count(key: str, sort: c.Condition | None = None) -> int:
        items, _ = memory.page(name, key, sort, forward=True, after=None, limit=EVERYTHING)
        return sum("kind" in item for item in items) if not memory.indexes[name].keys_only else 0

    return count


def _writer(memory: MemoryTable) -> type[Any]:
    class Writer:
        """TransactWrite, as table.transact uses it: checks, deletes, puts, then updates."""

        def __init__(self, connection: Any, client_request_token: str) -> None:
            self.writes: list[tuple[Record, Sequence[u.Action] | str | None, c.Condition]] = []

        def __enter__(self) -> Writer:
            return self

        def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
            if kind is None:
                memory.commit(self.writes)

        def condition_check(self, model: type[Record], pk: str, sk: str, condition: c.Condition) -> None:
            self.writes.append((model(pk, sk), "check", condition))

        def save(self, record: Record, condition: c.Condition) -> None:
            self.writes.append((record, None, condition))

        def update(self, record: Record, actions: list[u.Action], condition: c.Condition) -> None:
            self.writes.append((record, actions, condition))

        def delete(self, record: Record, condition: c.Condition) -> None:
            self.writes.append((record, "delete", condition))

    return Writer
