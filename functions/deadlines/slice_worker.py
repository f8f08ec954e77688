"""Slices of what is due, when it is more than one run can do: each message names a range of an index.

A message only says where to look. One that comes twice, late or out of order finds nothing due there any more, and what
a lost one named is found by the next run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.deadlines.due_items import slice_off
from shared.telemetry import logger, metrics

STOP_BEFORE_MS = 8_000


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """What there is no time for goes back to the queue, and so does a slice that could not be read."""

    def out_of_time() -> bool:
        return context.get_remaining_time_in_millis() < STOP_BEFORE_MS

    failures, done = [], 0
    for record in event["Records"]:
        try:
            run = slice_off(json.loads(record["body"]), datetime.now(UTC), out_of_time)
            done += run.done
            if run.complete and not (run.failed and not run.looked):
                continue
        except Exception:
            logger.exception("a slice could not be worked off")
        failures.append({"itemIdentifier": record["messageId"]})
    metrics.add_metric("SlicesDone", "Count", len(event["Records"]) - len(failures))
    logger.info("slices worked off", extra={"done": done, "failed": len(failures)})
    return {"batchItemFailures": failures}
