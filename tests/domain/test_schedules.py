"""A schedule never skips: whatever is changed, and whenever, no period goes without its run."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise, product
from zoneinfo import ZoneInfo

import pytest

from shared.domain.alerts import daily
from shared.domain.exports import regular
from shared.domain.exports.regular import RegularExport, Schedule
from shared.domain.schedules import STARTS, Timetable
from shared.domain.stores import Store
from tests.proof import counted, size

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ZONES = (
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/Los_Angeles",
    "Australia/Lord_Howe",  # half an hour
    "America/Nuuk",  # 23:00 on a Saturday in March does not exist
    "Pacific/Auckland",
)
YEAR = date(2026, 2, 1), date(2027, 2, 1)
"""Both changes of every clock lie in it."""
TICK = timedelta(seconds=30)
"""The clock comes at the half of each minute, so that a change can come between the due time and the run."""
LENGTH = {"daily": DAY, "weekly": 7 * DAY, "monthly": 31 * DAY}


# ---- the same calendar, written down once more


def starts(cadence: str, day: date) -> bool:
    return cadence == "daily" or (day.weekday() == 0 if cadence == "weekly" else day.day == 1)


def at_hour(day: date, hour: int, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def start_after(cadence: str, day: date) -> date:
    day += DAY
    while not starts(cadence, day):
        day += DAY
    return day


# ---- a store, its regular export, and the clock


@dataclass(frozen=True)
class Made:
    """One run: when it was due and for which day, when it was made, and the settings at that time."""

    due_at: datetime
    day: date | None
    at: datetime
    cadence: str
    hour: int
    zone: str


@dataclass(frozen=True)
class Changed:
    """One change: when, what was pending before it (with its day), and the settings after it."""

    at: datetime
    due_at: datetime
    day: date
    cadence: str
    hour: int
    zone: str


@dataclass
class World:
    export: RegularExport
    store: Store
    made: list[Made] = field(default_factory=list)
    changes: list[Changed] = field(default_factory=list)
    away: list[tuple[datetime, datetime]] = field(default_factory=list)
    """The times in which the clock did not come."""

    def copy(self) -> World:
        return World(self.export, self.store, [*self.made], [*self.changes], [*self.away])

    def settings(self) -> tuple[str, int, str]:
        return self.export.schedule.cadence, self.export.schedule.hour, self.store.time_zone

    def set(self, now: datetime, zone: str | None = None, **schedule: object) -> None:
        store, before = replace(self.store, time_zone=zone or self.store.time_zone), self.export
        self.export = regular.changed(before, replace(before.schedule, **schedule), self.store, store, now)
        self.store = store
        if before.due_at and before.due_day:
            self.changes.append(Changed(now, before.due_at, before.due_day, *self.settings()))

    def run(self, since: datetime, until: datetime) -> None:
        """The clock comes each minute; where nothing is due, it is not played."""
        while self.export.due_at is not None:
            due_at = self.export.due_at
            now = max(due_at, since).replace(second=0, microsecond=0) + TICK
            now += MINUTE if now < max(due_at, since) else timedelta()
            if now > until:
                return
            self.made.append(Made(due_at, self.export.due_day, now, *self.settings()))
            self.export = regular.made(self.export, self.store, now)

    def skipped(self, until: datetime) -> Iterator[str]:
        """What is wrong. After each change, up to the next one:

        - what was due is made at once, and what was pending by the new hour of its day;
        - each period whose time comes has its run: at this time, or before it on one of its days.
        """
        for n, change in enumerate(self.changes):
            end = self.changes[n + 1].at if n + 1 < len(self.changes) else until
            owed, day = change.due_at, change.day
            if owed > change.at:
                day = min(day, owed.astimezone(ZoneInfo(change.zone)).date())
                day = start_after(change.cadence, day - DAY)
                owed = at_hour(day, change.hour, change.zone)
            latest = self.back_after(max(owed, change.at))
            if latest < end and not self.has_run(change.at, latest) and not self.had_run(change, owed, day):
                yield f"{change}: nothing was made by {latest}"
            day = start_after(change.cadence, change.at.astimezone(ZoneInfo(change.zone)).date() - 2 * DAY)
            while (time_of := at_hour(day, change.hour, change.zone)) < end - MINUTE:
                latest = self.back_after(time_of)
                made = self.has_run(time_of, latest) or self.had_run(change, time_of - DAY, day)
                if time_of > change.at and latest < end and not made:
                    yield f"{change}: {day} has no run"
                day = start_after(change.cadence, day)
        for run in self.made:
            if run.at < run.due_at:
                yield f"{run} is too early"
        for last, run in pairwise(self.made):
            if not last.due_at < run.due_at:
                yield f"{run} comes again, after {last}"

    def back_after(self, at: datetime) -> datetime:
        """The first run of the clock from this time on."""
        return next((end for begin, end in self.away if begin <= at < end), at) + MINUTE

    def had_run(self, change: Changed, since: datetime, day: date) -> bool:
        """A run that was due from `since` on, on a day of the period that starts on `day`."""
        zone, following = ZoneInfo(change.zone), start_after(change.cadence, day)
        return any(since <= run.due_at and day <= run.due_at.astimezone(zone).date() < following for run in self.made)

    def has_run(self, since: datetime, until: datetime) -> bool:
        return any(since <= run.at <= until for run in self.made)


Change = Callable[[World, datetime], object]


def changes_of(world: World) -> Iterator[tuple[str, Change]]:
    cadence, hour, zone = world.settings()
    yield "saved again", lambda world, now: world.set(now)
    yield "another kind", lambda world, now: world.set(now, kind="funds", format="csv")
    for other in sorted({0, (hour - 1) % 24, (hour + 1) % 24, 12, 23} - {hour}):
        yield f"hour {other}", lambda world, now, other=other: world.set(now, hour=other)
    for place in ZONES:
        if place != zone:
            yield f"zone {place}", lambda world, now, place=place: world.set(now, zone=place)
    for length in STARTS:
        if length != cadence:
            yield f"cadence {length}", lambda world, now, length=length: world.set(now, cadence=length)
    yield "off and on", lambda world, now: (world.set(now, enabled=False), world.set(now, enabled=True))
    yield "hour there and back", lambda world, now: (world.set(now, hour=(hour + 5) % 24), world.set(now, hour=hour))
    yield (
        "zone there and back",
        lambda world, now: (
            world.set(now, zone=ZONES[-1]),
            world.set(now, zone=zone),
        ),
    )
    yield "all at once", lambda world, now: world.set(now, zone=ZONES[2], hour=(hour + 7) % 24, kind="lines")


OFFSETS = (-DAY, -HOUR, -MINUTE, timedelta(), timedelta(seconds=10), MINUTE, HOUR, DAY)
"""When something is changed, seen from a due time. The run of that time comes 30 seconds after it."""


def begun(cadence: str, hour: int, zone: str, day: date) -> World:
    """A store whose period before `day` has had its run."""
    before = at_hour(day, hour, zone) - LENGTH[cadence] - 2 * DAY
    store = Store("s", time_zone=zone)
    world = World(regular.first(store, before), store)
    world.set(before, cadence=cadence, hour=hour)
    return world


def cases() -> Iterator[tuple[str, int, str, date]]:
    for zone in ZONES:
        for cadence in STARTS:
            day = YEAR[0]
            while day < YEAR[1]:
                if starts(cadence, day):
                    for hour in (0, 2, 23):
                        yield cadence, hour, zone, day
                day += DAY


def near_a_change_of_the_clock(zone: str, day: date) -> bool:
    offsets = {datetime.combine(day + n * DAY, time(), ZoneInfo(zone)).utcoffset() for n in range(-1, 3)}
    return len(offsets) > 1


def sample() -> list[tuple[str, int, str, date]]:
    """Due times near a change of a clock, in full size all of them, and some of the others."""
    near, others = list[tuple[str, int, str, date]](), list[tuple[str, int, str, date]]()
    for case in cases():
        (near if near_a_change_of_the_clock(case[2], case[3]) else others).append(case)
    assert len(near) >= 90
    chance = random.Random(6)
    return [*chance.sample(near, size(20, len(near))), *chance.sample(others, size(20, 1_200))]


def test_no_change_at_any_moment_makes_a_schedule_skip() -> None:
    played, seen = 0, Counter[str]()
    for cadence, hour, zone, day in sample():
        due_at = at_hour(day, hour, zone)
        ready = begun(cadence, hour, zone, day)
        names = [name for name, _ in changes_of(ready)]
        for offset in OFFSETS:
            began = World(ready.export, ready.store)
            began.run(due_at - 60 * DAY, due_at + offset)
            assert began.made or cadence != "daily"
            for name, change in zip(names, (change for _, change in changes_of(ready)), strict=True):
                world, now = began.copy(), due_at + offset
                change(world, now)
                until = due_at + 2 * LENGTH["monthly" if "monthly" in (cadence, name.split()[-1]) else "weekly"]
                world.run(now, until)
                wrong = list(world.skipped(until))
                assert not wrong, (cadence, hour, zone, day, offset, name, wrong)
                assert until - world.made[-1].at <= LENGTH[world.settings()[0]] + DAY, "it goes on"
                if name.split()[0] not in ("zone", "all"):
                    days = Counter(each.day for each in world.made)
                    assert set(days.values()) == {1}, (cadence, hour, zone, day, offset, name, days)
                seen[name.split()[0]] += 1
                played += 1
    print(dict(seen))
    assert set(seen) == {"saved", "another", "hour", "zone", "cadence", "off", "all"}
    counted("changes of a schedule around its due times", played, floor=size(4_500, 150_000))


def test_no_sequence_of_changes_makes_a_schedule_skip() -> None:
    """Several changes, and a clock that sometimes does not come for hours."""
    chance, played, runs = random.Random(7), 0, 0
    for cadence, hour, zone, day in chance.sample(list(cases()), size(150, 3_000)):
        world, due_at = begun(cadence, hour, zone, day), at_hour(day, hour, zone)
        now = due_at - 2 * DAY
        world.run(now - 60 * DAY, now)
        world.changes.clear()
        for _ in range(chance.randint(2, 8)):
            before = now
            now += chance.choice((timedelta(seconds=20), MINUTE, HOUR, 7 * HOUR, DAY, 3 * DAY))
            if chance.random() < 0.7:
                world.run(before, now)
            else:
                world.away.append((before, now))
            change = chance.choice([change for _, change in changes_of(world)])
            change(world, now)
            played += 1
        world.run(now, now + 2 * LENGTH["monthly"])
        wrong = list(world.skipped(now + 2 * LENGTH["monthly"]))
        assert not wrong, (cadence, hour, zone, day, wrong)
        runs += len(world.made)
    counted("changes in sequences", played, floor=size(500, 10_000))
    assert runs > played


HOURS = size([(0, 23), (9, 8), (9, 10), (23, 0)], list(product((0, 9, 23), (0, 8, 10, 23))))
"""The hour of a daily check, before and after its change."""


def test_the_daily_check_of_a_store_moves_as_a_daily_export_does() -> None:
    played = 0
    for (hour, new_hour), zone, other in product(HOURS, ZONES, ZONES):
        before, after = store_with(zone, hour), store_with(other, new_hour)
        for first, offset in product((date(2026, 3, 28), date(2026, 10, 24), date(2026, 12, 1)), OFFSETS):
            world = begun("daily", hour, zone, first)
            now, day = at_hour(first, hour, zone) + offset, daily.first(before, world.export.due_at - MINUTE)
            world.run(day.due_at, now)
            for made in world.made:
                assert day.due_at == made.due_at
                day = daily.made(day, before)
            day = daily.changed(day, before, after, now)
            world.set(now, zone=other, hour=new_hour)
            number = len(world.made)
            world.run(now, now + 4 * DAY)
            for made in world.made[number:]:
                assert (day.due_at, day.due_day) == (made.due_at, made.day), (
                    zone,
                    hour,
                    other,
                    new_hour,
                    first,
                    offset,
                )
                day = daily.made(day, after)
            assert len(world.made) - number >= 3
            played += 1
    counted("changes of a daily check", played, floor=len(HOURS) * 6 * 6 * 3 * 8)


def store_with(zone: str, digest_hour: int) -> Store:
    store = Store("s", time_zone=zone)
    return replace(store, alert_rules=replace(store.alert_rules, digest_hour=digest_hour))


SHANGHAI = "Asia/Shanghai"


def here(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(SHANGHAI)).astimezone(UTC)


def monthly_since(text: str) -> World:
    """The standard schedule: on the first of each month, at 2:00."""
    store = Store("s", time_zone=SHANGHAI)
    world = World(regular.first(store, here(text)), store)
    world.run(here(text), here("2026-11-30 12:00"))
    return world


def due(world: World) -> str | None:
    at = world.export.due_at
    return at and at.astimezone(ZoneInfo(world.store.time_zone)).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("now", "change", "due_at"),
    [
        ("2026-12-01 01:00", {}, "2026-12-01 02:00"),
        ("2026-12-01 02:00", {}, "2026-12-01 02:00"),
        ("2026-12-01 09:00", {"format": "csv"}, "2026-12-01 02:00"),
        ("2026-12-01 01:00", {"hour": 0}, "2026-12-01 00:00"),
        ("2026-12-01 01:00", {"hour": 5}, "2026-12-01 05:00"),
        ("2026-12-01 02:00", {"hour": 5}, "2026-12-01 02:00"),
        ("2026-12-01 01:00", {"zone": "Pacific/Auckland"}, "2026-12-01 02:00"),
        ("2026-12-01 01:00", {"zone": "America/Los_Angeles"}, "2026-12-01 02:00"),
        ("2026-12-01 02:00", {"enabled": False}, "2026-12-01 02:00"),
        ("2026-12-01 01:00", {"enabled": False}, None),
        ("2026-12-01 01:00", {"enabled": False, "hour": 0}, None),
        ("2026-12-01 01:00", {"cadence": "daily"}, "2026-12-01 00:00"),
    ],
)
def test_what_is_pending_moves_and_what_is_due_stays(now: str, change: dict[str, object], due_at: str | None) -> None:
    """The run of December is not made yet."""
    world = monthly_since("2026-10-05 12:00")
    world.set(here(now), **{"hour": 0} | change if change == {"cadence": "daily"} else change)
    assert due(world) == due_at


@pytest.mark.parametrize(
    ("change", "due_at"),
    [
        ({}, "2027-01-01 02:00"),
        ({"hour": 0}, "2027-01-01 00:00"),
        ({"hour": 23}, "2027-01-01 23:00"),
        ({"kind": "lines"}, "2027-01-01 02:00"),
        ({"zone": "Pacific/Auckland"}, "2027-01-01 02:00"),
        ({"cadence": "weekly"}, "2026-12-07 02:00"),
        ({"cadence": "daily"}, "2026-12-02 02:00"),
    ],
)
def test_a_period_that_had_its_run_gets_no_second_one(change: dict[str, object], due_at: str) -> None:
    world = monthly_since("2026-10-05 12:00")
    world.run(here("2026-12-01 00:00"), here("2026-12-01 03:00"))
    assert world.made[-1].due_at == here("2026-12-01 02:00")
    world.set(here("2026-12-01 03:00"), **change)
    assert due(world) == due_at


def test_switched_on_again_a_schedule_owes_the_present_period_alone() -> None:
    world = monthly_since("2026-08-05 12:00")
    world.set(here("2026-11-30 12:00"), enabled=False)
    world.set(here("2027-03-10 12:00"), enabled=True)
    assert due(world) == "2027-03-01 02:00", "not those of the months in which it was off"
    world.run(here("2027-03-10 12:00"), here("2027-03-11 12:00"))
    assert (len(world.made), due(world)) == (4, "2027-04-01 02:00")
    world.set(here("2027-03-12 12:00"), enabled=False)
    world.set(here("2027-03-20 12:00"), enabled=True)
    assert due(world) == "2027-04-01 02:00", "March has had its file"


def test_a_new_store_owes_nothing_of_the_past() -> None:
    for created in ("2026-12-01 03:00", "2026-12-15 12:00", "2026-12-31 23:59"):
        store = Store("s", time_zone=SHANGHAI)
        for cadence in STARTS:
            world = World(regular.first(store, here(created)), store)
            world.set(here(created), cadence=cadence, hour=5)
            assert world.export.due_at == Timetable(cadence, 5, SHANGHAI).next(here(created)).due_at > here(created)


def test_an_export_of_the_former_code_is_pending_as_it_was() -> None:
    """It has neither the day of its run nor the time of the last one."""
    store = Store("s", time_zone="America/Nuuk")
    due_at = at_hour(date(2026, 3, 28), 23, "America/Nuuk")
    former = RegularExport("s", Schedule(hour=23, cadence="daily"), due_at, "exp_1")
    after = regular.changed(former, replace(former.schedule, hour=22), store, store, due_at - 2 * HOUR)
    assert after.due_day == date(2026, 3, 28) and after.due_at == at_hour(date(2026, 3, 28), 22, "America/Nuuk")
    off = RegularExport("s", Schedule(enabled=False), None)
    on = regular.changed(off, Schedule(), store, store, here("2026-12-15 12:00"))
    assert on.due_at == at_hour(date(2027, 1, 1), 2, "America/Nuuk")
