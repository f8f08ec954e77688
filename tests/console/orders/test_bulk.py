"""Many orders at once: what would happen is shown first, then only what passes is done."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.console.conftest import Console
from tests.console.orders.test_orders import paid
from tests.console.say import Say, main_job
from tests.harness import Shop, ago

MANY = 3
"""The orders of a sheet. tests/console/orders/test_ship.py has 20."""

ENGLISH = Say("en", "bulk")


def select_page(page: Page, say: Say = ENGLISH) -> None:
    page.get_by_role("checkbox", name=say("Select all rows of this page")).check()


@main_job("orders")
def test_a_pasted_sheet_ships_its_orders_and_says_which_it_cannot(console: Console, shop: Shop, say: Say) -> None:
    orders = [paid(shop) for _ in range(MANY)]
    unpaid = shop.platform.place()["order_id"]
    page = console.open(shop, "orders", language=say.language)
    select_page(page, say)
    expect(page.get_by_text(say("{n} selected", n=MANY + 1, of="bulk"))).to_be_visible()
    ship = say("Ship", of="command")
    page.get_by_role("button", name=ship, exact=True).click()
    page.get_by_label(say("Carrier", of="bulk"), exact=True).fill("USPS")
    sheet = [f"{order_id}\tLX{n:09d}CN" for n, order_id in enumerate([*orders, unpaid], 1)]
    paste = say("Paste lines: order number, tracking number, and the carrier if it differs")
    page.get_by_label(paste).fill("\n".join(sheet))
    page.get_by_role("button", name=say("Take the lines over")).click()
    expect(page.get_by_text(say("{n} lines taken over.", n=MANY + 1))).to_be_visible()
    page.get_by_role("button", name=say("Check", of="bulk"), exact=True).click()
    expect(page.get_by_text(say("{n} of {all} orders pass the check.", n=MANY, all=MANY + 1))).to_be_visible()
    first = page.get_by_role("table", name=say("Result of each order")).locator("tbody tr").first
    expect(first).to_contain_text(unpaid)
    expect(first).to_contain_text(say("Failed", of="bulk"))
    assert len(shop.viewer.every("/v1/orders", status="WAIT_SELLER_SEND_GOODS")) == MANY, "a check changes nothing"
    page.get_by_role("button", name=say("{action} ({n})", action=ship, n=MANY)).click()
    expect(page.get_by_text(say("{n} of {all} orders are done.", n=MANY, all=MANY))).to_be_visible()
    assert {row["order_id"] for row in shop.viewer.every("/v1/parcels")} == set(orders)
    page.get_by_role("dialog").get_by_role("button", name=say("Close")).last.click()
    expect(page.get_by_text(say("{n} selected", n=1, of="bulk"))).to_be_visible()


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


@main_job("orders")
def test_a_cancellation_is_accepted(console: Console, shop: Shop, say: Say) -> None:
    order_id = paid(shop)
    assert shop.platform.act(order_id, "request_cancellation", {"reason": "a reason"}).status == 200
    page = console.open(shop, "orders", language=say.language, width=390)
    page.locator("td.check input").check()
    accept = say("Accept the cancellation")
    page.get_by_role("button", name=accept).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=say("Check", of="bulk")).click()
    dialog.get_by_role("button", name=accept).click()
    expect(dialog.get_by_text(say("{n} of {all} orders are done.", n=1, all=1))).to_be_visible()
    assert shop.viewer.get(f"/v1/orders/{order_id}").json["status"] == "FUND_PROCESSING"


@main_job("orders")
def test_everything_that_matches_is_written_to(console: Console, shop: Shop, say: Say) -> None:
    orders = [shop.platform.place(placed_at=ago(minutes=minutes))["order_id"] for minutes in range(1, 6)]
    page = console.open(shop, "orders", language=say.language, status="PLACE_ORDER_SUCCESS", limit="2")
    select_page(page, say)
    page.get_by_role("button", name=say("Select all {n} matching", n=5)).click()
    expect(page.get_by_text(say("{n} selected", n=5, of="bulk"))).to_be_visible()
    write = say("Write a message")
    page.get_by_role("button", name=write).click()
    text, check = page.get_by_label(say("Text (English)")), page.get_by_role("button", name=say("Check", of="bulk"))
    text.fill("您好")
    check.click()
    expect(page.get_by_text(say("{n} of {all} orders pass the check.", n=0, all=5))).to_be_visible()
    page.get_by_role("button", name=say("Change the entries")).click()
    expect(text).to_have_value("您好")
    text.fill("Hello")
    check.click()
    page.get_by_role("button", name=say("{action} ({n})", action=write, n=5)).click()
    expect(page.get_by_text(say("{n} of {all} orders are done.", n=5, all=5))).to_be_visible()
    for order_id in orders:
        assert [each["text"] for each in shop.viewer.every(f"/v1/orders/{order_id}/messages")] == ["Hello"]


def test_only_what_a_selected_order_could_take_is_offered(console: Console, shop: Shop) -> None:
    unpaid, ready = shop.platform.place(placed_at=ago(minutes=1))["order_id"], paid(shop)
    page = console.open(shop, "orders")
    bar = page.get_by_role("region", name="What to do with the selected orders")
    always = ["Write a message", "Clear the selection"]
    for order_id, possible in ((unpaid, ["Remind to pay"]), (ready, ["Ship", "Remind to pay"])):
        page.get_by_role("checkbox", name=f"Select {order_id}").check()
        expect(bar.get_by_role("button")).to_have_text([*possible, *always])
    page.get_by_role("checkbox", name=f"Select {unpaid}").uncheck()
    expect(bar.get_by_role("button")).to_have_text(["Ship", *always])
