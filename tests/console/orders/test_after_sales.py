"""Cancellations, refunds, disputes and messages across orders."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from tests.console import axe
from tests.console.conftest import Console
from tests.console.sales import PICTURE, awaiting_shipment, disputed, in_cancellation, written_by_buyer
from tests.console.say import Say, main_job
from tests.console.waiting import at_rest
from tests.harness import Shop, parcel
from tests.proof import counted, size

SLOW_TO_KEEP = """() => {
  const put = IDBObjectStore.prototype.put
  IDBObjectStore.prototype.put = function (...entry) {
    const until = Date.now() + 700
    const again = () => { if (Date.now() < until) this.count().onsuccess = again }
    again()
    return put.apply(this, entry)
  }
}"""
"""The browser's database takes its time to keep what is written into it. A reload before that loses it."""


@main_job("refunds")
def test_a_cancellation_is_refused_with_a_reason(console: Console, shop: Shop, say: Say) -> None:
    order_id = in_cancellation(shop)
    page = console.open(shop, "refunds", language=say.language, state="requested")
    expect(page.get_by_role("link", name=f"{say('Requested', of='refund_state')} 1")).to_be_visible()
    request, refuse = say("Answer the request of order {order}", order=order_id), say("Refuse the cancellation")
    page.get_by_role("link", name=request).click()
    answer = page.get_by_role("region", name=request)
    expect(answer).to_contain_text(say("If nothing is done: {what}", what=""))
    answer.get_by_role("button", name=refuse).click()
    form = answer.get_by_role("form")
    form.get_by_role("button", name=refuse).click()
    reason = form.get_by_label(say("Reason"))
    expect(reason).to_have_accessible_description(say("This is needed."))
    reason.fill("Already packed")
    form.get_by_role("button", name=refuse).click()
    expect(answer.get_by_text(say("{action}: done.", action=refuse))).to_be_visible()
    expect(page.get_by_text(say("No refund is in this list."))).to_be_visible()
    assert shop.owner.get(f"/v1/orders/{order_id}").json["status"] == "WAIT_SELLER_SEND_GOODS"


@main_job("disputes")
def test_a_dispute_is_answered_with_a_proposal_and_evidence(console: Console, shop: Shop, say: Say) -> None:
    order_id, dispute_id = disputed(shop)
    page = console.open(shop, "disputes", language=say.language, stage="wait_seller")
    page.get_by_role("link", name=say("Open the dispute of order {order}", order=order_id)).click()
    expect(page).to_have_url(re.compile(rf"dispute={dispute_id}"))
    expect(page.get_by_text("One lamp is scratched.")).to_be_visible()
    expect(page.get_by_text(say("If nothing is done: {what}", what=""))).to_be_visible()
    page.locator("input[type=file]").set_input_files(
        [
            {"name": "lamp.png", "mimeType": "image/png", "buffer": PICTURE},
            {"name": "lamp.txt", "mimeType": "text/plain", "buffer": b"no picture"},
        ]
    )
    expect(page.get_by_text(say("{name} is no picture and no PDF.", name="lamp.txt"))).to_be_visible()
    piece = page.get_by_role("form", name="lamp.png")
    piece.get_by_label(say("What it shows")).fill("The lamp before it left")
    piece.get_by_role("button", name=say("Add as evidence")).click()
    expect(page.get_by_role("img", name="The lamp before it left")).to_be_visible()
    counter = say("Propose otherwise")
    page.get_by_role("button", name=counter).click()
    form = page.get_by_role("form", name=counter)
    form.get_by_label(f"{say('Refund', of='actions')} (USD)").fill("5")
    form.get_by_label(say("What you say to the buyer")).fill("We refund a part.")
    form.get_by_role("button", name=counter).click()
    expect(page.get_by_text(say("{action}: done.", action=counter))).to_be_visible()
    expect(page.get_by_text("We refund a part.")).to_be_visible()
    dispute = shop.owner.get(f"/v1/disputes/{dispute_id}").json
    assert (dispute["stage"], len(dispute["evidence"])) == ("wait_buyer", 1)
    assert dispute["proposals"][-1]["refund"]["amount"] == "5.00"


def test_evidence_that_was_chosen_survives_a_reload_and_an_ended_session(console: Console, shop: Shop) -> None:
    _, dispute_id = disputed(shop)
    page = console.open(shop, "disputes", dispute=dispute_id)
    chosen = {"name": "lamp.png", "mimeType": "image/png", "buffer": PICTURE}
    page.evaluate(SLOW_TO_KEEP)
    page.locator("input[type=file]").set_input_files([chosen])  # type: ignore[list-item]
    piece = page.get_by_role("form", name="lamp.png")
    piece.get_by_label("What it shows").fill("The lamp before it left")
    page.reload()
    expect(piece.get_by_label("What it shows")).to_have_value("The lamp before it left")
    console.end_session(page)
    piece.get_by_role("button", name="Add as evidence").click()
    again = page.get_by_role("button", name="Sign in again")
    again.click()
    console.sign_in_again(page, shop)
    piece.get_by_role("button", name="Add as evidence").click()
    expect(page.get_by_role("img", name="The lamp before it left")).to_be_visible()
    expect(piece).to_have_count(0)
    page.reload()
    expect(page.get_by_role("img", name="The lamp before it left")).to_be_visible()
    at_rest(page)
    expect(piece).to_have_count(0)


def test_a_tab_with_more_than_a_page_says_that_there_are_more(console: Console, shop: Shop) -> None:
    in_cancellation(shop)
    page = console.open(shop, "todo")

    def with_more(route: Route) -> None:
        answer = route.fetch()
        refunds = answer.json()
        refunds["page"]["next_cursor"] = "more"
        route.fulfill(response=answer, json=refunds)

    page.route("**/v1/refunds?state=requested&limit=200", with_more)
    page.goto(f"{console.url}/stores/{shop.name}/refunds")
    expect(page.get_by_role("link", name="Requested 1+")).to_be_visible()


@main_job("messages")
def test_a_message_is_checked_while_it_is_typed_and_sent(console: Console, shop: Shop, say: Say) -> None:
    order_id = awaiting_shipment(shop)
    written_by_buyer(shop, order_id, "¿Cuándo se envía?")
    page = console.open(shop, "messages", language=say.language, unread="true")
    expect(page.get_by_role("link", name=f"{say('Unread')} 1")).to_be_visible()
    page.get_by_role("link", name=order_id).click()
    reply = page.get_by_role("textbox", name=say("Your message"))
    reply.fill("Tomorrow 明天")
    wrong = page.get_by_text(re.compile("(character|第) 10 (is|个字符是)"))
    expect(wrong).to_be_visible()
    reply.fill("Tomorrow \U0001f600")
    expect(page.get_by_text(say("{n} of {most} characters", n=10, most=1500))).to_be_visible()
    expect(wrong).to_have_count(0)
    page.get_by_role("button", name=say("Send")).click()
    expect(page.get_by_text(say("The message was sent."))).to_be_visible()
    expect(reply).to_have_value("")
    page.get_by_role("button", name=say("Mark as read ({n})", n=1)).click()
    expect(page.get_by_text(say("Every message has been read."))).to_be_visible()
    sent = shop.owner.get(f"/v1/orders/{order_id}/messages").json["data"][0]
    assert (sent["from"], sent["text"]) == ("seller", "Tomorrow \U0001f600")


def test_a_message_about_an_order_that_somebody_changed_shows_both_first(console: Console, shop: Shop) -> None:
    order_id = awaiting_shipment(shop)
    page = console.open(shop, "messages", thread=order_id)
    reply = page.get_by_role("textbox", name="Your message")
    reply.fill("We ship tomorrow.")
    at_rest(page)
    assert shop.staff.act(order_id, "ship", {"parcels": [parcel("LX000000001CN")]}).status == 200
    console.expect_refusals(page, 412)
    page.get_by_role("button", name="Send", exact=True).click()
    lost = page.get_by_role("alert")
    expect(lost).to_contain_text("Somebody else changed this order while you typed. Nothing was sent.")
    expect(lost).to_contain_text("We ship tomorrow.")
    expect(lost).to_contain_text("Staff: Shipped")
    assert shop.owner.every(f"/v1/orders/{order_id}/messages") == []
    reply.fill("It has left.")
    lost.get_by_role("button", name="Send on the current version").click()
    expect(page.get_by_text("The message was sent.")).to_be_visible()
    assert [each["text"] for each in shop.owner.every(f"/v1/orders/{order_id}/messages")] == ["It has left."]


@main_job("messages")
def test_a_template_is_read_before_it_is_used(console: Console, shop: Shop, say: Say) -> None:
    order_id = awaiting_shipment(shop)
    template = {"name": "Packed", "text": "Your order {order_id} is packed."}
    assert shop.owner.post("/v1/message-templates", template).status == 201
    page = console.open(shop, "messages", language=say.language, thread=order_id)
    page.get_by_label(say("Template", of="messages")).select_option(label="Packed")
    expect(page.get_by_text(say("This is what the buyer reads:"))).to_be_visible()
    page.get_by_role("button", name=say("Use this text")).click()
    expect(page.get_by_role("textbox", name=say("Your message"))).to_have_value(f"Your order {order_id} is packed.")


LOOKS = [("en", "dark", 1280), ("zh-CN", "light", 390)]


@pytest.mark.parametrize(("language", "theme", "width"), size(LOOKS[:1], LOOKS))
def test_a_dispute_and_a_conversation_have_no_fault(
    console: Console, shop: Shop, language: str, theme: str, width: int
) -> None:
    order_id, dispute_id = disputed(shop)
    written_by_buyer(shop, order_id, "Please answer.")
    page = console.open(shop, "disputes", language=language, theme=theme, width=width, dispute=dispute_id)
    checked = 0
    for path in (f"disputes?dispute={dispute_id}", f"messages?thread={order_id}", "refunds"):
        page.goto(f"{console.url}/stores/{shop.name}/{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        at_rest(page)
        elements, found = axe.violations(page)
        assert not found, "\n".join([path, *found])
        checked += elements
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    counted("elements checked by axe-core", checked, 300)
