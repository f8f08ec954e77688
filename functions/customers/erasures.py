"""Every minute: continue the erasures of buyers' personal data.

A run that is out of time stores its position, and the next run continues from there. After a restore of the table,
`{"replay": true}` requests the erasures again that the restored table does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from shared.startup import collector_off

with collector_off():
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from shared.operations.customers import erasures
    from shared.operations.customers.replay import replay
    from shared.scheduled_runs import out_of_time, scheduled_time
    from shared.telemetry import logger, metrics


STOP_BEFORE = 15
"""No order is started with less time left than this."""


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    if event.get("replay"):
        replayed = asdict(replay(out_of_time(context, STOP_BEFORE)))
        logger.info("erasures requested again", extra=replayed)
        return replayed
    passed = erasures.resume(scheduled_time(event), out_of_time(context, STOP_BEFORE))
    metrics.add_metric("ErasureRuns", "Count", 1)
    logger.info("erasures continued", extra={"passed": passed})
    return {"passed": passed}
