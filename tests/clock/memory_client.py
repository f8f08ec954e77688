"""The table in memory for readers that use a client and not table.py: the wire's pages, and a scan."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tests.clock.expressions import raw

if TYPE_CHECKING:
    from tests.clock.memory_table import MemoryTable

EVERYTHING = 1 << 60


class MemoryClient:
    """All that is asked for comes as one page."""

    def __init__(self, memory: MemoryTable) -> None:
        self.memory = memory

    def query(self, **asked: Any) -> Mapping[str, Any]:
        """As shared/store/dynamodb/wire.py asks it: a key and a sort key between two."""
        assert asked["KeyConditionExpression"] == "#key = :key AND #sort BETWEEN :since AND :until", asked
        key, since, until = (asked["ExpressionAttributeValues"][name]["S"] for name in (":key", ":since", ":until"))
        found = self.memory.range(asked.get("IndexName"), key, since, until)
        items = [] if asked.get("Select") == "COUNT" else [raw(item) for item in found]
        page = {"Items": items, "Count": len(found)}
        return {"Page": json.dumps(page, default=lambda value: base64.b64encode(value).decode()).encode()}

    def get_paginator(self, operation: str) -> MemoryClient:
        assert operation == "scan"
        return self

    def paginate(self, *, TableName: str, ConsistentRead: bool) -> Iterator[Mapping[str, Any]]:
        yield {"Items": [raw(item) for item in self.memory.items.values()]}
