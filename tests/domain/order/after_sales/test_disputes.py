"""Disputes: the actions of each stage and actor, the lapses, and the refunds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.errors import Conflict, Unprocessable
from shared.domain.order import deadlines, lifecycle
from shared.domain.order.after_sales import disputes
from shared.domain.order.model import FundState, RefundState, Status
from tests.domain.build import DISPUTED, RETURNING, TOTAL, claim, days, life_in, offer

SENT = "WAIT_BUYER_ACCEPT_GOODS"
STEPS: dict[str, tuple[str, str]] = {
    # action: (who beside the platform, stages)
    "accept": ("seller clock", "wait_seller"),
    "counter": ("seller", "wait_seller"),
    "buyer_accept": ("", "wait_buyer"),
    "buyer_counter": ("", "wait_buyer"),
    "escalate": ("", "wait_seller wait_buyer"),
    "decide": ("", "platform"),
    "give_return_address": ("seller", "wait_address"),
    "expire_return_address": ("clock", "wait_address"),
    "buyer_returned": ("", "wait_return"),
    "expire_return": ("clock", "wait_return"),
    "confirm_return": ("seller clock", "wait_confirm_return"),
    "withdraw": ("", " ".join(DISPUTED)),
    "add_evidence": ("seller", " ".join(DISPUTED)),
}
"""The dispute table, written down a second time."""


def test_the_whole_product_of_stage_action_and_actor() -> None:
    checked = 0
    for stage in (*DISPUTED, "ended"):
        life = life_in("wait_seller").do("withdraw") if stage == "ended" else life_in(stage)
        assert life.dispute.stage == stage
        for actor in ("seller", "platform", "clock", "viewer"):
            expected = {
                action
                for action, (who, stages) in STEPS.items()
                if stage in stages.split() and (actor == "platform" or actor in who.split())
            }
            if actor == "clock" and stage == "wait_buyer":
                expected.add("escalate")
            assert life.may(actor) & set(lifecycle.DISPUTE_ACTIONS) == expected, (stage, actor)
            checked += len(lifecycle.DISPUTE_ACTIONS)
    print(f"\n{checked} questions")
    assert checked == 7 * 4 * 13 and set(STEPS) == set(lifecycle.DISPUTE_ACTIONS)


SILENCE = {
    "wait_seller": ("dispute_answer", 5, "accept", "seller_response_issue_timeout", 1000),
    "wait_buyer": ("dispute_buyer", 5, "escalate", None, None),
    "wait_address": ("return_address", 5, "expire_return_address", "seller_accept_issue_no_goods_return", 1000),
    "wait_return": ("return", 10, "expire_return", "not_returned", None),
    "wait_confirm_return": ("confirm_return", 10, "confirm_return", "seller_accept_issue_goods_return", 1000),
}


@pytest.mark.parametrize("stage", SILENCE)
def test_each_stage_lapses_as_its_timer_says(stage: str) -> None:
    kind, length, action, result, refund = SILENCE[stage]
    life = life_in(stage)
    due = life.due(kind)
    assert due == life.now - timedelta(hours=1) + days(length) and life.dispute.respond_by == due
    assert life.on(due).sweep().dispute.stage == stage, "not a moment too soon"
    life.on(due + timedelta(microseconds=1)).sweep()
    assert life.entries[-1].action == action and life.entries[-1].at == due
    if result is None:
        assert (life.dispute.stage, life.dispute.ended_at) == ("platform", None)
        return
    assert (life.dispute.stage, life.dispute.result, life.dispute.ended_at) == ("ended", result, due)
    assert [each.amount for each in life.order.refunds] == ([refund] if refund else [])


def test_the_decision_of_the_platform_never_lapses() -> None:
    life = life_in("platform").wait(days=100).sweep()
    assert (life.dispute.stage, life.timers()) == ("platform", {"receipt", "decision"})


def test_after_a_partial_refund_the_order_continues_and_its_timer_is_later() -> None:
    life = life_in(SENT)
    receipt = life.due("receipt")
    assert receipt is not None
    life.do("open_dispute", **claim(1000)).wait(days=2).do("accept", "staff")
    refund = life.refund
    assert (refund.state, refund.source, refund.amount) == (RefundState.ACCEPTED, "dispute", 1000)
    assert (life.status, life.order.fund_state, life.due("receipt")) == (SENT, FundState.NONE, receipt + days(2))
    life.do("complete_refund", refund_id=refund.refund_id).do("confirm_receipt").do("release_funds")
    assert (life.status, life.order.outcome, life.order.amounts.released) == ("FINISH", "partly_refunded", TOTAL - 1000)


@pytest.mark.parametrize("situation", ["SELLER_PART_SEND_GOODS", SENT, "FUND_PROCESSING"])
def test_a_dispute_over_everything_ends_the_order(situation: str) -> None:
    life = life_in(situation).do("open_dispute", **claim(TOTAL)).do("accept", "owner")
    assert (life.status, life.order.fund_state) == ("FUND_PROCESSING", FundState.REFUNDING)
    assert life.order.end_reason == "seller_accept_issue_no_goods_return" and life.timers() == set()
    life.do("complete_refund", refund_id=life.refund.refund_id)
    assert (life.status, life.order.outcome, life.order.amounts.refunded) == ("FINISH", "refunded", TOTAL)


ENDINGS = [
    (("accept",), "seller_accept_issue_no_goods_return"),
    (("escalate", ("decide", offer(TOTAL))), "platform_decided_issue"),
    ((("counter", offer(TOTAL)), "buyer_accept"), "seller_accept_issue_no_goods_return"),
]


@pytest.mark.parametrize(("steps", "reason"), ENDINGS)
def test_a_full_refund_has_the_end_reason_of_its_dispute(steps: tuple[object, ...], reason: str) -> None:
    life = life_in(SENT).do("open_dispute", **claim(TOTAL))
    for step in steps:
        action, body = (step, {}) if isinstance(step, str) else step  # type: ignore[misc]
        life.do(action, **body)
    assert (life.order.end_reason, life.dispute.result, life.status) == (reason, reason, "FUND_PROCESSING")


def test_goods_are_returned_before_the_refund() -> None:
    life = life_in(SENT).do("open_dispute", **{**RETURNING, "claim": TOTAL, "line_ids": ["a"]}).do("accept", "staff")
    assert (life.dispute.stage, life.order.refunds) == ("wait_address", ())
    life.do("give_return_address", "staff", address={"country": "CN", "city": "Shenzhen"})
    life.do("buyer_returned", carrier="EMS", tracking_no="RT1")
    assert (life.dispute.return_carrier, life.dispute.return_tracking_no) == ("EMS", "RT1")
    life.do("confirm_return", "staff")
    assert life.order.end_reason == "seller_accept_issue_goods_return"
    assert {line_id: progress.returned for line_id, progress in life.order.line_progress().items()} == {"a": 2, "b": 0}


def test_the_platform_may_decide_for_a_return() -> None:
    life = life_in(SENT).do("open_dispute", **{**RETURNING, "solution": "refund"}).do("escalate")
    life.do("decide", **offer(TOTAL, solution="return_and_refund")).wait(days=5, hours=1).sweep()
    assert (life.dispute.result, life.order.end_reason) == ("platform_decided_issue", "platform_decided_issue")


@pytest.mark.parametrize(
    ("steps", "result"),
    [
        (("withdraw",), "withdrawn"),
        ((("counter", offer(0)), "buyer_accept"), "no_refund"),
        (("escalate", ("decide", offer(0))), "platform_decided_issue"),
    ],
)
def test_without_a_refund_the_order_continues(steps: tuple[object, ...], result: str) -> None:
    life = life_in(SENT).do("open_dispute", **claim())
    for step in steps:
        action, body = (step, {}) if isinstance(step, str) else step  # type: ignore[misc]
        life.do(action, **body)
    assert (life.dispute.result, life.order.refunds, life.status, life.timers()) == (result, (), SENT, {"receipt"})
    assert life.do("open_dispute", **claim()).dispute.number == 2, "and may be disputed again"
    assert [each.stage for each in life.order.disputes] == ["ended", "wait_seller"]


def test_a_new_proposal_supersedes_the_earlier_ones_of_its_side() -> None:
    life = life_in(SENT).do("open_dispute", **claim(1000)).do("counter", "staff", **offer(300))
    assert life.dispute.stage == "wait_buyer"
    life.do("buyer_counter", **offer(800, text="More.")).do("counter", "staff", **offer(500)).do("buyer_accept")
    proposals = [(each.by, each.refund, each.state) for each in life.dispute.proposals]
    assert proposals == [
        ("buyer", 1000, "superseded"),
        ("seller", 300, "superseded"),
        ("buyer", 800, "lapsed"),
        ("seller", 500, "accepted"),
    ]
    assert life.refund.amount == 500 and life.dispute.claim == 1000


def test_no_more_proposals_than_a_record_holds() -> None:
    life = life_in(SENT).do("open_dispute", **claim())
    while len(life.dispute.proposals) < disputes.MAX_PROPOSALS:
        life.do("counter" if life.dispute.stage == "wait_seller" else "buyer_counter", **offer(1))
    action = "counter" if life.dispute.stage == "wait_seller" else "buyer_counter"
    assert life.refuses(action, **offer(1)).code == "too_many_proposals"
    assert life.do("escalate").do("decide", **offer(1)).dispute.result == "platform_decided_issue"


def test_an_impossible_proposal_is_refused() -> None:
    life = life_in("wait_seller")
    for body, code in (
        (offer(TOTAL + 1), "refund_exceeds_remaining"),
        (offer(solution="return_and_refund"), "nothing_to_return"),
    ):
        refusal = life.refuses("counter", **body)
        assert isinstance(refusal, Unprocessable) and refusal.code == code
    life = life_in(SENT).do("open_dispute", **RETURNING)
    assert life.refuses("counter", **offer(0, solution="return_and_refund")).code == "return_without_refund"
    assert life_in(SENT).refuses("open_dispute", **claim(solution="return_and_refund")).code == "nothing_to_return"


def test_a_refund_never_exceeds_what_remains() -> None:
    """For a dispute over everything, after another refund was promised."""
    life = life_in("PART_CLOSED").do("open_dispute", **claim(500))
    promised = sum(refund.amount for refund in life.order.refunds)
    assert promised and life.refuses("counter", **offer(TOTAL - promised + 1)).code == "refund_exceeds_remaining"
    life.do("accept")
    assert sum(refund.amount for refund in life.order.refunds) == promised + 500


def test_a_frozen_order_stops_the_dispute_too() -> None:
    life = life_in("wait_seller")
    due = life.due("dispute_answer")
    assert due is not None
    life.do("freeze", reason="review").wait(days=30).sweep()
    assert life.refuses("accept", "staff").code == "order_frozen" and deadlines.running(life.order) == ()
    life.do("unfreeze")
    assert life.due("dispute_answer") == due + days(30) == life.dispute.respond_by


def test_a_dispute_without_a_known_claim_cannot_be_accepted() -> None:
    """A snapshot reports only that a dispute exists: its timer runs, and the lapse does nothing."""
    life = life_in(SENT).sync(SENT, "dispute")
    assert life.due("dispute_answer") == life.now + days(5) == life.dispute.respond_by
    assert life.refuses("accept", "staff").code == "claim_unknown"
    assert life.wait(days=9).sweep().dispute.stage == "wait_seller"
    known = life.do("open_dispute", **claim(700)).dispute
    assert (known.claim, known.number, len(life.order.disputes)) == (700, 1, 1)
    assert life.do("accept", "staff").refund.amount == 700


def test_an_action_that_names_an_ended_dispute_is_refused() -> None:
    life = life_in("wait_seller")
    seen = life.dispute.dispute_id
    life.do("withdraw").do("open_dispute", **claim())
    refusal = life.refuses("accept", "staff", dispute_id=seen)
    assert isinstance(refusal, Conflict) and refusal.code == "dispute_ended"
    assert life.do("accept", "staff", dispute_id=life.dispute.dispute_id).dispute.ended_at


def test_the_same_evidence_is_stored_once() -> None:
    life = life_in("platform")
    file = {"evidence_id": "evd_1", "media_type": "image/png", "bytes": 9}
    life.do("add_evidence", "staff", **file)
    version = life.order.version
    assert life.do("add_evidence", "staff", **file).order.version == version
    (evidence,) = life.dispute.evidence
    assert (evidence.by, evidence.media_type, evidence.at) == ("seller", "image/png", life.now)


def test_an_order_does_not_finish_while_it_is_disputed() -> None:
    """An earlier refund of everything is paid during the dispute."""
    life = life_in("FUND_PROCESSING").do("open_dispute", **claim(1000)).do("accept").do("open_dispute", **claim(1800))
    life.do("complete_refund", refund_id=life.refund.refund_id)
    assert life.status == Status.FUND_PROCESSING
    life.do("accept")
    life.do("complete_refund", refund_id=life.refund.refund_id)
    assert (life.status, life.order.amounts.refunded) == ("FINISH", TOTAL)
