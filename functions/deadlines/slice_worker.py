"""Process slices of what is due, if that is more than one run can do. Each message names a range of an index, or a
store whose settings have changed.

A message has no content of its own: if it is delivered twice, late or out of order, nothing in its range is due any
more. The next run finds the items of a lost message.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from shared.startup import collector_off

with collector_off():
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from functions.deadlines import store_slices
    from functions.deadlines.due_items import process_slice
    from functions.deadlines.store_slices import process_store_slice
    from shared.scheduled_runs import out_of_time
    from shared.store import queues
    from shared.telemetry import logger, metrics


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """A slice that was not finished or could not be read goes back to the queue."""
    failures, done, rearmed, failed = [], 0, 0, 0
    for record in event["Records"]:
        try:
            message, ends = json.loads(record["body"]), out_of_time(context)
            if message["work"] == store_slices.WORK:  # what fails stays due, and the sweep sends it again
                run = process_store_slice(message, datetime.now(UTC), ends, queues.send_slices)
                rearmed, failed = rearmed + run.checked, failed + run.failed
                continue
            run = process_slice(message, datetime.now(UTC), ends)
            done += run.done
            if run.complete and not (run.failed and not run.checked):
                continue
        except Exception:
            logger.exception("a slice could not be processed")
        failures.append({"itemIdentifier": record["messageId"]})
    metrics.add_metric("SlicesDone", "Count", len(event["Records"]) - len(failures))
    metrics.add_metric("OrdersRearmed", "Count", rearmed)
    metrics.add_metric("DeadlinesFailed", "Count", failed)
    logger.info("slices processed", extra={"done": done, "rearmed": rearmed, "failed": len(failures)})
    return {"batchItemFailures": failures}
