"""An .xls file read back: its cells by calamine, its records by the letter of [MS-CFB] and [MS-XLS]."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from struct import iter_unpack, unpack, unpack_from
from typing import Any

from python_calamine import CalamineWorkbook

from functions.exports.formats import biff8

SECTOR, END, FREE = 512, 0xFFFFFFFE, 0xFFFFFFFF


def read(path: Path, sheet: int = 0) -> list[list[Any]]:
    """Calamine tells a date without a time as a date, and an empty cell as an empty text."""
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(sheet).to_python(skip_empty_area=False)
    return [[datetime.combine(cell, time()) if type(cell) is date else cell for cell in row] for row in rows]


def texts(path: Path) -> list[str]:
    return [row[0] for row in read(path)[1:]]


def stream(path: Path) -> bytes:
    """The workbook stream, by way of [MS-CFB]: the header, the DIFAT, the FAT, the directory."""
    content = path.read_bytes()
    assert len(content) % SECTOR == 0

    def sector(index: int) -> bytes:
        return content[SECTOR * (index + 1) : SECTOR * (index + 2)]

    fats, directory, more, extra = (unpack_from("<I", content, at)[0] for at in (44, 48, 68, 72))
    places = list(unpack_from("<109I", content, 76))
    for _ in range(extra):
        *held, more = unpack("<128I", sector(more))
        places += held
    assert more == END
    assert set(places[fats:]) <= {FREE}
    fat = [following for place in places[:fats] for (following,) in iter_unpack("<I", sector(place))]
    assert len(fat) * SECTOR >= len(content) - SECTOR
    assert set(fat[len(content) // SECTOR - 1 :]) <= {FREE}
    assert all(fat[place] == 0xFFFFFFFD for place in places[:fats])
    assert fat.count(0xFFFFFFFC) == extra
    root, book, *unused = (sector(directory)[at : at + 128] for at in range(0, SECTOR, 128))
    assert fat[directory] == END
    assert root[:20].decode("utf-16-le") == "Root Entry"
    assert book[:18].decode("utf-16-le") == "Workbook\0"
    assert not any(any(entry[:68]) for entry in unused)
    assert root[100:116] == book[100:116] == bytes(16), "the times tell nothing"
    at, size = unpack_from("<IQ", book, 116)
    chain = []
    while at != END:
        chain.append(sector(at))
        at = fat[at]
    assert len(chain) == -(-size // SECTOR)
    return b"".join(chain)[:size]


def records(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Position, type and data of each record, up to the last EOF."""
    at = 0
    while at < len(content):
        kind, size = unpack_from("<HH", content, at)
        if (kind, size) == (0, 0):
            assert not any(content[at:]), "what follows the last sheet is padding"
            return
        assert size <= biff8.LONGEST_RECORD
        yield at, kind, content[at + 4 : at + 4 + size]
        at += 4 + size


def of_kind(path: Path, kind: int) -> list[bytes]:
    return [data for _, found, data in records(stream(path)) if found == kind]


def parts(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The parts of a drawing [MS-ODRAW 2.2.1], those of containers too; each must end where it says."""
    at = 0
    while at < len(content):
        version, kind, length = unpack_from("<HHI", content, at)
        inside = content[at + 8 : at + 8 + length]
        assert len(inside) == length, "the part goes on beyond its container"
        yield kind, inside
        if version & 0x0F == 0x0F:
            yield from parts(inside)
        at += 8 + length
