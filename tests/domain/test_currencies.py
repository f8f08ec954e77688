"""Every currency of ISO 4217 has its decimals, its days and its magnitude."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pycountry
import pytest
from babel.core import get_global

from shared.domain.currencies import CURRENCIES
from shared.domain.customers.model import Customer
from tests.proof import counted

WITHOUT_UNIT = set("XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX".split())
"""Metals, baskets and the codes for tests and for no currency: ISO 4217 gives them no decimals."""
NOT_OF_ISO = {"CNH", "MCF", "XFO", "XFU"}
"""In the CLDR only, or without a unit."""
EARLIEST = date(2000, 1, 1)
"""No order is older."""


def spans() -> dict[str, tuple[date, date | None]]:
    """First and last day of each currency, in whatever country, by the CLDR."""
    days: dict[str, list[tuple[date, date | None]]] = {}
    for rows in get_global("territory_currencies").values():
        for code, first, last, _ in rows:
            days.setdefault(code, []).append((date(*first) if first else date.min, date(*last) if last else None))
    return {
        code: (min(first for first, _ in each), None if any(last is None for _, last in each) else max(_lasts(each)))
        for code, each in days.items()
    }


def _lasts(each: list[tuple[date, date | None]]) -> list[date]:
    return [last for _, last in each if last is not None]


def test_no_currency_in_use_or_withdrawn_since_2000_is_missing() -> None:
    in_use = {currency.alpha_3 for currency in pycountry.currencies} - WITHOUT_UNIT
    withdrawn = {code for code, (_, last) in spans().items() if last is None or last >= EARLIEST} - NOT_OF_ISO - in_use
    assert {code for code in in_use | withdrawn - WITHOUT_UNIT if code not in CURRENCIES} == set()
    assert {code for code, currency in CURRENCIES.items() if currency.last is None} == in_use
    counted("currencies in use", len(in_use), 160)
    counted("currencies withdrawn since 2000", len(withdrawn - WITHOUT_UNIT), 50)


def test_the_days_of_a_currency_are_those_of_the_cldr() -> None:
    for code, (first, last) in spans().items():
        if code in CURRENCIES and last is not None and last >= EARLIEST and code != "SVC":  # still in ISO's list one
            assert CURRENCIES[code].last == last, code
        if code in CURRENCIES and first > EARLIEST:
            assert CURRENCIES[code].first == first, code


@pytest.mark.parametrize(
    ("code", "day", "is_of"),
    [
        ("HRK", "2022-12-31", True),
        ("HRK", "2023-02-01", False),
        ("LTL", "2014-06-01", True),
        ("LTL", "2015-02-01", False),
        ("VEF", "2012-06-01", True),
        ("VEF", "2007-06-01", False),
        ("VEF", "2019-01-01", False),
        ("VES", "2018-01-01", False),
        ("VES", "2019-01-01", True),
        ("EUR", "2000-01-01", True),
        ("USD", "2099-12-31", True),
    ],
)
def test_a_currency_is_one_on_its_days(code: str, day: str, is_of: bool) -> None:
    assert CURRENCIES[code].is_of(datetime.fromisoformat(f"{day}T12:00:00+00:00")) is is_of


def test_the_last_day_ends_when_it_ends_everywhere() -> None:
    last = datetime(2023, 1, 14, tzinfo=UTC)
    assert CURRENCIES["HRK"].is_of(last + timedelta(hours=35, minutes=59))
    assert not CURRENCIES["HRK"].is_of(last + timedelta(hours=36))


@pytest.mark.parametrize(
    ("currency", "minor", "group"),
    [
        ("PYG", 4_000, "small"),
        ("PYG", 6_000_000, "large"),
        ("UGX", 40_000, "small"),
        ("GNF", 40_000, "small"),
        ("LBP", 1_000_000_00, "small"),
        ("KHR", 40_000_00, "small"),
        ("MGA", 40_000_00, "small"),
        ("AOA", 40_000_00, "small"),
        ("KWD", 6_000, "middle"),
        ("KWD", 60_000, "large"),
        ("CLF", 10_0000, "large"),
        ("VEF", 400_00, "small"),
        ("TRL", 50_000_000, "middle"),
        ("USD", 500_00, "large"),
        ("USD", 499_99, "middle"),
    ],
)
def test_a_customer_is_grouped_by_what_the_money_is_worth(currency: str, minor: int, group: str) -> None:
    assert Customer("s", "b", spend={currency: minor}).amount == group


def test_a_group_is_right_to_a_factor_of_four_for_currencies_of_known_price() -> None:
    """Units for a dollar, rounded, of the years 2024 to 2026, or of the last year of a withdrawn currency."""
    prices = "AED 3.67 ARS 1400 BRL 5.5 CLP 950 CNY 7.1 COP 4000 EGP 48 EUR 0.9 GBP 0.78 GNF 8650 IDR 16500 INR 88 "
    prices += "JPY 150 KRW 1400 KWD 0.307 LAK 21700 LBP 89500 MMK 2100 NGN 1450 PYG 7400 RUB 80 SYP 11000 TRY 41 TZS "
    prices += "2450 UAH 41 UGX 3550 UZS 12400 VND 26000 XAF 560 ZAR 17.5 HRK 7 LTL 2.8 VEF 6.3 BYR 20000 TRL 1350000"
    words = prices.split()
    for code, price in zip(words[::2], words[1::2], strict=True):
        assert 0.25 < float(price) / 10 ** CURRENCIES[code].magnitude < 4.1, code
