"""What an import reads on the second sheet of a file of ours: its name, and the time zone of all times in the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

SHEET = ("About this file", "文件说明")
ZONE = ("Time zone of all times", "所有时间的时区")
"""In English and Chinese."""
LOOKED_AT = 40
"""So many rows of the sheet are read. The zone is in the seventh, before the warnings, of which there may be many."""


def zone_of(rows: Iterable[tuple[int, Sequence[Any]]]) -> str:
    """The name of the time zone, as the sheet has it; empty if it has none. `rows` are (number, cells)."""
    for _, cells in islice(rows, LOOKED_AT):
        if len(cells) >= 2 and cells[0] in ZONE:
            return str(cells[1]).strip()[:64]
    return ""
