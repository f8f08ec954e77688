"""The width of each column: as its first rows and its heading need it, within bounds.

A whole file is too much to look at before it is written, so a longer text further down is cut off on the screen. Where
all texts of a column are known, as those of a status, the column has room for each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice

from functions.exports.formats.sheets import Heading, Sheet
from shared.domain.exports.cells import Cell, CellKind

SAMPLE = 200
MARGIN = 1
BUTTON = 3
"""What the button of a column's filter covers of its heading."""
LEAST: dict[CellKind, int] = {"text": 4, "money": 12, "number": 6, "minute": 19, "day": 10, "share": 8}
"""Room for amounts below a million, counts below 10,000, and every time. A number that is too long shows as ####."""
CHINESE_LINE = 12
"""A heading without blanks breaks anywhere; this much of it stays in one line."""

_two_wide = re.compile("[\u1100-\U0010ffff]").findall
_capitals = re.compile("[A-Z_@%&MWmw]").findall


def fit_widths(sheet: Sheet, rows: Iterable[Sequence[Cell]]) -> tuple[Sheet, Iterator[Sequence[Cell]]]:
    """The sheet with the widths that its columns have from now on, and the same rows, of which the first are in
    memory."""
    rows = iter(rows)
    sample = list(islice(rows, SAMPLE))
    columns: Iterable[Sequence[Cell]] = zip(*sample, strict=True) if sample else [()] * len(sheet.headings)
    headings = [replace(each, width=_width(each, cells)) for each, cells in zip(sheet.headings, columns, strict=True)]
    return replace(sheet, headings=tuple(headings)), chain(sample, rows)


def wide(text: str) -> int:
    """The width of one line in digits: a Chinese character is as wide as two, and most capitals are wider than one."""
    return len(text) + (0 if text.isascii() else len(_two_wide(text))) + len(_capitals(text)) // 4


def _width(heading: Heading, cells: Sequence[Cell]) -> int:
    content = max(map(_shown, set(cells)), default=0)
    least = max(LEAST[heading.kind], heading.least, _heading_width(heading.text))
    return max(least, min(content + MARGIN, heading.width))


def _shown(cell: Cell) -> int:
    if isinstance(cell, str):
        return max(map(wide, cell.split("\n")))
    return len(f"{cell:,.2f}") + 1 if isinstance(cell, int | float) else 0


def _heading_width(text: str) -> int:
    """Room for its longest word, so that a heading wraps between words."""
    words = map(wide, text.split())
    return BUTTON + max((min(word, CHINESE_LINE) if _two_wide(text) else word for word in words), default=0)
