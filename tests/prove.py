"""`make prove`: every test at its full size, then all in random order at awkward times, and one table at the end.

`python -m tests.prove [full|engines|local|console|clocks|month ...]` runs these parts alone. A part
that cannot run has not passed. A step that passed is not run again while the sources are the same and committed; it
stands in the folder .prove, with what it counted. Without that folder every step is run.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

PYTEST = (sys.executable, "-m", "pytest", "-q", "--durations=10", "--dist", "worksteal")
TESTS = ("tests", "--ignore=tests/console")
CLOCKS = (
    ("2026-12-31 23:50:00", "UTC"),
    ("2027-02-28 16:30:00", "UTC"),
    ("2027-11-07 00:55:00", "America/New_York"),
)
"""When the tests are run, in which zone: the end of a year; the end of February, when Shanghai has a Monday and the
first of March, before the files of the week and the month are due; the hour that New York has twice. All lie after the
days of November 2026 that tests import as past."""
MONTH_ORDERS = 100_000
PASSED = Path(".prove")
SHIFTED_CLOCK = Path(__file__).with_name("shifted_clock.c")


@dataclass(frozen=True)
class Step:
    part: str
    name: str
    command: Sequence[str]
    variables: dict[str, str] = field(default_factory=dict)
    at: datetime | None = None
    """The time of day that the whole run, its servers included, begins at."""


@dataclass(frozen=True)
class Result:
    name: str
    passed: bool
    cpu: float
    wall: float
    ended: str


def steps() -> Iterator[Step]:
    full, small = {"ORDERKEEP_PROVE": "1"}, {"ORDERKEEP_PROVE": ""}
    yield Step("full", "every test, full size", (*PYTEST, "-n", "auto", *TESTS), full)
    for engine in ("dynoxide", "moto"):
        command = (*PYTEST, "-n", "auto", *TESTS, f"--engine={engine}")
        yield Step("engines", f"tests in process on {engine}", command, small)
    yield Step("local", "HTTP tests over a socket", (*PYTEST, "-n", "2", "tests/http", "--engine=local"), full)
    yield Step("console", "the console in Chromium", (*PYTEST, "-n", "2", "tests/console"), full)
    for at, zone in CLOCKS:
        seed = random.randrange(10**6)
        pytest = (*PYTEST, "-n", "auto", f"--shuffle={seed}", *TESTS)
        variables = {"TZ": zone, "PYTHONHASHSEED": str(seed)}
        variables |= {"ORDERKEEP_PROVE": "", "ORDERKEEP_PROOF": ""}  # small, and not counted again
        moment = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(zone))
        yield Step("clocks", f"at {at} {zone}, order {seed}", pytest, variables, moment)
    yield Step("month", f"a month of {MONTH_ORDERS:,} orders", (sys.executable, "-m", "bench.clock", str(MONTH_ORDERS)))


def sources() -> str | None:
    """What the sources and the interpreter are known by; None where not all is committed."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    try:
        tree, changed = (
            subprocess.run(["git", *command], capture_output=True, text=True, check=True).stdout.strip()
            for command in (("rev-parse", "HEAD^{tree}"), ("status", "--porcelain"))
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return None if changed else f"{tree}-{version}"


def run_once(step: Step, report: Path) -> Result:
    """Run the step, unless it has passed with its counts in `report`."""
    kept = report.with_suffix(".passed")
    if kept.exists():
        result = Result(**json.loads(kept.read_text("utf-8")))
        print(f"\n== {result.name}: it passed at {result.ended}, with the same sources", flush=True)
        return result
    report.write_text("", "utf-8")
    result = run(step, report)
    if result.passed and report.parent.name == sources():
        kept.write_text(json.dumps(asdict(result)), "utf-8")
    return result


def run(step: Step, report: Path) -> Result:
    print(f"\n== {step.name}", flush=True)
    began, before = time.monotonic(), _cpu()
    variables = {**os.environ, "ORDERKEEP_PROOF": str(report), **step.variables}
    passed = True
    if step.at is not None:
        library = report.with_name("shifted_clock.so")
        try:
            subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", str(library), str(SHIFTED_CLOCK)], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"the clock cannot be set: {error} (Debian: apt-get install gcc libc6-dev)", file=sys.stderr)
            passed = False
        variables |= {"LD_PRELOAD": str(library), "CLOCK_SHIFT": str(int(step.at.timestamp() - time.time()))}
    passed = passed and subprocess.run(step.command, env=variables, check=False).returncode == 0
    ended = datetime.now(UTC).isoformat(" ", "seconds")
    return Result(step.name, passed, _cpu() - before, time.monotonic() - began, ended)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def table(reports: Sequence[Path], results: Sequence[Result]) -> str:
    """What was counted, in all its tests together, and how each step ended."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    short: set[str] = set()
    for line in "".join(report.read_text("utf-8") for report in reports).splitlines():
        record = json.loads(line)
        counts[record["what"]][0] += record["count"]
        counts[record["what"]][1] += record["floor"]
        short |= {record["what"]} if record["count"] < record["floor"] else set()
    rows = [f"{'count':>12} {'at least':>12}  what"]
    rows += [
        f"{count:>12,} {floor:>12,}  {what}{'  TOO FEW' if what in short else ''}"
        for what, (count, floor) in sorted(counts.items())
    ]
    rows += ["", f"{'CPU s':>8} {'s':>8}  step"]
    rows += [
        f"{each.cpu:>8,.0f} {each.wall:>8,.0f}  {each.name}: {'passed' if each.passed else 'FAILED'} at {each.ended}"
        for each in results
    ]
    return "\n".join(rows)


def main(parts: Sequence[str]) -> int:
    every = list(steps())
    if unknown := set(parts) - {step.part for step in every}:
        print(f"no such part: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    chosen = {f"{number:02d}": step for number, step in enumerate(every, 1) if not parts or step.part in parts}
    known = sources()
    with tempfile.TemporaryDirectory() as passing:
        folder = (PASSED / known if known else Path(passing)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        reports = [folder / f"{number}.counts" for number in chosen]
        results = [run_once(step, report) for step, report in zip(chosen.values(), reports, strict=True)]
        print(f"\n{table(reports, results)}")
    passed = all(result.passed for result in results)
    print("\neverything passed" if passed else "\nNOT everything passed")
    return 0 if passed else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
