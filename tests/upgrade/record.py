"""Writes the recording of this checkout: what its API answers to every request of the script.

    python -m tests.upgrade.record [chapter ...]

The stored recordings are those of commit 9902e89. A change that means to change an answer records the chapters that it
touches anew, in the same commit; the difference is then in what `show` prints:

    python -m tests.upgrade.record show chapter > answers.txt
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

FOLDER = Path(__file__).with_name("recordings")


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.jsonl.gz"


def save(name: str, lines: list[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    path_of(name).write_bytes(gzip.compress("\n".join(lines).encode(), 9, mtime=0))


def load(name: str) -> list[str]:
    return gzip.decompress(path_of(name).read_bytes()).decode().split("\n")


def first_difference(before: list[str], now: list[str]) -> str | None:
    """The first lines that differ, written out; None where the recordings are the same to the byte."""
    for index, (one, other) in enumerate(zip(before, now, strict=False)):
        if one != other:
            return f"Line {index + 1} was\n{_written_out(one)}\nand is now\n{_written_out(other)}"
    return None if len(before) == len(now) else f"There were {len(before)} lines, and there are {len(now)}."


def _written_out(line: str) -> str:
    return json.dumps(json.loads(line), indent=1, ensure_ascii=False)


def main(arguments: list[str]) -> int:
    from tests.upgrade.script import CHAPTERS, run

    if arguments[:1] == ["show"]:
        for name in arguments[1:]:
            print("\n".join(map(_written_out, load(name))))
        return 0
    for name in arguments or CHAPTERS:
        recording = run(name)
        save(name, recording.lines)
        print(f"{name}: {recording.requests} requests, {path_of(name).stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
