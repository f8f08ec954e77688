"""Message templates: a shop's own words, with variables that an order fills in (features.md 1.10)."""

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
from shared.domain.stores import Store

MAX_TEMPLATES = 200
"""Templates of one store."""
Value = Callable[[Order, Store], str | None]


@dataclass(frozen=True, slots=True)
class Template:
    """`version` counts what was written; no two templates of a store have the same `key`."""

    template_id: str
    name: str
    text: str
    created_at: datetime
    changed_at: datetime
    version: int = 1

    @property
    def key(self) -> str:
        """The name as people tell names apart: whatever its case, width and spaces."""
        return " ".join(unicodedata.normalize("NFKC", self.name).casefold().split())

    @property
    def variables(self) -> tuple[str, ...]:
        """Each once, in the order of the text."""
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
"""What may stand in braces. Days are those of the store's zone; an order of several parcels names them all."""
_VARIABLE = re.compile(r"\{(" + "|".join(VARIABLES) + r")\}")
_BRACES = re.compile(r"\{[^{}]*\}|[{}]")


def check(name: str, text: str) -> None:
    """Both rules of messages hold for the text as it is written, and braces are for variables alone. Raises
    Unprocessable, `template_variable_unknown` by name or place."""
    if not name.strip():
        raise Unprocessable("template_name_empty", "A template has a name.", "/name")
    messages.check(text, messages.SELLER)
    for found in _BRACES.finditer(text):
        if not _VARIABLE.fullmatch(found[0]):
            told = f"There is no variable {found[0]}" if len(found[0]) > 1 else f"A brace stands alone: {found[0]}"
            raise Unprocessable(
                "template_variable_unknown",
                f"{told} (character {found.start() + 1}). There are {', '.join(VARIABLES)}.",
                "/text",
            )


def fill(template: Template, order: Order, store: Store) -> str:
    """What the template says of this order; a value that looks like a variable is none.

    Raises Unprocessable at `/template_id`: `template_variable_empty` and `template_variable_not_english` name the
    variable, never its value; what has grown too long is `message_too_long`.
    """
    values = {name: _value(name, order, store) for name in template.variables}
    text = _VARIABLE.sub(lambda found: values[found[1]], template.text)
    messages.check(text, messages.SELLER, "/template_id")
    return text


def _value(name: str, order: Order, store: Store) -> str:
    value = VARIABLES[name](order, store)
    if not value or not value.strip():
        raise Unprocessable("template_variable_empty", f"This order has no {{{name}}}.", "/template_id")
    if not all(map(messages.is_english, value)):
        raise Unprocessable(
            "template_variable_not_english",
            f"A message is in English, and this order's {{{name}}} is not.",
            "/template_id",
        )
    return value
