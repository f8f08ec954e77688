"""Two clients at once, in every order of their store calls; and one client whose calls fail at every place.

Whole requests run through the handler, and sweeps through the clock's own function. An outcome is right when doing the
two one after the other, in some order, comes to the same: the same answers, the same order, the same history.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests.baton import FAULTS, LOST, FaultAt, Killed, Scripted, Seeded
from tests.books.orders import audit
from tests.conftest import TABLE
from tests.harness import parcel, snapshot
from tests.proof import counted, size
from tests.schedules import schedules
from tests.store.world import ALL, PAID, Client, World, due_soon, paid, timeless, world

__all__ = ["world"]  # the fixture
CROWDS, PARTS = size(12, 100), size(2, 10)
"""How many crowds, shared out over so many tests."""
ONE_AFTER_ANOTHER = 31
"""Seconds: longer than the lease of an idempotency key."""


@dataclass(frozen=True)
class Pair:
    name: str
    begin: Callable[[World], Any]
    clients: Callable[[World], tuple[Client, Client]]
    outcomes: int = 2
    """What they may come to: with two, either may have been first; with one, it makes no difference."""


def cancelling(world: World) -> None:
    world.begin(*PAID, ("platform", "request_cancellation", {"reason": "changed their mind"}))


def against_sweep(role: str, action: str, body: Any, second: int) -> Callable[[World], tuple[Client, Client]]:
    """The clock's skew is 30 s: this sweep lets lapse what was due until a second after the moment."""
    return lambda world: (
        world.request(role, action, body, now=world.now + timedelta(seconds=second)),
        world.sweep(world.now + timedelta(seconds=31)),
    )


def both(*requests: tuple[str, str, Any], **headers: str) -> Callable[[World], tuple[Client, Client]]:
    return lambda world: tuple(world.request(*each, **headers) for each in requests)  # type: ignore[return-value]


def synced(world: World) -> tuple[Client, Client]:
    at = world.now.isoformat()
    shown = {"carrier": "CAINIAO_STANDARD", "tracking_no": "LX9", "shipped_at": at}
    body = snapshot(world.body, "WAIT_BUYER_ACCEPT_GOODS", changed_at=at, parcels=[shown])
    return world.request("platform", "sync", body), world.request("staff", "ship", ALL)


def two_sweeps(world: World) -> tuple[Client, Client]:
    late = world.now + timedelta(seconds=31)
    return world.sweep(late), world.sweep(late + timedelta(seconds=1))


EITHER_UNTIL_DUE = ((-1, 2), (0, 2), (1, 1))
"""Until the due instant either may win. After it, what lapsed is not shipped, whoever comes first."""
PAIRS = [
    *(
        Pair(f"ship {second:+d} s vs expire", due_soon("shipment"), against_sweep("staff", "ship", ALL, second), wins)
        for second, wins in EITHER_UNTIL_DUE
    ),
    *(
        Pair(f"pay {second:+d} s vs expire", due_soon("payment"), against_sweep("platform", "pay", {}, second), wins)
        for second, wins in EITHER_UNTIL_DUE
    ),
    Pair(
        "accept vs reject",
        cancelling,
        both(("staff", "accept_cancellation", {}), ("staff", "reject_cancellation", {"reason": "sent"})),
    ),
    Pair(
        "withdraw vs accept",
        cancelling,
        both(("platform", "withdraw_cancellation", {}), ("staff", "accept_cancellation", {})),
    ),
    Pair("two ship all", paid, both(("staff", "ship", ALL), ("owner", "ship", {"parcels": [parcel("LX2")]}))),
    Pair(
        "two ship a part",
        paid,
        both(
            ("staff", "ship", {"parcels": [parcel("LX1", line1=1)]}),
            ("owner", "ship", {"parcels": [parcel("LX2", line1=1)]}),
        ),
    ),
    Pair(
        "two ship, If-Match",
        paid,
        both(("staff", "ship", ALL), ("owner", "ship", {"parcels": [parcel("LX2", line1=1)]}), if_match='"3"'),
    ),
    Pair(
        "same key twice",
        paid,
        both(("staff", "ship", ALL), ("staff", "ship", ALL), idempotency_key="k"),
        outcomes=1,
    ),
    Pair(
        "same key twice, to ship a part",
        paid,
        both(*[("staff", "ship", {"parcels": [parcel("LX1", line1=1)]})] * 2, idempotency_key="k"),
        outcomes=1,
    ),
    Pair(
        "same key, other body",
        paid,
        both(("staff", "ship", ALL), ("staff", "ship", {"parcels": [parcel("LX2")]}), idempotency_key="k"),
    ),
    Pair(
        "same key twice, If-Match",
        paid,
        both(*[("staff", "ship", ALL)] * 2, idempotency_key="k", if_match='"3"'),
        outcomes=1,
    ),
    Pair(
        "same key, refused for good or done",
        paid,
        both(("staff", "ship", {"parcels": [parcel("LX1", line9=1)]}), ("staff", "ship", ALL), idempotency_key="k"),
    ),
    Pair("freeze vs ship", paid, both(("platform", "freeze", {"reason": "review"}), ("staff", "ship", ALL))),
    Pair(
        "cancel vs ship",
        paid,
        both(("platform", "request_cancellation", {"reason": "changed"}), ("staff", "ship", ALL)),
    ),
    Pair("sync vs ship", paid, synced),
    Pair("two sweeps", due_soon("shipment"), two_sweeps),
    Pair(
        "freeze vs expire",
        due_soon("shipment"),
        against_sweep("platform", "freeze", {"reason": "review"}, -1),
    ),
]


def one_after_the_other(world: World, pair: Pair) -> set[tuple[Any, Any, str]]:
    """What the two come to in either order."""
    serial: set[tuple[Any, Any, str]] = set()
    for order in ((0, 1), (1, 0)):
        world.restore()
        answers: list[Any] = [None, None]
        for turn in order:
            answers[turn] = pair.clients(world)[turn]()
        serial.add((*answers, world.state()))
    return serial


def every_interleaving_is_as_one_after_the_other(world: World, pair: Pair) -> None:
    pair.begin(world)
    serial = one_after_the_other(world, pair)
    seen, played = set(), 0
    for schedule in schedules():
        world.restore()
        found = (*world.baton(schedule).play(*pair.clients(world)), world.state())
        played += 1
        seen.add(found)
        assert found in serial, f"{schedule.trace}: {found[:2]} is none of {[each[:2] for each in serial]}"
    assert len(seen) == pair.outcomes
    counted("interleavings of two requests", played, floor=size(2, 3))


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_every_interleaving_of_two_comes_to_what_one_after_the_other_would(world: World, pair: Pair) -> None:
    every_interleaving_is_as_one_after_the_other(world, pair)


STEPS: list[tuple[str, Callable[[World], Any], tuple[str, str, Any]]] = [
    ("pay", lambda world: world.begin(), ("platform", "pay", {})),
    ("ship", paid, ("staff", "ship", ALL)),
    ("ship a part", paid, ("staff", "ship", {"parcels": [parcel("LX1", line1=1)]})),
    ("cancel", paid, ("platform", "request_cancellation", {"reason": "changed"})),
    ("accept", cancelling, ("staff", "accept_cancellation", {})),
    ("freeze", paid, ("platform", "freeze", {"reason": "review"})),
    ("refused for good", paid, ("staff", "ship", {"parcels": [parcel("LX1", line9=1)]})),
]


@pytest.mark.parametrize(("begin", "step"), [each[1:] for each in STEPS], ids=[name for name, *_ in STEPS])
def test_a_fault_at_any_call_and_a_retry_with_the_key_come_to_one_effect(
    world: World, begin: Callable[[World], Any], step: tuple[str, str, Any]
) -> None:
    tried: Counter[str] = Counter()
    begin(world)
    world.restore()
    right = world.request(*step, idempotency_key="k")()
    wanted = world.state()
    for kind in FAULTS:
        for at in range(20):
            world.restore()
            chooser = FaultAt(at, kind)
            (first,) = world.baton(chooser).play(world.request(*step, idempotency_key="k"))
            if chooser.calls <= at:
                break
            tried[kind] += 1
            place = f"{kind}, call {at}: {first}"
            assert isinstance(first, Killed) == (kind != LOST), place
            if first == right:
                assert world.state() == wanted, place
            elif not isinstance(first, Killed):
                assert first == (503, "busy"), place
            soon = world.request(*step, idempotency_key="k")()
            assert soon == right, place
            later = world.now + timedelta(seconds=ONE_AFTER_ANOTHER)
            assert world.request(*step, idempotency_key="k", now=later)() == right, place
            again = timeless(world.state())
            assert again == timeless(wanted), place
    for kind in FAULTS:
        counted(f"faults of a request: {kind}", tried[kind], floor=3)


@pytest.mark.parametrize("part", range(PARTS))
def test_crowds_with_faults_lose_nothing_that_was_acknowledged(world: World, part: int) -> None:
    """Three clients, five steps each, every call may fail; each retries with its key until it knows."""
    figures: Counter[str] = Counter()
    wanted = [
        ("staff", "ship", {"parcels": [parcel("LX1", line1=1)]}),
        ("staff", "ship", {"parcels": [parcel("LX2", line2=1)]}),
        ("platform", "freeze", {"reason": "review"}),
        ("platform", "unfreeze", {}),
        ("owner", "ship", {"parcels": [parcel("LX3")]}),
        ("platform", "report_delivery", {"parcel_id": "p1"}),
        ("platform", "request_cancellation", {"reason": "changed"}),
        ("staff", "reject_cancellation", {"reason": "sent"}),
    ]
    paid(world)
    for seed in range(part, CROWDS, PARTS):
        world.restore()
        chooser = Seeded(seed, likelihood=0.08)
        acknowledged: list[str] = []

        def client(number: int, chooser: Seeded = chooser, acknowledged: list[str] = acknowledged) -> Client:
            def run() -> None:
                mine = chooser._random.sample(wanted, 5)
                for place, (role, action, body) in enumerate(mine):
                    for attempt in range(6):
                        now = world.now + timedelta(seconds=40 * place + ONE_AFTER_ANOTHER * attempt)
                        ask = world.request(role, action, body, now=now, idempotency_key=f"{number}-{place}")
                        figures["requests"] += 1
                        try:
                            status, code = ask()
                        except Killed:
                            figures["killed"] += 1
                            continue
                        figures[str(status)] += 1
                        if status == 200:
                            acknowledged.append(action)
                        if (status, code) not in ((503, "busy"), (409, "request_in_progress")):
                            break

            return run

        world.baton(chooser).play(*(client(number) for number in range(3)))
        figures["faults"] += chooser.faults
        books = audit(world.client, TABLE)
        assert not books.wrong, (seed, books.wrong)
        history = world.shop.viewer.get(f"/v1/orders/{world.order_id}/history?limit=200").json["data"]
        made = Counter(entry["action"] for entry in history[3:])
        lost = Counter(acknowledged) - made
        assert not lost, (seed, lost, made)
        figures["acknowledged"] += len(acknowledged)
        figures["unknown"] += sum(made.values()) - len(acknowledged)
        assert sum(made.values()) <= len(acknowledged) + chooser.faults, (seed, "an effect without a cause")
    print(json.dumps(figures))
    mine = CROWDS // PARTS
    counted("requests of crowds", figures["requests"], floor=12 * mine)
    counted("faults of crowds", figures["faults"], floor=2 * mine)
    counted("acknowledged to crowds", figures["acknowledged"], floor=2 * mine)


def test_the_same_schedule_comes_to_the_same(world: World) -> None:
    paid(world)
    found = set()
    for _ in range(5):
        world.restore()
        clients = both(("platform", "freeze", {"reason": "review"}), ("staff", "ship", ALL))(world)
        chooser = Scripted([0, 1, 1, 0, 0])
        found.add((*world.baton(chooser).play(*clients), world.state(), str(chooser.trace)))
    assert len(found) == 1
