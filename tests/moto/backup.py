"""Moto with less work where it took most of the time of a test with more than a few orders.

It copies the whole table for each item of each transaction: what the transaction may touch is enough. And it sorts the
whole table for each query, by keys that it reads anew for each comparison: keys are text here, and compare as they are.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest import mock

from moto.dynamodb import models
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table


@contextmanager
def cheap_backups() -> Iterator[None]:
    whole = models.DynamoDBBackend.transact_write_items

    def transact(self: Any, transact_items: list[dict[str, Any]]) -> None:
        kept: dict[int, Table] = {}

        def deepcopy(value: Any) -> Any:
            if not isinstance(value, Table):
                return copy.deepcopy(value)
            if id(value) not in kept:
                kept[id(value)] = _backup(value, transact_items)
            return kept[id(value)]

        with mock.patch.object(models, "copy", SimpleNamespace(deepcopy=deepcopy)):
            whole(self, transact_items)

    with (
        mock.patch.object(models.DynamoDBBackend, "transact_write_items", transact),
        mock.patch.object(Table, "all_items", _sorted_items),
        mock.patch.object(DynamoType, "cast_value", property(_cast_value)),
        mock.patch.object(DynamoType, "__hash__", lambda self: hash(self.cast_value)),
    ):
        yield


_cast = DynamoType.cast_value.fget  # type: ignore[attr-defined]


def _cast_value(value: DynamoType) -> Any:
    return value.value if value.type == "S" else _cast(value)


def _sorted_items(table: Table) -> list[Any]:
    items = [item for partition in table.items.values() for item in partition.values()]  # type: ignore[union-attr]
    return sorted(items, key=lambda item: (item.hash_key.value, item.range_key.value))


def _backup(table: Table, transact_items: list[dict[str, Any]]) -> Table:
    """The table with items of its own where the transaction may change them in place, and shared ones elsewhere."""
    backup = copy.copy(table)
    partitions: Any = {pk: dict(items) for pk, items in table.items.items()}
    backup.items = defaultdict(dict, partitions)
    for operation in transact_items:
        for request in operation.values():
            key = request.get("Key") or request["Item"]
            pk, sk = (DynamoType(key[str(name)]) for name in (table.hash_key_attr, table.range_key_attr))
            if sk in partitions.get(pk, ()):
                partitions[pk][sk] = copy.deepcopy(partitions[pk][sk])
    return backup
