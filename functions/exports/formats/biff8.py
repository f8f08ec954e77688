"""The records of a BIFF8 workbook stream [MS-XLS], except the cells: the globals, and the head and tail of a sheet.

Numbers in brackets are sections of [MS-XLS]. The records are in the order of 2.1.7.20.3 and 2.1.7.20.5.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from struct import Struct, pack
from typing import IO

LONGEST_RECORD = 8224
"""Bytes of data in one record (2.1.4)."""
ROW_BLOCK = 32
"""Rows of one DBCell record (2.4.78)."""
DEFAULT_HEIGHT, MAX_HEIGHT = 285, 8190
"""Height of a row in twips: one line of ten points, also in Chinese, and Excel's maximum of 409.5 points."""
DEFAULT_XF = 15
"""The XFs before it are styles (2.4.353)."""
FIRST_OWN_FORMAT = 164
BUILT_IN = {"General": 0, "0": 1, "#,##0": 3, "#,##0.00": 4, "@": 49}
"""Number formats that need no record of their own (2.4.126)."""
REGULAR, BOLD = 0, 1
A4 = 9
PALE_BLUE, NO_COLOUR = 0x2C, 0x41
"""Places in the standard palette (2.5.161): #99CCFF, and the window's background."""
LEFT, RIGHT = 1, 3
"""Where a cell's content is (2.5.119)"""
PRINT_TITLES, FILTER_DATABASE = "\x07", "\x0d"
"""Built-in names (2.5.66)."""

Table = tuple[int, list[int]]
"""The number of rows, and the position of each DBCell record in their spool."""

_row = Struct("<HHHHHHIHH").pack


def record(kind: int, data: bytes = b"") -> bytes:
    """2.1.4"""
    return pack("<HH", kind, len(data)) + data


def number(kind: int, value: int) -> bytes:
    """A record of one 16-bit number, which most settings are."""
    return pack("<HHH", kind, 2, value)


def characters(text: str) -> bytes:
    """XLUnicodeStringNoCch (2.5.296): one byte a character where all are ASCII, else two."""
    return b"\x00" + text.encode("latin-1") if text.isascii() else b"\x01" + text.encode("utf-16-le")


def short_string(text: str) -> bytes:
    """ShortXLUnicodeString (2.5.240)"""
    return pack("<B", len(text)) + characters(text)


def long_string(text: str) -> bytes:
    """XLUnicodeString (2.5.294)"""
    return pack("<H", len(text)) + characters(text)


def bof(substream: int) -> bytes:
    """2.4.21: BIFF8 as Excel 97 writes it."""
    return record(0x0809, pack("<4H2I", 0x0600, substream, 0x0DBB, 0x07CC, 0, 6))


EOF = record(0x000A)


def workbook_head(
    formats: Sequence[str], xfs: Sequence[bytes], sheets: Sequence[tuple[str, int]], rows: int, columns: int
) -> bytes:
    """The globals up to the drawings. `formats` are numbered from 164, `xfs` from 16.

    `sheets` are names and positions. The first row and column of the first sheet are printed on every page; its `rows`
    and `columns`, the headings included, can be filtered.
    """
    return b"".join(
        (
            bof(0x0005),
            number(0x00E1, 1200),  # InterfaceHdr
            number(0x00C1, 0),  # Mms
            record(0x00E2),  # InterfaceEnd
            record(0x005C, long_string("Orderkeep").ljust(112)),  # WriteAccess
            number(0x0042, 1200),  # CodePage: UTF-16
            number(0x0161, 0),  # DSF
            record(0x013D, pack(f"<{len(sheets)}H", *range(1, len(sheets) + 1))),  # RRTabId
            number(0x0019, 0),  # WinProtect
            number(0x0012, 0),  # Protect
            number(0x0013, 0),  # Password
            number(0x01AF, 0),  # Prot4Rev
            number(0x01BC, 0),  # Prot4RevPass
            record(0x003D, pack("<4h5H", 480, 90, 16335, 10830, 0x0038, 0, 0, 1, 600)),  # Window1
            number(0x0040, 0),  # Backup
            number(0x008D, 0),  # HideObj
            number(0x0022, 0),  # Date1904: dates count from 1900
            number(0x000E, 1),  # CalcPrecision: full
            number(0x01B7, 0),  # RefreshAll
            number(0x00DA, 0),  # BookBool
            *(font(bold=index == BOLD) for index in range(4)),
            *(number_format(index, code) for index, code in enumerate(formats, FIRST_OWN_FORMAT)),
            *style_xfs(),
            _xf(REGULAR, BUILT_IN["General"], 0x0001, 0x20, 0),
            *xfs,
            record(0x0293, pack("<HBB", 0x8000, 0, 0xFF)),  # Style: XF 0 is "Normal"
            number(0x0160, 0),  # UsesELFs
            *(record(0x0085, pack("<IBB", at, 0, 0) + short_string(name)) for name, at in sheets),  # BoundSheet8
            record(0x008C, pack("<HH", 1, 1)),  # Country
            *first_sheet_link(len(sheets)),
            _name(FILTER_DATABASE, _area(rows, columns), hidden=True),
            print_titles(),
        )
    )


def font(*, bold: bool) -> bytes:
    """2.4.122: ten-point Arial in the window's colour. Excel's own files start with four fonts; number 4 does not
    exist."""
    return record(0x0031, pack("<5H4B", 200, 0, 0x7FFF, 700 if bold else 400, 0, 0, 2, 0, 0) + short_string("Arial"))


def number_format(index: int, code: str) -> bytes:
    """2.4.126"""
    return record(0x041E, pack("<H", index) + long_string(code))


def style_xfs() -> Iterator[bytes]:
    """XFs 0 to 14: Normal, and the styles of outlined rows and columns, which Excel expects."""
    for index in range(DEFAULT_XF):
        yield _xf(REGULAR, BUILT_IN["General"], 0xFFF5, 0x20, 0xF4 if index else 0)


def cell_xf(number_format: int, *, wrap: bool = False, align: int = LEFT) -> bytes:
    """The format of a cell, derived from Normal. The first line is at the top of the cell. At the right the content
    keeps a distance from the next cell."""
    own = (0x04 if number_format else 0) | 0x10
    return _xf(REGULAR, number_format, 0x0001, align | (0x08 if wrap else 0), own, indent=int(align == RIGHT))


def heading_xf(number_format: int) -> bytes:
    """Bold, on a colour, at the top; long headings wrap."""
    return _xf(BOLD, number_format, 0x0001, 0x08, 0x04 | 0x08 | 0x10 | 0x40, fill=PALE_BLUE)


def _xf(
    font: int, number_format: int, flags: int, alignment: int, own: int, *, indent: int = 0, fill: int | None = None
) -> bytes:
    """2.4.353: no borders, the window's own colours, or solid `fill`."""
    pattern, colours = (0, 0x40 | NO_COLOUR << 7) if fill is None else (1 << 26, fill | NO_COLOUR << 7)
    return record(0x00E0, pack("<3H4B2IH", font, number_format, flags, alignment, 0, indent, own, 0, pattern, colours))


def first_sheet_link(sheets: int) -> Iterator[bytes]:
    """SupBook (2.4.271) and ExternSheet (2.4.105): names refer to the first sheet by the number 0."""
    yield record(0x01AE, pack("<HH", sheets, 0x0401))
    yield record(0x0017, pack("<HHhh", 1, 0, 0, 0))


def print_titles() -> bytes:
    """The first column and the first row of the first sheet are on every page: PtgMemFunc (2.5.198.69), both areas,
    PtgUnion (2.5.198.94)."""
    areas = _area(0x10000, 1) + _area(1, 0x100) + b"\x10"
    return _name(PRINT_TITLES, pack("<BH", 0x29, len(areas)) + areas, hidden=False)


def _name(name: str, formula: bytes, hidden: bool) -> bytes:
    """Lbl (2.4.150): a built-in name of the first sheet."""
    return record(0x0018, pack("<HBBHHH4x", 0x0020 | hidden, 0, 1, len(formula), 0, 1) + characters(name) + formula)


def _area(rows: int, columns: int) -> bytes:
    """PtgArea3d (2.5.198.28): the first rows and columns of the first sheet."""
    return pack("<B5H", 0x3B, 0, 0, rows - 1, 0, columns - 1)


def cell_table(spool: IO[bytes], rows: Iterator[tuple[bytes, int]], columns: int) -> Table:
    """Write rows in blocks (2.1.7.20.6, CELLTABLE). A row is given as all its cell records and its height."""
    count, marks = 0, []
    while block := list(islice(rows, ROW_BLOCK)):
        cells = [records for records, _ in block]
        heads = [
            row_head(row, columns if records else 0, height) for row, (records, height) in enumerate(block, start=count)
        ]
        content = b"".join(heads + cells)
        spool.write(content)
        marks.append(spool.tell())
        spool.write(db_cell(cells, len(content)))
        count += len(block)
    return count, marks


def row_head(row: int, columns: int, height: int) -> bytes:
    """2.4.221: without a format of its own, and with a height that Excel may change to fit wrapped text."""
    return _row(0x0208, 16, row, 0, columns, height, 0, 0x0100, DEFAULT_XF)


def db_cell(rows: Sequence[bytes], size: int) -> bytes:
    """2.4.78: the distance back to the start of the block, then the offsets of the cells of each row, counted from the
    second row head."""
    sizes = [len(cells) for cells in rows if cells]
    steps = [20 * (len(rows) - 1), *sizes][: len(sizes)]
    return record(0x00D7, pack(f"<I{len(steps)}H", size, *steps))


def sheet_head(
    at: int, table: Table, columns: Sequence[tuple[int, int]], *, pages_wide: int = 1, filters: bytes = b""
) -> bytes:
    """A sheet up to its cells. `at` is its position in the stream; `columns` are widths and XFs; `filters` is the
    record of its filters."""
    count, marks = table
    opening, settings = bof(0x0010), page(pages_wide)
    sizes = b"".join(column(index, *it) for index, it in enumerate(columns)) + filters
    dimensions = record(0x0200, pack("<IIHHH", 0, count, 0, len(columns) if count else 0, 0))
    widths_at = at + len(opening) + 20 + 4 * len(marks) + len(settings)
    default_width = number(0x0055, 8)
    cells_at = widths_at + len(default_width) + len(sizes) + len(dimensions)
    index = pack(f"<4I{len(marks)}I", 0, 0, count, widths_at, *(cells_at + mark for mark in marks))
    return b"".join((opening, record(0x020B, index), settings, default_width, sizes, dimensions))


def page(pages_wide: int) -> bytes:
    """Calculation and print settings (GLOBALS and PAGESETUP): A4 landscape, fitted to so many pages, small margins,
    with the lines of the grid."""
    return b"".join(
        (
            number(0x000D, 1),  # CalcMode: automatic
            number(0x000C, 100),  # CalcCount
            number(0x000F, 1),  # CalcRefMode: A1
            number(0x0011, 0),  # CalcIter
            record(0x0010, pack("<d", 0.001)),  # CalcDelta
            number(0x005F, 1),  # CalcSaveRecalc
            number(0x002A, 0),  # PrintRowCol
            number(0x002B, 1),  # PrintGrid
            number(0x0082, 1),  # GridSet
            record(0x0080, bytes(8)),  # Guts
            record(0x0225, pack("<HH", 0, DEFAULT_HEIGHT)),  # DefaultRowHeight
            number(0x0081, 0x05C1),  # WsBool: 0x0100 is "fit to page"
            record(0x0014),  # Header
            record(0x0015, long_string("&C&P / &N")),  # Footer
            number(0x0083, 0),  # HCenter
            number(0x0084, 0),  # VCenter
            *margins(0.4, 0.6),
            setup(pages_wide),
        )
    )


def margins(sides: float, ends: float) -> Iterator[bytes]:
    """LeftMargin, RightMargin, TopMargin, BottomMargin, in inches"""
    for kind, inches in ((0x0026, sides), (0x0027, sides), (0x0028, ends), (0x0029, ends)):
        yield record(kind, pack("<d", inches))


def setup(pages_wide: int) -> bytes:
    """2.4.257: landscape, so many pages wide and as many high as needed."""
    return record(0x00A1, pack("<8H2dH", A4, 100, 1, pages_wide, 0, 0, 600, 600, 0.3, 0.3, 1))


def column(index: int, width: int, xf: int) -> bytes:
    """2.4.53: the width in 256ths of a character of the default font, at most 255 characters, with Excel's padding of
    five pixels."""
    return record(0x007D, pack("<6H", index, index, min(width * 256 + 183, 0xFF00), xf, 0x0002, 0))


def sheet_tail(*, frozen: bool) -> bytes:
    """Window2 (2.4.346), Pane (2.4.189) and Selection (2.4.248). The sheet with a frozen first row is the active
    one."""
    if not frozen:
        return record(0x023E, pack("<4HH2HI", 0x00B6, 0, 0, 64, 0, 0, 0, 0)) + selection(3, 0) + EOF
    window = record(0x023E, pack("<4HH2HI", 0x07BE, 0, 0, 64, 0, 0, 0, 0))
    pane = record(0x0041, pack("<4HBB", 0, 1, 1, 0, 2, 0))
    return window + pane + selection(3, 0) + selection(2, 1) + EOF


def selection(pane: int, row: int) -> bytes:
    """The first cell of a row"""
    return record(0x001D, pack("<B6H2B", pane, row, 0, 0, 1, row, row, 0, 0))
