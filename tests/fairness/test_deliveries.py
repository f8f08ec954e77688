"""Many deliveries of one store to hosts that time out do not hold up the alerts of another store.

The outbox and the delivery worker are the real ones, over the table in memory. The queue, the workers, the hosts and
the clock are simulated.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product
from typing import Any

import pytest

from functions.alerts import delivery, http_post, outbox
from functions.alerts.http_post import Answer, NotSent
from shared.domain.alerts.channels import Channel, ChannelKind
from shared.domain.alerts.model import Cause, alert
from shared.domain.stores import Store
from shared.operations.alerts import deliveries
from shared.operations.stores import create_store
from shared.settings import settings
from shared.store import queues, semaphores
from shared.store.alerts import alerts, channels
from shared.store.alerts.outbox import Outbox, OutboxEntry
from shared.store.dynamodb import keys
from shared.store.dynamodb.table import transact
from tests.clock.memory_table import MemoryTable
from tests.fairness.fair_queue import Clock, FairQueue, Message, every
from tests.proof import counted, size

POSTPONE = Outbox.postpone
KINDS = {"both": (True, True), "bounded": (False, True), "fair": (True, False), "neither": (False, False)}
"""Whether the queue is fair, and whether the semaphore bounds."""
START = datetime(2026, 11, 29, 8, 0, tzinfo=UTC)
TIMES_OUT, ANSWERS = 5.0, 0.2
"""Seconds of an attempt at a host that times out, and at one that answers."""
READING, POSTPONING = 0.0002, 0.01
"""Seconds that the outbox takes to read one entry, and to postpone and enqueue it."""
STREAMED, ENQUEUEING = timedelta(seconds=1), timedelta(seconds=0.02)
"""So late a record of the table's stream reaches the outbox, and so long it takes to enqueue ten of them."""
DELIVERIES_UNTIL, ALERTS_UNTIL = 50 - outbox.HALF, 42.0
"""Seconds after which a run of the outbox begins no more of each kind. Its function has 50."""


@dataclass
class Desk:
    """The outbox each minute and with each new alert, the queue and its workers; what left for which host, and when."""

    clock: Clock
    workers: int
    fair: bool = True
    left: list[tuple[str, datetime]] = field(default_factory=list)
    attempts: list[str] = field(default_factory=list)
    queue: FairQueue = field(init=False)
    _sleep: Callable[[float], None] = field(init=False)
    _offset: float = 0.0
    _streamed: datetime = START - timedelta(days=1)

    def __post_init__(self) -> None:
        self.queue = FairQueue(self.clock, self.workers, self._handle, self.fair)

    def _handle(self, message: Message, sleep: Callable[[float], None]) -> None:
        self._sleep, content = sleep, dict(message.content)
        if "alert_id" in content:
            sleep(0.1)
            deliveries.create_deliveries(content["store_id"], content["alert_id"], self.clock.now)
        else:
            ids = (content["store_id"], content["channel_id"], content["delivery_id"])
            delivery.attempt_delivery(*ids, lambda: self.clock.now, content.get("waits", 0))

    def post(self, target: Any, headers: Any, body: bytes, **_: Any) -> Answer:
        self.attempts.append(target.host)
        sleep = self._sleep  # of the worker that runs now
        if target.host.startswith("slow"):
            sleep(TIMES_OUT)
            raise NotSent("timed_out")
        self.left.append((target.host, self.clock.now))
        sleep(ANSWERS)
        return Answer(200, None, b"")

    def left_for(self, host: str) -> int:
        return sum(each == host for each, _ in self.left)

    def send(self, _: str, messages: Sequence[Any], delay: float = 0) -> None:
        for message in messages:
            content = json.loads(message["MessageBody"])
            self.queue.send(content, message.get("MessageGroupId", ""), delay + self._offset)

    def outbox(self) -> None:
        """One run. Its messages are sent as its time passes."""
        outbox.enqueue_deliveries(self.clock.now, lambda: self._out_of_time(DELIVERIES_UNTIL))
        outbox.enqueue_alerts(self.clock.now, lambda: self._out_of_time(ALERTS_UNTIL))
        self._offset = 0.0

    def stream(self, pks: Sequence[str]) -> None:
        """The table's stream: its one shard is read in order, one batch after the other."""
        for start in range(0, len(pks), queues.MESSAGES):
            self._streamed = max(self._streamed, self.clock.now + STREAMED) + ENQUEUEING
            records = [{"dynamodb": {"Keys": {"pk": {"S": pk}}}} for pk in pks[start : start + queues.MESSAGES]]
            self.clock.after(
                (self._streamed - self.clock.now).total_seconds(), partial(outbox.enqueue_new_alerts, records)
            )

    def _out_of_time(self, until: float) -> bool:
        """The outbox asks for each entry that it reads."""
        self._offset += READING
        return self._offset > until

    def postpone(self, entries: Outbox, entry: OutboxEntry, now: datetime) -> bool:
        self._offset += POSTPONING
        return POSTPONE(entries, entry, now)


@contextmanager
def desk(workers: int, fair: bool = True) -> Iterator[Desk]:
    made = Desk(Clock(START), workers, fair)

    def postpone(entries: Outbox, entry: OutboxEntry, now: datetime) -> bool:
        return made.postpone(entries, entry, now)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(http_post, "post", made.post)
        patched.setattr(delivery, "random", random.Random(1))
        patched.setattr(queues, "_send", made.send)
        patched.setattr(Outbox, "postpone", postpone)
        yield made


def employ(monkeypatch: pytest.MonkeyPatch, workers: int) -> None:
    """The functions are told that their queues have so many workers."""
    monkeypatch.setenv("WORKER_CONCURRENCY", str(workers))
    settings.cache_clear()


def opened(store_id: str, *hosts: str) -> None:
    create_store(Store(store_id, name=store_id), START - timedelta(days=1))
    for n, host in enumerate(hosts):
        url = f"https://{host}/hook"
        channels.create(
            Channel(store_id, f"chn_{n}", ChannelKind.WEBHOOK, host, START, url, secret=delivery_secret(), digest=False)
        )


def delivery_secret() -> str:
    from shared.operations.alerts.channels import new_secret

    return new_secret()


def raised(store_id: str, count: int, at: datetime) -> list[str]:
    """The keys of the alerts."""
    pks = []
    for n in range(count):
        made = alert(store_id, Cause("dispute_opened", at, f"{n}"), {}, of_order=True)
        transact(alerts.raising([made]))
        pks.append(keys.alert_pk(store_id, made.alert_id))
    return pks


@pytest.mark.parametrize(
    ("kind", "workers"),
    size([("both", 10), ("bounded", 2), ("fair", 2), ("neither", 2)], [*product(KINDS, (2, 10))]),
)
def test_another_store_s_alert_leaves_within_a_minute(
    memory_table: MemoryTable, monkeypatch: pytest.MonkeyPatch, kind: str, workers: int
) -> None:
    """Many deliveries of one store wait, and every attempt of them takes a worker five seconds. The semaphore alone is
    enough for hundreds of them, a fair queue for 20,000. The time runs from the moment when the alert is raised."""
    fair, bounded = KINDS[kind]
    small = (size(80, 200) + 100 * (workers > 2), 3, 20)
    many, minutes, floor = size(small, (20_000, 25, 200)) if fair else small
    employ(monkeypatch, workers if bounded else 10_000)
    opened("loud", "slow-one.example", "slow-two.example")
    opened("quiet", "quick.example")
    loud, due = raised("loud", many // 2, START - timedelta(seconds=1)), []
    with desk(workers, fair) as made:
        made.stream(loud)
        every(made.clock, 60, made.outbox)
        for minute in range(minutes):
            made.clock.run(START + timedelta(minutes=minute, seconds=1 + 17 * minute % 59))
            made.stream(raised("quiet", 1, made.clock.now))
            due.append(made.clock.now)
        made.clock.run(START + timedelta(hours=3), lambda: made.left_for("quick.example") == len(due))
    left = [at for host, at in made.left if host == "quick.example"]
    assert len(left) == len(due), "each alert has left, and once"
    waits = [(at - since).total_seconds() for at, since in zip(left, due, strict=True)]
    print(f"{workers} workers {fair=} {bounded=}: {many} deliveries, the longest wait is {max(waits):.1f} s")
    counted("attempts at hosts that time out", len(made.attempts) - len(left), floor)
    assert (max(waits) <= 60) is (fair or bounded), waits


def test_the_attempts_in_flight_are_bounded_per_channel_and_per_store(
    memory_table: MemoryTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    employ(monkeypatch, 10)
    opened("loud", *(f"slow-{n}.example" for n in range(4)))
    raised("loud", size(16, 40), START - timedelta(seconds=1))
    most = dict[str, int]()
    running: list[str] = []
    with desk(10) as made:
        real = made.post

        def post(target: Any, headers: Any, body: bytes, **options: Any) -> Answer:
            running.append(target.host)
            most["store"] = max(most.get("store", 0), len(running))
            most[target.host] = max(most.get(target.host, 0), running.count(target.host))
            try:
                return real(target, headers, body, **options)
            finally:
                running.remove(target.host)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(http_post, "post", post)
            every(made.clock, 60, made.outbox)
            made.clock.run(START + timedelta(minutes=4))
    assert most.pop("store") == deliveries.ATTEMPTS.of_store == 5
    assert max(most.values()) == deliveries.ATTEMPTS.of_item == 3 and len(most) == 4, most


def test_a_store_whose_hosts_answer_is_delivered_to_the_last(
    memory_table: MemoryTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    employ(monkeypatch, 10)
    many = size(80, 5_000)
    opened("loud", "quick.example")
    raised("loud", many, START - timedelta(seconds=1))
    with desk(10) as made:
        every(made.clock, 60, made.outbox)
        made.clock.run(START + timedelta(hours=2), lambda: len(made.left) == many)
    ended = (made.clock.now - START).total_seconds()
    print(f"{many} deliveries to a host that answers: {ended:.0f} s")
    assert len(made.left) == many
    assert ended < 120 + many * (ANSWERS + 0.1) / deliveries.ATTEMPTS.of_item * 2


def test_a_worker_that_died_leaves_its_place_when_its_lease_ends(
    memory_table: MemoryTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    employ(monkeypatch, 4)
    semaphore = semaphores.Semaphore("test", timedelta(seconds=60))
    assert (semaphore.of_store, semaphore.of_item) == (2, 1)
    assert semaphore.acquire("store", "one", "first", START)
    assert semaphore.acquire("store", "one", "first", START + timedelta(seconds=50)), "it may make it longer"
    assert not semaphore.acquire("store", "one", "second", START + timedelta(seconds=100))
    assert semaphore.acquire("store", "two", "second", START + timedelta(seconds=100))
    assert not semaphore.acquire("store", "three", "third", START + timedelta(seconds=100)), "the store has two"
    assert semaphore.acquire("other", "one", "third", START), "each store has its own"
    assert semaphore.acquire("store", "one", "third", START + timedelta(seconds=111))
    semaphore.release("store", "third")
    semaphore.release("store", "nobody")
    assert semaphore.acquire("store", "one", "fourth", START + timedelta(seconds=112))
