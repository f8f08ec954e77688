"""Freezing and disputes lie on a status and stop timers: what a pause does, and what its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.domain.order import deadlines
from shared.domain.order.model import Dispute, Order
from shared.domain.order.refunds import respond_later
from shared.domain.order.transitions import Command


def freeze(order: Order, command: Command) -> Order:
    return replace(order, frozen_at=command.at)


def unfreeze(order: Order, command: Command) -> Order:
    return thaw(order, command.at)


def thaw(order: Order, at: datetime) -> Order:
    """Every timer is due later by the time frozen, and so is the answer to a requested refund."""
    if order.frozen_at is None:
        return order
    pause = max(at, order.frozen_at) - order.frozen_at
    disputes = tuple(
        replace(
            dispute,
            held_since=min(dispute.held_since, order.frozen_at) + pause,
            respond_by=dispute.respond_by and dispute.respond_by + pause,
        )
        if dispute.ended_at is None
        else dispute
        for dispute in order.disputes
    )
    thawed = replace(order, frozen_at=None, disputes=disputes, timers=deadlines.moved(order.timers, pause))
    return respond_later(thawed, pause)


def end_dispute(order: Order, at: datetime, result: str) -> Order:
    """The timers that the dispute held are due later by the time it lasted."""
    if order.dispute is None or not order.disputed:
        return order
    until = min(at, order.frozen_at or at)  # from there on, the freeze moves every timer
    pause = max(until, order.dispute.held_since) - order.dispute.held_since
    ended = replace(
        with_dispute(order, replace(order.dispute, stage="ended", respond_by=None, ended_at=at, result=result)),
        timers=deadlines.moved(order.timers, pause, held_only=True),
    )
    return deadlines.settle(ended, {}, {})


def with_dispute(order: Order, dispute: Dispute) -> Order:
    """The order with its open dispute as it is now, or with one more."""
    before = tuple(each for each in order.disputes if each.dispute_id != dispute.dispute_id)
    return replace(order, disputes=(*before, dispute))
