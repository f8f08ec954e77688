"""One run of the month: its steps and its firings in the order of the clock, over the table in memory."""

from __future__ import annotations

import heapq
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from botocore.exceptions import ReadTimeoutError

from functions.deadlines import due_items, store_slices
from functions.deadlines.reminders import remind
from functions.deadlines.sweep import SKEW, sweep
from shared.domain.errors import DomainError
from shared.domain.order.transitions import Actor
from shared.domain.stores import Mode, Store
from shared.operations import orders as operations
from shared.operations.messages import messages
from shared.operations.stores import change_store, create_store
from shared.store import secrets, stores
from shared.store.dynamodb import keys
from shared.store.dynamodb.records import KeyRecord
from shared.store.dynamodb.table import ALWAYS, Put, put, stale
from shared.store.orders import orders
from tests.baton import Killed
from tests.clock import firings as f
from tests.clock.expressions import Item
from tests.clock.firings import Firing
from tests.clock.memory_index import Key
from tests.clock.memory_table import MemoryTable
from tests.clock.month import BEGIN, END, Shop, Step, made_id

SAMPLE = 97
"""Where idle runs are jumped over, every so many of them are carried out all the same, and must find nothing to do."""
INSTANT, NEVER = len(keys.instant(END)), datetime.max.replace(tzinfo=UTC)
Enough = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Kind:
    """A scheduled run: what it does, what it finds that in, and how long after its moment something is due to it."""

    does: Callable[[datetime, Enough, due_items.Send | None], due_items.Run]
    index: str
    shards: Sequence[str]
    skew: timedelta = timedelta(0)


KINDS: Mapping[str, Kind] = {
    "sweep": Kind(sweep, "by_clock", keys.LAPSES.all(), SKEW),
    "reminder": Kind(remind, "by_reminder", keys.REMINDERS.all()),
}


@dataclass(frozen=True, slots=True)
class Schedule:
    """The firings of one run of the month, by kind. `hostile`: index reads are up to five writes old, and a run hands
    what is more than a little to workers, whose messages come twice, late, out of order or never."""

    firings: Mapping[str, Sequence[Firing]]
    hostile: bool = False
    seed: int = 0


@dataclass
class Run:
    """What came of it. `answers` says for each step what became of it: `done`, or the code of the refusal."""

    memory: MemoryTable
    stores: list[Store]
    answers: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    written: dict[Key, datetime] = field(default_factory=dict)
    """When the clock on the wall said what as each entry of a history was written."""


@dataclass(frozen=True)
class Ended:
    """What a run of the month has left: the table's items, and what was answered and counted on the way."""

    items: dict[Key, Item]
    answers: list[str]
    counts: Counter[str]
    wrong: list[str]
    written: dict[Key, datetime]


@contextmanager
def sliced(inline: int, size: int) -> Iterator[None]:
    """Runs do so much themselves, of each shard, and hand out the rest in slices of that size."""
    before = due_items.INLINE, due_items.SLICE
    due_items.INLINE, due_items.SLICE = inline, size
    try:
        yield
    finally:
        due_items.INLINE, due_items.SLICE = before


@contextmanager
def same_ids() -> Iterator[None]:
    """Ids follow from the order and from how many refunds, disputes or messages it has, so that two runs make the same
    ones."""
    load, new_id = orders.load, operations.new_id
    made, written, meant = dict[str, int](), Counter[tuple[str, str]](), ("", "")

    def loaded(store_id: str, order_id: str) -> orders.Loaded:
        nonlocal meant
        found = load(store_id, order_id)
        meant = store_id, order_id
        made.update(rfd_=len(found.order.refunds), dsp_=len(found.order.disputes))
        return found

    def follows(prefix: str) -> str:
        if prefix == "msg_":
            written[meant] += 1
            return made_id(*meant, prefix, written[meant])
        made[prefix] += 1
        return made_id(*meant, prefix, made[prefix] - 1)

    orders.load = loaded
    operations.new_id = messages.new_id = follows  # type: ignore[attr-defined]
    try:
        yield
    finally:
        orders.load = load
        operations.new_id = messages.new_id = new_id  # type: ignore[attr-defined]


def same_secret() -> None:
    """Gives the table the secret that words and placements are digested with. A process reads it once, so that a second
    table would not have the one of the first."""
    secrets.secret.cache_clear()
    put(Put(KeyRecord("#search", "KEY", secret="5e" * 32), ALWAYS, stale))


def run(
    shops: Sequence[Shop],
    steps: Sequence[Step],
    schedule: Schedule,
    *,
    jump: bool = False,
    progress: Callable[[datetime], None] = lambda _: None,
) -> Ended:
    """Play the month. `jump`: a run that finds nothing due in the table is jumped over, but for a sample."""
    began = time.process_time()
    memory = MemoryTable(seed=schedule.seed, lag=5 if schedule.hostile else 0)
    with memory.installed(), same_ids(), sliced(2, 3):
        same_secret()
        for shop in shops:
            create_store(shop.store, BEGIN)
        month = Month(Run(memory, [shop.store for shop in shops]), jump, schedule.hostile, random.Random(schedule.seed))
        turns = sorted((shop.enforces_from, number) for number, shop in enumerate(shops) if shop.enforces_from)
        events = heapq.merge(
            ((step.moment, 0, month.step, step) for step in steps),
            ((moment, 1, month.turn, number) for moment, number in turns),
            *(
                [(firing.comes_at, 2 + place, month.fire, (kind, firing)) for firing in schedule.firings[kind]]
                for place, kind in enumerate(schedule.firings)
            ),
            key=lambda event: event[:2],
        )
        day = BEGIN
        memory.created = month.created
        for moment, _, happens, argument in events:
            month.deliver(moment)
            month.now = moment
            happens(argument, moment)
            if moment >= day:
                progress(day)
                day += timedelta(days=1)
        month.hostile, memory.lag = False, 0  # the month has an end, and its last runs come
        for name in (*schedule.firings, *schedule.firings):
            month.fire((name, Firing(END, END)), END)
    played = month.run
    counts = played.counts + Counter(transactions=memory.writes, seconds=round(time.process_time() - began))
    return Ended(memory.items, played.answers, counts, played.wrong, played.written)


@dataclass
class Month:
    run: Run
    jump: bool = False
    hostile: bool = False
    chance: random.Random = field(default_factory=random.Random)
    queue: list[tuple[datetime, int, Mapping[str, str]]] = field(default_factory=list)
    """Slices on their way to workers."""

    now: datetime = BEGIN
    first: dict[str, tuple[tuple[int, int], datetime]] = field(default_factory=dict)
    """By kind of run, when something is due first, as of so many writes and so many that its index has yet to show."""

    def created(self, key: tuple[str, str]) -> None:
        if key[1].startswith(keys.HISTORY):
            self.run.written[key] = self.now

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
                if step.action == "write":
                    message = messages.draft(step.role, step.body["text"], None, moment)
                    messages.post_message(store, loaded.order, message, moment)
                else:
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

    def fire(self, event: tuple[str, Firing], moment: datetime) -> None:
        name, firing = event
        assert firing.nominal <= moment
        run, kind = self.run, KINDS[name]
        idle = self._earliest(name) >= firing.nominal - kind.skew
        run.counts[f"idle {name}s"] += idle
        if idle and self.jump and run.counts[f"idle {name}s"] % SAMPLE:
            run.counts[f"idle {name}s jumped over"] += 1
            return
        before = run.memory.writes
        send = (lambda slices: self._send(slices, moment)) if self.hostile else None
        self._troubled(name, firing, lambda out_of_time: kind.does(firing.nominal, out_of_time, send))
        run.counts[f"{name}s"] += 1
        if idle and run.memory.writes != before:
            run.wrong.append(f"the {name} of {firing.nominal} wrote where nothing was due")

    def deliver(self, moment: datetime) -> None:
        """The slices that come to workers by now."""
        while self.queue and self.queue[0][0] <= moment:
            comes_at, number, message = heapq.heappop(self.queue)
            firing, self.now = Firing(comes_at, comes_at, f.trouble(self.chance), number % 3), comes_at
            self._troubled("slice", firing, partial(self._slice, message, comes_at))
            self.run.counts["slices"] += 1

    def _slice(self, message: Mapping[str, str], moment: datetime, out_of_time: Enough) -> due_items.Run:
        if message["work"] != store_slices.WORK:
            return due_items.process_slice(message, moment, out_of_time)
        return store_slices.process_store_slice(message, moment, out_of_time, lambda slices: self._send(slices, moment))

    def _send(self, slices: Sequence[Mapping[str, str]], moment: datetime) -> None:
        for message in slices:
            times = self.chance.choice((0, 1, 1, 1, 1, 2, 2))
            self.run.counts["slices lost" if times == 0 else "slices sent"] += 1
            self.run.counts["slices sent twice"] += times == 2
            for _ in range(times):
                late = f.late(self.chance) if self.chance.random() < 0.4 else timedelta(seconds=1)
                self.run.counts["slices late"] += late > timedelta(seconds=1)
                heapq.heappush(self.queue, (moment + late, self.run.counts["slices sent"], message))

    def _earliest(self, name: str) -> datetime:
        """When something is due first in its shards, as the table has it: the index itself may be some writes behind,
        but never shows what has not been written."""
        memory, kind = self.run.memory, KINDS[name]
        index = memory.indexes[kind.index]
        as_of = memory.writes, len(index.pending)
        if name not in self.first or self.first[name][0] != as_of:
            waiting = (
                item[index.range_key]
                for _, _, item in index.pending
                if item and index.range_key in item and item.get(index.hash_key) in kind.shards
            )
            first = (index.partitions[shard].keys[0][0] for shard in kind.shards if shard in index.partitions)
            earliest = min(map(str, (*first, *waiting)), default=None)
            self.first[name] = as_of, datetime.fromisoformat(earliest[:INSTANT]) if earliest else NEVER
        return self.first[name][1]

    def _troubled(self, name: str, firing: Firing, does: Callable[[Enough], due_items.Run]) -> None:
        """The run, with what befalls it."""
        memory, calls = self.run.memory, Counter[str]()

        def fault(when: str) -> None:
            calls[when] += 1
            if calls["before"] != firing.after + 1:
                return
            if (when, firing.trouble) in (("before", f.KILLED), ("after", f.KILLED_AFTER)):
                raise Killed
            if (when, firing.trouble) == ("after", f.LOST):
                self.run.counts["answers lost"] += 1
                raise ReadTimeoutError(endpoint_url="memory")

        def out_of_time() -> bool:
            calls["asked"] += 1
            return firing.trouble == f.SHORT and calls["asked"] > firing.after

        memory.fault = fault if firing.trouble else None
        try:
            done = does(out_of_time)
            self.run.counts[f"{name}s: checked"] += done.checked
            self.run.counts[f"{name}s: done"] += done.done
            self.run.counts[f"{name}s: cut short"] += not done.complete
            self.run.counts[f"{name}s: failed"] += done.failed
        except Killed:
            self.run.counts[f"{name}s killed"] += 1
        finally:
            memory.fault = None
