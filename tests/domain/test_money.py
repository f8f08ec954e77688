"""Money: canonical decimal strings in, minor units inside, the same strings out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import Unprocessable
from shared.domain.money import CURRENCY_DIGITS, MAX_MINOR, Money

WRITTEN = (
    ("JPY", "0", 0),
    ("JPY", "1500", 1500),
    ("KRW", "999999999999999", MAX_MINOR),
    ("USD", "0.00", 0),
    ("USD", "0.05", 5),
    ("USD", "29.99", 2999),
    ("CNY", "9999999999999.99", MAX_MINOR),
    ("KWD", "1.005", 1005),
    ("TND", "0.001", 1),
    ("CLF", "12.3456", 123456),
    ("UYW", "0.0000", 0),
)


@pytest.mark.parametrize(("currency", "text", "minor"), WRITTEN)
def test_an_amount_is_read_and_written_alike(currency: str, text: str, minor: int) -> None:
    money = Money.parse(text, currency)
    assert (money.minor, str(money)) == (minor, text)


NOT_CANONICAL = (
    ("USD", ["", "1", "1.", ".50", "1.5", "1.500", "01.00", "00.00", "+1.00", "-1.00", "1,000.00", "1_0.00", "1e2"]),
    ("USD", [" 1.00", "1.00 ", "1.00\n", "１.00", "1．00", "٣.00", "NaN", "Infinity", "0x1.00", "10000000000000.00"]),
    ("JPY", ["1.0", "1.00", "01", "-1", "", "1000000000000000"]),
    ("KWD", ["1.00", "1.0000", "1"]),
    ("CLF", ["1.00", "1.00000"]),
)


@pytest.mark.parametrize(
    ("currency", "text"), [(currency, text) for currency, texts in NOT_CANONICAL for text in texts]
)
def test_anything_else_is_refused(currency: str, text: str) -> None:
    with pytest.raises(Unprocessable) as refusal:
        Money.parse(text, currency)
    assert (refusal.value.code, refusal.value.pointer) == ("amount_invalid", "/amount")


@pytest.mark.parametrize("currency", ["", "usd", "US", "USDT", "XXX", "ZZZ"])
def test_an_unknown_currency_is_refused(currency: str) -> None:
    with pytest.raises(Unprocessable) as refusal:
        Money.parse("1.00", currency)
    assert (refusal.value.code, refusal.value.pointer) == ("currency_unknown", "/currency")


@pytest.mark.parametrize(
    ("currency", "digits"),
    [
        (currency, digits)
        for digits, currencies in enumerate(
            ("JPY KRW VND CLP ISK UGX", "", "USD EUR CNY RUB BRL HUF", "KWD BHD JOD OMR LYD IQD TND", "CLF UYW")
        )
        for currency in currencies.split()
    ],
)
def test_a_currency_has_its_own_number_of_digits(currency: str, digits: int) -> None:
    assert CURRENCY_DIGITS[currency] == digits


@given(st.sampled_from(sorted(CURRENCY_DIGITS)), st.integers(0, MAX_MINOR))
def test_what_is_written_is_read_back(currency: str, minor: int) -> None:
    money = Money(minor, currency)
    assert Money.parse(str(money), currency) == money


@given(st.text(max_size=12), st.sampled_from(["JPY", "USD", "KWD", "CLF"]))
def test_what_is_read_is_canonical(text: str, currency: str) -> None:
    try:
        money = Money.parse(text, currency)
    except Unprocessable:
        return
    assert str(money) == text


def test_money_below_zero_has_a_sign() -> None:
    assert str(Money(-1045, "USD")) == "-10.45"
    assert str(Money(-5, "USD")) == "-0.05"
    assert str(Money(-5, "JPY")) == "-5"
