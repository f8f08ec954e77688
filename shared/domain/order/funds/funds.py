"""The actions that end an order: receipt, release of the funds, and payment of a refund."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.domain.errors import Conflict, Unprocessable
from shared.domain.order import deadlines
from shared.domain.order.model import OPEN_REFUND_STATES, Assessment, FundState, Order, Refund, RefundState, Status
from shared.domain.order.overlays import end_dispute
from shared.domain.order.transitions import Command
from shared.domain.sentences.sentence import say


def confirm_receipt(order: Order, command: Command) -> Order:
    return _receive(order, command, "buyer", "buyer_accept_goods")


def expire_receipt(order: Order, command: Command) -> Order:
    return _receive(order, command, "timeout", "buyer_accept_goods_timeout")


def release(order: Order, command: Command) -> Order:
    """The platform releases the funds to the seller.

    Without an `amount`, it is the remaining amount less tax and the fees in the body. What is left after amount and
    fees is tax withheld, up to the order's tax; more than that stays unexplained (ledger.py). Raises Unprocessable if
    amount and fees are more than what remains.
    """
    commission, affiliate_fee = command.body.get("commission"), command.body.get("affiliate_fee")
    amount = command.body.get("amount")
    tax = min(order.amounts.tax, order.remaining)
    if amount is None:
        amount = order.remaining - tax - (commission or 0) - (affiliate_fee or 0)
        if amount < 0:
            raise Unprocessable(
                "fees_exceed_funds", "The fees are more than the funds that await release.", "/commission"
            )
    if amount + (commission or 0) + (affiliate_fee or 0) > order.remaining:
        raise Unprocessable("release_exceeds_funds", "Amount and fees are more than what is left.", "/amount")
    released = replace(
        order,
        fund_state=FundState.RELEASED,
        amounts=replace(
            order.amounts,
            released=amount,
            commission=commission,
            affiliate_fee=affiliate_fee,
            tax_withheld=min(tax, order.remaining - amount - (commission or 0) - (affiliate_fee or 0)) or None,
        ),
    )
    return finish_when_settled(deadlines.update_timers(released, {}, {}), command.at)


def complete_refund(order: Order, command: Command) -> Order:
    """The platform has paid an accepted refund. Raises Unprocessable if it is more than the order's money less the
    other promised refunds, Conflict if the refund is not accepted."""
    refund = order.refund(command.body["refund_id"])
    if refund is None:
        raise Unprocessable("refund_unknown", "The order has no such refund.", "/refund_id")
    if refund.state is not RefundState.ACCEPTED:
        raise Conflict("refund_not_accepted", say("The refund is {state}, not accepted.", state=refund.state))
    amount = command.body.get("amount")
    amount = refund.amount if amount is None else amount
    if amount > order.amounts.refundable - (order.promised - refund.amount):
        raise Unprocessable(
            "refund_exceeds_remaining",
            "The refund is more than what remains of the order's money.",
            "/amount",
        )
    coupon = command.body.get("coupon") or 0
    if coupon > amount:
        raise Unprocessable("coupon_exceeds_refund", "The coupon is a part of the refund.", "/coupon")
    paid = replace(refund, state=RefundState.PAID, amount=amount, coupon=coupon, paid_at=command.at)
    after = replace(
        order,
        refunds=_with(order, paid),
        amounts=replace(order.amounts, refunded=order.amounts.refunded + amount),
    )
    return finish_when_settled(after, command.at)


def _receive(order: Order, command: Command, by: str, end_reason: str) -> Order:
    received = replace(
        order,
        status=Status.FUND_PROCESSING,
        fund_state=FundState.AWAITING_RELEASE,
        end_reason=end_reason,
        received_at=command.at,
        delivered_assessment=Assessment(command.at, by),
    )
    due = {"release": command.at + command.store.policy.durations["release"]}
    return finish_when_settled(deadlines.update_timers(received, due, {}), command.at)


def finish_when_settled(order: Order, at: datetime) -> Order:
    """Move an order in FUND_PROCESSING to FINISH if nothing is left to release, refund or dispute. A full refund ends
    an open dispute, because no money is left to dispute."""
    if order.status is not Status.FUND_PROCESSING or any(
        refund.state in OPEN_REFUND_STATES for refund in order.refunds
    ):
        return order
    if order.fund_state is FundState.REFUNDING:
        order = end_dispute(order, at, "refunded")
    if order.disputed:
        return order
    nothing_left = order.fund_state is FundState.AWAITING_RELEASE and order.amounts.refundable == 0
    if order.fund_state is FundState.REFUNDING or (nothing_left and order.amounts.refunded > 0):
        order = replace(order, fund_state=FundState.REFUNDED)
    elif nothing_left:
        order = replace(order, fund_state=FundState.RELEASED, amounts=replace(order.amounts, released=0))
    if order.fund_state in (FundState.AWAITING_RELEASE, FundState.NONE):
        return order
    return deadlines.update_timers(replace(order, status=Status.FINISH, finished_at=at), {}, {})


def _with(order: Order, changed: Refund) -> tuple[Refund, ...]:
    return tuple(changed if refund.refund_id == changed.refund_id else refund for refund in order.refunds)
