"""Every minute: begin the regular exports that are due, and drive on every export that has stopped moving.

The platform hands out only three months, so a seller who forgets loses the file for good; this one does not forget.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.operations import exports
from shared.scheduled_runs import out_of_time
from shared.telemetry import logger, metrics

STOP_BEFORE = 10
"""No job is begun with less time left than this; the next minute's run goes on."""


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    now = datetime.now(UTC)
    ends = out_of_time(context, STOP_BEFORE)
    done = {"started": exports.start_regular(now, ends), "driven": exports.drive_on(now, ends)}
    metrics.add_metric("ExportRuns", "Count", 1)
    logger.info("exports looked after", extra=done)
    return done
