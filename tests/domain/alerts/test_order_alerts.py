"""The alerts of an order: each lead once, at its own time, whenever a run checks."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from ulid import ULID

from shared.domain.alerts import order_alerts
from shared.domain.alerts.model import KINDS, Alert, Cause, Severity, sentence
from shared.domain.alerts.order_alerts import EVENTS, AlertChanges, AlertProgress
from shared.domain.alerts.rules import LEADS, AlertRules, PaymentReminders
from shared.domain.order import deadlines, lifecycle
from shared.domain.order.history import Change, Entry
from shared.domain.order.model import Order
from shared.domain.order.transitions import Actor, Command
from shared.domain.stores import DURATIONS, DeadlinePolicy, Mode, Store
from tests.domain.build import DISPUTED, WAYS, Life, claim, life_in, line, offer, parcel

H = timedelta(hours=1)
START = datetime(2026, 12, 1, 9, tzinfo=UTC)


class Followed:
    """An order with its alerts: commands, sweeps and checks of the reminder run, in any order."""

    def __init__(self, life: Life) -> None:
        self.order, self.store, self.ids = life.order, life.store, 0
        self.progress = AlertProgress(life.now)
        self.alerts: dict[str, Alert] = {}
        self.twice = 0

    def apply(self, changes: AlertChanges) -> None:
        self.progress = changes.progress
        for alert in changes.raised:
            self.twice += alert.alert_id in self.alerts
            self.alerts[alert.alert_id] = alert
        for cause, at in changes.resolved:
            alert_id = cause.alert_id(self.store.store_id)
            assert self.alerts[alert_id].resolved_at is None
            self.alerts[alert_id] = replace(self.alerts[alert_id], resolved_at=at)

    def new_id(self, prefix: str) -> str:
        self.ids += 1
        return f"{prefix}{self.ids}"

    def change(self, change: Change) -> None:
        if change.entries:
            self.apply(order_alerts.for_change(self.order, change, self.store, self.progress))
            self.order = change.order

    def sweep(self, now: datetime) -> None:
        self.change(lifecycle.lapse(self.order, self.store, before=now, recorded_at=now, new_id=self.new_id))

    def check(self, now: datetime) -> None:
        self.apply(order_alerts.at(self.order, self.store, self.progress, now))

    def do(self, action: str, now: datetime, by: str = "platform", at: datetime | None = None, **body: object) -> None:
        command = Command(action, Actor(by, by), at or now, now, self.store, self.new_id, body)
        self.change(lifecycle.act(self.order, command))

    def summary(self) -> set[tuple[str, str | None, datetime, datetime | None]]:
        return {(each.kind, each.timer, each.raised_at, each.resolved_at) for each in self.alerts.values()}


def due_of(order: Order, kind: str) -> datetime:
    timer = order.timer(kind)
    assert timer is not None
    return timer.due_at


def followed(situation: str, store: Store | None = None) -> Followed:
    return Followed(life_in(situation, store) if store else life_in(situation))


def watching(**rules: object) -> Store:
    return Store("s", policy=DeadlinePolicy(Mode.WATCH), alert_rules=AlertRules(**rules))  # type: ignore[arg-type]


def test_each_lead_of_a_timer_raises_one_alert_at_its_own_time() -> None:
    order = followed("WAIT_SELLER_SEND_GOODS")
    due = due_of(order.order, "shipment")
    for hours in range(0, 24 * 12):
        order.check(order.progress.until + H if hours == 0 else due - timedelta(days=9) + H * hours)  # type: ignore[operator]
    times = sorted(alert.raised_at for alert in order.alerts.values())
    assert times == [due - 48 * H, due - 24 * H, due - 4 * H], "the lapse comes at the due time itself"
    assert [order.alerts[each].severity for each in sorted(order.alerts)] == ["info", "warning", "critical"]
    assert order.twice == 0


def test_a_timer_that_lapses_raises_no_overdue_alert_except_in_watch_mode() -> None:
    for store, expected in ((None, 3), (watching(), 4)):
        order = followed("WAIT_SELLER_SEND_GOODS", store)
        order.check(due_of(order.order, "shipment") + H)
        assert len(order.alerts) == expected
    release = followed("FUND_PROCESSING")
    due = due_of(release.order, "release")
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
        due = due_of(order.order, "shipment")
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
        start = order.progress.until
        assert start is not None
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
    now = order.progress.until
    assert now is not None
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
    now = due_of(order.order, "shipment") - 3 * H
    order.check(now)
    for action in ("freeze", "unfreeze", "freeze", "unfreeze"):
        order.do(action, now)
    assert timed(order, "shipment")[-2:] == [(4 * H, now)] * 2 and order.twice == 0
    assert len(order.progress.open) == 1 and sum(each.resolved_at is None for each in order.alerts.values()) == 1


def test_an_alert_raised_late_says_how_much_time_is_left() -> None:
    order = followed("RISK_CONTROL")
    now = order.progress.until
    assert now is not None
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
    due = due_of(unfrozen.order, "shipment")
    unfrozen.do("freeze", due - 3 * H)
    assert not unfrozen.progress.open
    unfrozen.do("unfreeze", due + 50 * H)
    assert timed(unfrozen, "shipment")[-1] == (4 * H, due + 50 * H)
    assert [(each.due_at, each.at) for each in unfrozen.progress.open] == [(due + 53 * H, due + 50 * H)]

    disputed = followed("SELLER_PART_SEND_GOODS")
    due = due_of(disputed.order, "shipment")
    disputed.do("open_dispute", due - 3 * H, **claim(100))
    disputed.do("withdraw", due + 9 * H)
    assert timed(disputed, "shipment")[-1] == (4 * H, due + 9 * H)
    assert due_of(disputed.order, "shipment") == due + 12 * H

    ended = followed("SELLER_PART_SEND_GOODS")
    due = due_of(ended.order, "shipment")
    ended.do("open_dispute", due - 20 * H, **claim(100))
    lapses = due_of(ended.order, "dispute_answer")
    ended.sweep(lapses + 100 * H)
    assert (24 * H, lapses) in timed(ended, "shipment"), "at the lapse, however late the sweep"

    returned = followed("IN_CANCEL")
    due = due_of(returned.order, "shipment")
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
    due = due_of(swept.order, "shipment")
    for hours in range(-60, -3):
        swept.check(due + H * hours)
    for order in (swept, late):
        order.do("ship", due - 3 * H, by="seller", parcels=[parcel("LX9")])
    assert swept.summary() == late.summary() and len(late.summary()) == 3
    assert {each.resolved_at for each in late.alerts.values()} == {due - 3 * H}
    assert all(not each.should_deliver for each in late.alerts.values()), "resolved before the first delivery"


def test_a_pause_resolves_open_alerts_and_raises_none() -> None:
    order = followed("WAIT_SELLER_SEND_GOODS")
    due = due_of(order.order, "shipment")
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
    order = followed("RISK_CONTROL", Store("s", policy=DeadlinePolicy(durations={**_short()})))
    due = due_of(order.order, "risk")
    noted, swept = order, followed("RISK_CONTROL", order.store)
    entry = Entry(9, due + 9 * H, due + 9 * H, Actor("staff", "a"), "patch", order.order.status, order.order.status)
    noted.change(Change(replace(order.order, note="n", version=9), (entry,)))
    for each in (noted, swept):
        each.sweep(due + 10 * H)
        each.check(due + 10 * H)
        each.check(due + 40 * 24 * H)
    assert {each[:3] for each in noted.summary()} == {each[:3] for each in swept.summary()} and swept.summary()


def _short() -> dict[str, timedelta]:
    return dict(DURATIONS) | {"shipment": timedelta(days=1)}


def test_changed_leads_apply_from_their_change_on() -> None:
    order = followed("WAIT_SELLER_SEND_GOODS")
    due = due_of(order.order, "shipment")
    before = order.store.alert_rules
    leads = {**LEADS, "shipment": (72 * H, 30 * H, 4 * H)}
    rules = before.updated(AlertRules(leads=leads), due - 40 * H)
    order.store = replace(order.store, alert_rules=rules)
    order.check(due)
    leads_due = sorted(each.lead for each in order.alerts.values() if each.lead)
    assert leads_due == [4 * H, 30 * H, 48 * H], "48 h passed under the old leads, 24 h is no lead now, 72 h was none"


HAPPENS: dict[str, tuple[str, str]] = {
    "short_payment": ("RISK_CONTROL", "report_short_payment"),
    "cancellation_requested": ("WAIT_SELLER_SEND_GOODS", "request_cancellation"),
    "dispute_opened": ("WAIT_BUYER_ACCEPT_GOODS", "open_dispute"),
    "dispute_escalated": ("wait_seller", "escalate"),
}
BODIES = {
    "report_short_payment": {"received": 100},
    "open_dispute": {"kind": "not_received", "claim": 100, "solution": "refund", "text": "where is it"},
}
ENDS: dict[str, tuple[str, str]] = {
    "short_payment": ("accept_payment", "seller"),
    "cancellation_requested": ("withdraw_cancellation", "platform"),
    "dispute_opened": ("counter", "seller"),
    "dispute_escalated": ("withdraw", "platform"),
}
OFFER = {"counter": {"solution": "refund", "refund": 50, "text": "half"}}


@pytest.mark.parametrize("kind", HAPPENS)
def test_an_event_raises_an_alert_that_is_resolved_with_its_cause(kind: str) -> None:
    situation, action = HAPPENS[kind]
    order = followed(situation)
    now = order.progress.until
    assert now is not None
    order.do(action, now + H, **BODIES.get(action, {}))
    (alert,) = [each for each in order.alerts.values() if each.kind == kind]
    assert (alert.raised_at, alert.order_id, alert.resolved_at) == (now + H, order.order.order_id, None)
    ending, by = ENDS[kind]
    order.do(ending, now + 2 * H, by=by, **OFFER.get(ending, {}))
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
    due = due_of(order.order, "shipment")
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
    late = due_of(life.order, "payment") + timedelta(days=90)
    order = Followed(life)
    order.apply(order_alerts.for_new_order(life.order, replace(life.entries[0], recorded_at=late), life.store))
    order.sweep(late + H)
    assert order.order.status == "FINISH" and not order.alerts
    known = followed("PLACE_ORDER_SUCCESS")
    known.sweep(due_of(known.order, "payment") + timedelta(days=9))
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
