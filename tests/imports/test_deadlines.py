"""Deadlines of orders from a file: no order is closed or refunded because it was imported."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.deadlines.sweep import sweep
from shared.domain.labels import LABELS
from shared.domain.order.model import Status
from tests import proof
from tests.exports.office import Office, open_office
from tests.harness import Client, Shop, ago, ahead, line, new_order, parcel, snapshot, usd
from tests.imports.importer import Importer, workbook

SELLER_CENTRE = ("订单号", "订单状态", "下单时间", "付款时间", "产品总金额", "物流费用", "订单金额", "产品信息",
    "收货国家", "实际发货物流:运单号", "发货时间")  # fmt: skip
PRODUCTS = "【1】 Mouse\n(产品属性: Color:Red)\n(产品数量:2 piece)"
OPEN = [status for status in Status if status is not Status.FINISH]


@pytest.fixture(scope="module")
def desk() -> Iterator[tuple[Office, Importer]]:
    with open_office() as office:
        yield office, Importer.beside(office)


def old_file(statuses: Sequence[str]) -> bytes:
    """A file of the seller centre of two years ago, with an order in each status."""
    paid = {"PLACE_ORDER_SUCCESS", "PAYMENT_PROCESSING", "IN_BOOK_SALE"}
    rows = []
    for number, status in enumerate(statuses):
        row = [f"81910000000012{number:02}", status, "2024-11-01 08:00", None if status in paid else "2024-11-02 08:00"]
        row += [20, 0, 20, PRODUCTS, "Spain", None, None]
        if status in ("SELLER_PART_SEND_GOODS", "WAIT_BUYER_ACCEPT_GOODS", "FUND_PROCESSING"):
            row[-2:] = [f"EMS:LX0000000{number:02}CN", "2024-11-05 08:00"]
        rows.append(row)
    return workbook([SELLER_CENTRE, *rows])


def statuses(client: Client) -> dict[str, tuple[str, str, list[str]]]:
    """What the clock may change of each order."""
    return {
        each["order_id"]: (each["status"], each["fund_state"], each["overlays"]) for each in client.every("/v1/orders")
    }


def let_lapse(days: int) -> None:
    sweep(datetime.now(UTC) + timedelta(days=days), lambda: False)


def step(client: Client, order_id: str, action: str, body: Any = None) -> None:
    answer = client.act(order_id, action, body)
    assert answer.status == 200, answer.content


@pytest.mark.parametrize("mode", ["enforce", "watch"])
def test_an_old_file_closes_no_order(desk: tuple[Office, Importer], mode: str) -> None:
    """Neither at once nor later, nor where the store enforces deadlines only after the import."""
    office, importer = desk
    shop, content = office.api.shop(deadline_policy={"mode": mode}), old_file(OPEN)
    job = importer.load(shop.staff, content, kind="orders")
    assert (job["state"], job["counts"]["created"]) == ("succeeded", len(OPEN)), importer.rows(shop.staff, job)
    warned = [each["code"] for each in job["warnings"]]
    assert ("deadlines_missing" in warned) is (mode == "enforce")
    before = statuses(shop.staff)
    assert sorted(status for status, _, _ in before.values()) == sorted(OPEN)
    if mode == "watch":
        assert shop.owner.patch("/v1/store", {"deadline_policy": {"mode": "enforce"}}).status == 200
    for days in (0, 1, 400):
        let_lapse(days)
        assert statuses(shop.staff) == before
    timers = [timer for each in shop.staff.every("/v1/orders") for timer in each["deadlines"]]
    assert {timer["on_lapse"] for timer in timers} == {None}
    proof.counted("deadlines that lapse and change nothing", len(timers), 6)
    assert shop.viewer.get("/v1/orders/counters").json["overdue"]["count"] >= 6, "they show"
    again = importer.load(shop.staff, content, kind="orders")
    assert again["counts"]["unchanged"] == len(OPEN)
    let_lapse(400)
    assert statuses(shop.staff) == before


def test_a_step_of_the_seller_starts_a_deadline_that_counts(desk: tuple[Office, Importer]) -> None:
    office, importer = desk
    shop = office.api.shop()
    importer.load(shop.staff, old_file(["WAIT_SELLER_SEND_GOODS"]), kind="orders")
    (order_id,) = statuses(shop.staff)
    step(shop.staff, order_id, "ship", {"parcels": [parcel("LX000000077CN")]})
    (timer,) = shop.staff.get(f"/v1/orders/{order_id}").json["deadlines"]
    assert (timer["kind"], timer["on_lapse"]) == ("receipt", "expire_receipt")
    let_lapse(61)
    assert statuses(shop.staff)[order_id][0] == "FUND_PROCESSING"


def test_an_extension_of_an_imported_deadline_counts_from_now(desk: tuple[Office, Importer]) -> None:
    """An extension that ended two years ago would close the order at once."""
    office, importer = desk
    shop = office.api.shop()
    importer.load(shop.staff, old_file(["WAIT_BUYER_ACCEPT_GOODS"]), kind="orders")
    (order_id,) = statuses(shop.staff)
    step(shop.staff, order_id, "extend_receipt", {"days": 5})
    let_lapse(4)
    assert statuses(shop.staff)[order_id][0] == "WAIT_BUYER_ACCEPT_GOODS"
    let_lapse(6)
    assert statuses(shop.staff)[order_id][0] == "FUND_PROCESSING"


def test_a_deadline_that_the_platform_confirms_counts(desk: tuple[Office, Importer]) -> None:
    office, importer = desk
    shop, body = office.api.shop(), new_order(placed_at=ago(days=3), lines=[line("1", 2)])
    assert shop.platform.post("/v1/orders", body).status == 201
    for action in ("pay", "pass_risk"):
        step(shop.platform, body["order_id"], action)
    other = office.api.shop()
    importer.load(other.staff, edited(office, shop, {"Deadlines": "", "Ship by": ""}), kind="orders")
    (computed,) = other.staff.get(f"/v1/orders/{body['order_id']}").json["deadlines"]
    assert (computed["kind"], computed["on_lapse"]) == ("shipment", None)
    named = body | {"deadlines": [{"kind": "shipment", "due_at": computed["due_at"]}]}
    step(
        other.platform, body["order_id"], "sync", snapshot(named, "WAIT_SELLER_SEND_GOODS", changed_at=ahead(seconds=1))
    )
    (confirmed,) = other.staff.get(f"/v1/orders/{body['order_id']}").json["deadlines"]
    assert (confirmed["due_at"], confirmed["on_lapse"]) == (computed["due_at"], "expire_shipment")


def edited(office: Office, shop: Shop, cells: dict[str, str]) -> bytes:
    """The export of the only order of the shop, with other cells, by the beginning of their headings."""
    made = office.make(shop.staff, kind="orders", layout="english", format="csv")
    headings, row = csv.reader(io.StringIO(office.fetch(shop.staff, made).decode("utf-8-sig")))
    for name, cell in cells.items():
        (place,) = (place for place, heading in enumerate(headings) if heading.split(" (")[0] == name)
        row[place] = cell
    return workbook([headings, row])


def test_a_file_keeps_no_deadline_for_a_dispute_to_come(desk: tuple[Office, Importer]) -> None:
    """A column of deadlines without the columns of the dispute. The next dispute would be accepted at once."""
    office, importer = desk
    shop, other = office.api.shop(), office.api.shop()
    order_id = shop.platform.place(placed_at=ago(days=9), lines=[line("1", 2)])["order_id"]
    for action in ("pay", "pass_risk"):
        step(shop.platform, order_id, action)
    step(shop.staff, order_id, "ship", {"parcels": [parcel("LX000000077CN")]})
    cell = f"{LABELS['timer']['dispute_answer'][0]}: 2026-11-01 10:00:00+00:00"
    importer.load(other.staff, edited(office, shop, {"Deadlines": cell}), kind="orders")
    claim = {"kind": "not_received", "claim": usd("1.00"), "solution": "refund", "text": "Lost.", "line_ids": ["1"]}
    step(other.platform, order_id, "open_dispute", claim)
    let_lapse(1)
    assert other.staff.get(f"/v1/orders/{order_id}").json["dispute"]["stage"] == "wait_seller"


def test_a_row_with_a_time_to_come_is_refused(desk: tuple[Office, Importer]) -> None:
    """A slip in the year. Every deadline of the order would have passed by then, and every later report be too late."""
    office, importer = desk
    shop = office.api.shop()
    order_id = shop.platform.place(placed_at=ago(days=2), lines=[line("1", 2)])["order_id"]
    for action in ("pay", "pass_risk"):
        step(shop.platform, order_id, action)
    before = shop.staff.get(f"/v1/orders/{order_id}").json
    for name in ("Placed at", "Paid at", "Received at"):
        content = edited(office, shop, {name: "2199-12-20 10:00"})
        for each in (shop, office.api.shop()):
            job = importer.load(each.staff, content, kind="orders")
            (row,) = importer.rows(each.staff, job)
            assert (row["state"], row["code"]) == ("failed", "in_the_future"), row
            assert row["column"].startswith(name)
    assert shop.staff.get(f"/v1/orders/{order_id}").json == before


def cancelled(shop: Shop) -> str:
    """An order whose cancellation waits for an answer, 48 hours from now."""
    order = shop.platform.place(placed_at=ago(days=9), lines=[line("1", 2)])
    for action, body in (("pay", None), ("pass_risk", None), ("request_cancellation", {"reason": "twice"})):
        step(shop.platform, order["order_id"], action, body)
    return str(order["order_id"])


@pytest.mark.parametrize("kind", ["orders", "lines"])
def test_a_deadline_of_our_own_file_counts_if_it_is_still_to_come(desk: tuple[Office, Importer], kind: str) -> None:
    office, importer = desk
    shop, other = office.api.shop(), office.api.shop()
    order_id = cancelled(shop)
    content = office.fetch(shop.staff, office.make(shop.staff, kind=kind, layout="chinese", format="xlsx"))
    importer.load(other.staff, content, kind="orders")
    here, there = (each.staff.get(f"/v1/orders/{order_id}").json for each in (shop, other))
    assert [timer["on_lapse"] for timer in there["deadlines"]] == [timer["on_lapse"] for timer in here["deadlines"]]
    (refund,), (same) = here["refunds"], there["refunds"]
    assert [(each["on_silence"], each["respond_by"][:19]) for each in same] == [
        (refund["on_silence"], refund["respond_by"][:19])
    ]
    let_lapse(1)
    assert statuses(other.staff)[order_id][0] == "IN_CANCEL"
    let_lapse(3)
    assert statuses(other.staff)[order_id][:2] == ("FUND_PROCESSING", "refunding")


def test_a_deadline_that_passed_before_the_import_only_shows(desk: tuple[Office, Importer]) -> None:
    """The platform has decided what happened then. The file is of before that."""
    office, importer = desk
    shop, other = office.api.shop(deadline_policy={"mode": "watch"}), office.api.shop()
    order = shop.platform.place(placed_at=ago(days=9), lines=[line("1", 2)])
    for action in ("pay", "pass_risk"):
        step(shop.platform, order["order_id"], action, {"at": ago(days=8)})
    late = {"at": ago(days=5), "reason": "twice"}
    step(shop.platform, order["order_id"], "request_cancellation", late)
    content = office.fetch(shop.staff, office.make(shop.staff, kind="orders", layout="english", format="csv"))
    importer.load(other.staff, content, kind="orders", file_name="orders.csv")
    before = statuses(other.staff)
    assert [status for status, _, _ in before.values()] == ["IN_CANCEL"]
    (refund,) = other.staff.get(f"/v1/orders/{order['order_id']}").json["refunds"]
    assert "on_silence" not in refund and refund["respond_by"] < ago(days=2)
    let_lapse(400)
    assert statuses(other.staff) == before
    answer = other.staff.act(order["order_id"], "accept_cancellation")
    assert answer.status == 200, answer.content


@pytest.mark.parametrize("kind", ["orders", "lines"])
def test_our_own_file_changes_nothing_where_it_comes_from(desk: tuple[Office, Importer], kind: str) -> None:
    office, importer = desk
    shop = office.api.shop()
    order_id = cancelled(shop)
    content = office.fetch(shop.staff, office.make(shop.staff, kind=kind, layout="english", format="xlsx"))
    before = shop.staff.get(f"/v1/orders/{order_id}").json
    job = importer.load(shop.staff, content, kind="orders")
    assert {state: count for state, count in job["counts"].items() if count} == {"unchanged": 1}
    assert shop.staff.get(f"/v1/orders/{order_id}").json == before
