"""Real BIFF8 .xls, row by row. Text is always a text cell, so a buyer's text cannot become a formula.

A workbook has its strings before its sheets, but they are known only after the last row. So both are written to
temporary files beside `path` and put together when all rows are read. [MS-XLS]
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from io import BytesIO
from itertools import chain
from pathlib import Path
from struct import Struct
from typing import IO, Any

from functions.exports.formats import autofilter, biff8, compound
from functions.exports.formats.fit import fit_text
from functions.exports.formats.paper import heading_lines, lines_of, pages_wide
from functions.exports.formats.shared_strings import SharedStrings
from functions.exports.formats.sheets import AMOUNT_FORMATS, NUMBER_FORMATS, About, Sheet
from shared.domain.exports.cells import Amount, Cell, CellKind

MAX_ROWS, MAX_COLUMNS = 65_000, 256
"""Rows below the heading, and columns. BIFF8 itself allows 65,536 rows with the heading."""
CONTENT_TYPE = "application/vnd.ms-excel"
SHEET = "Sheet1"
ABOUT_WIDTHS = (28, 60)
EPOCH = datetime(1899, 12, 30)
"""Day 0 for every day from March 1900 on, because Excel counts a 29 February 1900, which did not exist."""
KNOWN, KNOWN_LENGTH = 512, 64
"""How many texts a column remembers, so that its cells share them, and their maximum length: it is for statuses, not
for addresses."""
BUFFERED = 1 << 20

ALIGNED: dict[CellKind, int] = {"money": biff8.RIGHT, "number": biff8.RIGHT, "share": biff8.RIGHT}
"""Numbers keep a distance from the text beside them. Other cells are at the left, times too."""
XFS: dict[CellKind, int] = {kind: biff8.DEFAULT_XF + 1 + index for index, kind in enumerate(NUMBER_FORMATS)}
AMOUNT_XFS = {digits: biff8.DEFAULT_XF + 1 + len(XFS) + index for index, digits in enumerate(AMOUNT_FORMATS)}
"""By the number of digits: every amount is shown as its currency has it."""
HEADING_XF = biff8.DEFAULT_XF + 1 + len(XFS) + len(AMOUNT_XFS)
LABEL, NUMBER = 10 << 16 | 0x00FD, 14 << 16 | 0x0203
"""LabelSst (2.4.149) and Number (2.4.180): the length and type of the record as one number."""
_label = Struct("<IHII").pack
_number = Struct("<IHId").pack

Row = tuple[bytes, int]
"""A row's cell records, and its height."""
WriteCell = Callable[[int, Any], bytes]
"""Makes the record of a cell of one column from row and value."""


def write(path: Path, sheet: Sheet, rows: Iterable[Sequence[Cell]], about: About) -> None:
    """See sheets.py. Raises ValueError for more rows than MAX_ROWS. `path` is opened after all rows are read."""
    if len(sheet.headings) > MAX_COLUMNS:
        raise ValueError(f"an .xls file holds {MAX_COLUMNS} columns at most")
    with _spool(path) as texts, _spool(path) as cells, BytesIO() as about_cells:
        strings = SharedStrings(texts)
        every_row = chain([_heading_row(sheet, strings)], _rows(sheet, rows, strings))
        table = biff8.cell_table(cells, every_row, len(sheet.headings))
        about_rows = (_about_row(row, *pair, strings) for row, pair in enumerate(about()))
        about_table = biff8.cell_table(about_cells, about_rows, len(ABOUT_WIDTHS))
        strings.close()

        rows_written, filtered = table[0], len(sheet.headings)
        strings_at = len(_globals(sheet, rows_written, (0, 0)))
        closing = strings.ext_sst(strings_at) + biff8.EOF
        at = strings_at + compound.length(texts) + len(closing)
        columns = [(heading.width, XFS[heading.kind]) for heading in sheet.headings]
        filters = autofilter.info(filtered)
        head = biff8.sheet_head(at, table, columns, pages_wide=pages_wide(sheet), filters=filters)
        tail = b"".join(autofilter.drop_downs(filtered)) + biff8.sheet_tail(frozen=True)
        about_at = at + len(head) + compound.length(cells) + len(tail)
        about_columns = [(width, XFS["text"]) for width in ABOUT_WIDTHS]
        about_head = biff8.sheet_head(about_at, about_table, about_columns)
        parts: list[IO[bytes]] = [
            BytesIO(_globals(sheet, rows_written, (at, about_at))),
            texts,
            BytesIO(closing + head),
            cells,
            BytesIO(tail + about_head),
            about_cells,
            BytesIO(biff8.sheet_tail(frozen=False)),
        ]
        compound.write(path, "Workbook", parts)


def _spool(path: Path) -> IO[bytes]:
    return tempfile.TemporaryFile(buffering=BUFFERED, dir=path.parent)


def _globals(sheet: Sheet, rows: int, positions: tuple[int, int]) -> bytes:
    """The records up to the shared strings, of the same length for any positions. On paper, text wraps."""
    formats = [*NUMBER_FORMATS.items(), *(("money", code) for code in AMOUNT_FORMATS.values())]
    own = list(dict.fromkeys(code for _, code in formats if code not in biff8.BUILT_IN))
    numbers = biff8.BUILT_IN | {code: number for number, code in enumerate(own, biff8.FIRST_OWN_FORMAT)}
    xfs = [
        biff8.cell_xf(numbers[code], wrap=sheet.printed and kind == "text", align=ALIGNED.get(kind, biff8.LEFT))
        for kind, code in formats
    ]
    xfs.append(biff8.heading_xf(numbers[NUMBER_FORMATS["text"]]))
    columns = len(sheet.headings)
    head = biff8.workbook_head(own, xfs, tuple(zip((SHEET, sheet.about), positions, strict=True)), rows, columns)
    return head + autofilter.drawing_group(columns)


def _rows(sheet: Sheet, rows: Iterable[Sequence[Cell]], strings: SharedStrings) -> Iterator[Row]:
    lines = lines_of(sheet)
    writers = [_cell_writer(column, heading.kind, strings) for column, heading in enumerate(sheet.headings)]
    for row, cells in enumerate(rows, 1):
        if row > MAX_ROWS:
            raise ValueError(f"an .xls file holds {MAX_ROWS} rows at most")
        records = [write_cell(row, cell) for write_cell, cell in zip(writers, cells, strict=True) if cell is not None]
        yield b"".join(records), _height(lines(cells))


def _heading_row(sheet: Sheet, strings: SharedStrings) -> Row:
    texts = [heading.text for heading in sheet.headings]
    cells = (_text_writer(column, HEADING_XF, strings)(0, text) for column, text in enumerate(texts))
    return b"".join(cells), _height(heading_lines(sheet))


def _about_row(row: int, name: str, value: Cell, strings: SharedStrings) -> Row:
    """The values include ids of buyers, which may hold characters that no cell can."""
    value = fit_text(value)[0] if isinstance(value, str) else value
    cell = _cell_writer(1, _kind(value), strings)(row, value) if value is not None else b""
    return _cell_writer(0, "text", strings)(row, name) + cell, biff8.DEFAULT_HEIGHT


def _kind(value: Cell) -> CellKind:
    if isinstance(value, str):
        return "text"
    if isinstance(value, datetime):
        return "minute"
    return "money" if isinstance(value, Amount) else "number"


def _height(lines: int) -> int:
    return min(lines * biff8.DEFAULT_HEIGHT, biff8.MAX_HEIGHT)


def _cell_writer(column: int, kind: CellKind, strings: SharedStrings) -> WriteCell:
    """Chosen once per column, so that the type of each cell is not checked."""
    xf = XFS[kind]
    if kind == "text":
        return _text_writer(column, xf, strings)
    if kind in ("minute", "day"):
        return _time_writer(column, xf)
    if kind == "money":
        return _amount_writer(column)
    position = column | xf << 16
    return lambda row, value: _number(NUMBER, row, position, value)


def _text_writer(column: int, xf: int, strings: SharedStrings) -> WriteCell:
    """A column remembers its first few texts. Texts that repeat are then shared, and memory stays bounded."""
    position = column | xf << 16
    add = strings.add
    known: dict[str, int] = {}

    def write_cell(row: int, text: str) -> bytes:
        number = known.get(text)
        if number is not None:
            strings.references += 1
        else:
            number = add(text)
            if len(known) < KNOWN and len(text) <= KNOWN_LENGTH:
                known[text] = number
        return _label(LABEL, row, position, number)

    return write_cell


def _amount_writer(column: int) -> WriteCell:
    positions = {digits: column | xf << 16 for digits, xf in AMOUNT_XFS.items()}
    return lambda row, value: _number(NUMBER, row, positions[value.digits], value)


def _time_writer(column: int, xf: int) -> WriteCell:
    """Days since the epoch; for times of this century a double is exact to less than a microsecond."""
    position = column | xf << 16

    def write_cell(row: int, value: datetime) -> bytes:
        since = value - EPOCH
        return _number(NUMBER, row, position, since.days + since.seconds / 86_400)

    return write_cell
