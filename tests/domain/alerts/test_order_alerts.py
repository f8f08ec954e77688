"""Alerts of an order's timers: each lead once, at its own time, whenever a run checks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

import pytest

from shared.domain.alerts import order_alerts
from shared.domain.alerts.model import sentence
from shared.domain.alerts.rules import LEADS, AlertRules
from shared.domain.order.history import Change, Entry
from shared.domain.order.transitions import Actor
from shared.domain.stores import DURATIONS, DeadlinePolicy, Mode, Store
from tests.domain.alerts.followed import Followed, H, followed, watching
from tests.domain.build import DISPUTED, WAYS, Life, claim, life_in, line, offer, parcel


def test_each_lead_of_a_timer_raises_one_alert_at_its_own_time() -> None:
    order = followed("WAIT_SELLER_SEND_GOODS")
    due = order.due("shipment")
    for hours in range(0, 24 * 12):
        order.check(order.until + H if hours == 0 else due - timedelta(days=9) + H * hours)
    times = sorted(alert.raised_at for alert in order.alerts.values())
    assert times == [due - 48 * H, due - 24 * H, due - 4 * H], "the lapse comes at the due time itself"
    assert [order.alerts[each].severity for each in sorted(order.alerts)] == ["info", "warning", "critical"]
    assert order.twice == 0


def test_a_timer_that_lapses_raises_no_overdue_alert_except_in_watch_mode() -> None:
    for store, expected in ((None, 3), (watching(), 4)):
        order = followed("WAIT_SELLER_SEND_GOODS", store)
        order.check(order.due("shipment") + H)
        assert len(order.alerts) == expected
    release = followed("FUND_PROCESSING")
    due = release.due("release")
    release.check(due - timedelta(microseconds=1))
    assert not release.alerts
    release.check(due)
    assert [(each.kind, each.severity) for each in release.alerts.values()] == [("release_overdue", "warning")]
    release.do("release_funds", due + H)
    assert [each.resolved_at for each in release.alerts.values()] == [due + H]


def test_alerts_from_the_time_in_watch_mode_do_not_depend_on_when_a_run_checks() -> None:
    ends = []
    for checks in ([], [-30 * H], [H], [-50 * H, -3 * H, 2 * H]):
        order = followed("WAIT_SELLER_SEND_GOODS", watching())
        due = order.due("shipment")
        for late in checks:
            order.check(due + late)
        order.store = replace(order.store, policy=DeadlinePolicy(Mode.ENFORCE), watched_until=due + 5 * H)
        order.sweep(due + 6 * H)
        order.check(due + 7 * H)
        ends.append(order.summary())
    assert all(end == ends[0] for end in ends)
    overdue = [(kind, at) for kind, timer, at, _ in ends[0] if timer == "shipment" and at >= due]
    assert overdue == [("deadline", due)] and any(kind == "closed_by_clock" for kind, *_ in ends[0])


@pytest.mark.parametrize("situation", [*WAYS, *DISPUTED])
def test_the_alerts_at_the_end_do_not_depend_on_when_a_run_starts(situation: str) -> None:
    """Sweeps and checks every three hours, daily, or at the end only: the same alerts and the same state."""
    ends = set()
    for sweeps, checks in product((3, 24, 24 * 70), repeat=2):
        order = followed(situation)
        start = order.until
        for hour in range(1, 24 * 70 + 1):
            now = start + H * hour + timedelta(seconds=31)
            if hour % checks == 0:
                order.check(now)
            if hour % sweeps == 0:
                order.sweep(now)
        order.check(now)
        order.check(now)
        assert order.twice == 0
        ends.add((frozenset(order.summary()), order.order.status, order.progress))
    assert len(ends) == 1, ends


def timed(order: Followed, kind: str) -> list[tuple[timedelta | None, datetime]]:
    """The alerts of a timer, by time: lead and time of each."""
    alerts = [each for each in order.alerts.values() if each.timer == kind]
    return sorted(((each.lead, each.raised_at) for each in alerts), key=lambda each: each[1])


@pytest.mark.parametrize(
    ("left", "at_once"),
    [(72, None), (48, 48), (47, 48), (25, 48), (24, 24), (20, 24), (4, 4), (3, 4), (0.01, 4), (0, None), (-30, None)],
)
def test_of_the_leads_that_have_passed_when_a_timer_starts_the_shortest_is_raised(
    left: float, at_once: int | None
) -> None:
    order = followed("RISK_CONTROL")
    now = order.until
    due = now + left * H
    order.do("pass_risk", now, deadlines={"shipment": due})
    expected = [(at_once * H, now)] if at_once else []
    assert timed(order, "shipment") == expected
    assert [(each.kind, each.lead) for each in order.progress.open] == [("deadline", lead) for lead, _ in expected]
    order.check(due)
    later = [(lead * H, due - lead * H) for lead in (48, 24, 4) if lead < min(left, at_once or left)]
    assert timed(order, "shipment") == expected + later and order.twice == 0
    ours = {each.severity for each in order.alerts.values() if (each.lead, each.raised_at) in expected}
    assert ours <= {"critical" if left <= 4 else "warning" if left <= 24 else "info"}, (
        "the severity follows from the time left"
    )


def test_a_timer_that_is_held_and_resumed_twice_at_one_time_raises_two_alerts() -> None:
    order = followed("WAIT_SELLER_SEND_GOODS")
    now = order.due("shipment") - 3 * H
    order.check(now)
    for action in ("freeze", "unfreeze", "freeze", "unfreeze"):
        order.do(action, now)
    assert timed(order, "shipment")[-2:] == [(4 * H, now)] * 2 and order.twice == 0
    assert len(order.progress.open) == 1 and sum(each.resolved_at is None for each in order.alerts.values()) == 1


def test_an_alert_raised_late_says_how_much_time_is_left() -> None:
    order = followed("RISK_CONTROL")
    now = order.until
    order.do("pass_risk", now, deadlines={"shipment": now + 3.2 * H})
    (alert,) = (each for each in order.alerts.values() if each.timer == "shipment")
    assert "(in 3 h 12 min)" in sentence(alert, "en", "UTC") and "还剩 3 小时 12 分钟" in sentence(
        alert, "zh-CN", "UTC"
    )


@pytest.mark.parametrize("days", [1, 2, 3, 7])
def test_a_timer_that_starts_with_its_full_length_raises_nothing_at_once(days: int) -> None:
    """Otherwise every order of a store that ships within a day would raise two alerts."""
    short = dict.fromkeys(DURATIONS, timedelta(hours=24)) | {"shipment": timedelta(days=days)}
    store = Store("s", policy=DeadlinePolicy(durations=short))
    for line_days in (None, 1):
        life = Life(store, lines=(replace(line("a"), handling_days=line_days),))
        order = Followed(life)
        order.apply(order_alerts.for_new_order(life.order, life.entries[0], store))
        now = life.now
        for action, body in (
            ("pay", {}),
            ("report_short_payment", {"received": 100}),
            ("accept_payment", {}),
            ("request_cancellation", {}),
            ("withdraw_cancellation", {}),
            ("ship", {"parcels": [parcel("LX1")]}),
            ("open_dispute", claim(100)),
            ("counter", offer(50)),
        ):
            now += timedelta(minutes=1)
            by = "seller" if action in ("accept_payment", "ship", "counter") else "platform"
            order.do(action, now, by=by, at=now - timedelta(seconds=25) if by == "platform" else None, **body)
        assert {each.kind for each in order.alerts.values()} == {
            "new_order",
            "short_payment",
            "cancellation_requested",
            "dispute_opened",
        }


def test_a_timer_that_resumes_with_little_time_left_raises_an_alert_then() -> None:
    """After a freeze, a dispute or a cancellation, or because a snapshot changed it."""
    unfrozen = followed("WAIT_SELLER_SEND_GOODS")
    due = unfrozen.due("shipment")
    unfrozen.do("freeze", due - 3 * H)
    assert not unfrozen.progress.open
    unfrozen.do("unfreeze", due + 50 * H)
    assert timed(unfrozen, "shipment")[-1] == (4 * H, due + 50 * H)
    assert [(each.due_at, each.at) for each in unfrozen.progress.open] == [(due + 53 * H, due + 50 * H)]

    disputed = followed("SELLER_PART_SEND_GOODS")
    due = disputed.due("shipment")
    disputed.do("open_dispute", due - 3 * H, **claim(100))
    disputed.do("withdraw", due + 9 * H)
    assert timed(disputed, "shipment")[-1] == (4 * H, due + 9 * H)
    assert disputed.due("shipment") == due + 12 * H

    ended = followed("SELLER_PART_SEND_GOODS")
    due = ended.due("shipment")
    ended.do("open_dispute", due - 20 * H, **claim(100))
    lapses = ended.due("dispute_answer")
    ended.sweep(lapses + 100 * H)
    assert (24 * H, lapses) in timed(ended, "shipment"), "at the lapse, however late the sweep"

    returned = followed("IN_CANCEL")
    due = returned.due("shipment")
    returned.store = replace(returned.store, policy=DeadlinePolicy(Mode.WATCH))
    returned.do("reject_cancellation", due + H, by="seller")
    assert timed(returned, "shipment")[-1] == (24 * H, due + H), "24 h from then"

    life = life_in("RISK_CONTROL")
    synced, now = Followed(life), life.now
    for left in (3, 2):
        synced.do("sync", now, **life.snapshot("WAIT_SELLER_SEND_GOODS", deadlines={"shipment": now + left * H}))
    moved = [each for each in synced.alerts.values() if each.timer == "shipment"]
    assert sorted((each.due_at, each.lead, each.resolved_at) for each in moved) == [
        (now + 2 * H, 4 * H, None),
        (now + 3 * H, 4 * H, now),
    ]


def test_imported_orders_raise_alerts_only_if_time_is_left() -> None:
    """Orders of years: finished, lapsed long ago, or recent."""
    raised = []
    for age in (timedelta(days=400), timedelta(days=19, hours=21), timedelta(days=19), timedelta(days=3)):
        life = Life(Store("s"))
        now = life.order.placed_at + age
        order = Followed(life)
        order.apply(order_alerts.for_new_order(life.order, replace(life.entries[0], recorded_at=now), life.store))
        raised += [(age.days, each.timer, each.lead) for each in order.alerts.values()]
        for status in ("WAIT_SELLER_SEND_GOODS", "WAIT_BUYER_ACCEPT_GOODS", "FUND_PROCESSING", "FINISH"):
            order.do("sync", now, at=life.order.placed_at + H, **life.snapshot(status))
            if age.days == 400:
                order.check(now)
                assert not order.alerts, status
    assert raised == [(19, "payment", 4 * H), (19, "payment", 24 * H)]


def test_a_command_first_raises_the_alerts_from_before_it() -> None:
    swept, late = followed("WAIT_SELLER_SEND_GOODS"), followed("WAIT_SELLER_SEND_GOODS")
    due = swept.due("shipment")
    for hours in range(-60, -3):
        swept.check(due + H * hours)
    for order in (swept, late):
        order.do("ship", due - 3 * H, by="seller", parcels=[parcel("LX9")])
    assert swept.summary() == late.summary() and len(late.summary()) == 3
    assert {each.resolved_at for each in late.alerts.values()} == {due - 3 * H}
    assert all(not each.should_deliver for each in late.alerts.values()), "resolved before the first delivery"


def test_a_pause_resolves_open_alerts_and_raises_none() -> None:
    order = followed("WAIT_SELLER_SEND_GOODS")
    due = order.due("shipment")
    order.check(due - 24 * H)
    order.do("freeze", due - 20 * H)
    assert all(each.resolved_at == due - 20 * H for each in order.alerts.values())
    order.check(due + 100 * H)
    assert len(order.alerts) == 2 and not order.progress.open
    order.do("unfreeze", due + 100 * H)
    order.check(due + 130 * H)
    later = [each for each in order.alerts.values() if each.due_at != due]
    times = sorted((each.raised_at, each.lead) for each in later)
    assert times == [(due + 100 * H, 24 * H), (due + 116 * H, 4 * H)] and {each.due_at for each in later} == {
        due + 120 * H
    }


def test_a_note_after_a_lapse_that_is_due_does_not_lose_the_alerts_of_the_lapse() -> None:
    one_day = DeadlinePolicy(durations=DURATIONS | {"shipment": timedelta(days=1)})
    order = followed("RISK_CONTROL", Store("s", policy=one_day))
    due = order.due("risk")
    noted, swept = order, followed("RISK_CONTROL", order.store)
    entry = Entry(9, due + 9 * H, due + 9 * H, Actor("staff", "a"), "patch", order.order.status, order.order.status)
    noted.change(Change(replace(order.order, note="n", version=9), (entry,)))
    for each in (noted, swept):
        each.sweep(due + 10 * H)
        each.check(due + 10 * H)
        each.check(due + 40 * 24 * H)
    assert {each[:3] for each in noted.summary()} == {each[:3] for each in swept.summary()} and swept.summary()


def test_changed_leads_apply_from_their_change_on() -> None:
    order = followed("WAIT_SELLER_SEND_GOODS")
    due = order.due("shipment")
    before = order.store.alert_rules
    leads = {**LEADS, "shipment": (72 * H, 30 * H, 4 * H)}
    rules = before.updated(AlertRules(leads=leads), due - 40 * H)
    order.store = replace(order.store, alert_rules=rules)
    order.check(due)
    leads_due = sorted(each.lead for each in order.alerts.values() if each.lead)
    assert leads_due == [4 * H, 30 * H, 48 * H], "48 h passed under the old leads, 24 h is no lead now, 72 h was none"
