"""Items of today's code as commit 9902e89 would have written them: what the stored table cannot show, because nothing
in it moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shared.store.dynamodb import keys
from shared.store.orders import figures
from tests.clock.expressions import Item, raw
from tests.clock.memory_table import MemoryTable

LATER = ("seller_key", "seller_due_key", "disputed_since", "claimless", "revision")
"""Of heads."""
BUCKETS = 16


def downgrade(table: MemoryTable) -> int:
    """Make every item of the table former. Returns how many are written, moved or gone."""
    changed = 0
    wide: dict[tuple[str, str], Item] = {}
    for key, item in list(table.items.items()):
        if item["kind"] == "term" or (item["kind"] == "figures" and not key[1].startswith("TOTAL")):
            table.place(None, key)
            for name, amount in _figures(item):
                into = (key[0], name[0])
                wide.setdefault(into, {"pk": into[0], "sk": into[1], "kind": "figures"})[name[1]] = amount
        elif (former := _former(item)) == item:
            continue
        else:
            table.place(None, key)
            table.place(former)
        changed += 1
    for item in wide.values():
        table.place(item)
    return changed


def _former(item: Item) -> Item:
    former = dict(item)
    match item["kind"]:
        case "order":
            for name in LATER:
                former.pop(name, None)
            former["fund_key"] = f"{item['timeline']}#{item['fund_state']}"
            former["in_customer"] = 1
        case "detail":
            former["placed_digest"] = "0" * 32
        case "parcel":
            former["reference_key"] = f"{str(item['pk']).split('#')[0]}#tracking#{item['tracking_no']}"
        case "channel":
            former["pk"] = str(item["pk"]).removeprefix(keys.CHANNELS_PK)
    return former


def _figures(item: Item) -> Iterator[tuple[tuple[str, str], int]]:
    """((sort key, attribute), amount) of a former item."""
    if item["kind"] != "figures":
        return
    for figure, amount in figures.of_item(raw(item)):
        bucket = f"#{sum(figure.name.encode()) % BUCKETS:02d}" if figure.by == "product" else ""
        shard = str(item["sk"]).rpartition("#")[2]
        yield (
            (f"{figure.by.upper()}#{figure.day}#{figure.currency}#{shard}{bucket}", f"{figure.name}#{figure.figure}"),
            amount,
        )


def sums(items: Mapping[Any, Item]) -> dict[Any, int]:
    """All figures of a table, added up."""
    total: dict[Any, int] = {}
    for item in items.values():
        if str(item["kind"]) in ("figures", "change_figures"):
            store = str(item["pk"])
            for figure, amount in figures.of_item(raw(item)):
                total[store, figure] = total.get((store, figure), 0) + amount
    return {key: amount for key, amount in total.items() if amount}
