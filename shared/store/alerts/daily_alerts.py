"""What a store is to be told once a day: one item each, in the index of what comes, due at the store's own hour."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.alerts.model import Cause
from shared.domain.stores import Store
from shared.domain.windows import next_regular
from shared.store.alerts.causes import cause_of, told_cause
from shared.store.dynamodb import keys, table
from shared.store.dynamodb.alert_records import DayRecord
from shared.store.dynamodb.errors import Stale
from shared.store.dynamodb.table import Put, Write, absent, get, put, stale

DAY = "DAY"


@dataclass(frozen=True, slots=True)
class Day:
    """`due_at` is when the store is told next; `look_at` when somebody should look before that, because something has
    happened; `leaving` the open alert about orders that leave the platform's window."""

    store_id: str
    due_at: datetime
    look_at: datetime | None = None
    leaving: Cause | None = None
    version: int = 1


def next_due(store: Store, after: datetime) -> datetime:
    """The store's hour of the day, after a moment; nine where it wants no digest: what leaves the window is told."""
    hour = store.alert_rules.digest_hour
    return next_regular(after, store.time_zone, "daily", 9 if hour is None else hour)


def first(store: Store, now: datetime) -> Write:
    """What a new store starts with, to go into the transaction that makes it."""
    return Put(_record(Day(store.store_id, next_due(store, now))), absent(), stale)


def load(store_id: str) -> Day | None:
    """Read consistently; None in a store that was made before there was such an item."""
    record = get(store_id, DAY)
    if not isinstance(record, DayRecord):
        return None
    leaving = record.leaving
    return Day(
        store_id,
        record.due_at,
        record.look_at,
        leaving and cause_of(leaving[:2], leaving[2]),
        int(record.version),
    )


def save(before: Day | None, after: Day, also: Sequence[Write] = ()) -> None:
    """Raises Stale where another run was first, and AlreadyRaised."""
    table.transact([change(before, after), *also])


def change(before: Day | None, after: Day) -> Write:
    """The write of a change, to go into a transaction. Raises Stale."""
    there = DayRecord.version == before.version if before else absent()
    return Put(_record(replace(after, version=before.version + 1 if before else 1)), there, stale)


def rescheduled(store: Store, now: datetime) -> Write:
    """The day as it is due at the store's own hour from now on, to be written together with what moves that."""
    before = load(store.store_id)
    due_at = next_due(store, now)
    return change(before, replace(before, due_at=due_at) if before else Day(store.store_id, due_at))


def hasten(store_id: str, now: datetime) -> None:
    """Have somebody look at what leaves the window soon: an export has ended. The day's own time comes anyway."""
    day = load(store_id)
    if day is not None and day.leaving is not None:
        with suppress(Stale):
            write = change(day, replace(day, look_at=now))
            assert isinstance(write, Put)
            put(write)


def _record(day: Day) -> DayRecord:
    at = min(day.due_at, day.look_at or day.due_at)
    return DayRecord(
        day.store_id,
        DAY,
        version=day.version,
        due_at=day.due_at,
        look_at=day.look_at,
        leaving=[*told_cause(day.leaving), day.leaving.subject] if day.leaving else None,
        reminder_shard=keys.reminder_shard(day.store_id, ""),
        remind_at=keys.sort_key(at, day.store_id),
    )
