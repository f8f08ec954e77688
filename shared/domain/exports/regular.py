"""The regular export of a store: its schedule, and when it is due next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.stores import Store
from shared.domain.windows import next_regular


@dataclass(frozen=True, slots=True)
class Schedule:
    """The default is an .xls file of all orders of the last three calendar months, each month at 2:00 local time."""

    enabled: bool = True
    cadence: str = "monthly"
    kind: str = "orders"
    format: str = "xls"
    hour: int = 2

    def next_after(self, after: datetime, time_zone: str) -> datetime | None:
        """The next time after `after`; None while the schedule is off."""
        return next_regular(after, time_zone, self.cadence, self.hour) if self.enabled else None


@dataclass(frozen=True, slots=True)
class RegularExport:
    """`due_at` is the scheduled time of the next export, None while the schedule is off. `last` is the id of the last
    export."""

    store_id: str
    schedule: Schedule
    due_at: datetime | None
    last: str | None = None
    version: int = 1


def first(store: Store, now: datetime) -> RegularExport:
    """The regular export of a new store."""
    return scheduled(RegularExport(store.store_id, Schedule(), None), store, now)


def scheduled(export: RegularExport, store: Store, now: datetime) -> RegularExport:
    """The regular export, due at the next time of its schedule after `now`."""
    return replace(export, due_at=export.schedule.next_after(now, store.time_zone))
