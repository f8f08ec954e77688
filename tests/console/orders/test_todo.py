"""The to-do page: what waits for a person, with the counts of the lists, timers, alerts and faults."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.console.conftest import Console
from tests.console.sales import wait_for_alerts
from tests.console.say import LANGUAGES, Say, main_job
from tests.console.waiting import at_rest
from tests.harness import Shop, ago, ahead
from tests.proof import counted

ALERTS = 2
"""Alerts of the store below: the shipment is due soon, and a cancellation is asked for."""


@pytest.fixture
def busy(shop: Shop) -> Shop:
    """A store with an order that awaits shipment, due in 90 minutes, and one whose buyer asks to cancel."""
    for step in ("ship me", "cancel me"):
        due = [{"kind": "shipment", "due_at": ahead(minutes=90)}]
        order_id = shop.platform.place(placed_at=ago(hours=3))["order_id"]
        shop.platform.act(order_id, "pay")
        shop.platform.act(order_id, "pass_risk", {"deadlines": due} if step == "ship me" else {})
        if step == "cancel me":
            assert shop.platform.act(order_id, "request_cancellation", {"reason": "a reason"}).status == 200
    wait_for_alerts(shop, ALERTS)
    return shop


def cards(page: Page) -> list[tuple[str, int]]:
    """The address and the number of each card."""
    expect(page.locator("a.card .count").first).to_have_text(re.compile("[0-9]"))
    at_rest(page)
    found = page.locator("a.card").evaluate_all(
        "cards => cards.map(card => [card.href, card.querySelector('.count').textContent])"
    )
    return [(href, int(count.replace(",", ""))) for href, count in found]


def at_any_time(href: str) -> re.Pattern[str]:
    """The address with whatever moments: a counter of the next hours is asked again while the page is open."""
    return re.compile("^" + re.sub(r"\d{4}\\-\d\d\\-\d\dT[^&]*Z", "[^&]*", re.escape(href)) + "$")


@main_job("todo")
def test_each_counter_leads_to_the_list_that_it_counts(console: Console, busy: Shop, say: Say) -> None:
    page = console.open(busy, language=say.language)
    found = cards(page)
    places = range(LANGUAGES.index(say.language), len(found), len(LANGUAGES))  # both languages follow all of them
    for place in places:
        href, count = found[place]
        page.locator("a.card").nth(place).click()
        expect(page).to_have_url(at_any_time(href))
        expect(page.get_by_role("heading", level=1, name=say("Orders", of="orders"))).to_be_visible()
        rows = page.locator("tr[data-key]")
        if count:
            expect(rows).to_have_count(count)
        else:
            expect(page.locator(".empty")).to_be_visible()
        page.go_back()
        expect(page.locator("a.card")).to_have_count(len(found))
    counted("counters", len(found), 15)
    counted("counters followed", len(places), 7)
    counted("orders counted", sum(count for _, count in found), 5)


def test_a_count_that_is_cut_off_says_that_there_are_more(console: Console, busy: Shop) -> None:
    page = console.open(busy)

    def with_many(route: Route) -> None:
        answer = route.fetch()
        counters = answer.json()
        counters["overdue"] |= {"count": 1000, "cut_off": True}
        route.fulfill(response=answer, json=counters)

    page.route("**/v1/orders/counters", with_many)
    page.reload()
    count = page.locator("a.card", has_text="Overdue").locator(".count")
    expect(count).to_have_text("1,000+")
    expect(count).to_have_attribute("title", "More than 1,000")


@main_job("todo")
def test_a_timer_says_what_happens_and_who_must_act(console: Console, busy: Shop, say: Say) -> None:
    page = console.open(busy, language=say.language)
    timers = page.get_by_role("table", name=say("The ten most urgent timers"))
    first = timers.locator("tbody tr").first
    expect(first).to_contain_text(re.compile(r"\d+ min left|剩余 \d+ 分钟"))
    expect(first).to_contain_text(say("The seller"))
    expect(first).to_contain_text(say("Not shipped in time"))
    first.get_by_role("link").click()
    expect(page.get_by_role("dialog")).to_be_visible()


@main_job("todo")
def test_an_alert_is_acknowledged(console: Console, busy: Shop, say: Say) -> None:
    page = console.open(busy, role="staff", language=say.language)
    expect(page.get_by_role("heading", level=1, name=say("To do"))).to_be_visible()
    buttons = page.get_by_role("button", name=say("Acknowledge: {message}", message=""))
    expect(buttons).to_have_count(ALERTS)
    buttons.first.click()
    expect(buttons).to_have_count(ALERTS - 1)
    assert len(busy.viewer.every("/v1/alerts")) == ALERTS - 1


def test_a_viewer_acknowledges_nothing(console: Console, busy: Shop) -> None:
    page = console.open(busy, role="viewer")
    expect(page.locator(".alerts li").first).to_be_visible()
    at_rest(page)
    expect(page.get_by_role("button", name=re.compile("^Acknowledge"))).to_have_count(0)


@main_job("todo")
def test_what_went_wrong_is_shown(console: Console, shop: Shop, say: Say) -> None:
    channel = {"kind": "email", "name": "Old inbox", "address": "old@shop.example"}
    channel_id = shop.owner.post("/v1/alert-channels", channel).json["id"]
    assert shop.owner.patch(f"/v1/alert-channels/{channel_id}", {"enabled": False}).status == 200
    page = console.open(shop, language=say.language)
    expect(page.get_by_text(say("Channel switched off: {name}", name="Old inbox"))).to_be_visible()
