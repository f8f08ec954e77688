"""Freezes and disputes stop timers. When a pause ends, the stopped timers are due later by its length."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.order import deadlines
from shared.domain.order.model import Dispute, Order
from shared.domain.order.transitions import Command


def freeze(order: Order, command: Command) -> Order:
    return replace(order, frozen_at=command.at)


def unfreeze(order: Order, command: Command) -> Order:
    return end_freeze(order, command.at)


def end_freeze(order: Order, at: datetime) -> Order:
    """End the freeze, if there is one: every timer and every `respond_by` moves later by its length."""
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
    unfrozen = replace(order, frozen_at=None, disputes=disputes, timers=deadlines.postponed(order.timers, pause))
    return _postpone_responses(unfrozen, pause)


def end_dispute(order: Order, at: datetime, result: str) -> Order:
    """End the open dispute, if there is one: the timers that it held move later by the time it lasted."""
    if order.dispute is None or not order.disputed:
        return order
    until = min(at, order.frozen_at or at)  # the end of the freeze moves every timer by the rest
    pause = max(until, order.dispute.held_since) - order.dispute.held_since
    proposals = tuple(
        replace(each, state="lapsed") if each.state == "open" else each for each in order.dispute.proposals
    )
    dispute = replace(order.dispute, stage="ended", respond_by=None, ended_at=at, result=result, proposals=proposals)
    ended = replace(
        with_dispute(order, dispute),
        timers=deadlines.postponed(order.timers, pause, held_only=True),
    )
    return deadlines.update_timers(ended, {}, {})


def with_dispute(order: Order, dispute: Dispute) -> Order:
    """The order with this dispute in place of the one with its id, or added."""
    others = tuple(each for each in order.disputes if each.dispute_id != dispute.dispute_id)
    return replace(order, disputes=(*others, dispute))


def _postpone_responses(order: Order, by: timedelta) -> Order:
    """Move every `respond_by` of the refunds later."""
    return replace(
        order,
        refunds=tuple(
            replace(refund, respond_by=refund.respond_by + by) if refund.respond_by else refund
            for refund in order.refunds
        ),
    )
