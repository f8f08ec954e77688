"""The outbox, every minute: enqueue each alert that its channels do not have yet, and each delivery that is due.

So no request waits for a channel. A message has the ids alone. It may be delivered twice, late or never; while its
alert or delivery is due, it is enqueued again after three minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.scheduled_runs import out_of_time, scheduled_time
from shared.store import queues
from shared.store.alerts.outbox import ALERTS, DELIVERIES, Outbox, OutboxEntry
from shared.telemetry import logger, metrics

HALF = 25
"""Seconds before the end at which deliveries leave the rest of the run to alerts. So many of one kind cannot hold up
the other."""
MESSAGES = 10
"""The most that one request to SQS takes."""


def enqueue_alerts(now: datetime, out_of_time: Callable[[], bool]) -> int:
    """Send a message for each alert in the outbox and return their number. One query per shard if there are none."""
    return _enqueue(ALERTS, queues.send_alerts, now, out_of_time)


def enqueue_deliveries(now: datetime, out_of_time: Callable[[], bool]) -> int:
    """The same for deliveries whose next attempt is due, or whose worker has died."""
    return _enqueue(DELIVERIES, queues.send_deliveries, now, out_of_time)


def _enqueue(
    outbox: Outbox, send: Callable[[Sequence[tuple[str, ...]]], None], now: datetime, out_of_time: Callable[[], bool]
) -> int:
    sent = 0
    for shard in outbox.shards():
        try:
            waiting = outbox.pending(shard, now)
            while not out_of_time() and (batch := list(islice(waiting, MESSAGES))):
                claimed = [each.ids for each in batch if _postpone(outbox, each, now)]
                if claimed:
                    send(claimed)
                sent += len(claimed)
        except Exception as error:  # the other shards are not stopped; what was claimed is due again in three minutes
            _count_failure("a shard is left for the next run", error, shard=shard)
    return sent


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
    now = scheduled_time(event)
    due, sent = enqueue_deliveries(now, out_of_time(context, HALF)), enqueue_alerts(now, out_of_time(context))
    metrics.add_metric("OutboxRuns", "Count", 1)
    metrics.add_metric("AlertsSent", "Count", sent)
    logger.info("alerts and deliveries enqueued", extra={"sent": sent, "due": due})
    return {"sent": sent, "due": due}
