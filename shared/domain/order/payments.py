"""The actions before shipment: payment, price adjustment, risk check and short payment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.domain.errors import Unprocessable
from shared.domain.order import deadlines
from shared.domain.order.funds.amounts import LAPSED_UNPAID
from shared.domain.order.model import Order, Status
from shared.domain.order.transitions import Command


def start(order: Order, command: Command) -> Order:
    return replace(order, status=Status.PAYMENT_PROCESSING)


def fail(order: Order, command: Command) -> Order:
    return replace(order, status=Status.PLACE_ORDER_SUCCESS)


def pay(order: Order, command: Command) -> Order:
    received = command.body.get("amount")
    paid = replace(
        _with_received(order, order.amounts.total if received is None else received, "/amount"),
        status=Status.RISK_CONTROL,
        paid_at=command.at,
        end_reason=None,
        finished_at=None,
    )
    return deadlines.update_timers(
        paid, {"risk": command.at + command.store.policy.durations["risk"]}, supplied_deadlines(command)
    )


def is_paid_in_time(order: Order, paid_at: datetime) -> bool:
    """Did the order lapse unpaid, although the buyer paid in time? A payment at the very time of the lapse is in time,
    as it is if the payment is reported before the lapse is written."""
    return order.end_reason == LAPSED_UNPAID and order.finished_at is not None and paid_at <= order.finished_at


def adjust_price(order: Order, command: Command) -> Order:
    adjustment = command.body["total"] - (order.amounts.total - order.amounts.adjustment)
    if adjustment == order.amounts.adjustment:
        return order
    _refuse_less_than_refunded(order, command.body["total"], "/total")
    return replace(order, amounts=replace(order.amounts, adjustment=adjustment))


def remind(order: Order, command: Command) -> Order:
    return replace(order, reminded_at=command.at)


def cancel_unpaid(order: Order, command: Command) -> Order:
    return _close_unpaid(order, command, "buyer_cancel_notpay_order")


def expire(order: Order, command: Command) -> Order:
    return _close_unpaid(order, command, LAPSED_UNPAID)


def hold_risk(order: Order, command: Command) -> Order:
    return deadlines.update_timers(replace(order, status=Status.RISK_CONTROL_HOLD), {}, {})


def report_short_payment(order: Order, command: Command) -> Order:
    received: int = command.body["received"]
    if received >= order.amounts.total:
        raise Unprocessable("payment_not_short", "What was received is no less than the order's total.", "/received")
    short = replace(_with_received(order, received, "/received"), status=Status.WAIT_SELLER_EXAMINE_MONEY)
    return deadlines.update_timers(
        short, {"examination": command.at + command.store.policy.durations["examination"]}, {}
    )


def await_shipment(order: Order, command: Command) -> Order:
    """Move the order to WAIT_SELLER_SEND_GOODS and start the shipment timer. A partly shipped order stays one."""
    part = order.status is Status.SELLER_PART_SEND_GOODS
    ready = order if part else replace(order, status=Status.WAIT_SELLER_SEND_GOODS)
    return deadlines.update_timers(
        ready, {"shipment": deadlines.shipment_due(command.store, order, command.at)}, supplied_deadlines(command)
    )


def supplied_deadlines(command: Command) -> dict[str, datetime]:
    """The deadlines in the command's body, by timer kind. They win over our own."""
    return dict(command.body.get("deadlines") or {})


def _with_received(order: Order, received: int, field: str) -> Order:
    _refuse_less_than_refunded(order, received, field)
    return replace(order, amounts=replace(order.amounts, received=received))


def _refuse_less_than_refunded(order: Order, amount: int, field: str) -> None:
    """After a snapshot the order may have paid or promised refunds already. The amount received must cover them."""
    if amount < order.amounts.disbursed + order.promised:
        raise Unprocessable(
            "received_less_than_refunded", "More than this has been paid back or promised to the buyer already.", field
        )


def _close_unpaid(order: Order, command: Command, end_reason: str) -> Order:
    closed = replace(order, status=Status.FINISH, end_reason=end_reason, finished_at=command.at)
    return deadlines.update_timers(closed, {}, {})
