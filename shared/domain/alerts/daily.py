"""The daily check of a store: its digest, and the alert about orders that are about to leave the export window of the
platform."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from shared.domain import schedules
from shared.domain.alerts.model import Cause
from shared.domain.schedules import Run, Timetable
from shared.domain.stores import Store

DEFAULT_HOUR = 9
"""The hour of the check for a store without a digest."""


@dataclass(frozen=True, slots=True)
class Day:
    """`due_at` is the time of the next daily check, `due_day` its local day, and `made_at` the time of the last one.
    `look_at` is the time of an extra check before it, after an export. `leaving` is the cause of the open alert about
    orders that leave the window."""

    store_id: str
    due_at: datetime
    look_at: datetime | None = None
    leaving: Cause | None = None
    version: int = 1
    due_day: date | None = None
    made_at: datetime | None = None

    @property
    def next_at(self) -> datetime:
        return min(self.due_at, self.look_at or self.due_at)


def timetable(store: Store) -> Timetable:
    """Each day at the hour of the store's digest."""
    hour = store.alert_rules.digest_hour
    return Timetable("daily", DEFAULT_HOUR if hour is None else hour, store.time_zone)


def first(store: Store, now: datetime) -> Day:
    run = timetable(store).next(now)
    return Day(store.store_id, run.due_at, due_day=run.day)


def made(day: Day, store: Store) -> Day:
    """The day after its check: the next one is due on the next local day. Missed days are made up one by one."""
    run = schedules.following(_pending(day, timetable(store)), timetable(store), day.due_at)
    return replace(day, due_at=run.due_at, due_day=run.day, made_at=day.due_at)


def changed(day: Day | None, was: Store, store: Store, now: datetime) -> Day:
    """The day after a change of the hour or the time zone; a new one if there is none. A check that is due stays due,
    and no day is left out."""
    if day is None:
        return first(store, now)
    run = schedules.changed(_pending(day, timetable(was)), day.made_at, timetable(store), now)
    return replace(day, due_at=run.due_at, due_day=run.day)


def _pending(day: Day, timetable: Timetable) -> Run:
    """Days of the former code have no `due_day`."""
    return Run(day.due_day, day.due_at) if day.due_day else timetable.last(day.due_at)


def after_export(day: Day, now: datetime) -> Day:
    """The day after an export has ended. If an alert about leaving orders is open, an extra check is due now, because
    the export may contain the orders."""
    return replace(day, look_at=now) if day.leaving else day
