"""Every minute: apply the timers of orders that have lapsed.

No outcome depends on when a run starts: a command that comes first applies the same lapses itself. due_items.py says
what a run does itself and what it sends to workers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from shared.startup import collector_off

with collector_off():
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from functions.deadlines.due_items import LAPSES, Run, Send, process_due, sender
    from functions.deadlines.store_slices import SKEW, process_stores, send_stores
    from shared.scheduled_runs import out_of_time, scheduled_time
    from shared.telemetry import logger, metrics


def sweep(now: datetime, out_of_time: Callable[[], bool], send: Send | None = None) -> Run:
    """Apply everything due before `now - SKEW`. Stores whose mode or rules have changed come last, so that orders that
    are due do not wait for them; workers do them slice by slice, or without `send` this run."""
    swept = process_due(LAPSES, now - SKEW, now, out_of_time, send)
    if send:
        swept.failed += send_stores(swept.stores, send)
    else:
        swept.failed += process_stores(swept.stores, now, out_of_time)
    return swept


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`scheduled_time` is the nominal time of the run: the same event, delivered again, does the same work."""
    now = scheduled_time(event)
    swept = sweep(now, out_of_time(context), sender())
    late = (now - swept.oldest).total_seconds() if swept.oldest else 0
    metrics.add_metric("Sweeps", "Count", 1)
    metrics.add_metric("DeadlinesLapsed", "Count", swept.done)
    metrics.add_metric("DeadlinesFailed", "Count", swept.failed)
    metrics.add_metric("OldestDue", "Seconds", max(0, late))
    waits = ((now - store.at).total_seconds() for store in swept.stores)
    metrics.add_metric("OldestRearming", "Seconds", max(waits, default=0))
    result = swept.summary("lapsed")
    logger.info("swept", extra=result)
    return result
