"""The pages and heights of a sheet on paper. Excel fits heights by itself; other programs print the height in the
file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil

from functions.exports.formats.sheets import Sheet
from functions.exports.formats.widths import BUTTON, wide
from shared.domain.exports.cells import Cell

PAGE = 420
"""The most characters side by side on A4: the print is then 3.5 points high, and smaller print is not legible."""


def pages_wide(sheet: Sheet) -> int:
    """One page where it is legible, or else the fewest that are; the columns share them evenly."""
    return max(1, ceil(sum(heading.width for heading in sheet.headings) / PAGE))


def lines_of(sheet: Sheet) -> Callable[[Sequence[Cell]], int]:
    """The number of lines of a row, as its texts wrap in the columns' widths; always 1 on a sheet that is not for
    paper."""
    if not sheet.printed:
        return lambda _: 1
    widths = [heading.width for heading in sheet.headings]

    def lines(cells: Sequence[Cell]) -> int:
        texts = zip(cells, widths, strict=True)
        return max((_wrapped(text, width) for text, width in texts if isinstance(text, str)), default=1)

    return lines


def heading_lines(sheet: Sheet) -> int:
    """The number of lines of the heading row, beside the buttons of its filter."""
    return max((_wrapped(heading.text, max(1, heading.width - BUTTON)) for heading in sheet.headings), default=1)


def _wrapped(text: str, width: int) -> int:
    """An estimate: a line breaks between words, and in a word that is longer than a line."""
    return sum(_lines(part, width) for part in text.split("\n"))


def _lines(part: str, width: int) -> int:
    if wide(part) <= width:
        return 1
    count, used = 1, 0
    for word in part.split(" "):
        size = wide(word)
        if used and used + 1 + size > width:
            count, used = count + 1, 0
        used += size + (1 if used else 0)
        count, used = (count + (used - 1) // width, (used - 1) % width + 1) if used > width else (count, used)
    return count
