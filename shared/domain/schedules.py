"""Runs at an hour of a store's own days: of every day, of Mondays, or of the first of a month.

Hour, cadence and time zone may change at any moment. A change moves the run that is pending, and loses none: a run that
is due stays due, and a period that has had no run gets one, at once if its time has passed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
STARTS: Mapping[str, Callable[[date], bool]] = MappingProxyType(
    {
        "daily": lambda day: True,
        "weekly": lambda day: day.isoweekday() == 1,
        "monthly": lambda day: day.day == 1,
    }
)
"""The days on which a period of each cadence starts."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run that is due at `due_at`, for the period that starts on the store's local day `day`."""

    day: date
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Timetable:
    cadence: str
    hour: int
    time_zone: str

    def local_day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.time_zone)).date()

    def time_of(self, day: date) -> datetime:
        """The hour on a local day, in UTC: the first of two if the clock is set back, the next one if it is skipped."""
        return datetime.combine(day, time(self.hour), ZoneInfo(self.time_zone)).astimezone(UTC)

    def run_from(self, day: date, after: datetime | None = None) -> Run:
        """The first run on or after a local day, and after the time `after`."""
        while not STARTS[self.cadence](day) or (after and self.time_of(day) <= after):
            day += DAY
        return Run(day, self.time_of(day))

    def next(self, after: datetime) -> Run:
        """The first run after this time."""
        return self.run_from(self.local_day(after) - DAY, after)

    def last(self, until: datetime) -> Run:
        """The latest run that was due by this time."""
        day = self.local_day(until)
        while not STARTS[self.cadence](day) or self.time_of(day) > until:
            day -= DAY
        return Run(day, self.time_of(day))


def following(run: Run, timetable: Timetable, now: datetime) -> Run:
    """The run after one that was made at `now`: of the next period whose time has not passed. Missed ones are not made
    up."""
    return timetable.run_from(run.day + DAY, now)


def moved(run: Run, made_at: datetime | None, timetable: Timetable, now: datetime) -> Run:
    """The pending run after a change of the timetable. `made_at` is the time at which the last run was due: the next
    one is of the pending period or, if that is earlier, of the next one of the timetable."""
    pending = timetable.run_from(min(run.day, timetable.local_day(run.due_at)), made_at)
    coming = timetable.run_from(timetable.local_day(made_at) + DAY, now) if made_at else timetable.next(now)
    if pending.due_at <= now:
        return timetable.last(now)
    return min(pending, coming, key=lambda each: each.due_at)


def changed(run: Run, made_at: datetime | None, timetable: Timetable, now: datetime) -> Run:
    """Like `moved`, but a run that is due already stays due."""
    if run.due_at <= now:
        return Run(min(run.day, timetable.local_day(run.due_at)), run.due_at)
    return moved(run, made_at, timetable, now)
