"""Make texts fit into cells, before any writer sees them, and report each change.

A cell cannot hold the characters that XML forbids (control characters other than tab and line feed, U+FFFE, U+FFFF),
half of a surrogate pair, or more than MAX_TEXT UTF-16 units. It can hold DEL, C1 and other noncharacters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Literal

from functions.exports.formats.sheets import MAX_TEXT, Heading
from shared.domain.exports.cells import Cell

Why = Literal["cleaned", "shortened"]
OnChange = Callable[[int, int, Why], None]
"""Called with row and column, both from 0, and the change; a text may be both cleaned and shortened."""

_LINE_ENDS = re.compile("\r\n?")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SURELY_SHORT = MAX_TEXT // 2
"""So many characters are at most MAX_TEXT units, since each is one unit or two."""
_BLANK_CONTROLS = bytes(ord(" ") if byte < 32 and byte not in b"\t\n" else byte for byte in range(256))
"""For bytes.translate: it changes only control characters and carriage returns."""


def fit(rows: Iterable[Sequence[Cell]], headings: Sequence[Heading], on_change: OnChange) -> Iterator[Sequence[Cell]]:
    """The same rows, lazily. A row with a text that does not fit is copied and changed; the original stays.

    `on_change` is called before the next row is read, so the caller knows which order the row is of. Line ends become
    line feeds without a report, since nothing is lost.
    """
    texts = _texts_of(headings)
    for number, row in enumerate(rows):
        yield row if _fits(texts(row)) else _fitted(row, number, on_change)


def fit_text(text: str) -> tuple[str, list[Why]]:
    """The text as a cell can hold it, and the changes."""
    changes: list[Why] = []
    text = _LINE_ENDS.sub("\n", text)
    text, cleaned = _UNFIT.subn("\ufffd", text)
    if cleaned:
        changes.append("cleaned")
    if len(text) > _SURELY_SHORT:
        units = text.encode("utf-16-le")
        if len(units) > 2 * MAX_TEXT:
            # The cut may leave half of a pair at the end, which is dropped.
            text = units[: 2 * MAX_TEXT].decode("utf-16-le", "ignore")
            changes.append("shortened")
    return text, changes


def _texts_of(headings: Sequence[Heading]) -> Callable[[Sequence[Cell]], Iterable[Cell]]:
    columns = [column for column, heading in enumerate(headings) if heading.kind == "text"]
    if len(columns) > 1:
        return itemgetter(*columns)
    return lambda row: [row[column] for column in columns]


def _fits(texts: Iterable[Cell]) -> bool:
    """True if no text of the row needs a change, as in nearly all rows; so the texts are checked joined.

    Comparing translated bytes is four times faster than a regular expression.
    """
    try:
        joined = "".join(filter(None, texts))  # type: ignore[arg-type]  # a number raises TypeError
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
            cells[column], changes = fit_text(cell)
            for why in changes:
                on_change(number, column, why)
    return cells
