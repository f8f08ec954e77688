"""The input of every format: the headings and kinds of a sheet's columns, rows of cells that fit, and the content of
the second sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from shared.domain.exports.columns import Cell
from shared.domain.exports.columns import CellKind as Kind

About = Callable[[], Sequence[tuple[str, Cell]]]
"""Names and values of the second sheet. It is called after all rows are written, when the counts are
known."""

__all__ = ["MAX_TEXT", "NUMBER_FORMATS", "About", "Cell", "Heading", "Kind", "Sheet", "Write"]

MAX_TEXT = 32_767
"""UTF-16 units of one cell, in both .xls and .xlsx."""
NUMBER_FORMATS: dict[Kind, str] = {
    "text": "@",
    "money": "#,##0.00##",
    "number": "0",
    "minute": "yyyy-mm-dd hh:mm:ss",
    "day": "yyyy-mm-dd",
    "share": "0.00%",
}


@dataclass(frozen=True, slots=True)
class Heading:
    """`width` in characters."""

    text: str
    kind: Kind
    width: int = 16


@dataclass(frozen=True, slots=True)
class Sheet:
    """`printed`: for paper: A4 landscape, as wide as the page, with the heading row on every page. `about` is the name
    of the second sheet."""

    headings: tuple[Heading, ...]
    printed: bool = False
    about: str = "About this file"


class Write(Protocol):
    """Write a whole file to `path`. `rows` is read once, lazily; it has a cell for each heading, which fits (fit.py).

    The first sheet, "Sheet1", starts with its heading row. The second is about the file.
    """

    def __call__(self, path: Path, sheet: Sheet, rows: Iterable[Sequence[Cell]], about: About) -> None: ...
