"""Rate limits: how often something may be done for one item of a store, for example a test of a channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.store.dynamodb import keys
from shared.store.dynamodb.errors import Full
from shared.store.dynamodb.records import Record
from shared.store.dynamodb.share_records import RateRecord
from shared.store.dynamodb.table import ABSENT, Update, update

KEPT = timedelta(hours=1)
"""DynamoDB deletes the count of a period this long after its end."""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `limit` times in each `period`. Periods follow the clock: a minute begins at second 0."""

    name: str
    limit: int
    period: timedelta

    def use(self, store_id: str, item: str, now: datetime) -> None:
        """Count one use. One write unit. Raises Full if the limit is reached, or Busy."""
        used, ends = RateRecord.used, self._end(now) + KEPT.total_seconds()
        update(
            Update(
                RateRecord(store_id, keys.rate_sk(self.name, item, self._number(now))),
                [Record.kind.set(RateRecord), used.add(1), RateRecord.expires_at.set(int(ends))],
                ABSENT | (used < self.limit),
                lambda: Full("the limit of the period is reached"),
            )
        )

    def seconds_left(self, now: datetime) -> int:
        """Seconds to the next period, rounded up."""
        return max(1, -int(-(self._end(now) - now.timestamp()) // 1))

    def _number(self, now: datetime) -> int:
        return int(now.timestamp() // self.period.total_seconds())

    def _end(self, now: datetime) -> float:
        return (self._number(now) + 1) * self.period.total_seconds()
