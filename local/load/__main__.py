"""`make load`: load real orders through the API of the running server, from the Olist files (the largest sellers) or
the Online Retail file, whichever is in the folder.

PORT and DATA_DIR are those of `make run`. docs/loading.md says how the files become orders.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tqdm import tqdm

from local.load import check, loader, source
from local.load.client import Api, Refused, TryAgain
from local.load.retail import command
from local.load.retail import source as retail_source
from local.load.run import CannotLoad, connect, say, tokens_of
from local.load.source import Order, Shop
from local.members import Accounts


@dataclass(slots=True)
class Report:
    """The number of loaded orders by store, and all errors."""

    orders: Counter[str] = field(default_factory=Counter)
    loaded: Counter[str] = field(default_factory=Counter)
    changed: int = 0
    changes: int = 0
    refused: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0
    requests: int = 0

    @property
    def ok(self) -> bool:
        return not self.refused and not self.wrong


def load(api: Api, accounts: Accounts, shops: Sequence[Shop], threads: int, verify: bool) -> Report:
    """Load the shops and check them."""
    report, now = Report(), datetime.now(UTC)
    tokens = {shop.seller_id: tokens_of(accounts, shop.seller_id) for shop in shops}
    for shop in shops:
        loader.open_store(api, shop, tokens[shop.seller_id])
        report.orders[shop.seller_id] = len(shop.orders) + len(shop.unreadable)
        report.refused += [f"{shop.seller_id} {order}: {why}" for order, why in shop.unreadable.items()]
    work = [[(shop.seller_id, order)] for shop in shops for order in shop.orders]
    began, before = time.monotonic(), api.requests

    def load_order(each: tuple[str, Order]) -> tuple[str, loader.Result]:
        return each[0], loader.load(api, each[1], tokens[each[0]].platform, now)

    results = loader.in_parallel(work, threads, load_order)
    for seller_id, result in tqdm(results, total=len(work), unit="order", disable=None):
        report.loaded[seller_id] += not result.refused
        report.changed += result.changes > 0
        report.changes += result.changes
        report.refused += [f"{seller_id} {result.order_id}: {why}" for why in result.refused]
    report.seconds, report.requests = time.monotonic() - began, api.requests - before
    if verify:
        for shop in tqdm(shops, desc="checking", unit="store", disable=None):
            owner = tokens[shop.seller_id].owner
            differences = [*check.counters(api, owner), *check.orders(api, owner, shop, now)]
            report.wrong += [f"{shop.seller_id} {what}" for what in differences]
    return report


def _say(report: Report, shops: Sequence[Shop], without_seller: int, verify: bool) -> None:
    print()
    for shop in shops:
        print(f"  {shop.seller_id}  {report.loaded[shop.seller_id]:>6} of {report.orders[shop.seller_id]}  {shop.name}")
    total, seconds = sum(report.orders.values()), max(report.seconds, 0.001)
    print(
        f"{sum(report.loaded.values())} of {total} orders are in; {report.changed} of them changed now, "
        f"by {report.changes} changes; {len(report.refused)} refusals\n"
        f"{seconds:.1f} s, {total / seconds:.1f} orders/s, {report.requests} requests, "
        f"{report.requests / seconds:.1f} requests/s"
    )
    if without_seller:
        print(f"{without_seller} orders of the files have no items, so no seller: they are in no store")
    say(report.refused, report.wrong)
    if not verify:
        print("not checked (--no-verify)")
    elif not report.wrong:
        print("checked: no order is lost; times, amounts, lines and states are those of the files; counters are exact")


def _arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make load", description="Bring real orders in through the API.")
    parser.add_argument(
        "--data", type=Path, required=True, help="a folder with the Olist CSV files, or the Online Retail one"
    )
    parser.add_argument("--stores", type=int, default=5, help="how many of the largest sellers (5)")
    parser.add_argument("--limit", type=int, help="only the first so many orders of each, by id")
    parser.add_argument("--threads", type=int, default=8, help="orders at a time (8)")
    parser.add_argument("--verify", action=argparse.BooleanOptionalAction, default=True, help="check it afterwards")
    arguments = parser.parse_args(given)
    if min(arguments.stores, arguments.threads, arguments.limit or 1) < 1:
        parser.error("--stores, --limit and --threads are at least 1")
    return arguments


def main(given: Sequence[str]) -> int:
    arguments = _arguments(given)
    url = f"http://127.0.0.1:{os.environ.get('PORT') or '3000'}"
    data_dir = Path(os.environ.get("DATA_DIR") or "data").resolve()
    try:
        retail = retail_source.find(arguments.data)
        return (_retail if retail else _olist)(arguments, retail or arguments.data, url, data_dir)
    except (source.SourceError, CannotLoad) as why:
        print(why, file=sys.stderr)
        return 2
    except (Refused, TryAgain) as why:
        print(f"The server stopped answering as it should: {why}. Run the same again: it goes on", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped; run the same again and it goes on", file=sys.stderr)
        return 130


def _olist(arguments: argparse.Namespace, folder: Path, url: str, data_dir: Path) -> int:
    shops = source.read(folder, arguments.stores, arguments.limit)
    api, issuer = connect(url, data_dir)
    report = load(api, issuer, shops, arguments.threads, arguments.verify)
    _say(report, shops, source.without_items(folder), arguments.verify)
    return 0 if report.ok else 1


def _retail(arguments: argparse.Namespace, file: Path, url: str, data_dir: Path) -> int:
    planned = command.plan(file, arguments.limit)
    api, issuer = connect(url, data_dir)
    command.write(planned.remarks, data_dir / command.REPORT)
    report = command.load(api, issuer, planned, arguments.threads, arguments.verify)
    command.say(planned, report, data_dir / command.REPORT, arguments.verify)
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
