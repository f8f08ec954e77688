"""The table in memory for readers that use a client and not table.py: the wire's pages, and a scan."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tests.clock.expressions import LAST, Item, raw

if TYPE_CHECKING:
    from tests.clock.memory_table import MemoryTable

EVERYTHING = 1 << 60
KEY = ("pk", "sk")


def plain(item: Mapping[str, Mapping[str, Any]]) -> Item:
    """An item in DynamoDB's own words as it lies in the table in memory."""
    return {
        name: json.loads(value) if kind == "N" else value
        for name, typed in item.items()
        for kind, value in typed.items()
    }


def answer(memory: MemoryTable, operation: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What boto3's own client answers, for the few requests that tests make with it."""
    unconditional = asked.keys() - {"ConditionExpression"} == asked.keys()
    assert unconditional, asked
    key = (asked["Key"]["pk"]["S"], asked["Key"]["sk"]["S"]) if "Key" in asked else ("", "")
    match operation:
        case "Scan":
            return {"Items": [raw(item) for item in memory.items.values()], "Count": len(memory.items)}
        case "GetItem":
            return {"Item": raw(memory.items[key])} if key in memory.items else {}
        case "Query":
            name = re.fullmatch(r"pk = (:\w+)", asked["KeyConditionExpression"])
            assert name and "IndexName" not in asked, asked
            found, _ = memory.range(None, asked["ExpressionAttributeValues"][name[1]]["S"], "", LAST)
            return {"Items": [raw(item) for item in found], "Count": len(found)}
        case "PutItem":
            memory.place(plain(asked["Item"]))
        case "DeleteItem":
            memory.place(None, key)
        case "UpdateItem":
            memory.place(_updated(memory.items.get(key) or dict(zip(KEY, key, strict=True)), asked))
        case "BatchWriteItem":
            for request in (each for requests in asked["RequestItems"].values() for each in requests):
                if "PutRequest" in request:
                    memory.place(plain(request["PutRequest"]["Item"]))
                else:
                    memory.place(None, tuple(request["DeleteRequest"]["Key"][name]["S"] for name in KEY))
            return {"UnprocessedItems": {}}
        case _:
            raise NotImplementedError(operation)
    return {}


def _updated(item: Item, asked: Mapping[str, Any]) -> Item:
    parts = re.fullmatch(r"(?:SET (?P<set>.+?))?(?: ?REMOVE (?P<remove>.+))?", asked["UpdateExpression"])
    assert parts, asked
    values = plain(asked.get("ExpressionAttributeValues", {}))
    names = asked.get("ExpressionAttributeNames", {})
    item = dict(item)
    for name, value in (each.split(" = ") for each in (parts["set"] or "").split(", ") if each):
        item[names.get(name, name)] = values[value]
    for name in (parts["remove"] or "").split(", "):
        item.pop(names.get(name, name), None)
    return item


class MemoryClient:
    """All that is asked for comes as one page, but for a limit."""

    def __init__(self, memory: MemoryTable) -> None:
        self.memory = memory

    def query(self, **asked: Any) -> Mapping[str, Any]:
        """As shared/store/dynamodb/wire.py asks it: a key and a sort key between two."""
        page: Mapping[str, Any] = self.memory.call("Query", lambda: asked, lambda: self._page(asked), wrapped=False)
        return page

    def _page(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        assert asked["KeyConditionExpression"] == "#key = :key AND #sort BETWEEN :since AND :until", asked
        key, since, until = (asked["ExpressionAttributeValues"][name]["S"] for name in (":key", ":since", ":until"))
        after, limit = asked.get("ExclusiveStartKey"), asked.get("Limit", EVERYTHING)
        found, last = self.memory.range(asked.get("IndexName"), key, since, until, after, limit)
        items = [] if asked.get("Select") == "COUNT" else [raw(item) for item in found]
        page = {"Items": items, "Count": len(found), **({"LastEvaluatedKey": last} if last else {})}
        return {"Page": json.dumps(page, default=lambda value: base64.b64encode(value).decode()).encode()}

    def get_paginator(self, operation: str) -> MemoryClient:
        assert operation == "scan"
        return self

    def paginate(self, *, TableName: str, ConsistentRead: bool) -> Iterator[Mapping[str, Any]]:
        yield answer(self.memory, "Scan", {})
