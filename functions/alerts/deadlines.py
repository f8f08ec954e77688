"""The clock: every minute, whatever has lapsed takes effect.

The index only finds candidates; each is loaded, asked again and saved by a conditional write, so that a sweep that runs
twice, late or beside another does the same work once. No outcome depends on when it runs: a command that comes first
applies the same lapses itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.operations.orders import lapse_order
from shared.operations.stores import rearm_store
from shared.store import keys, lists
from shared.store.errors import Busy, Missing
from shared.telemetry import logger, metrics, tracer

SKEW = timedelta(seconds=30)
"""Clocks differ: a sweep lets a timer lapse this long after it was due, never before."""
STOP_BEFORE_MS = 8_000


@dataclass(slots=True)
class Swept:
    """What one run did."""

    looked: int = 0
    lapsed: int = 0
    failed: int = 0
    complete: bool = True


def sweep(now: datetime, enough: Callable[[], bool]) -> Swept:
    """Everything due before `now` less the skew, one query a shard where nothing is. `enough` ends it early; the next
    run goes on, because what was done is no longer due, and starts with another shard, so that none waits for ever.

    Stores whose mode has changed come last: orders that are due wait for nobody's settings.
    """
    before, swept, stores = now - SKEW, Swept(), list[str]()
    shards = keys.clock_shards()
    first = int(now.timestamp() // 60) % len(shards)
    for shard in (*shards[first:], *shards[:first]):
        try:
            for store_id, order_id in lists.due(shard, before):
                if enough():
                    swept.complete = False
                    return swept
                swept.looked += 1
                if order_id:
                    swept.lapsed += _lapsed(store_id, order_id, before, now, swept)
                else:
                    stores.append(store_id)
        except Busy:
            swept.failed += 1
            logger.warning("a shard is left for the next sweep", extra={"shard": shard})
    for store_id in stores:
        try:
            rearm_store(store_id, now=now, before=before, enough=enough)
        except (Busy, Missing) as error:
            swept.failed += 1
            logger.warning(
                "a store is left for the next sweep", extra={"store_id": store_id, "why": type(error).__name__}
            )
    return swept


def _lapsed(store_id: str, order_id: str, before: datetime, now: datetime, swept: Swept) -> bool:
    order = f"{store_id}/{order_id}"
    try:
        return lapse_order(store_id, order_id, before=before, now=now) is not None
    except (Busy, Missing) as error:
        logger.warning("left for the next sweep", extra={"order": order, "why": type(error).__name__})
    except Exception:
        logger.exception("a lapse failed", extra={"order": order})  # one unreadable order must not stop the others
    swept.failed += 1
    return False


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`scheduled_time` is the nominal time of the run: the same event, delivered again, does the same work."""
    swept = sweep(_nominal(event), lambda: context.get_remaining_time_in_millis() < STOP_BEFORE_MS)
    metrics.add_metric("DeadlinesLapsed", "Count", swept.lapsed)
    metrics.add_metric("DeadlinesFailed", "Count", swept.failed)
    logger.info(
        "swept",
        extra={"looked": swept.looked, "lapsed": swept.lapsed, "failed": swept.failed, "complete": swept.complete},
    )
    return {"looked": swept.looked, "lapsed": swept.lapsed, "failed": swept.failed, "complete": swept.complete}


def _nominal(event: Mapping[str, Any]) -> datetime:
    """Never ahead of our own clock: nothing may lapse early."""
    now = datetime.now(UTC)
    try:
        return min(now, datetime.fromisoformat(str(event["scheduled_time"])))
    except (KeyError, ValueError, TypeError):
        return now
