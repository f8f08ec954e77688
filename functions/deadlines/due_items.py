"""Working off an index of what is due: a run does what it can itself, and hands the rest to workers in slices.

The index only finds candidates; each is loaded, asked again and saved by a conditional write. So a run, or a slice,
that comes twice, late, or beside another does the same work once, and one that never comes is made up for by the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from shared.operations.orders import lapse_order
from shared.operations.reminders import tell
from shared.store import due_items, queues
from shared.store.due_items import Due, DueKind
from shared.store.dynamodb.errors import Busy, Missing
from shared.telemetry import logger

INLINE = 100
"""What a run does itself of each shard: eight shards of these stay within its time."""
SLICE = 50
"""How many orders a message to a worker names, from one key to another."""
MAX_SLICES = 400
"""Messages of one run; what is behind them is still due a minute later."""

Send = Callable[[Sequence[Mapping[str, str]]], None]


@dataclass(frozen=True, slots=True)
class Work:
    """What is worked off, and what is done to each entry. `do` answers with how much."""

    kind: DueKind
    do: Callable[[Due, datetime, datetime], int]


def _lapse(due: Due, until: datetime, now: datetime) -> int:
    return lapse_order(due.store_id, due.order_id, before=until, now=now) is not None


def _tell(due: Due, until: datetime, now: datetime) -> int:
    return tell(due, until)


LAPSES = Work(DueKind.LAPSES, _lapse)
REMINDERS = Work(DueKind.REMINDERS, _tell)
WORKS: Mapping[str, Work] = {str(work.kind): work for work in (LAPSES, REMINDERS)}


@dataclass(slots=True)
class Run:
    """What one run did. `stores` are those that were due themselves, `oldest` since when the oldest is due that it has
    left to others, or undone."""

    looked: int = 0
    done: int = 0
    failed: int = 0
    sent: int = 0
    complete: bool = True
    stores: list[str] = field(default_factory=list)
    oldest: datetime | None = None

    @property
    def lapsed(self) -> int:
        return self.done

    def left(self, due: Due) -> None:
        self.oldest = min(self.oldest or due.at, due.at)


def work_off(
    work: Work, until: datetime, now: datetime, out_of_time: Callable[[], bool], send: Send | None = None
) -> Run:
    """All that is due before `until`, one query a shard where nothing is. Without `send` a run does everything itself.
    `out_of_time` ends it early; each run starts with another shard, so that none waits for ever."""
    run, own = Run(), list[Iterator[Due]]()
    shards = due_items.shards(work.kind)
    first = int(now.timestamp() // 60) % len(shards)
    for shard in (*shards[first:], *shards[:first]):
        due = due_items.due(work.kind, shard, until)
        own.append(_shared(work, shard, due, until, out_of_time, send, run) if send else due)
    for mine in own:
        if not _each(work, mine, until, now, out_of_time, run):
            break
    return run


def slice_off(message: Mapping[str, str], now: datetime, out_of_time: Callable[[], bool]) -> Run:
    """What a message to a worker names; what is not due any more is not there."""
    work, run = WORKS[message["work"]], Run()
    due = due_items.due_between(work.kind, message["shard"], message["first"], message["last"])
    mine = (each for each in due if each.order_id or work is not LAPSES)
    _each(work, mine, datetime.fromisoformat(message["until"]), now, out_of_time, run)
    return run


def sender() -> Send | None:
    return queues.send_slices if queues.has_workers() else None


def _shared(
    work: Work, shard: str, due: Iterator[Due], until: datetime, out_of_time: Callable[[], bool], send: Send, run: Run
) -> Iterator[Due]:
    """The first of a shard for this run itself; the rest goes to workers. Where it cannot be sent it stays due."""
    try:
        mine = list(islice(due, INLINE))
        slices: list[dict[str, str]] = []
        while rest := list(islice(due, SLICE)):
            run.left(rest[0])
            if work is LAPSES:  # a store's own work is the sweep's; its day is told by whoever comes
                run.stores += [each.store_id for each in rest if not each.order_id]
            if out_of_time() or run.sent + len(slices) >= MAX_SLICES:
                run.complete = False
                break
            told = {"work": str(work.kind), "shard": shard, "first": rest[0].key, "last": rest[-1].key}
            slices.append(told | {"until": until.isoformat()})
        if slices:
            send(slices)
            run.sent += len(slices)
        return iter(mine)
    except Busy:
        run.failed += 1
        logger.warning("a shard is left for the next run", extra={"shard": shard})
    except Exception:
        run.failed += 1
        logger.exception("slices could not be sent", extra={"shard": shard})
        return iter(mine)
    return iter(())


def _each(
    work: Work, due: Iterator[Due], until: datetime, now: datetime, out_of_time: Callable[[], bool], run: Run
) -> bool:
    """False once it was out_of_time."""
    try:
        for each in due:
            if out_of_time():
                run.complete = False
                run.left(each)
                return False
            run.looked += 1
            if work is LAPSES and not each.order_id:
                run.stores.append(each.store_id)
            else:
                _one(work, each, until, now, run)
    except Busy:
        run.failed += 1
        logger.warning("a shard is left for the next run", extra={"work": str(work.kind)})
    return True


def _one(work: Work, due: Due, until: datetime, now: datetime, run: Run) -> None:
    which = {"work": str(work.kind), "order": f"{due.store_id}/{due.order_id}"}
    try:
        run.done += work.do(due, until, now)
        return
    except (Busy, Missing) as error:
        logger.warning("left for the next run", extra={**which, "why": type(error).__name__})
    except Exception:
        logger.exception("an entry failed", extra=which)  # one unreadable order must not stop the others
    run.failed += 1
    run.left(due)
