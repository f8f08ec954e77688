"""The shared string table of a BIFF8 workbook [MS-XLS], written to a spool as it grows: memory holds one record of it,
and four bytes of each string.

Strings are of one table for all sheets, and every text cell names its own by number. 2.4.265 calls them unique: here
equal ones may stand twice, since knowing them all would take as much memory as the table; cells refer to either.
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
"""Length and flag of a string (2.5.293); these may not be torn apart by the end of a record."""
LEAST = HEAD + 4
"""A string begins where its head and one character of two units find room; further on is a new record."""
SMALLEST_SET, SETS, LARGEST_SET = 8, 128, 0xFFFF
"""ExtSST points to 128 sets of strings, or to fewer of eight strings each; a size has 16 bits (2.4.107)."""

_head = Struct("<HB").pack
_beyond_latin_1 = re.compile("[^\x00-\xff]").search


class SharedStrings:
    """`references` counts the cells that name a string; whoever names one a second time has to count it."""

    def __init__(self, spool: IO[bytes]) -> None:
        self.references = 0
        self._spool = spool
        self._record = SST
        self._held: list[bytes] = [bytes(COUNTS)]
        self._room = LONGEST_RECORD - COUNTS
        self._end = 4 + LONGEST_RECORD  # of the record, were it filled
        self._records = array("I", [0])  # where each begins in the spool
        self._begins = array("I")  # and where each string does

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
            self._held += (head, data)
            self._room = room
        else:
            self._add_across(head, data, wide)
        self.references += 1
        return len(self._begins) - 1

    def close(self) -> None:
        """Write what is held, and the counts into the first record: the spool is the table."""
        self._flush()
        self._spool.seek(4)
        self._spool.write(pack("<II", self.references, len(self._begins)))

    def ext_sst(self, at: int) -> bytes:
        """2.4.107: where each set of strings begins, with the table itself at `at` in its stream."""
        size = min(max(len(self._begins) // SETS + 1, SMALLEST_SET), LARGEST_SET)
        positions = (self._position(at, begin) for begin in self._begins[::size])
        return record(EXT_SST, pack("<H", size) + b"".join(positions))

    def _position(self, at: int, begin: int) -> bytes:
        """2.5.167: a string in its stream, and in its record."""
        start = self._records[bisect_right(self._records, begin) - 1]
        return pack("<IHH", at + begin, begin - start, 0)

    def _add_across(self, head: bytes, data: bytes, wide: int) -> None:
        """A string that a record has no room for goes on in the next, after a repetition of its flag (2.5.293)."""
        if len(data) > MAX_TEXT << wide:
            raise ValueError(f"a text of {len(data) >> wide} UTF-16 units is too long for a cell")
        self._hold(head)
        begin = 0
        while (end := cut(data, begin, self._room, wide)) < len(data):
            self._hold(data[begin:end])
            self._next_record()
            self._hold(bytes((wide,)))
            begin = end
        self._hold(data[begin:])

    def _hold(self, piece: bytes) -> None:
        self._held.append(piece)
        self._room -= len(piece)

    def _next_record(self) -> None:
        self._flush()
        start = self._end - self._room
        self._records.append(start)
        self._record, self._room, self._end = CONTINUE, LONGEST_RECORD, start + 4 + LONGEST_RECORD

    def _flush(self) -> None:
        self._spool.write(record(self._record, b"".join(self._held)))
        self._held.clear()


def cut(data: bytes, begin: int, room: int, wide: int) -> int:
    """Where a string is to be cut: never inside a unit, nor between the two of a surrogate pair.

    Excel joins the pieces before it reads them; some readers read each by itself, and would see half a character.
    """
    end = begin + room
    if end >= len(data):
        return len(data)
    if wide:
        end -= room % 2
        if 0xD8 <= data[end - 1] <= 0xDB:
            end -= 2
    return end
