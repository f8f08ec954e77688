"""`python -m bench.export [orders]`: exports from store pages to finished files, compared with peers and lower limits.

Every peer runs in its own process, one after the other, over the same pages. Only ratios count. The slow peers run over
a part of the orders and are compared with our export of the same part.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.export import pages, peers

PART = 20_000
failed: list[str] = []


def run(peer: str, folder: Path, *more: object) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.export.peers", peer, folder, *more]
    ended = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(ended.stderr)
    result: dict[str, Any] = json.loads(ended.stdout)
    name = " ".join(str(part) for part in (peer, *more))
    counts = ", ".join(f"{result[item]:,} {item}" for item in ("orders", "rows", "items", "files") if item in result)
    print(f"  {name:52}{result['cpu']:8.2f} s CPU {result['mb']:7.0f} MB  {counts}")
    return result


def check(what: str, value: float, limit: float, *, least: bool = False) -> None:
    holds = value >= limit if least else value <= limit
    print(f"  {'holds ' if holds else 'MISSED'} {what}: {value:.2f} ({'at least' if least else 'at most'} {limit:g})")
    if not holds:
        failed.append(what)


def counted(result: dict[str, Any], **expected: int) -> dict[str, Any]:
    for name, value in expected.items():
        if result[name] != value:
            sys.exit(f"{result[name]} {name} instead of {value}: the benchmark has measured something else")
    return result


def main(count: int) -> None:
    print(f"preparing the pages of {count:,} orders with 3 lines each")
    folder, part, _ = pages.prepare(count), pages.prepare(PART), pages.prepare(peers.WARM)
    print(f"{count:,} orders")
    loads = run("json", folder)
    counted(loads, items=3 * count)
    read = counted(run("reading", folder), orders=count)
    check("reading, times json.loads", read["cpu"] / loads["cpu"], 1.5)
    for kind, rows in (("orders", count), ("lines", 3 * count)):
        with tempfile.TemporaryDirectory() as scratch:
            made = counted(run("export", folder, kind, "xlsx", f"{scratch}/"), orders=count, rows=rows)
            sheet = Path(scratch) / "sheet.xml"
            peers.unpack(Path(scratch) / "1.xlsx", sheet)
            limit = loads["cpu"] + run("deflate", folder, sheet)["cpu"]
        check(f".xlsx of {kind}, times the limit", made["cpu"] / limit, 2.5)
        check(f".xlsx of {kind}, peak MB", made["mb"], 150)
        with tempfile.TemporaryDirectory() as scratch:
            old = counted(run("export", folder, kind, "xls", f"{scratch}/"), orders=count, rows=rows)
            limit = loads["cpu"] + sum(run("deflate", folder, path)["cpu"] for path in sorted(Path(scratch).iterdir()))
        check(f".xls of {kind}, times the limit", old["cpu"] / limit, 3)
        check(f".xls of {kind}, peak MB", old["mb"], 300)
        counted(run("export", folder, kind, "csv"), orders=count, rows=rows)
    print(f"{PART:,} orders, beside the peers")
    for kind, rows in (("orders", PART), ("lines", 3 * PART)):
        made = counted(run("export", part, kind, "xlsx"), rows=rows)
        first = counted(run("pynamodb", part, kind), rows=rows)
        second = counted(run("boto3", part, kind), rows=rows)
        check(f".xlsx of {kind}, faster than PynamoDB and openpyxl", first["cpu"] / made["cpu"], 8, least=True)
        print(f"         {'and than boto3 and openpyxl':40} {second['cpu'] / made['cpu']:.2f}")
        old = counted(run("export", part, kind, "xls"), rows=rows)
        check(
            f".xls of {kind}, times reading and xlwt",
            old["cpu"] / counted(run("xlwt", part, kind), rows=rows)["cpu"],
            1.3,
        )
    if failed:
        sys.exit(f"{len(failed)} missed: {'; '.join(failed)}")


def flat(count: int) -> None:
    """Compare the peak memory of `count` orders with that of four times as many."""
    pages.prepare(peers.WARM)
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
