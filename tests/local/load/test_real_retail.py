"""The real Online Retail file: it adds up to the penny, and its first thousands of rows are brought in twice."""

from __future__ import annotations

import csv
import gzip
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path

import pytest

from local.load import run
from local.load.retail import check, command, rules, script, source
from local.load.retail.rules import Why
from tests import proof
from tests.harness import Server
from tests.local.load.test_retail import FIRST

ROWS = proof.size(1_000, 5_000)
FIFTH = 64_000
ALL_ROWS, FOUND = proof.size((FIFTH, (2_178, 458, 285)), (320_705, (12_494, 2_554, 2_525)))
"""How many there are of the file, and their orders, credit notes and refunds."""


@pytest.fixture(scope="module")
def real(shared_data: Path) -> Path:
    folder = shared_data / "uci_online_retail"
    path = source.find(folder) if folder.is_dir() else None
    if path is None:
        pytest.skip(f"no Online Retail file in {folder}")
    return path


@pytest.fixture(scope="module")
def much_of_it(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole file; in `make test` its first fifth."""
    return real if proof.FULL else first_rows(real, FIFTH, tmp_path_factory.mktemp("fifth"))


def first_rows(real: Path, count: int, folder: Path) -> Path:
    path = folder / real.name
    with gzip.open(real, "rt", encoding="utf-8", newline="") as file, gzip.open(path, "wt", encoding="utf-8") as copy:
        copy.writelines(islice(file, count + 1))
    return path


def by_hand(path: Path) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Orders, pennies sold and pennies credited per country's name, by nothing but the file itself."""
    orders, sold, credited = {}, Counter[str](), Counter[str]()
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for each in csv.DictReader(file):
            number, country, pence = each["InvoiceNo"], each["Country"], int(Decimal(each["UnitPrice"]) * 100)
            pence *= int(each["Quantity"])
            if number[0] == "C":
                credited[country] -= pence
            elif number[0] != "A" and each["StockCode"] != "AMAZONFEE" and (pence or each["CustomerID"]):
                orders[number] = country
                sold[country] += pence
    return Counter(orders.values()), sold, credited


def test_the_file_adds_up_to_the_penny(much_of_it: Path) -> None:
    plan = command.plan(much_of_it)
    orders, sold, credited = by_hand(much_of_it)
    codes = rules.COUNTRIES
    made, total, back = Counter[str](), Counter[str](), Counter[str]()
    for order in plan.reading.orders:
        made[order.country] += 1
        total[order.country] += order.total
        own = sum(refund.amount for refund in plan.refunds.get(order.number, ()))
        assert 0 <= own <= order.total
        back[order.country] += own
    back.update(check.left_over(plan.remarks, {note.number: note.country for note in plan.reading.credits}))
    assert {codes[name]: count for name, count in orders.items()} == made
    assert {codes[name]: pence for name, pence in sold.items()} == total
    assert {codes[name]: pence for name, pence in credited.items() if pence} == {
        code: n for code, n in back.items() if n
    }
    kept = sum(len(order.lines) for order in plan.reading.orders)
    counted = Counter(remark.why for remark in plan.remarks)
    out = sum(counted[why] for why in rules.LEFT_OUT)
    assert kept + counted[Why.CARRIAGE] + out + sum(len(note.lines) for note in plan.reading.credits) == ALL_ROWS
    refunds = [refund for own in plan.refunds.values() for refund in own]
    print(f"{kept} lines, {len(plan.reading.orders)} orders, {len(refunds)} refunds, {counted}")
    assert (len(plan.reading.orders), len(plan.reading.credits), len(refunds)) == FOUND
    assert counted[Why.UNREADABLE] == 0 and len(counted) >= 12


@pytest.fixture(scope="module")
def slice_of_it(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return first_rows(real, ROWS, tmp_path_factory.mktemp("retail"))


def _dirty(path: Path) -> Iterator[int]:
    """The rows of which something has to be said, by the words of the file alone."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for place, each in enumerate(csv.DictReader(file), start=FIRST):
            code, price = each["StockCode"], Decimal(each["UnitPrice"])
            odd = not re.match(r"\d{5}|DCGS|gift|PADS", code) or price == 0 or each["Country"] == "Unspecified"
            if each["InvoiceNo"].isdigit() and (odd or not each["CustomerID"]):
                yield place


def test_the_first_thousands_of_rows_twice(
    server: Server, slice_of_it: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    api, accounts = run.connect(server.url, server.data_dir)
    plan = command.plan(slice_of_it)
    first = command.load(api, accounts, plan, threads=4, verify=True)
    assert (first.refused, first.wrong, first.changed) == ([], [], len(plan.reading.orders))
    proof.counted("real invoices loaded twice", len(plan.reading.orders), ROWS // 25)
    proof.counted("real invoices with a refund", len(plan.refunds), max(1, ROWS // 2_500))
    orders, sold, credited = by_hand(slice_of_it)
    owner = accounts.token({script.STORE: "owner"})
    listed = {each["order_id"]: each for each in api.pages("/v1/orders", owner)}
    there = check.by_country(list(listed.values()))
    left = check.left_over(plan.remarks, {note.number: note.country for note in plan.reading.credits})
    for name in orders | credited:
        code = rules.COUNTRIES[name]
        store = there.get(code, Counter())
        assert (store["orders"], store["received"]) == (orders[name], sold[name]), name
        assert store["refunded"] + left[code] == credited[name], name
    assert check.reported(api, owner, list(listed.values())) == {code: +sums for code, sums in there.items()}
    assert set(_dirty(slice_of_it)) == {each.row for each in plan.remarks if not each.invoice.startswith("C")}
    again = command.load(api, accounts, plan, threads=4, verify=True)
    assert (again.refused, again.wrong, again.changes, again.requests) == ([], [], 0, len(plan.reading.orders))
    assert {each["order_id"]: each for each in api.pages("/v1/orders", owner)} == listed
    command.say(plan, again, slice_of_it, verify=True)
    assert "checked: " in capsys.readouterr().out
