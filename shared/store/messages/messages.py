"""Messages in the table: one item each, and one for the thread of each order. Loading an order does not read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice

from pynamodb.expressions.condition import Condition

from shared.domain.alerts import message_alerts
from shared.domain.alerts.message_alerts import ThreadChange
from shared.domain.messages.model import BUYER, IN_TIME_SECONDS, SELLER, Message, Thread
from shared.domain.order.model import Order
from shared.store.alerts import alerts
from shared.store.dynamodb import indexes, keys
from shared.store.dynamodb.indexes import Selection
from shared.store.dynamodb.records import MessageRecord, OrderRecord, Record, RepliesRecord, ThreadRecord
from shared.store.dynamodb.table import (
    ABSENT,
    ALWAYS,
    PRESENT,
    Check,
    Delete,
    Put,
    Update,
    Write,
    get,
    query,
    stale,
    transact,
)
from shared.store.orders import counters
from shared.store.pages import Count, Listed, Page, Position, page_of

MAX_READ = 90
"""Messages that one transaction marks as read or deletes."""


@dataclass(frozen=True, slots=True)
class Replies:
    """Replies to buyers: their number, the sum of the response times in seconds, and how many were in time."""

    count: int
    seconds: int
    in_time: int


def thread(store_id: str, order_id: str) -> Thread:
    """The thread of an order, read consistently; an empty Thread if it has none."""
    record = get(ThreadRecord, keys.order_pk(store_id, order_id), keys.THREAD)
    if record is None:
        return Thread()
    alerted = bool(record.alerted)
    return Thread(int(record.version), record.answered_at, _unanswered(record), record.alert_at, alerted)


def post(
    order: Order,
    before: Thread,
    change: ThreadChange,
    message: Message,
    day: date,
    also: Sequence[Write] = (),
    *,
    same_version: bool = False,
) -> None:
    """Write a message and the changed thread with its alerts. A buyer's message also changes the order's unread count,
    a reply the figures of `day`. The order's version stays. Raises Stale; with `same_version` also where the order has
    another version by now, which costs the other messages a check of the head."""
    after = change.thread
    writes: list[Write] = [
        Put(_record(order, message), ABSENT, stale),
        *_thread_writes(order.store_id, order.order_id, before, change),
        *also,
    ]
    at = OrderRecord.version == order.version if same_version else OrderRecord.version.exists()
    if message.sender == BUYER:
        writes += _unread(order, order.unread_messages + 1, at)
    elif same_version:
        writes.append(Check(OrderRecord(keys.order_pk(order.store_id, order.order_id), keys.ORDER), at, stale))
    if message.sender == SELLER and before.unanswered is not None and after.unanswered is None:
        writes.append(_reply_write(order.store_id, day, message.sent_at - before.unanswered.sent_at))
    transact(writes)


def imported_writes(order: Order, unread: Sequence[Message], change: ThreadChange) -> list[Write]:
    """The writes of the unread messages of a buyer, for the transaction that creates their order with its count."""
    if not unread:
        return []
    return [
        *(Put(_record(order, message), ABSENT, stale) for message in unread),
        *_thread_writes(order.store_id, order.order_id, Thread(), change),
    ]


def reminder_writes(order: Order, before: Thread, message: Message) -> list[Write]:
    """The writes of a payment reminder, for the transaction of the reminder. It answers no message of the buyer. They
    raise Stale if the thread has changed."""
    change = ThreadChange(replace(before, version=before.version + 1))
    return [
        Put(_record(order, message), ABSENT, stale),
        *_thread_writes(order.store_id, order.order_id, before, change),
    ]


def save_alerts(store_id: str, order_id: str, before: Thread, change: ThreadChange) -> None:
    """Write the alerts of a thread without a new message. Raises Stale."""
    after = replace(change, thread=replace(change.thread, version=before.version + 1))
    transact(_thread_writes(store_id, order_id, before, after))


def _thread_writes(store_id: str, order_id: str, before: Thread, change: ThreadChange) -> list[Write]:
    unchanged = ThreadRecord.version == before.version if before.version else ABSENT
    return [
        Put(_thread_record(store_id, order_id, change.thread), unchanged, stale),
        *alerts.raising(change.raised),
        *(alerts.resolving(store_id, cause, at) for cause, at in change.resolved),
    ]


def unread(store_id: str, order_id: str, by_seller: bool, after: str = "") -> Iterator[Message]:
    """The unread messages of the other side after the position `after`, the earliest first; read consistently, page by
    page as they are needed."""
    between = Record.sk.between(after or keys.MESSAGE, keys.MESSAGE + "~")
    for record in query(MessageRecord, keys.order_pk(store_id, order_id), between):
        if record.sk != after:
            message = _message(record)
            if (message.sender == BUYER) is by_seller and message.read_at is None:
                yield message


def mark_read(order: Order, by_seller: bool, now: datetime, after: str = "") -> str | None:
    """Mark up to MAX_READ unread messages of the other side after a position as read, in one transaction with the
    order's count. Returns the position of the last one; None if there were no more. Raises Stale."""
    batch = list(islice(unread(order.store_id, order.order_id, by_seller, after), MAX_READ))
    if not batch and not (by_seller and order.unread_messages and not after):
        return None
    writes: list[Write] = [_read_write(order, message, now) for message in batch]
    if by_seller:  # without an unread message at all the count is 0
        left = max(0, order.unread_messages - len(batch)) if batch else 0
        writes += _unread(order, left, OrderRecord.version.exists())
    transact(writes)
    return _sk(batch[-1]) if len(batch) == MAX_READ else None


def delete_all(store_id: str, order_id: str) -> int:
    """Delete the messages of an order, in transactions of MAX_READ; returns how many there were."""
    found = list(query(MessageRecord, keys.order_pk(store_id, order_id), Record.sk.startswith(keys.MESSAGE)))
    for first in range(0, len(found), MAX_READ):
        transact([Delete(record, ALWAYS, stale) for record in found[first : first + MAX_READ]])
    return len(found)


def silenced(order: Order, before: Thread, now: datetime) -> list[Write]:
    """The writes that remove the text and the waiting buyer from a thread, and resolve its alerts. They raise Stale if
    a new message has arrived since, because that message must be deleted, too."""
    if not before.version:
        pk = keys.order_pk(order.store_id, order.order_id)
        return [Check(ThreadRecord(pk, keys.THREAD), ABSENT, stale)]
    after = replace(before, version=before.version + 1, unanswered=None)
    change = message_alerts.for_change(order.store_id, order.order_id, before, after, timedelta(0), now)
    return _thread_writes(order.store_id, order.order_id, before, change)


def page(store_id: str, order_id: str, limit: int, after: Position | None) -> Page[Message]:
    """A page of an order's messages, the latest first."""
    pk, before = keys.order_pk(store_id, order_id), after and after.key
    messages_until = Record.sk.between(keys.MESSAGE, before or keys.MESSAGE + "~")
    records = query(MessageRecord, pk, messages_until, limit=limit + 1 + bool(before), forward=False)
    messages = (_message(record) for record in records if record.sk != before)
    return page_of(messages, limit, _sk)


def listed(store_id: str, unread: bool, limit: int, after: Position | None) -> Page[Listed[Message]]:
    """A page of messages across orders, the latest first; with `unread`, only unread messages of buyers."""
    states = ("unread",) if unread else ("unread", "read", "sent")
    selection = Selection("by_state", tuple(f"{store_id}#message#{state}" for state in states))
    return indexes.page_across_orders(selection, limit, after, MessageRecord, _message)


def unanswered(store_id: str, until: datetime | None, limit: int, after: Position | None) -> Page[Listed[Message]]:
    """The first unanswered message of each order, if a buyer sent it before `until`, the earliest first."""
    selection = _unanswered_selection(store_id, until)
    return indexes.page_across_orders(selection, limit, after, ThreadRecord, _first_unanswered)


def count_unanswered(store_id: str, until: datetime | None) -> Count:
    """The number of `unanswered` messages."""
    return indexes.count(_unanswered_selection(store_id, until))


def replies(store_id: str, first: date, last: date) -> Replies:
    """The replies of these days, both included: one query, one item a day."""
    days = list(query(RepliesRecord, store_id, Record.sk.between(keys.replies_sk(first), keys.replies_sk(last))))
    return Replies(
        sum(int(day.replies) for day in days),
        sum(int(day.seconds) for day in days),
        sum(int(day.in_time or 0) for day in days),
    )


def _sk(message: Message) -> str:
    return keys.MESSAGE + keys.sort_key(message.sent_at, message.message_id)


def _unanswered_selection(store_id: str, until: datetime | None) -> Selection:
    return Selection("by_state", (f"{store_id}#thread#unanswered",), None, until, forward=True)


def _unread(order: Order, count: int, at: Condition) -> list[Write]:
    head = OrderRecord(keys.order_pk(order.store_id, order.order_id), keys.ORDER)
    unread = OrderRecord.unread_messages
    actions = (
        [unread.set(count), Record.unread_key.set(order.store_id)]
        if count
        else [unread.remove(), Record.unread_key.remove()]
    )
    as_read = unread == order.unread_messages if order.unread_messages else unread.does_not_exist()
    return [
        Update(head, [OrderRecord.revision.add(1), *actions], at & as_read, stale),
        *counters.delta_writes(order, replace(order, unread_messages=count)),
    ]


def _read_write(order: Order, message: Message, now: datetime) -> Write:
    record = _record(order, replace(message, read_at=now))
    actions = [MessageRecord.read_at.set(now), Record.state_key.set(record.state_key)]
    return Update(record, actions, PRESENT & MessageRecord.read_at.does_not_exist(), stale)


def _reply_write(store_id: str, day: date, response_time: timedelta) -> Write:
    seconds = max(0, int(response_time.total_seconds()))
    actions = [Record.kind.set(RepliesRecord), RepliesRecord.replies.add(1), RepliesRecord.seconds.add(seconds)]
    if seconds <= IN_TIME_SECONDS:
        actions.append(RepliesRecord.in_time.add(1))
    return Update(RepliesRecord(store_id, keys.replies_sk(day)), actions, ALWAYS, stale)


def _record(order: Order, message: Message) -> MessageRecord:
    state = "sent" if message.sender != BUYER else "unread" if message.read_at is None else "read"
    return MessageRecord(
        keys.order_pk(order.store_id, order.order_id),
        _sk(message),
        message_id=message.message_id,
        sender=message.sender,
        text=message.text,
        sent_at=message.sent_at,
        read_at=message.read_at,
        state_key=f"{order.store_id}#message#{state}",
        sort_key=keys.sort_key(message.sent_at, order.order_id, message.message_id),
    )


def _message(record: MessageRecord) -> Message:
    return Message(record.message_id, record.sender, record.text, record.sent_at, record.read_at)


def _thread_record(store_id: str, order_id: str, thread: Thread) -> ThreadRecord:
    unanswered, check_at = thread.unanswered, None if thread.alerted else thread.alert_at
    return ThreadRecord(
        keys.order_pk(store_id, order_id),
        keys.THREAD,
        version=thread.version,
        answered_at=thread.answered_at,
        message_id=unanswered and unanswered.message_id,
        text=unanswered and unanswered.text,
        unanswered_since=unanswered and unanswered.sent_at,
        alert_at=thread.alert_at,
        alerted=int(thread.alerted) or None,
        reminder_shard=keys.REMINDERS.of(order_id, store_id) if check_at else None,
        remind_at=keys.sort_key(check_at, store_id, order_id, keys.THREAD_SUFFIX) if check_at else None,
        state_key=f"{store_id}#thread#unanswered" if unanswered else None,
        sort_key=keys.sort_key(unanswered.sent_at, order_id) if unanswered else None,
    )


def _first_unanswered(record: ThreadRecord) -> Message:
    message = _unanswered(record)
    assert message is not None, "only threads with an unanswered message are in this index"
    return message


def _unanswered(record: ThreadRecord) -> Message | None:
    if record.unanswered_since is None:
        return None
    return Message(record.message_id, BUYER, record.text, record.unanswered_since)
