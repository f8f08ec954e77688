"""How large a test is, and what it counted: small in `make test`, full in `make prove`.

`make prove` sets ORDERKEEP_PROVE=1 and names a file in ORDERKEEP_PROOF; each count is a line there, and the table that
it prints at its end is made of them.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

FULL = os.environ.get("ORDERKEEP_PROVE") == "1"


def size(quick: T, full: T) -> T:
    """The size of a test: `quick` in `make test`, `full` in `make prove`."""
    return full if FULL else quick


def counted(what: str, count: int, floor: int) -> None:
    """Prints what a test counted and fails below `floor`, so that no test passes after checking nothing."""
    print(f"{what}: {count:,} (at least {floor:,})")
    if report := os.environ.get("ORDERKEEP_PROOF"):
        with Path(report).open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({"what": what, "count": count, "floor": floor}) + "\n")
    assert count >= floor, f"{what}: {count}, at least {floor}"
