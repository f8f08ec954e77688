"""The daily look at a store: its digest, and orders that are about to leave the platform's window."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.alerts.model import Cause
from shared.domain.stores import Store
from shared.domain.windows import next_regular

USUAL_HOUR = 9
"""The hour of a store that wants no digest: it is told of orders that leave the window all the same."""


@dataclass(frozen=True, slots=True)
class Day:
    """`due_at` is when the store is told next; `look_at` when somebody should look before that, because something has
    happened; `leaving` the open alert about orders that leave the platform's window."""

    store_id: str
    due_at: datetime
    look_at: datetime | None = None
    leaving: Cause | None = None
    version: int = 1

    @property
    def next_at(self) -> datetime:
        return min(self.due_at, self.look_at or self.due_at)


def next_due(store: Store, after: datetime) -> datetime:
    """The store's hour of the day, after a moment."""
    hour = store.alert_rules.digest_hour
    return next_regular(after, store.time_zone, "daily", USUAL_HOUR if hour is None else hour)


def rescheduled(day: Day | None, store: Store, now: datetime) -> Day:
    """The day, due at the store's own hour from now on; a new one where there is none."""
    due_at = next_due(store, now)
    return replace(day, due_at=due_at) if day else Day(store.store_id, due_at)


def after_export(day: Day, now: datetime) -> Day:
    """An export has ended: what was about to leave the window may be in it. The day's own time comes anyway."""
    return replace(day, look_at=now) if day.leaving else day
