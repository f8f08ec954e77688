"""What a cell of a file is, and what a column is: a heading, a kind, and the value of a cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from shared.domain.labels import label
from shared.domain.messages.model import Message
from shared.domain.money import CURRENCY_DIGITS
from shared.domain.order.model import LineProgress, Order
from shared.domain.order.recipients import masked

Cell = str | int | float | datetime | None
"""A datetime is naive, without microseconds: the local time in the file's zone. None is an empty cell."""
CellKind = Literal["text", "money", "number", "minute", "day", "share"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = datetime(1970, 1, 1)


@dataclass(slots=True)
class RenderContext:
    """How values are written: in which zone and language (`en` or `zh-CN`), and whether recipients are masked. `unread`
    reads the buyer's unread messages of an order, the earliest first."""

    zone: ZoneInfo
    language: str = "zh-CN"
    mask: bool = False
    unread: Callable[[Order], Iterable[Message]] = lambda order: ()
    _counted: tuple[Order, dict[str, LineProgress]] | None = None
    _shifts: dict[int, int | None] = field(default_factory=dict)

    def local(self, at: datetime | None) -> datetime | None:
        """The local time as a cell. A file may have half a million times, so the offset of each UTC day is computed
        once, unless the clock changes on that day."""
        if at is None:
            return None
        since = at - _EPOCH
        shift = self._shifts.get(since.days, -1)
        if shift == -1:
            shift = self._shifts[since.days] = self._shift_of(since.days)
        if shift is None:
            return at.astimezone(self.zone).replace(tzinfo=None, microsecond=0)
        return _NAIVE_EPOCH + timedelta(since.days, since.seconds + shift)

    def _shift_of(self, day: int) -> int | None:
        """The offset from UTC in seconds during a UTC day; None if it changes on that day."""
        begin = _EPOCH + timedelta(day)
        shift, later = ((begin + timedelta(days)).astimezone(self.zone).utcoffset() for days in (0, 1))
        return int(shift.total_seconds()) if shift == later and shift is not None else None

    def recipient(self, order: Order) -> Mapping[str, str]:
        return masked(order.recipient) if self.mask else order.recipient

    def progress(self, order: Order, line_id: str) -> LineProgress:
        """The progress of a line. Computed once for all lines of an order, because there may be a thousand."""
        if self._counted is None or self._counted[0] is not order:
            self._counted = order, order.line_progress()
        return self._counted[1][line_id]


Value = Callable[[Any, Any, RenderContext], Cell]
"""The value of a cell, from an order, one of its lines or None, and the context. In files of customers: from a customer
and a currency with its amount."""


def field_of(name: str) -> Value:
    """A field of the order or customer."""
    return lambda whole, _, __: getattr(whole, name)


def local_time_of(name: str) -> Value:
    return lambda whole, _, context: context.local(getattr(whole, name))


def label_of(name: str) -> Value:
    """The label of the code in a field; the field and the kind of code have the same name."""

    def value(whole: Any, _: Any, context: RenderContext) -> Cell:
        code = getattr(whole, name)
        return label(name, code, context.language) if code else None

    return value


@dataclass(frozen=True, slots=True)
class Column:
    """`of_line`: exists only if a row is a line. `width` is the most characters that a line of the cell shows. `texts`
    are all texts that the column can have, in English and Chinese: it is wide enough for each of them. `first_row`: a
    long text of the order, which is not repeated in its other rows."""

    english: str
    chinese: str
    kind: CellKind
    value: Value
    width: int = 32
    of_line: bool = False
    texts: Iterable[tuple[str, str]] = ()
    first_row: bool = False

    @property
    def once(self) -> bool:
        """Is a value of the order in the first of its rows only? So is every value of which a sum means something: the
        sum is right then."""
        return self.first_row or (self.kind in ("money", "number") and not self.of_line)


class Amount(float):
    """An amount in major units, with the number of decimal digits of its currency. Spreadsheets store floats, which are
    exact to the minor unit up to 2**53 minor units, far above MAX_MINOR."""

    __slots__ = ()
    digits: ClassVar[int] = 2


AMOUNTS: dict[int, type[Amount]] = {
    digits: type(f"Amount{digits}", (Amount,), {"__slots__": (), "digits": digits})
    for digits in sorted(set(CURRENCY_DIGITS.values()))
}
"""The class of amounts by the number of digits: a class for each is faster than an attribute of each amount."""
_AMOUNT_OF = {currency: (AMOUNTS[digits], 10**digits) for currency, digits in CURRENCY_DIGITS.items()}


def amount(minor: int | None, currency: str) -> Amount | None:
    """The amount as a number in major units."""
    if minor is None:
        return None
    kind, divisor = _AMOUNT_OF[currency]
    return kind(minor / divisor)
