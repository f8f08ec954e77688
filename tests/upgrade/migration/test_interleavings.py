"""The migration beside requests, sweeps and erasures of the same order, in every order of their store calls.

An outcome is right when doing the two one after the other, in some order, comes to the same: the same answers, the same
table. Each table that comes out is audited: orders, counters, figures, customers.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from shared.operations.migration import Migrated, migrate
from shared.store.secrets import search_secret
from tests.baton import Killed, Seeded
from tests.harness import parcel
from tests.proof import counted, size
from tests.schedules import one_of_each_kind
from tests.store.world import ALL, PAID, Client, World, due_soon, paid, world
from tests.upgrade.downgrade import downgrade, sums
from tests.upgrade.migration.results import complete

__all__ = ["world"]  # the fixture
REVISION = re.compile(r'"revision": \{"N": "\d+"\}, ')


def migrates() -> str:
    complete(migrate())
    return "migrated"


@dataclass(frozen=True)
class Pair:
    name: str
    begin: Callable[[World], Any]
    client: Callable[[World], Client]


def asks(role: str, action: str, body: Any = None, **headers: str) -> Callable[[World], Client]:
    return lambda world: world.request(role, action, body, **headers)


def erases(world: World) -> Client:
    from shared.operations.customers import erasures

    return lambda: erasures.resume(world.now + timedelta(minutes=2), lambda: False)


def begin_erasure(world: World) -> None:
    import boto3

    from shared.settings import settings

    boto3.client("s3").create_bucket(Bucket=settings().exports_bucket)  # has the list of erasures
    world.begin()
    assert world.shop.owner.post("/v1/customers/buyer-1/erase", {"include_open": True}).status == 202


PAIRS = (
    Pair("pay", lambda world: world.begin(), asks("platform", "pay", {})),
    Pair("ship", paid, asks("staff", "ship", ALL)),
    Pair("ship with a key", paid, asks("staff", "ship", ALL, idempotency_key="k")),
    Pair(
        "report a delivery",
        lambda world: world.begin(*PAID, ("staff", "ship", {"parcels": [parcel("lx 1")]})),
        asks("platform", "report_delivery", {"parcel_id": "p1"}),
    ),
    Pair("a message", paid, asks("platform", "messages", {"text": "Where is it?", "from": "buyer"})),
    Pair(
        "a sweep",
        due_soon("shipment"),
        lambda world: world.sweep(world.now + timedelta(seconds=31)),
    ),
    Pair("an erasure", begin_erasure, erases),
)


def comes_to(world: World) -> str:
    """The table, audited. How often the head was written differs; that no write was lost is what else it holds."""
    return REVISION.sub("", world.state())


WITH_A_KEY = [each for each in PAIRS if each.name != "ship"]


@pytest.mark.parametrize("pair", size(WITH_A_KEY, PAIRS), ids=lambda pair: pair.name)
def test_orders_move_while_the_table_is_migrated(world: World, pair: Pair) -> None:
    search_secret()
    pair.begin(world)
    assert downgrade(world.table) > 6
    world.keep()
    serial = set()
    for order in ((0, 1), (1, 0)):
        world.restore()
        answers: list[Any] = [None, None]
        for turn in order:
            answers[turn] = (pair.client(world), migrates)[turn]()
        migrates()
        serial.add((*answers, comes_to(world)))
    played = 0
    for schedule in one_of_each_kind():  # every schedule would be many thousands
        world.restore()
        found = world.baton(schedule).play(pair.client(world), migrates)
        migrates()  # what a request wrote behind the script has no former layout; what it found is gone
        assert (*found, comes_to(world)) in serial, f"{schedule.trace}: {found}"
        played += 1
    counted(f"interleavings of a migration and {pair.name}", played, floor=2)


CROWDS = size(10, 100)
STEPS = (
    ("staff", "ship", {"parcels": [parcel("LX1", line1=1)]}),
    ("platform", "freeze", {"reason": "review"}),
    ("platform", "unfreeze", {}),
    ("owner", "ship", {"parcels": [parcel("LX3")]}),
    ("platform", "request_cancellation", {"reason": "changed"}),
    ("staff", "reject_cancellation", {"reason": "sent"}),
)


def test_crowds_with_faults_and_a_script_that_dies_lose_nothing(world: World) -> None:
    """Two clients and the script; every call may fail, and the script begins again."""
    search_secret()
    paid(world)
    downgrade(world.table)
    world.keep()
    before, counts = sums(world.table.items), Counter[str]()
    for seed in range(CROWDS):
        world.restore()
        chooser = Seeded(seed, likelihood=0.05)
        acknowledged: list[str] = []

        def client(number: int, seed: int = seed, acknowledged: list[str] = acknowledged) -> Client:
            def run() -> None:
                for place, (role, action, body) in enumerate(random.Random(seed * 2 + number).sample(STEPS, 4)):
                    now = world.now + timedelta(seconds=40 * place)
                    try:
                        status, _ = world.request(role, action, body, now=now, idempotency_key=f"{number}-{place}")()
                    except Killed:
                        counts["killed"] += 1
                        continue
                    counts[str(status)] += 1
                    if status == 200:
                        acknowledged.append(action)

            return run

        def script() -> None:
            for _ in range(4):
                try:
                    counts["failed"] += len(migrate(page_size=7).failed)
                except Killed:
                    counts["script killed"] += 1

        world.baton(chooser).play(client(0), client(1), script)
        migrates()
        left: Migrated = migrate(dry_run=True)
        assert not left.former and not left.failed
        world.state()  # audits it
        history = world.shop.viewer.get(f"/v1/orders/{world.order_id}/history?limit=200").json["data"]
        assert not Counter(acknowledged) - Counter(entry["action"] for entry in history[3:])
        assert {key: amount for key, amount in before.items() if key[1].figure in ("orders", "ordered")} == {
            key: amount for key, amount in sums(world.table.items).items() if key[1].figure in ("orders", "ordered")
        }
        counts["acknowledged"] += len(acknowledged)
    print(dict(counts))
    counted("steps acknowledged beside a migration", counts["acknowledged"], floor=3 * CROWDS // 2)
    counted("scripts that died beside requests", counts["script killed"], floor=CROWDS // 4)
