"""Customers: found by what they are, annotated by hand, written to together, and erased for good."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.console.conftest import Console
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


@pytest.mark.parametrize(
    ("language", "tags", "note", "save", "tag"),
    [
        ("en", "Tags, with commas between them", "Note", "Save", "Tag"),
        ("zh-CN", "标签（用逗号分隔）", "备注", re.compile("保 ?存"), "标签"),
    ],
)
def test_a_customer_is_tagged_and_found_by_the_tag(
    console: Console, shop: Shop, language: str, tags: str, note: str, save: Any, tag: str
) -> None:
    for buyer in ("anna", "bert"):
        ordered(shop, buyer)
    page = console.open(shop, "customers", language=language)
    page.get_by_role("link", name="Alex anna").click()
    page.get_by_label(tags).fill("wholesale, invoice")
    page.get_by_label(note, exact=True).fill("Asks for an invoice")
    with sent(page, "/customers/anna"):
        drawer(page).get_by_role("button", name=save).click()
    expect(drawer(page).get_by_role("button", name=save)).to_be_disabled()
    stored = shop.viewer.get("/v1/customers/anna").json
    assert (sorted(stored["tags"]), stored["note"]) == (["invoice", "wholesale"], "Asks for an invoice")
    page.keyboard.press("Escape")
    page.get_by_label(tag, exact=True).fill("wholesale")
    page.get_by_label(tag, exact=True).press("Enter")
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


def test_one_message_goes_to_the_latest_order_of_each_chosen_customer(console: Console, shop: Shop) -> None:
    orders = {f"buyer-{n}": ordered(shop, f"buyer-{n}") for n in range(BUYERS)}
    page = console.open(shop, "customers")
    for buyer in orders:
        page.get_by_role("checkbox", name=f"Select {buyer}").check()
    page.get_by_role("button", name="Write to the selected").click()
    expect(page.get_by_text(f"{BUYERS} customers have an order to write at.")).to_be_visible()
    page.get_by_label("Message, in English").fill("新年快乐")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text(f"{BUYERS} cannot be sent:")).to_be_visible()
    page.get_by_role("button", name="Change the text").click()
    page.get_by_label("Message, in English").fill("We are closed next week.")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text(f"{BUYERS} can be sent.")).to_be_visible()
    assert not any(texts_at(shop, order_id) for order_id in orders.values()), "a check sends nothing"
    page.get_by_role("button", name=f"Send {BUYERS} messages").click()
    expect(page.get_by_text(f"{BUYERS} messages were sent.")).to_be_visible()
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


def test_a_buyer_is_erased_only_after_the_id_was_typed(console: Console, shop: Shop) -> None:
    ordered(shop, "anna")
    page = console.open(shop, "customers", customer="anna")
    page.get_by_text("Erase personal data").click()
    erase = page.get_by_role("button", name="Erase for good")
    page.get_by_label("Also in orders that have not ended").check()
    page.get_by_label("Type the buyer anna").fill("ann")
    expect(erase).to_be_disabled()
    page.get_by_label("Type the buyer anna").fill("anna")
    erase.click()
    expect(page.get_by_role("heading", name="Copies that an erasure does not reach")).to_be_visible()
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
