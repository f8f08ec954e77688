"""Alert channels in the table: one item each among the store's own, and one count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from typing import Any

from shared.domain.alerts.channels import LIMIT, Channel, ChannelKind, OffReason
from shared.store.dynamodb import keys, table
from shared.store.dynamodb.alert_records import ChannelRecord, ChannelsRecord
from shared.store.dynamodb.attributes import InstantAttribute
from shared.store.dynamodb.errors import Full, StoreError
from shared.store.dynamodb.records import Record
from shared.store.dynamodb.table import Delete, Put, Update, Write, absent, present, query, stale, transact
from shared.store.pages import Page, Position, page_of

_FIELDS = frozenset(field.name for field in fields(Channel))
_TIMES = ("created_at", "old_until", "off_at")
_time = InstantAttribute()


def load(store_id: str, channel_id: str) -> Channel:
    """Read consistently; raises Missing."""
    return _channel(table.load(ChannelRecord, store_id, keys.channel_sk(channel_id)))


def of_store(store_id: str) -> list[Channel]:
    """All channels of a store, the oldest first; read consistently, so that an alert reaches every channel."""
    records = query(store_id, Record.sk.startswith(keys.CHANNEL))
    return [_channel(record) for record in records if isinstance(record, ChannelRecord)]


def page(store_id: str, limit: int, after: Position | None) -> Page[Channel]:
    """A page of channels, the oldest first."""
    lower = keys.channel_sk(after.key) + keys.AFTER_PREFIX if after else keys.CHANNEL
    records = query(store_id, Record.sk.between(lower, keys.CHANNEL + "~"), limit=limit + 1)
    channels = (_channel(record) for record in records if isinstance(record, ChannelRecord))
    return page_of(channels, limit, lambda channel: channel.channel_id)


def create(channel: Channel, also: Sequence[Write] = ()) -> None:
    """Raises Full at the limit."""
    counts = ChannelsRecord.channels
    room = absent() | (counts < LIMIT)
    transact(
        [
            Put(_record(channel), absent(), stale),
            Update(_count(channel.store_id), [Record.kind.set(ChannelsRecord), counts.add(1)], room, _full),
            *also,
        ]
    )


def change(before: Channel, after: Channel) -> tuple[Channel, Write]:
    """The channel with the next version, and its write. The write raises Stale if the channel has changed."""
    saved = replace(after, version=before.version + 1)
    return saved, Put(_record(saved), ChannelRecord.version == before.version, stale)


def save(before: Channel, after: Channel, also: Sequence[Write] = ()) -> Channel:
    saved, write = change(before, after)
    transact([write, *also])
    return saved


def delete(channel: Channel) -> None:
    """Raises Stale if the channel has changed since it was read. Its deliveries stay until they expire."""
    transact(
        [
            Delete(_record(channel), ChannelRecord.version == channel.version, stale),
            Update(_count(channel.store_id), [ChannelsRecord.channels.add(-1)], present(), stale),
        ]
    )


def _record(channel: Channel) -> ChannelRecord:
    content = asdict(channel) | {name: _time_text(getattr(channel, name)) for name in _TIMES}
    for name in ("store_id", "channel_id", "version"):
        del content[name]
    content = {name: value for name, value in content.items() if value is not None}
    return ChannelRecord(
        channel.store_id, keys.channel_sk(channel.channel_id), version=channel.version, content=content
    )


def _channel(record: ChannelRecord) -> Channel:
    content: dict[str, Any] = {name: value for name, value in record.content.items() if name in _FIELDS}
    content |= {name: _time.deserialize(content[name]) for name in _TIMES if name in content}
    content |= {"kind": ChannelKind(content["kind"]), "kinds": tuple(content["kinds"])}
    content |= {"off": OffReason(content["off"])} if "off" in content else {}
    return Channel(
        store_id=record.pk,
        channel_id=record.sk.removeprefix(keys.CHANNEL),
        version=int(record.version),
        **content,
    )


def _time_text(at: Any) -> str | None:
    return _time.serialize(at) if at else None


def _count(store_id: str) -> ChannelsRecord:
    return ChannelsRecord(store_id, keys.CHANNELS)


def _full() -> StoreError:
    return Full("the store has the maximum number of channels")
