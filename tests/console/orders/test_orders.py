"""The list of orders: tabs, filters, search, keys, paging and the way to an export."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Route, expect

from tests.console.conftest import Console
from tests.console.sales import PICTURE
from tests.console.say import Say, main_job
from tests.console.waiting import at_rest, expect_rows
from tests.harness import Shop, ago, line


def paid(shop: Shop, **changes: object) -> str:
    order_id = str(shop.platform.place(placed_at=ago(hours=1), **changes)["order_id"])
    for step in ("pay", "pass_risk"):
        assert shop.platform.act(order_id, step).status == 200
    return order_id


@main_job("orders")
def test_a_tab_shows_its_orders_and_their_number(console: Console, shop: Shop, say: Say) -> None:
    waiting = paid(shop)
    placed = shop.platform.place()["order_id"]
    page = console.open(shop, "orders", language=say.language)
    expect_rows(page, [placed, waiting])
    link = page.get_by_role("link", name=f"{say('Awaiting shipment')} 1", exact=True)
    link.click()
    expect(link).to_have_attribute("aria-current", "page")
    expect_rows(page, [waiting])


@main_job("orders")
def test_a_day_of_the_stores_zone_filters_and_its_chip_takes_it_away(console: Console, shop: Shop, say: Say) -> None:
    # Shanghai's 2026-03-05 begins at 2026-03-04T16:00Z.
    within = shop.platform.place(placed_at="2026-03-04T16:00:00Z")["order_id"]
    last = shop.platform.place(placed_at="2026-03-05T15:59:59Z")["order_id"]
    shop.platform.place(placed_at="2026-03-04T15:59:59Z")
    shop.platform.place(placed_at="2026-03-05T16:00:00Z")
    page = console.open(shop, "orders", language=say.language)
    page.locator("summary").filter(has_text=say("Filters")).click()
    page.get_by_label(say("Placed from")).fill("2026-03-05")
    page.get_by_label(say("Placed to, with that day")).fill("2026-03-05")
    expect(page).to_have_url(re.compile(r"placed_from=2026-03-04T16%3A00%3A00Z&placed_to=2026-03-05T16%3A00%3A00Z"))
    expect_rows(page, [last, within])
    page.get_by_role("button", name=say("{name}: {value}", name=say("Placed from"), value="2026-03-05")).click()
    expect(page.locator("tr[data-key]")).to_have_count(3)
    page.go_back()
    expect(page.locator("tr[data-key]")).to_have_count(2)


def test_filters_that_do_not_go_together_can_be_dropped(console: Console, shop: Shop) -> None:
    order_id = paid(shop)
    assert shop.staff.patch(f"/v1/orders/{order_id}", {"tags": ["urgent"]}).status == 200
    page = console.open(shop, "orders", status="FINISH", tag="urgent")
    console.expect_refusals(page, 400)
    expect(page.get_by_role("alert")).to_contain_text("do not go together")
    page.get_by_role("button", name="Without “Status: Finished”").click()
    expect_rows(page, [order_id])


@main_job("orders")
def test_the_search_box_says_what_matched(console: Console, shop: Shop, say: Say) -> None:
    order_id = paid(shop, buyer={"id": "buyer-9", "name": "Иван Сёмин", "country": "RU"})
    page = console.open(shop, "orders", language=say.language)
    page.keyboard.press("/")
    page.keyboard.type("сем")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?q="))
    expect_rows(page, [order_id])
    expect(page.get_by_role("row").nth(1)).to_contain_text(say("Buyer's name") + " Иван Сёмин")
    expect(page.get_by_text(say("{n} found for “{q}”", n=1, q="сем"))).to_be_visible()


@main_job("orders")
def test_a_list_is_worked_through_by_keyboard(console: Console, shop: Shop, say: Say) -> None:
    first, second = [shop.platform.place(placed_at=ago(minutes=minutes))["order_id"] for minutes in (5, 9)]
    page = console.open(shop, "orders", language=say.language)
    expect_rows(page, [first, second])
    second_is_selected = page.get_by_role("checkbox", name=say("Select {name}", name=second))
    expect(second_is_selected).not_to_be_checked()  # it is there: the page knows that the user may act
    for key in "jjx":
        page.keyboard.press(key)
    expect(second_is_selected).to_be_checked()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"order={first}"))
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("e")
    expect(page.get_by_role("heading", level=1, name=say("Exports", of="exports"))).to_be_visible()


def test_back_closes_the_drawer_and_keeps_the_filters(console: Console, shop: Shop) -> None:
    waiting = paid(shop)
    shop.platform.place()
    page = console.open(shop, "orders")
    page.get_by_role("link", name="Awaiting shipment 1", exact=True).click()
    expect_rows(page, [waiting])
    page.get_by_role("link", name=waiting).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"orders\?status=WAIT_SELLER_SEND_GOODS$"))
    expect_rows(page, [waiting])
    page.go_forward()
    expect(page.get_by_role("dialog")).to_contain_text(waiting)
    page.get_by_role("dialog").get_by_role("button", name="Close").first.click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"orders\?status=WAIT_SELLER_SEND_GOODS$"))


def test_the_next_page_is_there_before_it_is_asked_for(console: Console, shop: Shop) -> None:
    orders = [shop.platform.place(placed_at=ago(minutes=minutes))["order_id"] for minutes in range(1, 6)]
    page = console.open(shop, "orders")
    with page.expect_response(lambda answer: cursor_of(answer.url) is not None) as asked:
        page.goto(f"{console.url}/stores/{shop.name}/orders?limit=2")
    expect_rows(page, orders[:2])
    page.get_by_role("checkbox", name=f"Select {orders[0]}").check()
    page.get_by_role("button", name="Next page").click()
    expect_rows(page, orders[2:4])
    assert cursor_of(page.url) == cursor_of(asked.value.url)
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.get_by_role("checkbox", name=f"Select {orders[3]}").check()
    expect(page.get_by_text("2 selected")).to_be_visible()


def cursor_of(url: str) -> str | None:
    return parse_qs(urlsplit(url).query).get("cursor", [None])[0]


def test_a_filter_that_an_export_can_take_goes_with_it(console: Console, shop: Shop) -> None:
    paid(shop)
    page = console.open(shop, "orders", status="WAIT_SELLER_SEND_GOODS")
    page.get_by_role("button", name="Export this list").click()
    expect(page).to_have_url(re.compile(r"exports\?status=WAIT_SELLER_SEND_GOODS&window=all"))


def test_a_viewer_reads_only(console: Console, shop: Shop) -> None:
    order_id = paid(shop)
    page = console.open(shop, "orders", role="viewer")
    expect_rows(page, [order_id])
    at_rest(page)
    expect(page.locator("table").get_by_role("checkbox")).to_have_count(0)
    expect(page.get_by_role("button", name="Export this list")).to_have_count(0)
    page.keyboard.press("e")
    at_rest(page)
    expect(page.get_by_role("heading", level=1, name="Orders")).to_be_visible()


def test_a_product_stands_with_its_picture(console: Console, shop: Shop) -> None:
    """It comes from the host of the platform, which does not learn of the page; over http it is not asked for."""
    shown, refused = "https://pictures.example/lamp.png", "http://pictures.example/lamp.png"
    orders = [paid(shop, lines=[line("1", 1, "10.00", image_url=url)]) for url in (shown, refused)]
    page = console.open(shop, "todo")
    asked: list[dict[str, str]] = []

    def give(route: Route) -> None:
        asked.append(route.request.headers)
        route.fulfill(body=PICTURE, content_type="image/png")

    page.route("**://pictures.example/**", give)
    page.goto(f"{console.url}/stores/{shop.name}/orders")
    expect(page.locator("tr[data-key]")).to_have_count(2)
    pictures = page.locator("td img")
    expect(pictures).to_have_count(1)
    expect(page.locator(f"tr[data-key='{orders[0]}'] img")).to_have_js_property("naturalWidth", 1)
    assert [headers.get("referer") for headers in asked] == [None]
