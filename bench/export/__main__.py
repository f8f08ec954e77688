"""`python -m bench.export [orders]`: from store pages to finished files, beside the limit and what one writes first.

Every way runs in a process of its own, one after the other, over the same pages. Ratios are what counts; the slow peers
run over a part of the orders and are compared, order for order, with ours over the same part.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.export import pages, ways

PART = 20_000
failed: list[str] = []


def run(way: str, folder: Path, *more: object) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.export.ways", way, folder, *more]
    ended = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(ended.stderr)
    told: dict[str, Any] = json.loads(ended.stdout)
    counts = ", ".join(f"{told[name]:,} {name}" for name in ("orders", "rows", "items", "files") if name in told)
    print(f"  {' '.join(str(part) for part in (way, *more)):52}{told['cpu']:8.2f} s CPU {told['mb']:7.0f} MB  {counts}")
    return told


def bar(what: str, value: float, limit: float, *, least: bool = False) -> None:
    holds = value >= limit if least else value <= limit
    print(f"  {'holds ' if holds else 'MISSED'} {what}: {value:.2f} ({'at least' if least else 'at most'} {limit:g})")
    if not holds:
        failed.append(what)


def counted(told: dict[str, Any], **expected: int) -> dict[str, Any]:
    for name, value in expected.items():
        if told[name] != value:
            sys.exit(f"{told[name]} {name} instead of {value}: the benchmark has measured something else")
    return told


def main(count: int) -> None:
    print(f"preparing the pages of {count:,} orders with 3 lines each")
    folder, part, _ = pages.prepare(count), pages.prepare(PART), pages.prepare(ways.WARM)
    print(f"{count:,} orders")
    loads = run("json", folder)
    counted(loads, items=3 * count)
    read = counted(run("reading", folder), orders=count)
    bar("reading, times json.loads", read["cpu"] / loads["cpu"], 1.5)
    for kind, rows in (("orders", count), ("lines", 3 * count)):
        with tempfile.TemporaryDirectory() as scratch:
            made = counted(run("export", folder, kind, "xlsx", f"{scratch}/"), orders=count, rows=rows)
            sheet = Path(scratch) / "sheet.xml"
            ways.unpack(Path(scratch) / "1.xlsx", sheet)
            limit = loads["cpu"] + run("deflate", folder, sheet)["cpu"]
        bar(f".xlsx of {kind}, times the limit", made["cpu"] / limit, 2.5)
        bar(f".xlsx of {kind}, peak MB", made["mb"], 150)
        with tempfile.TemporaryDirectory() as scratch:
            old = counted(run("export", folder, kind, "xls", f"{scratch}/"), orders=count, rows=rows)
            limit = loads["cpu"] + sum(run("deflate", folder, path)["cpu"] for path in sorted(Path(scratch).iterdir()))
        bar(f".xls of {kind}, times the limit", old["cpu"] / limit, 3)
        bar(f".xls of {kind}, peak MB", old["mb"], 300)
        counted(run("export", folder, kind, "csv"), orders=count, rows=rows)
    print(f"{PART:,} orders, beside the peers")
    for kind, rows in (("orders", PART), ("lines", 3 * PART)):
        made = counted(run("export", part, kind, "xlsx"), rows=rows)
        first = counted(run("pynamodb", part, kind), rows=rows)
        second = counted(run("boto3", part, kind), rows=rows)
        bar(f".xlsx of {kind}, faster than PynamoDB and openpyxl", first["cpu"] / made["cpu"], 8, least=True)
        print(f"         {'and than boto3 and openpyxl':40} {second['cpu'] / made['cpu']:.2f}")
        old = counted(run("export", part, kind, "xls"), rows=rows)
        bar(
            f".xls of {kind}, times reading and xlwt",
            old["cpu"] / counted(run("xlwt", part, kind), rows=rows)["cpu"],
            1.3,
        )
    if failed:
        sys.exit(f"{len(failed)} missed: {'; '.join(failed)}")


def flat(count: int) -> None:
    """Peak memory over four times as many orders."""
    pages.prepare(ways.WARM)
    for orders in (count, 4 * count):
        folder = pages.prepare(orders)
        print(f"{orders:,} orders")
        for format_ in ("xls", "xlsx"):
            counted(run("export", folder, "orders", format_), orders=orders)


if __name__ == "__main__":
    if sys.argv[1:2] == ["flat"]:
        flat(int(sys.argv[2]) if len(sys.argv) > 2 else 100_000)
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
