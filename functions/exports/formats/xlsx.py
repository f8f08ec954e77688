""".xlsx in constant memory, through rustpy-xlsxwriter.

The library uses disk instead: until the file is saved, the XML of the sheets is in the temporary directory,
uncompressed, about 2.1 KB for a row of 30 cells. 512 MB hold the file and the XML of about 190,000 such rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, islice
from pathlib import Path

from rustpy_xlsxwriter import Format, write_worksheets

from functions.exports.formats.fit import fit_text
from functions.exports.formats.paper import heading_lines, lines_of, pages_wide
from functions.exports.formats.sheets import NUMBER_FORMATS, About, Heading, Sheet
from shared.domain.exports.cells import Cell

MAX_ROWS = 1_000_000
"""Rows below the heading in one file. The format itself allows 1,048,576 rows with the heading."""
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET = "Sheet1"
ROW_POINTS, MAX_POINTS = 15.0, 405.0
_ABOUT_WIDTHS = [28.0, 80.0]
HEADING_COLOUR = "99CCFF"
_RIGHT = ("money", "number", "share")
"""Numbers keep a distance from the text beside them. Other cells are at the left, times too."""
_ON_PAPER = {
    "landscape": True,
    "paper_size": 9,  # A4
    "fit_to_pages": (1, 0),  # so many pages wide, as many high as needed
    "margins": {"left": 0.4, "right": 0.4, "top": 0.6, "bottom": 0.6, "header": 0.3, "footer": 0.3},
    "print_gridlines": True,
    "footer": "&C&P / &N",
}


def write(path: Path, sheet: Sheet, rows: Iterable[Sequence[Cell]], about: About) -> None:
    """See sheets.py. Text is always written as text; an int beyond 2**53 is rounded to a float.

    Raises ValueError and leaves no file if a row has not as many cells as there are headings, or a date is before 1900,
    which the format cannot hold. Two writes of the same rows differ in docProps/core.xml, which has the time.
    """
    headings = _distinct(sheet.headings)
    rows = iter(rows)
    first = list(islice(rows, 1))
    rows = chain(first, rows)
    lines = {0: heading_lines(sheet)} if first else {}  # a height would write an empty second row
    if sheet.printed:  # heights must be known before the first row is written; lists for paper are short
        rows = list(rows)
        lines |= dict(enumerate(map(lines_of(sheet), rows), 1))
    write_worksheets(
        # The second generator starts after the end of the first, when `about` may be called.
        [(SHEET, _records(headings, rows)), (sheet.about, _about(about))],
        str(path),
        freeze_panes={SHEET: {"row": 1, "col": 0}},
        header_format={
            SHEET: Format().set_bold().set_text_wrap().set_align("top").set_background_color(HEADING_COLOUR),
            sheet.about: Format().set_bold().set_text_wrap().set_align("top"),
        },
        autofilter={SHEET: True},
        column_widths={SHEET: [float(heading.width) for heading in sheet.headings], sheet.about: _ABOUT_WIDTHS},
        column_formats={
            SHEET: [_format(heading, sheet.printed) for heading in sheet.headings],
            sheet.about: [Format().set_text_wrap().set_align("top").set_align("left")] * 2,
        },
        # Ids are digits that are meant to be text: Excel shows no warning for them.
        ignore_errors={SHEET: [heading.text for heading in sheet.headings if heading.kind == "text"]},
        page_setup={
            SHEET: _ON_PAPER | {"repeat_rows": 0, "repeat_columns": 0, "fit_to_pages": (pages_wide(sheet), 0)},
            sheet.about: _ON_PAPER,
        },
        row_heights={SHEET: {row: min(ROW_POINTS * count, MAX_POINTS) for row, count in lines.items() if count > 1}},
    )


def _distinct(headings: Sequence[Heading]) -> list[str]:
    """Records are keyed by heading, so a heading that occurs twice would silently lose a column."""
    texts = [heading.text for heading in headings]
    twice = {text for text in texts if texts.count(text) > 1}
    if twice:
        raise ValueError(f"headings occur more than once: {sorted(twice)}")
    return texts


def _records(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[dict[str, Cell]]:
    """The keys of the first record become the heading row. Cells are then written by position, so every row must be
    complete. Without rows, a record of empty cells writes the headings and no row.
    """
    empty = True
    for row in rows:
        empty = False
        yield dict(zip(headings, row, strict=True))
    if empty:
        yield dict.fromkeys(headings)


def _about(about: About) -> Iterator[dict[str, Cell]]:
    """The library requires headings, and the second sheet has none: its first row is written as the headings."""
    (name, value), *rest = [*_about_rows(about)] or [("", " ")]
    yield from _records((str(name), str(value)), rest)


def _about_rows(about: About) -> Iterator[tuple[Cell, Cell]]:
    """Times become text: the first time would set the format of the whole column, and counts below it would be
    dates."""
    for name, value in about():
        cell = value.isoformat(" ", "seconds") if isinstance(value, datetime) else value
        yield fit_text(name)[0], fit_text(cell)[0] if isinstance(cell, str) else cell


def _format(heading: Heading, printed: bool) -> Format:
    cell = Format().set_num_format(NUMBER_FORMATS[heading.kind]).set_align("top")
    cell = cell.set_align("right").set_indent(1) if heading.kind in _RIGHT else cell.set_align("left")
    return cell.set_text_wrap() if printed else cell
