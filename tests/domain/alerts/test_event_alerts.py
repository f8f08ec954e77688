"""Alerts of what happens to an order, payment reminders, and the id and the words of an alert."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from ulid import ULID

from shared.domain.alerts import order_alerts
from shared.domain.alerts.model import KINDS, Alert, Cause, Severity, sentence
from shared.domain.alerts.order_alerts import EVENTS, AlertProgress
from shared.domain.alerts.rules import LEADS, AlertRules, PaymentReminders
from shared.domain.order import deadlines, lifecycle
from shared.domain.order.transitions import Actor, Command
from shared.domain.stores import Store
from tests.domain.alerts.followed import Followed, H, followed, watching
from tests.domain.build import Life, claim, offer

START = datetime(2026, 12, 1, 9, tzinfo=UTC)
HAPPENS: dict[str, tuple[str, str]] = {
    "short_payment": ("RISK_CONTROL", "report_short_payment"),
    "cancellation_requested": ("WAIT_SELLER_SEND_GOODS", "request_cancellation"),
    "dispute_opened": ("WAIT_BUYER_ACCEPT_GOODS", "open_dispute"),
    "dispute_escalated": ("wait_seller", "escalate"),
}
BODIES = {"report_short_payment": {"received": 100}, "open_dispute": claim(100), "counter": offer(50)}
ENDS: dict[str, tuple[str, str]] = {
    "short_payment": ("accept_payment", "seller"),
    "cancellation_requested": ("withdraw_cancellation", "platform"),
    "dispute_opened": ("counter", "seller"),
    "dispute_escalated": ("withdraw", "platform"),
}


@pytest.mark.parametrize("kind", HAPPENS)
def test_an_event_raises_an_alert_that_is_resolved_with_its_cause(kind: str) -> None:
    situation, action = HAPPENS[kind]
    order = followed(situation)
    now = order.until
    order.do(action, now + H, **BODIES.get(action, {}))
    (alert,) = [each for each in order.alerts.values() if each.kind == kind]
    assert (alert.raised_at, alert.order_id, alert.resolved_at) == (now + H, order.order.order_id, None)
    ending, by = ENDS[kind]
    order.do(ending, now + 2 * H, by=by, **BODIES.get(ending, {}))
    assert order.alerts[alert.alert_id].resolved_at == now + 2 * H


def test_a_new_order_raises_an_alert_unless_it_was_placed_long_ago() -> None:
    for age, count in ((H, 1), (timedelta(days=2), 0)):
        life = Life(Store("s"))
        entry = replace(life.entries[0], recorded_at=life.entries[0].at + age)
        changes = order_alerts.for_new_order(life.order, entry, life.store)
        assert len(changes.raised) == count and len(changes.progress.open) == count
        assert changes.progress.until == entry.recorded_at
        if count:
            paid = lifecycle.act(
                life.order,
                Command("pay", Actor("platform", "p"), entry.recorded_at, entry.recorded_at, life.store, str),
            )
            after = order_alerts.for_change(life.order, paid, life.store, changes.progress)
            assert [cause.kind for cause, _ in after.resolved] == ["new_order"] and not after.progress.open


def test_an_order_that_the_clock_closed_raises_an_alert_with_its_cost() -> None:
    order = followed("WAIT_SELLER_SEND_GOODS")
    due = order.due("shipment")
    order.sweep(due + 300 * H)
    (closed,) = [each for each in order.alerts.values() if each.kind == "closed_by_clock"]
    assert (closed.raised_at, closed.severity, closed.resolved_at) == (due, Severity.CRITICAL, None)
    assert closed.facts["violation"] == "transaction_non_fulfilment"
    assert closed.facts["cost"] == {"amount": f"{order.order.promised / 100:.2f}", "currency": "USD"}
    assert closed.should_deliver and "goes back to the buyer" in sentence(closed, "en", "Asia/Shanghai")
    watched = followed("WAIT_SELLER_SEND_GOODS", watching())
    watched.do("expire_shipment", due + H, at=due)
    assert [each.kind for each in watched.alerts.values() if each.kind == "closed_by_clock"], "the platform's own clock"


def test_a_lapse_from_before_the_order_arrived_raises_no_alert() -> None:
    life = Life(Store("s"))
    late = life.due("payment") + timedelta(days=90)
    order = Followed(life)
    order.apply(order_alerts.for_new_order(life.order, replace(life.entries[0], recorded_at=late), life.store))
    order.sweep(late + H)
    assert order.order.status == "FINISH" and not order.alerts
    known = followed("PLACE_ORDER_SUCCESS")
    known.sweep(known.due("payment") + timedelta(days=9))
    assert "closed_unpaid" in {each.kind for each in known.alerts.values()}


def test_the_rule_reminds_once_and_only_of_payments_due_since_it_is_on() -> None:
    life = Life(Store("s"))
    placed = life.order.placed_at

    def at(**rule: object) -> datetime | None:
        store = Store("s", alert_rules=AlertRules(remind_payment=PaymentReminders(**rule)))  # type: ignore[arg-type]
        return order_alerts.reminder_at(life.order, store, AlertProgress())

    assert at() is None
    assert at(enabled=True, after=5 * H) == placed + 5 * H
    assert at(enabled=True, after=5 * H, since=placed + 6 * H) is None
    assert at(enabled=True, exempt_countries=frozenset({life.order.buyer.country})) is None
    on = Store("s", alert_rules=AlertRules(remind_payment=PaymentReminders(enabled=True)))
    for changed in (replace(life.order, reminded_at=placed), replace(life.order, frozen_at=placed)):
        assert order_alerts.reminder_at(changed, on, AlertProgress()) is None
    assert order_alerts.reminder_at(life.order, on, AlertProgress(passed_over=placed)) is None


def test_an_id_is_a_ulid_of_the_time_and_the_cause() -> None:
    cause = Cause("deadline", START, "1", "shipment", START + 4 * H, 4 * H)
    one = cause.alert_id("s")
    assert one.startswith("alr_") and len(one) == 30 and one == replace(cause).alert_id("s")
    others = [
        cause.alert_id("t"),
        *(
            replace(cause, **change).alert_id("s")  # type: ignore[arg-type]
            for change in (
                {"kind": "release_overdue"},
                {"subject": "2"},
                {"timer": "payment"},
                {"due_at": START},
                {"lead": 5 * H},
                {"at": START + H},
            )
        ),
    ]
    assert len({one, *others}) == 8
    assert one < replace(cause, at=START + H).alert_id("s"), "ids sort by time"
    assert ULID.from_str(one[4:]).datetime == START


def test_every_kind_has_a_sentence_in_both_languages() -> None:
    facts = {"total": {"amount": "28.50", "currency": "USD"}, "since": "2026-12-01T09:00:00+00:00"}
    said = set()
    for kind in KINDS:
        cause = Cause(kind, START, "1", "shipment", START, 4 * H)
        alert = Alert("s", cause.alert_id("s"), kind, cause.severity, START, "1", "x", "shipment", START, 4 * H, facts)
        english, chinese = (sentence(alert, each, "Asia/Shanghai") for each in ("en", "zh-CN"))
        assert english.isascii() and not chinese.isascii() and "{" not in english + chinese
        said |= {english, chinese}
    assert len(said) == 2 * len(KINDS)
    assert set(EVENTS) < set(KINDS) and set(LEADS) == set(deadlines.TIMERS)
    print(json.dumps({"kinds": len(KINDS), "events": len(EVENTS), "timers": len(LEADS)}))
