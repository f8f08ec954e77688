"""Files made to do harm: each is refused with a reason or read within bounds, and touches nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from functions.imports.readers import reader
from functions.imports.readers.limits import REFUSALS, Refused
from shared.domain.imports.reasons import reason
from tests import proof
from tests.imports.files.hostile import FILES

SECONDS, MEGABYTES = 15, 250
LARGE = {"a bomb of zeros in the sheet", "10,000 columns in 500 rows", "a bomb of rows", "300,000 rows"}
"""Making these takes long: in `make prove` alone."""
CHOSEN = [name for name in FILES if proof.FULL or name not in LARGE]


MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""
"""A process inherits the peak of the one that starts it, so a small one starts the reader."""


def cost(path: Path) -> tuple[float, float]:
    """(CPU seconds, MB) of a process that reads the file."""
    command = [sys.executable, "-m", "functions.imports.readers.child", str(path)]
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE, *command],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    seconds, megabytes = map(float, measured.stdout.split())
    return seconds, megabytes


@pytest.mark.parametrize("name", CHOSEN)
def test_a_hostile_file_is_refused_or_bounded(name: str, tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(FILES[name]())
    seconds, megabytes = cost(path)
    assert seconds <= SECONDS
    assert megabytes <= MEGABYTES, f"{megabytes:.0f} MB"
    try:
        spool = reader.read(path, tmp_path / "spool")
        said = f"read: {spool.count} rows"
        assert spool.count <= 200_000
        assert all(len(cells) <= 256 for _, cells in spool.rows())
    except Refused as refused:
        said = refused.code
        assert refused.code in REFUSALS
        for language in ("en", "zh-CN"):
            assert reason(refused.code, refused.facts, language)
    print(f"{name}: {said}, {megabytes:.0f} MB, {seconds:.2f} s")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["spool", "upload"]
    proof.counted("hostile files", 1, 1)


def test_there_are_enough_hostile_files() -> None:
    proof.counted("kinds of hostile files", len(FILES), 40)


def test_a_sheet_that_was_cut_off_is_not_taken_for_a_shorter_one(tmp_path: Path) -> None:
    (tmp_path / "upload").write_bytes(FILES["XML that does not end"]())
    with pytest.raises(Refused, match="file_damaged"):
        reader.read(tmp_path / "upload", tmp_path / "spool")
