"""Deliveries in the table: those of a channel in one partition, the pending ones in the clock's index as well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from shared.domain.alerts.deliveries import KEPT, Attempt, Delivery, Lease, State, What
from shared.store.dynamodb import keys
from shared.store.dynamodb.attributes import InstantAttribute
from shared.store.dynamodb.errors import Exists, Missing, Stale
from shared.store.dynamodb.records import DeliveryRecord, Record
from shared.store.dynamodb.table import (
    Put,
    Update,
    Write,
    absent,
    get,
    put,
    query,
    query_keys,
    stale,
    transact,
    update,
)

AGAIN_AFTER = timedelta(minutes=3)
"""How long a message to a worker has before it is sent again."""
_FIELDS = frozenset(field.name for field in fields(Delivery))
_TIMES = ("next_at", "since")
_time = InstantAttribute()


def load(store_id: str, channel_id: str, delivery_id: str) -> Delivery:
    """Read consistently; raises Missing."""
    record = get(keys.channel_pk(store_id, channel_id), keys.delivery_sk(delivery_id))
    if not isinstance(record, DeliveryRecord):
        raise Missing("no such delivery")
    return _delivery(record)


def create(delivery: Delivery) -> None:
    """Raises Exists: there is one delivery of an alert to a channel, however often it is handed over."""
    put(Put(_record(delivery), absent(), lambda: Exists("the delivery is there already")))


def save(before: Delivery, after: Delivery) -> Delivery:
    """The delivery one version on. Raises Stale where somebody else was first."""
    saved = replace(after, version=before.version + 1)
    put(_change(before, saved))
    return saved


def save_all(changes: Sequence[tuple[Delivery, Delivery]], also: Sequence[Write] = ()) -> None:
    """All of these at once, with whatever must happen with them. Raises Stale."""
    writes = [_change(before, replace(after, version=before.version + 1)) for before, after in changes]
    if len(writes) == 1 and not also:
        put(writes[0])
    else:
        transact([*writes, *also])


def page(store_id: str, channel_id: str, limit: int, before: str | None, now: datetime) -> list[Delivery]:
    """Up to `limit` deliveries of a channel before this one's id, the latest first; whose time is over are not there,
    whether they have been cleared away or not."""
    upper = keys.delivery_sk(before) if before else keys.DELIVERY + "~"
    mine = Record.sk.between(keys.DELIVERY, upper)
    found = query(keys.channel_pk(store_id, channel_id), mine, limit=limit + bool(before), forward=False)
    there = [record for record in found if isinstance(record, DeliveryRecord) and not _over(record, now)]
    return [each for each in map(_delivery, there) if each.delivery_id != before][:limit]


def near(delivery: Delivery, limit: int) -> Iterator[Delivery]:
    """Those of the same channel right after it, and then right before, up to `limit` each: alerts of one moment lie
    side by side, while their messages come in any order."""
    pk, own = keys.channel_pk(delivery.store_id, delivery.channel_id), keys.delivery_sk(delivery.delivery_id)
    for side, forward in ((Record.sk.between(own, keys.DELIVERY + "~"), True), (Record.sk < own, False)):
        for record in query(pk, side, limit=limit + forward, forward=forward):
            if isinstance(record, DeliveryRecord) and record.sk != own:
                yield _delivery(record)


# ---- the clock


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that somebody must look at; `key` is its entry in the clock's index."""

    store_id: str
    channel_id: str
    delivery_id: str
    key: str


def waiting(shard: str, until: datetime) -> Iterator[Waiting]:
    """What a shard holds that is due, the longest wait first, lazily; one query where nothing is."""
    for key, pk in query_keys("by_clock", shard, Record.fires_at < keys.instant(until), "fires_at"):
        store_id, _, channel_id = pk.split("#")
        yield Waiting(store_id, channel_id, key.split("#")[-1], key)


def put_off(each: Waiting, now: datetime) -> bool:
    """Move its entry on, so that its message is sent again unless a worker takes it; False where it has moved."""
    later = keys.sort_key(now + AGAIN_AFTER, each.store_id, each.channel_id, each.delivery_id)
    record = DeliveryRecord(keys.channel_pk(each.store_id, each.channel_id), keys.delivery_sk(each.delivery_id))
    try:
        update(Update(record, [Record.fires_at.set(later)], Record.fires_at == each.key, stale))
    except Stale:
        return False
    return True


def _change(before: Delivery, after: Delivery) -> Put:
    return Put(_record(after), DeliveryRecord.version == before.version, stale)


def _record(delivery: Delivery) -> DeliveryRecord:
    content = asdict(delivery) | {name: _told(getattr(delivery, name)) for name in _TIMES}
    lease, looks_at = delivery.lease, delivery.looks_at
    content |= {
        "lease": lease and [lease.owner, _told(lease.until)],
        "attempts": [[_told(each.at), each.status, each.milliseconds, each.why] for each in delivery.attempts],
    }
    for name in ("store_id", "channel_id", "delivery_id", "version", "state", "created_at"):
        del content[name]
    ids = (delivery.store_id, delivery.channel_id, delivery.delivery_id)
    last = max((each.at for each in delivery.attempts), default=delivery.created_at)
    return DeliveryRecord(
        keys.channel_pk(delivery.store_id, delivery.channel_id),
        keys.delivery_sk(delivery.delivery_id),
        version=delivery.version,
        state=str(delivery.state),
        created_at=delivery.created_at,
        content={name: value for name, value in content.items() if value is not None},
        clock_shard=keys.delivery_shard(delivery.channel_id, delivery.delivery_id) if looks_at else None,
        fires_at=keys.sort_key(looks_at, *ids) if looks_at else None,
        expires_at=None if looks_at else int((max(last, delivery.created_at) + KEPT).timestamp()),
    )


def _delivery(record: DeliveryRecord) -> Delivery:
    store_id, _, channel_id = record.pk.split("#")
    content: dict[str, Any] = {name: value for name, value in record.content.items() if name in _FIELDS}
    content |= {name: _time.deserialize(content[name]) for name in _TIMES if name in content}
    lease = content.get("lease")
    content |= {
        "what": What(content["what"]),
        "lease": Lease(lease[0], _time.deserialize(lease[1])) if lease else None,
        "attempts": tuple(Attempt(_time.deserialize(at), *rest) for at, *rest in content["attempts"]),
    }
    return Delivery(
        store_id=store_id,
        channel_id=channel_id,
        delivery_id=record.sk.removeprefix(keys.DELIVERY),
        state=State(record.state),
        created_at=record.created_at,
        version=int(record.version),
        **content,
    )


def _over(record: DeliveryRecord, now: datetime) -> bool:
    return record.expires_at is not None and record.expires_at <= now.timestamp()


def _told(at: datetime | None) -> str | None:
    return _time.serialize(at) if at else None
