"""Money is conserved, whatever happens: random lives of orders in the store against a model written by hand."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import boto3
import pytest

from shared.domain.errors import DomainError
from shared.domain.order import lifecycle
from shared.domain.order.funds import ledger
from shared.domain.order.history import Entry
from shared.domain.order.model import Buyer, Order, Status
from shared.domain.order.placement import Placement
from shared.domain.order.transitions import Actor
from shared.domain.stores import Store
from shared.operations import orders as operations
from shared.operations.orders import Request
from shared.operations.stores import create_store
from shared.store.orders import ledger as kept
from shared.store.orders import orders
from tests.books.orders import audit
from tests.clock.memory_client import MemoryClient
from tests.clock.memory_table import MemoryTable
from tests.domain.bodies import body_for
from tests.domain.build import Life, line
from tests.harness import Api, environment
from tests.proof import counted, size
from tests.store.orders.money_model import Purse

PARTS, RUNS, STEPS, FLOOR = size((1, 24, 32, 2), (4, 125, 32, 5))
"""Parts, so that workers share them; runs, steps of each run, and the floor for every row of both tables are those of
each part."""
ON_THE_ENGINE = size(3, 60)
"""Runs on Dynoxide; the others are on the table in memory, which is many times as fast."""
RARE = {"adjust_price", "remind_payment", "freeze", "sync"}
"""Ends of most lives, or possible at most times."""
SENT = ("pay", "pass_risk", "ship")
RETURNED = (*SENT, "open_dispute", "accept", "give_return_address", "buyer_returned")
NOTHING: Mapping[str, Any] = {}
BACK = {"kind": "not_as_described", "solution": "return_and_refund"}
AHEAD: tuple[tuple[str, ...], ...] = (
    (),
    ("start_payment",),
    ("pay",),
    ("pay", "hold_risk"),
    ("pay", "report_short_payment"),
    ("pay", "pass_risk"),
    ("pay", "pass_risk", "request_cancellation"),
    SENT,
    (*SENT, "confirm_receipt"),
    (*SENT, "open_dispute"),
    RETURNED[:-2],
    RETURNED[:-1],
    RETURNED,
)
"""How far a new order has come; a step that is refused is passed over."""
HOURS = (0, 0, 1, 1, 5, 20, 47, 200)
START = datetime(2025, 1, 6, 1, tzinfo=UTC)
CURRENCIES = ("USD", "JPY", "KWD")


class Desk:
    """What all runs share: figures, and the rows of both tables that were taken."""

    def __init__(self) -> None:
        self.rows: Counter[str] = Counter()
        self.tried: Counter[tuple[str, str]] = Counter()
        self.figures: Counter[str] = Counter()
        self.saved: list[Entry] = []


DESK = Desk()


def row_of(action: str, role: str, status: str) -> str:
    for number, row in enumerate((*lifecycle.TABLE, *lifecycle.DISPUTE_TABLE)):
        if row.action == action and role in row.actors and status in row.sources:
            return f"{number} {action}"
    raise AssertionError((action, role, status))


class Money:
    """Three orders at a time of one store, in three currencies. Each step is one action of somebody, some time later;
    an order that has ended makes room for another."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.now = START
        self.placed: dict[str, Placement] = {}
        self.purses: dict[str, Purse] = {}
        self.heard: dict[str, list[Entry]] = {}
        self.current: dict[int, str] = {}
        self.loaded: dict[str, orders.Loaded] = {}
        DESK.figures["runs"] += 1
        DESK.saved = []
        self.store = Store(f"s{DESK.figures['runs']}")
        create_store(self.store, self.now)

    def step(self) -> None:
        rng = self.chance
        number = rng.randrange(3)
        self.now += timedelta(hours=rng.choice(HOURS))
        DESK.figures["steps"] += 1
        if number not in self.current:
            self.place(number, rng)
            return
        order_id = self.current[number]
        life = self.life(order_id)
        swept = rng.random()  # else what has lapsed takes effect with the action
        if swept < 0.02 or (swept < 0.4 and life.seen().order is not life.order):
            done = operations.lapse_order(self.store.store_id, order_id, before=self.now, now=self.now)
            life = self.hear(order_id) if done else life
        actor, role = rng.choice((("platform", "platform"), ("platform", "platform"), ("seller", "staff")))
        action = choose(sorted(life.may(actor)), actor, life.seen().status, rng)
        if action is not None:
            life = self.do(life, action, role, rng)
        if life.status == "FINISH":
            del self.current[number]

    def do(self, life: Life, action: str, role: str, rng: Random, more: Mapping[str, Any] = NOTHING) -> Life:
        life = life.seen()  # with what has lapsed, which takes effect first
        DESK.tried[action, life.status] += 1
        body = body_for(action, life, rng) | more
        if action == "sync":  # as it is: of other snapshots the model knows nothing
            overlays = " ".join(each for each in life.order.overlays if each in ("dispute", "frozen"))
            ending = {"fund_state": life.order.fund_state, "end_reason": life.order.end_reason}
            body = life.snapshot(life.status, overlays, **ending)  # type: ignore[arg-type]
        if action == "release_funds" and rng.random() < 0.3:
            body["amount"] = max(0, life.order.remaining - body.get("commission", 0) - rng.randrange(3))
        paid = life.order.refund(body["refund_id"]) if action == "complete_refund" else None
        request = Request(action, Actor(role, "x"), self.now, body=dict(body), reason="because")
        order_id = life.order.order_id
        try:
            operations.change_order(self.store, self.loaded[order_id], request)
        except DomainError:
            DESK.figures["refused"] += 1
            return life
        DESK.figures["taken"] += 1
        return self.hear(order_id, body, paid.amount if paid else None)

    def place(self, number: int, rng: Random) -> None:
        """A new order, which has often come some way already."""
        lines = tuple(line(name, rng.randint(1, 3), rng.choice((0, 333, 1000)), handling_days=1) for name in "ab")
        made = Placement(
            f"{self.store.store_id}-{len(self.placed)}",
            self.now,
            Buyer("b", "FR"),
            {"country": "FR"},
            CURRENCIES[number],
            lines,
            shipping_fee=rng.choice((0, 300)),
            tax=rng.choice((0, 0, 77)),
            delivery_days=30,
        )
        order, _ = operations.place_order(self.store, made, Actor("platform", "p"), self.now)
        self.current[number], self.placed[made.order_id], self.heard[made.order_id] = made.order_id, made, []
        prices = {each.line_id: each.unit_price for each in lines}
        pieces = {each.line_id: each.quantity for each in lines}
        self.purses[made.order_id] = Purse(prices, pieces, made.shipping_fee, made.tax, order.amounts.total)
        life = self.hear(made.order_id)
        ahead = rng.choice(AHEAD)
        for action in ahead:
            life = self.do(
                life, action, "platform", rng, BACK if action == "open_dispute" and "accept" in ahead else {}
            )

    def hear(self, order_id: str, body: dict[str, Any] | None = None, paid: int | None = None) -> Life:
        """Tell the model what has happened since, and compare."""
        purse, self.loaded[order_id] = self.purses[order_id], orders.load(self.store.store_id, order_id)
        life = self.life(order_id)
        for entry in DESK.saved:
            last = entry is DESK.saved[-1]
            assert entry.from_status is not None
            DESK.rows[row_of(entry.action, entry.actor.kind, entry.from_status)] += 1
            purse.hear(entry.action, entry.from_status, (body or {}) if last else {}, paid if last else None)
        self.heard[order_id] += DESK.saved
        DESK.saved = []
        compare(life.order, purse)
        return life

    def life(self, order_id: str) -> Life:
        """The order as it was loaded last, for what chooses bodies: they are made for what has lapsed, too."""
        life = Life.__new__(Life)
        life.store, life.placement, life.ids, life.now = self.store, self.placed[order_id], 0, self.now
        life.order, life.entries = self.loaded[order_id].order, []
        return life

    def end(self) -> None:
        """Histories against what was heard, totals and ledgers against the model, per currency."""
        wanted: dict[str, Counter[str]] = {}
        for order_id, purse in self.purses.items():
            history = orders.history(self.store.store_id, order_id, after_seq=1, limit=1000)
            assert history == self.heard[order_id]
            moved: Counter[str] = Counter()
            for movement in kept.entries(self.store.store_id, order_id):
                moved[movement.flow] += movement.amount
                assert movement.held == sum(moved.values()) >= 0
            assert sum(moved.values()) == purse.held
            wanted.setdefault(self.placed[order_id].currency, Counter()).update(totals_of(purse))
            DESK.figures["orders"] += 1
        totals = kept.totals(self.store.store_id) if self.purses else {}
        for currency, want in wanted.items():
            found = totals.get(currency, Counter())
            fees = found["commission"] + found["affiliate_fee"] + found["tax"]
            held = sum(found[name] for name in ledger.HELD)
            got = (found["paid"], held, found["release"], found["refund"], fees)
            assert got == tuple(want[name] for name in ("received", "held", "released", "refunded", "fees"))
            assert found["paid"] == held + found["release"] + found["refund"] + fees
            DESK.figures["totals"] += 1


def choose(offered: list[str], actor: str, status: str, rng: Random) -> str | None:
    """A row that is scarce yet, or what is likely in a life, and among it often what was tried least in this status."""
    scarce = [action for action in offered if DESK.rows[row_of(action, actor, status)] < 2 * FLOOR]
    if scarce and rng.random() < 0.5:
        return min(scarce, key=lambda action: DESK.rows[row_of(action, actor, status)])
    early = rng.random() < 0.7  # what the clock does is reported by the platform at times
    likely = [each for each in offered if each not in RARE and not (early and each.startswith("expire_"))] or offered
    chosen = likely if rng.random() < 0.75 else offered
    steps = [action for action in chosen if action in lifecycle.DISPUTE_ACTIONS]
    chosen = steps if steps and rng.random() < 0.7 else chosen
    if not chosen:
        return None
    return min(chosen, key=lambda action: DESK.tried[action, status]) if rng.random() < 0.4 else rng.choice(chosen)


def totals_of(purse: Purse) -> dict[str, int]:
    received, fees = purse.received or 0, purse.fees
    return {
        "received": received,
        "held": purse.held,
        "released": purse.released,
        "refunded": purse.refunded,
        "fees": fees,
    }


def compare(order: Order, purse: Purse) -> None:
    amounts = order.amounts
    assert (amounts.received, amounts.refunded, amounts.released or 0) == (
        purse.received,
        purse.refunded,
        purse.released,
    )
    assert (amounts.held, order.promised) == (purse.held, sum(purse.promised)), (order, purse)
    assert amounts.refunded + order.promised + (amounts.released or 0) <= (amounts.received or 0)
    assert sum(ledger.holdings(order).values()) == purse.held
    DESK.figures["comparisons"] += 1


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is saved is heard of at once; what is kept is compared with it at each run's end."""
    save = orders.save

    def heard(before: orders.Loaded, after: Order, entries: Sequence[Entry], **more: Any) -> None:
        save(before, after, entries, **more)
        DESK.saved += entries

    monkeypatch.setattr(orders, "save", heard)


REOPENING = ("pay", frozenset({Status.FINISH}))
"""The row of a payment that is reported after its order lapsed. It needs a time before the lapse, which these runs
never give; tests/domain/order/snapshots/test_late_words.py and tests/http/orders/test_sync.py take it."""


def play(part: int, runs: int, floor: int) -> None:
    """So many runs, or more, until every row of both tables was taken so often."""
    DESK.__init__()  # type: ignore[misc]
    table = enumerate((*lifecycle.TABLE, *lifecycle.DISPUTE_TABLE))
    rows = [f"{number} {row.action}" for number, row in table if (row.action, row.sources) != REOPENING]
    for run in range(3 * runs):
        money = Money(Random(f"{part} {run}"))
        for _ in range(STEPS):
            money.step()
        money.end()
        if run + 1 >= runs and all(DESK.rows[row] >= floor for row in rows):
            break
    print(json.dumps(DESK.figures))
    print({row: DESK.rows[row] for row in rows})
    counted("money: least often taken row of the tables", min(DESK.rows[row] for row in rows), floor)
    counted("money: runs", DESK.figures["runs"], runs)
    counted("money: steps", DESK.figures["steps"], runs * STEPS)


def audited(client: Any, figures: int) -> None:
    books = audit(client, os.environ["TABLE_NAME"])
    assert books.wrong == []
    counted("money: orders audited", len(books.orders), figures // 20)
    counted("money: figures recounted", books.figures, figures)


@pytest.mark.parametrize("part", range(PARTS))
def test_money_is_conserved_whatever_happens(listening: None, part: int) -> None:
    with environment("http://127.0.0.1:1", "memory"), MemoryTable().installed() as memory:
        play(part, RUNS, FLOOR)
        audited(MemoryClient(memory), RUNS * 50)


def test_money_is_conserved_on_an_engine(on_dynoxide: Api, listening: None) -> None:
    play(PARTS, ON_THE_ENGINE, 0)
    audited(boto3.client("dynamodb"), ON_THE_ENGINE * 50)
