"""What a table of former code has that this code would not write: one row for each, with how it is recognised and how
it is rewritten. Everything else of former code is as this code writes it, ends by itself within days (answers to
idempotency keys, pending deliveries), or is a record of what happened and stays (history).

This code reads all of it as well, because two versions run side by side during a deployment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.store.alerts import channels
from shared.store.customers import customers
from shared.store.dynamodb import keys
from shared.store.dynamodb.table import Put, put
from shared.store.exports import exports
from shared.store.former import figures, orders
from shared.store.former.items import Item, differs, read, records


@dataclass(frozen=True, slots=True)
class Step:
    """`kinds` are those of the items that are one unit: the items of an order (`whole_order`), or one item alone.

    `is_former` may read, and never writes. `rewrite` reads the unit again, writes it under the condition that it has
    not changed since, and returns how many items or figures of each kind it wrote: none if another run was faster.
    Raises Stale, Missing or Busy.
    """

    name: str
    kinds: frozenset[str]
    is_former: Callable[[Sequence[Item]], bool]
    rewrite: Callable[[str, str], Counter[str]]
    whole_order: bool = False


def _single(write: Callable[..., Put]) -> tuple[Callable[[Sequence[Item]], bool], Callable[[str, str], Counter[str]]]:
    """`is_former` and `rewrite` of an item that is written alone; `write` makes the write of its record."""

    def is_former(items: Sequence[Item]) -> bool:
        return any(differs(item, write(record).record) for item, record in zip(items, records(items), strict=True))

    def rewrite(pk: str, sk: str) -> Counter[str]:
        item = read(pk, sk)
        if item is None or not is_former([item]):
            return Counter()
        put(write(*records([item])))
        return Counter({item["kind"]["S"]: 1})

    return is_former, rewrite


def _is_former_channel(items: Sequence[Item]) -> bool:
    """Among the store's own items, its secrets not encrypted."""
    return any(not item["pk"]["S"].startswith(keys.CHANNELS_PK) for item in items)


def _move_channel(pk: str, sk: str) -> Counter[str]:
    return Counter({"channel": int(channels.move(pk, sk.removeprefix(keys.CHANNEL)))})


STEPS = (
    Step(
        "orders",
        frozenset(("order", "detail", "parcel", "refund", "dispute")),
        orders.is_former,
        orders.rewrite,
        whole_order=True,
    ),
    Step("figures", frozenset(("figures", "change_figures")), figures.is_former, figures.rewrite),
    Step("channels", frozenset(("channel",)), _is_former_channel, _move_channel),
    Step("customers", frozenset(("customer",)), *_single(customers.rewriting)),
    Step("exports", frozenset(("export",)), *_single(exports.rewriting)),
)
OF_KIND = {kind: step for step in STEPS for kind in step.kinds}
