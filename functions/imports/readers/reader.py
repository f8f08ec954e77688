"""Read the rows of an uploaded file, in a process of its own (child.py)."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import msgspec

from functions.imports.readers.limits import Refused

Cell = str | int | float | bool | datetime
"""An empty cell is an empty text. A time is naive."""
Row = tuple[int, list[Cell]]
"""The number of a row, counted from 1 as spreadsheets show it, and its cells up to the last that is not empty."""

TIMEOUT = 60
"""Seconds for a reader that waits for something; its CPU time is limited apart."""
_CHILD = "functions.imports.readers.child"
_LENGTH = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Spool:
    """The rows of a file that was read to its end: `count` rows in the file `path`, which the caller deletes.
    `is_text`: it was a text file, whose cells have no types. `zone` is the time zone that its sheet "About this file"
    names, or empty."""

    path: Path
    count: int
    is_text: bool = False
    zone: str = ""

    def rows(self) -> Iterator[Row]:
        """The rows that are not empty, from the top."""
        with self.path.open("rb") as stream:
            for message in _messages(stream):
                if message[0] == "rows":
                    for number, cells in message[1]:
                        yield number, [_cell(cell) if type(cell) is list else cell for cell in cells]


def read(path: Path, spool: Path) -> Spool:
    """Read the first visible sheet of the file into `spool`. Raises Refused: nothing of the file was used then."""
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", _CHILD, str(path)]
    with spool.open("wb") as out:
        subprocess.run(command, stdout=out, stderr=subprocess.DEVNULL, env=environment, timeout=TIMEOUT, check=False)
    count = 0
    with spool.open("rb") as stream:
        for message in _messages(stream):
            match message:
                case ["rows", rows]:
                    count += len(rows)
                case ["refused", code, facts]:
                    raise Refused(code, **facts)
                case _:
                    return Spool(spool, count, message[1] == "text", message[2])
    # The process has ended without its last message: a limit stopped it, or the file broke its reader.
    raise Refused("file_too_complex")


def _messages(stream: IO[bytes]) -> Iterator[Any]:
    decode = msgspec.msgpack.Decoder().decode
    while len(length := stream.read(_LENGTH.size)) == _LENGTH.size:
        (size,) = _LENGTH.unpack(length)
        content = stream.read(size)
        if len(content) < size:
            return
        yield decode(content)


def _cell(cell: list[str]) -> datetime:
    return datetime.fromisoformat(cell[0])
