"""An OLE2 compound file [MS-CFB] with one stream: version 3, sectors of 512 bytes, no mini stream.

The stream comes first and in one piece, so that only its length must be known. Numbers in brackets are sections of
[MS-CFB].
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from struct import Struct, pack
from typing import IO

SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
SECTOR = 512
SHORTEST = 4096
"""A shorter stream belongs into the mini stream (2.2, Mini Stream Cutoff Size), so it is padded to this length."""
LONGEST = 0x80000000
"""The longest stream of a version 3 file (2.6.1, Stream Size)."""
DIFAT_SECTOR, FAT_SECTOR, END_OF_CHAIN, FREE = range(0xFFFFFFFC, 0x100000000)
"""Sector numbers with a special meaning (2.1)."""
NO_STREAM = 0xFFFFFFFF
ROOT, STREAM = 5, 2
IN_HEADER = 109
IN_SECTOR = SECTOR // 4
COPIED = 1 << 20

_HEADER = Struct("<8s16x5H6x9I")
_ENTRY = Struct("<64sHBB3I16x4x16xIQ")


def write(path: Path, name: str, parts: Sequence[IO[bytes]]) -> None:
    """Write a compound file whose one stream is all the parts, in their order."""
    size = sum(map(length, parts))
    padded = max(size, SHORTEST)
    if padded > LONGEST:
        raise ValueError(f"a stream of {size} bytes is too long for a compound file")
    used = sectors(padded)
    fats, difats = tables(used + 1)
    with path.open("wb") as file:
        file.write(header(used, fats, difats))
        for part in parts:
            part.seek(0)
            shutil.copyfileobj(part, file, COPIED)
        file.write(bytes(used * SECTOR - size))
        file.write(directory(name, padded))
        file.writelines(allocation(used, fats, difats))
        file.writelines(fat_positions(used + 1, fats, difats))


def length(part: IO[bytes]) -> int:
    return part.seek(0, 2)


def sectors(size: int) -> int:
    return -(-size // SECTOR)


def tables(others: int) -> tuple[int, int]:
    """The number of FAT and DIFAT sectors of a file with so many `others`; they have entries for themselves, too."""
    fats = difats = 0
    while True:
        need = sectors(4 * (others + fats + difats))
        more = -(-max(0, need - IN_HEADER) // (IN_SECTOR - 1))
        if (need, more) == (fats, difats):
            return fats, difats
        fats, difats = need, more


def header(used: int, fats: int, difats: int) -> bytes:
    """2.2. The directory follows the stream, the FAT the directory, the DIFAT the FAT."""
    first_fat = used + 1
    fields = _HEADER.pack(
        SIGNATURE,
        0x003E,  # minor version
        0x0003,  # major version
        0xFFFE,  # little-endian
        9,  # sectors of 2**9 bytes
        6,  # mini sectors of 2**6
        0,  # directory sectors are not counted in version 3
        fats,
        used,  # the directory's first sector
        0,  # no transactions
        SHORTEST,
        END_OF_CHAIN,  # no mini FAT
        0,
        first_fat + fats if difats else END_OF_CHAIN,
        difats,
    )
    return fields + numbers(range(first_fat, first_fat + min(fats, IN_HEADER)), IN_HEADER)


def directory(name: str, size: int) -> bytes:
    """2.6. A sector of four entries: the root, the stream, and two unused. No times, so that equal rows make equal
    files."""
    unused = entry("", 0, NO_STREAM, 0, 0)
    return entry("Root Entry", ROOT, 1, END_OF_CHAIN, 0) + entry(name, STREAM, NO_STREAM, 0, size) + unused * 2


def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    """2.6.1. The colour is black, as the only node of a tree must be. The length of the name includes its final
    zero."""
    text = name.encode("utf-16-le")
    return _ENTRY.pack(
        text, len(text) + 2 if text else 0, kind, 1 if text else 0, NO_STREAM, NO_STREAM, child, start, size
    )


def allocation(used: int, fats: int, difats: int) -> Iterable[bytes]:
    """2.3, sector by sector: for each sector of the file, the next one of its chain."""
    stream_end, directory_end = used - 1, used
    fat_end = directory_end + fats
    for first in range(0, fats * IN_SECTOR, IN_SECTOR):
        following = list(range(first + 1, first + IN_SECTOR + 1))
        for at in range(max(first, stream_end), first + IN_SECTOR):
            if at in (stream_end, directory_end):
                following[at - first] = END_OF_CHAIN
            elif at <= fat_end:
                following[at - first] = FAT_SECTOR
            else:
                following[at - first] = DIFAT_SECTOR if at <= fat_end + difats else FREE
        yield numbers(following, IN_SECTOR)


def fat_positions(first_fat: int, fats: int, difats: int) -> Iterable[bytes]:
    """2.5: the positions of the FAT sectors that do not fit into the header. Each sector ends with the number of the
    next."""
    for sector in range(difats):
        begin = IN_HEADER + sector * (IN_SECTOR - 1)
        positions = range(first_fat + begin, first_fat + min(fats, begin + IN_SECTOR - 1))
        following = first_fat + fats + sector + 1 if sector + 1 < difats else END_OF_CHAIN
        yield numbers(positions, IN_SECTOR - 1) + pack("<I", following)


def numbers(sectors: Iterable[int], places: int) -> bytes:
    """Sector numbers, padded with FREE."""
    known = list(sectors)
    return pack(f"<{places}I", *known, *[FREE] * (places - len(known)))
