"""Freezing and disputes: which timers stop, and by how much each is due later."""

from __future__ import annotations

import pytest

from shared.domain.order import deadlines
from tests.domain.build import SHIP_ALL, Life, claim, days, hours, life_in

RUNNING = (
    "PLACE_ORDER_SUCCESS",
    "RISK_CONTROL",
    "WAIT_SELLER_EXAMINE_MONEY",
    "WAIT_SELLER_SEND_GOODS",
    "SELLER_PART_SEND_GOODS",
    "IN_CANCEL",
    "WAIT_BUYER_ACCEPT_GOODS",
    "FUND_PROCESSING",
)
HELD = {"SELLER_PART_SEND_GOODS": "shipment", "WAIT_BUYER_ACCEPT_GOODS": "receipt", "FUND_PROCESSING": "release"}


def dues(life: Life) -> dict[str, object]:
    return {timer.kind: timer.due_at for timer in life.order.timers}


@pytest.mark.parametrize("situation", RUNNING)
def test_every_timer_is_due_later_by_the_time_frozen(situation: str) -> None:
    life = life_in(situation)
    before = dues(life)
    life.do("freeze", reason="review").wait(days=100)
    assert deadlines.running(life.order) == ()
    assert life.sweep().status == life.order.status
    assert life.do("unfreeze").order.status == situation
    assert dues(life) == {kind: due + days(100) for kind, due in before.items()}  # type: ignore[operator]


def test_a_lapse_before_the_freeze_takes_effect_first() -> None:
    life = life_in("RISK_CONTROL").wait(hours=30).do("freeze", reason="review")
    assert life.actions[-2:] == ["pass_risk", "freeze"]
    assert life.order.frozen


def test_an_unfreeze_dated_before_the_freeze_moves_nothing() -> None:
    life = life_in("RISK_CONTROL")
    before = dues(life)
    assert dues(life.do("freeze", reason="review").do("unfreeze", at=life.now - days(1))) == before


def test_the_answer_to_a_requested_refund_moves_with_its_timer() -> None:
    life = life_in("IN_CANCEL").do("freeze", reason="review").wait(days=9).do("unfreeze")
    assert life.refund.respond_by == life.due("cancellation")


@pytest.mark.parametrize("situation", HELD)
def test_a_dispute_holds_the_orders_own_timers(situation: str) -> None:
    life = life_in(situation)
    kind = HELD[situation]
    due = life.due(kind)
    assert due is not None
    life.do("open_dispute", **claim()).do("escalate").wait(days=100)
    assert [timer.kind for timer in deadlines.running(life.order)] == ["decision"]
    assert life.sweep().status == situation
    ended = life.sync(situation)
    assert ended.timers() == {kind}
    assert ended.due(kind) == due + days(100)
    assert ended.order.dispute is not None
    assert (ended.order.dispute.stage, ended.order.dispute.ended_at) == ("ended", ended.now)


def test_the_sellers_answer_is_due_in_five_days_and_a_freeze_moves_it() -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS").do("open_dispute", **claim())
    opened = life.now
    assert life.due("dispute_answer") == opened + days(5)
    life.wait(days=1).do("freeze", reason="review").wait(days=3).do("unfreeze")
    assert life.due("dispute_answer") == opened + days(8)


def test_a_freeze_inside_a_dispute_counts_once() -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS")
    due = life.due("receipt")
    assert due is not None
    life.do("open_dispute", **claim()).do("escalate").wait(days=2)
    life.do("freeze", reason="review").wait(days=3).do("unfreeze")
    assert life.wait(days=4).sync("WAIT_BUYER_ACCEPT_GOODS").due("receipt") == due + days(9)


def test_a_dispute_that_begins_inside_a_freeze_and_outlives_it_counts_once() -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS")
    due = life.due("receipt")
    assert due is not None
    life.do("freeze", reason="review").wait(days=2).sync("WAIT_BUYER_ACCEPT_GOODS", "frozen dispute")
    life.wait(days=3).do("unfreeze").wait(days=10)
    assert life.sync("WAIT_BUYER_ACCEPT_GOODS").due("receipt") == due + days(15)


def test_a_dispute_inside_a_freeze_adds_nothing() -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS")
    due = life.due("receipt")
    assert due is not None
    life.do("freeze", reason="review").wait(days=2).sync("WAIT_BUYER_ACCEPT_GOODS", "frozen dispute")
    life.wait(days=3).sync("WAIT_BUYER_ACCEPT_GOODS", "frozen")
    assert life.wait(days=5).do("unfreeze").due("receipt") == due + days(10)


def test_a_dispute_that_ends_inside_a_freeze_counts_once() -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS")
    due = life.due("receipt")
    assert due is not None
    life.do("open_dispute", **claim()).wait(days=1).do("freeze", reason="review")
    life.wait(days=2).sync("WAIT_BUYER_ACCEPT_GOODS", "frozen")
    assert life.wait(days=4).do("unfreeze").due("receipt") == due + days(7)


def test_a_window_that_opens_during_a_dispute_has_its_full_length_when_it_ends() -> None:
    life = life_in("SELLER_PART_SEND_GOODS", delivery_days=30).do("open_dispute", **claim()).do("escalate")
    life.wait(days=2).do("ship", "staff", **SHIP_ALL[1]).wait(days=5)
    assert life.sync("WAIT_BUYER_ACCEPT_GOODS").due("receipt") == life.now + days(30)


def test_a_release_that_begins_during_a_dispute_has_its_full_length_when_it_ends() -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS").do("open_dispute", **claim()).do("escalate").wait(days=4)
    life.sync("FUND_PROCESSING", "dispute", end_reason="buyer_accept_goods").wait(days=6)
    assert life.sync("FUND_PROCESSING").due("release") == life.now + days(3)


def test_a_timer_that_begins_during_a_freeze_has_its_full_length_when_it_ends() -> None:
    life = life_in("RISK_CONTROL").do("freeze", reason="review").wait(days=4)
    life.sync("WAIT_SELLER_EXAMINE_MONEY", "frozen").wait(days=6).do("unfreeze")
    assert life.due("examination") == life.now + hours(72)


def test_a_delivery_reported_during_a_dispute_leaves_seven_days_after_it() -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS").do("open_dispute", **claim()).do("escalate").wait(days=2)
    life.do("report_delivery", parcel_id="p1").wait(days=20)
    assert life.sync("WAIT_BUYER_ACCEPT_GOODS").due("receipt") == life.now + days(7)


def test_overlays_come_and_go_without_touching_the_status() -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS")
    life.do("open_dispute", **claim()).do("freeze", reason="review")
    assert [str(overlay) for overlay in life.order.overlays] == ["dispute", "frozen"]
    assert life.status == "WAIT_BUYER_ACCEPT_GOODS"
    assert life.do("unfreeze").sync("WAIT_BUYER_ACCEPT_GOODS").order.overlays == ()
