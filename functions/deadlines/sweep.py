"""Every minute: apply the timers of orders that have lapsed.

No outcome depends on when a run starts: a command that comes first applies the same lapses itself. due_items.py says
what a run does itself and what it sends to workers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.deadlines.due_items import LAPSES, Run, Send, process_due, sender
from shared.operations.stores import rearm_store
from shared.operations.terms import write_terms
from shared.scheduled_runs import out_of_time, scheduled_time
from shared.store.dynamodb.errors import Busy, Missing, Stale
from shared.telemetry import logger, metrics

SKEW = timedelta(seconds=30)
"""Clocks differ, so a sweep applies a timer only this long after its due time."""


def sweep(now: datetime, out_of_time: Callable[[], bool], send: Send | None = None) -> Run:
    """Apply everything due before `now - SKEW`. Stores whose mode or rules have changed come last, so that orders that
    are due do not wait for them."""
    before = now - SKEW
    swept = process_due(LAPSES, before, now, out_of_time, send)
    for store_id in swept.stores:
        try:
            swept.failed += rearm_store(store_id, now=now, before=before, out_of_time=out_of_time).failed
        except (Busy, Missing) as error:
            swept.failed += 1
            logger.warning(
                "a store is left for the next run", extra={"store_id": store_id, "why": type(error).__name__}
            )
        except Exception:  # one store's settings that cannot be read must not stop the others
            swept.failed += 1
            logger.exception("a store could not be re-armed", extra={"store_id": store_id})
        try:
            write_terms(store_id, now=now, before=before, out_of_time=out_of_time)
        except (Busy, Stale):
            logger.warning("the terms of a store are left for the next run", extra={"store_id": store_id})
        except Exception:  # as above
            swept.failed += 1
            logger.exception("the terms of a store could not be written", extra={"store_id": store_id})
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
    result = {name: getattr(swept, name) for name in ("checked", "lapsed", "failed", "sent", "complete")}
    logger.info("swept", extra=result)
    return result
