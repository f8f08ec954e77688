"""Ship-by: business days of the store's calendar, until the end of the day in the store's zone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shared.domain.order import deadlines
from shared.domain.stores import Store
from tests.domain.build import Life, days, life_in, line, parcel, policy

SHANGHAI = Store("cn")
NEW_YEAR = replace(SHANGHAI, holidays=frozenset(date(2024, 2, day) for day in range(10, 18)))
NEW_YEAR_2027 = replace(SHANGHAI, holidays=frozenset(date(2027, 2, day) for day in range(5, 12)))
LEAP_DAY_OFF = replace(SHANGHAI, holidays=frozenset({date(2028, 2, 29)}))
BERLIN = Store("de", time_zone="Europe/Berlin")
BERLIN_EVERY_DAY = replace(BERLIN, business_days=frozenset(range(1, 8)))
SYDNEY = Store("au", time_zone="Australia/Sydney")
LORD_HOWE = Store("lh", time_zone="Australia/Lord_Howe")
LOS_ANGELES = Store("us", time_zone="America/Los_Angeles")
SAO_PAULO = Store("br", time_zone="America/Sao_Paulo")
EVERY_DAY = replace(SHANGHAI, business_days=frozenset(range(1, 8)))
SUNDAY_TO_THURSDAY = Store("il", time_zone="Asia/Jerusalem", business_days=frozenset({7, 1, 2, 3, 4}))
SATURDAYS = replace(SAO_PAULO, business_days=frozenset({6}))
NO_DAY = replace(SHANGHAI, business_days=frozenset())
KATHMANDU = Store("np", time_zone="Asia/Kathmandu")
ALWAYS_CLOSED = replace(SHANGHAI, holidays=frozenset(date(2024, 1, 1) + timedelta(days=day) for day in range(800)))

WORKED = (
    ("within a week", SHANGHAI, "2024-03-04T01:00", 3, "2024-03-07T15:59:59"),
    ("over a weekend", SHANGHAI, "2024-03-07T01:00", 3, "2024-03-12T15:59:59"),
    ("from a Friday evening", SHANGHAI, "2024-03-08T15:00", 1, "2024-03-11T15:59:59"),
    ("already Saturday in Shanghai", SHANGHAI, "2024-03-08T16:00", 1, "2024-03-11T15:59:59"),
    ("already Tuesday in Shanghai", SHANGHAI, "2024-03-04T16:00", 1, "2024-03-06T15:59:59"),
    ("from a Saturday", SHANGHAI, "2024-03-09T05:00", 2, "2024-03-12T15:59:59"),
    ("no handling day", SHANGHAI, "2024-03-04T01:00", 0, "2024-03-04T15:59:59"),
    ("no handling day on a Sunday", SHANGHAI, "2024-03-10T01:00", 0, "2024-03-10T15:59:59"),
    ("thirty days", SHANGHAI, "2024-03-04T01:00", 30, "2024-04-15T15:59:59"),
    ("over the New Year", NEW_YEAR, "2024-02-08T01:00", 3, "2024-02-20T15:59:59"),
    ("inside the New Year", NEW_YEAR, "2024-02-12T01:00", 1, "2024-02-19T15:59:59"),
    ("seven days before the New Year", NEW_YEAR, "2024-02-05T01:00", 7, "2024-02-21T15:59:59"),
    ("29 February", SHANGHAI, "2024-02-28T01:00", 1, "2024-02-29T15:59:59"),
    ("over 29 February", SHANGHAI, "2024-02-28T01:00", 2, "2024-03-01T15:59:59"),
    ("no 29 February", SHANGHAI, "2023-02-28T01:00", 1, "2023-03-01T15:59:59"),
    ("over the year", SHANGHAI, "2024-12-31T01:00", 2, "2025-01-02T15:59:59"),
    ("into summer time", LOS_ANGELES, "2024-03-08T20:00", 1, "2024-03-12T06:59:59"),
    ("out of summer time", LOS_ANGELES, "2024-11-01T20:00", 1, "2024-11-05T07:59:59"),
    ("winter time", LOS_ANGELES, "2024-01-09T20:00", 1, "2024-01-11T07:59:59"),
    ("still Monday in Los Angeles", LOS_ANGELES, "2024-07-02T06:59", 1, "2024-07-03T06:59:59"),
    ("midnight that never was", SAO_PAULO, "2018-11-02T15:00", 1, "2018-11-06T01:59:59"),
    ("before midnight is left out", SATURDAYS, "2018-11-02T15:00", 1, "2018-11-04T02:59:59"),
    ("an evening hour twice", SATURDAYS, "2018-02-16T15:00", 1, "2018-02-18T02:59:59"),
    ("no more summer time", SAO_PAULO, "2019-11-01T15:00", 1, "2019-11-05T02:59:59"),
    ("a weekend, the New Year of 2027 and a weekend", NEW_YEAR_2027, "2027-02-04T01:00", 2, "2027-02-15T15:59:59"),
    ("a day before the New Year of 2027 counts", NEW_YEAR_2027, "2027-02-03T01:00", 3, "2027-02-15T15:59:59"),
    ("the last day before the New Year of 2027", NEW_YEAR_2027, "2027-02-03T01:00", 1, "2027-02-04T15:59:59"),
    ("already the New Year in Shanghai", NEW_YEAR_2027, "2027-02-04T16:00", 1, "2027-02-12T15:59:59"),
    ("Berlin into summer time", BERLIN, "2027-03-26T09:00", 1, "2027-03-29T21:59:59"),
    ("Berlin out of summer time", BERLIN, "2027-10-29T09:00", 1, "2027-11-01T22:59:59"),
    ("due on the day the clocks go forward", BERLIN_EVERY_DAY, "2027-03-27T09:00", 1, "2027-03-28T21:59:59"),
    ("due on the day the clocks go back", BERLIN_EVERY_DAY, "2027-10-30T09:00", 1, "2027-10-31T22:59:59"),
    ("summer time ends in April in the south", SYDNEY, "2027-04-02T00:00", 1, "2027-04-05T13:59:59"),
    ("summer time of half an hour", LORD_HOWE, "2027-04-02T00:00", 1, "2027-04-05T13:29:59"),
    ("29 February on a Tuesday", SHANGHAI, "2028-02-28T01:00", 1, "2028-02-29T15:59:59"),
    ("29 February on a Sunday", SHANGHAI, "2032-02-27T01:00", 1, "2032-03-01T15:59:59"),
    ("29 February is a holiday", LEAP_DAY_OFF, "2028-02-28T01:00", 1, "2028-03-01T15:59:59"),
    ("still 28 February in Los Angeles", LOS_ANGELES, "2028-02-29T07:59", 1, "2028-03-01T07:59:59"),
    ("every day is a business day", EVERY_DAY, "2024-03-08T01:00", 3, "2024-03-11T15:59:59"),
    ("from Sunday to Thursday", SUNDAY_TO_THURSDAY, "2024-03-07T10:00", 1, "2024-03-10T21:59:59"),
    ("a zone of three quarters", KATHMANDU, "2024-03-04T18:14", 1, "2024-03-05T18:14:59"),
    ("a zone of three quarters, a day on", KATHMANDU, "2024-03-04T18:15", 1, "2024-03-06T18:14:59"),
    ("a store with no business day", NO_DAY, "2024-03-08T01:00", 3, "2024-03-11T15:59:59"),
)


@pytest.mark.parametrize(("what", "store", "start", "handling", "due"), WORKED, ids=[row[0] for row in WORKED])
def test_ship_by_is(what: str, store: Store, start: str, handling: int, due: str) -> None:
    order = Life(store, lines=(line("a", handling_days=handling),)).order
    expected = datetime.fromisoformat(due).replace(tzinfo=UTC)
    assert deadlines.shipment_due(store, order, datetime.fromisoformat(start).replace(tzinfo=UTC)) == expected


def test_the_line_with_the_most_handling_days_decides() -> None:
    life = Life(lines=(line("a", handling_days=2), line("b", handling_days=5), line("c"))).do("pay").do("pass_risk")
    assert life.due("shipment") == datetime(2024, 3, 11, 15, 59, 59, tzinfo=UTC)


def test_ship_by_is_seven_days_without_handling_days() -> None:
    assert life_in("WAIT_SELLER_SEND_GOODS").due("shipment") == datetime(2024, 3, 13, 15, 59, 59, tzinfo=UTC)
    other = life_in("WAIT_SELLER_SEND_GOODS", policy(shipment=days(2)))
    assert other.due("shipment") == datetime(2024, 3, 6, 15, 59, 59, tzinfo=UTC)


def test_only_lines_still_to_be_shipped_count() -> None:
    lines = (line("a", handling_days=10), line("b", handling_days=1))
    life = Life(lines=lines).do("pay").do("pass_risk").do("ship", parcels=[parcel(a=1)])
    assert deadlines.shipment_due(life.store, life.order, life.now) == datetime(2024, 3, 5, 15, 59, 59, tzinfo=UTC)
    assert life.due("shipment") == datetime(2024, 3, 18, 15, 59, 59, tzinfo=UTC)


def test_a_calendar_that_is_always_closed_still_has_an_end() -> None:
    assert deadlines.business_day(ALWAYS_CLOSED, date(2024, 3, 4), 1) > date(2025, 3, 4)


def test_risk_that_passes_by_itself_starts_ship_by_at_its_own_time() -> None:
    life = Life(lines=(line("a", handling_days=1),)).wait(hours=1).do("pay").wait(hours=25)
    life.on(life.now).sweep()
    assert life.due("shipment") == datetime(2024, 3, 6, 15, 59, 59, tzinfo=UTC)
