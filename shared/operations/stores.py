"""Stores: create one at the first request to it, change its settings, and apply new settings to its orders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shared.domain.alerts import daily
from shared.domain.exports import regular
from shared.domain.members import OPENS_STORES, Role
from shared.domain.order.transitions import Actor
from shared.domain.shards import shards_for
from shared.domain.stores import Store
from shared.operations.exports import reschedule
from shared.operations.members import founding
from shared.operations.orders import lapse_order
from shared.store import stores
from shared.store.alerts import daily_alerts
from shared.store.dynamodb.errors import Busy, Exists, Missing, Stale
from shared.store.dynamodb.table import Write
from shared.store.exports import regular_exports
from shared.store.orders import counters, lists
from shared.store.retries import ITEM_LIMIT, retry, time_limit
from shared.store.search import terms_progress
from shared.telemetry import logger

SETTLE_TIME = timedelta(seconds=60)
"""Longer than any request or sweep runs. After this time, no write uses the store's former mode."""
SLICE_ORDERS = 200
"""The orders of a slice: some seconds of work, so that the stores take turns."""
RESUME_AFTER = timedelta(minutes=5)
"""The time after which a sweep continues a slice whose message was lost."""
MAX_BUSY = 100
"""So many busy orders are stored. If more are busy, the table itself is, and the run ends."""


def open_store(store_id: str, role: Role, now: datetime) -> stores.StoredStore:
    """Load the store of a member. One that does not exist yet is created for an owner or the platform. Raises Missing
    for other roles."""
    try:
        return stores.load(store_id)
    except Missing:
        if role not in OPENS_STORES:
            raise
    with suppress(Exists):
        create_store(Store(store_id, name=store_id), now)
    return stores.load(store_id)


def found_store(store_id: str, founder: Actor, now: datetime) -> None:
    """Create a store whose first member is the founder, with the founder's role. Raises Exists if there is such a
    store, or if anybody is a member of it."""
    try:
        create_store(Store(store_id, name=store_id), now, founding(store_id, founder, now))
    except Stale:
        raise Exists("the store has members") from None


def create_store(store: Store, now: datetime, also: Sequence[Write] = ()) -> None:
    """Create a store with its regular export and its daily check, in one transaction with `also`. Raises Exists."""
    day = daily_alerts.change(None, daily.first(store, now))
    schedules = [regular_exports.creating(regular.first(store, now)), day]
    stores.create(store, now, [*schedules, terms_progress.creating(store.store_id, now), *also])


def change_store(stored: stores.StoredStore, change: Callable[[Store], Store], now: datetime) -> Store:
    """Save `change` of the settings. Sweeps apply a new mode or new alert rules to existing orders (see
    `rearm_store`). Raises Missing, Busy, or what `change` raises."""

    def step(stored: stores.StoredStore) -> Store:
        after = change(stored.store)
        if after == stored.store:
            return after
        if after.enforces and not stored.store.enforces:
            after = replace(after, watched_until=now)
        if after.time_zone != stored.store.time_zone:
            after = replace(after, zone_since=now)
        rearm = _clock_settings(after) != _clock_settings(stored.store)
        rearming = stores.Rearming(lists.BEFORE_ALL_DEADLINES, now + SETTLE_TIME) if rearm else stored.rearming
        also = [reschedule(stored.store, after, now)] if after.time_zone != stored.store.time_zone else []
        if _digest_time(after) != _digest_time(stored.store):
            day = daily_alerts.load(after.store_id)
            also.append(daily_alerts.change(day, daily.changed(day, stored.store, after, now)))
        stores.save(stored, after, rearming=rearming, also=also)
        return after

    return retry(step, lambda: stores.load(stored.store.store_id), stored)


def grow_store(stored: stores.StoredStore) -> None:
    """Give the store the shards that its number of orders needs. If the store changes meanwhile, this does nothing.
    Costs one read of the counters."""
    needed = shards_for(counters.counts(stored.store.store_id)["total"])
    if needed > stored.store.shards:
        with suppress(Stale):
            stores.save(stored, replace(stored.store, shards=needed), rearming=stored.rearming)


def _clock_settings(store: Store) -> tuple[Any, ...]:
    """The settings that an order's entries in the clock's indexes depend on."""
    rules = store.alert_rules
    return store.policy.mode, dict(rules.leads), rules.former, replace(rules.remind_payment, template_id=None)


def _digest_time(store: Store) -> tuple[str, int | None]:
    return store.time_zone, store.alert_rules.digest_hour


@dataclass(slots=True)
class StoreSlice:
    """What one slice did: orders checked, and those among them that failed. `next_at` is the due time of the next slice
    if that one can begin at once, else None."""

    checked: int = 0
    failed: int = 0
    next_at: datetime | None = None


def rearm_store(
    store_id: str, at: datetime, *, now: datetime, before: datetime, out_of_time: Callable[[], bool]
) -> StoreSlice:
    """Update the clock entries of up to SLICE_ORDERS orders of a store to its mode and rules, from the position of the
    last slice, and apply lapses that are due. Stops early when `out_of_time()` is true, or when MAX_BUSY orders are
    busy. Writes the store's item only after progress.

    `at` is the due time that the slice was found under. Progress changes it, so a slice that comes twice does nothing.
    An order with write conflicts stops no other: it is stored, and each run tries it again. An order that cannot be
    read is logged and skipped. Raises Missing or Busy.
    """
    stored, run = stores.load(store_id), StoreSlice()
    rearming = stored.rearming
    if rearming is None or rearming.at != at:
        return run
    position, busy = rearming.after, list[str]()

    def ends() -> bool:
        return run.checked >= SLICE_ORDERS or out_of_time()

    def rearm(order_id: str) -> None:
        run.checked += 1
        try:
            with time_limit(ITEM_LIMIT):
                lapse_order(store_id, order_id, before=before, now=now)
        except Busy:
            run.failed += 1
            busy.append(order_id)
            logger.warning("an order is busy", extra={"order": f"{store_id}/{order_id}"})
        except Exception:
            run.failed += 1
            logger.exception("an order could not be armed", extra={"order": f"{store_id}/{order_id}"})

    waiting, goes_on = list(rearming.busy), False
    try:
        while waiting and not ends():
            rearm(waiting.pop(0))
        for due_key, order_id in lists.orders_due_after(store_id, position):
            if len(busy) + len(waiting) >= MAX_BUSY:
                break
            if ends():
                goes_on = True
                break
            rearm(order_id)
            position = due_key
        else:
            position = lists.AFTER_ALL_DEADLINES
    finally:
        after = stores.Rearming(position, at, (*busy, *waiting))
        if after != rearming:
            after = replace(after, at=now + RESUME_AFTER if goes_on else before)
            done = position == lists.AFTER_ALL_DEADLINES and not after.busy
            goes_on = _save_rearming(stored, None if done else after) and goes_on
    run.next_at = after.at if goes_on else None
    return run


def _save_rearming(stored: stores.StoredStore, rearming: stores.Rearming | None) -> bool:
    """False if the settings have changed, or another worker was faster: then the next slice is not ours."""
    try:
        stores.save(stored, stored.store, rearming=rearming)
        return True
    except Stale:
        return False
