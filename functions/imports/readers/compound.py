"""One stream of an OLE2 container (MS-CFB), read piece by piece: the container of .xls files."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

NO_SECTOR = 0xFFFFFFFA
"""Numbers from here on are no sectors but marks: the end of a chain, a free sector."""
PIECE = 256 * 1024
IN_HEADER = 109
STREAM = 2


class NotReadable(Exception):
    """The container is not as it is usually written, or damaged."""


@dataclass(frozen=True, slots=True)
class Stream:
    """`chain` has the numbers of its sectors. `size` is in bytes."""

    file: IO[bytes]
    sector: int
    chain: array[int]
    size: int

    def pieces(self, offset: int) -> Iterator[bytes]:
        """The bytes from `offset` on, in pieces of at most PIECE bytes."""
        at, left = offset // self.sector, self.size - offset
        skip = offset % self.sector
        while left > 0 and at < len(self.chain):
            end = at + 1
            while end < len(self.chain) and self.chain[end] == self.chain[end - 1] + 1:
                if (end - at) * self.sector >= PIECE:
                    break
                end += 1
            self.file.seek((self.chain[at] + 1) * self.sector + skip)
            piece = self.file.read(min(left, (end - at) * self.sector - skip))
            if not piece:
                raise NotReadable("the file ends early")
            yield piece
            left, at, skip = left - len(piece), end, 0


def open_stream(file: IO[bytes], name: str) -> Stream:
    """The stream of this name. Raises NotReadable: also if it is smaller than 4 KB, and so kept elsewhere."""
    head = file.read(512)
    if len(head) < 512:
        raise NotReadable("no header")
    (shift,) = struct.unpack_from("<H", head, 30)
    if shift not in (9, 12):
        raise NotReadable("the size of a sector")
    sector = 1 << shift
    most = file.seek(0, 2) // sector + 1
    fat = _fat(file, head, sector, most)
    directory = Stream(file, sector, _chain(fat, struct.unpack_from("<I", head, 48)[0], most), 0)
    for number in directory.chain:
        entries = _sector(file, number, sector)
        for at in range(0, sector, 128):
            length, kind = struct.unpack_from("<HB", entries, at + 64)
            if kind == STREAM and entries[at : at + max(0, length - 2)] == name.encode("utf-16-le"):
                start, size = struct.unpack_from("<II", entries, at + 116)
                if size < struct.unpack_from("<I", head, 56)[0]:
                    raise NotReadable("a small stream")
                return Stream(file, sector, _chain(fat, start, most), size)
    raise NotReadable("no such stream")


def _fat(file: IO[bytes], head: bytes, sector: int, most: int) -> array[int]:
    """The table of the sectors that follow each sector."""
    numbers = list(struct.unpack_from(f"<{IN_HEADER}I", head, 76))
    following, count = struct.unpack_from("<II", head, 68)
    while following < NO_SECTOR and count:
        *more, following = struct.unpack(f"<{sector // 4}I", _sector(file, following, sector))
        numbers, count = numbers + more, count - 1
        if len(numbers) > most:
            raise NotReadable("a table that is larger than the file")
    fat = array("I")
    for number in numbers:
        if number < NO_SECTOR:
            fat.frombytes(_sector(file, number, sector))
    return fat


def _chain(fat: array[int], start: int, most: int) -> array[int]:
    chain = array("I")
    while start < NO_SECTOR:
        if len(chain) > most or start >= len(fat):
            raise NotReadable("a chain without an end")
        chain.append(start)
        start = fat[start]
    return chain


def _sector(file: IO[bytes], number: int, sector: int) -> bytes:
    file.seek((number + 1) * sector)
    content = file.read(sector)
    if len(content) < sector:
        raise NotReadable("the file ends early")
    return content
