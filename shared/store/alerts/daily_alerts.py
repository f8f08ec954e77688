"""The daily alerts of stores: one item each in the reminder index, due at the store's own hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from shared.domain.alerts.daily import Day
from shared.store.alerts.causes import cause_of, cause_values
from shared.store.dynamodb import keys, table
from shared.store.dynamodb.alert_records import DayRecord
from shared.store.dynamodb.table import ABSENT, Put, Write, get, stale

DAY = "DAY"


def load(store_id: str) -> Day | None:
    """Read consistently; None for an old store without this item."""
    record = get(DayRecord, store_id, DAY)
    if record is None:
        return None
    leaving = record.leaving
    return Day(
        store_id,
        record.due_at,
        record.look_at,
        leaving and cause_of(leaving[:2], leaving[2]),
        int(record.version),
        date.fromisoformat(record.due_day) if record.due_day else None,
        record.made_at,
    )


def save(before: Day | None, after: Day, also: Sequence[Write] = ()) -> None:
    """Write the change in one transaction with `also`. Raises Stale if another run has changed it, or AlreadyRaised."""
    table.save(change(before, after), also)


def change(before: Day | None, after: Day) -> Put:
    """The write of a change, for a transaction. It raises Stale."""
    unchanged = DayRecord.version == before.version if before else ABSENT
    return Put(_record(replace(after, version=before.version + 1 if before else 1)), unchanged, stale)


def _record(day: Day) -> DayRecord:
    return DayRecord(
        day.store_id,
        DAY,
        version=day.version,
        due_at=day.due_at,
        due_day=day.due_day and day.due_day.isoformat(),
        made_at=day.made_at,
        look_at=day.look_at,
        leaving=[*cause_values(day.leaving), day.leaving.subject] if day.leaving else None,
        reminder_shard=keys.REMINDERS.of("", day.store_id),
        remind_at=keys.sort_key(day.next_at, day.store_id),
    )
