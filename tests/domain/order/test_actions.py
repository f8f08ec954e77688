"""Every row of the action table: its target, and its effect on money, timers and records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from shared.domain.order import lifecycle
from tests.domain.build import SHIP_A, TOTAL, Life, claim, life_in, parcel

ALL_LEFT = {"a": 2, "b": 1}


@dataclass(frozen=True)
class Row:
    """`refund` is the new record: source, state, amount and pieces. A field that is None is unchanged."""

    action: str
    by: str
    start: str
    to: str
    timers: str = ""
    fund: str = "none"
    end_reason: str | None = None
    outcome: str | None = None
    refund: tuple[str, str, int, dict[str, int]] | None = None
    overlays: str = ""
    violations: int = 0
    body: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.action}-from-{self.start}-by-{self.by}"


def refunding(action: str, by: str, start: str, source: str, reason: str, amount: int = TOTAL, **more: Any) -> Row:
    record = (source, "accepted", amount, ALL_LEFT)
    return Row(action, by, start, "FUND_PROCESSING", "", "refunding", reason, "cancelled", record, "refund", **more)


EVERYTHING = {"parcels": [parcel("LX5")]}
ONE_PIECE = {"parcels": [parcel("LX5", b=1)]}
ROWS = (
    Row("start_payment", "platform", "PLACE_ORDER_SUCCESS", "PAYMENT_PROCESSING", "payment"),
    Row("fail_payment", "platform", "PAYMENT_PROCESSING", "PLACE_ORDER_SUCCESS", "payment"),
    Row("pay", "platform", "PLACE_ORDER_SUCCESS", "RISK_CONTROL", "risk"),
    Row("pay", "platform", "PAYMENT_PROCESSING", "RISK_CONTROL", "risk"),
    Row("adjust_price", "staff", "PLACE_ORDER_SUCCESS", "PLACE_ORDER_SUCCESS", "payment", body={"total": 2500}),
    Row("remind_payment", "staff", "PLACE_ORDER_SUCCESS", "PLACE_ORDER_SUCCESS", "payment"),
    *(
        Row(action, "platform", start, "FINISH", end_reason=reason, outcome="closed_unpaid")
        for action, reason in (
            ("cancel_unpaid", "buyer_cancel_notpay_order"),
            ("expire_payment", "buyer_pay_timeout"),
        )
        for start in ("PLACE_ORDER_SUCCESS", "PAYMENT_PROCESSING")
    ),
    Row("expire_payment", "clock", "PLACE_ORDER_SUCCESS", "FINISH", "", "none", "buyer_pay_timeout", "closed_unpaid"),
    Row("pass_risk", "platform", "RISK_CONTROL", "WAIT_SELLER_SEND_GOODS", "shipment"),
    Row("pass_risk", "clock", "RISK_CONTROL", "WAIT_SELLER_SEND_GOODS", "shipment"),
    Row("pass_risk", "platform", "RISK_CONTROL_HOLD", "WAIT_SELLER_SEND_GOODS", "shipment"),
    Row("hold_risk", "platform", "RISK_CONTROL", "RISK_CONTROL_HOLD"),
    *(
        refunding(action, "platform", start, "risk", reason)
        for action, reason in (("reject_risk", "risk_reject_closed"), ("cancel_in_risk", "buyer_cancel_order_in_risk"))
        for start in ("RISK_CONTROL", "RISK_CONTROL_HOLD")
    ),
    *(
        Row(
            "report_short_payment",
            "platform",
            start,
            "WAIT_SELLER_EXAMINE_MONEY",
            "examination",
            body={"received": 2000},
        )
        for start in ("RISK_CONTROL", "RISK_CONTROL_HOLD")
    ),
    Row("accept_payment", "owner", "WAIT_SELLER_EXAMINE_MONEY", "WAIT_SELLER_SEND_GOODS", "shipment"),
    refunding("refuse_payment", "staff", "WAIT_SELLER_EXAMINE_MONEY", "examination", "payment_refused", 2000),
    refunding("expire_examination", "clock", "WAIT_SELLER_EXAMINE_MONEY", "examination", "examination_timeout", 2000),
    Row("ship", "staff", "WAIT_SELLER_SEND_GOODS", "WAIT_BUYER_ACCEPT_GOODS", "receipt", body=EVERYTHING),
    Row("ship", "staff", "WAIT_SELLER_SEND_GOODS", "SELLER_PART_SEND_GOODS", "shipment", body=ONE_PIECE),
    Row("ship", "owner", "SELLER_PART_SEND_GOODS", "WAIT_BUYER_ACCEPT_GOODS", "receipt", body=EVERYTHING),
    Row("ship", "platform", "SELLER_PART_SEND_GOODS", "SELLER_PART_SEND_GOODS", "shipment", body=ONE_PIECE),
    *(
        Row("edit_shipment", "staff", start, start, timer, body={"parcel_id": "p1", "carrier": "DHL"})
        for start, timer in (("SELLER_PART_SEND_GOODS", "shipment"), ("WAIT_BUYER_ACCEPT_GOODS", "receipt"))
    ),
    refunding(
        "expire_shipment", "clock", "WAIT_SELLER_SEND_GOODS", "shipment", "seller_send_goods_timeout", violations=1
    ),
    Row(
        "expire_shipment",
        "clock",
        "SELLER_PART_SEND_GOODS",
        "WAIT_BUYER_ACCEPT_GOODS",
        "receipt",
        refund=("shipment", "accepted", 1500, {"a": 1, "b": 1}),
        overlays="refund",
        violations=1,
    ),
    Row(
        "request_cancellation",
        "platform",
        "WAIT_SELLER_SEND_GOODS",
        "IN_CANCEL",
        "shipment cancellation",
        refund=("cancellation", "requested", TOTAL, ALL_LEFT),
        overlays="refund",
    ),
    refunding("accept_cancellation", "staff", "IN_CANCEL", "cancellation", "cancel_order_close_trade"),
    refunding("accept_cancellation", "clock", "IN_CANCEL", "cancellation", "cancel_order_close_trade"),
    Row(
        "reject_cancellation",
        "staff",
        "IN_CANCEL",
        "WAIT_SELLER_SEND_GOODS",
        "shipment",
        refund=("cancellation", "rejected", TOTAL, ALL_LEFT),
    ),
    Row(
        "withdraw_cancellation",
        "platform",
        "IN_CANCEL",
        "WAIT_SELLER_SEND_GOODS",
        "shipment",
        refund=("cancellation", "withdrawn", TOTAL, ALL_LEFT),
    ),
    *(
        Row("report_delivery", "platform", start, start, timer, body={"parcel_id": "p1"})
        for start, timer in (("SELLER_PART_SEND_GOODS", "shipment"), ("WAIT_BUYER_ACCEPT_GOODS", "receipt"))
    ),
    Row(
        "extend_receipt",
        "staff",
        "WAIT_BUYER_ACCEPT_GOODS",
        "WAIT_BUYER_ACCEPT_GOODS",
        "receipt",
        body={"days": 10},
    ),
    *(
        Row(
            action,
            by,
            "WAIT_BUYER_ACCEPT_GOODS",
            "FUND_PROCESSING",
            "release",
            "awaiting_release",
            reason,
            "succeeded",
        )
        for action, by, reason in (
            ("confirm_receipt", "platform", "buyer_accept_goods"),
            ("expire_receipt", "clock", "buyer_accept_goods_timeout"),
        )
    ),
    Row("release_funds", "platform", "FUND_PROCESSING", "FINISH", "", "released", "buyer_accept_goods", "succeeded"),
    Row("freeze", "platform", "WAIT_SELLER_SEND_GOODS", "WAIT_SELLER_SEND_GOODS", "shipment", overlays="frozen"),
    *(
        Row(
            "open_dispute",
            "platform",
            start,
            start,
            f"{timer} dispute_answer",
            fund,
            reason,
            outcome,
            overlays="dispute",
            body=claim(),
        )
        for start, timer, fund, reason, outcome in (
            ("SELLER_PART_SEND_GOODS", "shipment", "none", None, None),
            ("WAIT_BUYER_ACCEPT_GOODS", "receipt", "none", None, None),
            ("FUND_PROCESSING", "release", "awaiting_release", "buyer_accept_goods", "succeeded"),
        )
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_an_action_does_what_its_row_says(row: Row) -> None:
    life = life_in(row.start)
    before = life.order
    life.do(row.action, row.by, **row.body)
    order = life.order
    assert life.status == row.to
    assert life.timers() == set(row.timers.split())
    assert str(order.fund_state) == row.fund
    assert (order.end_reason, order.outcome) == (row.end_reason, row.outcome)
    assert [str(overlay) for overlay in order.overlays] == row.overlays.split()
    assert len(order.violations) == row.violations
    if row.refund is None:
        assert order.refunds == before.refunds
    else:
        record = life.refund
        pieces = {part.line_id: part.quantity for part in record.lines}
        assert (record.source, str(record.state), record.amount, pieces) == row.refund
    entry = life.entries[-1]
    assert (entry.seq, entry.action, entry.actor.role) == (order.version, row.action, row.by)
    assert (entry.at, entry.from_status, entry.to_status) == (life.now, before.status, order.status)
    assert order.version == before.version + 1


def test_the_list_has_every_row_of_the_table() -> None:
    tried = {(row.action, row.start) for row in ROWS}
    elsewhere = {"sync", "freeze", "unfreeze", "complete_refund"}
    missing = [
        (row.action, str(source))
        for row in lifecycle.TABLE
        for source in row.sources
        if row.action not in elsewhere and (row.action, str(source)) not in tried
    ]
    assert missing == [("pay", "FINISH")], "it needs a time in the past: test_late_words.py"


def test_a_payment_records_its_time_and_amount() -> None:
    life = Life().wait(hours=2).do("pay", amount=2700)
    assert (life.order.paid_at, life.order.amounts.received) == (life.now, 2700)
    assert Life().do("pay").order.amounts.received == TOTAL


def test_a_price_is_adjusted_to_a_new_total_and_then_to_another() -> None:
    life = Life().do("adjust_price", "staff", total=2500)
    assert (life.order.amounts.adjustment, life.order.amounts.total) == (-300, 2500)
    life.do("adjust_price", "staff", total=3000)
    assert (life.order.amounts.adjustment, life.order.amounts.total) == (200, 3000)
    assert life.do("pay").order.amounts.received == 3000


def test_a_price_adjusted_to_the_same_total_changes_nothing() -> None:
    life = Life().do("adjust_price", "staff", total=TOTAL)
    assert (life.order.version, life.actions) == (1, ["place"])


def test_a_payment_that_is_not_short_is_refused() -> None:
    for received in (TOTAL, TOTAL + 1):
        refusal = life_in("RISK_CONTROL").refuses("report_short_payment", received=received)
        assert (refusal.code, refusal.pointer) == ("payment_not_short", "/received")  # type: ignore[union-attr]


def test_receipt_records_who_assessed_the_delivery() -> None:
    by_buyer = life_in("WAIT_BUYER_ACCEPT_GOODS").do("confirm_receipt")
    by_timeout = life_in("WAIT_BUYER_ACCEPT_GOODS").do("expire_receipt")
    for life, by in ((by_buyer, "buyer"), (by_timeout, "timeout")):
        assert life.order.delivered_assessment is not None
        assert (life.order.delivered_assessment.by, life.order.delivered_assessment.at) == (by, life.now)
        assert life.order.received_at == life.now


def test_an_ended_order_has_the_time_of_its_end() -> None:
    assert life_in("PLACE_ORDER_SUCCESS").do("cancel_unpaid").order.finished_at is not None
    released = life_in("FUND_PROCESSING").do("release_funds")
    assert released.order.finished_at == released.now


def test_a_violation_has_its_kind_and_time() -> None:
    life = life_in("SELLER_PART_SEND_GOODS").do("expire_shipment", "clock")
    assert [(violation.kind, violation.at) for violation in life.order.violations] == [
        ("transaction_non_fulfilment", life.now)
    ]


def test_the_platform_may_report_every_action_also_with_an_earlier_time() -> None:
    assert all("platform" in lifecycle.actors_of(action) for action in lifecycle.ACTIONS)
    life = life_in("WAIT_SELLER_SEND_GOODS")
    earlier = life.now.replace(year=2023)
    life.do(SHIP_A[0], at=earlier, **SHIP_A[1])
    assert life.order.parcels[0].shipped_at == earlier == life.entries[-1].at
    assert life.entries[-1].recorded_at == life.now
