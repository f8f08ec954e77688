"""Scheduled runs: their time, read from the event so that a second delivery does the same work, and when they end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext


def scheduled_time(event: Mapping[str, Any]) -> datetime:
    """The scheduled time of a run, never ahead of our own clock: nothing may happen early."""
    now = datetime.now(UTC)
    try:
        return min(now, datetime.fromisoformat(str(event["scheduled_time"])))
    except (KeyError, ValueError, TypeError):
        return now


def out_of_time(context: LambdaContext, seconds: float = 8) -> Callable[[], bool]:
    """Asks whether a run has less time left than this: it begins nothing more then. Eight seconds are enough for one
    entry of an index."""
    return lambda: context.get_remaining_time_in_millis() < seconds * 1000
