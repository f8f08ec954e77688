"""The process that reads one file: `python child.py <path>`. Its output is a spool of messages for reader.py.

A spreadsheet from outside can be made to use up memory and time, or to attack its reader. So it is read in a process of
its own, which has little memory and time and cannot open another file or a socket.
"""

from __future__ import annotations

import codecs
import resource
import struct
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import IO, Any

import msgspec

from functions.imports.readers import biff8, text, xls, xlsx
from functions.imports.readers.compound import NotReadable
from functions.imports.readers.limits import (
    MAX_CELL,
    MAX_COLUMNS,
    MAX_MEMORY,
    MAX_ROWS,
    MAX_SECONDS,
    MEMORY_PER_BYTE,
    OnAbout,
    Refused,
    Rows,
)
from shared.domain.exports.about import zone_of

BATCH = 500
LARGE = 8 * 1024 * 1024
"""From this size on an .xls file is read row by row if it can be."""
ENCODINGS = ("utf-8-sig", "utf-16", "gb18030", "cp1252", "cp437")
"""The encodings of the readers and of zip. Python loads each from a file, which is not possible later."""
OLE2, ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
_LENGTH = struct.Struct(">I")


def main(path: Path, out: IO[bytes]) -> None:
    encode = msgspec.msgpack.Encoder().encode

    def send(message: list[Any]) -> None:
        content = encode(message)
        out.write(_LENGTH.pack(len(content)) + content)

    with path.open("rb") as file:
        begin = file.read(4096)
    size = path.stat().st_size
    _limit(MAX_MEMORY + (MEMORY_PER_BYTE * size if begin.startswith(OLE2) else 0))
    zones: list[str] = []
    try:
        for read in _readers(begin, size):
            try:
                _copy(read(path, lambda rows: zones.append(zone_of(rows))), send)
            except NotReadable:
                out.seek(0)
                out.truncate()
                continue
            send(["end", "text" if read is text.rows else "workbook", "".join(zones[-1:])])
            break
    except Refused as refused:
        send(["refused", refused.code, refused.facts])
    except MemoryError:
        send(["refused", "file_too_complex", {}])
    out.flush()


def _copy(rows: Rows, send: Callable[[list[Any]], None]) -> None:
    """Send the rows that are not empty, in batches."""
    batch: list[Any] = []
    for number, row in rows:
        if number > MAX_ROWS:
            raise Refused("too_many_rows", rows=MAX_ROWS)
        if len(row) > MAX_COLUMNS:
            raise Refused("too_many_columns", columns=MAX_COLUMNS)
        cells = [cell if type(cell) is str else _plain(cell) for cell in row]
        while cells and cells[-1] == "":
            cells.pop()
        if not cells:
            continue
        if any(type(cell) is str and len(cell) > MAX_CELL for cell in cells):
            raise Refused("cell_too_long", row=number)
        batch.append((number, cells))
        if len(batch) >= BATCH:
            send(["rows", batch])
            batch = []
    send(["rows", batch])


def _limit(memory: int) -> None:
    """One file at a time and no socket beside it, so much more memory, and MAX_SECONDS of CPU time."""
    for encoding in ENCODINGS:
        codecs.lookup(encoding)
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + memory, size + memory))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _readers(begin: bytes, size: int) -> Sequence[Callable[[Path, OnAbout], Rows]]:
    """The readers of a file by its first bytes, the best one first; its name does not count."""
    if begin.startswith(OLE2):
        return (biff8.rows, xls.rows) if size >= LARGE else (xls.rows,)
    if begin.startswith(ZIP):
        return (xlsx.rows,)
    if not begin.strip():
        raise Refused("empty_file")
    if begin.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise Refused("file_is_web_page")
    if begin.startswith((b"\xff\xfe", b"\xfe\xff")) or not any(byte < 9 for byte in begin):
        return (text.rows,)
    raise Refused("file_type_unknown")


def _plain(cell: Any) -> Any:
    """A cell as text, number, truth value or, for a time, a list with its text. calamine gives a date for midnight."""
    if isinstance(cell, datetime):
        return [cell.isoformat()]
    if isinstance(cell, date):
        return [f"{cell.isoformat()}T00:00:00"]
    if isinstance(cell, timedelta | time_of_day):
        return str(cell)
    return cell


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.stdout.buffer)
