"""Files of customers: each is there once whatever happens meanwhile, and nobody of another store ever is."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.exports import worker
from functions.exports.formats import csv
from functions.orders.request.segments import segment_of
from shared.operations import exports
from shared.settings import settings
from shared.store.customers import all_customers, customers
from tests import proof
from tests.baton import KILLED_AFTER, KILLED_BEFORE, LOST, Killed
from tests.exports.changing_orders.meanwhile import Meanwhile
from tests.exports.files import about
from tests.exports.office import Office
from tests.exports.test_kill_points import Calls, Desk, chosen, counted, everything, objects
from tests.harness import BUCKET, Api, Shop, ago, line, usd

SEEDS = proof.size(3, 20)
FORMATS = ("xls", "xlsx", "csv")
COLUMNS = ["buyer_id", "orders", "paid_orders", "note", "currency", "spend"]
IDS = ("buyer-1", "..", "a/b", "a", "a\x01", "a b+c", "买家", "😀", "~7E", "a#b?c&d", "é" * 128, "$", "￿", "𐀀")
KNOWN = [f"b{number}" for number in range(8)]
YEN = {"amount": "500", "currency": "JPY"}


def buy(shop: Shop, buyer: str, currency: str = "USD", *, paid: bool = True, **more: Any) -> str:
    amount = YEN if currency == "JPY" else usd("5.00")
    lines = [line("1", 1) | {"unit_price": amount}]
    body = {"currency": currency, "lines": lines, "shipping_fee": amount | {"amount": "0"}} if currency == "JPY" else {}
    order_id = shop.platform.place(buyer={"id": buyer, "country": "US", "name": "Alex"}, **body | more)["order_id"]
    if paid:
        assert shop.platform.act(order_id, "pay").status == 200
    return str(order_id)


def test_the_exports_way_of_reading_makes_what_a_record_is(on_dynoxide: Api) -> None:
    """All ids that a buyer may have, from the start and from behind each of them."""
    shop = on_dynoxide.shop()
    for number, buyer in enumerate(IDS):
        buy(shop, buyer, "JPY" if number % 2 else "USD", paid=number % 3 > 0)
        if number % 2:
            buy(shop, buyer)
            body = {"tags": [buyer[:50]], "note": f"= {buyer}", "blocked": number % 3 == 0, "reminder_opt_out": True}
            assert shop.staff.patch(f"/v1/customers/{segment_of(buyer)}", body).status == 200
    in_order = sorted(IDS, key=lambda each: each.encode())
    everybody = list(all_customers.after(shop.name))
    assert [each.buyer_id for each in everybody] == in_order
    assert everybody == [customers.load(shop.name, buyer) for buyer in in_order]
    assert all_customers.count(shop.name) == len(IDS)
    for place, buyer in enumerate(in_order, 1):
        assert list(all_customers.after(shop.name, buyer)) == everybody[place:], buyer


def test_every_customer_is_there_once_as_at_one_moment(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders, notes and new buyers while the file is read: those who were there before and after are in it, once, with
    figures that they have had together."""
    happened, late = 0, 0
    monkeypatch.setattr(csv, "MAX_ROWS", 4)
    meanwhile = Meanwhile(monkeypatch, size=2)
    for seed in range(SEEDS):
        chosen, shop = random.Random(seed), office.api.shop()
        had: dict[str, set[tuple[str, ...]]] = {}

        def remember(shop: Shop = shop, had: dict[str, set[tuple[str, ...]]] = had) -> None:
            for each in shop.viewer.every("/v1/customers"):
                result = str(each["orders"]), str(each["paid_orders"]), each["note"] or ""
                spent = [(money["currency"], money["amount"]) for money in each["spend"]] or [("", "")]
                had.setdefault(each["buyer_id"], set()).add((*result, str(sorted(spent))))

        def change(shop: Shop = shop, chosen: random.Random = chosen, remember: Any = remember) -> None:
            buyer = chosen.choice([*KNOWN, f"a{chosen.randrange(99)}", f"c{chosen.randrange(99)}"])
            if buyer in KNOWN and chosen.random() < 0.4:
                assert shop.staff.patch(f"/v1/customers/{buyer}", {"note": f"n{chosen.random()}"}).status == 200
            else:
                buy(shop, buyer, chosen.choice(("USD", "JPY")))
            remember()

        for buyer in KNOWN:
            buy(shop, buyer)
        remember()
        planned = [change] * 8
        meanwhile.happenings, meanwhile.at = list(planned), lambda _, chosen=chosen: chosen.random() < 0.7  # type: ignore[misc]
        export = office.make(shop.staff, kind="customers", format="csv", columns=COLUMNS)
        happened += len(planned) - len(meanwhile.happenings)
        meanwhile.happenings = []
        found: dict[str, list[list[str]]] = {}
        for row in office.rows(shop.staff, export):
            found.setdefault(row[0], []).append(row)
        assert set(KNOWN) <= set(found) <= set(had), seed
        for buyer, rows in found.items():
            assert all(row[1:3] == ["", ""] for row in rows[1:]), "a sum over all rows counts each customer once"
            assert len({row[3] for row in rows}) == 1, (seed, rows)
            spent = str(sorted((row[4], row[5]) for row in rows))
            assert (*rows[0][1:4], spent) in had[buyer], (seed, buyer, rows, had[buyer])
        assert export["coverage"]["orders"] == len(found)
        late += len(set(found) - set(KNOWN))
    proof.counted("changes while an export of customers ran", happened, SEEDS * 3)
    proof.counted("customers who came while an export ran", late, SEEDS // 2)


@pytest.mark.parametrize("fault", [KILLED_BEFORE, KILLED_AFTER, LOST])
def test_one_that_is_cut_anywhere_ends_the_same(office: Office, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    shop = office.api.shop()
    for number in range(5):
        buy(shop, f"b{number}")
    monkeypatch.setattr(csv, "MAX_ROWS", 2)
    monkeypatch.setenv("WORKER_CONCURRENCY", "1000")  # killed workers leave their leases for a while
    settings.cache_clear()

    def begin() -> Desk:
        return Desk(office, shop, office.ask(shop.staff, kind="customers", format="csv")["id"])

    desk = begin()
    with counted(Calls()) as calls:
        desk.run()
    cells, keys, operations = everything(office, shop, desk.end()), set(office.keys()), list(calls.made)
    assert [len(each) for each in cells] == [3, 3, 2]
    cut: Counter[str] = Counter()
    for at, operation in chosen(operations, fault):
        desk = begin()
        assert desk.live(at, fault) == operation
        export = desk.end()
        assert (export["state"], export["coverage"]["orders"], export["totals"]) == ("succeeded", 5, [usd("142.50")]), (
            at
        )
        assert everything(office, shop, export) == cells, (at, operation)
        assert set(office.keys()) - keys == objects(shop, desk.export_id), (at, operation)
        for key in objects(shop, desk.export_id):
            office.s3.delete_object(Bucket=BUCKET, Key=key)
        cut[operation] += 1
    proof.counted(f"exports of customers cut at their calls: {fault}", cut.total(), proof.size(5, 20))
    assert {"GetItem", "PutItem", "Query", "PutObject", "SendMessage"} <= set(cut)


def test_an_order_that_moves_in_time_begins_no_file_of_customers_anew(office: Office) -> None:
    shop = office.api.shop()
    from shared.store.orders import orders
    from tests.harness import new_order, snapshot

    body = new_order(placed_at=ago(hours=30))
    assert shop.platform.post("/v1/orders", body).status == 201
    request = office.ask(shop.staff, kind="customers")
    moved = snapshot({**body, "placed_at": ago(hours=50)}, "PLACE_ORDER_SUCCESS")
    assert shop.platform.act(body["order_id"], "sync", moved).status == 200
    assert orders.moved_since(shop.name, datetime.now(UTC) - timedelta(minutes=1))
    office.work()
    assert office.read(shop.staff, request["id"])["state"] == "succeeded"


def test_a_store_sees_its_own_customers_and_no_others(office: Office) -> None:
    shops = [office.api.shop() for _ in range(2)]
    for number, shop in enumerate(shops):
        buy(shop, "both")
        buy(shop, f"only-{number}")
        assert shop.staff.patch("/v1/customers/both", {"note": f"note of {number}"}).status == 200
    for number, shop in enumerate(shops):
        for form in FORMATS:
            made = office.make(shop.staff, kind="customers", format=form, columns=["buyer_id", "note"])
            assert office.rows(shop.staff, made) == [["both", f"note of {number}"], [f"only-{number}", ""]]
            assert shops[1 - number].owner.get(f"/v1/exports/{made['id']}").status == 404
    for client in (shops[0].viewer, shops[0].platform):
        assert client.post("/v1/exports", {"kind": "customers"}).code == "forbidden"


def test_a_customers_rows_are_never_parted_and_nobody_is_an_empty_file(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv, "MAX_ROWS", 3)
    shop = office.api.shop()
    nobody = office.make(shop.owner, kind="customers", format="csv")
    assert office.rows(shop.owner, nobody) == [] and nobody["coverage"]["orders"] == 0
    for buyer in ("a", "b", "c"):
        buy(shop, buyer, "USD")
        buy(shop, buyer, "JPY")
    made = office.make(shop.owner, kind="customers", format="csv", columns=["buyer_id", "currency", "spend"])
    assert [(file["orders"], file["rows"]) for file in made["files"]] == [(1, 2)] * 3
    wanted = [[buyer, *spent] for buyer in "abc" for spent in (["JPY", "500"], ["USD", "28.50"])]
    assert office.rows(shop.owner, made) == wanted
    assert made["totals"] == [{"amount": "1500", "currency": "JPY"}, usd("85.50")]
    assert made["coverage"]["from"] is None and made["coverage"]["to"] is None and made["coverage"]["complete"]


@pytest.mark.parametrize("form", FORMATS)
def test_what_the_request_says_of_it(office: Office, form: str) -> None:
    """Customers are counted, names masked where that was asked for, currencies warned of where no column says them."""
    shop = office.api.shop(name="灯塔 shop")
    buy(shop, "a")
    buy(shop, "b", "JPY")
    made = office.make(shop.owner, kind="customers", format=form, columns=["buyer_id", "name", "spend"], language="en")
    assert [each["code"] for each in made["warnings"]] == ["several_currencies"]
    assert made["files"][0]["name"] == f"灯塔 shop_customers_1.{form}"
    assert [row[1] for row in office.rows(shop.owner, made)] == ["Alex", "Alex"]
    masked = office.make(shop.owner, kind="customers", format=form, recipient="masked", language="en")
    assert masked["warnings"] == [] and [row[1] for row in office.rows(shop.owner, masked)] == ["A***", "A***"]
    if form != "csv":
        summary = about(office.fetch(shop.owner, masked), masked)
        wanted = {"Kind": "Customers", "Names": "masked", "Customers in this file": 2, "First customer": "a"}
        wanted |= {"Last customer": "b", "Spent (JPY)": 500, "Spent (USD)": 28.5}
        assert {name: summary.get(name) for name in wanted} == wanted
        assert not {"Statuses", "Placed from", "Orders in this file"} & set(summary)


def test_the_regular_export_may_be_of_customers(office: Office) -> None:
    shop = office.api.shop()
    buy(shop, "a", paid=False, placed_at=ago(days=300))
    schedule = {"enabled": True, "cadence": "weekly", "kind": "customers", "format": "xlsx"}
    assert shop.owner.request("PUT", "/v1/export-schedule", schedule).status == 200
    due = datetime.fromisoformat(shop.owner.get("/v1/export-schedule").json["next_at"])
    office.messages()
    assert exports.start_regular(due + timedelta(seconds=1), lambda: False) == 1
    with suppress(Killed):
        for body in office.messages():
            worker.write_next(body["store_id"], body["export_id"], body["n"], lambda: due)
    (made,) = shop.owner.every("/v1/exports")
    assert (made["kind"], made["state"], made["scheduled"]) == ("customers", "succeeded", True)
    assert [row[0] for row in office.rows(shop.owner, made)] == ["a"], "however long ago the order was placed"
