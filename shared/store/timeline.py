"""Whole orders in the order they were placed: heads off one timeline, all that hangs on them off the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from shared.domain.orders import Order
from shared.store import keys, orders
from shared.store.errors import Missing
from shared.store.items import order_of, whole
from shared.store.records import OrderRecord, Record
from shared.store.table import query_index

PAGE = 500


def placed(store_id: str, since: datetime, until: datetime) -> Iterator[Order]:
    """Orders placed in [since, until), oldest first, each once and in one consistent version.

    Two index queries side by side; an order that is being changed just now, so that head and parts are not of one
    moment, is read again from the table.
    """
    window = Record.placed_key.between(keys.instant(since), keys.instant(until))
    heads = query_index("by_placed", store_id, window, page_size=PAGE)
    records = query_index("by_placed", keys.second_timeline(store_id), window, page_size=PAGE)
    record = next(records, None)
    for head in heads:
        assert isinstance(head, OrderRecord)
        parts: list[Record] = []
        while record is not None and _order_key(record) <= head.placed_key:
            if record.pk == head.pk:
                parts.append(record)
            record = next(records, None)
        if whole(head, parts):
            yield order_of(head, parts)
            continue
        with suppress(Missing):
            yield orders.load(store_id, keys.split_pk(head.pk)[1]).order


def _order_key(record: Record) -> str:
    """Where the record's order stands: its own key without the record's id."""
    return "#".join(record.placed_key.split("#")[:2])
