"""A dispute (纠纷): what each step does. Its table stands beside the order's, in lifecycle.py.

A step is a change of its order and is carried out by lifecycle.py. The two sides take turns with proposals; what is
settled becomes a refund of the order, after the goods have come back where that was agreed. Silence has an answer at
every stage but the platform's own.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.domain.errors import Conflict, Unprocessable
from shared.domain.order import deadlines, funds, refunds
from shared.domain.order.deadlines import BY_STAGE
from shared.domain.order.model import Dispute, Evidence, Order, Proposal, Quantity, Refund, RefundState
from shared.domain.order.overlays import end_dispute, with_dispute
from shared.domain.order.payments import supplied
from shared.domain.order.transitions import ANY, Command, Guard, Row, Target, Verb, row

WAIT_SELLER, WAIT_BUYER, WAIT_PLATFORM = "wait_seller", "wait_buyer", "platform"
WAIT_ADDRESS, WAIT_RETURN, WAIT_CONFIRM_RETURN = "wait_address", "wait_return", "wait_confirm_return"
ENDED = "ended"
OPEN = tuple(BY_STAGE)
STAGES = (*OPEN, ENDED)

RETURN = "return_and_refund"
MAX_PROPOSALS, MAX_EVIDENCE, MAX_DISPUTES = 30, 20, 10


def claimed(order: Order) -> bool:
    """Is it known what the buyer asks for? Not where a snapshot has told of the dispute, and nothing else has."""
    return order.dispute is not None and order.dispute.claim is not None


def _at_stage(stages: tuple[str, ...]) -> Guard:
    if stages == OPEN:
        return Guard(lambda order, at: order.disputed, "transition_not_allowed", "The order has no open dispute.")
    return Guard(
        lambda order, at: order.dispute is not None and order.dispute.stage in stages,
        "transition_not_allowed",
        f"The dispute is not at {' or '.join(stages)}.",
    )


CLAIMED = Guard(
    lambda order, at: claimed(order),
    "claim_unknown",
    "The platform has not said yet what the buyer asks for.",
)
ROOM_FOR_PROPOSALS = Guard(
    lambda order, at: order.dispute is not None and len(order.dispute.proposals) < MAX_PROPOSALS,
    "too_many_proposals",
    f"A dispute has at most {MAX_PROPOSALS} proposals: accept one, or let the platform decide.",
)
ROOM_FOR_EVIDENCE = Guard(
    lambda order, at: order.dispute is not None and len(order.dispute.evidence) < MAX_EVIDENCE,
    "too_much_evidence",
    f"A dispute has at most {MAX_EVIDENCE} pieces of evidence.",
)


def start(order: Order, command: Command) -> Order:
    """The overlay and the claim. Receipt, shipment and release timers stop; shipping stays allowed. A dispute that only
    a snapshot has told of gets its claim."""
    refunds.refuse_more(order)
    if len(order.disputes) >= MAX_DISPUTES and not order.disputed:
        raise Conflict("too_many_disputes", f"An order has at most {MAX_DISPUTES} disputes.")
    body = command.body
    unknown = set(body.get("line_ids") or ()) - {line.line_id for line in order.lines}
    if unknown:
        raise Unprocessable("line_unknown", "The order has no such line.", "/line_ids")
    if body["claim"] > order.remaining:
        raise Unprocessable(
            "claim_exceeds_remaining", "The claim is more than what remains of the order's money.", "/claim"
        )
    _refuse_return(body["kind"], body["solution"])
    known = order.dispute if order.disputed else None
    dispute = known or begun(order, command.new_id("dsp_"), command.at)
    dispute = replace(
        dispute,
        stage=WAIT_SELLER,
        kind=body["kind"],
        claim=body["claim"],
        line_ids=tuple(body.get("line_ids") or ()),
        proposals=(Proposal("buyer", body["solution"], body["claim"], body["text"], command.at),),
    )
    return _at(with_dispute(order, dispute), command)


def begun(order: Order, dispute_id: str, at: datetime) -> Dispute:
    """A dispute of which nothing is known but that it is there."""
    return Dispute(dispute_id, len(order.disputes) + 1, WAIT_SELLER, opened_at=at, held_since=at)


def accept(order: Order, command: Command) -> Order:
    """What the buyer asks for; the clock's silence says the same."""
    by_silence = command.actor.role == "clock"
    return _settle(order, command, "buyer", "seller_response_issue_timeout" if by_silence else "")


def counter(order: Order, command: Command) -> Order:
    return _at(_proposed(order, command, "seller"), command, WAIT_BUYER)


def buyer_accept(order: Order, command: Command) -> Order:
    return _settle(order, command, "seller")


def buyer_counter(order: Order, command: Command) -> Order:
    return _at(_proposed(order, command, "buyer"), command, WAIT_SELLER)


def escalate(order: Order, command: Command) -> Order:
    return _at(order, command, WAIT_PLATFORM)


def decide(order: Order, command: Command) -> Order:
    return _settle(_proposed(order, command, "platform"), command, "platform", "platform_decided_issue")


def give_return_address(order: Order, command: Command) -> Order:
    return _at(
        with_dispute(order, replace(_open(order), return_address=dict(command.body["address"]))), command, WAIT_RETURN
    )


def buyer_returned(order: Order, command: Command) -> Order:
    sent = replace(
        _open(order),
        return_carrier=command.body.get("carrier"),
        return_tracking_no=command.body.get("tracking_no"),
    )
    return _at(with_dispute(order, sent), command, WAIT_CONFIRM_RETURN)


def confirm_return(order: Order, command: Command) -> Order:
    """The seller has the goods back, or has not said otherwise in time."""
    returned = with_dispute(order, replace(_open(order), returned_at=command.at))
    return _refunded(returned, command, _reason(returned, "seller_accept_issue_goods_return"))


def refund_without_return(order: Order, command: Command) -> Order:
    return _refunded(order, command, _reason(order, "seller_accept_issue_no_goods_return"))


def keep_the_money(order: Order, command: Command) -> Order:
    """The buyer has not sent the goods back in time: the seller is paid."""
    return _ended(order, command, "not_returned")


def withdraw(order: Order, command: Command) -> Order:
    return _ended(order, command, "withdrawn")


def add_evidence(order: Order, command: Command) -> Order:
    """`body` has the file as it was found in S3, not as somebody says it is; once, however often it is told."""
    dispute, told = _open(order), command.body
    if any(each.evidence_id == told["evidence_id"] for each in dispute.evidence):
        return order
    evidence = Evidence(
        told["evidence_id"],
        command.actor.kind,
        told["media_type"],
        told["bytes"],
        command.at,
        told.get("text"),
    )
    return with_dispute(order, replace(dispute, evidence=(*dispute.evidence, evidence)))


def _of(verb: Verb) -> Verb:
    """The step is about the dispute that the caller has seen, not about one that was opened since."""

    def step(order: Order, command: Command) -> Order:
        meant = command.body.get("dispute_id")
        if meant is not None and meant != _open(order).dispute_id:
            raise Conflict("dispute_ended", "This dispute has ended; another one is open.")
        return verb(order, command)

    return step


def step(
    action: str,
    actors: str,
    stage: str | tuple[str, ...],
    to_stage: str | tuple[str, ...],
    target: Target | tuple[Target, ...],
    verb: Verb,
    *guards: Guard,
) -> Row:
    """A row of the dispute table. Its stages are a guard, and its source is any status: a snapshot may show a dispute
    on any."""
    stages = (stage,) if isinstance(stage, str) else stage
    made = row(action, actors, ANY, target, _of(verb), _at_stage(stages), *guards, stage=to_stage)
    return replace(made, stages=stages)


def _open(order: Order) -> Dispute:
    assert order.dispute is not None
    return order.dispute


def _at(order: Order, command: Command, stage: str = WAIT_SELLER) -> Order:
    """At a stage, whose timer starts anew."""
    kind = BY_STAGE[stage]
    due_at = command.at + command.store.policy.durations[kind]
    there = with_dispute(order, replace(_open(order), stage=stage))
    others = tuple(timer for timer in there.timers if timer.kind not in BY_STAGE.values())
    return answer_by_its_timer(deadlines.settle(replace(there, timers=others), {kind: due_at}, supplied(command)))


def answer_by_its_timer(order: Order) -> Order:
    """The open dispute is to be answered when its timer says, whoever supplied that."""
    dispute = order.dispute
    if dispute is None or not order.disputed:
        return order
    timer = order.timer(BY_STAGE[dispute.stage])
    return with_dispute(order, replace(dispute, respond_by=timer.due_at if timer else None))


def _proposed(order: Order, command: Command, by: str) -> Order:
    """One proposal more, which takes the place of what the same side has offered before."""
    dispute, body = _open(order), command.body
    if body["refund"] > order.remaining:
        raise Unprocessable(
            "refund_exceeds_remaining", "The refund is more than what remains of the order's money.", "/refund"
        )
    _refuse_return(dispute.kind, body["solution"])
    if body["solution"] == RETURN and not body["refund"]:
        raise Unprocessable("return_without_refund", "Goods are not sent back for nothing.", "/refund")
    offered = Proposal(by, body["solution"], body["refund"], body.get("text") or "", command.at)
    before = tuple(replace(each, state="superseded") if each.by == by else each for each in dispute.proposals)
    return with_dispute(order, replace(dispute, proposals=(*before, offered)))


def _refuse_return(kind: str | None, solution: str) -> None:
    """Goods that have not come cannot go back."""
    if kind == "not_received" and solution == RETURN:
        raise Unprocessable("nothing_to_return", "What was not received cannot be returned.", "/solution")


def _settle(order: Order, command: Command, by: str, result: str = "") -> Order:
    """What `by` proposes is agreed: a refund at once, or after the goods have come back."""
    dispute = _open(order)
    agreed = dispute.proposal(by)
    assert agreed is not None
    proposals = tuple(replace(each, state="accepted") if each is agreed else each for each in dispute.proposals)
    settled = with_dispute(order, replace(dispute, proposals=proposals))
    if agreed.solution == RETURN:
        return _at(settled, command, WAIT_ADDRESS)
    return _refunded(settled, command, result or "seller_accept_issue_no_goods_return")


def _reason(order: Order, usual: str) -> str:
    agreed = _open(order).agreed
    return "platform_decided_issue" if agreed and agreed.by == "platform" else usual


def _refunded(order: Order, command: Command, end_reason: str) -> Order:
    """Ended with the refund that was agreed on, at most what remains. All that remains: the order ends with it."""
    dispute = _open(order)
    assert dispute.agreed is not None
    amount = min(dispute.agreed.refund, order.remaining)
    if not amount:
        return _ended(order, command, end_reason if dispute.agreed.by == "platform" else "no_refund")
    pieces = tuple(
        Quantity(line.line_id, line.quantity)
        for line in order.lines
        if not dispute.line_ids or line.line_id in dispute.line_ids
    )
    refund = Refund(
        command.new_id("rfd_"), RefundState.ACCEPTED, "dispute", amount, pieces, end_reason, requested_at=command.at
    )
    in_full = amount == order.remaining
    ended = end_dispute(replace(order, refunds=(*order.refunds, refund)), command.at, end_reason)
    return refunds.close(ended, end_reason) if in_full else ended


def _ended(order: Order, command: Command, result: str) -> Order:
    return funds.finish_when_settled(end_dispute(order, command.at, result), command.at)
