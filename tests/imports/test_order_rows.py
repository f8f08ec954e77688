"""Rows of our own layout of lines: what is refused is said in both languages, and another request at the same time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.imports import worker
from shared.domain.order.transitions import Actor
from shared.operations import orders as operations
from shared.operations.imports import imports
from shared.store import stores
from shared.store.imports import imports as import_records
from shared.store.orders import orders
from tests import permissions, proof
from tests.harness import Client, Shop, ago, new_order, parcel
from tests.imports.importer import Importer, workbook

HEADINGS = (
    "Order no.", "Line", "Product id", "Quantity", "Unit price", "Status code", "Currency", "Placed at (UTC)",
    "Country code", "Discount", "Buyer id",
)  # fmt: skip
PLACED = "2026-11-01 08:00:00"
LIMIT = {"en": "An order has at most 1,000 lines.", "zh-CN": "一个订单最多 1,000 个商品行。"}
DISCOUNT = {
    "en": "The discount is more than lines, shipping and tax.",
    "zh-CN": "优惠金额超过商品、运费与税费之和。",
}


def row(order_id: str, number: int = 1, status: str = "WAIT_SELLER_SEND_GOODS", discount: float = 0) -> list[Any]:
    return [order_id, str(number), "P1", 1, 10.0, status, "USD", PLACED, "US", discount, "buyer-1"]


def reasons(client: Client, job: dict[str, Any], language: str) -> list[tuple[int, str, str]]:
    answer = client.get(f"/v1/imports/{job['id']}/rows?state=failed&limit=200", headers={"accept-language": language})
    return [(each["row"], each["order_id"], each["reason"]) for each in answer.json["data"]]


def test_an_order_of_over_a_thousand_lines_is_refused_and_no_other(importer: Importer) -> None:
    shop = importer.api.shop(deadline_policy={"mode": "watch"})
    large = [row("7001", number) for number in range(1, 1_002)]
    fits = [row("7002", number) for number in range(1, 1_001)]
    job = importer.load(shop.staff, workbook([HEADINGS, *large, *fits, row("7003")]), kind="orders")
    assert job["state"] == "succeeded", job
    assert job["counts"] == {"created": 1_001, "updated": 0, "unchanged": 0, "failed": 1_001}
    for language, sentence in LIMIT.items():
        found = reasons(shop.staff, job, language)
        assert len(found) == 200 and {each[1:] for each in found} == {("7001", sentence)}
    assert shop.staff.get("/v1/orders/7001").status == 404
    assert len(shop.staff.get("/v1/orders/7002").json["lines"]) == 1_000
    assert shop.staff.get("/v1/orders/7003").status == 200


def test_a_file_with_the_codes_of_statuses_needs_no_names_of_them(importer: Importer) -> None:
    shop = importer.api.shop(deadline_policy={"mode": "watch"})
    job = importer.load(shop.staff, workbook([HEADINGS, row("7001", status="FINISH")]), kind="orders")
    assert job["warnings"] == []
    assert shop.staff.get("/v1/orders/7001").json["status"] == "FINISH"


def test_why_an_order_is_refused_is_said_in_the_language_of_the_reader(importer: Importer) -> None:
    shop = importer.api.shop()
    sheet = workbook([HEADINGS, row("7001", discount=10.01), row("7002", status="IN_ISSUE"), row("7003")])
    job = importer.load(shop.staff, sheet, kind="orders")
    assert job["counts"]["failed"] == 2 and job["counts"]["created"] == 1
    english, chinese = ({each[1]: each[2] for each in reasons(shop.staff, job, code)} for code in DISCOUNT)
    assert (english["7001"], chinese["7001"]) == (DISCOUNT["en"], DISCOUNT["zh-CN"])
    for each in ("7001", "7002"):
        assert english[each].isascii() and not chinese[each].isascii(), (english[each], chinese[each])


@pytest.fixture
def placed_meanwhile(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Another request places the order just before the import creates it."""

    def plan(shop: Shop, **changes: Any) -> None:
        create, waiting = orders.create, [True]

        def late(*args: Any, **kwargs: Any) -> Any:
            if waiting:
                waiting.clear()
                answer = shop.platform.post("/v1/orders", new_order(**changes))
                assert answer.status == 201, answer.content
            return create(*args, **kwargs)

        monkeypatch.setattr(orders, "create", late)

    return plan


@pytest.mark.parametrize(
    ("placed_at", "counted", "status"),
    [
        ("2026-11-01T08:00:00Z", "updated", "WAIT_SELLER_SEND_GOODS"),
        ("2026-11-01T09:00:00Z", "unchanged", "PLACE_ORDER_SUCCESS"),
    ],
)
def test_an_order_that_another_request_places_at_the_same_time_is_compared(
    importer: Importer, placed_meanwhile: Any, placed_at: str, counted: str, status: str
) -> None:
    """The file is of 08:00: what it says is taken, unless the order is newer."""
    shop = importer.api.shop(deadline_policy={"mode": "watch"})
    placed_meanwhile(shop, order_id="7001", placed_at=placed_at)
    job = importer.load(shop.staff, workbook([HEADINGS, row("7001")]), kind="orders")
    assert {name: count for name, count in job["counts"].items() if count} == {counted: 1}
    assert shop.staff.get("/v1/orders/7001").json["status"] == status
    entries = shop.staff.every("/v1/orders/7001/history")
    assert [each["action"] for each in entries] == ["place", "sync"][: 1 + (counted == "updated")]


@pytest.mark.parametrize("carrier", ["CAINIAO_STANDARD", "EMS"])
def test_a_number_in_another_case_is_the_parcel_that_the_order_has(importer: Importer, carrier: str) -> None:
    shop = importer.api.shop()
    order_id = shop.platform.place(placed_at=ago(days=4))["order_id"]
    for action, hours in (("pay", 20), ("pass_risk", 19)):
        assert shop.platform.act(order_id, action, {"at": ago(hours=hours)}).status == 200
    assert shop.staff.act(order_id, "ship", {"parcels": [parcel("lx000000077cn", line1=1)]}).status == 200
    cells = [*row(order_id, status="SELLER_PART_SEND_GOODS"), f"{carrier}:LX000000077CN", ago(hours=9)[:19]]
    sheet = workbook([(*HEADINGS, "Carrier:tracking no.", "Shipped at (UTC)"), cells])
    job = importer.load(shop.staff, sheet, kind="orders")
    assert job["counts"]["failed"] == 0, importer.rows(shop.staff, job)
    parcels = shop.staff.get(f"/v1/orders/{order_id}").json["parcels"]
    assert [each["tracking_no"] for each in parcels] == ["lx000000077cn"]


def noted(shop: Shop, times: int) -> str:
    """An order that awaits shipment, with so many notes since."""
    order_id = shop.platform.place(placed_at=ago(hours=21))["order_id"]
    for action, hours in (("pay", 20), ("pass_risk", 19)):
        assert shop.platform.act(order_id, action, {"at": ago(hours=hours)}).status == 200
    store, at, seller = stores.load(shop.name).store, datetime.now(UTC) - timedelta(hours=18), Actor("staff", "s")
    for number in range(times):
        request = operations.Request(operations.PATCH, seller, at, body={"note": f"note {number}"})
        operations.change_order(store, orders.load(shop.name, order_id), request)
    return str(order_id)


def test_what_an_import_has_done_is_known_however_long_the_history_is(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker dies after the order was changed and before the result of the row is stored."""
    shop = importer.api.shop()
    order_id = noted(shop, proof.size(20, 1_001))
    tracking = [["订单号", "物流商", "运单号"], [order_id, "CAINIAO_STANDARD", "LX000000077CN"]]
    cells = [*row(order_id, status="FUND_PROCESSING"), ago(hours=9)[:19]]
    orders_file = [[*HEADINGS, "Shipped at (UTC)"], cells]
    for kind, sheet, status, counted in (
        ("tracking", tracking, "WAIT_BUYER_ACCEPT_GOODS", "created"),
        ("orders", orders_file, "FUND_PROCESSING", "updated"),
    ):
        job = importer.load(shop.staff, workbook(sheet), kind=kind, dry_run=True)
        with monkeypatch.context() as dying:
            dying.setattr(import_records, "write_results", lambda *_: 1 / 0)
            assert importer.apply(shop.staff, job)["state"] == "running"
        assert shop.staff.get(f"/v1/orders/{order_id}").json["status"] == status
        worker.run(shop.name, job["id"], lambda: datetime.now(UTC) + timedelta(minutes=10))
        counts = importer.read(shop.staff, job["id"])["counts"]
        assert {name: count for name, count in counts.items() if count} == {counted: 1}


def test_an_import_asks_for_no_more_than_its_role_allows(importer: Importer) -> None:
    shop = importer.api.shop()
    waiting = importer.ask(shop.staff, kind="orders")
    importer.upload(waiting, workbook([HEADINGS, row("7001"), row("7002")]))
    with permissions.asked() as of_schedule:  # the bucket has not reported the upload
        assert imports.resume(datetime.now(UTC) + timedelta(minutes=30), lambda: False) == 1
    with permissions.asked() as actions:
        importer.work()
    assert importer.read(shop.staff, waiting["id"])["counts"]["created"] == 2
    assert {"dynamodb:PutItem", "search"} < actions <= permissions.allowed("ImportsRole")
    assert actions.elsewhere <= permissions.allowed_elsewhere("ImportsRole") and len(actions.elsewhere) >= 2
    assert {"dynamodb:PutItem"} < of_schedule <= permissions.allowed("ImportScheduleRole")
    assert of_schedule.elsewhere <= permissions.allowed_elsewhere("ImportScheduleRole") and of_schedule.elsewhere
