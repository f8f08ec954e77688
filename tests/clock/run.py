"""One run of the month: its steps and its firings in the order of the clock, over the table in memory."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ReadTimeoutError

from functions.alerts.deadlines import SKEW, sweep
from shared.domain.commands import Actor
from shared.domain.errors import DomainError
from shared.domain.stores import Mode, Store
from shared.operations import orders as operations
from shared.operations.stores import change_store
from shared.store import keys, orders, stores
from tests.baton import Killed
from tests.clock import firings as f
from tests.clock.firings import Firing
from tests.clock.memory_table import MemoryTable
from tests.clock.month import BEGIN, END, Shop, Step, made_id

SAMPLE = 97
"""Where idle runs are jumped over, every so many of them are carried out all the same, and must find nothing to do."""


@dataclass
class Run:
    """What came of it. `answers` says for each step what became of it: `done`, or the code of the refusal."""

    memory: MemoryTable
    stores: list[Store]
    answers: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@contextmanager
def same_ids() -> Iterator[None]:
    """Ids follow from the order and from how many refunds or disputes it has, so that two runs make the same ones."""
    load, new_id, made = orders.load, operations.new_id, dict[str, int]()
    meant = ["", ""]

    def loaded(store_id: str, order_id: str) -> orders.Loaded:
        found = load(store_id, order_id)
        meant[:] = store_id, order_id
        made.update(rfd_=len(found.order.refunds), dsp_=len(found.order.disputes))
        return found

    def follows(prefix: str) -> str:
        made[prefix] += 1
        return made_id(*meant, prefix, made[prefix] - 1)

    orders.load, operations.new_id = loaded, follows
    try:
        yield
    finally:
        orders.load, operations.new_id = load, new_id


def run(
    shops: Sequence[Shop],
    steps: Sequence[Step],
    sweeps: Sequence[Firing],
    *,
    lag: int = 0,
    seed: int = 0,
    jump: bool = False,
    progress: Callable[[datetime], None] = lambda _: None,
) -> Run:
    """Play the month. `jump`: a run that finds nothing due in the table is jumped over, but for a sample."""
    memory = MemoryTable(seed=seed, lag=lag)
    with memory.installed(), same_ids():
        for shop in shops:
            stores.create(shop.store, BEGIN)
        month = Month(Run(memory, [shop.store for shop in shops]), shops, jump)
        events = heapq.merge(
            ((step.moment, 0, month.step, step) for step in steps),
            (
                (shop.enforces_from, 1, month.turn, number)
                for number, shop in sorted(enumerate(shops), key=lambda each: each[1].enforces_from or END)
                if shop.enforces_from
            ),
            ((firing.comes_at, 2, month.sweep, firing) for firing in sweeps),
            key=lambda event: event[:2],
        )
        day = BEGIN
        for moment, _, happens, told in events:
            happens(told, moment)
            if moment >= day:
                progress(day)
                day += timedelta(days=1)
    return month.run


@dataclass
class Month:
    run: Run
    shops: Sequence[Shop]
    jump: bool

    def step(self, step: Step, moment: datetime) -> None:
        """A step of the platform or the seller, as the API carries it out; what is refused leaves no trace."""
        run, store = self.run, self.run.stores[step.shop]
        actor = Actor(step.role, step.role)
        try:
            if step.placement is not None:
                _, new = operations.place_order(store, step.placement, actor, moment)
                assert new, "every order has its own number"
            else:
                loaded = orders.load(store.store_id, step.order_id)
                asked = operations.Request(step.action, actor, moment, moment - step.ago, step.body)
                operations.change_order(store, loaded, asked)
        except DomainError as error:
            run.answers.append(error.code)
            return
        run.answers.append("done")

    def turn(self, number: int, moment: datetime) -> None:
        """A store begins to enforce."""
        kept = stores.load(self.run.stores[number].store_id)
        enforcing = replace(kept.store.policy, mode=Mode.ENFORCE)
        self.run.stores[number] = change_store(kept, lambda store: replace(store, policy=enforcing), moment)
        self.run.counts["stores turned"] += 1

    def sweep(self, firing: Firing, moment: datetime) -> None:
        assert firing.nominal <= moment
        run, idle = self.run, not self._due(firing.nominal - SKEW)
        run.counts["idle sweeps"] += idle
        if idle and self.jump and run.counts["idle sweeps"] % SAMPLE:
            run.counts["idle sweeps jumped over"] += 1
            return
        before = run.memory.writes
        swept = self._troubled(firing, lambda enough: sweep(firing.nominal, enough))
        run.counts["sweeps"] += 1
        if swept is not None:
            run.counts["looked"] += swept.looked
            run.counts["failed"] += swept.failed
        if idle and run.memory.writes != before:
            run.wrong.append(f"the sweep of {firing.nominal} wrote where nothing was due")

    def _due(self, before: datetime) -> bool:
        """Is anything due in a clock shard, as the table has it? The index itself may be some writes behind."""
        index, until = self.run.memory.indexes["by_clock"], keys.instant(before)
        waiting = (item["fires_at"] for _, _, item in index.pending if item and "fires_at" in item)
        first = (index.partitions[shard].keys[0][0] for shard in keys.clock_shards() if shard in index.partitions)
        return any(fires_at < until for fires_at in (*first, *waiting))

    def _troubled(self, firing: Firing, work: Callable[[Callable[[], bool]], Any]) -> Any:
        """The run, with what befalls it; None where it did not live to tell."""
        memory, writes = self.run.memory, [0, 0]

        def fault(when: str) -> None:
            if when == "before":
                writes[0] += 1
            if writes[0] != firing.after + 1:
                return
            if (when, firing.trouble) in (("before", f.KILLED), ("after", f.KILLED_AFTER)):
                raise Killed
            if (when, firing.trouble) == ("after", f.LOST):
                raise ReadTimeoutError(endpoint_url="memory")

        def enough() -> bool:
            writes[1] += 1
            return firing.trouble == f.SHORT and writes[1] > firing.after

        memory.fault = fault if firing.trouble else None
        try:
            return work(enough)
        except Killed:
            self.run.counts["runs killed"] += 1
            return None
        finally:
            memory.fault = None
