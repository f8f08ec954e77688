"""What a file may hold, and the error of one that holds more or something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

MAX_BYTES = 64 * 1024 * 1024
"""The largest upload."""
MAX_ROWS = 200_000
MAX_COLUMNS = 256
MAX_CELL = 32_767
"""The most characters of a cell, as in a spreadsheet."""
MAX_ROW_BYTES = 2 * 1024 * 1024
"""The most bytes of a row as it is written in the file."""
MAX_SECONDS = 12
"""The most CPU time that a reader has."""
MAX_MEMORY = 140 * 1024 * 1024
"""The memory of a reader beyond what it needs to start."""
MEMORY_PER_BYTE = 7
"""calamine reads an .xls file whole and needs about six times its size."""


Rows = Iterator[tuple[int, list[Any]]]
"""(number, cells) of each row, from the top; numbers count from 1."""
OnAbout = Callable[[Rows], None]
"""Called with the rows of the sheet "About this file", if the file has one behind its first visible sheet."""


class Refused(Exception):
    """The file cannot be read. `code` is one of REFUSALS; `facts` go into its sentence."""

    def __init__(self, code: str, **facts: str | int) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


REFUSALS = (
    "empty_file",
    "file_encrypted",
    "file_damaged",
    "file_is_web_page",
    "file_type_unknown",
    "file_too_complex",
    "too_many_rows",
    "too_many_columns",
    "cell_too_long",
    "encoding_unknown",
)
