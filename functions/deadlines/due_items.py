"""Process the items of an index of what is due: a run does part of them itself and sends the rest to workers in slices.

The index only finds candidates. Each order is loaded, checked again and saved by a conditional write. So a run or a
slice that is delivered twice, late or beside another does the same work once, and the next run makes up for a lost one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from shared.operations.alerts.reminders import raise_alerts
from shared.operations.orders import lapse_order
from shared.store import due_items, queues
from shared.store.due_items import Due, DueKind
from shared.store.dynamodb.errors import Busy, Missing
from shared.store.retries import ITEM_LIMIT, time_limit
from shared.telemetry import logger

INLINE = 100
"""Items of each shard that a run processes itself. Eight shards of these fit into its time."""
SLICE = 50
"""Items in one slice; its message names the first key and the last."""
MAX_SLICES = 400
"""Messages of one run. What does not fit is still due a minute later."""

Send = Callable[[Sequence[Mapping[str, str]]], None]


@dataclass(frozen=True, slots=True)
class Task:
    """An index of what is due, and the function that processes one item of it and returns how much it did."""

    kind: DueKind
    process: Callable[[Due, datetime, datetime], int]


def _lapse(due: Due, until: datetime, now: datetime) -> int:
    return lapse_order(due.store_id, due.order_id, before=until, now=now) is not None


def _remind(due: Due, until: datetime, now: datetime) -> int:
    return raise_alerts(due, until)


LAPSES = Task(DueKind.LAPSES, _lapse)
REMINDERS = Task(DueKind.REMINDERS, _remind)
TASKS: Mapping[str, Task] = {str(task.kind): task for task in (LAPSES, REMINDERS)}


@dataclass(slots=True)
class Run:
    """What one run did. `stores` are stores that are due themselves. `oldest` is the earliest due time among the items
    that the run sent to workers or did not process."""

    checked: int = 0
    done: int = 0
    failed: int = 0
    sent: int = 0
    complete: bool = True
    stores: list[Due] = field(default_factory=list)
    oldest: datetime | None = None

    def summary(self, done: str) -> dict[str, int]:
        """For the log; `done` names what was done."""
        counted = {"checked": self.checked, done: self.done}
        return counted | {name: getattr(self, name) for name in ("failed", "sent", "complete")}

    def leave(self, due: Due) -> None:
        self.oldest = min(self.oldest or due.at, due.at)


def process_due(
    task: Task, until: datetime, now: datetime, out_of_time: Callable[[], bool], send: Send | None = None
) -> Run:
    """Process all that is due before `until`, with one query per shard if nothing is. Without `send` the run does
    everything itself. `out_of_time` ends it early; each run starts with another shard, so that every shard has its
    turn."""
    run, shares = Run(), list[Iterator[Due]]()
    shards = due_items.shards(task.kind)
    first = int(now.timestamp() // 60) % len(shards)
    for shard in (*shards[first:], *shards[:first]):
        due = due_items.due(task.kind, shard, until)
        shares.append(_share(task, shard, due, until, out_of_time, send, run) if send else due)
    for share in shares:
        if not _process_all(task, share, until, now, out_of_time, run):
            break
    return run


def process_slice(message: Mapping[str, str], now: datetime, out_of_time: Callable[[], bool]) -> Run:
    """Process the slice of a message. Items that are no longer due have left the index."""
    task, run = TASKS[message["work"]], Run()
    due = due_items.due_between(task.kind, message["shard"], message["first"], message["last"])
    own = (item for item in due if item.order_id or task is not LAPSES)
    _process_all(task, own, datetime.fromisoformat(message["until"]), now, out_of_time, run)
    return run


def sender() -> Send | None:
    return queues.send_slices if queues.has_workers() else None


def _share(
    task: Task, shard: str, due: Iterator[Due], until: datetime, out_of_time: Callable[[], bool], send: Send, run: Run
) -> Iterator[Due]:
    """The first items of a shard, for this run itself; the others are sent to workers. If sending fails they stay
    due."""
    own: list[Due] = []
    try:
        own += islice(due, INLINE)
        slices: list[dict[str, str]] = []
        while rest := list(islice(due, SLICE)):
            run.leave(rest[0])
            if task is LAPSES:  # only the sweep processes stores that are due; reminders of a store go to any worker
                run.stores += [item for item in rest if not item.order_id]
            if out_of_time() or run.sent + len(slices) >= MAX_SLICES:
                run.complete = False
                break
            message = {"work": str(task.kind), "shard": shard, "first": rest[0].key, "last": rest[-1].key}
            slices.append(message | {"until": until.isoformat()})
        if slices:
            send(slices)
            run.sent += len(slices)
    except Busy:
        run.failed += 1
        logger.warning("a shard is left for the next run", extra={"shard": shard})
    except Exception:
        run.failed += 1
        logger.exception("slices could not be sent", extra={"shard": shard})
    return iter(own)


def _process_all(
    task: Task, due: Iterator[Due], until: datetime, now: datetime, out_of_time: Callable[[], bool], run: Run
) -> bool:
    """False if it ran out of time."""
    try:
        for item in due:
            if out_of_time():
                run.complete = False
                run.leave(item)
                return False
            run.checked += 1
            if task is LAPSES and not item.order_id:
                run.stores.append(item)
            else:
                _process(task, item, until, now, run)
    except Busy:
        run.failed += 1
        logger.warning("a shard is left for the next run", extra={"work": str(task.kind)})
    except Exception:  # one entry that cannot be read must not stop the other shards
        run.failed += 1
        logger.exception("a shard could not be read", extra={"work": str(task.kind)})
    return True


def _process(task: Task, due: Due, until: datetime, now: datetime, run: Run) -> None:
    item = {"work": str(task.kind), "order": f"{due.store_id}/{due.order_id}"}
    try:
        with time_limit(ITEM_LIMIT):
            run.done += task.process(due, until, now)
        return
    except (Busy, Missing) as error:
        logger.warning("left for the next run", extra={**item, "why": type(error).__name__})
    except Exception:
        logger.exception("an entry failed", extra=item)  # one unreadable order must not stop the others
    run.failed += 1
    run.leave(due)
