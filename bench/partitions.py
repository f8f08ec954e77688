"""What each request asks of each partition of the table and its indexes.

DynamoDB reports units for the table and for each index, not for each partition. So the units of a write are computed
here from the items before and after it, by DynamoDB's rules, and their sums are compared with what the engine reports.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import botocore.client

from local.template import Template
from tests.capacity import WRITES
from tests.store.sizes import size_of

Item = Mapping[str, Any]
Key = tuple[str, str]
Partition = tuple[str, str, str]
"""The table ("table") or an index, a partition key, and in the table the sort key: under load DynamoDB splits the items
of a partition key by their sort keys. In an index the sort keys are times, all of the same moment, so it cannot."""
TABLE = "table"
HASH_EQUALS = re.compile(r"(#?\w+) = (:\w+)")


@dataclass(frozen=True)
class Call:
    """One request to DynamoDB. `items` are the keys that it writes or whose condition it checks, none for a read."""

    units: Mapping[Partition, float]
    items: frozenset[Key] = frozenset()
    transaction: bool = False


@contextmanager
def recorded() -> Iterator[list[Call]]:
    """Every DynamoDB request of this process until the end of the block. Raises AssertionError where the units
    computed here are not those that the engine reports."""
    calls: list[Call] = []
    clients: Any = botocore.client.BaseClient
    real = clients._make_api_call
    (table,) = Template.load().tables
    indexes = table.create_arguments["GlobalSecondaryIndexes"]

    def call(client: Any, operation: str, arguments: Any) -> Any:
        if client.meta.service_model.service_name != "dynamodb":
            return real(client, operation, arguments)

        def images(keys: list[Key]) -> dict[Key, Item]:
            found = {}
            for pk, sk in keys:
                key = {"pk": {"S": pk}, "sk": {"S": sk}}
                asked = {"TableName": _table_name(operation, arguments), "Key": key, "ConsistentRead": True}
                if item := real(client, "GetItem", asked).get("Item"):
                    found[pk, sk] = item
            return found

        keys = list(_keys(operation, arguments))
        before = images(keys)
        answer = real(client, operation, {**arguments, "ReturnConsumedCapacity": "INDEXES"})
        reported = _reported(answer.get("ConsumedCapacity"))
        if operation in WRITES:
            after, transaction = images(keys), operation == "TransactWriteItems"
            units: Counter[Partition] = Counter()
            for key in keys:
                units.update(_written(before.get(key), after.get(key), 2 if transaction else 1, indexes))
            assert _sums(units) == reported, (operation, _sums(units), reported)
            calls.append(Call(units, frozenset(keys), transaction))
        else:
            (part,) = reported or {TABLE: 0.0}
            calls.append(Call({(part, *_partition(operation, arguments)): sum(reported.values())}))
        return answer

    clients._make_api_call = call
    try:
        yield calls
    finally:
        clients._make_api_call = real


def _written(before: Item | None, after: Item | None, times: int, indexes: list[Any]) -> Counter[Partition]:
    """The write units of one item, by partition. A transaction counts an item twice, but its index entries once."""
    units: Counter[Partition] = Counter()
    some = after or before
    if some is None:
        return units
    units[(TABLE, *_key(some))] = times * max(_units(before), _units(after), 1)
    for index in indexes:
        old, new = (entry_of(item, index) for item in (before, after))
        hash_key, range_key = (key["AttributeName"] for key in index["KeySchema"])
        if old and new and (old[hash_key], old[range_key]) == (new[hash_key], new[range_key]):
            if old != new:
                units[index["IndexName"], new[hash_key]["S"], ""] += max(_units(old), _units(new))
            continue
        for entry in filter(None, (old, new)):
            units[index["IndexName"], entry[hash_key]["S"], ""] += _units(entry)
    return units


def entry_of(item: Item | None, index: Any) -> Item | None:
    """What an index has of an item."""
    names = [key["AttributeName"] for key in index["KeySchema"]]
    if item is None or any(name not in item for name in names):
        return None
    projection = index["Projection"]
    if projection["ProjectionType"] == "ALL":
        return item
    kept = {*names, "pk", "sk", *projection.get("NonKeyAttributes", ())}
    return {name: value for name, value in item.items() if name in kept}


def _units(item: Item | None) -> int:
    return 0 if item is None else math.ceil(size_of(dict(item)) / 1024)


def _keys(operation: str, arguments: Any) -> Iterator[Key]:
    """The keys of the items that a request writes."""
    if operation == "TransactWriteItems":
        for action in arguments["TransactItems"]:
            ((_, content),) = action.items()
            yield _key(content.get("Item") or content["Key"])
    elif operation == "BatchWriteItem":
        for requests in arguments["RequestItems"].values():
            for request in requests:
                ((_, content),) = request.items()
                yield _key(content.get("Item") or content["Key"])
    elif operation in WRITES:
        yield _key(arguments.get("Item") or arguments["Key"])


def _key(item: Item) -> Key:
    return item["pk"]["S"], item["sk"]["S"]


def _table_name(operation: str, arguments: Any) -> str:
    if operation == "TransactWriteItems":
        ((_, content),) = arguments["TransactItems"][0].items()
        return str(content["TableName"])
    if operation == "BatchWriteItem":
        return str(next(iter(arguments["RequestItems"])))
    return str(arguments["TableName"])


def _partition(operation: str, arguments: Any) -> Key:
    """The partition key and the item that a read asks for; of a batch the first."""
    if operation == "Query":
        found = HASH_EQUALS.search(arguments["KeyConditionExpression"])
        assert found, arguments["KeyConditionExpression"]
        return arguments["ExpressionAttributeValues"][found[2]]["S"], ""
    if operation == "BatchGetItem":
        ((_, asked),) = arguments["RequestItems"].items()
        return _key(asked["Keys"][0])
    return _key(arguments["Key"])


def _reported(consumed: Any) -> Counter[str]:
    """Units by table and index, without zeros."""
    total: Counter[str] = Counter()
    for each in consumed if isinstance(consumed, list) else [consumed] if consumed else []:
        total[TABLE] += each.get("Table", {}).get("CapacityUnits", 0)
        for name, part in each.get("GlobalSecondaryIndexes", {}).items():
            total[name] += part["CapacityUnits"]
    return Counter({name: units for name, units in total.items() if units})


def _sums(units: Mapping[Partition, float]) -> Counter[str]:
    total: Counter[str] = Counter()
    for (name, *_), each in units.items():
        total[name] += each  # type: ignore[assignment]
    return total
