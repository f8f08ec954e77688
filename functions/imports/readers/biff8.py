"""Rows of a large .xls file, one after the other: calamine would need six times its size in memory.

It reads what a BIFF8 workbook (MS-XLS) of a usual writer holds: texts, numbers, times, truth values and the last
results of formulas, row by row from the top. For anything else it raises NotReadable. A cell has the value that
calamine gives it; a test compares the two.
"""

from __future__ import annotations

import re
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
_TEXTS_OF_A_ROW = re.compile(rb"\xfd\0\n\0(..).{8}(?:\xfd\0\n\0\1.{8})*", re.DOTALL)
"""Cells with a shared text, one after the other: most of a file, so they are not taken one by one."""
_text_cell = struct.Struct("<6xH2xI")
_cell = struct.Struct("<HHH")
_head = struct.Struct("<HB")
_ENCODINGS = (("latin-1", "strict"), ("utf-16-le", "surrogatepass"))
"""Of narrow and of wide texts."""
_double = struct.Struct("<d")
_rk = struct.Struct("<Hi")


class Texts(dict[int, str]):
    """The shared texts, in UTF-8 one after the other: a Python text for each would take three times the memory. Short
    ones are kept as they are once they were asked for, because most cells have one of a few."""

    def __init__(self) -> None:
        super().__init__()
        self._content, self._ends = bytearray(), array("Q", [0])

    def append(self, text: str) -> None:
        try:
            self.append_encoded(text.encode())
        except UnicodeEncodeError:  # a pair of surrogates in two records, or half of one
            self.append_encoded(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode())

    def append_encoded(self, content: bytes) -> None:
        self._content += content
        self._ends.append(len(self._content))

    def __missing__(self, number: int) -> str:
        if number >= len(self._ends) - 1:
            raise Refused("file_damaged")
        text = self._content[self._ends[number] : self._ends[number + 1]].decode()
        if len(text) < 64 and len(self) < 10_000:
            self[number] = text
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
    """The kind and the content of each record. LABELSST: the cells of a row that follow each other, as they stand."""
    rest = b""
    for piece in stream.pieces(offset):
        rest, at = rest + piece, 0
        while len(rest) - at >= 4:
            kind, size = struct.unpack_from("<HH", rest, at)
            if len(rest) - at - 4 < size:
                break
            if kind == LABELSST:
                texts = _TEXTS_OF_A_ROW.match(rest, at)
                if texts is None:
                    raise NotReadable("a cell of another size")
                yield kind, texts[0]
                at = texts.end()
                continue
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
        row, column, style = _cell.unpack_from(data, 4 if kind == LABELSST else 0)
        if row != current:
            if row < current:
                raise NotReadable("rows in another order")
            if cells:
                yield current + 1, cells
            current, cells = row, []
        if kind == LABELSST:
            for column, number in _text_cell.iter_unpack(data):
                if column == len(cells):
                    cells.append(texts[number])
                else:
                    _place(cells, column, texts[number])
        elif kind == MULRK:
            for at, (style, packed) in enumerate(_rk.iter_unpack(data[4:-2]), column):
                _place(cells, at, book.number(_unpacked(packed), style))
        else:
            _place(cells, column, _VALUES[kind](data, style, book))
            waiting = column if kind == FORMULA and data[12:14] == b"\xff\xff" and data[6] == 0 else -1
    if cells:
        yield current + 1, cells


def _place(cells: list[Any], column: int, value: Any) -> None:
    if column >= MAX_COLUMNS:
        raise Refused("too_many_columns")
    if column >= len(cells):
        cells.extend([""] * (column + 1 - len(cells)))
    cells[column] = value


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
        if at + 3 <= len(part):
            left, flags = _head.unpack_from(part, at)
            at += 3
            end = at + (left << (flags & 1))
            if flags < 2 and end <= len(part):  # nearly all: the faster way
                piece, at = part[at:end], end
                if not flags and piece.isascii():
                    texts.append_encoded(piece)
                else:
                    texts.append(piece.decode(*_ENCODINGS[flags]))
                continue
        else:
            left, flags = _head.unpack(take(3))
        runs = struct.unpack("<H", take(2))[0] * 4 if flags & 8 else 0
        more = struct.unpack("<I", take(4))[0] if flags & 4 else 0
        wide, found = flags & 1, ""
        while left:
            if at >= len(part):
                wide = take(1)[0] & 1
            piece = part[at : at + (left << wide)]
            at, left = at + len(piece), left - (len(piece) >> wide)
            found += piece.decode(*_ENCODINGS[wide])
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
