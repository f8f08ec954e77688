"""Orders of former code: the head and the parts that this code would write in another way.

Of the head: index keys that lists need now (`seller_key`) or that no list reads any more (`fund_key` of orders whose
money does not move), fields that came later (`disputed_since`, `claimless`, `revision`), the flags of `in_customer`,
a sum of versions in place of a checksum. Of the parts: a digest that is not keyed, content that is not packed, a
tracking number that is not normalized in its key, open proposals of a dispute that has ended. With the head come the
terms of the order, and its place in its buyer's customer record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from shared.store.dynamodb import keys
from shared.store.dynamodb.errors import Busy
from shared.store.dynamodb.records import Record
from shared.store.dynamodb.table import query_items
from shared.store.former.items import Item, differs, records
from shared.store.orders import orders
from shared.store.orders.orders import Loaded
from shared.store.retries import attempts


def is_former(items: Sequence[Item]) -> bool:
    """Is one of these items of an order of former code? They may be of different versions, or not be all: then they are
    read again."""
    if not any(item["sk"]["S"] == keys.ORDER for item in items):
        return False  # the head comes with other items
    pk = items[0]["pk"]["S"]
    return bool((_differing(items) or _load(pk))[1])


def rewrite(pk: str, sk: str) -> Counter[str]:
    """Write the order as this code does, in one transaction: an order has 30 parcels and 10 disputes at most. Returns
    how many items of each kind. Raises Missing, Stale or Busy."""
    loaded, differing = _load(pk)
    if not differing:
        return Counter()
    orders.rewrite(loaded, [record for record in differing if record.sk != keys.ORDER])
    written = Counter(map(_kind, differing))
    written["orders that had no terms"] = int(not loaded.has_terms)
    written["orders that no customer counted"] = int(not loaded.in_customer)
    return written


Rebuilt = tuple[Loaded, tuple[Record, ...]]
"""An order, and those of its items that this code would write in another way, as it would write them."""


def _load(pk: str) -> Rebuilt:
    for _ in attempts():
        if rebuilt := _differing(list(query_items(pk, keys.ORDER, keys.ORDER + keys.AFTER_PREFIX))):
            return rebuilt
    raise Busy("the order keeps changing")


def _differing(items: Sequence[Item]) -> Rebuilt | None:
    loaded = orders.loaded_of(records(items))
    if loaded is None:
        return None
    now = orders.records_of(loaded)
    stored = {item["sk"]["S"]: item for item in items}
    return loaded, tuple(record for sk, record in now.items() if differs(stored[sk], record))


def _kind(record: Record) -> str:
    return str(record.serialize()["kind"]["S"])
