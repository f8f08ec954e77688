"""Messages in the table: one item each, apart from what an order is loaded with, and one for each order's talk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

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
    Check,
    Delete,
    Put,
    Update,
    Write,
    absent,
    always,
    get,
    present,
    query,
    stale,
    transact,
)
from shared.store.orders.counters import counted
from shared.store.pages import Listed, Page, Position, page_of

MAX_READ = 40
"""Messages that one transaction marks as read."""


@dataclass(frozen=True, slots=True)
class Replies:
    """Answers of the shop and how long buyers waited for them, all in all."""

    count: int
    seconds: int
    in_time: int


def thread(store_id: str, order_id: str) -> Thread:
    record = get(keys.order_pk(store_id, order_id), keys.THREAD)
    if not isinstance(record, ThreadRecord):
        return Thread()
    alerted = bool(record.alerted)
    return Thread(int(record.version), record.answered_at, _unanswered(record), record.alert_at, alerted)


def post(
    order: Order, before: Thread, told: ThreadChange, message: Message, day: date, also: Sequence[Write] = ()
) -> None:
    """A message, with the state of the talk, what is told of it, the order's count of unread ones where it is the
    buyer's, and the figures of `day` where it is an answer. The order's version stays. Raises Stale."""
    after = told.thread
    writes: list[Write] = [
        Put(_record(order, message), absent(), stale),
        *_talked(order.store_id, order.order_id, before, told),
        *also,
    ]
    if message.sender == BUYER:
        writes += _unread(order, order.unread_messages + 1)
    if message.sender == SELLER and before.unanswered is not None and after.unanswered is None:
        writes.append(_replied(order.store_id, day, message.sent_at - before.unanswered.sent_at))
    transact(writes)


def told(store_id: str, order_id: str, before: Thread, told: ThreadChange) -> None:
    """What is told of a talk in which nobody has written. Raises Stale."""
    after = replace(told, thread=replace(told.thread, version=before.version + 1))
    transact(_talked(store_id, order_id, before, after))


def _talked(store_id: str, order_id: str, before: Thread, told: ThreadChange) -> list[Write]:
    there = ThreadRecord.version == before.version if before.version else absent()
    return [
        Put(_thread_record(store_id, order_id, told.thread), there, stale),
        *alerts.raising(told.raised),
        *(alerts.resolving(store_id, cause, at) for cause, at in told.resolved),
    ]


def read(order: Order, by_seller: bool, now: datetime, also: Sequence[Write] = ()) -> int:
    """Mark what the other side wrote as read, the latest first; answers with how many more there may be. Raises
    Stale."""
    theirs = [
        message
        for message in page(order.store_id, order.order_id, 500, None).items
        if (message.sender == BUYER) is by_seller and message.read_at is None
    ][:MAX_READ]
    left = max(0, order.unread_messages - len(theirs)) if by_seller else 0
    if not theirs and not (by_seller and order.unread_messages):
        return 0
    writes: list[Write] = [
        Put(_record(order, replace(message, read_at=now)), present() & MessageRecord.read_at.does_not_exist(), stale)
        for message in theirs
    ]
    if by_seller:
        writes += _unread(order, left if theirs else 0)
    transact([*writes, *also])
    return left if theirs else 0


def delete_all(store_id: str, order_id: str) -> int:
    """Delete the messages of an order, in batches; answers with how many there were."""
    pk = keys.order_pk(store_id, order_id)
    found = [record for record in query(pk, Record.sk.startswith(keys.MESSAGE)) if isinstance(record, MessageRecord)]
    for first in range(0, len(found), MAX_READ):
        transact([Delete(record, always(), stale) for record in found[first : first + MAX_READ]])
    return len(found)


def silenced(order: Order, before: Thread, now: datetime) -> list[Write]:
    """The talk without a word of it; nobody waits in it any more. Holds as long as nobody has written since: a message
    that comes meanwhile is one to delete, too."""
    if not before.version:
        pk = keys.order_pk(order.store_id, order.order_id)
        return [Check(ThreadRecord(pk, keys.THREAD), absent(), stale)]
    after = replace(before, version=before.version + 1, unanswered=None)
    ended = message_alerts.for_change(order.store_id, order.order_id, before, after, timedelta(0), now)
    return _talked(order.store_id, order.order_id, before, ended)


def page(store_id: str, order_id: str, limit: int, after: Position | None) -> Page[Message]:
    """Messages of an order, the latest first."""
    before = after and after.key
    mine = Record.sk.between(keys.MESSAGE, before or keys.MESSAGE + "~")
    found = query(keys.order_pk(store_id, order_id), mine, limit=limit + bool(before), forward=False)
    messages = (_message(record) for record in found if isinstance(record, MessageRecord) and record.sk != before)
    return page_of(messages, limit, _sk)


def listed(store_id: str, unread: bool, limit: int, after: Position | None) -> Page[Listed[Message]]:
    """Messages across orders, the latest first; of unread ones, the buyers' alone."""
    states = ("unread",) if unread else ("unread", "read", "sent")
    selection = Selection("by_state", tuple(f"{store_id}#message#{state}" for state in states))
    return indexes.page(selection, limit, after, MessageRecord, lambda each: indexes.listed(each, _message(each)))


def unanswered(store_id: str, until: datetime | None, limit: int, after: Position | None) -> Page[Listed[Message]]:
    """What buyers wrote before `until` and nobody has answered yet: the first of each order, the longest wait first."""
    return indexes.page(_waiting(store_id, until), limit, after, ThreadRecord, _first_unanswered)


def count_waiting(store_id: str, until: datetime | None) -> int:
    """Counted off the index."""
    return indexes.count(_waiting(store_id, until))


def replies(store_id: str, first: date, last: date) -> Replies:
    """The answers of these days, both included: one query of an item a day."""
    found: Iterator[Record] = query(store_id, Record.sk.between(keys.replies_sk(first), keys.replies_sk(last)))
    days = [record for record in found if isinstance(record, RepliesRecord)]
    return Replies(
        sum(int(day.replies) for day in days),
        sum(int(day.seconds) for day in days),
        sum(int(day.in_time or 0) for day in days),
    )


def unread_is(count: int) -> Condition:
    """The head still says that so many messages are unread; it changes without the order's version."""
    return OrderRecord.unread_messages == count if count else OrderRecord.unread_messages.does_not_exist()


def _sk(message: Message) -> str:
    return keys.MESSAGE + keys.sort_key(message.sent_at, message.message_id)


def _waiting(store_id: str, until: datetime | None) -> Selection:
    return Selection("by_state", (f"{store_id}#thread#unanswered",), None, until, forward=True)


def _unread(order: Order, count: int) -> list[Write]:
    head = OrderRecord(keys.order_pk(order.store_id, order.order_id), keys.ORDER)
    actions = (
        [OrderRecord.unread_messages.set(count), Record.unread_key.set(order.store_id)]
        if count
        else [OrderRecord.unread_messages.remove(), Record.unread_key.remove()]
    )
    condition = OrderRecord.version.exists() & unread_is(order.unread_messages)
    return [Update(head, actions, condition, stale), *counted(order, replace(order, unread_messages=count))]


def _replied(store_id: str, day: date, waited: timedelta) -> Write:
    seconds = max(0, int(waited.total_seconds()))
    actions = [Record.kind.set(RepliesRecord), RepliesRecord.replies.add(1), RepliesRecord.seconds.add(seconds)]
    if seconds <= IN_TIME_SECONDS:
        actions.append(RepliesRecord.in_time.add(1))
    return Update(RepliesRecord(store_id, keys.replies_sk(day)), actions, always(), stale)


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
    waiting, look_at = thread.unanswered, None if thread.alerted else thread.alert_at
    return ThreadRecord(
        keys.order_pk(store_id, order_id),
        keys.THREAD,
        version=thread.version,
        answered_at=thread.answered_at,
        message_id=waiting and waiting.message_id,
        text=waiting and waiting.text,
        unanswered_since=waiting and waiting.sent_at,
        alert_at=thread.alert_at,
        alerted=int(thread.alerted) or None,
        reminder_shard=keys.reminder_shard(store_id, order_id) if look_at else None,
        remind_at=keys.sort_key(look_at, store_id, order_id, keys.TALK) if look_at else None,
        state_key=f"{store_id}#thread#unanswered" if waiting else None,
        sort_key=keys.sort_key(waiting.sent_at, order_id) if waiting else None,
    )


def _first_unanswered(record: ThreadRecord) -> Listed[Message]:
    waiting = _unanswered(record)
    assert waiting is not None, "only a talk that waits is in this index"
    return indexes.listed(record, waiting)


def _unanswered(record: ThreadRecord) -> Message | None:
    if record.unanswered_since is None:
        return None
    return Message(record.message_id, BUYER, record.text, record.unanswered_since)
