"""RFC 4180 .csv for spreadsheets: UTF-8, CRLF, and no text that a spreadsheet would read as a formula.

The rule is OWASP's: a text that starts a formula, even after blanks, gets a leading apostrophe. A text that starts a
formula after its own apostrophes gets one, too. So every guarded text has exactly one apostrophe more than its
original, and `unguard` returns the original.

A .csv has no types: a spreadsheet may still read an id of digits as a number and round it. An .xlsx prevents that.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from functions.exports.formats.sheets import About, Amount, Cell, Kind, Sheet

MAX_ROWS = 1_000_000
"""Rows below the heading in one file, as many as a spreadsheet opens."""
CONTENT_TYPE = "text/csv; charset=utf-8"

_BLANK = r"\s\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
"""White space and invisible characters, which a spreadsheet may skip before a sign."""
_SIGN = r"=+\-@\t\r\n＝＋－＠"
_OPENS_FORMULA = re.compile(f"'*[{_BLANK}]*[{_SIGN}]")
_GUARDED = re.compile(f"'(?={_OPENS_FORMULA.pattern})")


def write(path: Path, sheet: Sheet, rows: Iterable[Sequence[Cell]], about: About, *, bom: bool = True) -> None:
    """See `Write`. A .csv has no second sheet: `about` and `sheet.printed` are ignored.

    Excel reads the file as UTF-8 only with the byte order mark of `bom`; other programs may not want it.
    """
    del about
    formatters = [_FORMATTERS[heading.kind] for heading in sheet.headings]
    with path.open("w", encoding="utf-8", newline="") as file:
        if bom:
            file.write("\ufeff")
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([guard(heading.text) for heading in sheet.headings])
        writer.writerows(
            # Text is guarded in a column of any kind.
            [
                guard(cell) if isinstance(cell, str) else "" if cell is None else format_cell(cell)
                for format_cell, cell in zip(formatters, row, strict=True)
            ]
            for row in rows
        )


def guard(text: str) -> str:
    # Most texts start with a letter or digit, and no formula does: this check is fast.
    if text[:1].isalnum() or not _OPENS_FORMULA.match(text):
        return text
    return "'" + text


def unguard(text: str) -> str:
    """The original of a text that `guard` returned."""
    return text[1:] if _GUARDED.match(text) else text


def _money(amount: Amount) -> str:
    """With the digits of its currency; never the binary rounding error of the float."""
    return f"{amount:.{amount.digits}f}"


def _number(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{Decimal(repr(number)):f}"


def _minute(at: datetime) -> str:
    return at.isoformat(" ", "seconds")


def _day(at: datetime) -> str:
    return at.date().isoformat()


_FORMATTERS: dict[Kind, Callable[[Any], str]] = {
    "text": str,
    "money": _money,
    "number": _number,
    "minute": _minute,
    "day": _day,
    "share": _number,
}
