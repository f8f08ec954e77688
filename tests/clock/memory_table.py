"""The table in memory: many times as fast as an engine behind a socket, for a month of a hundred thousand orders.

It stands in for PynamoDB and the engine below shared/store/table.py, whose own code runs as it is: conditions and
actions are PynamoDB's objects, judged here; a transaction does all or nothing, and its reasons come back by place;
indexes project, sort and page, and may be some writes old. What it was not made for it refuses loudly.
tests/clock/test_memory_table.py holds it against Dynoxide.
"""

from __future__ import annotations

import json
import random
from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from pynamodb.attributes import DiscriminatorAttribute, NumberAttribute
from pynamodb.exceptions import CancellationReason, PutError, TransactWriteError, VerboseClientError
from pynamodb.expressions import condition as c
from pynamodb.expressions import update as u
from pynamodb.expressions.operand import Path, Value

from shared.store import table
from shared.store.records import Record

Item = dict[str, str | int | float | bytes]
"""An item as it lies here, by attribute: text, numbers and bytes stand for S, N and B."""
Key = tuple[str, str]
HONEST = 1_000
"""Every so many writes and reads the short way into and out of an item is held against PynamoDB's own."""
LAST = "\U0010ffff"


# ── Records and items ────────────────────────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=64)
def _attributes(model: type[Record]) -> tuple[dict[str, tuple[str, Callable[[Any], Any]]], frozenset[str]]:
    """(how each attribute is written: its name in the table and its serializer; those that must be there)."""
    written = {}
    for name, attribute in model.get_attributes().items():
        assert attribute.attr_type in ("S", "N", "B"), f"{name} is of a type that the stand-in does not know"
        plain = isinstance(attribute, NumberAttribute)
        written[name] = (attribute.attr_name, (lambda value: value) if plain else attribute.serialize)
    required = {name for name, attribute in model.get_attributes().items() if not attribute.null}
    return written, frozenset(required)


@lru_cache(maxsize=64)
def _readers(model: type[Record]) -> dict[str, tuple[str, Callable[[Any], Any] | None]]:
    """By name in the table: the name on the record, and how it is read; None where it is what it is."""
    plain = (type(Record.pk).deserialize, NumberAttribute.deserialize)
    return {
        attribute.attr_name: (name, None if type(attribute).deserialize in plain else attribute.deserialize)
        for name, attribute in model.get_attributes().items()
    }


def item_of(record: Record) -> Item:
    written, required = _attributes(type(record))
    item: Item = {}
    for name, value in record.attribute_values.items():
        if value is not None:
            attr_name, serialize = written[name]
            item[attr_name] = serialize(value)
    if not required <= item.keys():
        record.serialize()  # says which one is missing
    return item


def raw(item: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The item in DynamoDB's own words."""
    return {
        name: {"S": value}
        if isinstance(value, str)
        else {"B": value}
        if isinstance(value, bytes)
        else {"N": json.dumps(value)}
        for name, value in item.items()
    }


def plain(told: Mapping[str, Mapping[str, Any]]) -> Item:
    """The other way round."""
    return {name: _scalar(value) for name, value in told.items()}


def record_of(item: Item) -> Record:
    model = Record._get_discriminator_attribute().deserialize(item["kind"])
    record: Record = model.__new__(model)
    readers, values = _readers(model), {}
    for attr_name, value in item.items():
        reader = readers.get(attr_name)
        if reader is not None:
            name, read = reader
            values[name] = value if read is None else read(value)
    record.attribute_values = values
    return record


def _scalar(told: Mapping[str, Any]) -> Any:
    ((kind, value),) = told.items()
    if kind == "N":
        return json.loads(value)
    if kind not in ("S", "B"):
        raise NotImplementedError(f"values of type {kind}")
    return value


# ── Conditions and actions ───────────────────────────────────────────────────────────────────────────────────────────

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: one == other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def holds(condition: c.Condition, item: Mapping[str, Any]) -> bool:
    """Does a condition hold for an item (or for nothing, an empty one)?"""
    kind, values = type(condition), condition.values
    if kind is c.And:
        return holds(values[0], item) and holds(values[1], item)
    if kind is c.Or:
        return holds(values[0], item) or holds(values[1], item)
    if kind is c.Not:
        return not holds(values[0], item)
    if kind is c.Exists:
        return _name(values[0]) in item
    if kind is c.NotExists:
        return _name(values[0]) not in item
    if kind not in (c.Comparison, c.Between, c.BeginsWith):
        raise NotImplementedError(f"conditions like {condition}")
    operands = [_operand(value, item) for value in values]
    if kind is c.Comparison and condition.operator == "<>":
        return not _alike(*operands) or operands[0] != operands[1]
    if not _alike(*operands):
        return False
    if kind is c.Comparison:
        return _COMPARE[condition.operator](*operands)
    if kind is c.Between:
        return bool(operands[1] <= operands[0] <= operands[2])
    return bool(operands[0].startswith(operands[1]))


def _alike(*values: Any) -> bool:
    """Values compare where both are there and of one type."""
    kinds = {(int if isinstance(value, float) else type(value)) for value in values}
    return len(kinds) == 1 and kinds != {type(None)}


def _operand(operand: Any, item: Mapping[str, Any]) -> Any:
    if isinstance(operand, Value):
        return _scalar(operand.value)
    return item.get(_name(operand))


def _name(path: Any) -> str:
    if not isinstance(path, Path) or len(path.path) != 1:
        raise NotImplementedError(f"operands like {path}")
    return str(path.path[0])


def _acted(item: Item, actions: Sequence[u.Action]) -> None:
    before = dict(item)
    for action in actions:
        name = _name(action.values[0])
        if type(action) is u.SetAction:
            value = _operand(action.values[1], before)
            if value is None:
                raise _refused("UpdateItem", "ValidationException")
            item[name] = value
        elif type(action) is u.AddAction:
            step = _scalar(action.values[1].value)
            item[name] = before.get(name, 0) + step
        elif type(action) is u.RemoveAction:
            item.pop(name, None)
        else:
            raise NotImplementedError(f"actions like {action}")


def _bounds(condition: c.Condition | None) -> tuple[str, bool, str, bool]:
    """A key condition as (lower, whether it is in, upper, whether it is in)."""
    if condition is None:
        return "", True, LAST, True
    values = [_scalar(value.value) for value in condition.values[1:]]
    if type(condition) is c.Between:
        if values[0] > values[1]:
            raise _refused("Query", "ValidationException")
        return values[0], True, values[1], True
    if type(condition) is c.BeginsWith:
        return values[0], True, values[0] + LAST, True
    if type(condition) is c.Comparison:
        (value,) = values
        return {
            "=": (value, True, value, True),
            "<": ("", True, value, False),
            "<=": ("", True, value, True),
            ">": (value, False, LAST, True),
            ">=": (value, True, LAST, True),
        }[condition.operator]
    raise NotImplementedError(f"key conditions like {condition}")


def _refused(operation: str, code: str, reasons: Sequence[CancellationReason | None] = ()) -> VerboseClientError:
    told = {"Error": {"Code": code, "Message": "refused by the stand-in"}}
    return VerboseClientError(told, operation, cancellation_reasons=reasons)


# ── The table ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Sorted:
    """The items of one partition by sort key; in an index, several may share one."""

    __slots__ = ("keys",)

    def __init__(self) -> None:
        self.keys: list[tuple[str, ...]] = []

    def add(self, key: tuple[str, ...]) -> None:
        if not self.keys or key > self.keys[-1]:
            self.keys.append(key)
        else:
            insort(self.keys, key)

    def remove(self, key: tuple[str, ...]) -> None:
        del self.keys[bisect_left(self.keys, key)]

    def between(
        self, bounds: tuple[str, bool, str, bool], forward: bool, after: tuple[str, ...] | None, limit: int
    ) -> tuple[list[tuple[str, ...]], bool]:
        """Up to `limit` keys, and whether there may be more."""
        lower, lower_in, upper, upper_in = bounds
        keys = self.keys
        begin = bisect_left(keys, (lower,)) if lower_in else bisect_right(keys, (lower, LAST))
        end = bisect_right(keys, (upper, LAST)) if upper_in else bisect_left(keys, (upper,))
        if after is not None and forward:
            begin = max(begin, bisect_right(keys, after))
        elif after is not None:
            end = min(end, bisect_left(keys, after))
        if end <= begin:
            return [], False
        if forward:
            return keys[begin : min(end, begin + limit)], begin + limit < end
        return keys[max(begin, end - limit) : end][::-1], end - limit > begin


class Index:
    """One index: what it shows may be older than the table, never something that never was."""

    def __init__(self, name: str, hash_key: str, range_key: str, *, keys_only: bool) -> None:
        self.name, self.hash_key, self.range_key, self.keys_only = name, hash_key, range_key, keys_only
        self.partitions: dict[str, Sorted] = {}
        self.rows: dict[Key, tuple[str, str, Item]] = {}
        self.pending: deque[tuple[int, Key, Item | None]] = deque()

    def told(self, write: int, key: Key, was: Item | None, item: Item | None) -> None:
        """A write that this index has yet to show, if it has anything to do with it."""
        if (was is not None and self.hash_key in was) or (item is not None and self.hash_key in item):
            self.pending.append((write, key, item))

    def catch_up(self, until: int) -> None:
        pending = self.pending
        while pending and pending[0][0] <= until:
            _, key, item = pending.popleft()
            self._apply(key, item)

    def _apply(self, key: Key, item: Item | None) -> None:
        row = self.rows.get(key)
        partition = item.get(self.hash_key) if item else None
        place = item.get(self.range_key) if item else None
        if row is not None and (row[0], row[1]) != (partition, place):
            there = self.partitions[row[0]]
            there.remove((row[1], *key))
            if not there.keys:
                del self.partitions[row[0]]
            del self.rows[key]
            row = None
        if item is not None and partition is not None and place is not None:
            assert isinstance(partition, str) and isinstance(place, str)
            if row is None:
                self.partitions.setdefault(partition, Sorted()).add((place, *key))
            self.rows[key] = (partition, place, item)

    def shown(self, pk: str, sk: str) -> Item:
        partition, place, item = self.rows[pk, sk]
        return {"pk": pk, "sk": sk, self.hash_key: partition, self.range_key: place} if self.keys_only else item


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
        found, _ = partition.between(_bounds(sk), forward, start, limit or 1 << 60) if partition else ([], False)
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
        found, more = partition.between(_bounds(sort), forward, start, limit) if partition else ([], False)
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

    def put(self, record: Record, condition: c.Condition) -> None:
        try:
            self.commit([(record, None, condition)])
        except TransactWriteError as error:
            codes = [f"{reason.code}Exception" for reason in error.cancellation_reasons if reason]
            raise PutError("refused", _refused("PutItem", codes[0]) if codes else error.cause) from error

    def commit(self, writes: Sequence[tuple[Record, Sequence[u.Action] | str | None, c.Condition]]) -> None:
        """All of these or none: a record to put, to update with actions, or to delete."""
        if self.fault:
            self.fault("before")
        changes: dict[Key, Item | None] = {}
        reasons: list[CancellationReason | None] = []
        for record, change, condition in writes:
            key = (record.attribute_values["pk"], record.attribute_values["sk"])
            if key in changes:
                raise TransactWriteError("twice", _refused("TransactWriteItems", "ValidationException"))
            there = self.items.get(key)
            held = holds(condition, there or {})
            reasons.append(None if held else CancellationReason("ConditionalCheckFailed"))
            changes[key] = self._changed(record, change, key, there) if held else None
        if any(reasons):
            self.refused += 1
            raise TransactWriteError("refused", _refused("TransactWriteItems", "TransactionCanceledException", reasons))
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
            _acted(item, change)
        if "" in item.values() and any(item[name] == "" for name in self._keys & item.keys()):
            raise TransactWriteError("an empty key", _refused("TransactWriteItems", "ValidationException"))
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
        """Until the end of the block, shared/store/table.py works on this table."""
        put_back = [(table, "connection", table.connection), (table, "TransactWrite", table.TransactWrite)]
        table.connection, table.TransactWrite = (lambda: self), _writer(self)  # type: ignore[assignment,misc]
        Record.get = classmethod(_get(self))
        Record.query = classmethod(_query(self))
        Record.save = lambda record, condition=None: self.put(record, condition)
        for index in declared_indexes().values():
            index.query, index.count = _pages(self, index.Meta.index_name), _count(self, index.Meta.index_name)
        try:
            yield self
        finally:
            for owner, name, value in put_back:
                setattr(owner, name, value)
            del Record.get, Record.query, Record.save
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
        items, _ = memory.page(name, key, sort, forward=True, after=None, limit=1 << 60)
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


assert isinstance(Record.kind, DiscriminatorAttribute)
