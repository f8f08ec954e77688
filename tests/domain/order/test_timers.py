"""The timer table and lapses: which, when, in which order, and in which stores."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.order import deadlines, lifecycle
from shared.domain.stores import DURATIONS
from tests.domain.build import PLACED, SHIP_ALL, STORE, WATCHING, Life, claim, days, hours, life_in, policy

INSTANT = timedelta(microseconds=1)

TIMERS = (
    ("payment", "PLACE_ORDER_SUCCESS", days(20), "expire_payment"),
    ("risk", "RISK_CONTROL", hours(24), "pass_risk"),
    ("examination", "WAIT_SELLER_EXAMINE_MONEY", hours(72), "expire_examination"),
    ("cancellation", "IN_CANCEL", hours(48), "accept_cancellation"),
    ("receipt", "WAIT_BUYER_ACCEPT_GOODS", days(60), "expire_receipt"),
    ("release", "FUND_PROCESSING", days(3), None),
)


def started(life: Life, kind: str) -> datetime:
    """The timers of a situation start with its last action; the payment timer starts with `place`."""
    return PLACED if kind == "payment" else life.entries[-1].at


@pytest.mark.parametrize(("kind", "situation", "length", "lapse"), TIMERS, ids=[row[0] for row in TIMERS])
def test_a_timer_runs_for_its_default_time(kind: str, situation: str, length: timedelta, lapse: str | None) -> None:
    life = life_in(situation)
    timer = life.order.timer(kind)
    assert timer is not None
    assert timer.due_at == started(life, kind) + length
    assert deadlines.on_lapse(life.order, timer) == lapse
    assert DURATIONS[kind] == length


@pytest.mark.parametrize(("kind", "situation", "length", "lapse"), TIMERS, ids=[row[0] for row in TIMERS])
def test_a_timer_runs_for_the_time_of_the_stores_policy(
    kind: str, situation: str, length: timedelta, lapse: str | None
) -> None:
    life = life_in(situation, policy(**{kind: hours(30)}))
    assert life.due(kind) == started(life, kind) + hours(30)


@pytest.mark.parametrize(("kind", "situation", "length", "lapse"), TIMERS, ids=[row[0] for row in TIMERS])
def test_a_timer_lapses_after_its_instant_and_at_its_instant(
    kind: str, situation: str, length: timedelta, lapse: str | None
) -> None:
    life = life_in(situation)
    due = life.due(kind)
    assert due is not None
    known, status = len(life.entries), life.status
    assert life.sweep(before=due).status == status
    life.on(due + hours(5)).sweep(before=due + INSTANT)
    assert life.actions[known:] == ([lapse] if lapse else [])
    if lapse:
        entry = life.entries[-1]
        assert (entry.at, entry.recorded_at) == (due, due + hours(5))
        assert (entry.actor.role, entry.actor.id) == ("clock", "clock")


def test_a_command_at_the_due_instant_comes_first() -> None:
    due = PLACED + days(20)
    assert Life().on(due).do("pay").status == "RISK_CONTROL"
    assert Life().on(due + INSTANT).refuses("pay").code == "transition_not_allowed"
    assert Life().on(due + INSTANT).do("pay", at=due).status == "RISK_CONTROL"


def test_a_refused_command_leaves_everything_as_it_was() -> None:
    life = Life().on(PLACED + days(21))
    refusal = life.refuses("pay")
    assert refusal.status == "FINISH"  # type: ignore[union-attr]
    assert (life.status, life.order.version) == ("PLACE_ORDER_SUCCESS", 1)


def test_each_timer_starts_when_the_one_before_was_due() -> None:
    life = Life().wait(hours=1).do("pay")
    paid = life.now
    life.wait(days=90).sweep()
    ship_by = deadlines.shipment_due(STORE, life.order, paid + hours(24))
    assert life.actions == ["place", "pay", "pass_risk", "expire_shipment"]
    assert [entry.at for entry in life.entries[2:]] == [paid + hours(24), ship_by]
    assert (life.refund.requested_at, life.order.violations[0].at) == (ship_by, ship_by)


def test_a_partly_shipped_order_lapses_to_its_receipt() -> None:
    life = life_in("SELLER_PART_SEND_GOODS")
    ship_by = life.due("shipment")
    assert ship_by is not None
    life.wait(days=200).sweep()
    assert life.actions[-2:] == ["expire_shipment", "expire_receipt"]
    shipped = life.order.parcels[0].shipped_at
    assert [entry.at for entry in life.entries[-2:]] == [ship_by, shipped + days(60)]
    assert life.due("release") == shipped + days(63)
    assert life.status == "FUND_PROCESSING"


def test_a_command_is_recorded_after_the_lapses_before_it() -> None:
    life = Life().wait(hours=1).do("pay").wait(hours=30).do("ship", "staff", **SHIP_ALL[1])
    assert life.actions == ["place", "pay", "pass_risk", "ship"]
    assert [entry.seq for entry in life.entries] == [1, 2, 3, 4]


def test_a_command_from_the_past_applies_only_the_lapses_before_it() -> None:
    life = Life().on(PLACED + days(40)).do("pay", at=PLACED + days(19))
    assert life.actions == ["place", "pay"]


def test_nothing_lapses_in_watch_mode() -> None:
    life = Life(WATCHING).wait(days=400)
    assert life.sweep().actions == ["place"]
    assert "pay" in life.may()
    assert life.do("pay").status == "RISK_CONTROL"
    assert life.wait(days=400).refuses("ship", "staff", **SHIP_ALL[1]).code == "transition_not_allowed"
    assert life.do("pass_risk").status == "WAIT_SELLER_SEND_GOODS"


def test_a_held_risk_check_has_no_timer() -> None:
    assert life_in("RISK_CONTROL_HOLD").wait(days=90).sweep().status == "RISK_CONTROL_HOLD"


def test_the_release_timer_runs_and_never_lapses() -> None:
    life = life_in("FUND_PROCESSING").wait(days=90)
    version = life.order.version
    assert [timer.kind for timer in deadlines.running(life.order)] == ["release"]
    assert life.sweep().order.version == version


def test_ship_by_is_shown_during_a_cancellation_and_does_not_lapse_there() -> None:
    life = life_in("IN_CANCEL", policy(cancellation=days(30)))
    assert {timer.kind for timer in deadlines.running(life.order)} == {"shipment", "cancellation"}
    ship_by = life.order.timer("shipment")
    assert ship_by is not None and deadlines.on_lapse(life.order, ship_by) is None
    assert life.on(ship_by.due_at + days(1)).sweep().status == "IN_CANCEL"


def test_a_supplied_timer_wins_over_a_computed_one() -> None:
    soon = PLACED + hours(7)
    assert Life(deadlines={"payment": soon}).due("payment") == soon
    assert Life().do("pay", deadlines={"risk": soon}).due("risk") == soon
    assert life_in("RISK_CONTROL").do("pass_risk", deadlines={"shipment": soon}).due("shipment") == soon
    disputed = life_in("WAIT_BUYER_ACCEPT_GOODS").do("open_dispute", **claim(), deadlines={"dispute_answer": soon})
    assert disputed.due("dispute_answer") == soon


def test_a_timer_supplied_ahead_of_its_time_runs_once_its_status_is_reached() -> None:
    ship_by, receive_by = PLACED + days(4), PLACED + days(30)
    life = Life(deadlines={"shipment": ship_by, "receipt": receive_by})
    assert life.timers() == {"payment"}
    life.do("pay")
    assert life.timers() == {"risk"}
    assert life.do("pass_risk").due("shipment") == ship_by
    shipped = life.do("ship", parcels=[{"carrier": "C", "tracking_no": "N"}])
    assert shipped.due("receipt") == receive_by
    assert life.order.supplied == ()


def test_the_buyers_window_is_the_promised_delivery() -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS", delivery_days=90)
    shipped = life.order.shipped_at
    assert shipped is not None and life.due("receipt") == shipped + days(90)


def test_the_buyers_window_is_elapsed_time_across_clock_changes() -> None:
    """The sample of the reference: from 27 February 23:15:30 in winter time to 28 May 00:15:30 in summer time."""
    shipped = datetime(2024, 2, 28, 7, 15, 30, tzinfo=UTC)
    life = Life(delivery_days=90, placed_at=shipped - days(3)).do("pay").do("pass_risk")
    life.on(shipped).do("ship", **SHIP_ALL[1])
    assert life.due("receipt") == datetime(2024, 5, 28, 7, 15, 30, tzinfo=UTC)


def test_the_payment_timer_continues_while_payment_is_processed() -> None:
    life = life_in("PAYMENT_PROCESSING")
    assert life.due("payment") == PLACED + days(20)
    assert life.do("fail_payment").due("payment") == PLACED + days(20)
    assert life.on(PLACED + days(21)).sweep().order.end_reason == "buyer_pay_timeout"


def test_a_lapse_to_read_needs_no_new_ids() -> None:
    life = Life().wait(hours=1).do("pay").wait(days=90)
    seen = lifecycle.lapse(life.order, STORE, before=life.now, recorded_at=life.now)
    assert [refund.refund_id for refund in seen.order.refunds] == ["rfd_"]
