""".xlsx in constant memory, through rustpy-xlsxwriter.

Its memory is disk: until the file is saved, the XML of the sheets waits unpacked in the temporary directory, about
2.1 KB for a row of 30 cells. Beside the file itself, 512 MB hold some 190,000 such rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from rustpy_xlsxwriter import Format, write_worksheets

from functions.exports.formats.fit import fit_text
from functions.exports.formats.paper import lines_of
from functions.exports.formats.sheets import NUMBER_FORMATS, About, Cell, Heading, Sheet

MAX_ROWS = 1_000_000
"""Rows of orders in one file; the format itself ends at 1,048,576 rows with the heading."""
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET = "Sheet1"
ABOUT = "About this file"
ROW_POINTS, MAX_POINTS = 15.0, 405.0
_ABOUT_WIDTHS = [28.0, 80.0]
_ON_PAPER = {
    "landscape": True,
    "paper_size": 9,  # A4
    "fit_to_pages": (1, 0),  # one page wide, as many as it takes long
    "repeat_rows": 0,
    "footer": "&C&P / &N",
}


def write(path: Path, sheet: Sheet, rows: Iterable[Sequence[Cell]], about: About) -> None:
    """See `Write`. Text is written as text whatever it starts with; an int beyond 2**53 is rounded to a float.

    Raises ValueError, with no file left behind, for a row of another length than the headings and for a date before
    1900, which the format does not know. Two writes differ in one part: docProps/core.xml holds the time of writing.
    """
    headings = _distinct(sheet.headings)
    heights: dict[int, float] = {}
    if sheet.printed:  # heights must be known before the first row is written; lists for paper are short
        rows = list(rows)
        lines = lines_of(sheet)
        told = enumerate([headings, *rows] if rows else [])
        heights = {row: min(ROW_POINTS * lines(cells), MAX_POINTS) for row, cells in told}
    write_worksheets(
        # The second generator is started when the first is exhausted, which is when `about` may be asked.
        [(SHEET, _records(headings, rows)), (ABOUT, _about(about))],
        str(path),
        freeze_panes={SHEET: {"row": 1, "col": 0}},
        header_format=dict.fromkeys((SHEET, ABOUT), Format().set_bold().set_text_wrap().set_align("top")),
        column_widths={SHEET: [float(heading.width) for heading in sheet.headings], ABOUT: _ABOUT_WIDTHS},
        column_formats={
            SHEET: [_format(heading, sheet.printed) for heading in sheet.headings],
            ABOUT: [Format().set_text_wrap().set_align("top").set_align("left")] * 2,
        },
        # Ids are digits kept as text on purpose: no green triangles.
        ignore_errors={SHEET: [heading.text for heading in sheet.headings if heading.kind == "text"]},
        page_setup={SHEET: _ON_PAPER} if sheet.printed else None,
        row_heights={SHEET: heights} if heights else None,
    )


def _distinct(headings: Sequence[Heading]) -> list[str]:
    """Records are keyed by heading, so one that stands twice would lose a column without a word."""
    texts = [heading.text for heading in headings]
    twice = {text for text in texts if texts.count(text) > 1}
    if twice:
        raise ValueError(f"headings stand more than once: {sorted(twice)}")
    return texts


def _records(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[dict[str, Cell]]:
    """The first record's keys become the heading row, and cells then go by position: every row must be complete.

    Where there are no rows, a record of empty cells brings the headings and leaves no row of its own.
    """
    empty = True
    for row in rows:
        empty = False
        yield dict(zip(headings, row, strict=True))
    if empty:
        yield dict.fromkeys(headings)


def _about(about: About) -> Iterator[dict[str, Cell]]:
    """The library wants headings, and the second sheet has none: its first row takes their place."""
    (name, value), *rest = [*_told(about)] or [("", " ")]
    yield from _records((str(name), str(value)), rest)


def _told(about: About) -> Iterator[tuple[Cell, Cell]]:
    """A time becomes text: the first would give its format to the whole column, and make dates of the counts below."""
    for name, value in about():
        told = value.isoformat(" ", "seconds") if isinstance(value, datetime) else value
        yield fit_text(name)[0], fit_text(told)[0] if isinstance(told, str) else told


def _format(heading: Heading, printed: bool) -> Format:
    cell = Format().set_num_format(NUMBER_FORMATS[heading.kind])
    return cell.set_text_wrap().set_align("top") if printed else cell
