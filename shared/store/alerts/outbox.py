"""The outbox: alerts and deliveries in the clock's index that wait for a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.store.alerts.alerts import ALERT
from shared.store.dynamodb import indexes, keys
from shared.store.dynamodb.alert_records import AlertRecord, DeliveryRecord
from shared.store.dynamodb.errors import Busy, Stale
from shared.store.dynamodb.records import Record
from shared.store.dynamodb.table import Update, stale, update
from shared.store.retries import attempts, time_limit

AGAIN_AFTER = timedelta(minutes=3)
"""The time after which the message to a worker is sent again."""
ENTRY_SECONDS = 1.0
"""So long the conflicts of one entry are retried. A run has many entries."""


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """`key` is the sort key in the clock's index. `ids` are store and alert, or store, channel and delivery."""

    key: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outbox:
    """The entries of one kind, spread over shards. `record` makes the item of the `ids`."""

    shards: keys.Shards
    record: Callable[..., Record]

    def pending(self, shard: str, until: datetime) -> Iterator[OutboxEntry]:
        """The entries of a shard that are due before `until`, earliest first, lazily. One query if nothing is due."""
        for key, _ in indexes.due(indexes.CLOCK, shard, until):
            yield OutboxEntry(key, tuple(key.split("#")[1:]))

    def postpone(self, entry: OutboxEntry, now: datetime) -> bool:
        """Set the entry's time to `now` + AGAIN_AFTER, when its message is sent again unless a worker has removed it.
        False if another run has changed the entry or a worker has removed it. Conflicts are retried. Raises Busy."""
        later = Record.fires_at.set(keys.sort_key(now + AGAIN_AFTER, *entry.ids))
        write = Update(self.record(*entry.ids), [later], Record.fires_at == entry.key, stale)
        with time_limit(ENTRY_SECONDS):
            for number in attempts():
                try:
                    update(write)
                    return True
                except Stale:
                    return number > 0  # an attempt before this one had its effect, and its answer was lost
                except Busy:
                    continue
        raise Busy("the entry stays busy")


def new_alert(record: Mapping[str, Any]) -> tuple[str, str]:
    """The store and the id of the alert that a record of the table's stream is about. The stream has keys alone, so
    the alert may have no entry in the outbox."""
    return keys.ids_of_alert(record["dynamodb"]["Keys"]["pk"]["S"])


def _delivery(store_id: str, channel_id: str, delivery_id: str) -> DeliveryRecord:
    return DeliveryRecord(keys.channel_pk(store_id, channel_id), keys.DELIVERY + delivery_id)


ALERTS = Outbox(keys.OUTBOX, lambda *ids: AlertRecord(keys.alert_pk(*ids), ALERT))
DELIVERIES = Outbox(keys.DELIVERIES, _delivery)
