"""The plug pulled before and after every store call and the HTTP call of a delivery: none is lost, and at most the
message that was on its way is sent once more, under the same id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import botocore.client
import pytest
from botocore.exceptions import ReadTimeoutError

from functions.alerts import http_post
from tests.alerts.bureau import Bureau
from tests.alerts.receiver import ERRCODE_0
from tests.baton import KILLED_AFTER, KILLED_BEFORE, LOST, Killed
from tests.proof import counted as counts
from tests.proof import size

POST = "POST"
SHARD = "OUTBOX#0"
"""So that each run makes the same calls."""
QUEUES_OWN = ("ReceiveMessage", "DeleteMessage")
_call, _post = botocore.client.BaseClient._make_api_call, http_post.post


@dataclass
class Calls:
    """Counts calls to the store, to the queue and over the wire; at number `at` something happens to whoever calls."""

    at: int = -1
    fault: str = ""
    made: list[str] = field(default_factory=list)
    dead: bool = False

    def through(self, name: str, real: Any) -> Any:
        if name in QUEUES_OWN:
            return real()
        if self.dead:
            raise Killed
        self.made.append(name)
        if len(self.made) - 1 != self.at:
            return real()
        self.dead = self.fault != LOST
        if self.fault == KILLED_BEFORE:
            raise Killed
        with suppress(Exception):
            real()
        if self.fault == LOST:
            raise http_post.NotSent("connection_failed") if name == POST else ReadTimeoutError(endpoint_url="here")
        raise Killed


@contextmanager
def counted(calls: Calls) -> Iterator[Calls]:
    def call(client: Any, operation: str, arguments: Any) -> Any:
        return calls.through(operation, lambda: _call(client, operation, arguments))

    botocore.client.BaseClient._make_api_call = call
    http_post.post = lambda *args, **kwargs: calls.through(POST, lambda: _post(*args, **kwargs))
    try:
        yield calls
    finally:
        botocore.client.BaseClient._make_api_call = _call
        http_post.post = _post


def life(bureau: Bureau, calls: Calls) -> None:
    """One minute: the clock and one worker, which handles what it gets; the first that dies is the last."""
    with counted(calls), suppress(Killed):
        with suppress(Exception):
            bureau.clock()
        while bodies := bureau.messages():
            for body in bodies:
                with suppress(Exception):  # a batch reports it, and SQS brings it again: here that message is lost
                    bureau.handle(body)


def end(bureau: Bureau, channel: dict[str, Any], count: int) -> list[str]:
    """What the clock then makes of it."""
    for _ in range(6):
        states = bureau.states(channel)
        if states.count("delivered") == count:
            break
        bureau.now += timedelta(minutes=4)
        bureau.minute()
    return bureau.states(channel)


CUTS = (KILLED_BEFORE, KILLED_AFTER, LOST)
CHANNELS = size(2, 3)


@pytest.mark.parametrize("fault", CUTS)
def test_deliveries_cut_anywhere_are_made_and_at_most_the_one_under_way_repeated(bureau: Bureau, fault: str) -> None:
    """One alert, and several channels for it."""
    channels, total = [bureau.channel(url=f"{bureau.receiver.url}/{n}") for n in range(CHANNELS)], 0
    bureau.alert(shard=SHARD)
    calls = Calls()
    life(bureau, calls)
    assert calls.made.count(POST) == CHANNELS == len({each.path for each in bureau.receiver.received})
    total += 1
    posts = {at for at, name in enumerate(calls.made) if name == POST}
    repeated, cut = 0, Counter[str]()
    for at, name in enumerate(calls.made):
        sending = bool(posts & {at - 1, at})
        if not size(sending or at % 6 == 2 * CUTS.index(fault), True):
            continue  # another of the faults happens there, or beside it
        bureau.receiver.plan()
        bureau.forget_messages()
        bureau.now += timedelta(minutes=5)
        bureau.alert(shard=SHARD)
        total += 1
        broken = Calls(at, fault)
        life(bureau, broken)
        assert broken.made[at] == name, "each run makes the same calls"
        for channel in channels:
            assert end(bureau, channel, total) == ["delivered"] * total, (at, name, fault)
        sent = Counter((each.path, each.headers["webhook-id"]) for each in bureau.receiver.received)
        assert len(sent) == CHANNELS == len({path for path, _ in sent}), (at, name, fault)
        in_flight = (at in posts and fault != KILLED_BEFORE) or (at - 1 in posts and fault == KILLED_BEFORE)
        assert sent.total() == CHANNELS + in_flight, (at, name, fault)
        repeated += sent.total() - CHANNELS
        cut[name] += 1
    print(f"\n{fault} at {dict(cut)}; {repeated} messages repeated")
    wanted = {"Query", "UpdateItem", "PutItem", "GetItem", "SendMessageBatch", POST}
    assert set(cut) == wanted or size(set(cut) < wanted, False)
    counts(f"deliveries cut: {fault}", cut.total(), floor=size(7, 45))
    assert repeated == CHANNELS


@pytest.mark.parametrize("fault", [KILLED_BEFORE, KILLED_AFTER])
def test_several_in_one_message_are_cut_like_one(bureau: Bureau, fault: str) -> None:
    channel, total, several = bureau.channel("wecom"), 0, 3
    bureau.receiver.then = ERRCODE_0
    first = [bureau.alert(at=bureau.now, shard=SHARD) for _ in range(several)]
    calls = Calls()
    life(bureau, calls)
    assert calls.made.count(POST) == 1, "three alerts, one message"
    total += len(first)
    cut, repeated = 0, 0
    posted = calls.made.index(POST)
    for at in range(posted - 14, posted + 2):
        if not size(at >= posted or (at + 2 * CUTS.index(fault)) % 4 == 0, True):
            continue  # the other of the faults happens there, or beside it
        bureau.receiver.plan(then=ERRCODE_0)
        bureau.forget_messages()
        bureau.now += timedelta(minutes=5)
        raised = [bureau.alert(at=bureau.now, shard=SHARD) for _ in range(several)]
        total += several
        life(bureau, Calls(at, fault))
        assert end(bureau, channel, total) == ["delivered"] * total, (at, fault)
        bodies = [each.body.decode() for each in bureau.receiver.received]
        seen = Counter(each.order_id for each in raised for body in bodies if each.order_id and each.order_id in body)
        assert set(seen) == {each.order_id for each in raised} and max(seen.values()) <= 2, (at, fault)
        repeated += any(count == 2 for count in seen.values())
        cut += 1
    assert repeated == 1
    counts(f"bundles cut: {fault}", cut, floor=size(5, 16))


def test_two_workers_with_one_delivery_send_it_once(bureau: Bureau) -> None:
    """The message comes twice; the second worker comes in at each call of the first."""
    channel, total = bureau.channel(), 0
    bureau.alert(shard=SHARD)
    bureau.clock()
    (raised,) = bureau.messages()
    bureau.handle(raised)
    (delivery,) = bureau.messages()
    calls = Calls()
    with counted(calls):
        bureau.handle(delivery)
    total += 1
    for at in range(len(calls.made)):
        bureau.receiver.plan()
        bureau.forget_messages()
        bureau.alert(shard=SHARD)
        total += 1
        bureau.clock()
        bureau.handle(bureau.messages()[0])
        delivery = bureau.messages()[0]
        made = list[str]()

        def second(name: str, real: Any, at: int = at, made: list[str] = made, other: Any = delivery) -> Any:
            made.append(name)
            if len(made) - 1 == at:
                bureau.handle(other)
            return real()

        meddling = Calls()
        meddling.through = second  # type: ignore[method-assign]
        with counted(meddling):
            bureau.handle(delivery)
        assert len(bureau.receiver.received) == 1, (at, made)
        assert bureau.states(channel).count("delivered") == total
    assert total - 1 == len(calls.made) >= 6
