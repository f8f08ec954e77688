"""What comes: leads of orders, buyers who wait for an answer, payment reminders by rule. Each may run twice."""

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
from shared.operations.days import tell_day
from shared.operations.orders import Request, change_order
from shared.store import stores
from shared.store.due_items import Due
from shared.store.dynamodb.errors import AlreadyRaised, Missing
from shared.store.messages import messages
from shared.store.orders import lists, orders, payment_reminders
from shared.store.retries import retry

OPTED_OUT = "buyer_opted_out"
LOOKED_AT = 50
"""The latest orders of a buyer among which one that was paid since is looked for."""


def tell(due: Due, now: datetime) -> int:
    """What an entry of the index of what comes leads to; answers with how many alerts were raised."""
    if not due.order_id:
        return tell_day(due.store_id, now)
    return (remind_talk if due.what else remind_order)(due.store_id, due.order_id, now)


def remind_order(store_id: str, order_id: str, now: datetime) -> int:
    """Tell what is due to be told of an order by `now`, and remind its buyer where the store's rule says so. Answers
    with how many alerts were raised. Safe to run twice."""

    def step(read: tuple[Store, orders.Loaded]) -> int:
        store, loaded = read
        reminder = order_alerts.reminder_at(loaded.order, store, loaded.progress)
        told = order_alerts.at(loaded.order, store, loaded.progress, now)
        orders.rearm(loaded, armed=store.enforces, told=told)
        if reminder is not None and reminder <= now:
            remind_payment(store, orders.load(store_id, order_id), now)
        return len(told.raised)

    try:
        return retry(step, lambda: (stores.load(store_id).store, orders.load(store_id, order_id)))
    except Missing:
        return 0


def remind_payment(store: Store, loaded: orders.Loaded, now: datetime) -> bool:
    """Remind by rule, through the action that a seller has, or pass this buyer over for good. Raises Stale or Busy."""
    reminder = order_alerts.reminder_at(loaded.order, store, loaded.progress)
    if reminder is None or reminder > now:
        return False
    if not _spared(store, loaded.order):
        try:
            change_order(store, loaded, Request("remind_payment", Actor(CLOCK, REMINDER_RULE), now))
            return True
        except Conflict as refused:
            if refused.code != OPTED_OUT:
                return False  # somebody was faster, or a lapse has closed it
    told = order_alerts.unchanged(loaded.order, store, replace(loaded.progress, passed_over=now))
    counted = payment_reminders.counting(store.store_id, now, payment_reminders.Figures(passed_over=1))
    orders.rearm(loaded, armed=store.enforces, told=told, also=[counted])
    return False


def _spared(store: Store, order: Order) -> bool:
    """Nobody is asked who is talking with the shop about this order, or has paid another one since. That a buyer wants
    no reminders, the action itself says."""
    return messages.thread(store.store_id, order.order_id).version > 0 or _has_paid_another(store, order)


def _has_paid_another(store: Store, order: Order) -> bool:
    others = lists.orders(store.store_id, LOOKED_AT, buyer_id=order.buyer.id).items
    return any(
        is_paid(other) and (other.paid_at or other.placed_at) > order.placed_at
        for other in others
        if other.order_id != order.order_id
    )


def remind_talk(store_id: str, order_id: str, now: datetime) -> int:
    """Tell that a buyer has waited too long, once a wait."""

    def step(thread: Thread) -> int:
        told = message_alerts.at(store_id, order_id, thread, now)
        if told.raised:
            messages.told(store_id, order_id, thread, told)
        return len(told.raised)

    try:
        return retry(step, lambda: messages.thread(store_id, order_id))
    except AlreadyRaised:
        return 0
