"""Refund records: the actions that create, accept, reject or withdraw them. funds.py records their payment."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from shared.domain.errors import Conflict
from shared.domain.order import deadlines, payments
from shared.domain.order.funds.funds import finish_when_settled
from shared.domain.order.model import FundState, Order, Quantity, Refund, RefundState, Status, Violation
from shared.domain.order.shipments import await_receipt
from shared.domain.order.transitions import Command, Guard
from shared.domain.sentences.sentence import say

MAX_REFUNDS = 20
"""All refund records of an order must fit into one DynamoDB transaction beside its parcels."""
SOURCES: Mapping[str, str] = {
    "risk_reject_closed": "risk",
    "buyer_cancel_order_in_risk": "risk",
    "payment_refused": "examination",
    "examination_timeout": "examination",
    "seller_send_goods_timeout": "shipment",
    "cancel_order_close_trade": "cancellation",
}
"""The source of the refund of an order that ends for this reason."""
ROOM_FOR_REFUNDS = Guard(
    lambda order, at: len(order.refunds) < MAX_REFUNDS,
    "too_many_refunds",
    say("An order has at most {most} refund records.", most=MAX_REFUNDS),
)


def expire_shipment(order: Order, command: Command) -> Order:
    """Nothing was shipped in time: refund everything and record the violation 成交不卖.

    After a snapshot there may be parcels in this status, too. Goods that are on their way are not refunded.
    """
    if order.parcels:
        return close_unshipped(order, command)
    return refund_all(_with_violation(order, command), command, "seller_send_goods_timeout")


def close_unshipped(order: Order, command: Command) -> Order:
    """Only a part was shipped in time: refund the rest and record the violation 成交不卖. Neither if nothing is."""
    left = order.left()
    if not left:
        return await_receipt(order, command)
    refund = _record(
        order,
        command,
        RefundState.ACCEPTED,
        "shipment",
        "seller_send_goods_timeout",
        amount=share_of(order, left),
        lines=left,
    )
    return await_receipt(_with_violation(replace(order, refunds=(*order.refunds, refund)), command), command)


def request_cancellation(order: Order, command: Command) -> Order:
    due = command.at + command.store.policy.durations["cancellation"]
    refund = replace(
        _record(
            order,
            command,
            RefundState.REQUESTED,
            "cancellation",
            command.reason or "",
            amount=order.remaining,
            lines=order.left(),
        ),
        respond_by=due,
        on_silence=deadlines.TIMERS["cancellation"].on_lapse,
    )
    requested = replace(order, status=Status.IN_CANCEL, refunds=(*order.refunds, refund))
    return deadlines.update_timers(requested, {"cancellation": due}, {})


def accept_cancellation(order: Order, command: Command) -> Order:
    if not any(refund.state is RefundState.REQUESTED for refund in order.refunds):
        # A snapshot can move an order to IN_CANCEL without a refund that is requested.
        return refund_all(order, command, "cancel_order_close_trade")
    return await_refund(accept_requests(order, command.at), "cancel_order_close_trade", command.at)


def reject_cancellation(order: Order, command: Command) -> Order:
    return _back_to_shipping(order, command, RefundState.REJECTED)


def withdraw_cancellation(order: Order, command: Command) -> Order:
    return _back_to_shipping(order, command, RefundState.WITHDRAWN)


def refund_all(order: Order, command: Command, end_reason: str) -> Order:
    """Add an accepted refund of all that remains, and wait for the platform to pay it."""
    source = SOURCES[end_reason]
    refund = _record(
        order, command, RefundState.ACCEPTED, source, end_reason, amount=order.remaining, lines=order.left()
    )
    return await_refund(replace(order, refunds=(*order.refunds, refund)), end_reason, command.at)


def share_of(order: Order, parts: tuple[Quantity, ...]) -> int:
    """What the buyer paid for `parts`, in minor units: their share, by price, of the amount received without shipping.
    Rounded down, and at most the amount that remains to be refunded."""
    prices = {line.line_id: line.unit_price for line in order.lines}
    value = sum(prices[part.line_id] * part.quantity for part in parts)
    received = order.amounts.total if order.amounts.received is None else order.amounts.received
    for_goods = max(0, received - order.amounts.shipping)
    share = for_goods * value // order.amounts.lines if order.amounts.lines else 0
    return min(share, order.remaining)


def _record(
    order: Order,
    command: Command,
    state: RefundState,
    source: str,
    reason: str,
    *,
    amount: int,
    lines: tuple[Quantity, ...],
) -> Refund:
    refund = Refund(command.new_id("rfd_"), state, source, amount, lines, reason, requested_at=command.at)
    return paid_if_nothing(refund, command.at)


def paid_if_nothing(refund: Refund, at: datetime) -> Refund:
    """The refund; it is paid as it is accepted if its amount is 0, because nobody will pay nothing."""
    if refund.is_of_nothing:
        return replace(refund, state=RefundState.PAID, paid_at=at)
    return refund


def pay_nothing(order: Order, command: Command) -> Order:
    """The accepted refunds of 0 are paid. It never fails, because `lapse` calls it before every action."""
    refunds = tuple(paid_if_nothing(refund, command.at) for refund in order.refunds)
    return finish_when_settled(replace(order, refunds=refunds), command.at)


def with_refunds_moved(
    order: Order,
    source: RefundState,
    target: RefundState,
    *,
    paid_at: datetime | None = None,
    but: Collection[str] = (),
) -> Order:
    """Give every refund in the state `source` the state `target`, except those with an id in `but`."""
    return replace(
        order,
        refunds=tuple(
            replace(refund, state=target, respond_by=None, on_silence=None, paid_at=paid_at)
            if refund.state is source and refund.refund_id not in but
            else refund
            for refund in order.refunds
        ),
    )


def accept_requests(order: Order, at: datetime) -> Order:
    """Accept the requested refunds. An amount is cut to what remains: a dispute may have promised a part since then."""
    left = order.remaining
    capped = tuple(
        replace(refund, amount=min(refund.amount, left)) if refund.state is RefundState.REQUESTED else refund
        for refund in order.refunds
    )
    accepted = with_refunds_moved(replace(order, refunds=capped), RefundState.REQUESTED, RefundState.ACCEPTED)
    return replace(accepted, refunds=tuple(paid_if_nothing(refund, at) for refund in accepted.refunds))


def await_refund(order: Order, end_reason: str, at: datetime) -> Order:
    """Move the order to FUND_PROCESSING, where it waits until everything is refunded; to FINISH if nothing is."""
    closed = replace(order, status=Status.FUND_PROCESSING, fund_state=FundState.REFUNDING, end_reason=end_reason)
    return finish_when_settled(deadlines.update_timers(closed, {}, {}), at)


def _back_to_shipping(order: Order, command: Command, answer: RefundState) -> Order:
    """Back to shipping, or on to receipt if everything is shipped. The shipment timer kept running; if it is overdue,
    it gets GRACE from now."""
    ship_by, answered = order.timer("shipment"), with_refunds_moved(order, RefundState.REQUESTED, answer)
    if order.parcels and not order.left():
        return await_receipt(answered, command)
    status = Status.SELLER_PART_SEND_GOODS if order.parcels else Status.WAIT_SELLER_SEND_GOODS
    back = replace(answered, status=status)
    if ship_by is None:
        return payments.await_shipment(back, command)
    due = ship_by.due_at if ship_by.due_at >= command.at else command.at + deadlines.GRACE
    return deadlines.update_timers(back, {"shipment": due}, {})


def _with_violation(order: Order, command: Command) -> Order:
    return replace(order, violations=(*order.violations, Violation("transaction_non_fulfilment", command.at)))


def check_refund_limit(order: Order, at: datetime) -> None:
    """Raises Conflict if the order has MAX_REFUNDS refund records already."""
    if not ROOM_FOR_REFUNDS.holds(order, at):
        raise Conflict(ROOM_FOR_REFUNDS.code, ROOM_FOR_REFUNDS.detail)
