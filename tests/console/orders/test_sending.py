"""A change that is under way is not sent a second time, and takes nothing from a person who types on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, Route, expect

from tests.console.conftest import Console
from tests.console.sales import PICTURE, awaiting_shipment, disputed, in_cancellation
from tests.console.waiting import at_rest
from tests.harness import Shop
from tests.proof import size


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


@dataclass(frozen=True)
class Form:
    """A form, how it is filled in, the button that sends it, and the end of the address that takes it."""

    page: str
    fill: Callable[[Page, Shop], None]
    button: str
    sent_to: str
    query: dict[str, str] = field(default_factory=dict)


def _store(page: Page, _: Shop) -> None:
    page.get_by_label("Store name").fill("Lantern shop")


def _template(page: Page, _: Shop) -> None:
    page.get_by_label("Name", exact=True).fill("Thanks")
    page.get_by_label("Text, in English").fill("Thank you.")


def _member(page: Page, shop: Shop) -> None:
    page.locator("#content").get_by_role("button", name="Add a member", exact=True).click()
    page.get_by_label("User", exact=True).fill(f"zoe-{shop.name}")


def _channel(page: Page, _: Shop) -> None:
    page.get_by_label("Kind").select_option("email")
    page.get_by_label("Name").fill("Owner")
    page.get_by_label("Email address").fill("owner@shop.example")


def _rules(page: Page, _: Shop) -> None:
    page.get_by_label("Alert when a buyer has waited", exact=True).fill("6")


def _schedule(page: Page, _: Shop) -> None:
    page.get_by_label("Export regularly").check()


def _export(page: Page, _: Shop) -> None:
    start = page.get_by_role("button", name="Start the export")  # the regular export has a form with a format, too
    page.locator("form").filter(has=start).get_by_label("Format").select_option("csv")


def _sheet(page: Page, shop: Shop) -> None:
    page.get_by_label("Paste tracking numbers").fill(f"{awaiting_shipment(shop)}\tDHL\tJD0146000001")


def _file(page: Page, _: Shop) -> None:
    orders = {"name": "orders.csv", "mimeType": "text/csv", "buffer": b"order-id,sku\n1,A\n"}
    page.get_by_label("Drop the file here, or choose it").set_input_files(orders)  # type: ignore[arg-type]


def _refund(page: Page, shop: Shop) -> None:
    order_id = in_cancellation(shop)
    page.reload()
    page.get_by_role("link", name=f"Answer the request of order {order_id}").click()
    page.get_by_role("button", name="Refuse the cancellation").click()
    page.get_by_role("form").get_by_label("Reason").fill("Already packed")


def _dispute(page: Page, shop: Shop) -> None:
    order_id, _ = disputed(shop)
    page.reload()
    page.get_by_role("link", name=f"Open the dispute of order {order_id}").click()
    page.get_by_role("button", name="Propose otherwise").click()
    form = page.get_by_role("form", name="Propose otherwise")
    form.get_by_label("Refund (USD)").fill("5")
    form.get_by_label("What you say to the buyer").fill("We refund a part.")


def _evidence(page: Page, shop: Shop) -> None:
    order_id, _ = disputed(shop)
    page.reload()
    page.get_by_role("link", name=f"Open the dispute of order {order_id}").click()
    lamp = {"name": "lamp.png", "mimeType": "image/png", "buffer": PICTURE}
    page.locator("input[type=file]").set_input_files([lamp])  # type: ignore[list-item]
    page.get_by_role("form", name="lamp.png").get_by_label("What it shows").fill("The lamp")


FORMS = {
    "refund": Form(
        "refunds", _refund, "Refuse the cancellation", "/actions/reject_cancellation", {"state": "requested"}
    ),
    "sheet": Form("ship", _sheet, "Check, without shipping yet", "/v1/imports", {"tab": "sheet"}),
    "store": Form("settings", _store, "Save", "/v1/store"),
    "template": Form("settings", _template, "Save", "/v1/message-templates", {"show": "templates", "template": "new"}),
    "member": Form("settings", _member, "Save", "/v1/members", {"show": "members"}),
    "channel": Form(
        "alerts", _channel, "Create the channel", "/v1/alert-channels", {"show": "channels", "channel": "new"}
    ),
    "rules": Form("alerts", _rules, "Save the rules", "/v1/alert-rules", {"show": "rules"}),
    "export": Form("exports", _export, "Start the export", "/v1/exports"),
    "schedule": Form("exports", _schedule, "Save", "/v1/export-schedule"),
    "file": Form("imports", _file, "Import", "/v1/imports"),
    "dispute": Form("disputes", _dispute, "Propose otherwise", "/actions/counter", {"stage": "wait_seller"}),
    "evidence": Form("disputes", _evidence, "Add as evidence", "/actions/add_evidence", {"stage": "wait_seller"}),
}


@pytest.mark.parametrize("name", size(["refund", "sheet"], list(FORMS)))
def test_a_form_that_is_sent_twice_at_once_goes_out_once(console: Console, shop: Shop, name: str) -> None:
    form = FORMS[name]
    page = console.open(shop, form.page, **form.query)
    form.fill(page, shop)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method != "GET" else None)
    button = page.get_by_role("button", name=form.button, exact=True).last
    expect(button).to_be_enabled()
    with page.expect_response(lambda answer: answer.request.method != "GET" and form.sent_to in answer.url):
        button.evaluate("button => { button.click(); button.click() }")
    at_rest(page)
    assert len([url for url in sent if form.sent_to in url]) == 1, sent


@pytest.mark.parametrize("name", size(["store"], ["store", "rules", "schedule", "template"]))
def test_a_double_click_saves_once(console: Console, shop: Shop, name: str) -> None:
    """Also where the first click is answered before the second one comes."""
    form = FORMS[name]
    page = console.open(shop, form.page, **form.query)
    form.fill(page, shop)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method != "GET" else None)
    button = page.get_by_role("button", name=form.button, exact=True).last
    expect(button).to_be_enabled()
    with page.expect_response(lambda answer: answer.request.method != "GET" and form.sent_to in answer.url):
        button.dblclick(delay=100)
    at_rest(page)
    assert len([url for url in sent if form.sent_to in url]) == 1, sent
