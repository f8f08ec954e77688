"""Every write of an order's head raises its revision, so that no writer undoes what another has written meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import pytest

from shared.store.dynamodb import keys
from tests.conftest import TABLE
from tests.proof import counted, size
from tests.schedules import schedules
from tests.store.world import ALL, PAID, Client, World, read_one_shard, world

__all__ = ["world"]
BUYER = {"from": "buyer", "text": "Is there a discount?"}
LATER = timedelta(hours=3)


@pytest.fixture(autouse=True)
def one_shard(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.put_off_day()
    read_one_shard(world, keys.REMINDERS, monkeypatch)


def begin(world: World) -> None:
    """An unpaid order that the rule does not remind, because its buyer has written; the rule decides so in two hours.
    The clock's entry of the settings is worked off."""
    rule = {"remind_payment": {"enabled": True, "after": "PT2H"}}
    assert world.shop.owner.request("PUT", "/v1/alert-rules", rule).status == 200
    world.begin()
    assert world.shop.platform.post(f"/v1/orders/{world.order_id}/messages", BUYER).status == 201
    world.sweep(world.now + timedelta(minutes=2))()
    world.keep()


def decide(world: World) -> Client:
    from functions.deadlines.reminders import remind

    def run() -> Any:
        assert remind(world.now + LATER, lambda: False).failed == 0
        return "decided"

    return run


def head(world: World) -> dict[str, Any]:
    pk = keys.order_pk(world.shop.name, world.order_id)
    found = boto3.client("dynamodb").get_item(TableName=TABLE, Key={"pk": {"S": pk}, "sk": {"S": keys.ORDER}})
    return dict(found["Item"])


def patch(world: World) -> Client:
    return lambda: world.shop.staff.patch(f"/v1/orders/{world.order_id}", {"note": "n"}).status


WRITERS: dict[str, Callable[[World], Client]] = {
    "a note": patch,
    "a price": lambda world: world.request(
        "staff", "adjust_price", {"total": {"amount": "20.00", "currency": "USD"}}, now=world.now + LATER
    ),
    "a message": lambda world: world.request("platform", "messages", BUYER, now=world.now + LATER),
    "reading": lambda world: world.request("staff", "messages/read", now=world.now + LATER),
    "another run": decide,
    "a sweep": lambda world: world.sweep(world.now + LATER),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_nobody_undoes_the_decision_not_to_remind(world: World, writer: str) -> None:
    begin(world)
    played = 0
    for chooser in schedules():
        world.restore()
        world.baton(chooser).play(WRITERS[writer](world), decide(world))
        assert "passed_over" in head(world), (writer, chooser.trace)
        world.state()
        played += 1
    counted("interleavings with the decision not to remind", played, floor=size(2, 5))


def test_every_write_of_the_head_raises_its_revision(world: World) -> None:
    begin(world)
    raised = 0
    steps: list[Client] = [
        *(make(world) for make in WRITERS.values()),
        *(world.request(*each, now=world.now + LATER) for each in (*PAID, ("staff", "ship", ALL))),
        world.request("platform", "freeze", {"reason": "review"}, now=world.now + LATER),
        world.request("platform", "unfreeze", now=world.now + LATER),
    ]
    was = head(world)
    for step in steps:
        step()
        now = head(world)
        revisions = [int(each.get("revision", {"N": "0"})["N"]) for each in (was, now)]
        assert (revisions[1] > revisions[0]) == (now != was), (was, now)
        raised, was = raised + (now != was), now
    counted("writes of a head", raised, floor=9)
