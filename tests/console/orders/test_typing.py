"""What a person types stays, with the caret in it, when the page shows what somebody else has saved meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.console.conftest import Console
from tests.console.sales import awaiting_shipment
from tests.console.waiting import at_rest
from tests.harness import Shop, new_order
from tests.proof import size

pytestmark = pytest.mark.usefixtures("anew")

MINUTES_LATER = """
() => {
  const now = Date.now
  Date.now = () => now() + 360_000
  window.dispatchEvent(new Event('visibilitychange'))
}
"""
"""The window comes to the front six minutes after the last answers: what is shown is asked again."""


def customer(shop: Shop) -> str:
    shop.platform.place(**new_order(buyer={"id": "anna", "name": "Alex anna", "country": "ES"}))
    return "anna"


def template(shop: Shop) -> str:
    answer = shop.owner.post("/v1/message-templates", {"name": "Thanks", "text": "Thank you."})
    return str(answer.json["template_id"])


def channel(shop: Shop) -> str:
    new = {
        "kind": "dingtalk",
        "name": "Ours",
        "url": "https://oapi.dingtalk.com/robot/send?access_token=t0",
        "language": "en",
    }
    return str(shop.owner.post("/v1/alert-channels", new).json["id"])


def nothing(_: Shop) -> str:
    return ""


@dataclass(frozen=True)
class Form:
    """A form, the field that is typed in, and what somebody else saves of the same thing meanwhile."""

    page: str
    label: str
    asked: str
    """The end of the address that it is filled from."""
    change: Callable[[Shop, str], Any]
    make: Callable[[Shop], str] = nothing
    query: dict[str, str] = field(default_factory=dict)
    named: str = ""
    opened_by: str = ""

    def open(self, console: Console, shop: Shop, made: str) -> Page:
        page = console.open(shop, self.page, **self.query, **({self.named: made} if self.named else {}))
        if self.opened_by:
            page.get_by_role("dialog").get_by_text(self.opened_by, exact=True).click()
        return page


FORMS = {
    "customer": Form(
        "customers",
        "Note",
        "/v1/customers/{}",
        lambda shop, buyer: shop.staff.patch(f"/v1/customers/{buyer}", {"blocked": True}),
        customer,
        named="customer",
    ),
    "order": Form(
        "orders",
        "Note",
        "/v1/orders/{}",
        lambda shop, order: shop.staff.patch(f"/v1/orders/{order}", {"tags": ["theirs"]}),
        awaiting_shipment,
        named="order",
        opened_by="Edit",
    ),
    "store": Form(
        "settings",
        "Store name",
        "/v1/store",
        lambda shop, _: shop.owner.patch("/v1/store", {"holidays": ["2027-01-01"]}),
    ),
    "deadlines": Form(
        "settings",
        "the release of funds",
        "/v1/store",
        lambda shop, _: shop.owner.patch("/v1/store", {"deadline_policy": {"receipt": "P99D"}}),
        query={"show": "deadlines"},
    ),
    "template": Form(
        "settings",
        "Text",
        "/v1/message-templates",
        lambda shop, made: shop.owner.request(
            "PUT", f"/v1/message-templates/{made}", {"name": "Theirs", "text": "Theirs."}
        ),
        template,
        query={"show": "templates"},
        named="template",
    ),
    "rules": Form(
        "alerts",
        "Alert when a buyer has waited",
        "/v1/alert-rules",
        lambda shop, _: shop.owner.request("PUT", "/v1/alert-rules", {"digest_hour": 7}),
        query={"show": "rules"},
    ),
    "channel": Form(
        "alerts",
        "Secret",
        "/v1/alert-channels/{}",
        lambda shop, made: shop.owner.patch(f"/v1/alert-channels/{made}", {"name": "Theirs"}),
        channel,
        query={"show": "channels"},
        named="channel",
        opened_by="Settings",
    ),
}


@pytest.mark.parametrize("name", size(["customer"], list(FORMS)))
def test_what_is_typed_stays_when_somebody_else_saves(console: Console, shop: Shop, name: str) -> None:
    form = FORMS[name]
    made = form.make(shop)
    page = form.open(console, shop, made)
    typed = page.locator("input:visible, textarea:visible").and_(page.get_by_label(form.label)).first
    typed.click()
    typed.press("Control+a")
    typed.press_sequentially("12")
    at_rest(page)
    assert form.change(shop, made).status < 300
    with page.expect_response(
        lambda answer: answer.url.partition("?")[0].endswith(form.asked.format(made)) and answer.ok
    ):
        page.evaluate(MINUTES_LATER)
    at_rest(page)
    page.keyboard.type("34")
    expect(typed).to_be_focused()
    expect(typed).to_have_value("1234")


def test_a_form_that_nobody_types_in_shows_what_somebody_else_saves(console: Console, shop: Shop) -> None:
    page = console.open(shop, "settings")
    expect(page.get_by_label("Store name")).to_have_value("Lamp shop")
    assert shop.owner.patch("/v1/store", {"name": "Shop of lamps"}).status == 200
    at_rest(page)
    page.evaluate(MINUTES_LATER)
    expect(page.get_by_label("Store name")).to_have_value("Shop of lamps")
