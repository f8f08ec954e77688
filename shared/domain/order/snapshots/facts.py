"""What a file says of an order beside its state: when it was paid and received, and what was paid out.

A snapshot of the platform does not have these. They are taken over only where the order does not know them yet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.order.funds.amounts import Amounts, Outcome
from shared.domain.order.model import (
    CLOSING_REFUND_STATES,
    Dispute,
    FundState,
    Order,
    Quantity,
    Refund,
    RefundState,
    Violation,
)

WITHOUT_PROPOSAL = ("wait_seller", "platform", "ended")
"""The stages of a dispute that may have no proposal."""


@dataclass(frozen=True, slots=True)
class RefundFact:
    source: str
    state: RefundState
    amount: int


@dataclass(frozen=True, slots=True)
class DisputeFact:
    """The latest dispute. It has ended if its stage is `ended`."""

    stage: str
    claim: int | None = None
    result: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """`not_to_ship`: the pieces of each line that the refunds took back. `exact`: an amount that is None is none, and
    not only unknown. `settled`: nothing is known of the release of a finished order, so all that was held counts as
    released."""

    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    received_at: datetime | None = None
    finished_at: datetime | None = None
    adjustment: int | None = None
    received: int | None = None
    refunded: int | None = None
    commission: int | None = None
    affiliate_fee: int | None = None
    released: int | None = None
    refunds: tuple[RefundFact, ...] = ()
    dispute: DisputeFact | None = None
    violations: tuple[str, ...] = ()
    not_to_ship: tuple[Quantity, ...] = ()
    exact: bool = False
    settled: bool = False


def with_facts(order: Order, facts: Facts, at: datetime, new_id: Callable[[str], str]) -> Order:
    """The order with what it does not know yet. `at` is the time of new records."""
    order = replace(
        order,
        paid_at=order.paid_at or facts.paid_at,
        shipped_at=order.shipped_at or facts.shipped_at,
        received_at=order.received_at or facts.received_at,
        finished_at=facts.finished_at or order.finished_at,
        amounts=_amounts(order, facts),
    )
    if facts.refunds and not any(refund.paid_at and refund.paid_at < at for refund in order.refunds):
        bare = replace(order, refunds=())
        order = replace(order, refunds=tuple(_refund(each, facts, bare, at, new_id) for each in facts.refunds))
    if facts.violations and not order.violations:
        order = replace(order, violations=tuple(Violation(kind, at) for kind in facts.violations))
    return order


def _amounts(order: Order, facts: Facts) -> Amounts:
    amounts = order.amounts
    amounts = replace(
        amounts,
        adjustment=amounts.adjustment if facts.adjustment is None else facts.adjustment,
        received=facts.received if facts.exact or facts.received is not None else amounts.received,
        refunded=amounts.refunded if facts.refunded is None else facts.refunded,
        commission=facts.commission if amounts.commission is None else amounts.commission,
        affiliate_fee=facts.affiliate_fee if amounts.affiliate_fee is None else amounts.affiliate_fee,
        released=facts.released if amounts.released is None else amounts.released,
    )
    succeeded = order.fund_state is FundState.RELEASED and order.outcome is not Outcome.CLOSED_UNPAID
    if facts.settled and succeeded and amounts.released is None and amounts.held > 0:
        amounts = replace(amounts, released=amounts.held)
    return amounts


def _refund(fact: RefundFact, facts: Facts, order: Order, at: datetime, new_id: Callable[[str], str]) -> Refund:
    paid = at if fact.state is RefundState.PAID else None
    closing = fact.state in CLOSING_REFUND_STATES and fact.source != "dispute"
    lines = (facts.not_to_ship or (order.left() if order.outcome is Outcome.CANCELLED else ())) if closing else ()
    return Refund(new_id("rfd_"), fact.state, fact.source, fact.amount, lines, "import", requested_at=at, paid_at=paid)


def with_dispute_fact(order: Order, facts: Facts | None, at: datetime, new_id: Callable[[str], str]) -> Order:
    """The latest dispute in the stage of the file, a new record if there is none. The platform has the next step where
    it rests on a proposal, because no file has one."""
    if facts is None or facts.dispute is None:
        return order
    fact, known = facts.dispute, order.dispute.stage if order.dispute else None
    if fact.stage not in (*WITHOUT_PROPOSAL, known):
        fact = replace(fact, stage="platform")
    ended = at if fact.stage == "ended" else None
    before = order.dispute or Dispute(new_id("dsp_"), 1, fact.stage, at, at)
    dispute = replace(before, stage=fact.stage, claim=fact.claim, result=fact.result, ended_at=before.ended_at or ended)
    return replace(order, disputes=(*order.disputes[:-1], dispute))
