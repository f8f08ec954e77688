"""The outcome never depends on when, or whether, a sweep ran."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.errors import DomainError
from shared.domain.order.lifecycle import DISPUTE_ACTIONS
from shared.domain.order.model import Order
from tests import proof
from tests.domain.bodies import body_for
from tests.domain.build import DISPUTED, EVERY, WAYS, Life, days, hours, life_in

EXAMPLES, WALKS, FLOOR = proof.size((30, 240, 1), (200, 1_300, 10))
SITUATIONS = sorted(WAYS) + sorted(DISPUTED)
GAPS = (0, 1, 6, 23, 24, 25, 48, 100, 200, 700, 1500, -3, -30)
COMMON = {"sync", "freeze"}


@dataclass(frozen=True)
class Move:
    """A command `gap` hours after the last one (before it if negative), and the sweeps that run before it:
    each as a share of the time up to the earliest command that is still to come."""

    gap: int
    pick: int
    seller: bool
    sweeps: tuple[float, ...]


moves = st.lists(
    st.builds(
        Move,
        gap=st.sampled_from(GAPS),
        pick=st.integers(0, 10_000),
        seller=st.booleans(),
        sweeps=st.lists(st.floats(0, 1), max_size=3).map(tuple),
    ),
    min_size=1,
    max_size=14,
)


def times(start: datetime, walk: list[Move]) -> list[datetime]:
    at, result = start, []
    for move in walk:
        at = max(start, at + timedelta(hours=move.gap))
        result.append(at)
    return result


def run(situation: str, walk: list[Move], *, sweeping: bool, tried: Counter[str] | None = None) -> Life:
    """The order after the walk and all later lapses."""
    life = life_in(situation)
    start = life.now
    at = times(start, walk)
    for number, move in enumerate(walk):
        latest = min(at[number:])
        if sweeping:
            for share in sorted(move.sweeps):
                life.on(latest).sweep(before=start + (latest - start) * share)
        life.on(at[number])
        seen = life.seen()
        rng = Random(move.pick)
        offered = sorted(seen.on(life.now).may("seller" if move.seller else "platform"))
        steps = [action for action in offered if action in DISPUTE_ACTIONS]
        rare = [action for action in offered if action not in COMMON] if rng.random() < 0.8 else offered
        rare = steps if steps and rng.random() < 0.7 else rare
        action = rng.choice(rare or offered if offered and rng.random() < 0.9 else EVERY)
        try:
            life.do(action, "staff" if move.seller else "platform", **body_for(action, seen, rng))
        except DomainError:
            continue
        if tried is not None:
            tried[action] += 1
    return life.on(max(at) + days(800)).sweep()


def nameless(order: Order) -> Order:
    """The order without the ids of records, which depend on the number of calls of `new_id`."""
    refunds = tuple(replace(refund, refund_id=str(number)) for number, refund in enumerate(order.refunds))
    disputes = tuple(replace(dispute, dispute_id=str(dispute.number)) for dispute in order.disputes)
    return replace(order, refunds=refunds, disputes=disputes)


def same(situation: str, walk: list[Move], tried: Counter[str] | None = None) -> None:
    swept, unswept = run(situation, walk, sweeping=True, tried=tried), run(situation, walk, sweeping=False)
    assert nameless(swept.order) == nameless(unswept.order)
    histories = [
        [(entry.seq, entry.at, entry.action, entry.to_status) for entry in life.entries] for life in (swept, unswept)
    ]
    assert histories[0] == histories[1]


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
@given(st.sampled_from(SITUATIONS), moves)
def test_the_outcome_is_the_same_whenever_a_sweep_ran(situation: str, walk: list[Move]) -> None:
    same(situation, walk)


def test_the_same_holds_for_every_action() -> None:
    rng, tried = Random(1), Counter[str]()
    for _ in range(WALKS):
        walk = [
            Move(
                rng.choice(GAPS if rng.random() < 0.4 else GAPS[:4]),
                rng.randrange(10_000),
                rng.random() < 0.4,
                tuple(rng.random() for _ in range(rng.randrange(4))),
            )
            for _ in range(10)
        ]
        same(rng.choice(SITUATIONS), walk, tried)
    print(dict(sorted(tried.items())))
    proof.counted("commands whose outcome is the same whenever a sweep ran", sum(tried.values()), WALKS * 5)
    assert {action: tried[action] for action in EVERY if tried[action] < FLOOR} == {}


def test_a_sweep_that_runs_twice_does_its_work_once() -> None:
    life = Life().wait(hours=1).do("pay").wait(hours=90).sweep()
    once = life.order
    assert life.sweep().order is once
    assert life.sweep(before=life.now - hours(5)).order is once
