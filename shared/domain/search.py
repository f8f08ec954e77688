"""By which words, numbers and codes an order is found, and what of an order a query matches.

A buyer's name is found by its words, each from its first letters; everything else is found as a whole, but for the end
of an order number. Recipients' names are not searched: lists mask them, and a search by first letters would spell them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.domain.order.model import Line
from shared.domain.order.summary import Summary
from shared.domain.tracking import normalized

MAX_PERSONAL = 5
"""The phones and the words of the name by which an order is found. Of a longer name, the first words and the last."""
TAIL = 4
"""Characters of the end of an order number, or of a phone, that a query has at least."""
MAX_FOUND = 50
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Match:
    """`field` is order_id, tracking_no, buyer_id, buyer_name, sku, product_id or phone."""

    field: str
    value: str


def folded(text: str) -> str:
    """Without case, accents and widths, and with single spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(each for each in plain if not unicodedata.combining(each)).split())


def words(name: str | None) -> tuple[str, ...]:
    """The words of a name, each once."""
    return tuple(dict.fromkeys(_WORD.findall(folded(name or ""))))


def terms_of_name(name: str | None, phones: int) -> tuple[str, ...]:
    """The words by which the order of a recipient with so many phones is found."""
    found, most = words(name), MAX_PERSONAL - phones
    return found if len(found) <= most else (*found[: most - 1], found[-1])


def tail(order_id: str) -> str | None:
    """The end of an order number; None if the number is no longer than that."""
    return folded(order_id)[-TAIL:] if len(order_id) > TAIL else None


def phone_tails(recipient: Mapping[str, str]) -> tuple[str, ...]:
    """The last digits of the recipient's phones, each once."""
    numbers = (_digits(recipient.get(name, "")) for name in ("phone", "mobile"))
    return tuple(dict.fromkeys(number[-TAIL:] for number in numbers if len(number) >= TAIL))


def goods(lines: Iterable[Line]) -> tuple[str, ...]:
    """The product ids and SKUs of the lines, each once."""
    codes = (code for line in lines for code in (line.product_id, line.sku) if code)
    return tuple(dict.fromkeys(map(folded, codes)))


@dataclass(frozen=True, slots=True)
class Query:
    text: str

    @property
    def folded(self) -> str:
        return folded(self.text)

    @property
    def words(self) -> tuple[str, ...]:
        return words(self.text)

    @property
    def tail(self) -> str | None:
        """The last characters of what may be the end of an order number."""
        return self.folded[-TAIL:] if len(self.folded) >= TAIL and " " not in self.folded else None

    @property
    def phone_tail(self) -> str | None:
        """Four digits. Longer ones are not asked for: whoever sees masked phones could spell them."""
        text = "".join(self.text.split())
        return _digits(text) if len(text) == TAIL and len(_digits(text)) == TAIL else None

    def matches(
        self, order: Summary, tracking_nos: Iterable[str], lines: Iterable[Line], recipient: Mapping[str, str]
    ) -> tuple[Match, ...]:
        """What of the order this query matches."""
        text, code = self.text.strip(), self.folded
        number = folded(order.order_id)
        found = [Match("order_id", order.order_id)] if number == code or (self.tail and number.endswith(code)) else []
        wanted = normalized(self.text)
        found += [Match("tracking_no", each) for each in tracking_nos if wanted and normalized(each) == wanted]
        found += [Match("buyer_id", order.buyer.id)] if order.buyer.id == text else []
        if order.buyer.name and self.is_of_name(order.buyer.name):
            found.append(Match("buyer_name", order.buyer.name))
        for line in lines:
            found += [Match("sku", line.sku)] if line.sku and folded(line.sku) == code else []
            found += [Match("product_id", line.product_id)] if folded(line.product_id) == code else []
        found += [Match("phone", each) for each in phone_tails(recipient) if each == self.phone_tail]
        return tuple(dict.fromkeys(found))

    def is_of_name(self, name: str) -> bool:
        """Does each word of the query begin a word of the name?"""
        there = words(name)
        return bool(self.words) and all(any(word.startswith(asked) for word in there) for asked in self.words)


def _digits(text: str) -> str:
    return "".join(str(unicodedata.digit(each)) for each in text if each.isdigit() and each.isdecimal())
