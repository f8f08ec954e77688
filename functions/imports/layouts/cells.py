"""What a cell of a file says: one function for each kind of cell. All raise CellError, which names the reason.

A cell is text, a number, a truth value or a naive time, as the readers give it. Amounts become integer minor units,
times aware UTC.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.exports.formulas import unguard
from shared.domain.labels import LABELS
from shared.domain.messages.cell import MOST, NotMessages, UnreadMessages, messages_of
from shared.domain.money import CURRENCY_DIGITS, MAX_MINOR


class CellError(Exception):
    """`code` is the reason; `facts` go into its sentence."""

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


@dataclass(slots=True)
class CellContext:
    """How the cells of a file are read: the zone of its times, and the currency of amounts that name none.
    `formats` are the forms of times that do not begin with the year. `on_ambiguous` is called for a time in the hour
    that occurs twice, when the clock goes back; the earlier one is taken. `is_text`: the file is a text file, whose
    cells have no types."""

    zone: ZoneInfo
    currency: str
    formats: tuple[str, ...] = ()
    is_text: bool = False
    on_ambiguous: Callable[[], None] = lambda: None
    _times: dict[str, datetime] = field(default_factory=dict)


Grammar = Callable[[Any, CellContext], Any]

MAX_EXACT = 10**15
"""A spreadsheet keeps 15 digits of a number; a longer one has been rounded."""
_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]*)?[eE]\+?[0-9]+")
_FORMULA_TEXT = re.compile(r'="(.*)"', re.DOTALL)
_BLANKS = re.compile(r"[\s\u00a0\u200b-\u200f\u2060\ufeff]+")
_MONEY = re.compile(r"([^0-9.,+-]*)([+-]?)([0-9.,' ]*[0-9])([^0-9]*)")
_TOLERANCE = Decimal("0.00001")
"""A sum that a spreadsheet computed can differ in the sixth digit of a minor unit."""
_SIGNS = {"$": "USD", "US$": "USD", "US $": "USD", "€": "EUR", "£": "GBP", "R$": "BRL", "¥": "CNY", "￥": "CNY"}
_TIMERS = {unicodedata.normalize("NFKC", name): kind for kind, names in LABELS["timer"].items() for name in names}
_COLON = re.compile("[:：] ?")
_COMMA = re.compile("[,，;；、]")
_YEAR_FIRST = re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})(?: +(\d{1,2}):(\d{2})(?::(\d{2}))?)?")


def text(cell: Any, _: CellContext) -> str | None:
    """Text without blanks around it, without the apostrophe that makes a spreadsheet keep it as it is."""
    if isinstance(cell, str):
        plain = cell.strip().removeprefix("\ufeff")
        found = plain.startswith("=") and _FORMULA_TEXT.fullmatch(plain)
        return (found[1] if found else plain.removeprefix("'")) or None
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float) and cell.is_integer():
        if abs(cell) >= MAX_EXACT:
            raise CellError("number_rounded", value=f"{cell:.0f}")
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    return str(cell)


def half_width(found: str) -> str:
    """With plain digits and signs for the full-width ones, which a Chinese keyboard writes."""
    return found if found.isascii() else unicodedata.normalize("NFKC", found)


def identifier(cell: Any, context: CellContext) -> str | None:
    """An id without blanks, with plain digits for full-width ones. A number that a spreadsheet has rounded is refused:
    it would be the id of another order."""
    found = text(cell, context)
    if found is None:
        return None
    found = _BLANKS.sub("", half_width(found))
    if _ROUNDED.fullmatch(found):
        raise CellError("number_rounded", value=found)
    return found.removeprefix("'") or None


def order_number(cell: Any, context: CellContext) -> str | None:
    """The platform's order number. One of 17 to 19 digits with only zeros beyond the fifteenth was rounded by a
    spreadsheet before it became text; genuine ones end so once in a hundred cases or less. For those of 16 digits see
    are_rounded."""
    found = identifier(cell, context)
    if found and 17 <= len(found) <= 19 and found.isdigit() and not found[15:].strip("0"):
        raise CellError("number_rounded", value=found)
    return found


def may_be_rounded(number: str) -> bool:
    """Has it 16 digits, of which the last is 0? A tenth of genuine order numbers has."""
    return len(number) == 16 and number.isdigit() and number.endswith("0")


def are_rounded(numbers: Iterable[str]) -> bool:
    """Has a spreadsheet rounded the order numbers of 16 digits of this column? It takes at least five that may be, and
    four fifths of all: by chance that happens to one sheet in ten thousand at most."""
    long = {number for number in numbers if len(number) == 16 and number.isdigit()}
    zeros = sum(map(may_be_rounded, long))
    return zeros >= 5 and 5 * zeros >= 4 * len(long)


def money(cell: Any, context: CellContext) -> int | None:
    """Minor units. A sign or code of another currency than the file's is refused."""
    digits = CURRENCY_DIGITS[context.currency]
    if cell == "":
        return None
    if isinstance(cell, str):
        found = _MONEY.fullmatch(half_width(cell).strip())
        if found is None:
            raise CellError("amount_invalid", value=cell)
        sign = (found[1].strip() or found[4].strip()).upper()
        if sign and _SIGNS.get(sign, sign) != context.currency:
            raise CellError("currency_differs", value=cell, currency=context.currency)
        exact = Decimal(found[2] + _decimal_point(found[3].replace("'", "").replace(" ", "")))
    elif isinstance(cell, bool | datetime):
        raise CellError("amount_invalid", value=str(cell))
    else:
        exact = Decimal(repr(cell))
    try:
        scaled = exact.scaleb(digits)
        minor = int(scaled.to_integral_value())
    except (InvalidOperation, OverflowError, ValueError) as error:
        raise CellError("amount_invalid", value=str(cell)) from error
    if abs(scaled - minor) > _TOLERANCE or abs(minor) > MAX_MINOR:
        raise CellError("amount_invalid", value=str(cell))
    return minor


def _decimal_point(number: str) -> str:
    """`1,234.56` and `1.234,56` as 1234.56. A single comma with one or two digits behind it is a decimal comma."""
    if "," not in number:
        return number
    comma, point = number.rfind(","), number.rfind(".")
    if comma > point and (point >= 0 or (number.count(",") == 1 and len(number) - comma <= 3)):
        return number.replace(".", "").replace(",", ".")
    return number.replace(",", "")


def count(cell: Any, context: CellContext) -> int | None:
    """A whole number, perhaps with its unit: `2 piece`."""
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        if cell != int(cell) or abs(cell) > MAX_EXACT:
            raise CellError("number_invalid", value=str(cell))
        return int(cell)
    found = text(cell, context)
    if found is None:
        return None
    number = re.match(r"[0-9]{1,9}(?![0-9.,])", half_width(found))
    if number is None:
        raise CellError("number_invalid", value=found)
    return int(number[0])


def instant(cell: Any, context: CellContext) -> datetime | None:
    """A time, in the zone of the file where it names none."""
    if isinstance(cell, datetime):
        return _to_utc(cell, context)
    found = text(cell, context)
    if found is None:
        return None
    known = context._times.get(found)
    if known is not None:
        return known
    at = _parsed(half_width(found), context.formats)
    aware = _to_utc(at, context)
    if not _is_ambiguous(at, context.zone):
        context._times[found] = aware
    return aware


def _parsed(found: str, formats: tuple[str, ...]) -> datetime:
    year_first = _YEAR_FIRST.fullmatch(found)
    try:
        if year_first:
            return datetime(*(int(part) for part in year_first.groups("0")))  # type: ignore[arg-type]
        for format_ in formats:
            with suppress(ValueError):
                return datetime.strptime(found, format_)
        return datetime.fromisoformat(found)
    except ValueError as error:
        raise CellError("time_invalid", value=found) from error


def _to_utc(at: datetime, context: CellContext) -> datetime:
    if not 1990 <= at.year <= 2200:
        raise CellError("time_invalid", value=str(at))
    if at.tzinfo:
        return at.astimezone(UTC)
    if _is_ambiguous(at, context.zone):
        context.on_ambiguous()
    return at.replace(tzinfo=context.zone).astimezone(UTC)


def _is_ambiguous(at: datetime, zone: ZoneInfo) -> bool:
    if at.tzinfo:
        return False
    first, second = (at.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    return first > second


def day_end(cell: Any, context: CellContext) -> datetime | None:
    """The end of a day, where the cell has no time of day."""
    at = instant(cell, context)
    local = at.astimezone(context.zone) if at else None
    if local is None or (local.hour, local.minute, local.second) != (0, 0, 0):
        return at
    return local.replace(hour=23, minute=59, second=59).astimezone(UTC)


def exact(cell: Any, context: CellContext) -> str | None:
    """The text of the cell as it is. A .csv has an apostrophe before a text that would start a formula."""
    if not isinstance(cell, str):
        return text(cell, context)
    return (unguard(cell) if context.is_text else cell) or None


def exact_number(cell: Any, context: CellContext) -> str | None:
    """An order number of our own, which has plain digits and signs only."""
    found = exact(cell, context)
    return None if found is None else half_width(found)


def exact_lines(cell: Any, context: CellContext) -> tuple[str, ...]:
    return tuple((exact(cell, context) or "").split("\n"))


def deadlines(cell: Any, context: CellContext) -> dict[str, datetime]:
    """Timers as `name: time`, one a line. Raises CellError `code_unknown` for another name."""
    found: dict[str, datetime] = {}
    for line in texts(cell, context):
        name, _, due = half_width(line).partition(":")
        name, due_at = name.strip(), instant(due, context)
        if name not in _TIMERS:
            raise CellError("code_unknown", value=name)
        if due_at is None:
            raise CellError("time_invalid", value=line)
        found[_TIMERS[name]] = due_at
    return found


def unread_messages(cell: Any, context: CellContext) -> UnreadMessages:
    """Raises CellError, without the buyer's text."""
    try:
        return messages_of(exact(cell, context) or "")
    except NotMessages as error:
        if error.line is None:
            raise CellError("messages_too_many", most=str(MOST)) from error
        raise CellError("message_invalid", line=str(error.line)) from error


def shipments(cell: Any, context: CellContext) -> tuple[tuple[str, str], ...]:
    """Parcels as `carrier:number`, one a line; a carrier may hold line ends. Without a colon each line is a number."""
    found = exact(cell, context) or ""
    return _parcels(found if ":" in found else found.replace("：", ":"), ":")


def named_shipments(cell: Any, context: CellContext) -> tuple[tuple[str, str], ...]:
    """Parcels as `carrier's name: number`, one a line."""
    found = exact(cell, context) or ""
    return _parcels(found if ": " in found else _COLON.sub(": ", found), ": ")


def _parcels(found: str, separator: str) -> tuple[tuple[str, str], ...]:
    parcels, carrier = list[tuple[str, str]](), ""
    for line in found.split("\n"):
        before, colon, number = line.rpartition(separator)
        if colon or separator not in found:
            parcels.append((carrier + before, half_width(number)))
            carrier = ""
        else:
            carrier += line + "\n"
    return tuple(each for each in parcels if each[1])


def texts(cell: Any, context: CellContext) -> tuple[str, ...]:
    """The lines of a cell."""
    found = text(cell, context)
    return tuple(line.strip() for line in (found or "").splitlines() if line.strip())


def codes(cell: Any, context: CellContext) -> tuple[str, ...]:
    """Codes with a comma between them, of whatever width. None has a sign of a comma in it, as a tag may have."""
    return tuple(each.strip() for each in _COMMA.split(text(cell, context) or "") if each.strip())


def comma_list(cell: Any, context: CellContext) -> tuple[str, ...]:
    found = text(cell, context)
    return tuple(each.strip() for each in (found or "").split(",") if each.strip())
