"""Payment reminders: one record for each reminded order, and counts for each day, written in the transaction of the
order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from shared.domain.alerts.order_alerts import is_paid
from shared.domain.order.history import Entry
from shared.domain.order.model import Order
from shared.domain.order.transitions import CLOCK
from shared.store.dynamodb import keys
from shared.store.dynamodb.alert_records import ReminderFiguresRecord, ReminderRecord
from shared.store.dynamodb.indexes import Selection, page
from shared.store.dynamodb.records import Record
from shared.store.dynamodb.table import ALWAYS, Put, Update, Write, query, stale
from shared.store.pages import Page, Position

REMINDED = "REMINDED"


@dataclass(frozen=True, slots=True)
class Reminder:
    order_id: str
    at: datetime
    by_rule: bool
    paid_at: datetime | None


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts of the reminders of some days: all, those sent by the store's rule, and those of orders paid
    afterwards. `passed_over` counts the orders that the rule did not remind."""

    reminded: int = 0
    by_rule: int = 0
    paid: int = 0
    passed_over: int = 0


def delta_writes(was: Order, after: Order, entries: Iterable[Entry]) -> list[Write]:
    """The writes for a change that reminds the buyer, or in which a reminded order becomes paid or unpaid."""
    if after.reminded_at is None or (was.reminded_at, is_paid(was)) == (after.reminded_at, is_paid(after)):
        return []
    writes: list[Write] = []
    change = Figures(paid=is_paid(after) - (is_paid(was) if was.reminded_at else False))
    record = ReminderRecord(keys.order_pk(after.store_id, after.order_id), REMINDED)
    if was.reminded_at is None:
        by_rule = any(each.action == "remind_payment" and each.actor.role == CLOCK for each in entries)
        change = Figures(1, int(by_rule), change.paid)
        record.at, record.by_rule = after.reminded_at, int(by_rule)
        record.state_key = _state_key(after.store_id)
        record.sort_key = keys.sort_key(after.reminded_at, after.order_id)
        record.paid_at = _paid_at(after)
        writes.append(Put(record, ALWAYS, stale))
    elif paid_at := _paid_at(after):
        writes.append(Update(record, [ReminderRecord.paid_at.set(paid_at)], ALWAYS, stale))
    else:
        writes.append(Update(record, [ReminderRecord.paid_at.remove()], ALWAYS, stale))
    return [*writes, count_write(after.store_id, after.reminded_at, change)]


def count_write(store_id: str, at: datetime, change: Figures) -> Write:
    """The write that adds `change` to the counts of the day (UTC) of `at`."""
    day = keys.reminders_sk(at.astimezone(UTC).date())
    steps = {name: getattr(change, name) for name in Figures.__slots__ if getattr(change, name)}
    actions = [
        Record.kind.set(ReminderFiguresRecord),
        *(getattr(ReminderFiguresRecord, name).add(step) for name, step in steps.items()),
    ]
    return Update(ReminderFiguresRecord(store_id, day), actions, ALWAYS, stale)


def figures(store_id: str, first: date, last: date) -> Figures:
    """The counts of these days (UTC), both included: one query, one item a day."""
    between = Record.sk.between(keys.reminders_sk(first), keys.reminders_sk(last))
    days = list(query(ReminderFiguresRecord, store_id, between))
    return Figures(**{name: sum(int(getattr(day, name) or 0) for day in days) for name in Figures.__slots__})


def listed(store_id: str, limit: int, after: Position | None) -> Page[Reminder]:
    """A page of reminders, the latest first."""
    return page(Selection("by_state", (_state_key(store_id),)), limit, after, ReminderRecord, _reminder)


def _reminder(record: ReminderRecord) -> Reminder:
    return Reminder(keys.split_pk(record.pk)[1], record.at, bool(record.by_rule), record.paid_at)


def _paid_at(order: Order) -> datetime | None:
    """When the order was paid, or the time of the snapshot if the snapshot does not say; None if it is not paid."""
    return (order.paid_at or order.platform_at) if is_paid(order) else None


def _state_key(store_id: str) -> str:
    return f"{store_id}#reminded"
