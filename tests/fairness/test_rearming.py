"""Stores that change their mode take turns: each is done in a time that follows from its own size.

The sweep and the slice worker are the real ones, over the table in memory. The queue, the workers and the clock are
simulated.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.deadlines import slice_worker, store_slices, sweep
from local.runtime import Context
from shared.domain.stores import DeadlinePolicy, Mode, Store
from shared.operations import stores as operations
from shared.store import stores
from shared.store.dynamodb import keys
from tests.clock.memory_table import MemoryTable
from tests.fairness.fair_queue import Clock, FairQueue, Message, every
from tests.harness import Api, Shop
from tests.proof import counted, size

WORKERS = 5
PER_ORDER = 0.03
"""Seconds of a worker for one order."""
OTHERS = size(15, 50)
FOUND_AFTER = timedelta(minutes=2)
"""The time in which no request uses the former mode, and the time to the next sweep."""


def waiting(shop: Shop, count: int, memory: MemoryTable) -> None:
    """So many orders with a running timer: copies of one that was placed, paid and passed."""
    order_id = str(shop.platform.place()["order_id"])
    for action, body in (("pay", {}), ("pass_risk", {})):
        assert shop.platform.act(order_id, action, body).status == 200
    pk = keys.order_pk(shop.name, order_id)
    items = [item for key, item in memory.items.items() if key[0] == pk and key[1].startswith(keys.ORDER)]
    for n in range(1, count):
        other = f"{n:0{len(order_id)}d}"
        for item in items:
            memory.place({name: _replaced(value, order_id, other) for name, value in item.items()})


def _replaced(value: Any, old: str, new: str) -> Any:
    return value.replace(old, new) if isinstance(value, str) else value


class Desk:
    """The sweep each minute and its workers. `finished` is when each store was done."""

    def __init__(self, now: datetime, shops: list[Shop], monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock, self.shops = Clock(now), shops
        self.queue = FairQueue(self.clock, WORKERS, self._handle)
        self.finished: dict[str, datetime] = {}
        self.rearmed, self._outgoing = 0, list[dict[str, Any]]()
        real, desk = slice_worker.process_store_slice, self

        class Now(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:
                return desk.clock.now

        def slice_of(message: Any, now: datetime, ends: Any, send: Any) -> Any:
            run = real(message, now, ends, send)
            desk.rearmed += run.checked
            return run

        monkeypatch.setattr(slice_worker, "datetime", Now)
        monkeypatch.setattr(slice_worker, "process_store_slice", slice_of)
        monkeypatch.setattr(slice_worker.queues, "send_slices", self._outgoing.extend)

    def _handle(self, message: Message, sleep: Callable[[float], None]) -> None:
        """One slice; its message and its store's end come when its time has passed."""
        before = self.rearmed
        event = {"Records": [{"messageId": "m", "body": json.dumps(message.content)}]}
        answer = slice_worker.lambda_handler(event, Context("WorkFunction", 512, 50))
        assert answer == {"batchItemFailures": []}
        outgoing, self._outgoing[:] = list(self._outgoing), []
        sleep((self.rearmed - before) * PER_ORDER)
        for each in outgoing:
            self.queue.send(each, each.get("store_id", ""))
        if stores.load(message.group).rearming is None:
            self.finished.setdefault(message.group, self.clock.now)

    def sweep(self) -> None:
        def send(slices: Any) -> None:
            for each in slices:
                self.queue.send(each, each.get("store_id", ""))

        swept = sweep.sweep(self.clock.now, lambda: False, send)
        assert swept.failed == 0

    def run(self, until: timedelta) -> None:
        every(self.clock, 60, self.sweep)
        self.clock.run(self.clock.now + until, lambda: len(self.finished) == len(self.shops))


def test_a_large_store_and_many_others_change_their_mode_at_the_same_time(
    on_memory: Api, memory_table: MemoryTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "SLICE_ORDERS", size(10, operations.SLICE_ORDERS))
    sizes = [size(300, 200_000), *(1 + n * size(1, 20) for n in range(OTHERS))]
    shops = []
    for count in sizes:
        shop = on_memory.shop()
        change(shop, Mode.WATCH)
        waiting(shop, count, memory_table)
        shops.append(shop)
    now = datetime.now(UTC)
    _settle(shops, now)
    for shop in shops:
        change(shop, Mode.ENFORCE)
    began = datetime.now(UTC)
    desk = Desk(began, shops, monkeypatch)
    desk.run(timedelta(days=2))
    assert len(desk.finished) == len(shops)
    slice_seconds = operations.SLICE_ORDERS * PER_ORDER
    turn = slice_seconds * len(shops) / WORKERS
    longest = {}
    for count, shop in zip(sizes, shops, strict=True):
        took = (desk.finished[shop.name] - began - FOUND_AFTER).total_seconds()
        slices = count // operations.SLICE_ORDERS + 2
        bound = slices * (turn + 1)  # its slices when all stores take turns
        assert took <= bound, (count, took, bound)
        longest[count] = round(took)
    print(f"seconds by orders of the store: {dict(sorted(longest.items()))}")
    assert longest[sizes[-1]] < longest[sizes[0]] / size(3, 5), "the others do not wait for the large one"
    counted("orders rearmed", desk.rearmed, sum(sizes))
    assert desk.rearmed == sum(sizes), "each order once"


def change(shop: Shop, mode: Mode) -> None:
    def step(store: Store) -> Store:
        return replace(store, policy=DeadlinePolicy(mode, store.policy.durations))

    operations.change_store(stores.load(shop.name), step, datetime.now(UTC))


def _settle(shops: list[Shop], now: datetime) -> None:
    """The change to watching is done."""
    at = now + operations.SETTLE_TIME + store_slices.SKEW + timedelta(seconds=5)
    sweep.sweep(at, lambda: False)
    assert all(stores.load(shop.name).rearming is None for shop in shops)


def test_a_store_whose_message_was_lost_goes_on_after_some_minutes(
    on_memory: Api, memory_table: MemoryTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "SLICE_ORDERS", 5)
    shop = on_memory.shop()
    change(shop, Mode.WATCH)
    waiting(shop, 12, memory_table)
    _settle([shop], datetime.now(UTC))
    change(shop, Mode.ENFORCE)
    desk = Desk(datetime.now(UTC), [shop], monkeypatch)
    lost: list[Any] = []
    real = desk.queue.send

    def send(content: Any, group: str = "", delay: float = 0) -> None:
        if desk.rearmed == 5 and not lost:
            lost.append(content)
            return
        real(content, group, delay)

    monkeypatch.setattr(desk.queue, "send", send)
    desk.run(timedelta(minutes=20))
    assert lost and desk.rearmed == 12 and shop.name in desk.finished


def test_a_slice_that_comes_twice_is_done_once_and_writes_nothing_without_progress(
    on_memory: Api, memory_table: MemoryTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "SLICE_ORDERS", 5)
    shop = on_memory.shop()
    change(shop, Mode.WATCH)
    waiting(shop, 8, memory_table)
    _settle([shop], datetime.now(UTC))
    change(shop, Mode.ENFORCE)
    at = stores.load(shop.name).rearming.at  # type: ignore[union-attr]
    now, sent = at + timedelta(minutes=1), list[Any]()
    message = {"work": "settings", "store_id": shop.name, "at": at.isoformat()}
    assert store_slices.process_store_slice(message, now, lambda: True, sent.extend).checked == 0
    rearming = stores.load(shop.name).rearming
    assert rearming and rearming.at == at and sent == [message], "no time: no progress, no write"
    assert [store_slices.process_store_slice(message, now, lambda: False, sent.extend).checked for _ in range(2)] == [
        5,
        0,
    ]
    assert len(sent) == 2 and sent[1]["at"] > message["at"]
    assert store_slices.process_store_slice(sent[1], now, lambda: False, sent.extend).checked == 3
    assert stores.load(shop.name).rearming is None and len(sent) == 2
