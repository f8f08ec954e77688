"""Alerts are acknowledged; a channel is set up, tested and followed; rules are set."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.console.conftest import Console
from tests.console.sales import wait_for_alerts
from tests.console.say import Say, main_job
from tests.console.waiting import at_rest, sent
from tests.harness import Shop

LISTED = 30_000
"""Milliseconds in which an alert is raised after what it is about."""


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[bytes]]]:
    """The address of a server that takes each message, and what it has taken."""
    taken: list[bytes] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/orders", taken
    server.shutdown()
    server.server_close()


@main_job("alerts")
def test_an_alert_is_acknowledged(console: Console, shop: Shop, say: Say) -> None:
    order_id = shop.platform.place()["order_id"]
    for action, body in [("pay", {}), ("pass_risk", {}), ("request_cancellation", {"reason": "Twice"})]:
        assert shop.platform.act(order_id, action, body).status == 200
    wait_for_alerts(shop, 1)
    page = console.open(shop, "alerts", language=say.language, severity="warning")
    acknowledge = say("Acknowledge: {message}", message="")
    button = page.get_by_role("row", name=re.compile(order_id)).get_by_role("button", name=acknowledge)
    with sent(page, "/acknowledge"):
        button.click()
    expect(button).to_have_count(0)
    page.get_by_role("link", name=say("Acknowledged")).click()
    expect(page).to_have_url(re.compile("state=acknowledged"))
    expect(page.get_by_role("row", name=re.compile(order_id))).to_be_visible()


@main_job("alerts")
def test_a_webhook_is_set_up_and_its_test_message_followed(
    console: Console, shop: Shop, receiver: tuple[str, list[bytes]], say: Say
) -> None:
    url, taken = receiver
    page = console.open(shop, "alerts", language=say.language, show="channels")
    page.get_by_role("button", name=say("New channel")).click()
    page.get_by_label(say("Kind")).select_option("webhook")
    page.get_by_label(say("Name")).fill("Warehouse")
    page.get_by_label(say("Address (https)")).fill(url)
    page.get_by_role("button", name=say("Create the channel")).click()
    expect(page.get_by_text("whsec_")).to_be_visible()
    page.get_by_role("dialog").get_by_text(say("Settings"), exact=True).click()
    name = page.get_by_role("dialog").get_by_label(say("Name"), exact=True)
    name.fill("Warehouse of Spain")
    page.get_by_role("button", name=say("Send a test message")).click()
    delivered = say("Test message: {state}", state=say("Delivered", of="delivery_state"))
    expect(page.get_by_text(delivered)).to_be_visible(timeout=LISTED)
    assert len(taken) == 1
    page.get_by_role("button", name=say("Send again")).click()
    expect(name).to_have_value("Warehouse of Spain")
    attempts = page.get_by_role("table", name=say("Deliveries of the last 30 days")).locator("small")
    expect(attempts.filter(has_text=re.compile("[:：] ?204"))).to_have_count(2, timeout=LISTED)
    page.get_by_role("button", name=say("Switch off")).click()
    switch_on = page.get_by_role("button", name=say("Switch on"))
    expect(switch_on).to_be_visible()
    assert not shop.owner.get("/v1/alert-channels").json["data"][0]["enabled"]
    page.reload()
    expect(switch_on).to_be_visible()
    expect(page.get_by_text("whsec_")).to_have_count(0)


@main_job("alerts")
def test_an_email_address_is_confirmed_with_the_code_of_the_inbox(console: Console, shop: Shop, say: Say) -> None:
    page = console.open(shop, "alerts", language=say.language, show="channels", channel="new")
    page.get_by_label(say("Kind")).select_option("email")
    page.get_by_label(say("Name")).fill("Owner")
    page.get_by_label(say("Email address")).fill(f"{shop.name}@shop.example")
    page.get_by_role("button", name=say("Create the channel")).click()
    code = page.get_by_label(say("Code of 8 digits"))
    test = page.get_by_role("button", name=say("Send a test message"))
    code.fill("00000000")
    assert test.count() == 0
    console.expect_refusals(page, 422)
    page.get_by_role("button", name=say("Confirm the address")).click()
    expect(code).to_have_attribute("aria-invalid", "true")
    sent = re.compile(rf"验证码是 ([0-9]{{8}})</h3><p>[^<]* to {shop.name}@")
    for _ in range(LISTED // 500):
        if found := sent.search(page.request.get(f"{console.url}/inbox").text()):
            break
        page.wait_for_timeout(500)
    assert found
    code.fill(found[1])
    page.get_by_role("button", name=say("Confirm the address")).click()
    expect(test).to_be_visible()
    assert shop.owner.get("/v1/alert-channels").json["data"][0]["enabled"]


def test_a_channel_with_an_address_that_is_refused_says_so_at_its_field(console: Console, shop: Shop) -> None:
    page = console.open(shop, "alerts", show="channels", channel="new")
    page.get_by_label("Kind").select_option("slack")
    page.get_by_label("Name").fill("Team")
    page.get_by_label("Address (https)").fill("https://shop.example/not-slack")
    console.expect_refusals(page, 422)
    page.get_by_role("button", name="Create the channel").click()
    expect(page.get_by_label("Address (https)")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Name")).to_have_value("Team")


@main_job("alerts")
def test_the_rules_are_set_by_the_owner(console: Console, shop: Shop, say: Say) -> None:
    page = console.open(shop, "alerts", language=say.language, show="rules")
    page.get_by_label(say("Only critical alerts in these hours")).check()
    page.get_by_label(say("From"), exact=True).fill("23:00")
    page.get_by_label(say("Until"), exact=True).fill("07:30")
    shipping = page.get_by_role("group", name=say("shipping", of="timer"), exact=True)
    shipping.get_by_label(say("{time} before", time=say("{n} d", n=3, of="parts"))).check()
    page.get_by_label(say("Alert when a buyer has waited"), exact=True).fill("6")
    page.get_by_role("button", name=say("Save the rules")).click()
    expect(page.get_by_text(say("Saved"), exact=True)).to_be_visible()
    rules = shop.owner.get("/v1/alert-rules").json
    assert rules["quiet_hours"] == {"start": "23:00", "end": "07:30"}
    assert rules["leads"]["shipment"] == ["P3D", "P2D", "P1D", "PT4H", "PT0S"]
    assert rules["unanswered_after"] == "PT6H"


def test_who_is_no_owner_sees_the_alerts_alone(console: Console, shop: Shop) -> None:
    page = console.open(shop, "alerts", role="staff")
    expect(page.get_by_text("The owner of the store sets channels and rules.")).to_be_visible()
    at_rest(page)
    expect(page.get_by_role("link", name="Channels", exact=True)).to_have_count(0)
