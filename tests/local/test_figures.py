"""Funds and sales of real orders against sums of the files themselves, made by a few lines that share nothing with the
loader or the reports."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from local.load import __main__ as command
from local.load import source
from local.load.client import Api
from tests import proof
from tests.harness import Server

LARGEST, UNLUCKY, ORDERS, FLOOR = proof.size((1, 1, 12, 60), (4, 6, 45, 400))
ZONE = ZoneInfo("America/Sao_Paulo")
FUNDS = ("paid", "refund", "release")
BACK = ("canceled", "unavailable")
Sums = Counter[tuple[str, str, str]]
"""By seller, month and what."""


def test_funds_and_sales_are_the_sums_of_the_files(server: Server, shared_data: Path) -> None:
    folder = shared_data / "olist"
    if not folder.is_dir():
        pytest.skip(f"no Olist files at {folder}")
    shops = chosen(folder)
    api, accounts = command.connect(server.url, server.data_dir)
    report = command.load(api, accounts, shops, threads=4, verify=False)
    loaded = {shop.seller_id: [order.order_id for order in shop.orders] for shop in shops}
    assert (report.refused, report.loaded.total()) == ([], sum(map(len, loaded.values())))
    wanted = summed(folder, loaded)
    found: Sums = Counter()
    for shop in shops:
        viewer = accounts.token({shop.seller_id: "viewer"})
        for month, what, amount in monthly(api, viewer, {each[1] for each in wanted if each[0] == shop.seller_id}):
            found[shop.seller_id, month, what] += amount
    differ = {key: (found[key], wanted[key]) for key in found.keys() | wanted.keys() if found[key] != wanted[key]}
    kinds = Counter(what.partition(" ")[0] for _, _, what in wanted)
    orders, months = report.loaded.total(), len({each[:2] for each in wanted})
    print(f"\n{len(differ)} differ: {orders} orders of {len(shops)} sellers, {months} months; {dict(kinds)}")
    assert differ == {} and len(kinds) == 11
    proof.counted("sums of real orders by month, beside those by product", len(wanted) - kinds["product"], FLOOR)


def chosen(folder: Path) -> list[source.Shop]:
    """Some orders of the largest sellers, and of those of whose orders the most did not end well: these, too."""
    shops = source.read(folder, stores=5_000)
    unlucky = sorted(shops, key=lambda shop: -sum(order.status in BACK for order in shop.orders))
    return [
        replace(
            shop,
            orders=tuple(order for number, order in enumerate(shop.orders) if number < ORDERS or order.status in BACK),
        )
        for shop in {each.seller_id: each for each in (*unlucky[:UNLUCKY], *shops[:LARGEST])}.values()
    ]


def summed(folder: Path, loaded: Mapping[str, list[str]]) -> Sums:
    """The files' times are local, so that a month is the beginning of a time's text; amounts are counted in cents."""
    headers = {row["order_id"]: row for row in rows(folder / "olist_orders_dataset.csv")}
    items: dict[str, dict[str, list[dict[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows(folder / "olist_order_items_dataset.csv"):
        items[row["seller_id"]][row["order_id"]].append(row)
    sums: Sums = Counter()
    for seller, order_ids in loaded.items():
        for order_id in order_ids:
            order, lines = headers[order_id], items[seller][order_id]
            status, approved, carried = (
                order[name] for name in ("order_status", "order_approved_at", "order_delivered_carrier_date")
            )
            placed, arrived = order["order_purchase_timestamp"], order["order_delivered_customer_date"]
            total = sum(cents(line["price"]) + cents(line["freight_value"]) for line in lines)
            last = max(placed, approved, carried, arrived)
            paid = {"created": False, "canceled": bool(approved or carried), "unavailable": bool(approved)}.get(
                status, True
            )
            back = total if paid and status in BACK else 0
            released = total if status == "delivered" and arrived else 0
            later = f"{datetime.fromisoformat(last) + timedelta(days=3)}"
            for at, what, amount in (
                (placed, "orders", 1),
                (placed, "pieces", len(lines)),
                (placed, "ordered", total),
                (placed, "paid", int(paid)),
                (placed, "received", total * paid),
                (placed, "refunded", back),
                (approved or last, "funds-paid", total * paid),
                (last, "funds-refund", back),
                (later, "funds-release", released),
                *((placed, f"product {line['product_id']} pieces", int(paid)) for line in lines),
                *((placed, f"product {line['product_id']} amount", cents(line["price"]) * paid) for line in lines),
                *((placed, f"country BR {name}", 1) for name in ("orders",)),
            ):
                if amount:
                    sums[seller, at[:7], what] += amount
    return sums


def monthly(api: Api, token: str, months: set[str]) -> Iterator[tuple[str, str, int]]:
    """What the API says: sales by month, by country and by product, and every movement of money."""
    for year in ("2016", "2017", "2018"):
        window = {"from": f"{year}-01-01", "to": f"{int(year) + 1}-01-01", "group_by": "month"}
        for row in api.pages("/v1/reports/sales", token, **window):
            yield from ((row["period"], name, row[name]) for name in ("orders", "pieces", "paid") if row[name])
            for name in ("ordered", "received", "refunded"):
                if amount := cents(row[name]["amount"]):
                    yield row["period"], name, amount
        for row in api.pages("/v1/reports/sales", token, by="country", **window):
            yield row["period"], f"country {row['country']} orders", row["orders"]
    for month in months:
        following = datetime.fromisoformat(f"{month}-28") + timedelta(days=4)
        window = {"from": f"{month}-01", "to": f"{following:%Y-%m}-01", "group_by": "month"}
        for row in api.pages("/v1/reports/sales", token, by="product", **window):
            yield month, f"product {row['product_id']} pieces", row["pieces"]
            yield month, f"product {row['product_id']} amount", cents(row["amount"]["amount"])
    moved: Counter[str] = Counter()
    for flow in FUNDS:
        for entry in api.pages("/v1/funds/entries", token, flow=flow, currency="BRL"):
            local = datetime.fromisoformat(entry["at"]).astimezone(ZONE)
            amount = cents(entry["amount"]["amount"].removeprefix("-"))
            moved[flow] += amount
            yield f"{local:%Y-%m}", f"funds-{flow}", amount
    totals: Any = api.get("/v1/funds", token)["data"]
    for flow in FUNDS:
        assert cents(totals[0]["moved"][flow]["amount"]["amount"].removeprefix("-")) == moved[flow]


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def cents(text: str) -> int:
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0")[:2] or "0")
