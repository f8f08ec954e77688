"""The outbox, every minute: each alert that has not been handed to the channels yet is sent on its way to them, and
each delivery that is due to a worker.

Nothing is sent while a request waits. A message only says which alert, or which delivery; it may come twice, late or
never, and one that led to nothing is sent again three minutes later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.scheduled_runs import scheduled_time
from shared.store import queues
from shared.store.alerts import alerts, deliveries
from shared.store.dynamodb import keys
from shared.store.dynamodb.errors import Busy
from shared.telemetry import logger, metrics

STOP_BEFORE_MS, HALF_MS = 8_000, 25_000
"""What is left of a run when it stops, and when deliveries that are due leave the rest of it to new alerts: neither
waits for ever behind many of the other."""
MESSAGES = 10
"""As many as one request to SQS takes."""


def send_waiting(now: datetime, out_of_time: Callable[[], bool]) -> int:
    """A message for each alert that waits; answers with how many. One query a shard where none does."""
    sent = 0
    for shard in keys.outbox_shards():
        try:
            waiting = alerts.waiting(shard, now)
            while not out_of_time() and (some := list(islice(waiting, MESSAGES))):
                mine = [each for each in some if alerts.put_off(each, now)]
                if mine:
                    queues.send_alerts([(each.store_id, each.alert_id) for each in mine])
                sent += len(mine)
        except Busy:
            logger.warning("a shard is left for the next run", extra={"shard": shard})
    return sent


def send_due(now: datetime, out_of_time: Callable[[], bool]) -> int:
    """The same for deliveries whose next attempt is due, or whose worker has died."""
    sent = 0
    for shard in keys.delivery_shards():
        try:
            waiting = deliveries.waiting(shard, now)
            while not out_of_time() and (some := list(islice(waiting, MESSAGES))):
                mine = [each for each in some if deliveries.put_off(each, now)]
                if mine:
                    queues.send_deliveries([(each.store_id, each.channel_id, each.delivery_id) for each in mine])
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
