"""Rows of a large .xls file, one after the other: calamine would need six times its size in memory.

It reads what a BIFF8 workbook (MS-XLS) of a usual writer holds: texts, numbers, times, truth values and the last
results of formulas, row by row from the top. For anything else it raises NotReadable. A cell has the value that
calamine gives it; a test compares the two.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from functions.imports.readers.compound import NotReadable, Stream, open_stream
from functions.imports.readers.limits import MAX_COLUMNS, OnAbout, Refused, Rows
from shared.domain.exports.about import SHEET

Record = tuple[int, bytes]
Format = str
"""`time`, `duration`, or empty for a number."""
BOF, EOF, CONTINUE, FILEPASS, DATEMODE = 0x809, 0x0A, 0x3C, 0x2F, 0x22
BOUNDSHEET, SST, FORMAT, XF = 0x85, 0xFC, 0x41E, 0xE0
LABELSST, LABEL, RSTRING, NUMBER, RK, MULRK = 0xFD, 0x204, 0xD6, 0x203, 0x27E, 0xBD
BOOLERR, FORMULA, STRING = 0x205, 0x06, 0x207
CELLS = frozenset((LABELSST, LABEL, RSTRING, NUMBER, RK, MULRK, BOOLERR, FORMULA))
BIFF8, WORKSHEET = 0x600, 0
TIME_FORMATS, DURATION_FORMAT = (*range(14, 23), 45, 47), 46
"""The built-in formats of times."""
DAY = 86_400_000
_cell = struct.Struct("<HHH")
_head = struct.Struct("<HB")
_double = struct.Struct("<d")
_rk = struct.Struct("<Hi")


class Texts:
    """The shared texts, in UTF-8 one after the other: a Python text for each would take three times the memory. Short
    ones are kept as they are once they were asked for, because most cells have one of a few."""

    def __init__(self) -> None:
        self._content, self._ends, self._recent = bytearray(), array("Q", [0]), dict[int, str]()

    def append(self, text: str) -> None:
        try:
            self._content += text.encode()
        except UnicodeEncodeError:  # a pair of surrogates in two records, or half of one
            self._content += text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()
        self._ends.append(len(self._content))

    def __getitem__(self, number: int) -> str:
        text = self._recent.get(number)
        if text is None:
            if number >= len(self._ends) - 1:
                raise Refused("file_damaged")
            text = self._content[self._ends[number] : self._ends[number + 1]].decode()
            if len(text) < 64 and len(self._recent) < 10_000:
                self._recent[number] = text
        return text


def rows(path: Path, on_about: OnAbout) -> Rows:
    """The rows of the first visible sheet. Raises NotReadable, even after some rows; or Refused."""
    try:
        with path.open("rb") as file:
            stream = open_stream(file, "Workbook")
            book = _Workbook(stream)
            yield from _rows(stream, book, book.sheets[0][1])
            for name, offset in book.sheets[1:]:
                if name in SHEET:
                    on_about(_rows(stream, book, offset))
    except (struct.error, LookupError, ValueError) as error:
        raise NotReadable("a record that is not as it should be") from error


def records(stream: Stream, offset: int) -> Iterator[Record]:
    rest = b""
    for piece in stream.pieces(offset):
        rest, at = rest + piece, 0
        while len(rest) - at >= 4:
            kind, size = struct.unpack_from("<HH", rest, at)
            if len(rest) - at - 4 < size:
                break
            yield kind, rest[at + 4 : at + 4 + size]
            at += 4 + size
        rest = rest[at:]


class _Workbook:
    """What is of all sheets. `sheets` are the name of each visible sheet and where it begins."""

    def __init__(self, stream: Stream) -> None:
        self.texts, self.sheets, self.from_1904 = Texts(), list[tuple[str, int]](), False
        formats: dict[int, Format] = {}
        cell_formats: list[int] = []
        following = records(stream, 0)
        kind, data = next(following, (0, b""))
        if kind != BOF or len(data) < 4 or struct.unpack_from("<H", data)[0] != BIFF8:
            raise NotReadable("an older workbook")
        parts: list[bytes] = []
        for kind, data in following:
            if kind == CONTINUE and parts:
                parts.append(data)
                continue
            if parts:
                _read_texts(parts, self.texts)
                parts = []
            if kind == FILEPASS:
                raise Refused("file_encrypted")
            if kind == EOF:
                break
            if kind == SST:
                parts = [data]
            elif kind == BOUNDSHEET and data[4] & 3 == 0 and data[5] == WORKSHEET:
                self.sheets.append((_sheet_name(data), struct.unpack_from("<I", data)[0]))
            elif kind == FORMAT:
                number = struct.unpack_from("<H", data)[0]
                formats[number] = _format(_text(data, 2))
            elif kind == XF:
                cell_formats.append(struct.unpack_from("<H", data, 2)[0])
            elif kind == DATEMODE:
                self.from_1904 = data[:1] == b"\x01"
        if not self.sheets:
            raise NotReadable("no visible sheet")
        built_in = dict.fromkeys(TIME_FORMATS, "time") | {DURATION_FORMAT: "duration"}
        self.formats = [formats.get(number, built_in.get(number, "")) for number in cell_formats]

    def number(self, value: float, style: int) -> Any:
        format_ = self.formats[style] if style < len(self.formats) else ""
        if not format_:
            return value
        try:
            return self._time(value, format_)
        except OverflowError:
            return float(value)

    def _time(self, days: float, format_: Format) -> Any:
        """The time of a serial number: days since 1900, in which a 29 February 1900 is counted that never was."""
        if format_ == "duration":
            return timedelta(milliseconds=round(days * DAY))
        if days < 1:
            return (datetime(1900, 1, 1) + timedelta(milliseconds=round(days * DAY))).time()
        days += 1_462 if self.from_1904 else 0
        return datetime(1899, 12, 31) + timedelta(milliseconds=round((days if days < 60 else days - 1) * DAY))


def _of_sheet(stream: Stream, offset: int) -> Iterator[Record]:
    """The records of a sheet, without those of the charts in it."""
    depth = 0
    for record in records(stream, offset):
        if record[0] == BOF:
            depth += 1
        elif record[0] == EOF:
            depth -= 1
            if not depth:
                return
        elif depth == 1:
            yield record
    raise Refused("file_damaged")


def _rows(stream: Stream, book: _Workbook, offset: int) -> Rows:
    current, cells, waiting, texts = -1, list[Any](), -1, book.texts
    for kind, data in _of_sheet(stream, offset):
        if kind not in CELLS:
            if kind == STRING and waiting >= 0:
                cells[waiting] = _text(data, 0)
            continue
        waiting = -1
        row, column, style = _cell.unpack_from(data)
        if row != current:
            if row < current:
                raise NotReadable("rows in another order")
            if cells:
                yield current + 1, cells
            current, cells = row, []
        if column >= MAX_COLUMNS:
            raise Refused("too_many_columns")
        if column > len(cells):
            cells.extend([""] * (column - len(cells)))
        if kind == LABELSST:
            value: Any = texts[data[6] | data[7] << 8 | data[8] << 16 | data[9] << 24]
        elif kind == MULRK:
            packed = [_rk.unpack_from(data, at) for at in range(4, len(data) - 2, 6)]
            cells[column:] = [book.number(_unpacked(each), style) for style, each in packed]
            continue
        else:
            value = _VALUES[kind](data, style, book)
            waiting = column if kind == FORMULA and data[12:14] == b"\xff\xff" and data[6] == 0 else -1
        if column == len(cells):
            cells.append(value)
        else:
            cells[column] = value
    if cells:
        yield current + 1, cells


def _unpacked(packed: int) -> float | int:
    """A number in 30 bits: whole or the upper bits of a double, and perhaps a hundred times too large."""
    hundred = packed & 1
    if packed & 2:
        value = packed >> 2
        return value / 100 if hundred and value % 100 else value // 100 if hundred else value
    (double,) = _double.unpack(b"\0\0\0\0" + struct.pack("<i", packed & ~3))
    return double / 100 if hundred else double  # type: ignore[no-any-return]


def _formula(data: bytes, style: int, book: _Workbook) -> Any:
    """The last result. A text is in the record behind it."""
    if data[12:14] != b"\xff\xff":
        return book.number(_double.unpack_from(data, 6)[0], style)
    return data[8] != 0 if data[6] == 1 else ""


_VALUES: Mapping[int, Callable[[bytes, int, _Workbook], Any]] = {
    LABEL: lambda data, _, __: _text(data, 6),
    RSTRING: lambda data, _, __: _text(data, 6),
    NUMBER: lambda data, style, book: book.number(_double.unpack_from(data, 6)[0], style),
    RK: lambda data, style, book: book.number(_unpacked(struct.unpack_from("<i", data, 6)[0]), style),
    BOOLERR: lambda data, _, __: "" if data[7] else data[6] != 0,
    FORMULA: _formula,
}


def _sheet_name(data: bytes) -> str:
    """A text whose length has one byte; empty if it is not whole."""
    count, wide = data[6], data[7] & 1
    return data[8 : 8 + (count << wide)].decode("utf-16-le" if wide else "latin-1", "replace")


def _text(data: bytes, at: int) -> str:
    count, flags = struct.unpack_from("<HB", data, at)
    at += 3 + (2 if flags & 8 else 0) + (4 if flags & 4 else 0)
    wide = flags & 1
    if len(data) < at + (count << wide):
        raise NotReadable("a text that goes on in the next record")
    return data[at : at + (count << wide)].decode("utf-16-le" if wide else "latin-1", "replace")


def _read_texts(parts: list[bytes], texts: Texts) -> None:
    """The table of shared texts. A text that goes on in the next record begins there with its width anew."""
    (count,) = struct.unpack_from("<I", parts[0], 4)
    number, part, at = 0, parts[0], 8

    def take(size: int) -> bytes:
        nonlocal number, part, at
        found = b""
        while len(found) < size:
            if at >= len(part):
                number, at = number + 1, 0
                if number >= len(parts):
                    raise Refused("file_damaged")
                part = parts[number]
            piece = part[at : at + size - len(found)]
            found, at = found + piece, at + len(piece)
        return found

    for _ in range(count):
        head, at = part[at : at + 3], at + 3
        if len(head) < 3:
            at -= 3
            head = take(3)
        left, flags = _head.unpack(head)
        runs = struct.unpack("<H", take(2))[0] * 4 if flags & 8 else 0
        more = struct.unpack("<I", take(4))[0] if flags & 4 else 0
        wide, found = flags & 1, ""
        while left:
            if at >= len(part):
                wide = take(1)[0] & 1
            piece = part[at : at + (left << wide)]
            at, left = at + len(piece), left - (len(piece) >> wide)
            found += piece.decode("utf-16-le" if wide else "latin-1", "surrogatepass" if wide else "strict")
        texts.append(found)
        if runs or more:
            take(runs + more)


def _format(code: str) -> Format:
    """Whether a format shows times: letters of a time outside of quotes and brackets; [h] and the like, durations."""
    escaped = quoted = in_time = half_days = False
    brackets, before = 0, " "
    for sign in code:
        lower = sign.lower()
        if escaped:
            escaped = False
        elif quoted:
            quoted = sign != '"'
        elif sign in "_\\":
            escaped = True
        elif sign == '"':
            quoted = True
        elif sign == ";":
            return ""
        elif sign == "[":
            brackets += 1
        elif sign == "]":
            if brackets == 1 and in_time:
                return "duration"
            brackets = max(0, brackets - 1)
        elif lower == "a" and not half_days and not brackets:
            half_days = True
        elif not brackets and lower in ("pm/" if half_days else "dmhys"):
            return "time"
        elif not (in_time and lower == before.lower()):
            in_time = before == "[" and lower in "mhs"
        before = sign
    return ""
