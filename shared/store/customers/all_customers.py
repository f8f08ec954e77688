"""All customers of a store by buyer id, for exports: decoded by a schema, as timeline.py reads orders. The result must
equal that of customers.py; a test compares the two."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from shared.domain.countries import iso_country
from shared.domain.customers.model import Customer
from shared.store.dynamodb import keys, wire
from shared.store.dynamodb.wire import At, Integer, Text, Tick, idle


class Item(msgspec.Struct, gc=False):
    """The attributes that customers.py writes, without index keys."""

    sk: Text
    version: Integer
    country: Text
    counts: Text
    spend: Text | None = None
    name: Text | None = None
    first_at: At | None = None
    last_at: At | None = None
    tags: Text | None = None
    note: Text | None = None
    blocked: Integer | None = None
    reminder_opt_out: Integer | None = None
    origin: Text | None = None


_items = wire.pages_of(Item)
_numbers, _texts = msgspec.json.Decoder(dict[str, int]), msgspec.json.Decoder(tuple[str, ...])


def after(store_id: str, buyer_id: str = "", tick: Tick = idle) -> Iterator[Customer]:
    """All customers after a buyer id (all if it is empty), by buyer id, read consistently a page at a time. Ids never
    change, so every customer that exists all the time appears once, in its state when its page is read. One read unit
    for each 4 KB. `tick` is called for every page."""
    for item in wire.items(None, *_range(store_id, buyer_id), _items, tick):
        yield Customer(
            store_id,
            item.sk.S.removeprefix(keys.CUSTOMER),
            iso_country(item.country.S),
            item.name.S if item.name else None,
            _numbers.decode(item.counts.S),
            _numbers.decode(item.spend.S) if item.spend else {},
            item.first_at.S if item.first_at else None,
            item.last_at.S if item.last_at else None,
            _texts.decode(item.tags.S) if item.tags else (),
            item.note.S if item.note else None,
            bool(item.blocked),
            bool(item.reminder_opt_out),
            version=item.version.N,
            origin=item.origin.S if item.origin else "",
        )


def count(store_id: str, tick: Tick = idle) -> int:
    """The number of customers, for the read units of all of them."""
    return wire.count(None, *_range(store_id, ""), tick)


def _range(store_id: str, buyer_id: str) -> tuple[str, str, str]:
    """(partition, first and last sort key). x01 is the least character of an id, so no id sorts between `buyer_id` and
    this first key."""
    first = keys.CUSTOMER + (f"{buyer_id}\x01" if buyer_id else "")
    return keys.customers_pk(store_id), first, keys.CUSTOMER[:-1] + keys.AFTER_PREFIX
