"""The cells of a file: local times of the zone, amounts exact to the minor unit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.exports.cells import RenderContext, amount
from shared.domain.money import CURRENCY_DIGITS, MAX_MINOR
from tests import proof

ZONES = sorted(available_timezones() - {"localtime"})


@settings(max_examples=300)
@given(
    zone=st.sampled_from(ZONES),
    times=st.lists(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC)), max_size=20),
)
def test_a_local_time_is_that_of_the_zone_to_the_second(zone: str, times: list[datetime]) -> None:
    context = RenderContext(ZoneInfo(zone))
    for at in times:
        assert context.local(at) == at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, microsecond=0)


def step(zone: ZoneInfo, at: datetime) -> timedelta:
    """In `make test` a day, where the clock changes neither then nor on the days beside it."""
    if not proof.FULL:
        before, after = ((at + timedelta(days)).astimezone(zone).utcoffset() for days in (-1, 2))
        if before == after:
            return timedelta(days=1)
    return timedelta(minutes=20)


def test_local_times_are_right_around_every_clock_change_of_many_zones() -> None:
    compared = 0
    for name in ("America/Los_Angeles", "Australia/Lord_Howe", "Asia/Gaza", "Africa/Casablanca", "Pacific/Apia"):
        zone, at = ZoneInfo(name), datetime(2009, 12, 31, tzinfo=UTC)
        context = RenderContext(zone)
        while at < datetime(2016, 1, 1, tzinfo=UTC):
            assert context.local(at) == at.astimezone(zone).replace(tzinfo=None), (name, at)
            at += step(zone, at)
            compared += 1
    proof.counted("local times around changes of the clock", compared, proof.size(15_000, 500_000))


@given(minor=st.integers(-MAX_MINOR, MAX_MINOR), currency=st.sampled_from(sorted(CURRENCY_DIGITS)))
def test_an_amount_is_the_nearest_float(minor: int, currency: str) -> None:
    exact = Decimal(minor).scaleb(-CURRENCY_DIGITS[currency])
    number = amount(minor, currency)
    assert number == float(exact)
    assert round(Decimal(repr(number)), CURRENCY_DIGITS[currency]) == exact
