"""Every minute: resume each import whose message or worker was lost, and start each whose upload was not reported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.startup import collector_off

with collector_off():
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from shared.operations.imports import imports
    from shared.scheduled_runs import out_of_time, scheduled_time
    from shared.telemetry import logger, metrics


STOP_BEFORE = 10


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    counts = {"resumed": imports.resume(scheduled_time(event), out_of_time(context, STOP_BEFORE))}
    metrics.add_metric("ImportRuns", "Count", 1)
    logger.info("imports resumed", extra=counts)
    return counts
