"""Every minute: go on with the erasures of buyers' personal data that are under way.

A run ends where its time does and leaves word of how far it came; the next goes on from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.operations import erasures
from shared.scheduled_runs import out_of_time
from shared.telemetry import logger, metrics

STOP_BEFORE = 15
"""No order is begun with less time left than this."""


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    passed = erasures.drive_on(datetime.now(UTC), out_of_time(context, STOP_BEFORE))
    metrics.add_metric("ErasureRuns", "Count", 1)
    logger.info("erasures driven on", extra={"passed": passed})
    return {"passed": passed}
