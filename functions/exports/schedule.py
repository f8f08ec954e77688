"""Every minute: start the regular exports that are due, and resume each export whose message or worker was lost.

The platform offers only the last three months for download, so a regular export keeps older orders available.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from shared.startup import collector_off

with collector_off():
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from shared.operations import exports
    from shared.scheduled_runs import out_of_time, scheduled_time
    from shared.telemetry import logger, metrics


STOP_BEFORE = 10
"""No job is started with less time left than this; the next run continues."""


def _run(step: Callable[[datetime, Callable[[], bool]], int], now: datetime, ends: Callable[[], bool]) -> int:
    """One of the two steps; if it fails, the other one is not stopped."""
    try:
        return step(now, ends)
    except Exception:
        logger.exception("the exports that are due could not be read", extra={"step": step.__name__})
        metrics.add_metric("ExportsFailed", "Count", 1)
        return 0


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    now = scheduled_time(event)
    ends = out_of_time(context, STOP_BEFORE)
    counts = {"started": _run(exports.start_regular, now, ends), "resumed": _run(exports.resume, now, ends)}
    metrics.add_metric("ExportRuns", "Count", 1)
    logger.info("exports started and resumed", extra=counts)
    return counts
