"""Is everything there, and right? The API's own answers against the orders of the file, and against sums that a few
lines take from the file without any of the rules of source.py and credits.py."""

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
from local.load.steps import spelled

Sums = Mapping[str, Counter[str]]
MOST_DAYS = timedelta(days=366)
"""What one sales report takes."""


def independent(path: Path, invoices: frozenset[str] | None = None) -> Sums:
    """Per country's name: orders, what was received for them, what was credited. `invoices`: only these."""
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
    """What the store says of the same, per code: orders, received, refunded."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for order in listed:
        sums[order["buyer"]["country"]].update(
            orders=1, received=_pence(order["amounts"].get("received")), refunded=_pence(order["amounts"]["refunded"])
        )
    return sums


def left_over(left: Sequence[Remark], countries: Mapping[str, str]) -> Counter[str]:
    """Pennies per country's code; `countries` by the number of the credit note."""
    sums: Counter[str] = Counter()
    for remark in left:
        if remark.why in LEFT_OVER:
            sums[countries[remark.invoice]] -= remark.amount or 0
    return sums


def differences(wanted: Sums, there: Sums, left: Mapping[str, int]) -> Iterator[str]:
    """Country by country: as many orders, as much received, and credited = refunded + left over."""
    for name, sums in sorted(wanted.items()):
        code = COUNTRIES.get(name, name)
        shown = there.get(code, Counter())
        found = {**shown, "credited": shown["refunded"] + left.get(code, 0)}
        for what in ("orders", "received", "credited"):
            if sums[what] != found.get(what, 0):
                yield f"{name}: {what} of the file {sums[what]}, of the store {found.get(what, 0)}"
    yield from (f"{code}: no country of the file" for code in there.keys() - {COUNTRIES.get(name) for name in wanted})


def orders(
    wanted: Sequence[Invoice], refunds: Mapping[str, Sequence[Refund]], listed: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    """Every order of the file against the list; yields what is lost or differs."""
    there = {order["order_id"]: order for order in listed}
    for order in wanted:
        shown = there.get(order.number)
        if shown is None:
            yield f"{order.number}: lost"
            continue
        own = refunds.get(order.number, ())
        told = {
            "placed": (spelled(order.at), shown["placed_at"]),
            "total": (script.money(order.total), shown["amounts"]["total"]),
            "refunded": (script.money(sum(each.amount for each in own)), shown["amounts"]["refunded"]),
            "lines": (len(order.lines), shown["line_count"]),
            "buyer": (order.buyer, shown["buyer"]["id"]),
            "state": (script.goal(order, own), (shown["status"], shown["fund_state"])),
        }
        yield from (f"{order.number}: {name}: {was} became {now}" for name, (was, now) in told.items() if was != now)


def funds(api: Api, token: str, there: Sums) -> Iterator[str]:
    """The store's own totals against the sums of its list; nothing may be unexplained or still be held."""
    told = {each["currency"]: each for each in api.get("/v1/funds", token)["data"]}.get(script.CURRENCY)
    if told is None:
        return
    for flow, what in (("paid", "received"), ("refund", "refunded")):
        total, listed = _pence(told["moved"][flow]["amount"]), sum(sums[what] for sums in there.values())
        if total != listed:
            yield f"funds: {flow} is {total}, its orders say {listed}"
    yield from (
        f"funds: {name} is {_pence(held['amount'])}" for name, held in told["held"].items() if _pence(held["amount"])
    )


def reported(api: Api, token: str, listed: Sequence[Mapping[str, Any]]) -> Sums:
    """What the sales report says, per code: orders, received, refunded; over all the days of these orders."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    days = sorted(datetime.fromisoformat(order["placed_at"]).date() for order in listed)
    first = days[0] - timedelta(days=1) if days else None
    while first is not None and first <= days[-1]:
        until = min(first + MOST_DAYS, days[-1] + timedelta(days=2))
        asked = {"by": "country", "group_by": "month", "currency": script.CURRENCY, "from": first, "to": until}
        for row in api.pages("/v1/reports/sales", token, **asked):
            sums[row["country"]].update(
                orders=row["orders"], received=_pence(row["received"]), refunded=_pence(row["refunded"])
            )
        first = until
    return sums


def report(told: Sums, there: Sums) -> Iterator[str]:
    """The sales report against the sums of the list, country by country."""
    for code in sorted(told.keys() | there.keys()):
        for what in ("orders", "received", "refunded"):
            said, listed = (sums.get(code, Counter())[what] for sums in (told, there))
            if said != listed:
                yield f"sales by country: {code}: {what} is {said}, its orders say {listed}"


def _pence(money: Mapping[str, str] | None) -> int:
    return int(money["amount"].replace(".", "")) if money else 0
