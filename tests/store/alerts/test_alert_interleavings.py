"""The reminder run against commands, the sweep and itself in every order of their store calls, and killed at each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.baton import FAULTS, FaultAt, Scripted
from tests.proof import counted, size
from tests.schedules import schedules
from tests.store.world import ALL, Client, World, due_soon, read_one_shard, world

__all__ = ["world"]
H = timedelta(hours=1)


@pytest.fixture(autouse=True)
def one_shard(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the shard that holds the order. The store's own day may lie in it, and is no part of this."""
    from shared.store.dynamodb import keys

    world.put_off_day()
    read_one_shard(world, keys.REMINDERS, monkeypatch)


def remind(world: World, hours: float) -> Client:
    from functions.deadlines.reminders import remind

    def run() -> Any:
        assert remind(world.now + hours * H, lambda: False).failed == 0
        return "reminded"

    return run


def begin(world: World) -> None:
    """An order that is to be shipped within 30 hours: the lead of 48 h is raised with the step, and no other yet."""
    deadlines = [{"kind": "shipment", "due_at": (world.now + 30 * H).isoformat()}]
    world.begin(("platform", "pay", {}), ("platform", "pass_risk", {"deadlines": deadlines}))


def alert_counts(world: World) -> Counter[tuple[str, str | None, bool]]:
    found = [each for state in ("open", "resolved") for each in world.shop.viewer.every("/v1/alerts", state=state)]
    mine = [each for each in found if each.get("order_id") == world.order_id and each["kind"] != "new_order"]
    return Counter((each["kind"], each.get("lead"), each["state"] == "resolved") for each in mine)


Other = Callable[[World], Client]
OTHERS: dict[str, Other] = {
    "ship": lambda world: world.request("staff", "ship", ALL, now=world.now + 27 * H),
    "ship after both leads": lambda world: world.request("staff", "ship", ALL, now=world.now + 27.5 * H),
    "freeze": lambda world: world.request("platform", "freeze", {"reason": "review"}, now=world.now + 27 * H),
    "sweep": lambda world: world.sweep(world.now + 31 * H),
    "another run": lambda world: remind(world, 26.5),
    "a note": lambda world: lambda: world.shop.staff.patch(f"/v1/orders/{world.order_id}", {"note": "n"}).status,
}


@pytest.mark.parametrize("other", OTHERS)
def test_in_every_order_of_their_calls_each_lead_is_raised_once(world: World, other: str) -> None:
    begin(world)
    serial: set[str] = set()
    for first in (0, 1):
        world.restore()
        clients = [remind(world, 26.5), OTHERS[other](world)]
        for client in (clients[first], clients[1 - first]):
            client()
        serial.add(repr(sorted(alert_counts(world).items())))
        world.state()
    played = 0
    for chooser in schedules():
        world.restore()
        world.baton(chooser).play(remind(world, 26.5), OTHERS[other](world))
        assert repr(sorted(alert_counts(world).items())) in serial
        assert set(alert_counts(world).values()) <= {1}
        world.state()
        played += 1
    assert len(serial) == 1, "what is raised does not depend on who came first"
    counted("interleavings of the reminder run", played, floor=size(4, 10))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_run_that_dies_anywhere_is_made_up_for_by_the_next(world: World, fault: str) -> None:
    begin(world)
    quiet = world.baton(Scripted())
    quiet.play(remind(world, 26.5))
    expected, calls = alert_counts(world), quiet.calls
    assert sum(expected.values()) == 3 and calls >= 3
    for at in range(calls):
        world.restore()
        run = remind(world, 26.5)

        def attempt(run: Client = run) -> Any:
            try:
                return run()
            except AssertionError:
                return "left for the next run"

        world.baton(FaultAt(at, fault)).play(attempt)
        assert set(alert_counts(world).values()) <= {1}
        for _ in range(2):
            remind(world, 27)()
        assert alert_counts(world) == expected, (fault, at)
        world.state()


def test_leads_of_a_timer_that_lapses_meanwhile_are_those_of_its_own_time(world: World) -> None:
    """The sweep first or the run first: the same alerts, each over when the lapse was due."""
    due_soon("shipment")(world)
    ends = set()
    for order in ((remind, "sweep"), ("sweep", remind)):
        world.restore()
        for each in order:
            (remind(world, 2) if each is remind else world.sweep(world.now + 2 * H))()
        ends.add(repr(sorted(alert_counts(world).items())))
    assert len(ends) == 1 and "closed_by_clock" in ends.pop()
