"""The regular export of each store: one item with its settings and its next time, in the clock's index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date, datetime

from shared.domain.exports.regular import RegularExport, Schedule
from shared.store.dynamodb import indexes, keys, table
from shared.store.dynamodb.records import RegularExportRecord
from shared.store.dynamodb.table import ABSENT, Put, Write, put, stale


def creating(export: RegularExport) -> Write:
    """The write of a new store's regular export, for the transaction that creates the store."""
    return Put(_record(export), ABSENT, stale)


def load(store_id: str) -> RegularExport:
    """Raises Missing."""
    record = table.load(RegularExportRecord, store_id, keys.REGULAR_EXPORT)
    return RegularExport(
        store_id,
        Schedule(**record.settings),
        record.due_at,
        record.last_export_id,
        int(record.version),
        date.fromisoformat(record.due_day) if record.due_day else None,
        record.made_at,
    )


def due_by(now: datetime) -> Iterator[str]:
    """The stores whose regular export is due by `now`, the earliest first. One query; eventually consistent."""
    return (pk for _, pk in indexes.due(indexes.CLOCK, keys.EXPORT_SHARD, now))


def change(before: RegularExport, after: RegularExport) -> Put:
    """The write of a change, alone or for a transaction. It raises Stale."""
    record = _record(replace(after, version=before.version + 1))
    return Put(record, RegularExportRecord.version == before.version, stale)


def save(before: RegularExport, after: RegularExport) -> None:
    put(change(before, after))


def _record(export: RegularExport) -> RegularExportRecord:
    return RegularExportRecord(
        export.store_id,
        keys.REGULAR_EXPORT,
        version=export.version,
        due_at=export.due_at,
        due_day=export.due_day and export.due_day.isoformat(),
        made_at=export.made_at,
        settings=asdict(export.schedule),
        last_export_id=export.last,
        clock_shard=keys.EXPORT_SHARD if export.due_at else None,
        fires_at=keys.sort_key(export.due_at, export.store_id) if export.due_at else None,
    )
