"""Carry out what a file says of one order: create it, bring it up to date, or find that it says nothing new."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import reduce

from shared.domain.alerts import message_alerts, order_alerts
from shared.domain.alerts.order_alerts import AlertProgress
from shared.domain.errors import DomainError
from shared.domain.imports import orders as domain
from shared.domain.imports.model import Import, RowResult, RowState
from shared.domain.imports.orders import OrderRows
from shared.domain.imports.reasons import explained
from shared.domain.messages.model import BUYER, Message, Thread
from shared.domain.order.model import Order
from shared.domain.order.transitions import PLATFORM, Actor
from shared.domain.stores import Store
from shared.operations.orders import MAX_AHEAD, new_id
from shared.store.dynamodb.errors import Exists, Missing, Stale, TooLarge
from shared.store.dynamodb.table import Write
from shared.store.messages import messages
from shared.store.orders import orders
from shared.store.retries import retry

MAX_TEXT = 256 * 1024
"""The most bytes of text of an order, as in a request that places one: an item of the table holds 400 KB."""


def carry_out(store: Store, job: Import, rows: OrderRows, row: int, now: datetime) -> RowResult:
    """May run twice: what this import did stands in the history of the order, and is its result again."""
    order_id = rows.placement.order_id
    result = RowResult(row, order_id, RowState.UNCHANGED)
    actor = Actor(PLATFORM, job.requested_by.id)

    def step(_: None) -> RowResult:
        try:
            loaded = orders.load(store.store_id, order_id)
        except Missing:
            return _create(store, job, rows, actor, now, result)
        done = _done(job, loaded.order)
        if done is not None:
            return replace(result, state=done)
        if rows.timeless:
            return result
        since = tuple(orders.entries_recorded_since(loaded.order, rows.changed_at - MAX_AHEAD))
        change = domain.changed_order(rows, loaded.order, store, actor, now, job.import_id, new_id, since)
        if not change.entries:
            return result
        if job.applies:
            alert_changes = order_alerts.for_change(loaded.order, change, store, loaded.progress)
            orders.save(loaded, change.order, change.entries, armed=store.enforces, alert_changes=alert_changes)
        return replace(result, state=RowState.UPDATED)

    try:
        # Exists: another request has placed the order meanwhile, so the next attempt compares.
        return retry(step, lambda: None, on=(Stale, Exists))
    except DomainError as error:
        return explained(replace(result, state=RowState.FAILED, code=error.code), error)
    except TooLarge:
        return replace(result, state=RowState.FAILED, code="order_too_large")


def _create(store: Store, job: Import, rows: OrderRows, actor: Actor, now: datetime, result: RowResult) -> RowResult:
    order, entries = domain.new_order(rows, store, actor, now, job.import_id, new_id)
    if _bytes_of_text(order) > MAX_TEXT:
        raise TooLarge("the texts of the order")
    if job.applies:
        # The alerts of an imported order begin with the import: what happened before is no news.
        alert_changes = order_alerts.unchanged(order, store, AlertProgress(now, ()))
        also = _message_writes(store, order, rows, now)
        orders.create(order, entries, armed=store.enforces, alert_changes=alert_changes, also=also)
    return replace(result, state=RowState.CREATED)


def _message_writes(store: Store, order: Order, rows: OrderRows, now: datetime) -> list[Write]:
    """The writes of the buyer's unread messages: they are in the store if the order is, and each once."""
    unread = [Message(new_id("msg_"), BUYER, text, sent_at) for sent_at, text in rows.unread_messages]
    thread = reduce(Thread.with_message, unread, Thread())
    change = message_alerts.imported(thread, store.alert_rules.unanswered_after, now)
    return messages.imported_writes(order, unread, change)


def _bytes_of_text(order: Order) -> int:
    texts = [order.memo, order.note, *order.recipient.values(), *order.tags]
    for line in order.lines:
        attributes = line.attributes or {}
        texts += [line.product_id, line.sku, line.title, line.image_url, *attributes, *attributes.values()]
    return sum(len(text.encode()) for text in texts if text)


def _done(job: Import, order: Order) -> RowState | None:
    """What this import did to the order, by its history since it was requested; None if it did nothing. One query."""
    since = orders.entries_recorded_since(order, job.requested_at - MAX_AHEAD)
    actions = {entry.action for entry in since if entry.reason == job.import_id}
    if not actions:
        return None
    return RowState.CREATED if "place" in actions else RowState.UPDATED
