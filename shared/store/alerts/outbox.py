"""The outbox: alerts and deliveries that wait in the clock's index until a message asks a worker to deal with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.store.alerts.alerts import ALERT
from shared.store.dynamodb import indexes, keys
from shared.store.dynamodb.alert_records import AlertRecord, DeliveryRecord
from shared.store.dynamodb.errors import Stale
from shared.store.dynamodb.records import Record
from shared.store.dynamodb.table import Update, stale, update

AGAIN_AFTER = timedelta(minutes=3)
"""How long a message to a worker has before it is sent again."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """`key` is its entry in the clock's index, `ids` what a message names: store and alert, or store, channel and
    delivery."""

    key: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outbox:
    """What waits for a message of one kind, spread over shards. `record` is the item that `ids` name."""

    shards: Callable[[], list[str]]
    record: Callable[..., Record]

    def waiting(self, shard: str, until: datetime) -> Iterator[Waiting]:
        """What a shard holds that is due, the longest wait first, lazily; one query where nothing is."""
        for key, _ in indexes.due(indexes.CLOCK, shard, until):
            yield Waiting(key, tuple(key.split("#")[1:]))

    def put_off(self, each: Waiting, now: datetime) -> bool:
        """Move its entry on, so that its message is sent again unless somebody deals with it; False where another run
        has moved it, or it has been dealt with."""
        later = Record.fires_at.set(keys.sort_key(now + AGAIN_AFTER, *each.ids))
        try:
            update(Update(self.record(*each.ids), [later], Record.fires_at == each.key, stale))
        except Stale:
            return False
        return True


def _delivery(store_id: str, channel_id: str, delivery_id: str) -> DeliveryRecord:
    return DeliveryRecord(keys.channel_pk(store_id, channel_id), keys.delivery_sk(delivery_id))


ALERTS = Outbox(keys.outbox_shards, lambda *ids: AlertRecord(keys.alert_pk(*ids), ALERT))
DELIVERIES = Outbox(keys.delivery_shards, _delivery)
