"""Cancellations, refunds and their payment, the release of funds, and the end of an order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.order import lifecycle
from shared.domain.order.after_sales.refunds import share_of
from shared.domain.order.model import FundState, Order, RefundState, Status
from shared.domain.stores import Store
from tests.domain.build import SHIP_ALL, STORE, TOTAL, WATCHING, Life, claim, days, hours, life_in, line, parcel


def test_a_cancellation_is_answered_within_48_hours() -> None:
    life = life_in("WAIT_SELLER_SEND_GOODS").do("request_cancellation", reason="bought twice")
    record = life.refund
    assert (record.respond_by, record.on_silence) == (life.now + hours(48), "accept_cancellation")
    assert (record.reason, record.requested_at) == ("bought twice", life.now)


@pytest.mark.parametrize(
    ("action", "by", "state"),
    [
        ("accept_cancellation", "staff", "accepted"),
        ("reject_cancellation", "staff", "rejected"),
        ("withdraw_cancellation", "platform", "withdrawn"),
    ],
)
def test_an_answer_to_a_request_changes_the_refund_and_adds_none(action: str, by: str, state: str) -> None:
    life = life_in("IN_CANCEL").do(action, by)
    assert [str(refund.state) for refund in life.order.refunds] == [state]
    assert (life.refund.respond_by, life.refund.on_silence) == (None, None)


def test_ship_by_keeps_running_while_a_cancellation_waits() -> None:
    life = life_in("WAIT_SELLER_SEND_GOODS")
    ship_by = life.due("shipment")
    life.do("request_cancellation", reason="x").wait(hours=20)
    assert life.do("reject_cancellation", "staff").due("shipment") == ship_by


@pytest.mark.parametrize("action", ["reject_cancellation", "withdraw_cancellation"])
def test_ship_by_that_passed_during_the_request_is_due_in_24_hours(action: str) -> None:
    life = life_in("WAIT_SELLER_SEND_GOODS")
    ship_by = life.due("shipment")
    assert ship_by is not None
    life.on(ship_by - hours(1)).do("request_cancellation", reason="x").on(ship_by + hours(2)).do(action)
    assert life.due("shipment") == life.now + hours(24)
    assert life.order.violations == ()


def test_a_second_cancellation_makes_a_second_refund() -> None:
    life = life_in("IN_CANCEL").do("reject_cancellation", "staff").do("request_cancellation", reason="again")
    life.do("accept_cancellation", "staff")
    assert [str(refund.state) for refund in life.order.refunds] == ["rejected", "accepted"]
    assert len({refund.refund_id for refund in life.order.refunds}) == 2


def test_a_paid_refund_ends_the_order() -> None:
    life = life_in("REFUNDING").do("complete_refund", refund_id="rfd_1")
    assert (life.status, str(life.order.fund_state), life.order.outcome) == ("FINISH", "refunded", "cancelled")
    assert (str(life.refund.state), life.refund.paid_at) == ("paid", life.now)
    assert (life.order.amounts.refunded, life.order.finished_at) == (TOTAL, life.now)
    assert life.order.overlays == ()


def test_a_refund_may_be_paid_with_another_amount_but_never_more_than_remains() -> None:
    life = life_in("REFUNDING")
    refusal = life.refuses("complete_refund", refund_id="rfd_1", amount=TOTAL + 1)
    assert (refusal.code, refusal.pointer) == ("refund_exceeds_remaining", "/amount")  # type: ignore[union-attr]
    life.do("complete_refund", refund_id="rfd_1", amount=2000)
    assert (life.status, life.order.amounts.refunded, life.refund.amount) == ("FINISH", 2000, 2000)


def test_a_refund_is_paid_once_and_is_one_of_the_orders() -> None:
    life = life_in("PART_CLOSED")
    refusal = life.refuses("complete_refund", refund_id="rfd_9")
    assert (refusal.code, refusal.pointer) == ("refund_unknown", "/refund_id")  # type: ignore[union-attr]
    life.do("complete_refund", refund_id="rfd_1")
    assert life.refuses("complete_refund", refund_id="rfd_1").code == "transition_not_allowed"


def test_a_refund_that_is_not_accepted_is_not_paid() -> None:
    life = life_in("IN_CANCEL").do("reject_cancellation", "staff").do("ship", "staff", parcels=[parcel(a=1)])
    life.do("expire_shipment")
    assert life.refuses("complete_refund", refund_id="rfd_1").code == "refund_not_accepted"


def test_after_a_partial_refund_the_order_continues() -> None:
    life = life_in("PART_CLOSED").do("complete_refund", refund_id="rfd_1")
    assert (life.status, life.order.amounts.refunded, life.order.overlays) == ("WAIT_BUYER_ACCEPT_GOODS", 1500, ())
    life.do("confirm_receipt").do("release_funds")
    assert (life.status, life.order.outcome, life.order.amounts.released) == ("FINISH", "partly_refunded", 1300)


def test_a_release_waits_for_the_refund_that_is_still_open() -> None:
    life = life_in("PART_CLOSED").do("confirm_receipt").do("release_funds")
    assert (life.status, str(life.order.fund_state), life.timers()) == ("FUND_PROCESSING", "released", set())
    life.do("complete_refund", refund_id="rfd_1")
    assert (life.status, str(life.order.fund_state), life.order.outcome) == ("FINISH", "released", "partly_refunded")


def test_a_release_leaves_the_promised_refunds() -> None:
    life = life_in("PART_CLOSED").do("confirm_receipt").do("release_funds", commission=100, affiliate_fee=50)
    amounts = life.order.amounts
    assert (amounts.released, amounts.commission, amounts.affiliate_fee) == (1150, 100, 50)
    refunded = life.do("complete_refund", refund_id="rfd_1").order.amounts
    assert refunded.refunded + (refunded.released or 0) + 150 == TOTAL


def test_fees_are_at_most_what_awaits_release() -> None:
    life = life_in("FUND_PROCESSING")
    refusal = life.refuses("release_funds", commission=TOTAL + 1)
    assert (refusal.code, refusal.pointer) == ("fees_exceed_funds", "/commission")  # type: ignore[union-attr]
    assert life.do("release_funds", amount=2700, commission=90).order.amounts.released == 2700


def test_an_order_with_nothing_left_to_release_ends() -> None:
    life = Life(shipping_fee=0).do("pay").do("pass_risk").do("ship", parcels=[parcel(a=1)]).do("expire_shipment")
    life.do("confirm_receipt").do("complete_refund", refund_id="rfd_1", amount=2500)
    assert (life.status, str(life.order.fund_state), life.timers()) == ("FINISH", "refunded", set())


def test_an_order_without_a_price_ends() -> None:
    free = {"lines": (line("a", 2, 0),), "shipping_fee": 0}
    cancelled = Life(**free).do("pay").do("reject_risk")
    assert (cancelled.status, cancelled.order.outcome, cancelled.refund.state) == ("FINISH", "cancelled", "paid")
    closed = Life(**free).do("pay").do("pass_risk").do("ship", parcels=[parcel(a=1)]).do("expire_shipment")
    assert (closed.status, closed.refund.amount, closed.refund.state) == ("WAIT_BUYER_ACCEPT_GOODS", 0, "paid")
    assert (closed.do("confirm_receipt").status, closed.order.fund_state) == ("FINISH", "released")
    life = Life(**free).do("pay").do("pass_risk").do("ship", **SHIP_ALL[1]).do("confirm_receipt")
    assert (life.status, life.order.fund_state, life.order.outcome) == ("FINISH", "released", "succeeded")
    asked = Life(**free).do("pay").do("pass_risk").do("request_cancellation", reason="x")
    assert (asked.refund.state, asked.do("accept_cancellation").status, asked.refund.state) == (
        "requested",
        "FINISH",
        "paid",
    )


def waiting_for_nothing(order: Order) -> Order:
    """An order as the former code left it: nobody reports the payment of a refund of 0."""
    refund = replace(order.refunds[-1], state=RefundState.ACCEPTED, paid_at=None)
    state = {"status": Status.FUND_PROCESSING, "fund_state": FundState.REFUNDING, "finished_at": None}
    return replace(order, refunds=(*order.refunds[:-1], refund), **state)


@pytest.mark.parametrize("store", [STORE, WATCHING])
def test_an_order_of_the_former_code_that_waits_for_nothing_ends(store: Store) -> None:
    life = Life(store, lines=(line("a", 2, 0),), shipping_fee=0).do("pay").do("reject_risk")
    waiting = waiting_for_nothing(life.order)
    done = lifecycle.lapse(waiting, store, before=life.now, recorded_at=life.now)
    (entry,) = done.entries
    assert (entry.action, entry.actor.role, entry.from_status, entry.to_status) == (
        "complete_refund", "clock", "FUND_PROCESSING", "FINISH",
    )  # fmt: skip
    assert replace(done.order, version=life.order.version) == replace(life.order, version=life.order.version)
    assert lifecycle.lapse(done.order, store, before=life.now, recorded_at=life.now).entries == ()
    frozen = replace(waiting, frozen_at=life.now)
    assert lifecycle.lapse(frozen, store, before=life.now, recorded_at=life.now).entries == ()
    both = replace(waiting, refunds=(*waiting.refunds, replace(waiting.refunds[0], refund_id="rfd_9", amount=1)))
    left = lifecycle.lapse(both, store, before=life.now, recorded_at=life.now).order
    assert (left.status, [str(each.state) for each in left.refunds]) == ("FUND_PROCESSING", ["paid", "accepted"])


@pytest.mark.parametrize(
    ("status", "action", "field", "body"),
    [
        ("RISK_CONTROL", "report_short_payment", "received", {"received": 399}),
        ("PLACE_ORDER_SUCCESS", "pay", "amount", {"amount": 399}),
        ("PLACE_ORDER_SUCCESS", "adjust_price", "total", {"total": 399}),
    ],
)
def test_the_amount_received_is_not_less_than_the_refunds(
    status: str, action: str, field: str, body: dict[str, int]
) -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS").do("open_dispute", **claim(400)).wait(hours=1)
    life.do("accept", "staff").do("complete_refund", refund_id=life.refund.refund_id).wait(hours=1).sync(status)
    refusal = life.refuses(action, **body)
    assert (refusal.code, refusal.pointer) == ("received_less_than_refunded", f"/{field}")  # type: ignore[union-attr]
    amounts = life.do(action, **{field: 400}).order.amounts
    assert 400 in (amounts.received, amounts.total)


def test_the_amount_received_is_not_less_than_the_promised_refunds() -> None:
    life = life_in("PART_CLOSED").sync("RISK_CONTROL")
    promised = life.order.promised
    assert promised > 0
    refusal = life.refuses("report_short_payment", received=promised - 1)
    assert (refusal.code, refusal.pointer) == ("received_less_than_refunded", "/received")  # type: ignore[union-attr]
    assert life.do("report_short_payment", received=promised).order.remaining == 0


@pytest.mark.parametrize("accepted_by", ["accept_cancellation", "sync"])
def test_an_accepted_cancellation_refunds_only_what_remains_after_a_dispute(accepted_by: str) -> None:
    life = (
        life_in("WAIT_BUYER_ACCEPT_GOODS").do("open_dispute", **claim(400)).sync("IN_CANCEL", "dispute").wait(hours=1)
    )
    assert life.refund.amount == life.order.amounts.total
    life.wait(hours=1).do("accept", "staff").wait(hours=1)
    if accepted_by == "sync":
        life.sync("FUND_PROCESSING", fund_state=FundState.REFUNDING)
    else:
        life.do("accept_cancellation")
    assert life.order.promised == life.order.amounts.total


def test_the_share_of_pieces_is_a_part_of_the_amount_received_without_shipping() -> None:
    life = life_in("SELLER_PART_SEND_GOODS", discount=500)
    assert share_of(life.order, life.order.left()) == (2300 - 300) * 1500 // 2500


prices = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 5000)), min_size=1, max_size=4)


@given(prices, st.integers(0, 900), st.integers(0, 900), st.integers(0, 20_000), st.data())
def test_shares_never_come_to_more_than_was_received(
    sold: list[tuple[int, int]], shipping: int, discount: int, received: int, data: st.DataObject
) -> None:
    lines = tuple(line(f"l{index}", quantity, price) for index, (quantity, price) in enumerate(sold))
    worth = sum(each.quantity * each.unit_price for each in lines) + shipping
    life = Life(lines=lines, shipping_fee=shipping, discount=min(discount, worth)).do("pay", amount=received)
    piece = data.draw(st.sampled_from(lines))
    life.do("pass_risk").do("ship", parcels=[parcel(**{piece.line_id: data.draw(st.integers(1, piece.quantity))})])
    if life.status == "SELLER_PART_SEND_GOODS":
        before = life.order.left()
        life.do("expire_shipment")
        assert life.refund.lines == before
        assert 0 <= life.refund.amount <= max(0, received - shipping)
        assert life.refund.state == ("accepted" if life.refund.amount else "paid")
        if life.refund.amount:
            life.do("complete_refund", refund_id=life.refund.refund_id)
    assert 0 <= life.order.amounts.refunded <= received


def test_an_accepted_refund_stays_promised_for_months() -> None:
    life = life_in("REFUNDING").wait(days=400).sweep()
    assert life.status == "FUND_PROCESSING"
    assert life.wait(days=1).do("complete_refund", refund_id="rfd_1").order.finished_at == life.now


def test_a_cancellation_without_an_answer_is_accepted() -> None:
    life = life_in("IN_CANCEL")
    requested = life.refund.requested_at
    life.wait(days=4).sweep()
    assert (life.actions[-1], life.entries[-1].at) == ("accept_cancellation", requested + days(2))
    assert (str(life.refund.state), life.order.end_reason) == ("accepted", "cancel_order_close_trade")
