"""RFC 4180 .csv for spreadsheets: UTF-8, CRLF, and no text that a spreadsheet would read as a formula (formulas.py).

A .csv has no types: a spreadsheet may still read an id of digits as a number and round it. An .xlsx prevents that.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from functions.exports.formats.sheets import About, Sheet
from shared.domain.exports.cells import Amount, Cell, CellKind
from shared.domain.exports.formulas import guard

MAX_ROWS = 1_000_000
"""Rows below the heading in one file, as many as a spreadsheet opens."""
CONTENT_TYPE = "text/csv; charset=utf-8"


def write(path: Path, sheet: Sheet, rows: Iterable[Sequence[Cell]], about: About, *, bom: bool = True) -> None:
    """See sheets.py. A .csv has no second sheet: `about` and `sheet.printed` are ignored.

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


def _money(amount: Amount) -> str:
    """With the digits of its currency; never the binary rounding error of the float."""
    return f"{amount:.{amount.digits}f}"


def _number(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{Decimal(repr(number)):f}"


def _minute(at: datetime) -> str:
    return at.isoformat(" ", "seconds")


def _day(at: datetime) -> str:
    return at.date().isoformat()


_FORMATTERS: dict[CellKind, Callable[[Any], str]] = {
    "text": str,
    "money": _money,
    "number": _number,
    "minute": _minute,
    "day": _day,
    "share": _number,
}
