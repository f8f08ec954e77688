"""Every five minutes: alerts before and after deadlines, for unanswered messages and of each store's day, and payment
reminders.

No alert depends on when a run starts: each has its own time, and a change of the order that comes first raises it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from shared.startup import collector_off

with collector_off():
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from functions.deadlines.due_items import REMINDERS, Run, Send, process_due, sender
    from shared.scheduled_runs import out_of_time, scheduled_time
    from shared.telemetry import logger, metrics


def remind(now: datetime, out_of_time: Callable[[], bool], send: Send | None = None) -> Run:
    """Raise every alert that is due by `now`; `done` counts them."""
    return process_due(REMINDERS, now, now, out_of_time, send)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`scheduled_time` is the nominal time of the run: the same event, delivered again, does the same work."""
    run = remind(scheduled_time(event), out_of_time(context), sender())
    metrics.add_metric("ReminderRuns", "Count", 1)
    metrics.add_metric("RemindersFailed", "Count", run.failed)
    result = run.summary("alerts")
    logger.info("reminders raised", extra=result)
    return result
