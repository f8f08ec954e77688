"""The daily check of a store: its digest, and the alert about orders that are about to leave the export window of the
platform."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.alerts.model import Cause
from shared.domain.stores import Store
from shared.domain.windows import next_regular

DEFAULT_HOUR = 9
"""The hour of the check for a store without a digest."""


@dataclass(frozen=True, slots=True)
class Day:
    """`due_at` is the time of the next daily check. `look_at` is the time of an extra check before it, after an export.
    `leaving` is the cause of the open alert about orders that leave the window."""

    store_id: str
    due_at: datetime
    look_at: datetime | None = None
    leaving: Cause | None = None
    version: int = 1

    @property
    def next_at(self) -> datetime:
        return min(self.due_at, self.look_at or self.due_at)


def next_due(store: Store, after: datetime) -> datetime:
    """The next time after `after` at the store's hour of the digest."""
    hour = store.alert_rules.digest_hour
    return next_regular(after, store.time_zone, "daily", DEFAULT_HOUR if hour is None else hour)


def rescheduled(day: Day | None, store: Store, now: datetime) -> Day:
    """The day, due at the store's hour after `now`; a new one if there is none."""
    due_at = next_due(store, now)
    return replace(day, due_at=due_at) if day else Day(store.store_id, due_at)


def after_export(day: Day, now: datetime) -> Day:
    """The day after an export has ended. If an alert about leaving orders is open, an extra check is due now, because
    the export may contain the orders."""
    return replace(day, look_at=now) if day.leaving else day
