"""Alert channels in the table: one item each in a partition that few functions may read, its secrets encrypted, and one
count. Former code kept the items among the store's own; such an item moves when its channel is next changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from typing import Any

from shared.domain.alerts.channels import LIMIT, Channel, ChannelKind, OffReason
from shared.store.dynamodb import keys
from shared.store.dynamodb.alert_records import ChannelRecord, ChannelsRecord
from shared.store.dynamodb.attributes import TIME, time_text
from shared.store.dynamodb.errors import Full, Missing, StoreError
from shared.store.dynamodb.records import Record
from shared.store.dynamodb.table import ABSENT, PRESENT, Delete, Put, Update, Write, get, query, stale, transact
from shared.store.encryption import CHANNELS, decrypt, encrypt
from shared.store.pages import Page, Position, page_of

_FIELDS = frozenset(field.name for field in fields(Channel))
_SECRETS = ("url", "secret", "old_secret", "code")
"""The URL of a robot has its token."""
_TIMES = ("created_at", "old_until", "off_at", "code_until")


def load(store_id: str, channel_id: str) -> Channel:
    """Read consistently; raises Missing, or Busy."""
    for pk in (keys.channels_pk(store_id), store_id):
        if record := get(ChannelRecord, pk, keys.CHANNEL + channel_id):
            return _channel(record)
    raise Missing("no such channel")


def of_store(store_id: str) -> list[Channel]:
    """All channels of a store, the oldest first; read consistently, so that an alert reaches every channel."""
    return [_channel(record) for record in _records(store_id, keys.CHANNEL, LIMIT)]


def page(store_id: str, limit: int, after: Position | None) -> Page[Channel]:
    """A page of channels, the oldest first."""
    lower = keys.CHANNEL + after.key + keys.AFTER_PREFIX if after else keys.CHANNEL
    channels = map(_channel, _records(store_id, lower, limit + 1))
    return page_of(channels, limit, lambda channel: channel.channel_id)


def _records(store_id: str, lower: str, most: int) -> list[ChannelRecord]:
    """The first items of channels from the sort key `lower` on, those of former code among them."""
    until = Record.sk.between(lower, keys.CHANNEL + "~")
    pks = (keys.channels_pk(store_id), store_id)
    records = [record for pk in pks for record in query(ChannelRecord, pk, until, limit=most)]
    return sorted(records, key=lambda record: str(record.sk))[:most]


def create(channel: Channel, also: Sequence[Write] = ()) -> None:
    """Raises Full at the limit."""
    counts = ChannelsRecord.channels
    room = ABSENT | (counts < LIMIT)
    transact(
        [
            Put(_record(channel), ABSENT, stale),
            Update(_count(channel.store_id), [Record.kind.set(ChannelsRecord), counts.add(1)], room, _full),
            *also,
        ]
    )


def change(before: Channel, after: Channel) -> tuple[Channel, list[Write]]:
    """The channel with the next version, and its writes. They raise Stale if the channel has changed. Costs a read."""
    saved = replace(after, version=before.version + 1)
    if _is_former(before):
        return saved, [Put(_record(saved), ABSENT, stale), _delete(before, before.store_id)]
    return saved, [Put(_record(saved), ChannelRecord.version == before.version, stale)]


def save(before: Channel, after: Channel, also: Sequence[Write] = ()) -> Channel:
    saved, writes = change(before, after)
    transact([*writes, *also])
    return saved


def move(store_id: str, channel_id: str) -> bool:
    """Move an item of former code to its partition, its secrets encrypted. False if it is there. Raises Missing, Stale
    or Busy."""
    channel = load(store_id, channel_id)
    if not _is_former(channel):
        return False
    save(channel, channel)
    return True


def delete(channel: Channel) -> None:
    """Raises Stale if the channel has changed since it was read. Its deliveries stay until they expire."""
    pk = channel.store_id if _is_former(channel) else keys.channels_pk(channel.store_id)
    one_less = [ChannelsRecord.channels.add(-1)]
    transact([_delete(channel, pk), Update(_count(channel.store_id), one_less, PRESENT, stale)])


def _is_former(channel: Channel) -> bool:
    return get(ChannelRecord, channel.store_id, keys.CHANNEL + channel.channel_id) is not None


def _delete(channel: Channel, pk: str) -> Delete:
    record = ChannelRecord(pk, keys.CHANNEL + channel.channel_id)
    return Delete(record, ChannelRecord.version == channel.version, stale)


def _record(channel: Channel) -> ChannelRecord:
    content = asdict(channel) | {name: time_text(getattr(channel, name)) for name in _TIMES}
    for name in ("store_id", "channel_id", "version"):
        del content[name]
    content = {name: value for name, value in content.items() if value is not None}
    secrets = {name: content.pop(name) for name in _SECRETS if name in content}
    owner = _owner(channel.store_id, channel.channel_id)
    return ChannelRecord(
        keys.channels_pk(channel.store_id),
        keys.CHANNEL + channel.channel_id,
        version=channel.version,
        content=content,
        secrets=encrypt(CHANNELS, owner, json.dumps(secrets)) if secrets else None,
    )


def _channel(record: ChannelRecord) -> Channel:
    store_id, channel_id = record.pk.removeprefix(keys.CHANNELS_PK), record.sk.removeprefix(keys.CHANNEL)
    content: dict[str, Any] = {name: value for name, value in record.content.items() if name in _FIELDS}
    if record.secrets:
        content |= json.loads(decrypt(CHANNELS, _owner(store_id, channel_id), record.secrets))
    content |= {name: TIME.deserialize(content[name]) for name in _TIMES if name in content}
    content |= {"kind": ChannelKind(content["kind"]), "kinds": tuple(content["kinds"])}
    content |= {"off": OffReason(content["off"])} if "off" in content else {}
    return Channel(store_id=store_id, channel_id=channel_id, version=int(record.version), **content)


def _owner(store_id: str, channel_id: str) -> str:
    return f"{store_id}#{channel_id}"


def _count(store_id: str) -> ChannelsRecord:
    return ChannelsRecord(store_id, keys.CHANNELS)


def _full() -> StoreError:
    return Full("the store has the maximum number of channels")
