"""Money: an integer of minor units with an ISO 4217 currency."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared.domain.currencies import CURRENCIES
from shared.domain.errors import Unprocessable
from shared.domain.sentences.sentence import say

CURRENCY_DIGITS: dict[str, int] = {code: currency.digits for code, currency in CURRENCIES.items()}
"""The number of decimals of every currency of ISO 4217, withdrawn ones included."""

MAX_MINOR = 10**15 - 1
"""The largest amount of one field: 9,999,999,999,999.99 USD. The sum of a thousand of them is still exact in every
store and file."""

_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,14})(?:\.([0-9]{1,4}))?")


@dataclass(frozen=True, slots=True)
class Money:
    """`minor` minor units of `currency`. Adding or comparing two currencies is a programming error (ValueError)."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, amount: str, currency: str) -> Money:
        """Parse a non-negative decimal string with exactly the number of decimals of the currency.

        Raises Unprocessable: `currency_unknown`, or `amount_invalid` (the detail shows the right form).
        """
        digits = CURRENCY_DIGITS.get(currency)
        if digits is None:
            raise Unprocessable("currency_unknown", "The currency is not a code of ISO 4217.", "/currency")
        match = _DECIMAL.fullmatch(amount) if amount.isascii() else None
        if match is None or len(match[2] or "") != digits:
            raise Unprocessable(
                "amount_invalid",
                say(
                    "An amount in {currency} is written like {example}: no sign, no leading zeros, {digits} decimals.",
                    currency=currency,
                    example=Money(0, currency),
                    digits=digits,
                ),
                "/amount",
            )
        minor = int(match[1] + (match[2] or ""))
        if minor > MAX_MINOR:
            raise Unprocessable(
                "amount_invalid", say("An amount is at most {most}.", most=Money(MAX_MINOR, currency)), "/amount"
            )
        return cls(minor, currency)

    def __str__(self) -> str:
        """The decimal string as `parse` accepts it, with a sign if it is negative."""
        digits = CURRENCY_DIGITS[self.currency]
        sign, whole = ("-" if self.minor < 0 else ""), str(abs(self.minor)).rjust(digits + 1, "0")
        return f"{sign}{whole[:-digits]}.{whole[-digits:]}" if digits else sign + whole
