"""A script in every text that a seller, a buyer or a file can bring in shows as text, on every page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.console.conftest import Console
from tests.console.test_every_page import follow, menu
from tests.console.waiting import at_rest
from tests.harness import Shop, ago, line, new_order, parcel, usd
from tests.proof import counted

HOSTILE = "<img src=x onerror=window.hit=1><script>window.hit=2</script>'\"><b>{0}</b>"


@pytest.fixture
def hostile_shop(shop: Shop) -> Shop:
    """A store whose every text is hostile: its name, a template, and orders with lines, notes, tags, messages, parcels,
    a customer's note and a dispute."""
    assert shop.owner.patch("/v1/store", {"name": HOSTILE.format("store")[:64]}).status == 200
    body = {"name": "<b>template</b>", "text": HOSTILE.format("template")}
    assert shop.staff.post("/v1/message-templates", body).status == 201
    for n in range(3):
        text = HOSTILE.format(n)
        order = new_order(
            placed_at=ago(hours=1),
            buyer={"id": f"buyer<{n}>", "name": text, "country": "US"},
            recipient={"country": "US", "name": text, "street": text, "city": text},
            lines=[line("1", 2, "10.00", title=text, sku="<i>sku</i>", attributes={"<b>Color</b>": text})],
            memo=text,
        )
        order_id = order["order_id"]
        assert shop.platform.post("/v1/orders", order).status == 201
        for action in ("pay", "pass_risk"):
            assert shop.platform.act(order_id, action).status == 200
        assert shop.staff.patch(f"/v1/orders/{order_id}", {"note": text, "tags": ["<b>tag</b>"]}).status == 200
        message = {"from": "buyer", "text": text}
        assert shop.platform.post(f"/v1/orders/{order_id}/messages", message).status == 201
        assert shop.staff.patch(f"/v1/customers/buyer<{n}>", {"note": text, "tags": ["<b>kind</b>"]}).status == 200
        if n:
            assert shop.staff.act(order_id, "ship", {"parcels": [parcel(f"<b>LX{n}</b>"[:35])]}).status in (200, 422)
        if n == 2:
            claim = {"kind": "not_received", "claim": usd("5.00"), "solution": "refund", "text": text}
            answer = shop.platform.act(order_id, "open_dispute", claim)
            assert answer.status in (200, 409), answer.content
    return shop


def hits(page: Page) -> object:
    return page.evaluate("window.hit ?? null")


def test_a_script_in_a_text_shows_as_text(console: Console, hostile_shop: Shop) -> None:
    page = console.open(hostile_shop, "orders")
    expect(page.get_by_text("<img src=x").first).to_be_visible()
    seen = 0
    for name in menu(page):
        follow(page, name)
        seen += page.locator("body").inner_text().count("<img src=x")
        assert hits(page) is None, name
        assert page.locator("img[src='x'], #root b").count() == 0, name
    follow(page, "orders")
    for order in hostile_shop.owner.every("/v1/orders"):
        page.get_by_role("link", name=order["order_id"]).click()
        expect(page.get_by_role("dialog").get_by_text("<img src=x").first).to_be_visible()
        at_rest(page)
        seen += page.get_by_role("dialog").inner_text().count("<img src=x")
        assert hits(page) is None
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    counted("hostile texts shown as text", seen, 20)


def test_a_script_in_the_address_runs_nowhere(console: Console, shop: Shop) -> None:
    page = console.open(shop, "orders", q=HOSTILE.format("q"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    at_rest(page)
    assert hits(page) is None
    page.goto(f"{console.url}/stores/{shop.name}/orders?status=%3Cscript%3Ewindow.hit%3D1%3C/script%3E")
    console.expect_refusals(page, 400, 422)
    expect(page.get_by_role("alert").first).to_be_visible()
    at_rest(page)
    assert hits(page) is None
