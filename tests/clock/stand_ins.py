"""What PynamoDB's own functions and classes do on the table in memory, as shared/store/dynamodb/table.py calls them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pynamodb.expressions import condition as c
from pynamodb.expressions import update as u

from shared.store.dynamodb import table, wire
from shared.store.dynamodb.records import Record
from tests.clock import seam
from tests.clock.expressions import item_of, raw, record_of
from tests.clock.memory_client import MemoryClient
from tests.clock.memory_index import Key

if TYPE_CHECKING:
    from tests.clock.memory_table import MemoryTable


def stand_ins(memory: MemoryTable) -> Iterator[tuple[Any, str, Any]]:
    """Where each belongs, under which name, and what it is."""

    def save(record: Record, condition: c.Condition) -> None:
        memory.put(record, condition)

    def update(record: Record, actions: Sequence[u.Action], condition: c.Condition) -> None:
        memory.update(record, actions, condition)

    yield table, "connection", lambda: memory
    yield table, "TransactWrite", _writer(memory)
    yield wire, "connection", lambda: memory
    yield wire, "_client", MemoryClient
    yield Record, "get", classmethod(_get(memory))
    yield Record, "query", classmethod(_query(memory))
    yield Record, "save", save
    yield Record, "update", update
    yield Record, "batch_write", classmethod(_batch(memory))
    yield Record, "batch_get", classmethod(_batch_get(memory))
    for name, index in declared_indexes().items():
        yield index, "query", _pages(memory, name)


def declared_indexes() -> dict[str, Any]:
    return {name: getattr(Record, name) for name in dir(Record) if name.startswith("by_")}


def key_of(record: Record) -> Key:
    return record.attribute_values["pk"], record.attribute_values["sk"]


def _part_name(change: Sequence[u.Action] | str | None) -> str:
    if change is None:
        return "Put"
    return {"delete": "Delete", "check": "ConditionCheck"}[change] if isinstance(change, str) else "Update"


def written(record: Record, change: Sequence[u.Action] | str | None) -> dict[str, Any]:
    return {"Item": raw(item_of(record))} if change is None else {"Key": seam.named(key_of(record))}


def _get(memory: MemoryTable) -> Callable[..., Record]:
    def get(model: type[Record], pk: str, sk: str, consistent_read: bool) -> Record:
        assert consistent_read
        found = memory.get(pk, sk)
        if found is None:
            raise Record.DoesNotExist
        return found

    return get


def _batch(memory: MemoryTable) -> Callable[..., Any]:
    class Batch(list[Record]):
        """Each item on its own, 25 a request, as table.put_many uses it."""

        save = list.append

    @contextmanager
    def batch_write(model: type[Record]) -> Iterator[Batch]:
        batch = Batch()
        yield batch
        for start in range(0, len(batch), 25):
            records = batch[start : start + 25]
            puts = [{"PutRequest": {"Item": seam.named(key_of(record))}} for record in records]

            def run(records: Sequence[Record] = records) -> None:
                for record in records:
                    memory.commit([(record, None, table.ALWAYS)])

            def arguments(puts: Any = puts) -> dict[str, Any]:
                return {"RequestItems": {Record.Meta.table_name: puts}}

            memory.call("BatchWriteItem", arguments, run)

    return batch_write


def _batch_get(memory: MemoryTable) -> Callable[..., Iterator[Record]]:
    def batch_get(model: type[Record], keys: Sequence[Key], consistent_read: bool) -> Iterator[Record]:
        def arguments() -> dict[str, Any]:
            return {"RequestItems": {Record.Meta.table_name: {"Keys": [seam.named(key) for key in keys]}}}

        memory.reads += len(keys)
        found = memory.call("BatchGetItem", arguments, lambda: [memory.items.get(key) for key in keys])
        return (memory.read(item) for item in found if item is not None)

    return batch_get


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


def _writer(memory: MemoryTable) -> type[Any]:
    class Writer:
        """TransactWrite, as table.transact uses it: checks, deletes, puts, then updates."""

        def __init__(self, connection: Any, client_request_token: str) -> None:
            self.writes: list[tuple[Record, Sequence[u.Action] | str | None, c.Condition]] = []
            self.token = client_request_token

        def __enter__(self) -> Writer:
            return self

        def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
            if kind is None:
                memory.call("TransactWriteItems", self.arguments, lambda: memory.commit(self.writes))

        def arguments(self) -> dict[str, Any]:
            """The parts of the transaction by the names that DynamoDB gives them."""
            return {
                "ClientRequestToken": self.token,
                "TransactItems": [{_part_name(change): written(record, change)} for record, change, _ in self.writes],
            }

        def condition_check(self, model: type[Record], pk: str, sk: str, condition: c.Condition) -> None:
            self.writes.append((model(pk, sk), "check", condition))

        def save(self, record: Record, condition: c.Condition) -> None:
            self.writes.append((record, None, condition))

        def update(self, record: Record, actions: list[u.Action], condition: c.Condition) -> None:
            self.writes.append((record, actions, condition))

        def delete(self, record: Record, condition: c.Condition) -> None:
            self.writes.append((record, "delete", condition))

    return Writer
