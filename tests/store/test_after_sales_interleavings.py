"""Money and disputes: two who act at the same moment, in every order of their store calls; one outcome, one payment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.harness import ago, parcel, usd
from tests.store.test_interleavings import (
    EITHER_UNTIL_DUE,
    Pair,
    both,
    cancelling,
    every_interleaving_is_as_one_after_the_other,
)
from tests.store.world import ALL, PAID, Client, World, world

__all__ = ["world"]

CLAIM = {"kind": "not_received", "claim": usd("5.00"), "solution": "refund", "text": "It never came."}
RETURN = {**CLAIM, "kind": "not_as_described", "solution": "return_and_refund"}
SENT = (*PAID, ("staff", "ship", ALL))
OFFER = {"solution": "refund", "refund": usd("2.00"), "text": "Part of it."}


def sent(world: World) -> None:
    world.begin(*SENT)


def received(world: World) -> None:
    world.begin(*SENT, ("platform", "confirm_receipt", {}))


def disputed(world: World) -> None:
    world.begin(*SENT, ("platform", "open_dispute", CLAIM))


def disputed_in_part(world: World) -> None:
    part = {"parcels": [parcel("LX1", line1=1)]}
    world.begin(*PAID, ("staff", "ship", part), ("platform", "open_dispute", CLAIM))


def answer_due(world: World) -> None:
    """The seller's answer is due at the world's own moment."""
    due = {"deadlines": [{"kind": "dispute_answer", "due_at": world.now.isoformat()}]}
    world.begin(*SENT, ("platform", "open_dispute", CLAIM | due))


def promised(world: World) -> None:
    """A refund is accepted and still to be paid."""
    world.begin(
        *PAID, ("platform", "request_cancellation", {"reason": "changed"}), ("staff", "accept_cancellation", {})
    )
    refunds = world.shop.viewer.get(f"/v1/orders/{world.order_id}").json["refunds"]
    world.body["refund_id"] = refunds[0]["refund_id"]


def paying_twice(world: World) -> tuple[Client, Client]:
    body = {"refund_id": world.body["refund_id"]}
    return world.request("platform", "complete_refund", body), world.request("platform", "complete_refund", body)


def at_the_lapse(role: str, action: str, second: int) -> Callable[[World], tuple[Client, Client]]:
    def clients(world: World) -> tuple[Client, Client]:
        now = world.now + timedelta(seconds=second)
        return world.request(role, action, {}, now=now), world.sweep(world.now + timedelta(seconds=31))

    return clients


def asks(role: str, action: str, body: dict[str, Any] | None = None) -> tuple[str, str, Any]:
    return role, action, body or {}


BUYER = {"from": "buyer", "text": "Where is it?"}


def written(world: World) -> None:
    """A sent order with a message that nobody has read."""
    world.begin(*SENT)
    answer = world.shop.platform.post(f"/v1/orders/{world.order_id}/messages", BUYER | {"at": ago(hours=1)})
    assert answer.status == 201
    world.keep()


def answer_and_message(world: World) -> tuple[Client, Client]:
    """The answer is the later one, whichever is heard of first."""
    later = world.now + timedelta(seconds=1)
    answer = world.request("staff", "messages", {"text": "Soon."}, now=later)
    return answer, world.request("platform", "messages", BUYER)


PAIRS = [
    Pair(
        "two staff accept a refund",
        cancelling,
        both(asks("staff", "accept_cancellation"), asks("owner", "accept_cancellation")),
    ),
    Pair("two pay the same refund", promised, paying_twice),
    Pair("two staff accept a claim", disputed, both(asks("staff", "accept"), asks("owner", "accept"))),
    Pair("withdraw a claim vs accept", disputed, both(asks("platform", "withdraw"), asks("staff", "accept"))),
    Pair("escalate vs accept", disputed, both(asks("platform", "escalate"), asks("staff", "accept"))),
    Pair("counter vs accept", disputed, both(asks("staff", "counter", OFFER), asks("owner", "accept"))),
    Pair(
        "ship vs accept",
        disputed_in_part,
        both(asks("staff", "ship", {"parcels": [parcel("LX2")]}), asks("owner", "accept")),
    ),
    Pair(
        "release vs dispute", received, both(asks("platform", "release_funds"), asks("platform", "open_dispute", CLAIM))
    ),
    Pair(
        "receipt vs dispute", sent, both(asks("platform", "confirm_receipt"), asks("platform", "open_dispute", CLAIM))
    ),
    Pair("two disputes", sent, both(asks("platform", "open_dispute", CLAIM), asks("platform", "open_dispute", RETURN))),
    Pair(
        "message vs receipt",
        sent,
        both(asks("platform", "messages", BUYER), asks("platform", "confirm_receipt")),
        outcomes=1,
    ),
    Pair("message vs read", written, both(asks("platform", "messages", BUYER), asks("staff", "messages/read"))),
    Pair("answer vs message", written, answer_and_message, outcomes=1),
    Pair("freeze vs accept", disputed, both(asks("platform", "freeze", {"reason": "review"}), asks("staff", "accept"))),
    *(
        Pair(f"escalate {second:+d} s vs lapse", answer_due, at_the_lapse("platform", "escalate", second), wins)
        for second, wins in EITHER_UNTIL_DUE
    ),
]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_every_interleaving_has_one_outcome_and_one_payment(world: World, pair: Pair) -> None:
    every_interleaving_is_as_one_after_the_other(world, pair)
