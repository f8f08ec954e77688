"""The page to ship from: one order, many by a sheet, and the lists for the packing table."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.console.conftest import Console
from tests.console.orders.shipping import awaiting_shipment, statuses
from tests.console.say import Say, main_job
from tests.console.waiting import at_rest
from tests.harness import Shop

SHIPPED = "WAIT_BUYER_ACCEPT_GOODS"
MANY = {"en": 20, "zh-CN": 3}
"""The orders of a sheet, by language."""
COUNTRY = {"en": "United States", "zh-CN": "美国"}


def number(index: int) -> str:
    return f"JD01460000{index:010d}"


@main_job("ship")
def test_a_pasted_sheet_ships_every_order_of_it(console: Console, shop: Shop, say: Say) -> None:
    many = MANY[say.language]
    orders = awaiting_shipment(shop, many)
    page = console.open(shop, "ship", language=say.language, role="staff")
    page.get_by_role("link", name=say("Ship many")).click()
    pasted = [f"{order}\tDHL\t{number(index)}" for index, order in enumerate(orders)]
    page.get_by_label(say("Paste tracking numbers")).fill("\n".join([*pasted, "999\tDHL\tJD1"]))
    expect(page.get_by_text(re.compile(f"{many + 1} (lines|行).*{orders[0]}.*DHL"))).to_be_visible()
    page.get_by_role("button", name=say("Check, without shipping yet")).click()
    refused = page.get_by_role("link", name=f"{say('Refused', of='imports')} 1")
    refused.click(timeout=30_000)
    assert statuses(shop, orders) == {"WAIT_SELLER_SEND_GOODS"}, "a preview changes nothing"

    reason = re.compile("The store has no order of this number|店铺没有该订单")
    expect(page.get_by_role("cell", name=reason)).to_be_visible()
    page.get_by_role("button", name=say("Apply {n} rows", n=many)).click()
    expect(page.get_by_text(say("Finished", of="import_state"))).to_be_visible(timeout=30_000)
    assert statuses(shop, orders) == {SHIPPED}
    expect(page.get_by_role("link", name=f"{say('To ship')} 0")).to_be_visible()
    expect(page.get_by_role("link", name=say("Shipment list"))).to_have_count(0)


@main_job("ship")
def test_an_uploaded_sheet_ships(console: Console, shop: Shop, tmp_path: Path, say: Say) -> None:
    [order] = awaiting_shipment(shop, 1)
    sheet = tmp_path / "运单号.csv"
    sheet.write_text(f"订单号,物流商,运单号,件数\n{order},顺丰,SF1234567890123,1\n", "utf-8-sig")
    page = console.open(shop, "ship", language=say.language, tab="sheet")
    page.get_by_label(say("Drop the sheet here, or choose it")).set_input_files(sheet)
    page.get_by_role("button", name=say("Apply {n} rows", n=1)).click(timeout=30_000)
    expect(page.get_by_text(say("Finished", of="import_state"))).to_be_visible(timeout=30_000)
    assert statuses(shop, [order]) == {"SELLER_PART_SEND_GOODS"}


@main_job("ship")
def test_one_order_is_shipped_from_the_list(console: Console, shop: Shop, say: Say) -> None:
    [order] = awaiting_shipment(shop, 1)
    page = console.open(shop, "ship", language=say.language)
    expect(page.get_by_role("row").filter(has_text=order)).to_contain_text(COUNTRY[say.language])
    page.get_by_role("link", name=say("Ship order {order}", order=order)).click()
    form, ship = page.get_by_role("dialog"), say("Ship", of="command")
    form.get_by_label(say("Carrier")).fill("DHL")
    form.get_by_label(say("Tracking number")).fill(number(1))
    form.get_by_role("form").get_by_role("button", name=ship, exact=True).click()
    expect(form.get_by_text(say("{action}: done.", action=ship))).to_be_visible()
    assert statuses(shop, [order]) == {SHIPPED}
    page.keyboard.press("Escape")
    expect(page.get_by_text(say("No order awaits shipment."))).to_be_visible()
    page.get_by_role("link", name=say("Parcels under way")).click()
    link = page.get_by_role("link", name=number(1))
    expect(link).to_have_attribute("href", re.compile(f"^https://.*{number(1)}"))


@main_job("ship")
def test_a_list_prints_without_the_page_around_it(console: Console, shop: Shop, say: Say) -> None:
    orders = awaiting_shipment(shop, 2)
    page = console.open(shop, "ship", language=say.language)
    page.get_by_role("link", name=say("Pick list")).click()
    expect(page.get_by_role("row", name="P1").get_by_role("cell", name="4", exact=True)).to_be_visible()
    page.get_by_role("link", name=say("Shipment list")).click()
    expect(page.get_by_role("cell", name=orders[0])).to_be_visible()
    expect(page.get_by_text("1 Example Street")).to_have_count(0)
    page.get_by_label(say("Whole addresses (who looks at them is recorded)")).check()
    expect(page.get_by_text("1 Example Street").first).to_be_visible()
    assert len(shop.owner.every(f"/v1/orders/{orders[0]}/access")) == 1
    page.emulate_media(media="print")
    for hidden in (page.get_by_role("navigation").first, page.get_by_role("button", name=say("Print"))):
        expect(hidden).to_be_hidden()
    expect(page.get_by_role("cell", name=orders[0])).to_be_visible()


def test_the_orders_on_hold_are_asked_for_among_the_frozen_ones(console: Console, shop: Shop) -> None:
    """Any number of other orders may await shipment."""
    held, _ = awaiting_shipment(shop, 2)
    unpaid = str(shop.platform.place()["order_id"])
    for order in (held, unpaid):
        assert shop.platform.act(order, "freeze", {"reason": "review"}).status == 200
    page = console.open(shop, "ship")
    with page.expect_request(re.compile(r"/v1/orders\?.*overlay=frozen")):
        page.get_by_role("link", name="On hold 1").click()
    expect(page.get_by_role("row").filter(has_text=held)).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(2)


def test_a_viewer_is_offered_nothing_that_ships(console: Console, shop: Shop) -> None:
    [order] = awaiting_shipment(shop, 1)
    page = console.open(shop, "ship", role="viewer")
    expect(page.get_by_role("link", name=order)).to_be_visible()
    at_rest(page)
    for name in ("Ship many", f"Ship order {order}"):
        expect(page.get_by_role("link", name=name)).to_have_count(0)
