"""Customers: found by what they are, annotated by hand, written to together, and erased for good."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.console.conftest import Console
from tests.console.say import Say, main_job
from tests.console.waiting import at_rest, sent
from tests.harness import Shop, new_order

BUYERS = 3


def ordered(shop: Shop, buyer: str, **more: Any) -> str:
    """An order of this buyer, paid: its number."""
    order = new_order(buyer={"id": buyer, "name": f"Alex {buyer}", "country": "ES"}, **more)
    order_id: str = shop.platform.place(**order)["order_id"]
    assert shop.platform.act(order_id, "pay").status == 200
    return order_id


def texts_at(shop: Shop, order_id: str) -> list[str]:
    return [message["text"] for message in shop.viewer.get(f"/v1/orders/{order_id}/messages").json["data"]]


def drawer(page: Page) -> Any:
    return page.get_by_role("dialog")


@main_job("customers")
def test_a_customer_is_tagged_and_found_by_the_tag(console: Console, shop: Shop, say: Say) -> None:
    for buyer in ("anna", "bert"):
        ordered(shop, buyer)
    page = console.open(shop, "customers", language=say.language)
    page.get_by_role("link", name="Alex anna").click()
    page.get_by_label(say("Tags, with commas between them")).fill("wholesale, invoice")
    page.get_by_label(say("Note"), exact=True).fill("Asks for an invoice")
    save = drawer(page).get_by_role("button", name=say("Save"), exact=True)
    with sent(page, "/customers/anna"):
        save.click()
    expect(save).to_be_disabled()
    stored = shop.viewer.get("/v1/customers/anna").json
    assert (sorted(stored["tags"]), stored["note"]) == (["invoice", "wholesale"], "Asks for an invoice")
    page.keyboard.press("Escape")
    page.get_by_label(say("Tag"), exact=True).fill("wholesale")
    page.get_by_label(say("Tag"), exact=True).press("Enter")
    expect(page).to_have_url(re.compile("tag=wholesale"))
    expect(page.get_by_role("link", name="Alex anna")).to_be_visible()
    expect(page.get_by_role("link", name="Alex bert")).to_have_count(0)


def test_a_change_that_somebody_else_was_faster_with_shows_both_versions(console: Console, shop: Shop) -> None:
    ordered(shop, "anna")
    page = console.open(shop, "customers", customer="anna")
    page.get_by_label("Note", exact=True).fill("My note")
    assert shop.staff.patch("/v1/customers/anna", {"note": "Their note"}).status == 200
    console.expect_refusals(page, 412)
    drawer(page).get_by_role("button", name="Save").click()
    both = page.get_by_role("row", name=re.compile("My note.*Their note"))
    expect(both).to_be_visible()
    assert shop.viewer.get("/v1/customers/anna").json["note"] == "Their note"
    with sent(page, "/customers/anna"):
        page.get_by_role("button", name="Save mine over it").click()
    expect(both).to_have_count(0)
    expect(drawer(page).get_by_role("button", name="Save")).to_be_disabled()
    assert shop.viewer.get("/v1/customers/anna").json["note"] == "My note"


@main_job("customers")
def test_one_message_goes_to_the_latest_order_of_each_chosen_customer(console: Console, shop: Shop, say: Say) -> None:
    orders = {f"buyer-{n}": ordered(shop, f"buyer-{n}") for n in range(BUYERS)}
    page = console.open(shop, "customers", language=say.language)
    for buyer in orders:
        page.get_by_role("checkbox", name=say("Select {name}", name=buyer)).check()
    page.get_by_role("button", name=say("Write to the selected")).click()
    expect(page.get_by_text(say("{n} customers have an order to write at.", n=BUYERS))).to_be_visible()
    text, check = page.get_by_label(say("Message, in English")), page.get_by_role("button", name=say("Check"))
    text.fill("新年快乐")
    check.click()
    expect(page.get_by_text(say("{n} cannot be sent:", n=BUYERS))).to_be_visible()
    page.get_by_role("button", name=say("Change the text")).click()
    text.fill("We are closed next week.")
    check.click()
    expect(page.get_by_text(say("{n} can be sent.", n=BUYERS))).to_be_visible()
    assert not any(texts_at(shop, order_id) for order_id in orders.values()), "a check sends nothing"
    page.get_by_role("button", name=say("Send {n} messages", n=BUYERS)).click()
    expect(page.get_by_text(say("{n} messages were sent.", n=BUYERS))).to_be_visible()
    assert [texts_at(shop, order_id) for order_id in orders.values()] == [["We are closed next week."]] * BUYERS


def test_a_message_to_a_whole_list_passes_a_blocked_customer_over(console: Console, shop: Shop) -> None:
    orders = {buyer: ordered(shop, buyer) for buyer in ("anna", "bert")}
    assert shop.owner.patch("/v1/customers/bert", {"blocked": True}).status == 200
    page = console.open(shop, "customers")
    page.get_by_role("button", name="Write to all of this list").click()
    expect(page.get_by_text("1 customers have an order to write at.")).to_be_visible()
    page.get_by_label("Message, in English").fill("Hello")
    page.get_by_role("button", name="Check").click()
    page.get_by_role("button", name="Send 1 messages").click()
    expect(page.get_by_text("1 messages were sent.")).to_be_visible()
    assert [texts_at(shop, order_id) for order_id in orders.values()] == [["Hello"], []]


@main_job("customers")
def test_a_buyer_is_erased_only_after_the_id_was_typed(console: Console, shop: Shop, say: Say) -> None:
    ordered(shop, "anna")
    page = console.open(shop, "customers", language=say.language, customer="anna")
    page.get_by_text(say("Erase personal data")).click()
    erase = page.get_by_role("button", name=say("Erase for good"))
    page.get_by_label(say("Also in orders that have not ended")).check()
    typed = page.get_by_label(say("Type the buyer {id} to confirm", id="anna"))
    typed.fill("ann")
    expect(erase).to_be_disabled()
    typed.fill("anna")
    erase.click()
    expect(page.get_by_role("heading", name=say("Copies that an erasure does not reach"))).to_be_visible()
    expect(drawer(page)).to_contain_text(say("files of exports", of="retained_copy"))
    assert "erasure" in shop.viewer.get("/v1/customers/anna").json


def test_a_viewer_reads_a_customer_and_changes_nothing(console: Console, shop: Shop) -> None:
    ordered(shop, "anna")
    page = console.open(shop, "customers", role="viewer", customer="anna")
    expect(drawer(page).get_by_text("Note, tags and contact")).to_be_visible()
    at_rest(page)
    expect(drawer(page).get_by_role("textbox")).to_have_count(0)
    expect(page.get_by_text("Erase personal data")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name=re.compile("Write to"))).to_have_count(0)
