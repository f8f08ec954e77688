"""Windows of calendar days in a store's time zone. All are half-open: [start, end)."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def months_before(day: date, months: int) -> date:
    """The same day `months` months earlier, or the last day of that month if it is shorter (31 May → 28 February)."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def start_of_day(day: date, time_zone: str) -> datetime:
    """The first instant of a local day, in UTC. If the clock skips midnight, it is the first instant after the gap."""
    return datetime.combine(day, time(), ZoneInfo(time_zone)).astimezone(UTC)


def last_three_months(until: datetime, time_zone: str) -> tuple[datetime, datetime]:
    """[three calendar months before the local day that `until` falls on, start of that day)."""
    day = until.astimezone(ZoneInfo(time_zone)).date()
    return start_of_day(months_before(day, 3), time_zone), start_of_day(day, time_zone)


def period_of(day: date, group_by: str) -> tuple[date, date]:
    """[first day, day after the last day) of the day, ISO week (from Monday) or month that contains `day`."""
    if group_by == "day":
        return day, day + timedelta(days=1)
    if group_by == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=7)
    first = day.replace(day=1)
    return first, months_before(first, -1)
