"""Signing in and out, a session that ends, a lost network, and roles."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from dataclasses import replace

import pytest
from playwright.sync_api import Route, expect

from tests.console.conftest import Console
from tests.console.sales import awaiting_shipment
from tests.console.waiting import at_rest
from tests.harness import Api, Shop

pytestmark = pytest.mark.usefixtures("anew")


def test_a_person_comes_back_to_the_address_that_they_asked_for(console: Console, shop: Shop) -> None:
    page = console.open(shop, "orders", status="WAIT_SELLER_SEND_GOODS")
    expect(page).to_have_url(re.compile(rf"/stores/{shop.name}/orders\?status=WAIT_SELLER_SEND_GOODS$"))


def test_a_reload_asks_no_second_time(console: Console, shop: Shop) -> None:
    page = console.open(shop, "orders")
    page.reload()
    expect(page.get_by_role("heading", level=1, name="Orders")).to_be_visible()


def test_no_token_is_in_the_storage_of_the_browser(console: Console, shop: Shop) -> None:
    page = console.open(shop, "orders")
    at_rest(page)
    kept: list[str] = page.evaluate(
        "[localStorage, sessionStorage].flatMap(kept => Object.entries(kept).map(([name, value]) => name + value))"
    )
    cookies = page.evaluate("document.cookie")
    assert kept, "the storage was looked at"
    assert not [text for text in [*kept, cookies] if "eyJ" in text or "token" in text]


def test_signing_out_ends_the_session(console: Console, shop: Shop) -> None:
    page = console.open(shop, "orders")
    page.locator("button.account").click()
    page.get_by_text("Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to Orderkeep")).to_be_visible()
    page.goto(f"{console.url}/stores/{shop.name}/orders")
    expect(page.get_by_role("heading", name="Sign in to Orderkeep")).to_be_visible()


def test_the_language_is_remembered(console: Console, shop: Shop) -> None:
    page = console.open(shop, "orders")
    page.locator("button.account").click()
    page.get_by_text("中文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("所有订单")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("所有订单")


def test_a_store_of_somebody_else_is_not_shown(console: Console, shop: Shop, stores: Api) -> None:
    other = stores.shop()
    awaiting_shipment(other, buyer={"id": "buyer-2", "name": "Alex Example", "country": "ES"})
    page = console.open(shop, "orders")
    console.expect_refusals(page, 404)
    page.goto(f"{console.url}/stores/{other.name}/orders")
    at_rest(page)
    expect(page.get_by_role("alert").first).to_be_visible()
    assert "Alex" not in page.locator("body").inner_text()


def test_what_a_page_says_as_it_is_left_is_no_complaint_of_the_next_test(console: Console, shop: Shop) -> None:
    former = replace(console, is_anew=True, kept=defaultdict(list), pages=[])
    left = former.open(shop, "orders")
    former.close()
    left.evaluate("setTimeout(() => console.error('an answer that no test waits for'), 100)")
    time.sleep(0.2)  # Playwright tells of it with the next call
    following = replace(former, pages=[])
    page = following.open(shop, "orders")
    assert page is left, "the page goes on to the next test"
    following.close()
    page.evaluate("console.error('an error of this test')")
    with pytest.raises(AssertionError, match="an error of this test"):
        following.close()
    page.context.close()


def test_a_lost_network_is_said(console: Console, shop: Shop) -> None:
    order_id = awaiting_shipment(shop)
    page = console.open(shop, "orders", order=order_id)
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("button", name="Ship")).to_be_visible()
    console.expect_errors(page, "net::ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
    expect(drawer.get_by_text("You are offline")).to_be_visible()
    drawer.get_by_role("button", name="Close", exact=True).click()
    expect(drawer).to_have_count(0)
    expect(page.get_by_text("You are offline")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("You are offline")).to_have_count(0)


def test_a_session_that_ends_in_mid_form_comes_back_to_the_form(console: Console, shop: Shop) -> None:
    order_id = awaiting_shipment(shop)
    page = console.open(shop, "messages", thread=order_id)
    page.get_by_role("textbox", name="Your message").fill("We pack it today.")
    console.end_session(page)
    page.get_by_role("button", name="Send").click()
    again = page.get_by_role("button", name="Sign in again")
    again.click()
    console.sign_in_again(page, shop)
    expect(page.get_by_role("textbox", name="Your message")).to_have_value("We pack it today.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("The message was sent.")).to_be_visible()
    assert [message["text"] for message in shop.owner.every(f"/v1/orders/{order_id}/messages")] == ["We pack it today."]


def test_a_session_that_ends_in_a_drawer_comes_back_to_its_form(console: Console, shop: Shop) -> None:
    order_id = awaiting_shipment(shop)
    page = console.open(shop, "orders", width=390, order=order_id, action="ship")
    drawer = page.get_by_role("dialog")
    form = drawer.get_by_role("form", name="Ship")
    form.get_by_label("Carrier").fill("DHL")
    form.get_by_label("Tracking number").fill("JD0146000001")
    console.end_session(page)
    form.get_by_role("button", name="Ship").click()
    expect(form.get_by_text("You are no longer signed in.")).to_be_visible()
    drawer.get_by_role("button", name="Sign in again").click()
    console.sign_in_again(page, shop)
    expect(form.get_by_label("Tracking number")).to_have_value("JD0146000001")
    form.get_by_role("button", name="Ship").click()
    expect(drawer.get_by_text("Ship: done.")).to_be_visible()


def test_a_message_whose_answer_is_lost_goes_out_once(console: Console, shop: Shop) -> None:
    order_id = awaiting_shipment(shop)
    page = console.open(shop, "messages", thread=order_id)
    console.expect_errors(page, "net::ERR_FAILED")
    lost: list[str | None] = []

    def lose_the_first_answer(route: Route) -> None:
        if route.request.method != "POST":
            return route.continue_()
        lost.append(route.request.headers.get("idempotency-key"))
        if len(lost) == 1:
            route.fetch()  # the API does it, and the page never hears of it
            return route.abort()
        return route.continue_()

    page.route(re.compile(r"/messages$"), lose_the_first_answer)
    page.get_by_role("textbox", name="Your message").fill("We pack it today.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("The message was sent.")).to_be_visible()
    assert len(lost) == 2 and lost[0] and lost[0] == lost[1], "one key for both"
    assert len(shop.owner.every(f"/v1/orders/{order_id}/messages")) == 1


def test_names_and_choices_that_cannot_be_read_are_said_and_asked_for_again(console: Console, shop: Shop) -> None:
    page = console.open(shop, "todo")
    console.expect_refusals(page, 500)
    page.route("**/v1/codes*", lambda route: route.fulfill(status=500, json={"message": "Internal Server Error"}))
    page.goto(f"{console.url}/stores/{shop.name}/exports")
    said = page.get_by_text("Names and choices could not be read")
    expect(said).to_be_visible()
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name="Start the export")).to_be_visible()
    expect(said).to_have_count(0)


def test_after_a_sign_out_nothing_that_was_typed_is_left(console: Console, shop: Shop) -> None:
    order_id = awaiting_shipment(shop)
    page = console.open(shop, "messages", thread=order_id)
    page.get_by_role("textbox", name="Your message").fill("We pack it today.")
    page.locator("button.account").click()
    page.get_by_text("Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to Orderkeep")).to_be_visible()
    assert "We pack it" not in page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")


def test_nothing_is_sent_or_kept_once_a_person_signs_out(console: Console, shop: Shop) -> None:
    """The sign-in page may take its time: what is typed until it comes is checked by the API half a second later."""
    page = console.open(shop, "messages", thread=awaiting_shipment(shop))
    expect(page.get_by_role("textbox", name="Your message")).to_be_visible()
    page.locator("button.account").click()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/logout?*", hold)
    with page.expect_request("**/logout?*"):
        page.get_by_text("Sign out").evaluate("item => { item.click(); document.querySelector('textarea').focus() }")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.keyboard.type("We pack it today.")
    page.wait_for_timeout(700)
    assert sent == []
    held.pop().continue_()
    expect(page.get_by_role("heading", name="Sign in to Orderkeep")).to_be_visible()
    assert "We pack it" not in page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
