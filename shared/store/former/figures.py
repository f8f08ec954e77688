"""Figures of former code: one item for all countries of a day and shard, and 16 for its products, with an attribute for
each name and figure.

Such an item is packed where it is. No report can see a figure twice or miss it, because one item changes at once; and
it costs the item itself, not an item for each product (docs/decisions.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action

from shared.store.dynamodb.figure_records import ChangeFiguresRecord
from shared.store.dynamodb.records import Record
from shared.store.dynamodb.table import PRESENT, Update, stale, update
from shared.store.former.items import Item, read
from shared.store.orders.figures import PACKED, of_item

MOST_ATTRIBUTES = 100
"""Of one update. Its condition names each: an expression has 4 KB and 300 operators at most."""
ATTRIBUTES = {"PRODUCT": "products", "COUNTRY": "countries"}
"""The attribute for the names of an item, by the beginning of its sort key."""


def is_former(items: Sequence[Item]) -> bool:
    return any(_former(item) for item in items)


def rewrite(pk: str, sk: str) -> Counter[str]:
    """Pack the item, MOST_ATTRIBUTES of its figures at a time. Each update costs the size of the item before it. Raises
    Stale if a figure has changed meanwhile."""
    written: Counter[str] = Counter()
    while (item := read(pk, sk)) and (former := _former(item)):
        chosen = former[:MOST_ATTRIBUTES]
        update(_packing(item, chosen))
        written["figures"] += len(chosen)
    return written


def _former(item: Item) -> list[str]:
    """The attributes that hold a figure of a country or product."""
    names = PACKED.get(ATTRIBUTES.get(item["sk"]["S"].partition("#")[0], ""), ())
    return sorted(each for each, value in item.items() if "N" in value and "#" in each and each.split("#")[-1] in names)


def _packing(item: Item, chosen: Sequence[str]) -> Update:
    pk, sk = item["pk"]["S"], item["sk"]["S"]
    attribute = ATTRIBUTES[sk.partition("#")[0]]
    names = PACKED[attribute]
    kept = {name: item[name] for name in ("sk", attribute) if name in item}
    amounts: dict[str, list[int]] = {}
    for figure, amount in of_item({**kept, **{name: item[name] for name in chosen}}):
        amounts.setdefault(figure.name, [0] * len(names))[names.index(figure.figure)] += amount
    column = Path([attribute])  # compared as bytes: another machine's zlib makes others of the same JSON
    unchanged: Condition = column == item[attribute]["B"] if attribute in item else column.does_not_exist()
    for name in chosen:
        unchanged &= Path([name]) == int(item[name]["N"])
    actions: list[Action] = [Record.kind.set(ChangeFiguresRecord), getattr(ChangeFiguresRecord, attribute).set(amounts)]
    actions += [Path([name]).remove() for name in chosen]
    return Update(ChangeFiguresRecord(pk, sk), actions, PRESENT & unchanged, stale)
