"""Stores: opened by the first request that may, and changed by their owner."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from shared.domain.alerts import daily
from shared.domain.exports import regular
from shared.domain.stores import Store
from shared.operations.exports import reschedule
from shared.operations.orders import lapse_order
from shared.store import stores
from shared.store.alerts import daily_alerts
from shared.store.dynamodb.errors import Busy, Exists, Missing, Stale
from shared.store.exports import regular_exports
from shared.store.orders import lists
from shared.store.retries import retry
from shared.telemetry import logger

OPENING_ROLES = frozenset({"owner", "platform"})
SETTLES_IN = timedelta(seconds=60)
"""Longer than any request or sweep runs: from then on nobody writes by the store's former mode."""


def open_store(store_id: str, role: str, now: datetime) -> stores.StoredStore:
    """The store, made where the token of an owner or the platform names a new one. Raises Missing for anybody else."""
    try:
        return stores.load(store_id)
    except Missing:
        if role not in OPENING_ROLES:
            raise
    with suppress(Exists):
        create_store(Store(store_id, name=store_id), now)
    return stores.load(store_id)


def create_store(store: Store, now: datetime) -> None:
    """A new store with its regular export and its day. Raises Exists."""
    day = daily_alerts.change(None, daily.rescheduled(None, store, now))
    stores.create(store, now, [regular_exports.creating(regular.first(store, now)), day])


def change_store(stored: stores.StoredStore, change: Callable[[Store], Store], now: datetime) -> Store:
    """Change the settings. A new mode, or new rules for what is told when, reach the orders that are already there by
    the clock (see `rearm_store`)."""

    def step(stored: stores.StoredStore) -> Store:
        after = change(stored.store)
        if after == stored.store:
            return after
        if after.enforces and not stored.store.enforces:
            after = replace(after, watched_until=now)
        turned = _arms(after) != _arms(stored.store)
        rearming = stores.Rearming(lists.BEFORE_ALL_DEADLINES, now + SETTLES_IN) if turned else stored.rearming
        also = [reschedule(after, now)] if after.time_zone != stored.store.time_zone else []
        if _hour(after) != _hour(stored.store):
            day = daily_alerts.load(after.store_id)
            also.append(daily_alerts.change(day, daily.rescheduled(day, after, now)))
        stores.save(stored, after, rearming=rearming, also=also)
        return after

    return retry(step, lambda: stores.load(stored.store.store_id), stored)


def _arms(store: Store) -> tuple[Any, ...]:
    """What an order's entries in the clock's indexes are made from."""
    rules = store.alert_rules
    return store.policy.mode, dict(rules.leads), rules.former, rules.remind_payment


def _hour(store: Store) -> tuple[str, int | None]:
    return store.time_zone, store.alert_rules.digest_hour


def rearm_store(store_id: str, *, now: datetime, before: datetime, out_of_time: Callable[[], bool]) -> int:
    """Bring the clock entries of a store's orders in line with its mode, from where the last run stopped; lapses that
    are due take effect on the way. Answers with how many orders it looked at; stops early when `out_of_time()` says so.

    An order that is busy is tried again by the next run; one that cannot be read is passed by, and the log says which.
    """
    stored = stores.load(store_id)
    if stored.rearming is None:
        return 0
    looked, reached = 0, stored.rearming.after
    for due_key, order_id in lists.orders_due_after(store_id, reached):
        if out_of_time():
            _rearmed(stored, reached)
            return looked
        try:
            lapse_order(store_id, order_id, before=before, now=now)
        except Busy:
            logger.warning("an order is busy", extra={"order": f"{store_id}/{order_id}"})
            _rearmed(stored, reached)
            return looked
        except Exception:
            logger.exception("an order could not be armed", extra={"order": f"{store_id}/{order_id}"})
        looked, reached = looked + 1, due_key
    _rearmed(stored, None)
    return looked


def _rearmed(stored: stores.StoredStore, reached: str | None) -> None:
    assert stored.rearming is not None
    rearming = stores.Rearming(reached, stored.rearming.at) if reached else None
    with suppress(Stale):  # the settings changed meanwhile; the next sweep starts from what they say
        stores.save(stored, stored.store, rearming=rearming)
