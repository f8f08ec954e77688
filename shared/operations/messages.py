"""Messages of an order: written, reported, read. Each may run twice with its idempotency key."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from shared.domain.alerts import message_alerts
from shared.domain.messages import model as rules
from shared.domain.messages.model import Message
from shared.domain.order.model import Order
from shared.domain.stores import Store
from shared.operations.orders import new_id, refuse_future
from shared.store.idempotency import PendingAnswer, settle
from shared.store.messages import messages
from shared.store.orders import orders
from shared.store.retries import retry


def draft(sender: str, text: str, at: datetime | None, now: datetime) -> Message:
    """A message to be posted. Raises Unprocessable."""
    rules.check(text, sender)
    refuse_future(at or now, now, "/at")
    return Message(new_id("msg_"), sender, text, at or now)


def post_message(
    store: Store, order: Order, message: Message, now: datetime, pending: PendingAnswer | None = None
) -> Message:
    """Whatever the order's status; frozen ones take messages, too. Raises Busy."""
    day = message.sent_at.astimezone(ZoneInfo(store.time_zone)).date()

    def step(order: Order) -> Message:
        thread = messages.thread(store.store_id, order.order_id)
        after, patience = thread.with_message(message), store.alert_rules.unanswered_after
        told = message_alerts.for_change(store.store_id, order.order_id, thread, after, patience, now)
        with settle(pending, message) as answer:
            messages.post(order, thread, told, message, day, answer)
        return message

    return retry(step, lambda: orders.load(store.store_id, order.order_id).order, order)


def read_messages(store: Store, order_id: str, by_seller: bool, now: datetime) -> None:
    """All that the other side has written is read now."""
    left = 1
    while left:
        left = retry(
            lambda order: messages.read(order, by_seller, now), lambda: orders.load(store.store_id, order_id).order
        )
