"""How often the owner of a store may send a test, an email with a code, or a code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.errors import TooOften
from shared.domain.sentences.sentence import say
from shared.store.dynamodb.errors import Full
from shared.store.rates import Rate


@dataclass(frozen=True, slots=True)
class Limit:
    """`text` makes the sentence from the limit and the seconds to wait."""

    rate: Rate
    code: str
    text: Callable[[int, int], str]

    def use(self, store_id: str, item: str, now: datetime) -> None:
        """Raises TooOften."""
        try:
            self.rate.use(store_id, item, now)
        except Full:
            wait = self.rate.seconds_left(now)
            raise TooOften(self.code, self.text(self.rate.limit, wait), wait) from None


TESTS = Limit(
    Rate("test", 5, timedelta(minutes=1)),
    "too_many_tests",
    lambda most, wait: say("A channel has at most {most} tests a minute. Wait {seconds} s.", most=most, seconds=wait),
)
"""Tests of one channel. A chat robot accepts twenty messages a minute, and alerts need them, too."""
CONFIRMATIONS = Limit(
    Rate("confirmation", 3, timedelta(minutes=10)),
    "too_many_confirmations",
    lambda most, wait: say(
        "A channel gets at most {most} confirmations in ten minutes. Wait {seconds} s.", most=most, seconds=wait
    ),
)
"""Emails with a code to one channel."""
CONFIRMATIONS_OF_STORE = Limit(
    Rate("confirmations", 30, timedelta(days=1)),
    "too_many_confirmations",
    lambda most, wait: say(
        "A store sends at most {most} confirmations a day. Wait {seconds} s.", most=most, seconds=wait
    ),
)
"""The same to all channels of a store: a store must not write to many addresses that are not its own."""
CODES = Limit(
    Rate("code", 10, timedelta(hours=1)),
    "too_many_codes",
    lambda most, wait: say("A channel takes at most {most} codes an hour. Wait {seconds} s.", most=most, seconds=wait),
)
"""Codes that are entered for one channel. A code has eight digits."""
