"""Many orders at once: what would happen is shown first, then only what passes is done."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.console.conftest import Console
from tests.console.test_orders import paid
from tests.harness import Shop, ago

ORDERS = 20


def select_page(page: Page) -> None:
    page.get_by_role("checkbox", name="Select all rows of this page").check()


def test_a_pasted_sheet_ships_twenty_orders_and_says_which_it_cannot(console: Console, shop: Shop) -> None:
    orders = [paid(shop) for _ in range(ORDERS)]
    unpaid = shop.platform.place()["order_id"]
    page = console.open(shop, "orders")
    select_page(page)
    expect(page.get_by_text(f"{ORDERS + 1} selected")).to_be_visible()
    page.get_by_role("button", name="Ship", exact=True).click()
    page.get_by_label("Carrier", exact=True).fill("USPS")
    sheet = [f"{order_id}\tLX{n:09d}CN" for n, order_id in enumerate([*orders, unpaid], 1)]
    page.get_by_label("Paste lines").fill("\n".join(sheet))
    page.get_by_role("button", name="Take the lines over").click()
    expect(page.get_by_text(f"{ORDERS + 1} lines taken over.")).to_be_visible()
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text(f"{ORDERS} of {ORDERS + 1} orders pass the check.")).to_be_visible()
    first = page.get_by_role("table", name="Result of each order").locator("tbody tr").first
    expect(first).to_contain_text(unpaid)
    expect(first).to_contain_text("Failed")
    assert len(shop.viewer.every("/v1/orders", status="WAIT_SELLER_SEND_GOODS")) == ORDERS, "a check changes nothing"
    page.get_by_role("button", name=f"Ship ({ORDERS})").click()
    expect(page.get_by_text(f"{ORDERS} of {ORDERS} orders are done.")).to_be_visible()
    assert {row["order_id"] for row in shop.viewer.every("/v1/parcels")} == set(orders)
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    expect(page.get_by_text("1 selected")).to_be_visible()


def test_an_order_that_somebody_changed_meanwhile_is_not_acted_on(console: Console, shop: Shop) -> None:
    order_id = paid(shop)
    page = console.open(shop, "orders")
    select_page(page)
    page.get_by_role("button", name="Ship", exact=True).click()
    assert shop.owner.patch(f"/v1/orders/{order_id}", {"note": "wait"}).status == 200
    page.get_by_label("Carrier", exact=True).fill("USPS")
    page.get_by_label(f"Tracking number of {order_id}").fill("LX000000001CN")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("0 of 1 orders pass the check.")).to_be_visible()
    page.get_by_role("button", name="Check them as they are now").click()
    expect(page.get_by_text("1 of 1 orders pass the check.")).to_be_visible()
    page.get_by_role("button", name="Ship (1)").click()
    expect(page.get_by_text("1 of 1 orders are done.")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "action", "check", "done"),
    [
        ("en", "Accept the cancellation", "Check", "1 of 1 orders are done."),
        ("zh-CN", "同意取消", "检查", "1 / 1 个订单已完成。"),
    ],
)
def test_a_cancellation_is_accepted(
    console: Console, shop: Shop, language: str, action: str, check: str, done: str
) -> None:
    order_id = paid(shop)
    assert shop.platform.act(order_id, "request_cancellation", {"reason": "a reason"}).status == 200
    page = console.open(shop, "orders", language=language, width=390)
    page.locator("td.check input").check()
    page.get_by_role("button", name=action).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=check).click()
    dialog.get_by_role("button", name=re.compile(action)).click()
    expect(dialog.get_by_text(done)).to_be_visible()
    assert shop.viewer.get(f"/v1/orders/{order_id}").json["status"] == "FUND_PROCESSING"


def test_everything_that_matches_is_written_to(console: Console, shop: Shop) -> None:
    orders = [shop.platform.place(placed_at=ago(minutes=minutes))["order_id"] for minutes in range(1, 6)]
    page = console.open(shop, "orders", status="PLACE_ORDER_SUCCESS", limit="2")
    select_page(page)
    page.get_by_role("button", name="Select all 5 matching").click()
    expect(page.get_by_text("5 selected")).to_be_visible()
    page.get_by_role("button", name="Write a message").click()
    page.get_by_label("Text (English)").fill("您好")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("0 of 5 orders pass the check.")).to_be_visible()
    page.get_by_role("button", name="Change the entries").click()
    expect(page.get_by_label("Text (English)")).to_have_value("您好")
    page.get_by_label("Text (English)").fill("Hello")
    page.get_by_role("button", name="Check").click()
    page.get_by_role("button", name="Write a message (5)").click()
    expect(page.get_by_text("5 of 5 orders are done.")).to_be_visible()
    for order_id in orders:
        assert [each["text"] for each in shop.viewer.every(f"/v1/orders/{order_id}/messages")] == ["Hello"]
