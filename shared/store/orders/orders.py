"""Orders in the table: one item collection each, loaded with one query and changed in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile

from pynamodb.expressions.condition import Condition

from shared.domain.alerts.order_alerts import AlertChanges, AlertProgress
from shared.domain.customers.erasure import changes_without_personal_data
from shared.domain.order.history import Entry
from shared.domain.order.model import Order, Parcel
from shared.domain.order.transitions import Actor
from shared.domain.tracking import normalized
from shared.store.alerts import alerts
from shared.store.customers import customers
from shared.store.dynamodb import keys, table
from shared.store.dynamodb.errors import Busy, Exists, Missing
from shared.store.dynamodb.records import (
    HAS_TERMS,
    IN_CUSTOMER,
    AccessRecord,
    HistoryRecord,
    MovedRecord,
    OrderRecord,
    Record,
)
from shared.store.dynamodb.table import ABSENT, ALWAYS, PRESENT, Delete, Put, Update, Write, put, query, stale, update
from shared.store.orders import counters, events, figures, ledger, payment_reminders
from shared.store.orders.events import Numbering
from shared.store.orders.items import alert_progress_of, entry_of, head_of, order_of
from shared.store.orders.parts import PARTS, Part, is_consistent, part_record, parts_of, versions_checksum
from shared.store.pages import Page, Position, page_of
from shared.store.retries import attempts
from shared.store.search import terms

MOVES_RETENTION = timedelta(days=31)
"""Longer than an export can be resumed."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """An order as it was read, with what its next write needs: the version of each part (by sort key), its entries in
    the clock's and the reminder index, and its alert progress. `revision` counts the writes of the head. An order from
    before there were terms has none until its next write."""

    order: Order
    revision: int
    versions: Mapping[str, int]
    armed: str | None
    remind_at: str | None
    progress: AlertProgress
    in_customer: bool = True
    has_terms: bool = True

    @property
    def counted(self) -> Order | None:
        """The order, or None if its buyer's customer record does not count it: it is from before there were any."""
        return self.order if self.in_customer else None


def load(store_id: str, order_id: str) -> Loaded:
    """The whole order without history, messages and accesses, read consistently in one query.

    A query is not isolated from a transaction that commits meanwhile. If head and parts are from different versions,
    the order is read again. Raises Missing, or Busy if that happens in every attempt.
    """
    for _ in attempts():
        records = query(Record, keys.order_pk(store_id, order_id), Record.sk.startswith(keys.ORDER))
        if loaded := loaded_of(list(records)):
            return loaded
    raise Busy("the order keeps changing")


def loaded_of(records: Sequence[Record]) -> Loaded | None:
    """The order of a head and its parts; None if they are from different versions. Raises Missing without a head."""
    head = next((record for record in records if isinstance(record, OrderRecord)), None)
    if head is None:
        raise Missing("no such order")
    parts = [record for record in records if isinstance(record, PARTS)]
    if not is_consistent(head, parts):
        return None
    versions = {part.sk: int(part.version) for part in parts}
    order, progress = order_of(head, parts), alert_progress_of(head)
    revision, flags = int(head.revision or 0), int(head.in_customer or 0)
    in_customer, has_terms = bool(flags & IN_CUSTOMER), bool(flags & HAS_TERMS)
    return Loaded(order, revision, versions, head.fires_at, head.remind_at, progress, in_customer, has_terms)


def create(
    order: Order,
    entries: Sequence[Entry],
    *,
    armed: bool,
    alert_changes: AlertChanges,
    also: Sequence[Write] = (),
) -> None:
    """Create an order with its first history entries, its counts and its alerts. Raises Exists if the order number is
    taken, Stale if the customer record changes meanwhile or the event feed has another last number."""
    parts = parts_of(order)
    head = _head(order, 0, dict.fromkeys(parts, order.version), armed, alert_changes)
    records = [head, *(part_record(order, sk, part, order.version) for sk, part in parts.items())]
    numbering = events.numbering(order, entries)
    writes = [
        *(Put(record, ABSENT, lambda: Exists("the order number is taken")) for record in records),
        *_history(order, entries, numbering),
        *counters.delta_writes(None, order, numbering),
        *ledger.delta_writes(None, order, entries),
        *figures.delta_writes(None, order),
        *terms.delta_writes(None, order),
        *also,
    ]
    terms.write_loose(None, order)
    table.transact([*customers.with_figures(None, order, writes), *alerts.of_order(order.store_id, alert_changes)])


def save(
    before: Loaded,
    after: Order,
    entries: Sequence[Entry],
    *,
    armed: bool,
    alert_changes: AlertChanges,
    also: Sequence[Write] = (),
) -> None:
    """Write the change from `before` to `after` with its history, counts and alerts, in one transaction with `also`.
    Unchanged parts are not written.

    Raises Stale if the order has changed since it was loaded, or meanwhile the customer record or the last number of
    the event feed; nothing is written.
    """
    was = before.order
    moved = was.placed_at != after.placed_at  # the parts' keys have the order's time, too
    parts_before, parts = parts_of(was), parts_of(after)
    changed = {sk for sk, part in parts.items() if moved or parts_before.get(sk) != part} | _misspelled(before, parts)
    versions = {sk: after.version if sk in changed else before.versions[sk] for sk in parts}
    head = _head(after, before.revision + 1, versions, armed, alert_changes)
    numbering = events.numbering(after, entries)
    writes = [
        Put(head, _as_loaded(before), stale),
        *(Put(part_record(after, sk, parts[sk], versions[sk]), ALWAYS, stale) for sk in sorted(changed)),
        *(
            Delete(part_record(was, sk, parts_before[sk], was.version), PRESENT, stale)
            for sk in parts_before.keys() - parts.keys()
        ),
        *_history(after, entries, numbering),
        *counters.delta_writes(was, after, numbering),
        *ledger.delta_writes(was, after, entries),
        *figures.delta_writes(was, after),
        *_terms(before, after),
        *payment_reminders.delta_writes(was, after, entries),
        *([_moved(keys.moved_pk, after, entries[-1].recorded_at)] if moved else []),
        *([_moved(keys.ship_by_moved_pk, after, entries[-1].recorded_at)] if _ship_by_moved(was, after) else []),
        *also,
    ]
    if before.has_terms:
        terms.write_loose(was, after)
    table.transact(
        [*customers.with_figures(before.counted, after, writes), *alerts.of_order(after.store_id, alert_changes)]
    )


def moved_since(store_id: str, at: datetime) -> bool:
    """Has the placed time of any order of the store changed since? One read of at most one small item."""
    return _any_since(keys.moved_pk(store_id), at)


def ship_by_moved_since(store_id: str, at: datetime) -> bool:
    """Has ship-by of any order of the store changed since: by the end of a freeze or a dispute, or by a snapshot?"""
    return _any_since(keys.ship_by_moved_pk(store_id), at)


def _any_since(pk: str, at: datetime) -> bool:
    return next(query(MovedRecord, pk, Record.sk > keys.instant(at), limit=1), None) is not None


def rearm(before: Loaded, *, armed: bool, alert_changes: AlertChanges, also: Sequence[Write] = ()) -> None:
    """Update the order's entries in the clock's and the reminder index and its alerts. The order and its version stay.
    Writes nothing if nothing changes. Raises Stale."""
    head = _head(before.order, before.revision + 1, before.versions, armed, alert_changes)
    head.in_customer = HAS_TERMS | (IN_CUSTOMER if before.in_customer else 0)
    stored = (before.armed, before.remind_at, before.progress)
    if (
        alert_changes.raised
        or (head.fires_at, head.remind_at, alert_changes.progress) != stored
        or not before.has_terms
    ):
        parts = parts_of(before.order)
        spelled = (part_record(before.order, sk, parts[sk], before.versions[sk]) for sk in _misspelled(before, parts))
        table.transact(
            [
                Put(head, _as_loaded(before), stale),
                *(Put(record, ALWAYS, stale) for record in spelled),
                *_terms(before, before.order),
                *also,
                *alerts.of_order(before.order.store_id, alert_changes),
            ]
        )


def records_of(loaded: Loaded) -> dict[str, Record]:
    """The items of the order as this code writes them, by sort key, at their versions and the head's revision."""
    order, parts = loaded.order, parts_of(loaded.order)
    remind_at = datetime.fromisoformat(loaded.remind_at.split("#")[0]) if loaded.remind_at else None
    alert_changes = AlertChanges(loaded.progress, remind_at=remind_at)
    head = _head(order, loaded.revision, loaded.versions, loaded.armed is not None, alert_changes)
    return {head.sk: head} | {sk: part_record(order, sk, part, loaded.versions[sk]) for sk, part in parts.items()}


def rewrite(before: Loaded, parts: Iterable[Record]) -> None:
    """Write the head and these parts, which have today's form (see `records_of`), and what the order of former code has
    not: its terms, and its place in its buyer's customer record. The order and its version stay. Raises Stale."""
    head = records_of(replace(before, revision=before.revision + 1))[keys.ORDER]
    also: list[Write] = [Put(part, ALWAYS, stale) for part in parts]
    if not before.has_terms:
        terms.write_loose(None, before.order)
        also += terms.delta_writes(None, before.order)
    table.save(Put(head, _as_loaded(before), stale), customers.with_figures(before.counted, before.order, also))


def history(store_id: str, order_id: str, *, after_seq: int, limit: int) -> list[Entry]:
    """Up to `limit` history entries after `after_seq`, oldest first."""
    pk = keys.order_pk(store_id, order_id)
    between = Record.sk.between(keys.history_sk(after_seq + 1), keys.history_sk(99_999_999))
    return list(map(entry_of, query(HistoryRecord, pk, between, limit=limit)))


def entries_recorded_since(loaded: Order, at: datetime) -> tuple[Entry, ...]:
    """The entries of this version of the order that were recorded at `at` or later, the newest first. One query for
    ten of them, of some two read units."""
    pk = keys.order_pk(loaded.store_id, loaded.order_id)
    upto = Record.sk.between(keys.history_sk(1), keys.history_sk(loaded.version))
    records = query(HistoryRecord, pk, upto, forward=False, page_size=10)
    return tuple(map(entry_of, takewhile(lambda record: record.recorded_at >= at, records)))


def history_page(store_id: str, order_id: str, limit: int, after: Position | None) -> Page[Entry]:
    """A page of an order's history, oldest first."""
    entries = history(store_id, order_id, after_seq=int(after.key) if after else 0, limit=limit + 1)
    return page_of(entries, limit, lambda entry: str(entry.seq))


def erase_free_text(store_id: str, order_id: str) -> int:
    """Remove free text from the history: reasons and tags. The entries stay, with actor, action and time. Returns the
    number of changed entries. One write each."""
    changed = 0
    for record in query(HistoryRecord, keys.order_pk(store_id, order_id), Record.sk.startswith(keys.HISTORY)):
        cleaned = changes_without_personal_data(record.changes or {})
        if record.reason is None and cleaned == (record.changes or {}):
            continue
        update(Update(record, [HistoryRecord.reason.remove(), HistoryRecord.changes.set(cleaned)], PRESENT, stale))
        changed += 1
    return changed


@dataclass(frozen=True, slots=True)
class Access:
    """A person has read masked data. `what` says which."""

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
            ABSENT,
            stale,
        )
    )


def accesses(store_id: str, order_id: str, limit: int, after: Position | None) -> Page[Access]:
    """A page of the accesses to masked data, oldest first."""
    lower = f"{keys.ACCESS}{after.key if after else ''}\x01"
    between = Record.sk.between(lower, keys.ACCESS + "~")
    found = (
        Access(record.sk.removeprefix(keys.ACCESS), record.at, Actor(record.actor_role, record.actor_id), record.what)
        for record in query(AccessRecord, keys.order_pk(store_id, order_id), between, limit=limit + 1)
    )
    return page_of(found, limit, lambda access: access.key)


def _head(
    order: Order, revision: int, versions: Mapping[str, int], armed: bool, alert_changes: AlertChanges
) -> OrderRecord:
    return head_of(
        order,
        revision=revision,
        part_versions=versions_checksum(versions),
        armed=armed,
        progress=alert_changes.progress,
        remind_at=alert_changes.remind_at,
    )


def _as_loaded(before: Loaded) -> Condition:
    """Nobody has written the head since it was read. The head is replaced as a whole, so this covers all attributes."""
    revision = before.revision
    same_revision = OrderRecord.revision == revision if revision else OrderRecord.revision.does_not_exist()
    same: Condition = (OrderRecord.version == before.order.version) & same_revision
    return same


def _terms(before: Loaded, after: Order) -> list[Write]:
    """The writes of the terms; of all of them where the order has none yet."""
    if before.has_terms:
        return terms.delta_writes(before.order, after)
    return terms.delta_writes(None, after, all_strict=True)


def _misspelled(before: Loaded, parts: Mapping[str, Part]) -> set[str]:
    """Parcels from before their number was normalized in its index key."""
    if before.has_terms:
        return set()
    parcels = {sk: part for sk, part in parts.items() if isinstance(part, Parcel)}
    return {sk for sk, parcel in parcels.items() if normalized(parcel.tracking_no) != parcel.tracking_no}


def _history(order: Order, entries: Iterable[Entry], numbering: Numbering) -> list[Write]:
    return [Put(numbering.record(order, entry), ABSENT, stale) for entry in entries]


def _ship_by_moved(was: Order, after: Order) -> bool:
    """Has ship-by changed? The shipment export sorts by it: the order may then be in two of its files, or in none."""
    due, due_now = was.timer("shipment"), after.timer("shipment")
    return due is not None and due_now is not None and due != due_now


def _moved(pk: Callable[[str], str], order: Order, at: datetime) -> Write:
    expires_at = int((at + MOVES_RETENTION).timestamp())
    record = MovedRecord(pk(order.store_id), keys.sort_key(at, order.order_id), expires_at=expires_at)
    return Put(record, ALWAYS, stale)
