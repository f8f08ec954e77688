"""Snapshots: late, repeated, skipping statuses, reopening an order, and the records that they change."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.errors import Unprocessable
from shared.domain.order.funds.amounts import END_REASONS, Outcome
from shared.domain.order.model import FundState, Status
from tests.domain.build import PLACED, TOTAL, Life, claim, days, hours, life_in, line

SITUATIONS = (
    "PLACE_ORDER_SUCCESS RISK_CONTROL WAIT_SELLER_SEND_GOODS SELLER_PART_SEND_GOODS IN_CANCEL PART_CLOSED"
    " WAIT_BUYER_ACCEPT_GOODS FUND_PROCESSING REFUNDING FINISH CLOSED"
).split()


SHIPPED = PLACED + hours(3)


def parcel(number: str, shipped: Any = SHIPPED, **more: Any) -> dict[str, Any]:
    return {"carrier": "EMS", "tracking_no": number, "shipped_at": shipped, **more}


def pieces(**quantities: int) -> list[dict[str, Any]]:
    return [{"line_id": line_id, "quantity": quantity} for line_id, quantity in quantities.items()]


@pytest.mark.parametrize("to", [str(status) for status in Status])
@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_snapshot_sets_any_status_and_the_same_again_changes_nothing(situation: str, to: str) -> None:
    life = life_in(situation)
    body = life.snapshot(to, end_reason="buyer_accept_goods" if to in ("FUND_PROCESSING", "FINISH") else None)
    version = life.order.version
    life.do("sync", **body)
    first = life.order
    assert (life.status, first.version) == (to, version + 1)
    life.do("sync", **body)
    assert life.order is first


def test_a_late_snapshot_is_ignored() -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS")
    before = life.order
    life.sync("RISK_CONTROL", at=life.now - hours(2))
    assert life.order is before
    life.wait(days=2).sync("WAIT_SELLER_SEND_GOODS").sync("FINISH", at=life.now - hours(1))
    assert life.status == "WAIT_SELLER_SEND_GOODS"


def test_a_snapshot_older_than_a_report_of_the_platform_is_late() -> None:
    life = life_in("RISK_CONTROL")
    paid = life.entries[-1].at
    assert life.order.platform_at == paid
    assert life.sync("PLACE_ORDER_SUCCESS", at=paid - hours(0.5)).status == "RISK_CONTROL"
    assert life.sync("RISK_CONTROL_HOLD", at=paid).status == "RISK_CONTROL_HOLD"


def test_an_action_of_the_seller_does_not_make_a_snapshot_late() -> None:
    life = life_in("WAIT_SELLER_SEND_GOODS").wait(days=1)
    life.do("ship", "staff", parcels=[{"carrier": "EMS", "tracking_no": "LX1"}])
    assert life.sync("IN_CANCEL", at=life.now - hours(5)).status == "IN_CANCEL"


def test_a_late_report_does_not_move_platform_at_back() -> None:
    life = life_in("RISK_CONTROL")
    newest = life.order.platform_at
    assert life.do("pass_risk", at=newest - hours(5)).order.platform_at == newest


@pytest.mark.parametrize(
    ("situation", "to", "skipped"),
    [
        ("PLACE_ORDER_SUCCESS", "RISK_CONTROL", None),
        ("PLACE_ORDER_SUCCESS", "WAIT_SELLER_SEND_GOODS", ["RISK_CONTROL"]),
        ("PLACE_ORDER_SUCCESS", "WAIT_BUYER_ACCEPT_GOODS", ["RISK_CONTROL", "WAIT_SELLER_SEND_GOODS"]),
        ("RISK_CONTROL", "FINISH", ["WAIT_SELLER_SEND_GOODS", "WAIT_BUYER_ACCEPT_GOODS", "FUND_PROCESSING"]),
        ("WAIT_SELLER_SEND_GOODS", "FINISH", ["WAIT_BUYER_ACCEPT_GOODS", "FUND_PROCESSING"]),
        ("RISK_CONTROL", "RISK_CONTROL", None),
        ("WAIT_BUYER_ACCEPT_GOODS", "RISK_CONTROL", None),
        ("FINISH", "WAIT_BUYER_ACCEPT_GOODS", None),
    ],
)
def test_the_history_has_the_skipped_statuses(situation: str, to: str, skipped: list[str] | None) -> None:
    reason = "buyer_accept_goods" if to == "FINISH" else None
    assert life_in(situation).sync(to, end_reason=reason).entries[-1].changes.get("skipped") == skipped


def test_a_snapshot_may_reopen_an_ended_order() -> None:
    life = life_in("FINISH").sync("WAIT_BUYER_ACCEPT_GOODS")
    order = life.order
    assert (life.status, order.end_reason, order.outcome, str(order.fund_state)) == (
        "WAIT_BUYER_ACCEPT_GOODS",
        None,
        None,
        "none",
    )
    assert (order.finished_at, order.received_at, order.delivered_assessment) == (None, None, None)
    assert life.timers() == {"receipt"}


def test_a_reopened_order_has_no_released_amount() -> None:
    amounts = life_in("FINISH").sync("WAIT_BUYER_ACCEPT_GOODS").order.amounts
    assert (amounts.released, amounts.commission, amounts.affiliate_fee) == (None, None, None)


FUNDS = {
    Outcome.CLOSED_UNPAID: ("none", "none"),
    Outcome.CANCELLED: ("refunding", "refunded"),
    Outcome.REFUNDED: ("refunding", "refunded"),
    Outcome.SUCCEEDED: ("awaiting_release", "released"),
}


@pytest.mark.parametrize("reason", END_REASONS)
def test_the_end_reason_decides_the_fund_state(reason: str) -> None:
    processing, finished = FUNDS[END_REASONS[reason]]
    life = life_in("WAIT_SELLER_SEND_GOODS").sync("FUND_PROCESSING", end_reason=reason)
    assert str(life.order.fund_state) == processing
    assert str(life.sync("FINISH", at=life.now + hours(1), end_reason=reason).order.fund_state) == finished
    assert life.order.outcome == END_REASONS[reason]
    assert life.order.finished_at == life.now + hours(1)


@pytest.mark.parametrize("fund_state", list(FundState))
def test_a_fund_state_that_is_sent_wins(fund_state: FundState) -> None:
    life = life_in("WAIT_SELLER_SEND_GOODS").sync("FUND_PROCESSING", fund_state=fund_state)
    assert life.order.fund_state is fund_state
    assert life.timers() == ({"release"} if fund_state is FundState.AWAITING_RELEASE else set())


def test_a_snapshot_into_refunding_makes_an_accepted_record() -> None:
    life = life_in("WAIT_SELLER_SEND_GOODS").sync("FUND_PROCESSING", end_reason="seller_send_goods_timeout")
    record = life.refund
    assert (record.source, str(record.state), record.amount) == ("shipment", "accepted", TOTAL)
    assert life.do("complete_refund", refund_id=record.refund_id).status == "FINISH"


@pytest.mark.parametrize(
    ("reason", "source"),
    [
        ("risk_reject_closed", "risk"),
        ("buyer_cancel_order_in_risk", "risk"),
        ("payment_refused", "examination"),
        ("examination_timeout", "examination"),
        ("cancel_order_close_trade", "cancellation"),
        ("platform_decided_issue", "dispute"),
        ("seller_response_issue_timeout", "dispute"),
    ],
)
def test_the_refund_has_the_source_of_its_end_reason(reason: str, source: str) -> None:
    assert life_in("WAIT_SELLER_SEND_GOODS").sync("FUND_PROCESSING", end_reason=reason).refund.source == source


def test_a_snapshot_accepts_an_existing_request() -> None:
    life = life_in("IN_CANCEL").sync("FUND_PROCESSING", end_reason="cancel_order_close_trade")
    assert [str(refund.state) for refund in life.order.refunds] == ["accepted"]
    life.wait(hours=1).sync("FINISH", end_reason="cancel_order_close_trade")
    assert [(str(refund.state), refund.paid_at) for refund in life.order.refunds] == [("paid", life.now)]
    assert life.order.amounts.refunded == TOTAL


def test_a_snapshot_straight_to_a_refunded_end_makes_a_paid_record() -> None:
    life = life_in("RISK_CONTROL").sync("FINISH", end_reason="risk_reject_closed")
    assert [(refund.source, str(refund.state), refund.amount) for refund in life.order.refunds] == [
        ("risk", "paid", TOTAL)
    ]
    assert life.order.amounts.refunded == TOTAL


def test_a_snapshot_without_the_cancellation_withdraws_the_request() -> None:
    life = life_in("IN_CANCEL")
    ship_by = life.due("shipment")
    life.sync("WAIT_SELLER_SEND_GOODS")
    assert [str(refund.state) for refund in life.order.refunds] == ["withdrawn"]
    assert life.due("shipment") == ship_by


def test_a_snapshot_that_takes_back_a_cancellation_leaves_a_day_to_ship() -> None:
    life = life_in("WAIT_SELLER_SEND_GOODS")
    ship_by = life.due("shipment")
    assert ship_by is not None
    life.on(ship_by - hours(1)).do("request_cancellation", reason="x")
    assert life.on(ship_by + hours(1)).sync("WAIT_SELLER_SEND_GOODS").due("shipment") == life.now + hours(24)


def test_a_snapshot_withdraws_an_accepted_refund_that_the_platform_does_not_show() -> None:
    life = life_in("REFUNDING").sync("WAIT_SELLER_SEND_GOODS")
    assert [str(refund.state) for refund in life.order.refunds] == ["withdrawn"]
    assert life.left() == {"a": 2, "b": 1}


def test_a_snapshot_into_a_cancellation_makes_a_request_that_can_be_answered() -> None:
    life = life_in("WAIT_SELLER_SEND_GOODS").sync("IN_CANCEL")
    assert (str(life.refund.state), life.refund.respond_by) == ("requested", life.now + hours(48))
    assert life.due("cancellation") == life.refund.respond_by
    assert life.do("accept_cancellation", "staff").refund.amount == TOTAL


def test_respond_by_of_a_request_is_that_of_its_supplied_timer() -> None:
    soon = PLACED + hours(9)
    life = life_in("WAIT_SELLER_SEND_GOODS").sync("IN_CANCEL", deadlines={"cancellation": soon})
    assert life.due("cancellation") == soon
    assert life.refund.respond_by == soon


def test_parcels_are_added_matched_and_removed() -> None:
    life = life_in("SELLER_PART_SEND_GOODS").do("edit_shipment", "staff", parcel_id="p1", carrier="DHL")
    known = {**parcel("LX1", delivered_at=PLACED + days(1)), "carrier": "DHL"}
    life.sync("WAIT_BUYER_ACCEPT_GOODS", parcels=[known, parcel("LX2")])
    assert [(each.parcel_id, each.edits) for each in life.order.parcels] == [("p1", 1), ("p2", 0)]
    assert life.order.parcels[0].delivered_at == PLACED + days(1)
    assert {part.line_id: part.quantity for part in life.order.parcels[1].lines} == {"a": 1, "b": 1}
    life.sync("SELLER_PART_SEND_GOODS", parcels=[parcel("LX2", lines=pieces(b=1))])
    assert [(each.parcel_id, each.lines[0].line_id) for each in life.order.parcels] == [("p2", "b")]
    assert life.left() == {"a": 2}


@pytest.mark.parametrize(
    ("parcels", "code", "pointer"),
    [
        ([parcel("N1", lines=pieces(a=3))], "more_than_ordered", "/parcels/0/lines"),
        ([parcel("N1", lines=pieces(a=2)), parcel("N2", lines=pieces(a=1))], "more_than_ordered", "/parcels/1/lines"),
        ([parcel("N1", lines=pieces(z=1))], "more_than_ordered", "/parcels/0/lines"),
        ([parcel("LX1"), parcel("LX1")], "parcel_exists", "/parcels/1"),
        ([parcel("N1", lines=pieces(a=1)), parcel("N1", lines=pieces(b=1))], "parcel_exists", "/parcels/1"),
    ],
)
def test_wrong_parcels_are_refused(parcels: list[dict[str, Any]], code: str, pointer: str) -> None:
    life = life_in("SELLER_PART_SEND_GOODS")
    refusal = life.refuses("sync", **life.snapshot("SELLER_PART_SEND_GOODS", parcels=parcels))
    assert isinstance(refusal, Unprocessable)
    assert (refusal.code, refusal.pointer) == (code, pointer)


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"order_id": "8002"}, "order_id_differs", "/order/order_id"),
        ({"currency": "EUR"}, "currency_differs", "/order/currency"),
        ({"discount": 9999}, "discount_too_large", "/order/discount"),
        ({"total": 1}, "total_mismatch", "/order/total"),
    ],
)
def test_a_snapshot_of_another_order_is_refused(changes: dict[str, Any], code: str, pointer: str) -> None:
    life = life_in("RISK_CONTROL")
    refusal = life.refuses("sync", **life.snapshot("RISK_CONTROL", **changes))
    assert isinstance(refusal, Unprocessable)
    assert (refusal.code, refusal.pointer) == (code, pointer)


def test_a_snapshot_may_show_the_total_that_the_seller_has_adjusted() -> None:
    life = Life().do("adjust_price", "staff", total=2500).wait(hours=1)
    assert life.sync("RISK_CONTROL", total=2500).order.amounts.total == 2500


def test_a_snapshot_renews_the_contents() -> None:
    life = life_in("WAIT_SELLER_SEND_GOODS")
    life.sync("WAIT_SELLER_SEND_GOODS", lines=(line("a", 3, 900),), shipping_fee=0, memo="gift", delivery_days=20)
    order = life.order
    assert (order.amounts.lines, order.amounts.shipping, order.amounts.total) == (2700, 0, 2700)
    assert (order.memo, order.delivery_days, life.left()) == ("gift", 20, {"a": 3})
    assert order.amounts.received == TOTAL


def test_supplied_timers_win_in_a_snapshot() -> None:
    soon = PLACED + hours(30)
    assert life_in("RISK_CONTROL").sync("RISK_CONTROL", deadlines={"risk": soon}).due("risk") == soon
    life = life_in("RISK_CONTROL").sync("WAIT_SELLER_SEND_GOODS", deadlines={"shipment": soon, "receipt": soon})
    assert (life.due("shipment"), life.timers()) == (soon, {"shipment"})


def test_timers_continue_in_the_same_status_and_start_in_a_new_one() -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS")
    window = life.due("receipt")
    assert life.wait(days=3).sync("WAIT_BUYER_ACCEPT_GOODS").due("receipt") == window
    assert life.sync("RISK_CONTROL").due("risk") == life.now + hours(24)
    assert life.sync("WAIT_SELLER_EXAMINE_MONEY").due("examination") == life.now + hours(72)
    assert life.sync("FUND_PROCESSING", end_reason="buyer_accept_goods").due("release") == life.now + days(3)


def test_delivery_seen_in_a_snapshot_shortens_the_window() -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS").wait(days=5)
    parcels = [parcel("LX9", life.order.parcels[0].shipped_at, delivered_at=life.now - days(1))]
    assert life.sync("WAIT_BUYER_ACCEPT_GOODS", parcels=parcels).due("receipt") == life.now + days(6)


def test_a_snapshot_adds_and_removes_overlays() -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS")
    window = life.due("receipt")
    assert window is not None
    frozen = life.sync("WAIT_BUYER_ACCEPT_GOODS", "frozen")
    assert (frozen.order.frozen_at, frozen.may()) == (life.now, {"unfreeze", "sync"})
    assert life.wait(days=2).sync("WAIT_BUYER_ACCEPT_GOODS", "frozen").order.frozen_at == life.now - days(2)
    assert life.sync("WAIT_BUYER_ACCEPT_GOODS").due("receipt") == window + days(2)
    disputed = life.sync("WAIT_BUYER_ACCEPT_GOODS", "dispute")
    assert disputed.due("dispute_answer") == life.now + days(5)
    dispute = disputed.order.dispute
    assert life.wait(days=1).sync("WAIT_BUYER_ACCEPT_GOODS", "dispute").order.dispute == dispute
    assert life.sync("WAIT_BUYER_ACCEPT_GOODS").due("receipt") == window + days(3)
    assert life.order.overlays == ()


def test_a_snapshot_keeps_an_open_dispute() -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS").do("open_dispute", **claim(700))
    life.wait(days=1).sync("FUND_PROCESSING", "dispute", end_reason="buyer_accept_goods")
    assert life.order.dispute is not None
    assert (life.order.dispute.claim, life.timers()) == (700, {"release", "dispute_answer"})


def test_a_frozen_order_takes_a_snapshot() -> None:
    life = life_in("RISK_CONTROL").do("freeze", reason="review").wait(days=9)
    assert life.sync("WAIT_SELLER_SEND_GOODS").actions[-2:] == ["freeze", "sync"]


def test_an_unpaid_snapshot_has_received_nothing() -> None:
    life = life_in("RISK_CONTROL").sync("PLACE_ORDER_SUCCESS")
    assert (life.order.amounts.received, life.order.paid_at) == (None, None)


def test_an_order_whose_fund_state_is_unknown_does_not_finish() -> None:
    life = life_in("PART_CLOSED").sync("FUND_PROCESSING")
    assert str(life.order.fund_state) == "none"
    assert life.do("complete_refund", refund_id="rfd_1").status == "FUND_PROCESSING"
