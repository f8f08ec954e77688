"""Load the Online Retail file into one store, and report every row that is not simply a line of an order."""

from __future__ import annotations

import csv
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from local.load import check as exact
from local.load import loader, run
from local.load.client import Api
from local.load.retail import check, credits, script, source
from local.load.retail.credits import Refund
from local.load.retail.source import Invoice, Reading, Remark
from local.members import Accounts

REPORT = "online-retail.csv"


@dataclass(frozen=True, slots=True)
class Plan:
    """The orders, refunds and remarks of a file, before anything is sent."""

    path: Path
    limited: bool
    reading: Reading
    refunds: Mapping[str, Sequence[Refund]]
    remarks: tuple[Remark, ...]

    @property
    def chains(self) -> list[list[Invoice]]:
        """The orders of each buyer in order of time; the longest list comes first."""
        of_buyer: dict[str, list[Invoice]] = defaultdict(list)
        for order in sorted(self.reading.orders, key=lambda each: (each.at, each.number)):
            of_buyer[order.buyer].append(order)
        return sorted(of_buyer.values(), key=len, reverse=True)


@dataclass(slots=True)
class Report:
    loaded: int = 0
    changed: int = 0
    changes: int = 0
    refused: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0
    requests: int = 0

    @property
    def ok(self) -> bool:
        return not self.refused and not self.wrong


def plan(path: Path, limit: int | None = None) -> Plan:
    reading = source.read(path, limit)
    refunds, left = credits.settle(reading.orders, reading.credits)
    remarks = sorted((*reading.remarks, *left), key=lambda each: each.row)
    return Plan(path, limit is not None, reading, refunds, tuple(remarks))


def load(api: Api, accounts: Accounts, planned: Plan, threads: int, verify: bool) -> Report:
    """Load the orders and check them."""
    report, tokens = Report(), run.tokens_of(accounts, script.STORE)
    loader.prepare_store(api, script.SETTINGS, tokens)
    began, before = time.monotonic(), api.requests

    def load_one(order: Invoice) -> loader.Result:
        own = planned.refunds.get(order.number, ())
        return loader.load_order(api, order.number, lambda: script.replay(order, own), tokens.platform)

    results = loader.in_parallel(planned.chains, threads, load_one)
    for result in tqdm(results, total=len(planned.reading.orders), unit="order", disable=None):
        report.loaded += not result.refused
        report.changed += result.changes > 0
        report.changes += result.changes
        report.refused += [f"{result.order_id}: {why}" for why in result.refused]
    report.seconds, report.requests = time.monotonic() - began, api.requests - before
    if verify:
        report.wrong += verified(api, tokens.owner, planned)
    return report


def verified(api: Api, token: str, planned: Plan) -> list[str]:
    """What differs between the store and the file."""
    reading = planned.reading
    listed = list(api.pages("/v1/orders", token))
    stored = check.by_country(listed)
    read = frozenset(each.number for each in (*reading.orders, *reading.credits))
    expected = check.independent(planned.path, read if planned.limited else None)
    left = check.left_over(planned.remarks, {note.number: note.country for note in reading.credits})
    return [
        *exact.counters(api, token),
        *check.orders(reading.orders, planned.refunds, listed),
        *check.differences(expected, stored, left),
        *check.funds(api, token, stored),
        *check.report(check.reported(api, token, listed), stored),
    ]


def write(remarks: Sequence[Remark], path: Path) -> None:
    """Write one row, with the reason, for each row of the file that is not simply a line of an order."""
    path.touch(mode=0o600)  # the data folder is the user's alone
    path.chmod(0o600)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("row", "invoice", "amount", "reason", "detail"))
        for each in remarks:
            invoice = each.invoice if each.invoice.isascii() and each.invoice.isalnum() else ""
            amount = "" if each.amount is None else f"{'-' if each.amount < 0 else ''}{_pounds(abs(each.amount))}"
            writer.writerow((each.row, invoice, amount, each.why, each.detail))


def say(planned: Plan, report: Report, path: Path, verify: bool) -> None:
    reading, seconds = planned.reading, max(report.seconds, 0.001)
    refunds = [refund for own in planned.refunds.values() for refund in own]
    count, amount = Counter[str](), Counter[str]()
    for each in planned.remarks:
        count[each.why] += 1
        amount[each.why] += each.amount or 0
    print(
        f"\n{reading.rows} rows: {len(reading.orders)} orders of "
        f"{_pounds(sum(order.total for order in reading.orders))} GBP; {len(reading.credits)} credit notes, "
        f"{len(refunds)} refunds of {_pounds(sum(refund.amount for refund in refunds))} GBP"
    )
    for why, rows in count.most_common():
        print(f"  {rows:>6} rows  {amount[why] / 100:>14,.2f}  {why}")
    print(
        f"{report.loaded} of {len(reading.orders)} orders are in; {report.changed} of them changed now, by "
        f"{report.changes} changes; {len(report.refused)} refusals\n{seconds:.1f} s, "
        f"{len(reading.orders) / seconds:.1f} orders/s, {report.requests} requests, "
        f"{report.requests / seconds:.1f} requests/s\neach row with its reason: {path}"
    )
    run.say(report.refused, report.wrong)
    if not verify:
        print("not checked (--no-verify)")
    elif not report.wrong:
        print("checked: orders, received and credited per country are those of the file, and of the sales report;")
        print("counters and funds are exact")


def _pounds(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"
