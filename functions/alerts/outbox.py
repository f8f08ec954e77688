"""The outbox, every minute: enqueue each alert that its channels do not have yet, and each delivery that is due. The
table's stream invokes it too, with alerts that are new, so that they do not wait for the next minute.

So no request waits for a channel. A message has the ids alone. It may be delivered twice, late or never; while its
alert or delivery is due, it is enqueued again after three minutes.

The stores take turns, one entry each, so that a store with many entries holds up no other store.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from shared.startup import collector_off

with collector_off():
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from shared.scheduled_runs import out_of_time, scheduled_time
    from shared.store import queues
    from shared.store.alerts.outbox import ALERTS, DELIVERIES, Outbox, OutboxEntry, new_alert
    from shared.telemetry import logger, metrics


HALF = 25
"""Seconds before the end at which deliveries leave the rest of the run to alerts. So many of one kind cannot hold up
the other."""
SHARE = 1000
"""Entries of one store in one run. The workers attempt fewer deliveries of a store in a minute."""

Send = Callable[[Sequence[tuple[str, ...]]], None]


def enqueue_new_alerts(records: Sequence[Mapping[str, Any]]) -> int:
    """Send a message for each alert that these records of the table's stream are about and return their number. Reads
    and writes nothing in the table: the worker sees whether an alert is in the outbox, and the next run of the outbox
    finds an alert whose message was not sent."""
    ids = [new_alert(each) for each in records]
    batches = [ids[start : start + queues.MESSAGES] for start in range(0, len(ids), queues.MESSAGES)]
    return sum(len(batch) for batch in batches if _sent(queues.send_alerts, batch))


def enqueue_alerts(now: datetime, out_of_time: Callable[[], bool]) -> int:
    """Send a message for each alert in the outbox and return their number. One query per shard if there are none."""
    return _enqueue(ALERTS, queues.send_alerts, now, out_of_time)


def enqueue_deliveries(now: datetime, out_of_time: Callable[[], bool]) -> int:
    """The same for deliveries whose next attempt is due, or whose worker has died."""
    return _enqueue(DELIVERIES, queues.send_deliveries, now, out_of_time)


def _enqueue(outbox: Outbox, send: Send, now: datetime, out_of_time: Callable[[], bool]) -> int:
    sent, unsent = 0, list[tuple[str, ...]]()
    entries = _in_turns(_pending(outbox, now, out_of_time))
    while not out_of_time() and (batch := list(islice(entries, queues.MESSAGES))):
        claimed = [each.ids for each in batch if _postpone(outbox, each, now)]
        if not _sent(send, claimed):
            unsent += claimed
        sent += len(claimed)
    for start in range(0, len(unsent), queues.MESSAGES):  # they are due again only in three minutes
        _sent(send, unsent[start : start + queues.MESSAGES])
    return sent


def _pending(outbox: Outbox, now: datetime, out_of_time: Callable[[], bool]) -> Iterator[OutboxEntry]:
    """The entries of all shards, up to SHARE of each store. Each run begins with another shard, so that a run that
    ends early does not always leave the same ones."""
    shards, taken = outbox.shards.all(), Counter[str]()
    first = int(now.timestamp() // 60) % len(shards)
    for shard in (*shards[first:], *shards[:first]):
        try:
            for entry in outbox.pending(shard, now):
                if out_of_time():
                    return
                if taken[entry.ids[0]] < SHARE:
                    taken[entry.ids[0]] += 1
                    yield entry
        except Exception as error:  # the other shards are not stopped
            _count_failure("a shard is left for the next run", error, shard=shard)


def _in_turns(entries: Iterator[OutboxEntry]) -> Iterator[OutboxEntry]:
    """One entry of each store, then the next one of each, until there are none."""
    of_store: dict[str, deque[OutboxEntry]] = {}
    for entry in entries:
        of_store.setdefault(entry.ids[0], deque()).append(entry)
    while of_store:
        for store_id, waiting in list(of_store.items()):
            yield waiting.popleft()
            if not waiting:
                del of_store[store_id]


def _sent(send: Send, ids: Sequence[tuple[str, ...]]) -> bool:
    """False if the queue refused the messages."""
    try:
        if ids:
            send(ids)
        return True
    except Exception as error:
        _count_failure("messages are not sent", error, messages=len(ids))
        return False


def _postpone(outbox: Outbox, entry: OutboxEntry, now: datetime) -> bool:
    try:
        return outbox.postpone(entry, now)
    except Exception as error:  # an entry that stays busy must not stop those after it
        _count_failure("an entry is left for the next run", error, ids=entry.ids)
        return False


def _count_failure(message: str, error: Exception, **which: Any) -> None:
    logger.warning(message, extra={**which, "why": type(error).__name__})
    metrics.add_metric("OutboxFailed", "Count", 1)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The event of the schedule, or records of the table's stream."""
    if "Records" in event:
        sent = enqueue_new_alerts(event["Records"])
        metrics.add_metric("AlertsSent", "Count", sent)
        return {"sent": sent}
    now = scheduled_time(event)
    due, sent = enqueue_deliveries(now, out_of_time(context, HALF)), enqueue_alerts(now, out_of_time(context))
    metrics.add_metric("OutboxRuns", "Count", 1)
    metrics.add_metric("AlertsSent", "Count", sent)
    logger.info("alerts and deliveries enqueued", extra={"sent": sent, "due": due})
    return {"sent": sent, "due": due}
