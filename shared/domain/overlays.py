"""Freezing and disputes: what lies on a status and stops its timers."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.domain import deadlines
from shared.domain.commands import Command
from shared.domain.errors import Unprocessable
from shared.domain.orders import Dispute, Order
from shared.domain.payments import supplied
from shared.domain.refunds import respond_later


def freeze(order: Order, command: Command) -> Order:
    return replace(order, frozen_at=command.at)


def unfreeze(order: Order, command: Command) -> Order:
    return thaw(order, command.at)


def thaw(order: Order, at: datetime) -> Order:
    """Every timer is due later by the time frozen, and so is the answer to a requested refund."""
    if order.frozen_at is None:
        return order
    pause = max(at, order.frozen_at) - order.frozen_at
    dispute = order.dispute and replace(
        order.dispute, held_since=min(order.dispute.held_since, order.frozen_at) + pause
    )
    thawed = replace(order, frozen_at=None, dispute=dispute, timers=deadlines.moved(order.timers, pause))
    return respond_later(thawed, pause)


def open_dispute(order: Order, command: Command) -> Order:
    """The overlay and the claim. Receipt, shipment and release timers stop; shipping stays allowed."""
    body = command.body
    unknown = set(body.get("line_ids") or ()) - {line.line_id for line in order.lines}
    if unknown:
        raise Unprocessable("line_unknown", "The order has no such line.", "/line_ids")
    if body["claim"] > order.remaining:
        raise Unprocessable(
            "claim_exceeds_remaining", "The claim is more than what remains of the order's money.", "/claim"
        )
    dispute = Dispute(
        command.new_id("dsp_"),
        "wait_seller",
        opened_at=command.at,
        held_since=command.at,
        kind=body["kind"],
        claim=body["claim"],
        solution=body["solution"],
        text=body["text"],
        line_ids=tuple(body.get("line_ids") or ()),
    )
    answer_by = command.at + command.store.policy.durations["dispute_answer"]
    return deadlines.settle(replace(order, dispute=dispute), {"dispute_answer": answer_by}, supplied(command))


def end_dispute(order: Order, at: datetime, result: str) -> Order:
    """The timers that the dispute held are due later by the time it lasted."""
    if order.dispute is None or not order.disputed:
        return order
    until = min(at, order.frozen_at or at)  # from there on, the freeze moves every timer
    pause = max(until, order.dispute.held_since) - order.dispute.held_since
    ended = replace(
        order,
        dispute=replace(order.dispute, stage="ended", ended_at=at, result=result),
        timers=deadlines.moved(order.timers, pause, held_only=True),
    )
    return deadlines.settle(ended, {}, {})
