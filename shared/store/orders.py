"""Orders in the table: one item collection each, loaded with one query, changed by one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.commands import Actor
from shared.domain.history import Entry
from shared.domain.orders import Order
from shared.store import keys
from shared.store.counters import counted
from shared.store.errors import Exists, Missing
from shared.store.items import (
    content_of,
    detail_of,
    dispute_record,
    entry_of,
    entry_record,
    head_of,
    order_of,
    parcel_record,
    refund_record,
)
from shared.store.records import (
    AccessRecord,
    DetailRecord,
    DisputeRecord,
    HistoryRecord,
    OrderRecord,
    ParcelRecord,
    Record,
    RefundRecord,
)
from shared.store.table import Delete, Put, Write, absent, present, put, query, stale, transact


@dataclass(frozen=True, slots=True)
class Loaded:
    """An order as it was read, with what its next write needs to know. `armed` is the clock entry that it has."""

    order: Order
    detail_version: int
    armed: str | None


def load(store_id: str, order_id: str) -> Loaded:
    """The whole order, read consistently in one query (its history, messages and accesses stay where they are).

    Raises Missing.
    """
    records = list(query(keys.order_pk(store_id, order_id), Record.sk.startswith(keys.ORDER)))
    head = next((record for record in records if isinstance(record, OrderRecord)), None)
    detail = next((record for record in records if isinstance(record, DetailRecord)), None)
    if head is None or detail is None:
        raise Missing("no such order")
    dispute = next((record for record in records if isinstance(record, DisputeRecord)), None)
    order = order_of(
        head,
        detail,
        [record for record in records if isinstance(record, ParcelRecord)],
        [record for record in records if isinstance(record, RefundRecord)],
        dispute,
    )
    return Loaded(order, int(head.detail_version), head.fires_at)


def create(order: Order, entry: Entry, *, armed: bool, also: Sequence[Write] = ()) -> None:
    """A new order with its first history entry and its counts. Raises Exists where the number is taken."""
    head = head_of(order, detail_version=order.version, armed=armed)
    transact(
        [
            Put(head, absent(), lambda _: Exists("the order number is taken")),
            Put(detail_of(order, order.version), absent(), lambda _: Exists("the order number is taken")),
            *_history(order, [entry]),
            *counted(None, order),
            *also,
        ]
    )


def save(before: Loaded, after: Order, entries: Sequence[Entry], *, armed: bool, also: Sequence[Write] = ()) -> None:
    """The change from `before` to `after` with its history, its counts and whatever else must happen with it.

    Raises Stale where the order has moved on since it was loaded; nothing is written then.
    """
    was = before.order
    detail_changed = content_of(was) != content_of(after)
    detail_version = after.version if detail_changed else before.detail_version
    writes: list[Write] = [
        Put(
            head_of(after, detail_version=detail_version, armed=armed),
            OrderRecord.version == was.version,
            stale,
        )
    ]
    if detail_changed or was.placed_at != after.placed_at:
        writes.append(Put(detail_of(after, detail_version), present(), stale))
    writes += _records(was, after)
    transact([*writes, *_history(after, entries), *counted(was, after), *also])


def rearm(before: Loaded, *, armed: bool) -> None:
    """Put the order into the clock's index or take it out, without touching the order itself. Raises Stale."""
    head = head_of(before.order, detail_version=before.detail_version, armed=armed)
    if head.fires_at != before.armed:
        put(Put(head, OrderRecord.version == before.order.version, stale))


def history(store_id: str, order_id: str, *, after_seq: int, limit: int) -> list[Entry]:
    """Up to `limit` entries after `after_seq`, oldest first."""
    pk = keys.order_pk(store_id, order_id)
    records = query(pk, Record.sk.between(keys.history_sk(after_seq + 1), keys.history_sk(99_999_999)), limit=limit)
    return [entry_of(record) for record in records if isinstance(record, HistoryRecord)]


@dataclass(frozen=True, slots=True)
class Access:
    """Somebody has looked at what is masked otherwise."""

    key: str
    at: datetime
    actor: Actor
    what: str


def record_access(store_id: str, order_id: str, access: Access) -> None:
    put(
        Put(
            AccessRecord(
                keys.order_pk(store_id, order_id),
                keys.ACCESS + access.key,
                at=access.at,
                actor_role=access.actor.role,
                actor_id=access.actor.id,
                what=access.what,
            ),
            absent(),
            stale,
        )
    )


def accesses(store_id: str, order_id: str, *, after_key: str, limit: int) -> list[Access]:
    """Up to `limit` accesses after `after_key`, oldest first."""
    pk = keys.order_pk(store_id, order_id)
    records = query(pk, Record.sk.between(f"{keys.ACCESS}{after_key}\x01", keys.ACCESS + "~"), limit=limit)
    return [
        Access(
            record.sk.removeprefix(keys.ACCESS),
            record.at,
            Actor(record.actor_role, record.actor_id),
            record.what,
        )
        for record in records
        if isinstance(record, AccessRecord)
    ]


def _records(was: Order, after: Order) -> list[Write]:
    """Parcels, refunds and the dispute that differ; the head's condition stands for theirs too."""
    pk = keys.order_pk(after.store_id, after.order_id)
    moved = was.placed_at != after.placed_at  # their place on the timeline is their order's
    writes: list[Write] = [
        Put(parcel_record(after, parcel), _either(), stale)
        for parcel in after.parcels
        if moved or was.parcel(parcel.parcel_id) != parcel
    ]
    writes += [
        Delete(ParcelRecord(pk, keys.PARCEL + parcel.parcel_id), present(), stale)
        for parcel in was.parcels
        if after.parcel(parcel.parcel_id) is None
    ]
    writes += [
        Put(refund_record(after, refund), _either(), stale)
        for refund in after.refunds
        if moved or was.refund(refund.refund_id) != refund
    ]
    if after.dispute is not None and was.dispute != after.dispute:
        writes.append(Put(dispute_record(after, after.dispute), _either(), stale))
    return writes


def _history(order: Order, entries: Iterable[Entry]) -> list[Write]:
    return [Put(entry_record(order, entry), absent(), stale) for entry in entries]


def _either() -> Any:
    """A condition that always holds: the order's version, in the same transaction, is what decides."""
    return Record.pk.does_not_exist() | Record.pk.exists()
