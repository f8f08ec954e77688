"""The shared string table of a BIFF8 workbook [MS-XLS], written to a spool as it grows: memory holds one record of it,
and four bytes for each string.

All sheets share one table, and every text cell has the number of its string. 2.4.265 calls the strings unique. Here a
string may be in the table twice, because knowing all of them would take as much memory as the table.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from codecs import utf_16_le_encode
from struct import Struct, pack
from typing import IO

from functions.exports.formats.biff8 import LONGEST_RECORD, record
from functions.exports.formats.sheets import MAX_TEXT

SST, EXT_SST, CONTINUE = 0x00FC, 0x00FF, 0x003C
COUNTS = 8
HEAD = 3
"""Length and flag of a string (2.5.293), which must be in one record."""
LEAST = HEAD + 4
"""A string starts in a record only if its head and one character of two units fit."""
SMALLEST_SET, SETS, LARGEST_SET = 8, 128, 0xFFFF
"""ExtSST points to 128 sets of strings, or to fewer sets of eight strings; a set's size has 16 bits (2.4.107)."""

_head = Struct("<HB").pack
_beyond_latin_1 = re.compile("[^\x00-\xff]").search


class SharedStrings:
    """`references` is the number of cells with a string. `add` counts one; a caller that uses a number again counts
    it."""

    def __init__(self, spool: IO[bytes]) -> None:
        self.references = 0
        self._spool = spool
        self._record = SST
        self._parts: list[bytes] = [bytes(COUNTS)]
        self._room = LONGEST_RECORD - COUNTS
        self._end = 4 + LONGEST_RECORD  # of the record if it is full
        self._records = array("I", [0])  # the start of each record in the spool
        self._begins = array("I")  # the start of each string

    def add(self, text: str) -> int:
        """The number of a new string."""
        if text.isascii() or not _beyond_latin_1(text):
            data, wide = text.encode("latin-1"), 0
            head = _head(len(data), 0)
        else:
            data, wide = utf_16_le_encode(text)[0], 1
            head = _head(len(data) >> 1, 1)
        if self._room < LEAST:
            self._next_record()
        self._begins.append(self._end - self._room)
        room = self._room - HEAD - len(data)
        if room >= 0:
            self._parts += (head, data)
            self._room = room
        else:
            self._add_across(head, data, wide)
        self.references += 1
        return len(self._begins) - 1

    def close(self) -> None:
        """Write the last record, and the counts into the first: then the spool is the table."""
        self._flush()
        self._spool.seek(4)
        self._spool.write(pack("<II", self.references, len(self._begins)))

    def ext_sst(self, at: int) -> bytes:
        """2.4.107: the position of each set of strings; `at` is the table's position in its stream."""
        size = min(max(len(self._begins) // SETS + 1, SMALLEST_SET), LARGEST_SET)
        positions = (self._position(at, begin) for begin in self._begins[::size])
        return record(EXT_SST, pack("<H", size) + b"".join(positions))

    def _position(self, at: int, begin: int) -> bytes:
        """2.5.167: the position of a string in its stream and in its record."""
        start = self._records[bisect_right(self._records, begin) - 1]
        return pack("<IHH", at + begin, begin - start, 0)

    def _add_across(self, head: bytes, data: bytes, wide: int) -> None:
        """Add a string that does not fit into one record: it continues in the next, where its flag is repeated
        (2.5.293)."""
        if len(data) > MAX_TEXT << wide:
            raise ValueError(f"a text of {len(data) >> wide} UTF-16 units is too long for a cell")
        self._append(head)
        begin = 0
        while (end := cut(data, begin, self._room, wide)) < len(data):
            self._append(data[begin:end])
            self._next_record()
            self._append(bytes((wide,)))
            begin = end
        self._append(data[begin:])

    def _append(self, part: bytes) -> None:
        self._parts.append(part)
        self._room -= len(part)

    def _next_record(self) -> None:
        self._flush()
        start = self._end - self._room
        self._records.append(start)
        self._record, self._room, self._end = CONTINUE, LONGEST_RECORD, start + 4 + LONGEST_RECORD

    def _flush(self) -> None:
        self._spool.write(record(self._record, b"".join(self._parts)))
        self._parts.clear()


def cut(data: bytes, begin: int, room: int, wide: int) -> int:
    """The position of the cut: never inside a UTF-16 unit or between the two units of a surrogate pair.

    Excel joins the parts before it decodes them; some readers decode each part alone and would see half a character.
    """
    end = begin + room
    if end >= len(data):
        return len(data)
    if wide:
        end -= room % 2
        if 0xD8 <= data[end - 1] <= 0xDB:
            end -= 2
    return end
