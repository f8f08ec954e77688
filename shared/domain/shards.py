"""The shards of a store. An order counts in one of them: in its counters, funds, figures and numbers of events.

DynamoDB refuses a transaction while another one holds one of its items. So two orders of one shard cannot change at the
same moment. docs/scaling.md has the figures.
"""

from __future__ import annotations

import zlib

FEW, MANY = 8, 64
LARGE = 200_000
"""Orders of a store. A request for counters reads every shard, so a smaller store has FEW."""


def shards_for(orders: int) -> int:
    """How many shards a store with so many orders has. A store keeps them when it has fewer orders later."""
    return MANY if orders >= LARGE else FEW


def shard_of(store_id: str, order_id: str, shards: int) -> int:
    return zlib.crc32(f"{store_id}#{order_id}".encode()) % shards
