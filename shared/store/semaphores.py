"""Semaphores: how many workers do one kind of work for one store at the same time.

One item of the store has a lease for each worker. A worker that dies leaves its lease to run out. To acquire and to
release cost one read unit and one write unit each.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.settings import settings
from shared.store.dynamodb import keys
from shared.store.dynamodb.errors import Busy
from shared.store.dynamodb.share_records import SemaphoreRecord
from shared.store.dynamodb.table import ABSENT, Put, get, put, stale
from shared.store.retries import ITEM_LIMIT, retry, time_limit


@dataclass(frozen=True, slots=True)
class Semaphore:
    """Half of the workers of a queue may work for one store, and half of these for one item, for example a channel; at
    least one each. `lease` is longer than a worker works before it releases its lease or acquires it again."""

    name: str
    lease: timedelta

    @property
    def of_store(self) -> int:
        return max(1, settings().worker_concurrency // 2)

    @property
    def of_item(self) -> int:
        return (self.of_store + 1) // 2

    def acquire(self, store_id: str, item: str, owner: str, now: datetime) -> bool:
        """Take a lease for the worker `owner`, or make its lease longer. False if the store or the item has all that it
        may have, or if the item of the leases stays busy."""

        def step(before: SemaphoreRecord | None) -> bool:
            leases = before.leases if before else {}
            others = {each: lease for each, lease in leases.items() if each != owner and lease[1] > keys.instant(now)}
            of_item = sum(lease[0] == item for lease in others.values())
            if len(others) >= self.of_store or of_item >= self.of_item:
                return False
            self._save(store_id, before, others | {owner: [item, keys.instant(now + self.lease)]})
            return True

        try:
            with time_limit(ITEM_LIMIT):
                return retry(step, lambda: self._load(store_id))
        except Busy:
            return False

    def release(self, store_id: str, owner: str) -> None:
        """If this fails, the lease runs out."""

        def step(before: SemaphoreRecord | None) -> None:
            if before and owner in before.leases:
                self._save(store_id, before, {each: it for each, it in before.leases.items() if each != owner})

        with suppress(Busy), time_limit(ITEM_LIMIT):
            retry(step, lambda: self._load(store_id))

    def _load(self, store_id: str) -> SemaphoreRecord | None:
        return get(SemaphoreRecord, store_id, keys.semaphore_sk(self.name))

    def _save(self, store_id: str, before: SemaphoreRecord | None, leases: dict[str, list[str]]) -> None:
        record = SemaphoreRecord(
            store_id, keys.semaphore_sk(self.name), version=int(before.version) + 1 if before else 1, leases=leases
        )
        put(Put(record, SemaphoreRecord.version == before.version if before else ABSENT, stale))
