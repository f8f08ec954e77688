"""The actions of a dispute (纠纷). Their table is `lifecycle.DISPUTE_TABLE`.

Each action makes a new version of the order. Buyer and seller make proposals in turn. The accepted proposal
becomes a refund of the order, at once or after the return of the goods. Each stage has a timer (deadlines.BY_STAGE).
The lapse of the timer carries out an action, except while the platform decides.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.domain.errors import Unprocessable
from shared.domain.labels import LABELS
from shared.domain.order import deadlines
from shared.domain.order.after_sales import refunds
from shared.domain.order.deadlines import BY_STAGE
from shared.domain.order.funds import funds
from shared.domain.order.model import Dispute, Evidence, Order, Proposal, Quantity, Refund, RefundState
from shared.domain.order.overlays import end_dispute, with_dispute
from shared.domain.order.payments import supplied_deadlines
from shared.domain.order.transitions import ANY, Command, Guard, Row, Target, Verb, row
from shared.domain.sentences.sentence import names, say

WAIT_SELLER, WAIT_BUYER, WAIT_PLATFORM = "wait_seller", "wait_buyer", "platform"
WAIT_ADDRESS, WAIT_RETURN, WAIT_CONFIRM_RETURN = "wait_address", "wait_return", "wait_confirm_return"
ENDED = "ended"
OPEN = tuple(BY_STAGE)
STAGES = (*OPEN, ENDED)

RETURN = "return_and_refund"
MAX_PROPOSALS, MAX_EVIDENCE, MAX_DISPUTES = 30, 20, 10


def claim_known(order: Order) -> bool:
    return order.dispute is not None and bool(order.dispute.proposals)


def _at_stage(stages: tuple[str, ...]) -> Guard:
    if stages == OPEN:
        return Guard(lambda order, at: order.disputed, "transition_not_allowed", "The order has no open dispute.")
    return Guard(
        lambda order, at: order.dispute is not None and order.dispute.stage in stages,
        "transition_not_allowed",
        say(
            "This is possible only in these stages of the dispute: {stages}.",
            stages=names(LABELS["stage"][each] for each in stages),
        ),
    )


CLAIMED = Guard(
    lambda order, at: claim_known(order),
    "claim_unknown",
    "The platform has not said yet what the buyer asks for.",
)
ROOM_FOR_PROPOSALS = Guard(
    lambda order, at: order.dispute is not None and len(order.dispute.proposals) < MAX_PROPOSALS,
    "too_many_proposals",
    say("A dispute has at most {most} proposals: accept one, or let the platform decide.", most=MAX_PROPOSALS),
)
ROOM_FOR_EVIDENCE = Guard(
    lambda order, at: order.dispute is not None and len(order.dispute.evidence) < MAX_EVIDENCE,
    "too_much_evidence",
    say("A dispute has at most {most} pieces of evidence.", most=MAX_EVIDENCE),
)
ROOM_FOR_DISPUTES = Guard(
    lambda order, at: order.disputed or len(order.disputes) < MAX_DISPUTES,
    "too_many_disputes",
    say("An order has at most {most} disputes.", most=MAX_DISPUTES),
)


def start(order: Order, command: Command) -> Order:
    """Open a dispute, or add the claim to a dispute that only a snapshot has reported. The receipt, shipment and
    release timers stop; shipping stays allowed. Raises Unprocessable for the content."""
    body = command.body
    unknown = set(body.get("line_ids") or ()) - {line.line_id for line in order.lines}
    if unknown:
        raise Unprocessable("line_unknown", "The order has no such line.", "/line_ids")
    if body["claim"] > order.remaining:
        raise Unprocessable(
            "claim_exceeds_remaining", "The claim is more than what remains of the order's money.", "/claim"
        )
    _refuse_return(body["kind"], body["solution"])
    reported = order.dispute if order.disputed else None
    dispute = reported or new_dispute(order, command.new_id("dsp_"), command.at)
    dispute = replace(
        dispute,
        stage=WAIT_SELLER,
        kind=body["kind"],
        claim=body["claim"],
        line_ids=tuple(body.get("line_ids") or ()),
        proposals=(Proposal("buyer", body["solution"], body["claim"], body["text"], command.at),),
    )
    return _move_to(with_dispute(order, dispute), command)


def new_dispute(order: Order, dispute_id: str, at: datetime) -> Dispute:
    """An open dispute without a claim."""
    return Dispute(dispute_id, len(order.disputes) + 1, WAIT_SELLER, opened_at=at, held_since=at)


def accept(order: Order, command: Command) -> Order:
    """Accept the buyer's proposal. The clock does so when the seller has not answered in time."""
    by_silence = command.actor.role == "clock"
    return _agree(order, command, "buyer", "seller_response_issue_timeout" if by_silence else "")


def counter(order: Order, command: Command) -> Order:
    return _move_to(_add_proposal(order, command, "seller"), command, WAIT_BUYER)


def buyer_accept(order: Order, command: Command) -> Order:
    return _agree(order, command, "seller")


def buyer_counter(order: Order, command: Command) -> Order:
    return _move_to(_add_proposal(order, command, "buyer"), command, WAIT_SELLER)


def escalate(order: Order, command: Command) -> Order:
    return _move_to(order, command, WAIT_PLATFORM)


def decide(order: Order, command: Command) -> Order:
    return _agree(_add_proposal(order, command, "platform"), command, "platform", "platform_decided_issue")


def give_return_address(order: Order, command: Command) -> Order:
    return _move_to(
        with_dispute(order, replace(_open_dispute(order), return_address=dict(command.body["address"]))),
        command,
        WAIT_RETURN,
    )


def buyer_returned(order: Order, command: Command) -> Order:
    sent = replace(
        _open_dispute(order),
        return_carrier=command.body.get("carrier"),
        return_tracking_no=command.body.get("tracking_no"),
    )
    return _move_to(with_dispute(order, sent), command, WAIT_CONFIRM_RETURN)


def confirm_return(order: Order, command: Command) -> Order:
    """The goods are back. The clock says so when the seller has not answered in time."""
    returned = with_dispute(order, replace(_open_dispute(order), returned_at=command.at))
    return _end_with_refund(returned, command, _end_reason(returned, "seller_accept_issue_goods_return"))


def expire_return_address(order: Order, command: Command) -> Order:
    return _end_with_refund(order, command, _end_reason(order, "seller_accept_issue_no_goods_return"))


def expire_return(order: Order, command: Command) -> Order:
    """The buyer did not send the goods back in time: the dispute ends without a refund."""
    return _end_without_refund(order, command, "not_returned")


def withdraw(order: Order, command: Command) -> Order:
    return _end_without_refund(order, command, "withdrawn")


def add_evidence(order: Order, command: Command) -> Order:
    """Add a file. `body` describes the object as S3 has it, not as the uploader described it. A file that is already
    there changes nothing."""
    dispute, file = _open_dispute(order), command.body
    if any(each.evidence_id == file["evidence_id"] for each in dispute.evidence):
        return order
    evidence = Evidence(
        file["evidence_id"],
        command.actor.kind,
        file["media_type"],
        file["bytes"],
        command.at,
        file.get("text"),
    )
    return with_dispute(order, replace(dispute, evidence=(*dispute.evidence, evidence)))


def step(
    action: str,
    actors: str,
    stage: str | tuple[str, ...],
    to_stage: str | tuple[str, ...],
    target: Target | tuple[Target, ...],
    verb: Verb,
    *guards: Guard,
    ends: str = "",
) -> Row:
    """Make a row of the dispute table. The stages are its first guard. It starts from any status, because a snapshot
    may show a dispute in any status."""
    stages = (stage,) if isinstance(stage, str) else stage
    of_order = row(action, actors, ANY, target, verb, _at_stage(stages), *guards, stage=to_stage, ends=ends)
    return replace(of_order, stages=stages)


def _open_dispute(order: Order) -> Dispute:
    assert order.dispute is not None
    return order.dispute


def _move_to(order: Order, command: Command, stage: str = WAIT_SELLER) -> Order:
    """Move the dispute to a stage and start the timer of the stage."""
    kind = BY_STAGE[stage]
    due_at = command.at + command.store.policy.durations[kind]
    at_stage = with_dispute(order, replace(_open_dispute(order), stage=stage))
    others = tuple(timer for timer in at_stage.timers if timer.kind not in BY_STAGE.values())
    return with_respond_by(
        deadlines.update_timers(replace(at_stage, timers=others), {kind: due_at}, supplied_deadlines(command))
    )


def with_respond_by(order: Order) -> Order:
    """Set `respond_by` of the open dispute to when the timer of its stage is due, ours or the platform's."""
    dispute = order.dispute
    if dispute is None or not order.disputed:
        return order
    timer = order.timer(BY_STAGE[dispute.stage])
    return with_dispute(order, replace(dispute, respond_by=timer.due_at if timer else None))


def _add_proposal(order: Order, command: Command, by: str) -> Order:
    """Add a proposal. The earlier proposals of the same side become `superseded`."""
    dispute, body = _open_dispute(order), command.body
    if body["refund"] > order.remaining:
        raise Unprocessable(
            "refund_exceeds_remaining", "The refund is more than what remains of the order's money.", "/refund"
        )
    _refuse_return(dispute.kind, body["solution"])
    if body["solution"] == RETURN and not body["refund"]:
        raise Unprocessable("return_without_refund", "Goods are not sent back for nothing.", "/refund")
    proposal = Proposal(by, body["solution"], body["refund"], body.get("text") or "", command.at)
    earlier = tuple(replace(each, state="superseded") if each.by == by else each for each in dispute.proposals)
    return with_dispute(order, replace(dispute, proposals=(*earlier, proposal)))


def _refuse_return(kind: str | None, solution: str) -> None:
    """Goods that were not received cannot be returned."""
    if kind == "not_received" and solution == RETURN:
        raise Unprocessable("nothing_to_return", "What was not received cannot be returned.", "/solution")


def _agree(order: Order, command: Command, by: str, result: str = "") -> Order:
    """Accept the open proposal of `by`: refund at once, or wait for the return of the goods first."""
    dispute = _open_dispute(order)
    agreed = dispute.proposal(by)
    assert agreed is not None
    proposals = tuple(replace(each, state="accepted") if each is agreed else each for each in dispute.proposals)
    order = with_dispute(order, replace(dispute, proposals=proposals))
    if agreed.solution == RETURN:
        return _move_to(order, command, WAIT_ADDRESS)
    return _end_with_refund(order, command, result or "seller_accept_issue_no_goods_return")


def _end_reason(order: Order, usual: str) -> str:
    agreed = _open_dispute(order).agreed
    return "platform_decided_issue" if agreed and agreed.by == "platform" else usual


def _end_with_refund(order: Order, command: Command, end_reason: str) -> Order:
    """End the dispute with the agreed refund, at most what remains. If all that remains is refunded, the order ends."""
    dispute = _open_dispute(order)
    assert dispute.agreed is not None
    amount = min(dispute.agreed.refund, order.remaining)
    if not amount:
        return _end_without_refund(order, command, end_reason if dispute.agreed.by == "platform" else "no_refund")
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
    return refunds.await_refund(ended, end_reason, command.at) if in_full else ended


def _end_without_refund(order: Order, command: Command, result: str) -> Order:
    return funds.finish_when_settled(end_dispute(order, command.at, result), command.at)
