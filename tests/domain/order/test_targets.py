"""The targets of every row: the product of situation, action and actor, and the detection of a wrong row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from random import Random

import pytest

from shared.domain.errors import Conflict
from shared.domain.order import deadlines, lifecycle
from shared.domain.order.after_sales.disputes import STAGES
from shared.domain.order.model import FundState, Order, Status
from shared.domain.order.snapshots.facts import DisputeFact, Facts
from shared.domain.order.transitions import CLOCK, SAME, Command, Row, Target
from tests.domain.bodies import body_for
from tests.domain.build import DISPUTED, EVERY, PLACED, RETURNING, TOTAL, WAYS, Life, claim, days, life_in, offer
from tests.domain.order.test_table import SITUATIONS
from tests.proof import FULL, counted, size

ROWS = (*lifecycle.TABLE, *lifecycle.DISPUTE_TABLE)
ACTORS = {"platform": "platform", "seller": "staff", "clock": "clock", "viewer": "viewer"}
BODIES = 6
TRIED = size(11, 1)
"""One of so many actions that are not offered is tried."""
SHARES = size(3, 1)
"""Of the snapshots that may follow a situation, one of so many is shown: the next situation has the next ones."""
FREE = {"pay": {"amount": 0}, "report_short_payment": {"received": 0}}
NOTHING_DUE = (
    "RISK_CONTROL RISK_CONTROL_HOLD WAIT_SELLER_EXAMINE_MONEY WAIT_SELLER_SEND_GOODS IN_CANCEL WAIT_BUYER_ACCEPT_GOODS"
).split()


def disputed(life: Life, stage: str, amount: int) -> Life:
    """The order with a dispute at this stage, over this amount."""
    for step in DISPUTED[stage]:
        action, body = (step, {}) if isinstance(step, str) else step
        life.do(action, **{name: amount if name in ("claim", "refund") else value for name, value in body.items()})
    return life


def with_a_part_to_refund() -> Life:
    return life_in("FUND_PROCESSING").do("open_dispute", **claim(1000)).do("accept")


def goods_to_return() -> Life:
    return life_in("WAIT_BUYER_ACCEPT_GOODS").do("open_dispute", **RETURNING)


def with_nothing_left(stage: str) -> Life:
    """A dispute over an order that was refunded completely since."""
    life = with_a_part_to_refund()
    first = life.refund.refund_id
    return disputed(life, stage, 500).do("complete_refund", refund_id=first, amount=TOTAL)


def paid_out(stage: str) -> Life:
    return with_nothing_left(stage).sync("FUND_PROCESSING", "dispute", fund_state=FundState.RELEASED)


def unpaid(situation: str, overlays: str = "") -> Life:
    """An order for which the buyer has paid 0.00: nothing is to be refunded or released."""
    life = Life()
    for step in WAYS[situation]:
        action, body = (step, {}) if isinstance(step, str) else step
        life.wait(hours=1).do(action, **(body | FREE.get(action, {})))
    return life.sync(situation, overlays) if overlays else life


def returned_by_decision() -> Life:
    return goods_to_return().do("escalate").do("decide", **offer(TOTAL, solution="return_and_refund"))


def lapsed_unpaid() -> Life:
    """At the time of a payment that is reported only now, after the order has lapsed."""
    return Life().wait(days=21).sweep().on(PLACED + days(1))


def all_lives() -> Iterator[Life]:
    yield lapsed_unpaid()
    for name in NOTHING_DUE:
        yield unpaid(name)
        yield unpaid(name, "dispute")
    for name in ("SELLER_PART_SEND_GOODS", "WAIT_BUYER_ACCEPT_GOODS"):
        yield life_in(name).sync("IN_CANCEL")
        yield life_in(name).sync("WAIT_SELLER_SEND_GOODS")
    yield returned_by_decision()
    yield returned_by_decision().do("give_return_address", address={"country": "CN"}).do("buyer_returned")
    refunded = life_in("PART_CLOSED")
    yield refunded.do("complete_refund", refund_id=refunded.refund.refund_id, amount=TOTAL)
    for name in (*SITUATIONS, *DISPUTED):
        yield life_in(name)
        for overlay in ("frozen", "dispute"):
            yield life_in(name).sync(life_in(name).status, overlay)
    for stage in DISPUTED:
        for name in ("SELLER_PART_SEND_GOODS", "WAIT_BUYER_ACCEPT_GOODS", "FUND_PROCESSING"):
            yield disputed(life_in(name), stage, TOTAL)
        yield with_nothing_left(stage)
        yield paid_out(stage)
    yield goods_to_return()
    yield goods_to_return().do("counter", **offer(solution="return_and_refund"))
    yield goods_to_return().do("escalate")
    yield with_a_part_to_refund()
    yield with_a_part_to_refund().do("release_funds")


def row_of(action: str, actor: str, order: Order) -> Row:
    stage = order.dispute.stage if order.dispute else None
    return next(
        row
        for row in lifecycle.ROWS[action]
        if actor in row.actors and order.status in row.sources and (not row.stages or stage in row.stages)
    )


@dataclass(frozen=True)
class Step:
    """One action that was carried out."""

    row: Row
    command: Command
    before: Order
    after: Order

    @property
    def targets(self) -> list[Target]:
        return [target for target in self.row.targets if target.matches(self.before, self.after)]

    @property
    def stages(self) -> list[str]:
        was, stage = (order.dispute.stage if order.dispute else None for order in (self.before, self.after))
        return [each for each in self.row.to_stages if each == stage or (each == SAME and was == stage)]


def steps_of(life: Life, action: str, actor: str, share: int) -> Iterator[Step]:
    """The action with several bodies; `sync` with everything that a snapshot may show of status and money, and that a
    file may show of a dispute."""
    bodies = [body_for(action, life, Random(seed)) for seed in range(BODIES)]
    if not FULL:
        bodies = [body for place, body in enumerate(bodies) if body not in bodies[:place]]
    if action == "sync":
        bodies = [
            life.snapshot(str(target.status), overlays, fund_state=target.fund_state)
            for target in lifecycle.ANY_TARGET
            for overlays in ("", "dispute")
        ]
        bodies += [
            life.snapshot(str(life.order.status), "dispute") | {"facts": Facts(dispute=DisputeFact(stage))}
            for stage in STAGES
        ]
        bodies = bodies[share % SHARES :: SHARES]
    for body in bodies:
        command = life.command(action, ACTORS[actor], None, "because", body)
        yield Step(row_of(action, actor, life.order), command, life.order, lifecycle.act(life.order, command).order)


@cache
def walked() -> tuple[tuple[Step, ...], int]:
    """Every action by every actor in every situation: the accepted ones, and the number of refused ones."""
    steps, refusals = list[Step](), 0
    for place, life in enumerate(map(Life.seen, all_lives())):
        for actor, role in ACTORS.items():
            offered = life.may(actor)
            for action in EVERY:
                if action in offered:
                    steps += steps_of(life, action, actor, place)
                    continue
                refusals += 1
                if refusals % TRIED == 0:
                    with pytest.raises(Conflict):
                        lifecycle.act(life.order, life.command(action, role, None, None, {}))
    return tuple(steps), refusals // TRIED


def test_every_row_leads_to_its_targets_and_nowhere_else() -> None:
    steps, refused = walked()
    counted("actions refused", refused, size(1_500, 15_000))
    counted("actions carried out", len(steps), size(2_000, 7_000))
    astray = [(step.row.action, step.before.status, step.after.status) for step in steps if not step.targets]
    assert astray == []
    assert [(step.row.action, step.row.to_stages) for step in steps if not step.stages] == []


def test_no_target_is_out_of_reach() -> None:
    steps, _ = walked()
    reached = {(id(step.row), target) for step in steps for target in step.targets}
    named = {(id(row), target): row.action for row in ROWS for target in row.targets}
    assert [(action, key[1]) for key, action in named.items() if key not in reached] == []
    counted("targets reached", len(reached), 89)
    stages = {(id(step.row), stage) for step in steps for stage in step.stages}
    led = {(id(row), stage): row.action for row in ROWS for stage in row.to_stages}
    assert [(action, key[1]) for key, action in led.items() if key not in stages] == []
    counted("stages reached", len(stages), 50)
    walked_ways = {(step.before.status, step.after.status, id(step.row)) for step in steps}
    ways = list(lifecycle.WAYS.edges())
    assert [(*way, row.action) for *way, row in ways if (*way, id(row)) not in walked_ways] == []
    counted("ways from one status into another", len(ways), 50)


def patched(monkeypatch: pytest.MonkeyPatch, row: Row, wrong: Row) -> None:
    rows = tuple(wrong if each is row else each for each in lifecycle.ROWS[row.action])
    monkeypatch.setitem(lifecycle.ROWS, row.action, rows)  # type: ignore[arg-type]


def test_a_row_without_its_target_is_detected() -> None:
    steps, _ = walked()
    first: dict[tuple[int, Target | str], Step] = {}
    for step in steps:
        for end in (*step.targets, *step.stages):
            first.setdefault((id(step.row), end), step)
    caught = 0
    for (_, end), step in first.items():
        row = step.row
        targets = tuple(each for each in row.targets if each not in step.targets)
        to_stages = tuple(each for each in row.to_stages if each not in step.stages)
        wrong = replace(row, targets=targets) if isinstance(end, Target) else replace(row, to_stages=to_stages)
        with pytest.MonkeyPatch.context() as patch:
            patched(patch, row, wrong)
            with pytest.raises(AssertionError, match=f"{row.action} led from"):
                lifecycle.act(step.before, step.command)
        caught += 1
    counted("rows with a wrong target that were caught", caught, 130)


def test_a_verb_that_leads_elsewhere_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    steps, _ = walked()
    caught = 0
    for step in {id(step.row): step for step in steps if step.row.action != "sync"}.values():
        broken = replace(step.row, verb=lambda order, command: replace(order, status=Status.IN_BOOK_SALE))
        patched(monkeypatch, step.row, broken)
        if step.before.status is not Status.IN_BOOK_SALE:
            with pytest.raises(AssertionError, match=f"{step.row.action} led from"):
                lifecycle.act(step.before, step.command)
            caught += 1
    counted("rows with a wrong verb that were caught", caught, 45)


def test_every_lapse_is_a_row_of_the_clock_and_every_row_of_the_clock_is_a_lapse() -> None:
    stage_of = {kind: stage for stage, kind in deadlines.BY_STAGE.items()}
    lapses = {
        (rule.on_lapse, status, stage_of.get(kind))
        for kind, rule in deadlines.TIMERS.items()
        for status in rule.lapses_in
    }
    rows = {
        (row.action, status, stage)
        for row in ROWS
        if CLOCK in row.actors and row.action != "remind_payment"
        for status in (row.sources & deadlines.DISPUTABLE if row.stages else row.sources)
        for stage in row.stages or (None,)
    }
    assert lapses == rows
    counted("lapses", len(lapses), 20)


SKIPPED = """
PLACE_ORDER_SUCCESS RISK_CONTROL RISK_CONTROL_HOLD
PLACE_ORDER_SUCCESS RISK_CONTROL WAIT_SELLER_EXAMINE_MONEY
PLACE_ORDER_SUCCESS RISK_CONTROL WAIT_SELLER_SEND_GOODS
PLACE_ORDER_SUCCESS RISK_CONTROL WAIT_SELLER_SEND_GOODS SELLER_PART_SEND_GOODS
PLACE_ORDER_SUCCESS RISK_CONTROL WAIT_SELLER_SEND_GOODS WAIT_BUYER_ACCEPT_GOODS
PLACE_ORDER_SUCCESS RISK_CONTROL WAIT_SELLER_SEND_GOODS IN_CANCEL
PLACE_ORDER_SUCCESS RISK_CONTROL FUND_PROCESSING
PLACE_ORDER_SUCCESS RISK_CONTROL WAIT_GROUP_SUCCESS
PAYMENT_PROCESSING RISK_CONTROL RISK_CONTROL_HOLD
PAYMENT_PROCESSING RISK_CONTROL WAIT_SELLER_EXAMINE_MONEY
PAYMENT_PROCESSING RISK_CONTROL WAIT_SELLER_SEND_GOODS
PAYMENT_PROCESSING RISK_CONTROL WAIT_SELLER_SEND_GOODS SELLER_PART_SEND_GOODS
PAYMENT_PROCESSING RISK_CONTROL WAIT_SELLER_SEND_GOODS WAIT_BUYER_ACCEPT_GOODS
PAYMENT_PROCESSING RISK_CONTROL WAIT_SELLER_SEND_GOODS IN_CANCEL
PAYMENT_PROCESSING RISK_CONTROL FUND_PROCESSING
PAYMENT_PROCESSING RISK_CONTROL WAIT_GROUP_SUCCESS
RISK_CONTROL WAIT_SELLER_SEND_GOODS SELLER_PART_SEND_GOODS
RISK_CONTROL WAIT_SELLER_SEND_GOODS WAIT_BUYER_ACCEPT_GOODS
RISK_CONTROL WAIT_SELLER_SEND_GOODS IN_CANCEL
RISK_CONTROL FUND_PROCESSING FINISH
RISK_CONTROL_HOLD WAIT_SELLER_SEND_GOODS SELLER_PART_SEND_GOODS
RISK_CONTROL_HOLD WAIT_SELLER_SEND_GOODS WAIT_BUYER_ACCEPT_GOODS
RISK_CONTROL_HOLD WAIT_SELLER_SEND_GOODS IN_CANCEL
RISK_CONTROL_HOLD FUND_PROCESSING FINISH
WAIT_SELLER_EXAMINE_MONEY WAIT_SELLER_SEND_GOODS SELLER_PART_SEND_GOODS
WAIT_SELLER_EXAMINE_MONEY WAIT_SELLER_SEND_GOODS WAIT_BUYER_ACCEPT_GOODS
WAIT_SELLER_EXAMINE_MONEY WAIT_SELLER_SEND_GOODS IN_CANCEL
WAIT_SELLER_EXAMINE_MONEY FUND_PROCESSING FINISH
WAIT_SELLER_SEND_GOODS FUND_PROCESSING FINISH
SELLER_PART_SEND_GOODS FUND_PROCESSING FINISH
WAIT_BUYER_ACCEPT_GOODS FUND_PROCESSING FINISH
IN_CANCEL WAIT_SELLER_SEND_GOODS SELLER_PART_SEND_GOODS
IN_CANCEL WAIT_SELLER_SEND_GOODS WAIT_BUYER_ACCEPT_GOODS
IN_CANCEL FUND_PROCESSING FINISH
IN_BOOK_SALE RISK_CONTROL RISK_CONTROL_HOLD
IN_BOOK_SALE RISK_CONTROL WAIT_SELLER_EXAMINE_MONEY
IN_BOOK_SALE RISK_CONTROL WAIT_SELLER_SEND_GOODS
IN_BOOK_SALE RISK_CONTROL WAIT_SELLER_SEND_GOODS SELLER_PART_SEND_GOODS
IN_BOOK_SALE RISK_CONTROL WAIT_SELLER_SEND_GOODS WAIT_BUYER_ACCEPT_GOODS
IN_BOOK_SALE RISK_CONTROL WAIT_SELLER_SEND_GOODS IN_CANCEL
IN_BOOK_SALE RISK_CONTROL FUND_PROCESSING
IN_BOOK_SALE RISK_CONTROL WAIT_GROUP_SUCCESS
WAIT_GROUP_SUCCESS WAIT_SELLER_SEND_GOODS SELLER_PART_SEND_GOODS
WAIT_GROUP_SUCCESS WAIT_SELLER_SEND_GOODS WAIT_BUYER_ACCEPT_GOODS
WAIT_GROUP_SUCCESS WAIT_SELLER_SEND_GOODS IN_CANCEL
WAIT_GROUP_SUCCESS FUND_PROCESSING FINISH
"""
"""Every pair of statuses between which a snapshot skips some, with those that it skips."""


def test_a_snapshot_skips_these_statuses_and_no_others() -> None:
    expected = {(way[0], way[-1]): way[1:-1] for way in map(str.split, SKIPPED.strip().splitlines())}
    pairs = [(before, after) for before in Status for after in Status]
    assert [lifecycle.WAYS.skipped(*pair) for pair in pairs] == [expected.get(pair, []) for pair in pairs]
    counted("pairs of statuses", len(pairs), 169)
    counted("pairs between which statuses are skipped", len(expected), 46)


BY_REASON = """
buyer_accept_goods WAIT_SELLER_SEND_GOODS WAIT_BUYER_ACCEPT_GOODS FUND_PROCESSING FINISH
buyer_accept_goods_timeout SELLER_PART_SEND_GOODS WAIT_BUYER_ACCEPT_GOODS FUND_PROCESSING FINISH
buyer_accept_goods RISK_CONTROL WAIT_SELLER_SEND_GOODS WAIT_BUYER_ACCEPT_GOODS FUND_PROCESSING
cancel_order_close_trade RISK_CONTROL WAIT_SELLER_SEND_GOODS IN_CANCEL FUND_PROCESSING FINISH
cancel_order_close_trade WAIT_BUYER_ACCEPT_GOODS FUND_PROCESSING FINISH
seller_send_goods_timeout PLACE_ORDER_SUCCESS RISK_CONTROL WAIT_SELLER_SEND_GOODS FUND_PROCESSING
seller_send_goods_timeout SELLER_PART_SEND_GOODS FUND_PROCESSING
payment_refused RISK_CONTROL WAIT_SELLER_EXAMINE_MONEY FUND_PROCESSING FINISH
risk_reject_closed PLACE_ORDER_SUCCESS RISK_CONTROL FUND_PROCESSING FINISH
platform_decided_issue WAIT_SELLER_SEND_GOODS FUND_PROCESSING FINISH
buyer_pay_timeout PAYMENT_PROCESSING FINISH
buyer_pay_timeout IN_BOOK_SALE FINISH
"""


@pytest.mark.parametrize("way", BY_REASON.strip().splitlines())
def test_an_end_reason_says_which_way_an_order_went(way: str) -> None:
    reason, before, *between, after = way.split()
    assert lifecycle.WAYS.skipped(Status(before), Status(after), reason) == between


def test_the_end_reasons_of_a_row_are_those_that_it_gives() -> None:
    given = {
        (id(step.row), step.after.end_reason) for step in walked()[0] if step.after.end_reason != step.before.end_reason
    }
    given = {(row, reason) for row, reason in given if reason}
    named = {(id(row), reason): row.action for row in ROWS for reason in row.end_reasons}
    assert given <= named.keys()
    assert [(action, key[1]) for key, action in named.items() if key not in given and action != "sync"] == []
    counted("end reasons of rows", len(named), 30)
