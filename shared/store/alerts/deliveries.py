"""Deliveries in the table: one partition for each channel; pending ones are also in the clock's index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

from shared.domain.alerts.deliveries import RETENTION, Attempt, Delivery, Lease, MessageKind, State
from shared.store.dynamodb import keys, table
from shared.store.dynamodb.alert_records import DeliveryRecord
from shared.store.dynamodb.attributes import TIME, time_text
from shared.store.dynamodb.errors import Exists
from shared.store.dynamodb.records import Record
from shared.store.dynamodb.table import (
    ABSENT,
    Put,
    Write,
    put,
    query,
    stale,
)
from shared.store.pages import Page, Position, page_of

_FIELDS = frozenset(field.name for field in fields(Delivery))
_TIMES = ("next_at", "since")


def load(store_id: str, channel_id: str, delivery_id: str) -> Delivery:
    """Read consistently; raises Missing."""
    return _delivery(table.load(DeliveryRecord, keys.channel_pk(store_id, channel_id), keys.DELIVERY + delivery_id))


def create(delivery: Delivery) -> None:
    """Raises Exists: an alert has one delivery for each channel, also when a message arrives twice."""
    put(creating(delivery))


def creating(delivery: Delivery) -> Put:
    """The write of a new delivery."""
    return Put(_record(delivery), ABSENT, lambda: Exists("the delivery exists"))


def save(before: Delivery, after: Delivery) -> Delivery:
    """Write a changed delivery with the next version; returns it. Raises Stale if it has changed since it was read."""
    saved = replace(after, version=before.version + 1)
    put(_change(before, saved))
    return saved


def save_all(changes: Sequence[tuple[Delivery, Delivery]], also: Sequence[Write] = ()) -> None:
    """Write all (before, after) changes in one transaction with `also`. Raises Stale."""
    writes = [_change(before, replace(after, version=before.version + 1)) for before, after in changes]
    table.save(writes[0], [*writes[1:], *also])


def page(store_id: str, channel_id: str, limit: int, after: Position | None, now: datetime) -> Page[Delivery]:
    """A page of a channel's deliveries, the latest first, without expired ones (DynamoDB deletes those later)."""
    pk, before = keys.channel_pk(store_id, channel_id), after and after.key
    upper = keys.DELIVERY + (before or "~")
    until = Record.sk.between(keys.DELIVERY, upper)
    records = query(DeliveryRecord, pk, until, limit=limit + 1 + bool(before), forward=False)
    current = (_delivery(each) for each in records if not _expired(each, now))
    return page_of((each for each in current if each.delivery_id != before), limit, lambda each: each.delivery_id)


def of_channel(store_id: str, channel_id: str) -> Iterator[Delivery]:
    """All deliveries of a channel, the latest first, lazily: one read unit for each 4 KB."""
    pk, begins = keys.channel_pk(store_id, channel_id), Record.sk.startswith(keys.DELIVERY)
    return map(_delivery, query(DeliveryRecord, pk, begins, forward=False))


def around(delivery: Delivery, limit: int) -> Iterator[Delivery]:
    """Deliveries of the same channel: up to `limit` after this one, then up to `limit` before it. Deliveries of alerts
    of one time are neighbours; their messages arrive in any order."""
    pk, own = keys.channel_pk(delivery.store_id, delivery.channel_id), keys.DELIVERY + delivery.delivery_id
    for side, forward in ((Record.sk.between(own, keys.DELIVERY + "~"), True), (Record.sk < own, False)):
        for record in query(DeliveryRecord, pk, side, limit=limit + forward, forward=forward):
            if record.sk != own:
                yield _delivery(record)


def _change(before: Delivery, after: Delivery) -> Put:
    return Put(_record(after), DeliveryRecord.version == before.version, stale)


def _record(delivery: Delivery) -> DeliveryRecord:
    content = asdict(delivery) | {name: time_text(getattr(delivery, name)) for name in _TIMES}
    lease, check_at = delivery.lease, delivery.next_check_at
    content |= {
        "lease": lease and [lease.owner, time_text(lease.until)],
        "attempts": [[time_text(each.at), each.status, each.milliseconds, each.why] for each in delivery.attempts],
    }
    for name in ("store_id", "channel_id", "delivery_id", "version", "state", "created_at"):
        del content[name]
    ids = (delivery.store_id, delivery.channel_id, delivery.delivery_id)
    last = max((each.at for each in delivery.attempts), default=delivery.created_at)
    return DeliveryRecord(
        keys.channel_pk(delivery.store_id, delivery.channel_id),
        keys.DELIVERY + delivery.delivery_id,
        version=delivery.version,
        state=str(delivery.state),
        created_at=delivery.created_at,
        content={name: value for name, value in content.items() if value is not None},
        clock_shard=keys.DELIVERIES.of(delivery.channel_id, delivery.delivery_id) if check_at else None,
        fires_at=keys.sort_key(check_at, *ids) if check_at else None,
        expires_at=None if check_at else int((max(last, delivery.created_at) + RETENTION).timestamp()),
    )


def _delivery(record: DeliveryRecord) -> Delivery:
    store_id, _, channel_id = record.pk.split("#")
    content: dict[str, Any] = {name: value for name, value in record.content.items() if name in _FIELDS}
    content |= {name: TIME.deserialize(content[name]) for name in _TIMES if name in content}
    lease = content.get("lease")
    content |= {
        "what": MessageKind(content["what"]),
        "lease": Lease(lease[0], TIME.deserialize(lease[1])) if lease else None,
        "attempts": tuple(Attempt(TIME.deserialize(at), *rest) for at, *rest in content["attempts"]),
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


def _expired(record: DeliveryRecord, now: datetime) -> bool:
    return record.expires_at is not None and record.expires_at <= now.timestamp()
