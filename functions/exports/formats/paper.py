"""The height of a row on paper. Excel fits heights by itself; other programs print the height in the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from functions.exports.formats.sheets import Cell, Sheet

_two_wide = re.compile("[\u1100-\U0010ffff]").findall


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


def _wrapped(text: str, width: int) -> int:
    """An estimate: a Chinese character is two wide, and a line breaks anywhere in a word."""
    return sum(1 + (len(part) + len(_two_wide(part))) // (width + 1) for part in text.split("\n"))
