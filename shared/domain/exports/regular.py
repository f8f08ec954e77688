"""The regular export of a store: what its owner has set, and when it is due."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.stores import Store
from shared.domain.windows import next_regular


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


def first(store: Store, now: datetime) -> RegularExport:
    """The regular export of a new store."""
    return scheduled(RegularExport(store.store_id, Schedule(), None), store, now)


def scheduled(export: RegularExport, store: Store, now: datetime) -> RegularExport:
    """The export, due at its next time from now on in the store's zone."""
    return replace(export, due_at=export.schedule.next_after(now, store.time_zone))
