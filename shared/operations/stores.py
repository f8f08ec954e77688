"""Stores: opened by the first request that may, and changed by their owner."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from shared.domain.stores import Store
from shared.operations.orders import lapse_order
from shared.store import lists, stores
from shared.store.errors import Busy, Exists, Missing, Stale

OPENING_ROLES = frozenset({"owner", "platform"})
ATTEMPTS = 5


def open_store(store_id: str, role: str, now: datetime) -> stores.Kept:
    """The store, made where the token of an owner or the platform names a new one. Raises Missing for anybody else."""
    try:
        return stores.load(store_id)
    except Missing:
        if role not in OPENING_ROLES:
            raise
    with suppress(Exists):
        stores.create(Store(store_id, name=store_id), now)
    return stores.load(store_id)


def change_store(kept: stores.Kept, change: Callable[[Store], Store]) -> Store:
    """Change the settings. A new mode reaches the orders that are already there by the clock (see `rearm_store`)."""
    for _ in range(ATTEMPTS):
        after = change(kept.store)
        if after == kept.store:
            return after
        turned = after.policy.mode is not kept.store.policy.mode
        try:
            stores.save(kept, after, rearm_after=lists.FIRST if turned else kept.rearm_after)
            return after
        except Stale:
            kept = stores.load(kept.store.store_id)
    raise Busy("the store keeps changing")


def rearm_store(store_id: str, *, now: datetime, before: datetime, enough: Callable[[], bool]) -> int:
    """Bring the clock entries of a store's orders in line with its mode, from where the last run stopped; lapses that
    are due take effect on the way. Answers with how many orders it looked at; stops early when `enough()` says so."""
    kept = stores.load(store_id)
    if kept.rearm_after is None:
        return 0
    looked = 0
    for due_key, order_id in lists.due_orders(store_id, kept.rearm_after):
        lapse_order(kept.store, order_id, before=before, now=now)
        looked += 1
        if enough():
            _rearmed(kept, due_key)
            return looked
    _rearmed(kept, None)
    return looked


def _rearmed(kept: stores.Kept, up_to: str | None) -> None:
    with suppress(Stale):  # the settings changed meanwhile; the next sweep starts from what they say
        stores.save(kept, kept.store, rearm_after=up_to)
