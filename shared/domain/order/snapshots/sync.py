"""The action `sync`: the platform sends a snapshot, the full state of an order, and the order takes it over.

A snapshot may skip any number of actions, and may arrive late. What it does not contain (when the order was paid or
received) stays unknown. A late one never undoes what the seller did after its time (later_steps.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from shared.domain.customers import erasure
from shared.domain.errors import Unprocessable
from shared.domain.order import deadlines
from shared.domain.order.after_sales.disputes import new_dispute, with_respond_by
from shared.domain.order.after_sales.refunds import (
    SOURCES,
    accept_requests,
    check_refund_limit,
    paid_if_nothing,
    with_refunds_moved,
)
from shared.domain.order.deadlines import TIMERS
from shared.domain.order.funds.amounts import END_REASONS, Amounts, Outcome
from shared.domain.order.funds.funds import finish_when_settled
from shared.domain.order.model import (
    CLOSING_REFUND_STATES,
    FundState,
    Order,
    Overlay,
    Refund,
    RefundState,
    Status,
    Violation,
)
from shared.domain.order.overlays import end_dispute, end_freeze
from shared.domain.order.placement import Placement
from shared.domain.order.snapshots.facts import Facts, with_dispute_fact, with_facts
from shared.domain.order.snapshots.later_steps import LaterSteps, later_steps
from shared.domain.order.snapshots.merged_parcels import merged_parcels
from shared.domain.order.transitions import Command
from shared.domain.sentences.sentence import say
from shared.domain.stores import FeeRates
from shared.domain.tracking import parcel_key

UNPAID = frozenset({Status.PLACE_ORDER_SUCCESS, Status.PAYMENT_PROCESSING, Status.IN_BOOK_SALE})
ENDED = frozenset({Status.FUND_PROCESSING, Status.FINISH})
FUNDS_BY_OUTCOME: Mapping[Outcome, tuple[FundState, FundState]] = {
    Outcome.CLOSED_UNPAID: (FundState.NONE, FundState.NONE),
    Outcome.CANCELLED: (FundState.REFUNDING, FundState.REFUNDED),
    Outcome.REFUNDED: (FundState.REFUNDING, FundState.REFUNDED),
    Outcome.SUCCEEDED: (FundState.AWAITING_RELEASE, FundState.RELEASED),
    Outcome.PARTLY_REFUNDED: (FundState.AWAITING_RELEASE, FundState.RELEASED),
}
"""The fund state of an order with this outcome: in FUND_PROCESSING, and in FINISH."""
WAITING = frozenset({FundState.REFUNDING, FundState.AWAITING_RELEASE})
"""The fund states in which an order waits for a payment. If nothing is to be paid, it finishes."""
POSSIBLE_FUNDS: Mapping[Status, frozenset[FundState]] = {
    **dict.fromkeys(Status, frozenset({FundState.NONE})),
    Status.FUND_PROCESSING: frozenset(FundState),
    Status.FINISH: frozenset({FundState.NONE, FundState.RELEASED, FundState.REFUNDED}),
}
"""The fund states that a snapshot may name, by status."""
LeadsTo = Callable[[Status, Status], bool]
"""Can an order with the first status get the second one?"""


def sync(order: Order, command: Command, leads_to: LeadsTo) -> Order:
    """The order as the snapshot shows it, and with what the seller did after the time of the snapshot.

    The same object if the snapshot is older than the latest report of the platform, or contains nothing new. Raises
    Unprocessable if the snapshot contradicts itself or the order.
    """
    at = end_of_second(command.at)
    if at < order.platform_at:
        return order
    body, later = command.body, later_steps(order, command.history, command.at)
    after = _contents(order, body["order"], at, later)
    after = replace(after, parcels=merged_parcels(after, body["parcels"], later))
    after = erasure.without_personal_data(after) if order.erased_at else after
    after = _overlays(after, command, later)
    after = _status_and_funds(after, command, later, leads_to)
    after = _refunds(order, _violations(after, command.at), command, later)
    facts: Facts | None = body.get("facts")
    after = with_dispute_fact(after, facts, command.at, command.new_id)
    after = _timers(order, after, command, later)
    after = _with_refund_respond_by(with_facts(after, facts, command.at, command.new_id)) if facts else after
    if after.fund_state in WAITING and not after.disputed:
        after = finish_when_settled(after, command.at)
    if after == order and at == order.platform_at:
        return order
    return replace(after, platform_at=at)


def end_of_second(at: datetime) -> datetime:
    """A time in whole seconds is of the end of its second: the platform has cut off the rest."""
    return at if at.microsecond else at.replace(microsecond=999_999)


def kept(before: Order, after: Order, command: Command) -> list[str]:
    """What a snapshot shows otherwise, and the order kept, because it happened after the time of the snapshot. Names as
    in the history."""
    later, body = later_steps(before, command.history, command.at), command.body
    shown = {parcel_key(each["carrier"], each["tracking_no"]) for each in body["parcels"]}
    supplied: Mapping[str, datetime] = body["order"].deadlines
    refunded = after.fund_state in (FundState.REFUNDING, FundState.REFUNDED)
    names = ["status"] if after.status is before.status and after.status is not body["status"] else []
    names += [
        f"parcels.{parcel.parcel_id}"
        for parcel in after.parcels
        if parcel.parcel_id in later.parcels and parcel_key(parcel.carrier, parcel.tracking_no) not in shown
    ]
    names += [
        f"refunds.{refund.refund_id}"
        for refund in after.refunds
        if refund.refund_id in later.refunds and refund.state is RefundState.ACCEPTED and not refunded
    ]
    if after.dispute and after.disputed != (Overlay.DISPUTE in body["overlays"]):
        names.append(f"disputes.{after.dispute.dispute_id}")
    return names + [f"deadlines.{kind}" for kind in TIMERS if kind in later.deadlines and kind in supplied]


def _contents(order: Order, content: Placement, at: datetime, later: LaterSteps) -> Order:
    if content.placed_at > at:
        raise Unprocessable("placed_after_snapshot", "The order was placed after this snapshot.", "/order/placed_at")
    if content.order_id != order.order_id:
        raise Unprocessable("order_id_differs", "The snapshot is of another order.", "/order/order_id")
    if content.currency != order.currency:
        raise Unprocessable(
            "currency_differs", say("The order is in {currency}.", currency=order.currency), "/order/currency"
        )
    parts = content.amounts(order.amounts.adjustment, *later.adjustments, within="/order")
    rates = content.fee_rates or FeeRates(order.amounts.commission_rate, order.amounts.affiliate_rate)
    return replace(
        order,
        placed_at=content.placed_at,
        buyer=content.buyer,
        recipient=content.recipient,
        lines=content.lines,
        delivery_days=content.delivery_days,
        chosen_service=content.chosen_service,
        memo=content.memo,
        amounts=replace(
            order.amounts,
            lines=parts.lines,
            shipping=parts.shipping,
            discount=parts.discount,
            tax=parts.tax,
            commission_rate=rates.commission,
            affiliate_rate=rates.affiliate,
        ),
    )


def _overlays(order: Order, command: Command, later: LaterSteps) -> Order:
    overlays, dispute = command.body["overlays"], order.dispute
    if Overlay.FROZEN not in overlays:
        order = end_freeze(order, command.at)
    elif not order.frozen:
        order = replace(order, frozen_at=command.at)
    if Overlay.DISPUTE not in overlays:
        answered = dispute is not None and dispute.dispute_id in later.disputes
        ended = command.body["status"] is Status.FINISH
        return order if answered and not ended else end_dispute(order, command.at, "synced")
    if dispute is not None and (dispute.ended_at is None or dispute.ended_at > command.at):
        return order
    return replace(order, disputes=(*order.disputes, new_dispute(order, command.new_id("dsp_"), command.at)))


def _takes(order: Order, status: Status, fund_state: FundState, later: LaterSteps, leads_to: LeadsTo) -> bool:
    """Does the order take the state of the snapshot? Not one that a later step led on from. After a later step of the
    seller it takes a state further on, a cancellation while the order is open, and an end."""
    if (status, fund_state) in later.left:
        return False
    if not later.by_seller or status in ENDED:
        return True
    if status is Status.IN_CANCEL:
        return order.status not in ENDED
    return leads_to(order.status, status)


def _status_and_funds(order: Order, command: Command, later: LaterSteps, leads_to: LeadsTo) -> Order:
    at, status = command.at, command.body["status"]
    end_reason = (command.body.get("end_reason") or order.end_reason) if status in ENDED else None
    fund_state: FundState | None = command.body.get("fund_state")
    if fund_state is None:
        fund_state = _fund_state(order, status, end_reason)
    elif fund_state not in POSSIBLE_FUNDS[status]:
        raise Unprocessable(
            "fund_state_impossible",
            say("An order that is {status} is not {fund_state}.", status=status, fund_state=fund_state),
            "/fund_state",
        )
    if not _takes(order, status, fund_state, later, leads_to):
        return order
    unpaid = status in UNPAID or (end_reason is not None and END_REASONS[end_reason] is Outcome.CLOSED_UNPAID)
    received = order.amounts.total if order.amounts.received is None else order.amounts.received
    shipped = max((parcel.shipped_at for parcel in order.parcels), default=None)
    return replace(
        order,
        status=status,
        end_reason=end_reason,
        fund_state=fund_state,
        amounts=replace(
            order.amounts if fund_state is FundState.RELEASED else _unreleased(order.amounts),
            received=None if unpaid and not order.amounts.refunded else received,
        ),
        paid_at=None if unpaid else order.paid_at,
        shipped_at=shipped if status is Status.WAIT_BUYER_ACCEPT_GOODS or status in ENDED else None,
        received_at=order.received_at if status in ENDED else None,
        delivered_assessment=order.delivered_assessment if status in ENDED else None,
        finished_at=(order.finished_at or at) if status is Status.FINISH else None,
    )


def _violations(order: Order, at: datetime) -> Order:
    """Add the violation of an order that was closed because it was not shipped in time, at the time that shipment was
    due, as far as that is known."""
    if order.end_reason != "seller_send_goods_timeout" or order.violations:
        return order
    timer = order.timer("shipment")
    due = timer.due_at if timer else order.ship_by or at
    return replace(order, violations=(Violation("transaction_non_fulfilment", min(due, at)),))


def _unreleased(amounts: Amounts) -> Amounts:
    return replace(amounts, released=None, commission=None, affiliate_fee=None, tax_withheld=None)


def _fund_state(order: Order, status: Status, end_reason: str | None) -> FundState:
    if status not in ENDED:
        return FundState.NONE
    if end_reason is None:
        return order.fund_state if status is order.status else FundState.NONE
    while_processing, finished = FUNDS_BY_OUTCOME[END_REASONS[end_reason]]
    return finished if status is Status.FINISH else while_processing


def _refunds(before: Order, after: Order, command: Command, later: LaterSteps) -> Order:
    """Change or add refund records so that they agree with the status and fund state of the snapshot. Those that the
    seller accepted later are not withdrawn."""

    def record(state: RefundState) -> Refund:
        check_refund_limit(after, command.at)
        source = SOURCES.get(after.end_reason or "", "dispute" if after.outcome is Outcome.REFUNDED else "cancellation")
        return Refund(
            command.new_id("rfd_"),
            state,
            source,
            after.remaining,
            after.left(),
            after.end_reason or "sync",
            requested_at=command.at,
        )

    if after.status is Status.IN_CANCEL:
        if any(refund.state is RefundState.REQUESTED for refund in after.refunds):
            return after
        return replace(after, refunds=(*after.refunds, record(RefundState.REQUESTED)))
    if after.fund_state is FundState.REFUNDING:
        after = accept_requests(after, command.at)
        if not any(refund.state is RefundState.ACCEPTED for refund in after.refunds):
            after = replace(after, refunds=(*after.refunds, record(RefundState.ACCEPTED)))
        return replace(after, refunds=tuple(paid_if_nothing(refund, command.at) for refund in after.refunds))
    after = with_refunds_moved(after, RefundState.REQUESTED, RefundState.WITHDRAWN)
    if after.fund_state is FundState.REFUNDED:
        if after.remaining or not any(refund.state in CLOSING_REFUND_STATES for refund in after.refunds):
            after = replace(after, refunds=(*after.refunds, record(RefundState.ACCEPTED)))
        newly = sum(refund.amount for refund in after.refunds if refund.state is RefundState.ACCEPTED)
        after = with_refunds_moved(after, RefundState.ACCEPTED, RefundState.PAID, paid_at=command.at)
        return replace(after, amounts=replace(after.amounts, refunded=after.amounts.refunded + newly))
    if before.fund_state is FundState.REFUNDING or after.status in UNPAID:
        return with_refunds_moved(after, RefundState.ACCEPTED, RefundState.WITHDRAWN, but=later.refunds)
    return after


def _timers(before: Order, after: Order, command: Command, later: LaterSteps) -> Order:
    """Keep the timers that the new status has, and start the missing ones at the time of the snapshot. A timer that a
    freeze or a dispute holds starts when the pause began (deadlines.timer_clock)."""
    store, at, durations = command.store, command.at, command.store.policy.durations
    unfrozen, own = min(at, after.frozen_at or at), deadlines.timer_clock(after, at)
    due: dict[str, datetime] = {
        # The platform shows the order as unpaid, so the payment timer cannot be overdue.
        "payment": max(deadlines.payment_due(store, after.placed_at), unfrozen + deadlines.GRACE),
        "risk": unfrozen + durations["risk"],
        "examination": unfrozen + durations["examination"],
        "shipment": deadlines.shipment_due(store, after, own),
        "cancellation": unfrozen + durations["cancellation"],
        "receipt": deadlines.receipt_due(store, after, at),
        "release": own + durations["release"],
        **{kind: unfrozen + durations[kind] for kind in deadlines.BY_STAGE.values()},
    }
    started = {kind: due_at for kind, due_at in due.items() if after.timer(kind) is None}
    ship_by = after.timer("shipment")
    to_ship_again = before.status is Status.IN_CANCEL and after.status is Status.WAIT_SELLER_SEND_GOODS
    if to_ship_again and ship_by is not None and ship_by.due_at < at:
        started["shipment"] = at + deadlines.GRACE
    if before.parcels != after.parcels and after.timer("receipt") is not None:
        started["receipt"] = due["receipt"]
    placement: Placement = command.body["order"]
    supplied = {kind: due_at for kind, due_at in placement.deadlines.items() if kind not in later.deadlines}
    confirmed = {kind for kind, due_at in supplied.items() if due_at > at}
    after = replace(after, watched=tuple(kind for kind in after.watched if kind not in confirmed))
    return with_respond_by(_with_refund_respond_by(deadlines.update_timers(after, started, supplied)))


def _with_refund_respond_by(order: Order) -> Order:
    """Set `respond_by` of a requested refund to when the cancellation timer is due, ours or the platform's."""
    timer = order.timer("cancellation")
    if timer is None:
        return order
    on_silence = deadlines.on_lapse(order, timer)
    return replace(
        order,
        refunds=tuple(
            replace(refund, respond_by=timer.due_at, on_silence=on_silence)
            if refund.state is RefundState.REQUESTED
            else refund
            for refund in order.refunds
        ),
    )
