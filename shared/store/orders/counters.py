"""Exact counts of a store's orders, changed in the transaction of the order they count.

A store has 8 counter items; an order always counts in the same one, so that each change moves one item atomically and
the sum over the eight never shows an order twice or not at all.
"""

from __future__ import annotations

from collections import Counter

from shared.domain.order.model import FundState, Order, Overlay, Status
from shared.store.dynamodb import keys
from shared.store.dynamodb.records import FUND_COUNTS, OVERLAY_COUNTS, STATUS_COUNTS, CounterRecord, Record
from shared.store.dynamodb.table import Put, Update, Write, absent, present, query, stale

NAMES: dict[str, str] = {
    str(facet): name for names in (STATUS_COUNTS, FUND_COUNTS, OVERLAY_COUNTS) for facet, name in names.items()
}


class Counts(Counter[str]):
    """Orders by facet: `total`, and one name for each status, fund state and overlay (records.py)."""

    def of(self, facet: Status | FundState | Overlay) -> int:
        return self[NAMES[facet]]


def facets(status: Status, fund_state: FundState, overlays: tuple[Overlay, ...]) -> Counts:
    """Where one order counts."""
    return Counts(
        [
            "total",
            STATUS_COUNTS[status],
            FUND_COUNTS[fund_state],
            *(OVERLAY_COUNTS[each] for each in overlays),
        ]
    )


def counted(was: Order | None, after: Order) -> list[Write]:
    """The write that moves the counts from one version to the next; none where no count changes."""
    moved = facets(after.status, after.fund_state, after.overlays)
    if was is not None:
        moved.subtract(facets(was.status, was.fund_state, was.overlays))
    actions = [getattr(CounterRecord, name).add(step) for name, step in sorted(moved.items()) if step]
    if not actions:
        return []
    record = CounterRecord(after.store_id, keys.counter_sk(after.store_id, after.order_id))
    return [Update(record, actions, present(), stale)]


def fresh(store_id: str) -> list[Write]:
    """A new store's counter items, all at nothing."""
    return [
        Put(CounterRecord(store_id, f"{keys.COUNTER}{shard}", total=0), absent(), stale)
        for shard in range(keys.COUNTER_SHARDS)
    ]


def counts(store_id: str) -> Counts:
    """The store's counts as of now: one consistent query of 8 small items."""
    total = Counts()
    for record in query(store_id, Record.sk.startswith(keys.COUNTER)):
        total.update(
            {name: int(value) for name, value in record.attribute_values.items() if isinstance(value, int | float)}
        )
    return total
