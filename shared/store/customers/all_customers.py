"""All customers of a store by buyer id, in the export's own way: straight off the wire, as timeline.py reads orders. It
must make of an item what customers.py makes of it; a test compares the two."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from shared.domain.customers.model import Customer
from shared.store.dynamodb import keys, wire
from shared.store.dynamodb.wire import At, Text, Tick, Whole, idle


class Item(msgspec.Struct, gc=False):
    """What customers.py writes, without its place in lists."""

    sk: Text
    version: Whole
    country: Text
    counts: Text
    spend: Text | None = None
    name: Text | None = None
    first_at: At | None = None
    last_at: At | None = None
    tags: Text | None = None
    note: Text | None = None
    blocked: Whole | None = None
    reminder_opt_out: Whole | None = None


_KEYS = ("pk", "sk")
_items = wire.pages_of(Item)
_numbers, _texts = msgspec.json.Decoder(dict[str, int]), msgspec.json.Decoder(tuple[str, ...])


def behind(store_id: str, after: str = "", tick: Tick = idle) -> Iterator[Customer]:
    """All customers behind a buyer id, by buyer id, read consistently a page at a time: an id never changes, so each
    that is there all the while is met once, as it is when its page is read, whatever changes meanwhile. One unit for
    each 4 KB; `tick` is called for every page."""
    for item in wire.items(None, _KEYS, *_range(store_id, after), _items, tick):
        yield Customer(
            store_id,
            item.sk.S.removeprefix(keys.CUSTOMER),
            item.country.S,
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
        )


def count(store_id: str, tick: Tick = idle) -> int:
    """How many customers there are, for the units of reading them all."""
    return wire.count(None, _KEYS, *_range(store_id, ""), tick)


def _range(store_id: str, after: str) -> tuple[str, str, str]:
    """Nothing comes between an id and that id with the least character that an id may hold behind it."""
    first = keys.CUSTOMER + (f"{after}\x01" if after else "")
    return keys.customers_pk(store_id), first, keys.CUSTOMER[:-1] + keys.BEHIND
