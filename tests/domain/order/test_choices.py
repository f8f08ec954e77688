"""What an order says of each action, before anybody tries it: allowed, or refused with the code and the words that the
attempt would get."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from shared.domain.errors import Conflict, TransitionNotAllowed, Unprocessable
from shared.domain.order import lifecycle, shipments
from shared.domain.order.after_sales import disputes, refunds
from shared.domain.order.choices import Choices
from shared.domain.order.model import Dispute
from shared.domain.sentences.sentence import in_language
from tests import proof
from tests.domain.bodies import body_for
from tests.domain.build import DISPUTED, STORE, WATCHING, WAYS, Life, claim, life_in, line, offer, parcel
from tests.domain.order.test_walk import LINES, step

ACTORS = {"staff": "seller", "platform": "platform", "viewer": "viewer"}
STEPS = proof.size(200, 6_000)


def holds(life: Life, rng: Random, counts: Counter[str]) -> None:
    """Every action of every actor is tried with a valid body, and nothing is changed."""
    for role, actor in ACTORS.items():
        choices = lifecycle.choices(life.order, actor, life.store, life.now)
        assert choices.allowed == tuple(each for each in lifecycle.ACTIONS if each in life.may(actor))
        tried(life, role, choices, lifecycle.ACTIONS, None, rng, counts)
        for dispute in life.order.disputes:
            steps = lifecycle.choices(
                life.order, actor, life.store, life.now, lifecycle.DISPUTE_ACTIONS, dispute.dispute_id
            )
            assert not (steps.allowed and dispute.ended_at)
            tried(life, role, steps, lifecycle.DISPUTE_ACTIONS, dispute, rng, counts)


def tried(
    life: Life,
    role: str,
    choices: Choices,
    among: tuple[str, ...],
    dispute: Dispute | None,
    rng: Random,
    counts: Counter[str],
) -> None:
    own = {action for action in among if ACTORS[role] in lifecycle.actors_of(action)}
    assert {*choices.allowed, *choices.refused} == own
    assert not set(choices.allowed) & set(choices.refused)
    for action in sorted(own):
        body = body_for(action, life.seen(), rng) | ({"dispute_id": dispute.dispute_id} if dispute else {})
        command = life.command(action, role, None, "because", body)
        try:
            lifecycle.act(life.order, command)
            answer = None
        except Unprocessable:
            assert action in choices.allowed, (action, life.status)
            answer = None
        except Conflict as refused:
            assert isinstance(refused, TransitionNotAllowed), (action, refused.code)
            assert refused.allowed == choices.allowed, action
            answer = (refused.code, refused.detail)
        assert answer == choices.refused.get(action), (action, life.status)
        counts[answer[0] if answer else "accepted"] += 1


@pytest.mark.parametrize("seed", proof.size([1], [1, 3]))
def test_each_action_is_refused_as_the_order_says_over_random_walks(seed: int) -> None:
    rng, counts = Random(seed), Counter[str]()
    life = Life(STORE, lines=LINES)
    for number in range(STEPS):
        if number % 20 == 0:
            store = WATCHING if rng.random() < 0.3 else STORE
            situation = rng.choice([*WAYS, *DISPUTED])
            life = life_in(situation, store, lines=(line("a", 3), line("b", 2)))
        step(life, rng, Counter())
        if number % 3 == 0:
            holds(life, rng, counts)
    print(dict(counts))
    proof.counted("actions that were accepted as an order said", counts.pop("accepted"), STEPS // 2)
    proof.counted("actions that were refused as an order said", counts.total(), 5 * STEPS)
    assert {"order_frozen", "dispute_open", "dispute_ended", "claim_unknown"} <= set(counts)


def full(what: str) -> Life:
    """An order that has as many of these as it can have."""
    if what == "refunds":
        life = life_in("WAIT_SELLER_SEND_GOODS")
        for _ in range(refunds.MAX_REFUNDS):
            life.do("request_cancellation", reason="r").do("withdraw_cancellation")
        return life
    if what == "refunds of a shipped order":
        return full("refunds").do("ship", parcels=[parcel("LX1")])
    if what == "parcels":
        life = life_in("WAIT_SELLER_SEND_GOODS", lines=(line("a", shipments.MAX_PARCELS + 2),))
        for number in range(shipments.MAX_PARCELS):
            life.do("ship", parcels=[parcel(f"LX{number}", a=1)])
        return life
    if what == "disputes":
        life = life_in("WAIT_BUYER_ACCEPT_GOODS")
        for _ in range(disputes.MAX_DISPUTES):
            life.do("open_dispute", **claim()).do("withdraw")
        return life
    if what == "proposals":
        life = life_in("wait_seller")
        while len(life.dispute.proposals) < disputes.MAX_PROPOSALS:
            life.do("counter" if life.dispute.stage == "wait_seller" else "buyer_counter", **offer())
        return life
    if what == "reminders":
        return Life().do("remind_payment", "staff")
    life = life_in("wait_seller")
    for number in range(disputes.MAX_EVIDENCE):
        life.do("add_evidence", evidence_id=f"evd_{number}", media_type="image/png", bytes=1)
    return life


@pytest.mark.parametrize(
    ("what", "action", "code"),
    [
        ("refunds", "request_cancellation", "too_many_refunds"),
        ("refunds of a shipped order", "open_dispute", "too_many_refunds"),
        ("parcels", "ship", "too_many_parcels"),
        ("disputes", "open_dispute", "too_many_disputes"),
        ("proposals", "counter", "too_many_proposals"),
        ("reminders", "remind_payment", "already_reminded"),
        ("evidence", "add_evidence", "too_much_evidence"),
    ],
)
def test_an_order_that_is_full_says_so_beforehand(what: str, action: str, code: str) -> None:
    life, counts = full(what), Counter[str]()
    if life.order.disputed and life.dispute.stage == "wait_buyer":
        action = "buyer_counter"
    assert action not in life.may()
    holds(life, Random(0), counts)
    assert counts[code] > 0


def test_a_refusal_names_where_the_action_is_possible_in_both_languages() -> None:
    refused = lifecycle.choices(Life().order, "seller", STORE, Life().now).refused["ship"]
    assert refused.detail == (
        "This is possible only in these statuses: Awaiting shipment, Partial shipment. "
        "The order's status is Awaiting payment."
    )
    assert in_language(refused.detail, "zh-CN") == (
        "只有在以下订单状态才能执行此操作：等待您发货、部分发货。当前状态为“等待买家付款”。"
    )
    ended = life_in("CLOSED")
    frozen = lifecycle.choices(ended.order, "platform", STORE, ended.now).refused["freeze"]
    assert in_language(frozen.detail, "zh-CN") == "订单状态为“订单结束”时不能执行此操作。"
    life = life_in("wait_buyer")
    steps = lifecycle.choices(life.order, "seller", STORE, life.now, lifecycle.DISPUTE_ACTIONS, life.dispute.dispute_id)
    assert in_language(steps.refused["accept"].detail, "zh-CN") == "只有在以下纠纷阶段才能执行此操作：等待卖家答复。"
