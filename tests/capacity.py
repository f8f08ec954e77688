"""What requests cost: capacity units as the engine reports them, the table and its indexes apart.

PynamoDB always asks for TOTAL, so the seam is the call below it: every request is sent with INDEXES.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import botocore.client

from functions.orders import memberships

WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"})


@dataclass
class Units:
    """Read and write units so far; `calls` by operation, `indexes` by name, `written` those of writes alone."""

    read: float = 0
    write: float = 0
    index_read: float = 0
    index_write: float = 0
    calls: Counter[str] = field(default_factory=Counter)
    indexes: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)

    @property
    def reads(self) -> float:
        return self.read + self.index_read

    @property
    def writes(self) -> float:
        return self.write + self.index_write

    def add(self, operation: str, capacity: Any) -> None:
        self.calls[operation] += 1
        for consumed in capacity if isinstance(capacity, list) else [capacity] if capacity else []:
            table = consumed.get("Table", {}).get("CapacityUnits", 0)
            indexes = {name: part["CapacityUnits"] for name, part in consumed.get("GlobalSecondaryIndexes", {}).items()}
            self.indexes.update(indexes)
            if operation in WRITES:
                self.written.update(indexes)
                self.write, self.index_write = self.write + table, self.index_write + sum(indexes.values())
            else:
                self.read, self.index_read = self.read + table, self.index_read + sum(indexes.values())


@contextmanager
def metered() -> Iterator[Units]:
    """Count every DynamoDB call of this process until the end of the block. A membership is read once in it, however
    long it takes."""
    units, real = Units(), botocore.client.BaseClient._make_api_call

    def call(client: Any, operation: str, arguments: Any) -> Any:
        answer = real(client, operation, {**arguments, "ReturnConsumedCapacity": "INDEXES"})
        units.add(operation, answer.get("ConsumedCapacity"))
        return answer

    botocore.client.BaseClient._make_api_call = call
    try:
        with patch.object(memberships, "VALID_FOR", timedelta(days=365)):
            yield units
    finally:
        botocore.client.BaseClient._make_api_call = real
