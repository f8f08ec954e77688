"""Text made to fit into cells, in front of every writer: what a cell cannot hold is changed, and told.

A cell holds neither XML's forbidden characters (control characters other than tab and line feed, U+FFFE, U+FFFF) nor
half a surrogate pair, nor more than MAX_TEXT UTF-16 units. DEL, C1 and other noncharacters are held, ugly as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Literal

from functions.exports.formats.sheets import MAX_TEXT, Cell, Heading

Why = Literal["cleaned", "shortened"]
OnChange = Callable[[int, int, Why], None]
"""Row and column, both from 0, and what was lost; a text may be both cleaned and shortened."""

_LINE_ENDS = re.compile("\r\n?")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SURELY_SHORT = MAX_TEXT // 2
"""Characters that cannot be more than MAX_TEXT units, each being one or two."""
_BLANK_CONTROLS = bytes(ord(" ") if byte < 32 and byte not in b"\t\n" else byte for byte in range(256))
"""For bytes.translate: UTF-8 that this changes holds a control character, or a carriage return."""


def fit(rows: Iterable[Sequence[Cell]], headings: Sequence[Heading], on_change: OnChange) -> Iterator[Sequence[Cell]]:
    """The same rows, lazily; a row that does not fit is copied, never written to.

    `on_change` is called while `rows` still stands at the row concerned, so a caller who remembers what it yielded last
    can name the order. Line ends become line feeds without being told: nothing is lost.
    """
    texts = _texts_of(headings)
    for number, row in enumerate(rows):
        yield row if _fits(texts(row)) else _fitted(row, number, on_change)


def fit_text(text: str) -> tuple[str, list[Why]]:
    """The text as a cell can hold it, and what that lost."""
    lost: list[Why] = []
    text = _LINE_ENDS.sub("\n", text)
    text, cleaned = _UNFIT.subn("\ufffd", text)
    if cleaned:
        lost.append("cleaned")
    if len(text) > _SURELY_SHORT:
        units = text.encode("utf-16-le")
        if len(units) > 2 * MAX_TEXT:
            # The half of a pair that the cut may leave at the end is ignored.
            text = units[: 2 * MAX_TEXT].decode("utf-16-le", "ignore")
            lost.append("shortened")
    return text, lost


def _texts_of(headings: Sequence[Heading]) -> Callable[[Sequence[Cell]], Iterable[Cell]]:
    columns = [column for column, heading in enumerate(headings) if heading.kind == "text"]
    if len(columns) > 1:
        return itemgetter(*columns)
    return lambda row: [row[column] for column in columns]


def _fits(texts: Iterable[Cell]) -> bool:
    """True only where nothing is to be changed: nearly every row, so they are looked at joined, not one by one.

    Translated bytes are compared because a regex over the joined text takes four times as long.
    """
    try:
        joined = "".join(filter(None, texts))  # type: ignore[arg-type]  # a number raises, and is looked at by cell
        encoded = joined.encode()
    except (TypeError, UnicodeEncodeError):
        return False
    return (
        encoded.translate(_BLANK_CONTROLS) == encoded
        and len(joined) <= _SURELY_SHORT
        and "\ufffe" not in joined
        and "\uffff" not in joined
    )


def _fitted(row: Sequence[Cell], number: int, on_change: OnChange) -> Sequence[Cell]:
    cells = list(row)
    for column, cell in enumerate(row):
        if isinstance(cell, str):
            cells[column], lost = fit_text(cell)
            for why in lost:
                on_change(number, column, why)
    return cells
