"""Message templates: a seller's text with variables, which are replaced by values of an order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.domain.errors import Unprocessable
from shared.domain.labels import STATUSES
from shared.domain.messages import model as messages
from shared.domain.money import Money
from shared.domain.order.model import Order
from shared.domain.sentences.sentence import say
from shared.domain.stores import Store

MAX_TEMPLATES = 200
"""The most templates of a store."""
Value = Callable[[Order, Store], str | None]


@dataclass(frozen=True, slots=True)
class Template:
    """`version` grows by 1 with every change. No two templates of a store have the same `key`."""

    template_id: str
    name: str
    text: str
    created_at: datetime
    changed_at: datetime
    version: int = 1

    @property
    def key(self) -> str:
        """The name without differences in case, character width and spaces."""
        return " ".join(unicodedata.normalize("NFKC", self.name).casefold().split())

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables, each once, in the order of the text."""
        return tuple(dict.fromkeys(_VARIABLE.findall(self.text)))


def _due(kind: str) -> Value:
    def day(order: Order, store: Store) -> str | None:
        timer = order.timer(kind)
        return _day(timer.due_at, store) if timer else None

    return day


def _day(at: datetime, store: Store) -> str:
    return at.astimezone(ZoneInfo(store.time_zone)).date().isoformat()


def _each_once(values: Iterable[str | None], between: str = ", ") -> str:
    return between.join(dict.fromkeys(value for value in values if value))


VARIABLES: Mapping[str, Value] = {
    "order_id": lambda order, store: order.order_id,
    "buyer_name": lambda order, store: order.buyer.name,
    "store_name": lambda order, store: store.name,
    "status": lambda order, store: STATUSES[order.status][0],
    "placed_on": lambda order, store: _day(order.placed_at, store),
    "total": lambda order, store: str(Money(order.amounts.total, order.currency)),
    "currency": lambda order, store: order.currency,
    "pieces": lambda order, store: str(sum(line.quantity for line in order.lines)),
    "carrier": lambda order, store: _each_once(parcel.carrier for parcel in order.parcels),
    "tracking_no": lambda order, store: _each_once(parcel.tracking_no for parcel in order.parcels),
    "tracking_url": lambda order, store: _each_once((parcel.tracking_url for parcel in order.parcels), "\n"),
    "pay_by": _due("payment"),
    "ship_by": _due("shipment"),
    "receive_by": _due("receipt"),
}
"""The variables: what may be in braces. Days are days of the store's zone. Several parcels give several values."""
_VARIABLE = re.compile(r"\{(" + "|".join(VARIABLES) + r")\}")
_BRACES = re.compile(r"\{[^{}]*\}|[{}]")


def check(name: str, text: str) -> None:
    """Check a template. Its text must be a valid message, and braces may enclose only variables. Raises Unprocessable;
    `template_variable_unknown` names the variable or the position."""
    if not name.strip():
        raise Unprocessable("template_name_empty", "A template has a name.", "/name")
    messages.check(text, messages.SELLER)
    for match in _BRACES.finditer(text):
        if not _VARIABLE.fullmatch(match[0]):
            problem = (
                "There is no variable {text} (character {position}). There are {variables}."
                if len(match[0]) > 1
                else "A brace stands alone: {text} (character {position}). There are {variables}."
            )
            said = say(problem, text=match[0], position=match.start() + 1, variables=", ".join(VARIABLES))
            raise Unprocessable("template_variable_unknown", said, "/text")


def fill(text: str, order: Order, store: Store) -> str:
    """The text of a template for this order. A value that looks like a variable is not replaced again.

    Raises Unprocessable at `/template_id`: `template_variable_empty` and `template_variable_not_english` name the
    variable, never its value; `message_too_long` if the result is too long.
    """
    text = _VARIABLE.sub(lambda match: _value(match[1], order, store), text)
    messages.check(text, messages.SELLER, "/template_id")
    return text


def _value(name: str, order: Order, store: Store) -> str:
    value = VARIABLES[name](order, store)
    if not value or not value.strip():
        raise Unprocessable("template_variable_empty", say("This order has no {{{name}}}.", name=name), "/template_id")
    if not all(map(messages.is_english, value)):
        raise Unprocessable(
            "template_variable_not_english",
            say("A message is in English, and this order's {{{name}}} is not.", name=name),
            "/template_id",
        )
    return value
