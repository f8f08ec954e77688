"""Files made to do harm: each is refused with a reason or read within bounds, and touches nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

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
import json, os, signal, subprocess, sys
for line in sys.stdin:
    command, environment, out, seconds = json.loads(line)
    signal.alarm(seconds)
    with open(out, "wb") as spool:
        child = subprocess.Popen(command, stdout=spool, stderr=subprocess.DEVNULL, env=environment)
    used = os.wait4(child.pid, 0)[2]
    child.returncode = 0
    print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, flush=True)
"""
"""A process inherits the peak of the one that starts it, so a small one starts the readers."""


class Measured:
    """Starts readers in place of `subprocess` in reader.py; `costs` has the CPU seconds and MB of each."""

    DEVNULL = subprocess.DEVNULL

    def __init__(self) -> None:
        self.costs: list[tuple[float, float]] = []
        self.process = subprocess.Popen(
            [sys.executable, "-c", MEASURE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, command: list[str], *, stdout: IO[bytes], env: dict[str, str], timeout: int, **_: Any) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        print(json.dumps([command, env, stdout.name, timeout]), file=self.process.stdin, flush=True)
        seconds, megabytes = map(float, self.process.stdout.readline().split())
        self.costs.append((seconds, megabytes))


@pytest.fixture(scope="module")
def measured() -> Iterator[Measured]:
    started = Measured()
    with started.process:
        yield started
        started.process.kill()


@pytest.fixture(autouse=True)
def forked_readers(monkeypatch: pytest.MonkeyPatch, measured: Measured) -> None:
    """Not here: each reader is started as it is deployed."""
    monkeypatch.setattr(reader, "subprocess", measured)


@pytest.mark.parametrize("name", CHOSEN)
def test_a_hostile_file_is_refused_or_bounded(name: str, tmp_path: Path, measured: Measured) -> None:
    path = tmp_path / "upload"
    path.write_bytes(FILES[name]())
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
    seconds, megabytes = measured.costs[-1]
    assert seconds <= SECONDS
    assert megabytes <= MEGABYTES, f"{megabytes:.0f} MB"
    print(f"{name}: {said}, {megabytes:.0f} MB, {seconds:.2f} s")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["spool", "upload"]
    proof.counted("hostile files", 1, 1)


def test_there_are_enough_hostile_files() -> None:
    proof.counted("kinds of hostile files", len(FILES), 40)


def test_a_sheet_that_was_cut_off_is_not_taken_for_a_shorter_one(tmp_path: Path) -> None:
    (tmp_path / "upload").write_bytes(FILES["XML that does not end"]())
    with pytest.raises(Refused, match="file_damaged"):
        reader.read(tmp_path / "upload", tmp_path / "spool")
