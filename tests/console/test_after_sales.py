"""Cancellations, refunds, disputes and messages across orders."""

from __future__ import annotations

import base64
import re

import pytest
from playwright.sync_api import expect

from tests.console import axe
from tests.console.conftest import Console
from tests.console.sales import awaiting_shipment, disputed, in_cancellation, written_by_buyer
from tests.console.waiting import at_rest
from tests.harness import Shop
from tests.proof import counted

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""A PNG of one point."""


def test_a_cancellation_is_refused_with_a_reason(console: Console, shop: Shop) -> None:
    order_id = in_cancellation(shop)
    page = console.open(shop, "refunds", state="requested")
    expect(page.get_by_role("link", name="Requested 1")).to_be_visible()
    page.get_by_role("link", name=f"Answer the request of order {order_id}").click()
    answer = page.get_by_role("region", name=f"Answer the request of order {order_id}")
    expect(answer).to_contain_text("If nothing is done")
    answer.get_by_role("button", name=re.compile("^Refuse")).click()
    form = answer.get_by_role("form")
    form.get_by_role("button", name=re.compile("^Refuse")).click()
    expect(form.get_by_label("Reason")).to_have_accessible_description("This is needed.")
    form.get_by_label("Reason").fill("Already packed")
    form.get_by_role("button", name=re.compile("^Refuse")).click()
    expect(answer.get_by_text(re.compile("^Refuse.*: done[.]$"))).to_be_visible()
    expect(page.get_by_text("No refund is in this list.")).to_be_visible()
    assert shop.owner.get(f"/v1/orders/{order_id}").json["status"] == "WAIT_SELLER_SEND_GOODS"


def test_a_dispute_is_answered_with_a_proposal_and_evidence(console: Console, shop: Shop) -> None:
    order_id, dispute_id = disputed(shop)
    page = console.open(shop, "disputes", stage="wait_seller")
    page.get_by_role("link", name=f"Open the dispute of order {order_id}").click()
    expect(page).to_have_url(re.compile(rf"dispute={dispute_id}"))
    expect(page.get_by_text("One lamp is scratched.")).to_be_visible()
    expect(page.get_by_text("If nothing is done")).to_be_visible()
    page.locator("input[type=file]").set_input_files(
        [
            {"name": "lamp.png", "mimeType": "image/png", "buffer": PICTURE},
            {"name": "lamp.txt", "mimeType": "text/plain", "buffer": b"no picture"},
        ]
    )
    expect(page.get_by_text("lamp.txt is no picture and no PDF.")).to_be_visible()
    piece = page.get_by_role("form", name="lamp.png")
    piece.get_by_label("What it shows").fill("The lamp before it left")
    piece.get_by_role("button", name="Add as evidence").click()
    expect(page.get_by_role("img", name="The lamp before it left")).to_be_visible()
    page.get_by_role("button", name="Propose otherwise").click()
    form = page.get_by_role("form", name="Propose otherwise")
    form.get_by_label("Refund (USD)").fill("5")
    form.get_by_label("What you say to the buyer").fill("We refund a part.")
    form.get_by_role("button", name="Propose otherwise").click()
    expect(page.get_by_text("Propose otherwise: done.")).to_be_visible()
    expect(page.get_by_text("We refund a part.")).to_be_visible()
    told = shop.owner.get(f"/v1/disputes/{dispute_id}").json
    assert (told["stage"], len(told["evidence"])) == ("wait_buyer", 1)
    assert told["proposals"][-1]["refund"]["amount"] == "5.00"


def test_a_message_is_checked_while_it_is_typed_and_sent(console: Console, shop: Shop) -> None:
    order_id = awaiting_shipment(shop)
    written_by_buyer(shop, order_id, "¿Cuándo se envía?")
    page = console.open(shop, "messages", unread="true")
    expect(page.get_by_role("link", name="Unread 1")).to_be_visible()
    page.get_by_role("link", name=order_id).click()
    reply = page.get_by_role("textbox", name="Your message")
    reply.fill("Tomorrow 明天")
    expect(page.get_by_text("character 10 is '明'")).to_be_visible()
    reply.fill("Tomorrow \U0001f600")
    expect(page.get_by_text("10 of 1500 characters")).to_be_visible()
    expect(page.get_by_text("character 10")).to_have_count(0)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("The message was sent.")).to_be_visible()
    expect(reply).to_have_value("")
    page.get_by_role("button", name="Mark as read (1)").click()
    expect(page.get_by_text("Every message has been read.")).to_be_visible()
    sent = shop.owner.get(f"/v1/orders/{order_id}/messages").json["data"][0]
    assert (sent["from"], sent["text"]) == ("seller", "Tomorrow \U0001f600")


def test_a_template_is_read_before_it_is_used(console: Console, shop: Shop) -> None:
    order_id = awaiting_shipment(shop)
    template = {"name": "Packed", "text": "Your order {order_id} is packed."}
    assert shop.owner.post("/v1/message-templates", template).status == 201
    page = console.open(shop, "messages", thread=order_id, language="zh-CN")
    page.get_by_label("模板").select_option(label="Packed")
    expect(page.get_by_text("买家将看到：")).to_be_visible()
    page.get_by_role("button", name="使用此内容").click()
    expect(page.get_by_role("textbox", name="留言内容")).to_have_value(f"Your order {order_id} is packed.")


@pytest.mark.parametrize(("language", "theme", "width"), [("en", "dark", 1280), ("zh-CN", "light", 390)])
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
