"""The regular export of a store: its schedule, and when it is due next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from shared.domain import schedules
from shared.domain.schedules import Run, Timetable
from shared.domain.stores import Store


@dataclass(frozen=True, slots=True)
class Schedule:
    """The default is an .xls file of all orders of the last three calendar months, each month at 2:00 local time."""

    enabled: bool = True
    cadence: str = "monthly"
    kind: str = "orders"
    format: str = "xls"
    hour: int = 2

    def timetable(self, store: Store) -> Timetable:
        return Timetable(self.cadence, self.hour, store.time_zone)


@dataclass(frozen=True, slots=True)
class RegularExport:
    """`due_at` is the scheduled time of the next export, None while the schedule is off; `due_day` is its local day,
    also while it is off. `made_at` is the scheduled time of the last run. `last` is the id of the last export."""

    store_id: str
    schedule: Schedule
    due_at: datetime | None
    last: str | None = None
    version: int = 1
    due_day: date | None = None
    made_at: datetime | None = None


def first(store: Store, now: datetime) -> RegularExport:
    """The regular export of a new store."""
    run = Schedule().timetable(store).next(now)
    return RegularExport(store.store_id, Schedule(), run.due_at, due_day=run.day)


def made(export: RegularExport, store: Store, now: datetime) -> RegularExport:
    """The regular export after its run, which was due: the next run is of the next period."""
    timetable = export.schedule.timetable(store)
    run = schedules.following(_pending(export, timetable, now), timetable, now)
    due_at = run.due_at if export.schedule.enabled else None
    return replace(export, due_at=due_at, due_day=run.day, made_at=export.due_at)


def changed(export: RegularExport, schedule: Schedule, was: Store, store: Store, now: datetime) -> RegularExport:
    """The regular export with another schedule, and in the time zone of `store` instead of that of `was`. A run that is
    due stays due, even if the schedule is switched off. Switched on again, it owes the run of the present period."""
    timetable, run = schedule.timetable(store), _pending(export, export.schedule.timetable(was), now)
    is_due = export.due_at is not None and export.due_at <= now
    move = schedules.changed if export.due_at is not None else schedules.moved
    run = move(run, export.made_at, timetable, now)
    return replace(
        export, schedule=schedule, due_at=run.due_at if schedule.enabled or is_due else None, due_day=run.day
    )


def _pending(export: RegularExport, timetable: Timetable, now: datetime) -> Run:
    """The run that is next, or would be if the schedule were on. Exports of the former code have no `due_day`."""
    if export.due_day is not None:
        return Run(export.due_day, export.due_at or timetable.time_of(export.due_day))
    return timetable.last(export.due_at) if export.due_at else timetable.next(now)
