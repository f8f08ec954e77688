"""Check the loaded store: compare the API's answers with the orders of the file, and with sums that are taken from the
file without the rules of source.py and credits.py."""

from __future__ import annotations

import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from local.load.client import Api
from local.load.retail import script
from local.load.retail.credits import Refund
from local.load.retail.rules import COUNTRIES, LEFT_OVER
from local.load.retail.source import Invoice, Remark
from local.load.steps import iso_time

Sums = Mapping[str, Counter[str]]
MOST_DAYS = timedelta(days=366)
"""The longest period of one sales report."""


def independent(path: Path, invoices: frozenset[str] | None = None) -> Sums:
    """By the country's name: number of orders, amounts received and credited. `invoices`: count only these."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    orders: dict[str, str] = {}
    with (
        gzip.open(path, "rt", encoding="utf-8-sig") if path.suffix == ".gz" else path.open(encoding="utf-8-sig") as file
    ):
        for row in csv.DictReader(file):
            number, country = row["InvoiceNo"], row["Country"]
            pence = int(row["Quantity"]) * int(Decimal(row["UnitPrice"]) * 100)
            if invoices is not None and number not in invoices:
                continue
            if number.startswith("C"):
                sums[country]["credited"] -= pence
            elif number.isdigit() and row["StockCode"] != "AMAZONFEE" and (pence or row["CustomerID"]):
                sums[country]["received"] += pence
                orders[number] = country
    for country in orders.values():
        sums[country]["orders"] += 1
    return sums


def by_country(listed: Sequence[Mapping[str, Any]]) -> Sums:
    """The same from the store's orders, by the country's code: number of orders, amounts received and refunded."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for order in listed:
        sums[order["buyer"]["country"]].update(
            orders=1, received=_pence(order["amounts"].get("received")), refunded=_pence(order["amounts"]["refunded"])
        )
    return sums


def left_over(left: Sequence[Remark], countries: Mapping[str, str]) -> Counter[str]:
    """Pennies by the country's code. `countries` are codes by the number of the credit note."""
    sums: Counter[str] = Counter()
    for remark in left:
        if remark.why in LEFT_OVER:
            sums[countries[remark.invoice]] -= remark.amount or 0
    return sums


def differences(expected: Sums, stored: Sums, left: Mapping[str, int]) -> Iterator[str]:
    """Compare for each country the orders, the amount received, and credited = refunded + left over."""
    for name, sums in sorted(expected.items()):
        code = COUNTRIES.get(name, name)
        store = stored.get(code, Counter())
        actual = {**store, "credited": store["refunded"] + left.get(code, 0)}
        for what in ("orders", "received", "credited"):
            if sums[what] != actual.get(what, 0):
                yield f"{name}: {what} of the file {sums[what]}, of the store {actual.get(what, 0)}"
    countries = {COUNTRIES.get(name) for name in expected}
    yield from (f"{code}: no country of the file" for code in stored.keys() - countries)


def orders(
    invoices: Sequence[Invoice], refunds: Mapping[str, Sequence[Refund]], listed: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    """Compare every order of the file with the list; yields what is missing or differs."""
    stored = {order["order_id"]: order for order in listed}
    for order in invoices:
        view = stored.get(order.number)
        if view is None:
            yield f"{order.number}: lost"
            continue
        own = refunds.get(order.number, ())
        pairs = {
            "placed": (iso_time(order.at), view["placed_at"]),
            "total": (script.money(order.total), view["amounts"]["total"]),
            "refunded": (script.money(sum(each.amount for each in own)), view["amounts"]["refunded"]),
            "lines": (len(order.lines), view["line_count"]),
            "buyer": (order.buyer, view["buyer"]["id"]),
            "state": (script.goal(order, own), (view["status"], view["fund_state"])),
        }
        for name, (expected, actual) in pairs.items():
            if expected != actual:
                yield f"{order.number}: {name}: {expected} became {actual}"


def funds(api: Api, token: str, stored: Sums) -> Iterator[str]:
    """Compare the store's totals with the sums of its orders; no money may still be held or be unexplained."""
    totals = {each["currency"]: each for each in api.get("/v1/funds", token)["data"]}.get(script.CURRENCY)
    if totals is None:
        return
    for flow, what in (("paid", "received"), ("refund", "refunded")):
        total, listed = _pence(totals["moved"][flow]["amount"]), sum(sums[what] for sums in stored.values())
        if total != listed:
            yield f"funds: {flow} is {total}, its orders say {listed}"
    yield from (
        f"funds: {name} is {_pence(held['amount'])}" for name, held in totals["held"].items() if _pence(held["amount"])
    )


def reported(api: Api, token: str, listed: Sequence[Mapping[str, Any]]) -> Sums:
    """The sales report over all the days of these orders, by the country's code: orders, received, refunded."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    days = sorted(datetime.fromisoformat(order["placed_at"]).date() for order in listed)
    first = days[0] - timedelta(days=1) if days else None
    while first is not None and first <= days[-1]:
        until = min(first + MOST_DAYS, days[-1] + timedelta(days=2))
        query = {"by": "country", "group_by": "month", "currency": script.CURRENCY, "from": first, "to": until}
        for row in api.pages("/v1/reports/sales", token, **query):
            sums[row["country"]].update(
                orders=row["orders"], received=_pence(row["received"]), refunded=_pence(row["refunded"])
            )
        first = until
    return sums


def report(sales: Sums, stored: Sums) -> Iterator[str]:
    """Compare the sales report with the sums of the orders, for each country."""
    for code in sorted(sales.keys() | stored.keys()):
        for what in ("orders", "received", "refunded"):
            reported, listed = (sums.get(code, Counter())[what] for sums in (sales, stored))
            if reported != listed:
                yield f"sales by country: {code}: {what} is {reported}, its orders say {listed}"


def _pence(money: Mapping[str, str] | None) -> int:
    return int(money["amount"].replace(".", "")) if money else 0
