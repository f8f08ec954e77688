"""The outbox, every minute: each alert that has not been handed to the channels yet is sent on its way to them, and
each delivery that is due to a worker.

Nothing is sent while a request waits. A message only says which alert, or which delivery; it may come twice, late or
never, and one that led to nothing is sent again three minutes later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.scheduled_runs import scheduled_time
from shared.store import queues
from shared.store.alerts.outbox import ALERTS, DELIVERIES, Outbox
from shared.store.dynamodb.errors import Busy
from shared.telemetry import logger, metrics

STOP_BEFORE_MS, HALF_MS = 8_000, 25_000
"""What is left of a run when it stops, and when deliveries that are due leave the rest of it to new alerts: neither
waits for ever behind many of the other."""
MESSAGES = 10
"""As many as one request to SQS takes."""


def send_waiting(now: datetime, out_of_time: Callable[[], bool]) -> int:
    """A message for each alert that waits; answers with how many. One query a shard where none does."""
    return _send(ALERTS, queues.send_alerts, now, out_of_time)


def send_due(now: datetime, out_of_time: Callable[[], bool]) -> int:
    """The same for deliveries whose next attempt is due, or whose worker has died."""
    return _send(DELIVERIES, queues.send_deliveries, now, out_of_time)


def _send(
    outbox: Outbox, send: Callable[[Sequence[tuple[str, ...]]], None], now: datetime, out_of_time: Callable[[], bool]
) -> int:
    sent = 0
    for shard in outbox.shards():
        try:
            waiting = outbox.waiting(shard, now)
            while not out_of_time() and (some := list(islice(waiting, MESSAGES))):
                mine = [each.ids for each in some if outbox.put_off(each, now)]
                if mine:
                    send(mine)
                sent += len(mine)
        except Busy:
            logger.warning("a shard is left for the next run", extra={"shard": shard})
    return sent


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    def until(left: int) -> Callable[[], bool]:
        return lambda: context.get_remaining_time_in_millis() < left

    now = scheduled_time(event)
    due, sent = send_due(now, until(HALF_MS)), send_waiting(now, until(STOP_BEFORE_MS))
    metrics.add_metric("OutboxRuns", "Count", 1)
    metrics.add_metric("AlertsSent", "Count", sent)
    logger.info("alerts sent on", extra={"sent": sent, "due": due})
    return {"sent": sent, "due": due}
