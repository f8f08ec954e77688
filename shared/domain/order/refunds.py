"""Every path into refunding makes a refund record here; funds.py pays them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from shared.domain.errors import Conflict
from shared.domain.order import deadlines, payments
from shared.domain.order.model import FundState, Order, Quantity, Refund, RefundState, Status, Violation
from shared.domain.order.shipments import await_receipt
from shared.domain.order.transitions import Command

MAX_REFUNDS = 20


def reject_risk(order: Order, command: Command) -> Order:
    return refund_all(order, command, "risk", "risk_reject_closed")


def cancel_in_risk(order: Order, command: Command) -> Order:
    return refund_all(order, command, "risk", "buyer_cancel_order_in_risk")


def refuse_payment(order: Order, command: Command) -> Order:
    return refund_all(order, command, "examination", "payment_refused")


def expire_examination(order: Order, command: Command) -> Order:
    return refund_all(order, command, "examination", "examination_timeout")


def expire_shipment(order: Order, command: Command) -> Order:
    """Nothing shipped in time: everything is refunded, and it counts as 成交不卖."""
    return refund_all(_violated(order, command), command, "shipment", "seller_send_goods_timeout")


def close_unshipped(order: Order, command: Command) -> Order:
    """Shipped in part in time: the rest is closed with an accepted refund, and it counts as 成交不卖."""
    left = order.left()
    refund = _record(
        order,
        command,
        RefundState.ACCEPTED,
        "shipment",
        "seller_send_goods_timeout",
        amount=share_of(order, left),
        lines=left,
    )
    return await_receipt(_violated(replace(order, refunds=(*order.refunds, refund)), command), command)


def request_cancellation(order: Order, command: Command) -> Order:
    refuse_more(order)
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
    asked = replace(order, status=Status.IN_CANCEL, refunds=(*order.refunds, refund))
    return deadlines.settle(asked, {"cancellation": due}, {})


def accept_cancellation(order: Order, command: Command) -> Order:
    if not any(refund.state is RefundState.REQUESTED for refund in order.refunds):
        # A snapshot can lead into IN_CANCEL without ever having told of the request.
        return refund_all(order, command, "cancellation", "cancel_order_close_trade")
    return close(accept_requests(order), "cancel_order_close_trade")


def reject_cancellation(order: Order, command: Command) -> Order:
    return _back_to_shipping(order, command, RefundState.REJECTED)


def withdraw_cancellation(order: Order, command: Command) -> Order:
    return _back_to_shipping(order, command, RefundState.WITHDRAWN)


def refund_all(order: Order, command: Command, source: str, end_reason: str) -> Order:
    """All that remains goes back to the buyer: an accepted record, and the order waits for its payment."""
    refund = _record(
        order, command, RefundState.ACCEPTED, source, end_reason, amount=order.remaining, lines=order.left()
    )
    return close(replace(order, refunds=(*order.refunds, refund)), end_reason)


def share_of(order: Order, parts: tuple[Quantity, ...]) -> int:
    """What `parts` cost the buyer: their share of everything received but shipping, rounded down to a minor unit, and
    never more than what remains to be refunded."""
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
    return Refund(command.new_id("rfd_"), state, source, amount, lines, reason, requested_at=command.at)


def _answered(order: Order, state: RefundState) -> Order:
    return replace(
        order,
        refunds=tuple(
            replace(refund, state=state, respond_by=None, on_silence=None)
            if refund.state is RefundState.REQUESTED
            else refund
            for refund in order.refunds
        ),
    )


def accept_requests(order: Order) -> Order:
    """Promise what was requested, or what is left of it: a dispute may have been promised a part since."""
    left = order.remaining
    capped = tuple(
        replace(refund, amount=min(refund.amount, left)) if refund.state is RefundState.REQUESTED else refund
        for refund in order.refunds
    )
    return _answered(replace(order, refunds=capped), RefundState.ACCEPTED)


def withdraw_requests(order: Order) -> Order:
    """A snapshot that shows no cancellation has taken the request back."""
    return _answered(order, RefundState.WITHDRAWN)


def close(order: Order, end_reason: str) -> Order:
    """All goes back to the buyer, and the order waits for that."""
    closed = replace(order, status=Status.FUND_PROCESSING, fund_state=FundState.REFUNDING, end_reason=end_reason)
    return deadlines.settle(closed, {}, {})


def _back_to_shipping(order: Order, command: Command, answer: RefundState) -> Order:
    """Ship-by has kept running; where it lapsed meanwhile, it is due 24 h from now."""
    ship_by = order.timer("shipment")
    back = replace(_answered(order, answer), status=Status.WAIT_SELLER_SEND_GOODS)
    if ship_by is None:
        return payments.await_shipment(back, command)
    due = ship_by.due_at if ship_by.due_at >= command.at else command.at + deadlines.RETURNED_GRACE
    return deadlines.settle(back, {"shipment": due}, {})


def _violated(order: Order, command: Command) -> Order:
    return replace(order, violations=(*order.violations, Violation("transaction_non_fulfilment", command.at)))


def refuse_more(order: Order) -> None:
    """Raises Conflict once an order has as many refund records as one transaction can carry along."""
    if len(order.refunds) >= MAX_REFUNDS:
        raise Conflict("too_many_refunds", f"An order has at most {MAX_REFUNDS} refund records.")


def respond_later(order: Order, by: timedelta) -> Order:
    """Move the answer-by of requested refunds along with the timers that a freeze has stopped."""
    return replace(
        order,
        refunds=tuple(
            replace(refund, respond_by=refund.respond_by + by) if refund.respond_by else refund
            for refund in order.refunds
        ),
    )
