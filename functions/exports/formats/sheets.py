"""The input of every format: the headings and kinds of a sheet's columns, and the content of the second sheet.

The `write` of a format writes a whole file. It reads `rows` once, lazily; a row has a cell for each heading, which fits
(fit.py), and a cell of the kind money is an Amount. The first sheet, "Sheet1", starts with its heading row; the second
is about the file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.domain.exports.cells import AMOUNTS, Cell, CellKind

About = Callable[[], Sequence[tuple[str, Cell]]]
"""Names and values of the second sheet. It is called after all rows are written, when the counts are
known."""

MAX_TEXT = 32_767
"""UTF-16 units of one cell, in both .xls and .xlsx."""
NUMBER_FORMATS: dict[CellKind, str] = {
    "text": "@",
    "money": "#,##0.00##",
    "number": "0",
    "minute": "yyyy-mm-dd hh:mm:ss",
    "day": "yyyy-mm-dd",
    "share": "0.00%",
}

AMOUNT_FORMATS = {digits: "#,##0" + ("." + "0" * digits if digits else "") for digits in AMOUNTS}
"""The format of an amount by its currency's number of digits, where a cell may have a format of its own. NUMBER_FORMATS
has the one for a whole column."""


@dataclass(frozen=True, slots=True)
class Heading:
    """`width` in characters: the most, until widths.py has seen some rows, and then the width; `least` is what the
    longest text of the column needs, where all its texts are known."""

    text: str
    kind: CellKind
    width: int = 16
    least: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """Every sheet prints as A4 landscape, fitted to the width of a page or of the fewest legible ones, with the heading
    row and the first column on each. `printed`: it is worked with on paper, so its texts wrap and its rows are as high
    as their texts. `about` is the name of the second sheet."""

    headings: tuple[Heading, ...]
    printed: bool = False
    about: str = "About this file"
