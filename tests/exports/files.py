"""Exported files, read with an independent reader."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from struct import iter_unpack, unpack_from
from typing import Any

from python_calamine import CalamineWorkbook

Row = list[Any]


def sheet(content: bytes, export: dict[str, Any], place: int = 0) -> list[Row]:
    """A sheet of a file, its heading row first. An empty sheet has none."""
    if export["format"] == "csv":
        return [list(row) for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))]
    found: list[Row] = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(place).to_python()
    return found


def about(content: bytes, export: dict[str, Any]) -> dict[str, Any]:
    return {row[0]: row[1] for row in sheet(content, export, 1)}


def typed(content: bytes, export: Mapping[str, Any], place: int = 0) -> list[Row]:
    """A sheet with every time as a datetime: calamine makes a date of midnight."""
    if export["format"] == "csv":
        return sheet(content, dict(export), place)
    found = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(place)
    rows = found.to_python(skip_empty_area=False)
    return [[datetime.combine(cell, time()) if type(cell) is date else cell for cell in row] for row in rows]


def unpacked(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The parts of a file as they are when nothing is packed any more: (name, bytes)."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            assert packed.testzip() is None
            for name in packed.namelist():
                yield name, packed.read(name)
    else:
        yield "all", content


def biff_records(content: bytes) -> list[int]:
    """The types of all records of an .xls: its workbook stream is found by way of the FAT, and read to its end."""
    sector, end = 512, 0xFFFFFFFE

    def part(index: int) -> bytes:
        return content[sector * (index + 1) : sector * (index + 2)]

    fats, directory = (unpack_from("<I", content, at)[0] for at in (44, 48))
    places = unpack_from("<109I", content, 76)[:fats]
    assert len(places) == fats, "a file this large needs a reader of its own"
    fat = [following for place in places for (following,) in iter_unpack("<I", part(place))]
    at, size = unpack_from("<IQ", part(directory)[128:256], 116)
    chain = []
    while at != end:
        chain.append(part(at))
        at = fat[at]
    stream, found, offset = b"".join(chain)[:size], [], 0
    while offset < len(stream):
        kind, length = unpack_from("<HH", stream, offset)
        found.append(kind)
        offset += 4 + length
    assert offset == len(stream) and found[-1] == 0x000A, "the stream ends with the end of its last sheet"
    return found
