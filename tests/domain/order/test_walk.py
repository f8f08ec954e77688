"""Random walks over all actions: allowed actions are accepted, others refused, and the amounts add up."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from shared.domain.errors import Conflict, Unprocessable
from shared.domain.order import deadlines, lifecycle
from shared.domain.order.model import OPEN_REFUND_STATES, FundState, Overlay, Status
from shared.domain.order.transitions import SELLER_ROLES
from shared.domain.stores import Mode
from tests import proof
from tests.domain.bodies import body_for
from tests.domain.build import DISPUTED, EVERY, STORE, WATCHING, Life, life_in, line

STEPS, FLOOR = proof.size((1_500, 1), (20_000, 20))
CLOCK_FLOOR = 1
ROLES = {"platform": ("platform",), "seller": ("owner", "staff"), "clock": ("clock",), "viewer": ("viewer",)}
COMMON = {"sync", "freeze", "adjust_price", "remind_payment", "cancel_unpaid", "expire_payment"}
"""Actions that are chosen less often, because they are possible in many situations or end a walk."""
LAPSES = {rule.on_lapse for rule in deadlines.TIMERS.values() if rule.on_lapse}
LINES = (line("a", 3, 1000, handling_days=2), line("b", 1, 333), line("c", 2, 0, handling_days=9))


def invariants(life: Life) -> None:
    order = life.order
    assert order.version == len(life.entries)
    assert [entry.seq for entry in life.entries] == list(range(1, order.version + 1))
    statuses = [entry.to_status for entry in life.entries]
    assert [entry.from_status for entry in life.entries] == [None, *statuses[:-1]]
    assert statuses[-1] is order.status
    for progress in order.line_progress().values():
        for number in (progress.shipped, progress.refunded, progress.returned, progress.left):
            assert 0 <= number <= progress.ordered
    amounts = order.amounts
    received = amounts.total if amounts.received is None else amounts.received
    assert 0 <= amounts.refunded <= amounts.refunded + order.promised <= received
    assert amounts.refunded == sum(refund.amount for refund in order.refunds if refund.state == "paid")
    if order.fund_state is FundState.RELEASED and amounts.released is not None and life.entries[-1].action != "sync":
        fees = (amounts.commission or 0) + (amounts.affiliate_fee or 0)
        assert amounts.released + amounts.refunded + fees <= received
    kinds = [timer.kind for timer in order.timers]
    assert len(kinds) == len(set(kinds))
    assert all(order.status in deadlines.TIMERS[kind].runs_in for kind in kinds)
    if order.status is Status.FINISH:
        assert kinds == []
    if order.fund_state in (FundState.REFUNDED, FundState.NONE) and order.end_reason is None:
        assert order.outcome is None
    assert order.disputed == (Overlay.DISPUTE in order.overlays)
    assert order.frozen == (Overlay.FROZEN in order.overlays)
    assert (Overlay.REFUND in order.overlays) == any(refund.state in OPEN_REFUND_STATES for refund in order.refunds)
    assert [kind for kind in kinds if kind in deadlines.BY_STAGE.values()] in (
        [],
        [deadlines.BY_STAGE.get(order.dispute.stage)] if order.dispute else [],
    )
    assert all(dispute.ended_at is not None for dispute in order.disputes[:-1])
    for dispute in order.disputes:
        timer = order.timer(deadlines.BY_STAGE.get(dispute.stage, ""))
        assert dispute.respond_by == (timer.due_at if timer else None)
        assert len([each for each in dispute.proposals if each.state == "accepted"]) <= 1
    assert all((refund.respond_by is not None) == (refund.state == "requested") for refund in order.refunds)
    assert len({refund.refund_id for refund in order.refunds}) == len(order.refunds)
    assert len({(each.carrier, each.tracking_no) for each in order.parcels}) == len(order.parcels)
    if order.frozen:
        assert deadlines.running(order) == ()


def step(life: Life, rng: Random, counts: Counter[str]) -> None:
    if rng.random() < 0.7:
        life.wait(hours=rng.choice((0, 1, 5, 12, 24, 30, 60)))
    elif rng.random() < 0.3:
        life.wait(days=rng.choice((7, 20, 70)))
    offered = {actor: life.may(actor) for actor in ROLES}
    actor = rng.choice(("platform", "platform", "seller", "clock"))
    role = rng.choice(ROLES[actor])
    assert (role in SELLER_ROLES) == (actor == "seller")
    refused = rng.choice([action for action in EVERY if action not in offered[actor]])
    before = life.order
    with pytest.raises(Conflict):
        lifecycle.act(life.order, life.command(refused, role, None, None, {}))
    counts["refused"] += 1
    usable = [action for action in sorted(offered[actor]) if action not in COMMON or rng.random() < 0.15]
    if not usable:
        return
    steps = [name for name in usable if name in lifecycle.DISPUTE_ACTIONS]
    usable = steps if steps and rng.random() < 0.7 else usable
    action = min(usable, key=lambda name: counts[name]) if rng.random() < 0.5 else rng.choice(usable)
    seen = life.seen()
    try:
        life.do(action, role, reason="because", **body_for(action, seen, rng))
    except Unprocessable:
        counts["unprocessable"] += 1
        assert life.order is before
        return
    for entry in life.entries[before.version :]:
        counts["lapsed " + entry.action if entry.actor.role == "clock" and role != "clock" else entry.action] += 1


@pytest.mark.parametrize("seed", proof.size((0,), (0, 2)))
def test_random_walks_keep_the_invariants(seed: int) -> None:
    rng, counts, orders = Random(seed), Counter[str](), 0
    life = Life(STORE, lines=LINES)
    for number in range(STEPS):
        if number % 25 == 0 or (life.order.status is Status.FINISH and rng.random() < 0.5):
            store = WATCHING if rng.random() < 0.2 else STORE
            deep = rng.choice(sorted(DISPUTED)) if rng.random() < 0.25 else None
            life, orders = life_in(deep, store, lines=LINES) if deep else Life(store, lines=LINES), orders + 1
        step(life, rng, counts)
        counts["steps"] += 1
        invariants(life)
        if life.store.policy.mode is Mode.WATCH:
            assert not any(entry.recorded_at != entry.at for entry in life.entries[1:])
    print(f"seed {seed}: {counts['steps']} steps, {orders} orders,", dict(sorted(counts.items())))
    proof.counted("steps of random walks, each with every invariant checked", counts["steps"], STEPS)
    proof.counted("steps of random walks that are refused", counts["refused"], STEPS // 10)
    assert {action: counts[action] for action in EVERY if counts[action] < FLOOR} == {}
    assert {action for action in LAPSES if counts[f"lapsed {action}"] < CLOCK_FLOOR} == set()
