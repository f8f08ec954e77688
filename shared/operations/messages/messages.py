"""Messages of an order: draft, post and mark as read. Each may run twice with its idempotency key."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from shared.domain.alerts import message_alerts
from shared.domain.messages import model as rules
from shared.domain.messages.model import Message
from shared.domain.order.model import Order
from shared.domain.stores import Store
from shared.operations.orders import check_version, new_id, refuse_future
from shared.store.dynamodb.errors import Busy
from shared.store.idempotency import PendingAnswer, settle
from shared.store.messages import messages
from shared.store.orders import orders
from shared.store.retries import is_time_up, retry, time_limit

READ_SECONDS = 10.0
"""So long one request marks messages as read."""


def draft(sender: str, text: str, at: datetime | None, now: datetime) -> Message:
    """A new message, not yet stored; it was sent at `at`, or `now`. Raises Unprocessable."""
    rules.check(text, sender)
    refuse_future(at or now, now, "/at")
    return Message(new_id("msg_"), sender, text, at or now)


def post_message(
    store: Store,
    order: Order,
    message: Message,
    now: datetime,
    pending: PendingAnswer | None = None,
    expected: frozenset[int] | None = None,
) -> Message:
    """Store a message. This is possible in every status, also if the order is frozen. `expected` are the versions in
    `If-Match`; then the order is the same when the message is stored. Raises PreconditionFailed or Busy."""
    day = message.sent_at.astimezone(ZoneInfo(store.time_zone)).date()

    def step(order: Order) -> Message:
        check_version(order, expected)
        thread = messages.thread(store.store_id, order.order_id)
        after, limit = thread.with_message(message), store.alert_rules.unanswered_after
        change = message_alerts.for_change(store.store_id, order.order_id, thread, after, limit, now, message)
        with settle(pending, message) as answer:
            messages.post(order, thread, change, message, day, answer, same_version=expected is not None)
        return message

    return retry(step, lambda: orders.load(store.store_id, order.order_id).order, order)


def read_messages(store: Store, order_id: str, by_seller: bool, now: datetime) -> int:
    """Mark the messages of the other side as read, in transactions of MAX_READ, for READ_SECONDS. Returns how many are
    left unread then; 0 unless there are thousands. Raises Busy if none could be marked."""
    position: str | None = ""

    def load() -> Order:
        return orders.load(store.store_id, order_id).order

    def step(order: Order) -> str | None:
        return messages.mark_read(order, by_seller, now, position or "")

    with time_limit(READ_SECONDS):
        while position is not None and not is_time_up():
            try:
                position = retry(step, load)
            except Busy:
                if not position:
                    raise
                break
    if position is None:
        return 0
    return sum(1 for _ in messages.unread(store.store_id, order_id, by_seller))
