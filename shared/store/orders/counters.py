"""Exact counts of a store's orders, changed in the transaction of the order.

A store has one counter item for each of its shards (domain/shards.py). An order always counts in the same one, so each
change updates one item, and the sum over all counts every order exactly once.
"""

from __future__ import annotations

from collections import Counter

from shared.domain.order.model import FundState, Order, Overlay, Status
from shared.store.dynamodb import keys
from shared.store.dynamodb.records import FUND_COUNTS, OVERLAY_COUNTS, STATUS_COUNTS, CounterRecord, Record
from shared.store.dynamodb.table import ABSENT, PRESENT, Put, Update, Write, query, stale
from shared.store.orders.events import NO_EVENTS, Numbering

NAMES: dict[str, str] = {
    str(facet): name for names in (STATUS_COUNTS, FUND_COUNTS, OVERLAY_COUNTS) for facet, name in names.items()
}
_COUNTS = frozenset(("total", *NAMES.values()))


class Counts(Counter[str]):
    """Orders by facet: `total`, and one name for each status, fund state and overlay (records.py)."""

    def of(self, facet: Status | FundState | Overlay) -> int:
        return self[NAMES[facet]]


def facets(status: Status, fund_state: FundState, overlays: tuple[Overlay, ...]) -> Counts:
    """The counts of one order, each 1."""
    return Counts(["total", *(NAMES[each] for each in (status, fund_state, *overlays))])


def delta_writes(was: Order | None, after: Order, events: Numbering = NO_EVENTS) -> list[Write]:
    """The write that changes the counts from one version of an order to the next, and the number of the last event;
    none if nothing changes."""
    steps = facets(after.status, after.fund_state, after.overlays)
    if was is not None:
        steps.subtract(facets(was.status, was.fund_state, was.overlays))
    actions = [getattr(CounterRecord, name).add(step) for name, step in sorted(steps.items()) if step]
    actions += events.actions
    if not actions:
        return []
    record = CounterRecord(after.store_id, keys.counter_sk(after.shard))
    return [Update(record, actions, PRESENT & events.condition if events.seqs else PRESENT, stale)]


def new_counter_writes(store_id: str, shards: range) -> list[Write]:
    """The writes of the counter items of new shards, all zero."""
    return [Put(CounterRecord(store_id, keys.counter_sk(shard), total=0), ABSENT, stale) for shard in shards]


def counts(store_id: str) -> Counts:
    """The store's current counts: one consistent query of a small item for each shard."""
    total = Counts()
    for record in query(CounterRecord, store_id, Record.sk.startswith(keys.COUNTER)):
        total.update({name: int(value) for name, value in record.attribute_values.items() if name in _COUNTS and value})
    return total
