"""Orders in the table: one item collection each, loaded with one query, changed by one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pynamodb.expressions.condition import Condition

from shared.domain.alerts.order_alerts import AlertChanges, AlertProgress
from shared.domain.customers.erasure import changes_without_personal_data
from shared.domain.order.history import Entry
from shared.domain.order.model import Order
from shared.domain.order.transitions import Actor
from shared.store.alerts import alerts
from shared.store.customers import customers
from shared.store.dynamodb import keys, table
from shared.store.dynamodb.errors import Busy, Exists, Missing
from shared.store.dynamodb.records import AccessRecord, HistoryRecord, MovedRecord, OrderRecord, Record
from shared.store.dynamodb.table import Delete, Put, Update, Write, absent, always, present, put, query, stale, update
from shared.store.messages.messages import unread_is
from shared.store.orders import figures, ledger, payment_reminders
from shared.store.orders.counters import counted
from shared.store.orders.items import alert_progress_of, entry_of, entry_record, head_of, order_of
from shared.store.orders.parts import PARTS, part_record, parts_of, stamp, whole
from shared.store.pages import Page, Position, page_of
from shared.store.retries import attempts

MOVES_KEPT_FOR = timedelta(days=31)
"""Longer than an export can be tried again from where it was."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """An order as it was read, with what its next write needs to know: at which version each of its parts was written
    (by sort key), the clock entry and the reminder entry that it has, and how far its alerts have been told."""

    order: Order
    versions: Mapping[str, int]
    armed: str | None
    remind_at: str | None
    progress: AlertProgress
    in_customer: bool = True

    @property
    def counted(self) -> Order | None:
        """The order as its buyer's record counts it: not at all where it is older than such records."""
        return self.order if self.in_customer else None


def load(store_id: str, order_id: str) -> Loaded:
    """The whole order, read consistently in one query (its history, messages and accesses stay where they are).

    A query is not isolated from a transaction that commits meanwhile: where head and parts are not of one moment, it is
    read again. Raises Missing, or Busy where that goes on.
    """
    for _ in attempts():
        records = list(query(keys.order_pk(store_id, order_id), Record.sk.startswith(keys.ORDER)))
        head = next((record for record in records if isinstance(record, OrderRecord)), None)
        if head is None:
            raise Missing("no such order")
        parts = [record for record in records if isinstance(record, PARTS)]
        if whole(head, parts):
            versions = {part.sk: int(part.version) for part in parts}
            told = head.remind_at, alert_progress_of(head)
            return Loaded(order_of(head, parts), versions, head.fires_at, *told, bool(head.in_customer))
    raise Busy("the order keeps changing")


def create(order: Order, entry: Entry, *, armed: bool, told: AlertChanges, also: Sequence[Write] = ()) -> None:
    """A new order with its first history entry, its counts and its alerts. Raises Exists where the number is taken,
    Stale where the buyer's record changes meanwhile."""
    parts = parts_of(order)
    head = _head(order, dict.fromkeys(parts, order.version), armed, told)
    records = [head, *(part_record(order, sk, part, order.version) for sk, part in parts.items())]
    writes = [
        *(Put(record, absent(), lambda: Exists("the order number is taken")) for record in records),
        *_history(order, [entry]),
        *counted(None, order),
        *ledger.delta_writes(None, order, [entry]),
        *figures.delta_writes(None, order),
        *also,
    ]
    table.transact([*customers.with_figures(None, order, writes), *alerts.of_order(order.store_id, told)])


def save(
    before: Loaded,
    after: Order,
    entries: Sequence[Entry],
    *,
    armed: bool,
    told: AlertChanges,
    also: Sequence[Write] = (),
) -> None:
    """The change from `before` to `after` with its history, its counts, what is told of it and whatever else must
    happen with it; parts that have not changed are not written.

    Raises Stale where the order has changed since it was loaded, or its buyer's record meanwhile; nothing is written.
    """
    was = before.order
    moved = was.placed_at != after.placed_at  # a part's place on the timeline is its order's
    parts_before, parts = parts_of(was), parts_of(after)
    changed = {sk for sk, part in parts.items() if moved or parts_before.get(sk) != part}
    versions = {sk: after.version if sk in changed else before.versions[sk] for sk in parts}
    head = _head(after, versions, armed, told)
    writes = [
        Put(head, _as_loaded(before), stale),
        *(Put(part_record(after, sk, parts[sk], versions[sk]), always(), stale) for sk in sorted(changed)),
        *(
            Delete(part_record(was, sk, parts_before[sk], was.version), present(), stale)
            for sk in parts_before.keys() - parts.keys()
        ),
        *_history(after, entries),
        *counted(was, after),
        *ledger.delta_writes(was, after, entries),
        *figures.delta_writes(was, after),
        *payment_reminders.delta_writes(was, after, entries),
        *([_moved(keys.moved_pk, after, entries[-1].recorded_at)] if moved else []),
        *([_moved(keys.ship_by_moved_pk, after, entries[-1].recorded_at)] if _ship_by_moved(was, after) else []),
        *also,
    ]
    table.transact([*customers.with_figures(before.counted, after, writes), *alerts.of_order(after.store_id, told)])


def moved_since(store_id: str, at: datetime) -> bool:
    """Has any order of the store been moved in time since? One read of at most one small item."""
    return _any_since(keys.moved_pk(store_id), at)


def ship_by_moved_since(store_id: str, at: datetime) -> bool:
    """Has ship-by of any order of the store moved since: by the end of a freeze or a dispute, or by a snapshot?"""
    return _any_since(keys.ship_by_moved_pk(store_id), at)


def _any_since(pk: str, at: datetime) -> bool:
    return next(query(pk, Record.sk > keys.instant(at), limit=1), None) is not None


def rearm(before: Loaded, *, armed: bool, told: AlertChanges, also: Sequence[Write] = ()) -> None:
    """Put the order into the clock's indexes or take it out, with what is told of it meanwhile, without touching the
    order itself. Raises Stale."""
    head = _head(before.order, before.versions, armed, told)
    head.in_customer = 1 if before.in_customer else None
    kept = (before.armed, before.remind_at, before.progress)
    if told.raised or (head.fires_at, head.remind_at, told.progress) != kept:
        table.transact([Put(head, _as_loaded(before), stale), *also, *alerts.of_order(before.order.store_id, told)])


def history(store_id: str, order_id: str, *, after_seq: int, limit: int) -> list[Entry]:
    """Up to `limit` entries after `after_seq`, oldest first."""
    pk = keys.order_pk(store_id, order_id)
    records = query(pk, Record.sk.between(keys.history_sk(after_seq + 1), keys.history_sk(99_999_999)), limit=limit)
    return [entry_of(record) for record in records if isinstance(record, HistoryRecord)]


def history_page(store_id: str, order_id: str, limit: int, after: Position | None) -> Page[Entry]:
    """Every change of an order, oldest first."""
    entries = history(store_id, order_id, after_seq=int(after.key) if after else 0, limit=limit)
    return page_of(entries, limit, lambda entry: str(entry.seq))


def forget_words(store_id: str, order_id: str) -> int:
    """Take out of the history what people have written: reasons, and the words of tags. Each entry stays, with who did
    what and when; answers with how many have changed."""
    changed = 0
    for record in query(keys.order_pk(store_id, order_id), Record.sk.startswith(keys.HISTORY)):
        if not isinstance(record, HistoryRecord):
            continue
        bare = changes_without_personal_data(record.changes or {})
        if record.reason is None and bare == (record.changes or {}):
            continue
        update(Update(record, [HistoryRecord.reason.remove(), HistoryRecord.changes.set(bare)], present(), stale))
        changed += 1
    return changed


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


def accesses(store_id: str, order_id: str, limit: int, after: Position | None) -> Page[Access]:
    """Who has looked at what is masked otherwise, oldest first."""
    lower = f"{keys.ACCESS}{after.key if after else ''}\x01"
    records = query(keys.order_pk(store_id, order_id), Record.sk.between(lower, keys.ACCESS + "~"), limit=limit)
    found = (
        Access(record.sk.removeprefix(keys.ACCESS), record.at, Actor(record.actor_role, record.actor_id), record.what)
        for record in records
        if isinstance(record, AccessRecord)
    )
    return page_of(found, limit, lambda access: access.key)


def _head(order: Order, versions: Mapping[str, int], armed: bool, told: AlertChanges) -> OrderRecord:
    return head_of(order, part_versions=stamp(versions), armed=armed, progress=told.progress, remind_at=told.remind_at)


def _as_loaded(before: Loaded) -> Condition:
    """Messages and alerts change the head without the order's version: what came meanwhile must not be lost."""
    until = before.progress.until
    told = OrderRecord.alerted_until == until if until else OrderRecord.alerted_until.does_not_exist()
    same: Condition = (OrderRecord.version == before.order.version) & unread_is(before.order.unread_messages) & told
    return same


def _history(order: Order, entries: Iterable[Entry]) -> list[Write]:
    return [Put(entry_record(order, entry), absent(), stale) for entry in entries]


def _ship_by_moved(was: Order, after: Order) -> bool:
    """The shipment list goes by it: an order may so be met in two of its files, or in none."""
    due, due_now = was.timer("shipment"), after.timer("shipment")
    return due is not None and due_now is not None and due != due_now


def _moved(pk: Callable[[str], str], order: Order, at: datetime) -> Write:
    expires_at = int((at + MOVES_KEPT_FOR).timestamp())
    record = MovedRecord(pk(order.store_id), keys.sort_key(at, order.order_id), expires_at=expires_at)
    return Put(record, always(), stale)
