"""What a store is to be told once a day: one item each, in the index of what comes, due at the store's own hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shared.domain.alerts.daily import Day
from shared.store.alerts.causes import cause_of, told_cause
from shared.store.dynamodb import keys, table
from shared.store.dynamodb.alert_records import DayRecord
from shared.store.dynamodb.table import Put, Write, absent, get, stale

DAY = "DAY"


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
    table.save(change(before, after), also)


def change(before: Day | None, after: Day) -> Put:
    """The write of a change, to go into a transaction. Raises Stale."""
    there = DayRecord.version == before.version if before else absent()
    return Put(_record(replace(after, version=before.version + 1 if before else 1)), there, stale)


def _record(day: Day) -> DayRecord:
    return DayRecord(
        day.store_id,
        DAY,
        version=day.version,
        due_at=day.due_at,
        look_at=day.look_at,
        leaving=[*told_cause(day.leaving), day.leaving.subject] if day.leaving else None,
        reminder_shard=keys.reminder_shard(day.store_id, ""),
        remind_at=keys.sort_key(day.next_at, day.store_id),
    )
