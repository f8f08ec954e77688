"""RFC 4180 .csv for spreadsheets: UTF-8, CRLF, and no text that a spreadsheet would take for a formula.

The guard is OWASP's: a text that opens a formula, be it after blanks, is given a leading apostrophe. So is a text that
would be one without the apostrophes in front of it: every guarded text has then exactly one apostrophe too many, and
`unguard` gives back what was written, whatever it was.

A .csv carries no types: a spreadsheet may still read an id of digits as a number and round it. An .xlsx prevents that.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from functions.exports.formats.sheets import About, Cell, Kind, Sheet

MAX_ROWS = 1_000_000
"""Rows of orders in one file: what a spreadsheet opens, as of an .xlsx."""
CONTENT_TYPE = "text/csv; charset=utf-8"

_BLANK = r"\s\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
"""What is passed over in front of a sign: white space, and what is not seen at all."""
_SIGN = r"=+\-@\t\r\n＝＋－＠"
_OPENS_FORMULA = re.compile(f"'*[{_BLANK}]*[{_SIGN}]")
_GUARDED = re.compile(f"'(?={_OPENS_FORMULA.pattern})")


def write(path: Path, sheet: Sheet, rows: Iterable[Sequence[Cell]], about: About, *, bom: bool = True) -> None:
    """See `Write`. A .csv has no second sheet: `about` is never asked, and `sheet.printed` changes nothing.

    `bom` is what makes Excel read the file as UTF-8; a program that reads it may rather go without.
    """
    del about
    spellings = [_SPELLINGS[heading.kind] for heading in sheet.headings]
    with path.open("w", encoding="utf-8", newline="") as file:
        if bom:
            file.write("\ufeff")
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([guard(heading.text) for heading in sheet.headings])
        writer.writerows(
            # Text is guarded in a column of any kind.
            [
                guard(cell) if isinstance(cell, str) else "" if cell is None else spell(cell)
                for spell, cell in zip(spellings, row, strict=True)
            ]
            for row in rows
        )


def guard(text: str) -> str:
    # Nearly every text starts with a letter or digit, and none of these does.
    if text[:1].isalnum() or not _OPENS_FORMULA.match(text):
        return text
    return "'" + text


def unguard(text: str) -> str:
    """The text that was given to `guard`."""
    return text[1:] if _GUARDED.match(text) else text


def _money(amount: float) -> str:
    """Two decimals, or as many as the shortest spelling of the float has, up to four: never its binary noise."""
    if isinstance(amount, int):
        return f"{amount}.00"
    shortest = repr(amount or 0.0)  # a negative zero is a zero
    if shortest[-3:-2] == ".":
        return shortest
    whole, _, decimals = f"{Decimal(shortest):.4f}".partition(".")
    return f"{whole}.{decimals.rstrip('0'):0<2}"


def _number(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{Decimal(repr(number)):f}"


def _minute(at: datetime) -> str:
    return at.isoformat(" ", "seconds")


def _day(at: datetime) -> str:
    return at.date().isoformat()


_SPELLINGS: dict[Kind, Callable[[Any], str]] = {
    "text": str,
    "money": _money,
    "number": _number,
    "minute": _minute,
    "day": _day,
    "share": _number,
}
