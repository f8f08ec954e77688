"""Funds: each total opens the entries that it is made of."""

from __future__ import annotations

import re
from decimal import Decimal

from playwright.sync_api import expect

from tests.console.conftest import Console
from tests.console.say import Say, main_job
from tests.console.waiting import at_rest
from tests.harness import Shop, usd
from tests.proof import counted

ORDERS = 3


def paid(shop: Shop) -> str:
    order_id: str = shop.platform.place()["order_id"]
    assert shop.platform.act(order_id, "pay").status == 200
    return order_id


@main_job("funds")
def test_a_total_opens_the_entries_that_add_up_to_it(console: Console, shop: Shop, say: Say) -> None:
    orders = {paid(shop) for _ in range(ORDERS)}
    page = console.open(shop, "funds", language=say.language)
    total = say("Paid by the buyer", of="flow")
    page.get_by_role("link", name=total).click()
    expect(page).to_have_url(re.compile("flow=paid"))
    rows = page.get_by_role("table", name=say("Moved")).locator("tbody tr")
    expect(rows).to_have_count(ORDERS)
    at_rest(page)
    assert {row.get_by_role("link").inner_text() for row in rows.all()} == orders
    amounts = [row.locator("td.right").first.inner_text().split()[0] for row in rows.all()]
    shown = page.get_by_role("link", name=total).locator(".amount").inner_text().split()[0]
    assert sum(map(Decimal, amounts)) == Decimal(shown)
    counted("entries behind a total", len(amounts), ORDERS)


def test_entries_are_of_the_window_and_the_kind_that_the_address_names(console: Console, shop: Shop) -> None:
    paid(shop)
    page = console.open(shop, "funds", list="entries", flow="paid", at_to="2020-01-01T00:00:00Z")
    expect(page.get_by_text("No money moved like this in this window and currency.")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_role("table", name="Moved").locator("tbody tr")).to_have_count(1)


@main_job("funds")
def test_an_order_whose_money_does_not_add_up_is_listed(console: Console, shop: Shop, say: Say) -> None:
    order_id = paid(shop)
    for client, action, body in [
        (shop.platform, "pass_risk", {}),
        (shop.owner, "ship", {"parcels": [{"carrier": "USPS", "tracking_no": "LX000000001CN"}]}),
        (shop.platform, "confirm_receipt", {}),
        (shop.platform, "release_funds", {"amount": usd("1.00")}),
    ]:
        assert client.act(order_id, action, body).status == 200, action
    page = console.open(shop, "funds", language=say.language, list="unexplained")
    table = page.get_by_role("table", name=say("Unexplained differences"))
    expect(table.get_by_role("link", name=order_id)).to_be_visible()
