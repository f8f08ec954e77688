"""Alerts that are due: before and after deadlines, for unanswered messages, and daily; and payment reminders by rule.

Each function may run twice.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.domain.alerts import message_alerts, order_alerts
from shared.domain.alerts.order_alerts import REMINDER_RULE, is_paid
from shared.domain.errors import Conflict
from shared.domain.messages.model import Thread
from shared.domain.order.model import Order
from shared.domain.order.transitions import CLOCK, Actor
from shared.domain.stores import Store
from shared.operations.alerts.daily_alerts import raise_daily_alerts
from shared.operations.orders import Request, change_order
from shared.store import stores
from shared.store.due_items import Due
from shared.store.dynamodb.errors import AlreadyRaised, Missing
from shared.store.messages import messages
from shared.store.orders import lists, orders, payment_reminders
from shared.store.pages import every
from shared.store.retries import retry

OPTED_OUT = "buyer_opted_out"
ORDERS_PER_PAGE = 50


def raise_alerts(due: Due, now: datetime) -> int:
    """Raise the alerts of one item of the reminder index: a store, an order, or the messages of an order. Returns the
    number of alerts."""
    if not due.order_id:
        return raise_daily_alerts(due.store_id, now)
    return (raise_message_alert if due.what else raise_order_alerts)(due.store_id, due.order_id, now)


def raise_order_alerts(store_id: str, order_id: str, now: datetime) -> int:
    """Raise the alerts of an order that are due by `now`, and remind its buyer if the store's rule says so. Returns the
    number of alerts."""

    def step(read: tuple[Store, orders.Loaded]) -> int:
        store, loaded = read
        reminder = order_alerts.reminder_at(loaded.order, store, loaded.progress)
        alert_changes = order_alerts.at(loaded.order, store, loaded.progress, now)
        orders.rearm(loaded, armed=store.enforces, alert_changes=alert_changes)
        if reminder is not None and reminder <= now:
            remind_payment(store, orders.load(store_id, order_id), now)
        return len(alert_changes.raised)

    try:
        return retry(step, lambda: (stores.load(store_id).store, orders.load(store_id, order_id)))
    except Missing:
        return 0


def remind_payment(store: Store, loaded: orders.Loaded, now: datetime) -> bool:
    """Remind the buyer by the store's rule, with the same action that a seller has, or record that this order gets no
    reminder. Returns whether a reminder was sent. Raises Stale or Busy."""
    reminder = order_alerts.reminder_at(loaded.order, store, loaded.progress)
    if reminder is None or reminder > now:
        return False
    if not _exempt(store, loaded.order):
        try:
            change_order(store, loaded, Request("remind_payment", Actor(CLOCK, REMINDER_RULE), now))
            return True
        except Conflict as refused:
            if refused.code != OPTED_OUT:
                return False  # another request reminded first, or the order has lapsed
    alert_changes = order_alerts.unchanged(loaded.order, store, replace(loaded.progress, passed_over=now))
    count = payment_reminders.count_write(store.store_id, now, payment_reminders.Figures(passed_over=1))
    orders.rearm(loaded, armed=store.enforces, alert_changes=alert_changes, also=[count])
    return False


def _exempt(store: Store, order: Order) -> bool:
    """A buyer gets no reminder who has exchanged messages with the shop about this order, or has paid a later one. The
    action itself refuses a buyer who has opted out."""
    return messages.thread(store.store_id, order.order_id).version > 0 or _has_paid_another(store, order)


def _has_paid_another(store: Store, order: Order) -> bool:
    """Reads the buyer's orders, the latest first, up to one that was paid later."""
    others = every(lambda after: lists.orders(store.store_id, ORDERS_PER_PAGE, after, buyer_id=order.buyer.id))
    return any(
        is_paid(other) and (other.paid_at or other.placed_at) > order.placed_at
        for other in others
        if other.order_id != order.order_id
    )


def raise_message_alert(store_id: str, order_id: str, now: datetime) -> int:
    """Raise the alert that a buyer has waited too long for an answer, once for each wait. Returns the number of
    alerts."""

    def step(thread: Thread) -> int:
        thread_change = message_alerts.at(store_id, order_id, thread, now)
        if thread_change.raised:
            messages.save_alerts(store_id, order_id, thread, thread_change)
        return len(thread_change.raised)

    try:
        return retry(step, lambda: messages.thread(store_id, order_id))
    except AlreadyRaised:
        return 0
