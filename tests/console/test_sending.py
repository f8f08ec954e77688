"""A change that is under way is not sent a second time, and takes nothing from a person who types on."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from tests.console.conftest import Console
from tests.console.sales import awaiting_shipment
from tests.harness import Shop


def test_a_double_click_sends_one_change(console: Console, shop: Shop) -> None:
    order_id = awaiting_shipment(shop)
    page = console.open(shop, "orders", order=order_id)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "PATCH" else None)
    notes = page.get_by_role("region", name="Your notes")
    notes.get_by_role("button", name="Edit").click()
    notes.get_by_label("Note").first.fill("Wrap it twice")
    notes.get_by_role("button", name="Save").evaluate("button => { button.click(); button.click() }")
    expect(notes.get_by_role("button", name="Edit")).to_be_visible()
    expect(notes).to_contain_text("Wrap it twice")
    assert len(sent) == 1


def test_a_double_click_presses_nothing_that_comes_under_the_pointer(console: Console, shop: Shop) -> None:
    order_id = awaiting_shipment(shop)
    page = console.open(shop, "orders")
    page.get_by_role("link", name=order_id).dblclick()
    drawer = page.get_by_role("dialog")
    drawer.get_by_role("button", name="Ship").dblclick()
    form = drawer.get_by_role("form", name="Ship")
    form.get_by_role("button", name="Ship").dblclick()
    expect(form.get_by_text("This is needed.").first).to_be_visible()
    expect(form.get_by_label("Carrier")).to_have_count(1)  # what is wrong moves "Add a parcel" to where the button was


def test_what_is_typed_while_a_message_goes_out_stays(console: Console, shop: Shop) -> None:
    order_id = awaiting_shipment(shop)
    page = console.open(shop, "messages", thread=order_id)
    held: list[Route] = []
    page.route("**/messages", lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    reply = page.get_by_role("textbox", name="Your message")
    reply.fill("We pack it today.")
    with page.expect_request(lambda request: request.method == "POST" and request.url.endswith("/messages")):
        page.get_by_role("button", name="Send").click()
    reply.fill("It leaves tomorrow.")
    held.pop().continue_()
    expect(page.get_by_text("The message was sent.")).to_be_visible()
    expect(reply).to_have_value("It leaves tomorrow.")
    assert [each["text"] for each in shop.owner.every(f"/v1/orders/{order_id}/messages")] == ["We pack it today."]


def test_a_setting_that_changes_again_is_no_longer_said_to_be_saved(console: Console, shop: Shop) -> None:
    page = console.open(shop, "settings")
    page.get_by_label("Commission, %").fill("7")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.get_by_label("Commission, %").fill("8")
    expect(page.get_by_text("Saved", exact=True)).to_have_count(0)
