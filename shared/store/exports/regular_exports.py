"""The regular export of each store: one item with what its owner has set and when it is due, in the clock's index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from shared.domain.stores import Store
from shared.domain.windows import next_regular
from shared.store.dynamodb import indexes, keys
from shared.store.dynamodb.errors import Missing
from shared.store.dynamodb.records import RegularExportRecord
from shared.store.dynamodb.table import Put, Write, absent, get, put, stale


@dataclass(frozen=True, slots=True)
class Schedule:
    """On by default: .xls of all orders of the last three calendar months, each month at 2 in the store's zone."""

    enabled: bool = True
    cadence: str = "monthly"
    kind: str = "orders"
    format: str = "xls"
    hour: int = 2

    def next_after(self, moment: datetime, time_zone: str) -> datetime | None:
        return next_regular(moment, time_zone, self.cadence, self.hour) if self.enabled else None


@dataclass(frozen=True, slots=True)
class RegularExport:
    """`due_at` is the nominal time of the next one, None while it is off; `last` the job of the last."""

    store_id: str
    schedule: Schedule
    due_at: datetime | None
    last: str | None = None
    version: int = 1


def first(store: Store, now: datetime) -> Write:
    """What a new store starts with, to go into the transaction that makes it."""
    schedule = Schedule()
    export = RegularExport(store.store_id, schedule, schedule.next_after(now, store.time_zone))
    return Put(_record(export), absent(), stale)


def load(store_id: str) -> RegularExport:
    """Raises Missing."""
    record = get(store_id, keys.REGULAR_EXPORT)
    if not isinstance(record, RegularExportRecord):
        raise Missing("no such store")
    return RegularExport(
        store_id, Schedule(**record.settings), record.due_at, record.last_export_id, int(record.version)
    )


def due_by(now: datetime) -> Iterator[str]:
    """The stores whose regular export is due by `now`, longest due first; hints, off one query."""
    return (pk for _, pk in indexes.due(indexes.CLOCK, keys.EXPORT_SHARD, now))


def change(before: RegularExport, after: RegularExport) -> Write:
    """The write of a change, to go into a transaction or to be put for itself. Raises Stale."""
    record = _record(replace(after, version=before.version + 1))
    return Put(record, RegularExportRecord.version == before.version, stale)


def save(before: RegularExport, after: RegularExport) -> None:
    write = change(before, after)
    assert isinstance(write, Put)
    put(write)


def _record(export: RegularExport) -> RegularExportRecord:
    return RegularExportRecord(
        export.store_id,
        keys.REGULAR_EXPORT,
        version=export.version,
        due_at=export.due_at,
        settings=asdict(export.schedule),
        last_export_id=export.last,
        clock_shard=keys.EXPORT_SHARD if export.due_at else None,
        fires_at=keys.sort_key(export.due_at, export.store_id) if export.due_at else None,
    )
