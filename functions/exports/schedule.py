"""Every minute: begin the regular exports that are due, and drive on every export that has stopped moving.

The platform hands out only three months, so a seller who forgets loses the file for good; this one does not forget.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.operations import exports
from shared.telemetry import logger, metrics

STOP_BEFORE_MS = 10_000
"""No job is begun with less time left than this; the next minute's run goes on."""


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    now = datetime.now(UTC)

    def out_of_time() -> bool:
        return context.get_remaining_time_in_millis() < STOP_BEFORE_MS

    done = {"started": exports.start_regular(now, out_of_time), "driven": exports.drive_on(now, out_of_time)}
    metrics.add_metric("ExportRuns", "Count", 1)
    logger.info("exports looked after", extra=done)
    return done
