"""What comes, every five minutes: leads of orders, buyers who wait for an answer, payment reminders, the store's day.

No alert depends on when a run came: each has a moment of its own, and a change of the order that comes first tells it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.deadlines.due_items import REMINDERS, Run, Send, sender, work_off
from shared.scheduled_runs import scheduled_time
from shared.telemetry import logger, metrics

STOP_BEFORE_MS = 8_000


def remind(now: datetime, out_of_time: Callable[[], bool], send: Send | None = None) -> Run:
    """Everything that was to be told by `now`; `done` counts the alerts."""
    return work_off(REMINDERS, now, now, out_of_time, send)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`scheduled_time` is the nominal time of the run: the same event, delivered again, does the same work."""
    run = remind(scheduled_time(event), lambda: context.get_remaining_time_in_millis() < STOP_BEFORE_MS, sender())
    metrics.add_metric("ReminderRuns", "Count", 1)
    metrics.add_metric("RemindersFailed", "Count", run.failed)
    told = {"looked": run.looked, "told": run.done, "failed": run.failed, "sent": run.sent, "complete": run.complete}
    logger.info("reminded", extra=told)
    return told
