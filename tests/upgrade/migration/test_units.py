"""What a migration costs, on an engine that counts as DynamoDB does, and that reads a table in segments."""

from __future__ import annotations

import json

import boto3

from bench import life
from shared.operations.migration import Migrated, migrate
from shared.settings import settings
from shared.store.secrets import search_secret
from tests.capacity import metered
from tests.clock.expressions import raw
from tests.clock.memory_client import plain
from tests.clock.memory_table import MemoryTable
from tests.harness import Api
from tests.proof import counted, size
from tests.upgrade.downgrade import downgrade

ORDERS, SEGMENTS = size(3, 100), 4
MOST_PER_ORDER = 26
"""Write units, with those of indexes."""


def make_former() -> int:
    """Every item of the table as former code would have written it, of ended orders alone. Returns how many."""
    client, name, former = boto3.client("dynamodb"), settings().table_name, MemoryTable()
    items = [item for page in client.get_paginator("scan").paginate(TableName=name) for item in page["Items"]]
    for item in items:
        former.place(plain({key: {kind: value} for key, typed in item.items() for kind, value in typed.items()}))
        client.delete_item(TableName=name, Key={"pk": item["pk"], "sk": item["sk"]})
    open_orders = {pk for (pk, _), item in former.items.items() if item.get("status", "FINISH") != "FINISH"}
    for key in [key for key in former.items if key[0] in open_orders]:
        former.place(None, key)
    downgrade(former)
    for kept in former.items.values():
        client.put_item(TableName=name, Item=raw(kept))
    return len(former.items)


def all_segments(*, dry_run: bool = False) -> Migrated:
    total = Migrated()
    for segment in range(SEGMENTS):
        total.add(migrate(dry_run=dry_run, segment=segment, segments=SEGMENTS, page_size=25))
    return total


def test_a_former_order_costs_no_more_than_a_few_of_its_steps(on_dynoxide: Api) -> None:
    shop = on_dynoxide.shop()
    for _ in range(ORDERS):
        life.life(on_dynoxide, 3, shop=shop)
    search_secret()
    items = make_former()
    with metered() as units:
        done = all_segments()
    assert not done.failed and done.former["orders"] == ORDERS, done
    per_order = {"read": units.reads / ORDERS, "write": units.writes / ORDERS, "items": items / ORDERS}
    with metered() as again:
        left = all_segments(dry_run=True)
    assert not left.former and again.writes == 0 and left.seen == done.seen, left
    per_order["count"] = again.reads / ORDERS
    print(json.dumps({"per order of 3 lines": per_order, "written": done.written}))
    assert per_order["write"] <= MOST_PER_ORDER
    counted("former orders migrated in segments", done.former["orders"], ORDERS)
