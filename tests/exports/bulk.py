"""Many orders at once: their records, written as they lie in the table, past the API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3

from bench.export import pages
from shared.domain.order.model import Order
from shared.store.dynamodb.records import Record
from shared.store.orders.items import head_of
from shared.store.orders.parts import part_record, parts_of, versions_checksum

BATCH = 25


def load(store_id: str, count: int, lines: int = 3) -> list[Order]:
    """`count` orders of the benchmark's shop, in a store of the test's own, in the order of their time. The store's
    counters know nothing of them."""
    from dataclasses import replace

    orders = [replace(pages.order(number, lines), store_id=store_id) for number in range(count)]
    write(orders)
    return orders


def write(orders: Iterable[Order]) -> None:
    client, table = boto3.client("dynamodb"), Record.Meta.table_name

    def put(requests: list[Any]) -> None:
        left = client.batch_write_item(RequestItems={table: requests}).get("UnprocessedItems")
        assert not left

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(put, _batches(_items(orders))))


def _items(orders: Iterable[Order]) -> Iterator[Any]:
    for order in orders:
        parts = parts_of(order)
        yield head_of(
            order, part_versions=versions_checksum(dict.fromkeys(parts, order.version)), armed=False
        ).serialize()
        for sk, part in parts.items():
            yield part_record(order, sk, part, order.version).serialize()


def _batches(items: Iterator[Any]) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for item in items:
        batch.append({"PutRequest": {"Item": item}})
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
