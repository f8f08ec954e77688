"""`make bench`: the benchmarks that fit in about ten minutes. Writes docs/benchmarks.md.

The longer ones have commands of their own: `python -m bench.export`, `bench.imports`, `bench.figures`, `bench.clock`
and `bench.load`.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3

from bench import cold_start, life, month, sweep, warm
from local.packaging.bytecode import interpreter
from local.runtime import Context, load
from local.template import PROJECT, Template
from local.triggers.schedules import payload
from tests.capacity import Units, metered
from tests.harness import Api, InProcess, create_table, dynoxide, environment, use_table

PAGE = PROJECT / "docs" / "benchmarks.md"
BUILD = PROJECT / ".aws-sam" / "build"
WAITING = (1_000, 100_000)
LAPSES = 1_000
EXPORTED = 20_000
EXPORT_LIMITS = 13
"""The limits that the benchmark of exports compares with."""
ITEM_BYTES = 100
"""What DynamoDB adds to each item for what it charges."""
LISTS = {
    "a list of 50 orders": "/v1/orders?limit=50",
    "a list of 50 in one status": "/v1/orders?status=WAIT_SELLER_SEND_GOODS&limit=50",
    "50 most urgent deadlines": "/v1/deadlines?limit=50",
    "the counters": "/v1/orders/counters",
}


@contextlib.contextmanager
def engine() -> Iterator[Api]:
    """The API in process over a fresh table on Dynoxide."""
    with dynoxide() as url, environment(url, name := f"t{uuid.uuid4().hex}"):
        create_table(boto3.client("dynamodb"), name)
        use_table(name)
        yield Api(InProcess(), "dynoxide")


def cold(rounds: int = 5) -> str:
    """Each function as it ships, and the same without its bytecode."""
    python = interpreter() or Path(sys.executable)
    base, shipped = cold_start.measure(BUILD, python, rounds)
    with tempfile.TemporaryDirectory() as folder:
        sources = Path(folder) / "build"
        shutil.copytree(BUILD, sources, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        bare, without = cold_start.measure(sources, python, 3)
    lines = ["| start | CPU s | × bare client | without bytecode, CPU s | limit |", "|---|---|---|---|---|"]
    lines.append(f'| bare `boto3.client("dynamodb")` | {base:.3f} | 1.00 | {bare:.3f} | |')
    for one, other in zip(shipped, without, strict=True):
        limit = one.start.limit or ""
        lines.append(f"| {one.start.name} | {one.seconds:.3f} | {one.ratio:.2f} | {other.seconds:.3f} | {limit} |")
    return "\n".join(lines)


def units_of_life() -> tuple[str, dict[str, Units], float, float]:
    """The table of a life with 3 and with 700 lines; then of 3 lines the steps, CPU seconds and the bytes that
    DynamoDB charges for when the order has ended."""
    with engine() as api:
        text = life.markdown(*life.measure(api))
        began = time.process_time()
        steps = life.life(api, 3)
        seconds = time.process_time() - began
        items, size = (sum(column) for column in zip(*life.ended(api).values(), strict=True))
    table = next(block for block in text.split("\n\n") if block.startswith("|"))
    return table, steps, seconds, size + ITEM_BYTES * items


def waiting() -> tuple[str, dict[int, dict[str, Any]]]:
    """Lists, counters and the clock's runs where so many orders wait and 1,000 more are due."""
    found: dict[int, dict[str, Any]] = {}
    for count in WAITING:
        with engine() as api:
            shop = api.shop()
            now = datetime.now(UTC).replace(microsecond=0)
            sweep.fill(shop.name, count, now + timedelta(days=9), placed=now - timedelta(days=30))
            found[count] = {}
            shop.staff.get("/v1/orders?limit=1")  # reads the secret of cursors, once in a process
            for name, path in LISTS.items():
                with metered() as units:
                    answer = shop.staff.get(path)
                assert answer.status == 200, answer.content
                found[count][name] = {"read units": units.reads, "write units": units.writes}
            runs = sweep.busy(shop.name, 0, LAPSES)
            found[count] |= {name: run for name, run in runs.items() if isinstance(run, dict)}
    heads = " | ".join(f"{count:,} orders: read | write" for count in WAITING)
    lines = [f"| what | {heads} |", "|---" * (1 + 2 * len(WAITING)) + "|"]
    for name in found[WAITING[0]]:
        cells = " | ".join(
            f"{found[count][name]['read units']:g} | {found[count][name]['write units']:g}" for count in WAITING
        )
        lines.append(f"| {name} | {cells} |")
    return "\n".join(lines), found


def idle() -> tuple[dict[str, float], float]:
    """Read units of one idle run of each scheduled function, and the CPU seconds of an average one."""
    template = Template.load()
    reads, seconds = {}, []
    with engine() as api:
        shop = api.shop()
        shop.platform.place()
        for schedule in template.schedules:
            function = template.functions[schedule.function]
            context = Context(function.logical_id, function.memory, function.timeout)
            for _ in range(2):  # the second finds nothing to do and everything imported
                event = payload(schedule, datetime.now(UTC))
                began = time.process_time()
                with metered() as units:
                    load(function.handler)(event, context)
            seconds.append(time.process_time() - began)
            reads[schedule.function] = units.reads
    return reads, sum(seconds) / len(seconds)


def exports() -> str:
    """The export beside its peers. Its limits are set for 100,000 orders; see docs/exports.md."""
    command = [sys.executable, "-m", "bench.export", str(EXPORTED)]
    output = subprocess.run(command, capture_output=True, text=True, check=False, cwd=PROJECT).stdout.strip()
    if len(re.findall(r"^ +(holds|MISSED) ", output, re.MULTILINE)) < EXPORT_LIMITS:
        sys.exit(f"python -m bench.export {EXPORTED} broke off")
    return re.sub(r" /\S*/(\S*)", r" \1", output)  # files without their folders


def main() -> None:
    began = time.monotonic()
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):  # log lines
        starts = cold()
        with multiprocessing.get_context("spawn").Pool(1) as fresh:  # a process of Lambda has done nothing else
            warmed = fresh.apply(warm.measure, (150,))
        life_table, steps, life_seconds, stored = units_of_life()
        lists, found = waiting()
        idle_reads, idle_seconds = idle()
    changes = {name: units for name, units in steps.items() if not name.startswith("GET")}
    busy = found[WAITING[0]]
    read = {"GET an order": steps["GET order"].reads, "GET a list of 50": busy["a list of 50 orders"]["read units"]}
    measured = month.Measured(
        life_writes=sum(units.writes for units in changes.values()),
        life_reads=sum(units.reads for units in changes.values()),
        life_requests=len(changes),
        life_seconds=life_seconds,
        life_calls=sum(units.calls.total() for units in changes.values()),
        look_reads=read | {"GET the counters": busy["the counters"]["read units"]},
        look_seconds={name: one.total / 1000 for name, one in warmed.items()},
        look_calls={name: one.calls for name, one in warmed.items()},
        alert_writes=busy["reminders"]["write units"] / LAPSES,
        alert_reads=busy["reminders"]["read units"] / LAPSES,
        idle_reads=idle_reads,
        idle_seconds=idle_seconds,
        order_bytes=stored,
    )
    text = f"""# Benchmarks

`make bench` measures these figures and writes this page, in about ten minutes. CPU time is of one core and includes
system time; compare ratios, because machines differ. Units are of Dynoxide, which counts as DynamoDB does.

## Cold starts

A fresh interpreter ({python_version()}) that imports one built artefact and writes nothing to disk, to the end of its
first event. Medians.

{starts}

## Warm requests

CPU milliseconds of a request in a process that has answered it before, in the store's calls and above them.

{warm.table(warmed)}

## Capacity units of an order

[capacity.md](capacity.md) explains the table.

{life_table}

One finished order with 3 lines takes {stored / 1000:.1f} KB in the table and its indexes.

## Lists, counters and the clock

{LAPSES:,} further orders have an alert to raise (reminders), and then lapse (sweep).

{lists}

## Exports

{EXPORTED:,} orders with 3 lines each, from prepared pages to finished files, beside the usual libraries.

```
{exports()}
```

## What a month costs

List prices of us-east-1, on demand, above every free tier, entered by hand in `bench/month.py`. The shop keeps one
year of orders. Each order has one life and {month.ALERTS_PER_ORDER} alerts. For each order people read
{looks()}. Not included: files in S3,
email, sign-in, data transfer, and the time that an idle scheduled run waits for the table.

{month.table(measured, Template.load())}
"""
    PAGE.write_text(text, "utf-8")
    print(text)
    print(f"took {time.monotonic() - began:.0f} s", file=sys.stderr)


def looks() -> str:
    return ", ".join(f"{count:g} × {name.removeprefix('GET ')}" for name, count in month.READS_PER_ORDER.items())


def python_version() -> str:
    found = interpreter()
    return "Python 3.13" if found else f"Python {platform.python_version()}"


if __name__ == "__main__":
    main()
