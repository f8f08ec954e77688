"""What reading an upload costs beside bare calamine: at most six times its CPU time, and little memory."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from bench import imports
from tests import proof

ROWS = proof.size(4_000, 50_000)
START = proof.size(1.5, 0.0)
"""CPU seconds that the start of three interpreters may take beside a small file."""


@pytest.mark.parametrize(
    ("layout", "kind"), proof.size([("B", "xlsx"), ("E", "xls")], [*product(imports.HEADINGS, imports.KINDS)])
)
def test_an_upload_is_read_in_little_time_and_memory(layout: str, kind: str, tmp_path: Path) -> None:
    for tries_left in (2, 1, 0):  # other processes that use the same caches make it slower
        calamine, ours = imports.compared(layout, ROWS, tmp_path, kind)
        if ours["cpu"] <= imports.MAX_RATIO * calamine["cpu"] + START:
            break
        assert tries_left, (calamine, ours)
    assert ours["mb"] <= imports.MAX_MEGABYTES
    proof.counted(f"rows of layout {layout} read from .{kind} beside calamine", int(ours["rows"]), ROWS)
