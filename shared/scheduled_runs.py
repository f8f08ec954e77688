"""The time of a scheduled run, read from its event: the same event, delivered again, does the same work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def scheduled_time(event: Mapping[str, Any]) -> datetime:
    """The scheduled time of a run, never ahead of our own clock: nothing may happen early."""
    now = datetime.now(UTC)
    try:
        return min(now, datetime.fromisoformat(str(event["scheduled_time"])))
    except (KeyError, ValueError, TypeError):
        return now
