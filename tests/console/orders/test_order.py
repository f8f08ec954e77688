"""One order in its drawer: its parts, its actions, and a change that was lost to somebody else's."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from tests.console import axe
from tests.console.conftest import Console
from tests.console.sales import awaiting_shipment, disputed, written_by_buyer
from tests.console.say import Say, main_job
from tests.console.waiting import at_rest
from tests.harness import Shop, parcel
from tests.proof import counted, size


@main_job("order")
def test_an_order_is_shipped_in_two_parcels(console: Console, shop: Shop, say: Say) -> None:
    order_id = awaiting_shipment(shop)
    page = console.open(shop, "orders", language=say.language, order=order_id)
    drawer, ship = page.get_by_role("dialog"), say("Ship", of="command")
    drawer.get_by_role("button", name=ship, exact=True).click()
    form = drawer.get_by_role("form", name=ship)
    form.get_by_role("button", name=say("Add a parcel")).click()
    for number, pieces in enumerate(("2", "0")):
        box = form.get_by_role("group").nth(number)
        box.get_by_label(say("Carrier")).fill("CAINIAO_STANDARD")
        box.get_by_label(say("Tracking number")).fill(f"LX00000000{number}CN")
        box.get_by_label(say("Pieces of {name} in this parcel", name="P1")).fill(pieces)
        box.get_by_label(say("Pieces of {name} in this parcel", name="P2")).fill(str(number))
    form.get_by_role("button", name=ship, exact=True).click()
    expect(drawer.get_by_text(say("{action}: done.", action=ship))).to_be_visible()
    expect(drawer.get_by_role("article")).to_have_count(2)
    order = shop.owner.get(f"/v1/orders/{order_id}").json
    assert order["status"] == "WAIT_BUYER_ACCEPT_GOODS"
    assert [[part["quantity"] for part in each["lines"]] for each in order["parcels"]] == [[2], [1]]


def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(console: Console, shop: Shop) -> None:
    order_id = awaiting_shipment(shop)
    page = console.open(shop, "orders", order=order_id)
    console.expect_refusals(page, 400)
    page.get_by_role("button", name="Ship", exact=True).click()
    form = page.get_by_role("form", name="Ship")
    form.get_by_role("button", name="Ship", exact=True).click()
    expect(form.get_by_label("Carrier")).to_be_focused()
    expect(form.get_by_label("Carrier")).to_have_accessible_description("This is needed.")
    form.get_by_label("Carrier").fill("CAINIAO_STANDARD")
    form.get_by_label("Tracking number").fill("一二三")
    form.get_by_role("button", name="Ship", exact=True).click()
    expect(form.get_by_label("Tracking number")).to_have_attribute("aria-invalid", "true")
    page.reload()
    expect(page.get_by_role("form", name="Ship").get_by_label("Carrier")).to_have_value("CAINIAO_STANDARD")


@main_job("order")
def test_of_two_browsers_the_later_sees_what_the_first_did_and_decides(console: Console, shop: Shop, say: Say) -> None:
    order_id = awaiting_shipment(shop)
    first = console.open(shop, "orders", language=say.language, order=order_id)
    second = console.open(shop, "orders", language=say.language, role="staff", order=order_id)
    console.expect_refusals(second, 412)
    yours, edit, save = say("Your notes"), say("Edit"), say("Save")
    for page, note in ((first, "Wrap it twice"), (second, "Call before delivery")):
        notes = page.get_by_role("region", name=yours)
        notes.get_by_role("button", name=edit).click()
        notes.get_by_label(re.compile(f"^{say('Note')}")).fill(note)
    first.get_by_role("button", name=save).click()
    expect(first.get_by_role("region", name=yours).get_by_role("button", name=edit)).to_be_visible()
    expect(first.get_by_role("region", name=yours)).to_contain_text("Wrap it twice")
    second.get_by_role("button", name=save).click()
    lost = second.get_by_role("alert")
    expect(lost).to_contain_text(say("Somebody else changed this order while you typed. Nothing was sent."))
    expect(lost).to_contain_text("Call before delivery")
    expect(lost).to_contain_text(say("Owner"))
    lost.get_by_role("button", name=say("Send on the current version")).click()
    expect(lost).to_have_count(0)
    expect(second.get_by_role("region", name=yours)).to_contain_text("Call before delivery")
    expect(second.get_by_role("region", name=yours).get_by_role("button", name=edit)).to_be_visible()
    assert shop.owner.get(f"/v1/orders/{order_id}").json["note"] == "Call before delivery"


@main_job("order")
def test_each_refused_action_has_its_reason(console: Console, shop: Shop, say: Say) -> None:
    order_id = awaiting_shipment(shop)
    asked = shop.owner.get(f"/v1/orders/{order_id}", headers={"Accept-Language": say.language})
    refused = asked.json["refused_actions"]
    page = console.open(shop, "orders", language=say.language, order=order_id)
    page.get_by_text(say("Not possible now ({n}), and why", n=len(refused))).click()
    for each in refused:
        expect(page.get_by_role("dialog")).to_contain_text(each["reason"])
    counted("refused actions", len(refused), 3)


@main_job("order")
def test_the_recipient_is_masked_until_somebody_asks_which_is_recorded(console: Console, shop: Shop, say: Say) -> None:
    order_id = awaiting_shipment(shop)
    page = console.open(shop, "orders", language=say.language, order=order_id)
    recipient = page.get_by_role("region", name=say("Recipient"))
    expect(recipient).to_contain_text(say("Nobody has looked at it in full."))
    expect(recipient).not_to_contain_text("1 Example Street")
    recipient.get_by_role("button", name=say("Show in full (recorded)")).click()
    expect(recipient).to_contain_text("1 Example Street")
    expect(recipient).to_contain_text(say("Who looked ({n})", n=1))


def test_a_viewer_sees_no_control_that_the_api_would_refuse(console: Console, shop: Shop) -> None:
    order_id = awaiting_shipment(shop)
    written_by_buyer(shop, order_id, "When do you ship?")
    page = console.open(shop, "orders", role="viewer", order=order_id)
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("When do you ship?")
    at_rest(page)
    names = ("Ship", "Edit", "Send", "Show in full (recorded)", "Mark as read (1)")
    for name in names:
        expect(drawer.get_by_role("button", name=name, exact=True)).to_have_count(0)


@main_job("order")
def test_the_history_says_who_did_what_and_what_changed(console: Console, shop: Shop, say: Say) -> None:
    order_id = awaiting_shipment(shop)
    assert shop.owner.act(order_id, "ship", {"parcels": [parcel("LX000000003CN")]}).status == 200
    page = console.open(shop, "todo", language=say.language)

    def not_undone(route: Route) -> None:
        answer = route.fetch()
        entries = answer.json()
        entries["data"][-1]["kept"] = ["status", "deadlines.shipment"]
        route.fulfill(response=answer, json=entries)

    page.route("**/history?*", not_undone)
    page.goto(f"{console.url}/stores/{shop.name}/orders?order={order_id}")
    history = page.get_by_role("region", name=say("History"))
    step = f"{say('Awaiting shipment')} → {say('Awaiting delivery')}"
    shipped = history.get_by_role("listitem").filter(has_text=step)
    expect(shipped).to_contain_text(f"{say('Owner')}: {say('Shipped', of='action')}")
    shipped.locator("summary").click()
    expect(shipped).to_contain_text(f"{say('nothing')} → LX000000003CN")
    kept = f"{say('Status', of='history')}, {say('Timer', of='history')} {say('shipping', of='timer')}"
    expect(history).to_contain_text(say("Not undone: {what}", what=kept))


LOOKS = [("en", "light", 1280), ("zh-CN", "dark", 390)]


@pytest.mark.parametrize(("language", "theme", "width"), size(LOOKS[1:], LOOKS))
def test_the_drawer_has_no_fault(console: Console, shop: Shop, language: str, theme: str, width: int) -> None:
    order_id, _ = disputed(shop)
    written_by_buyer(shop, order_id, "Please answer.")
    page = console.open(shop, "orders", language=language, theme=theme, width=width, order=order_id)
    expect(page.get_by_role("dialog").get_by_role("listitem").last).to_be_visible()
    at_rest(page)
    elements, found = axe.violations(page)
    assert not found, "\n".join(found)
    counted("elements checked by axe-core", elements, 100)
    overflow = page.locator(".ant-drawer-body").evaluate("body => body.scrollWidth - body.clientWidth")
    assert overflow <= 0
