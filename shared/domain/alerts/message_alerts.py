"""The alert for a buyer's message without an answer: one for each wait, with a time that no run decides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.alerts.model import Alert, Cause, alert
from shared.domain.alerts.order_alerts import MAX_NEWS_AGE
from shared.domain.messages.model import BUYER, Message, Thread

KIND = "message_unanswered"


@dataclass(frozen=True, slots=True)
class ThreadChange:
    """A thread after a change, and what its save writes about alerts."""

    thread: Thread
    raised: tuple[Alert, ...] = ()
    resolved: tuple[tuple[Cause, datetime], ...] = ()


def for_change(
    store_id: str,
    order_id: str,
    before: Thread,
    after: Thread,
    unanswered_after: timedelta,
    now: datetime,
    written: Message | None = None,
) -> ThreadChange:
    """The alerts of a change of the thread by the message `written`. First the alert whose time passed before the
    change is raised. An answer then resolves it. A new wait sets `alert_at`, `unanswered_after` after the message. A
    wait that began too long ago has no alert until the buyer writes again."""
    unchanged = at(store_id, order_id, before, now)
    raised, resolved = unchanged.raised, list[tuple[Cause, datetime]]()
    alerted = unchanged.thread.alerted
    if before.unanswered and after.unanswered and after.unanswered.sent_at <= before.unanswered.sent_at:
        again = written if written and written.sender == BUYER else None
        alert_at = unchanged.thread.alert_at or _alert_at(again, unanswered_after, now)
        return ThreadChange(replace(after, alert_at=alert_at, alerted=alerted), raised)
    if alerted and before.alert_at:
        ended_at = max(now, before.alert_at)  # the clocks of two machines differ
        if raised:
            raised = tuple(replace(each, resolved_at=ended_at) for each in raised)
        else:
            resolved.append((_cause(order_id, before.alert_at), ended_at))
    alert_at = _alert_at(after.unanswered, unanswered_after, now)
    return ThreadChange(replace(after, alert_at=alert_at, alerted=False), raised, tuple(resolved))


def _alert_at(message: Message | None, unanswered_after: timedelta, now: datetime) -> datetime | None:
    """None without a message, or if it is too old to be news."""
    if message is None or now - message.sent_at > MAX_NEWS_AGE:
        return None
    return max(message.sent_at + unanswered_after, now)


def imported(thread: Thread, unanswered_after: timedelta, now: datetime) -> ThreadChange:
    """A thread that came with its order from a file. An alert whose time has passed is no news, and is not raised."""
    message = thread.unanswered
    alert_at = message.sent_at + unanswered_after if message else None
    return ThreadChange(replace(thread, alert_at=alert_at if alert_at and alert_at > now else None))


def at(store_id: str, order_id: str, thread: Thread, now: datetime) -> ThreadChange:
    """The alert of an unchanged thread, if its time has passed by `now` and it was not raised yet."""
    message = thread.unanswered
    if message is None or thread.alert_at is None or thread.alerted or thread.alert_at > now:
        return ThreadChange(thread)
    facts = {"message_id": message.message_id, "since": f"{message.sent_at.isoformat().removesuffix('+00:00')}Z"}
    raised = alert(store_id, _cause(order_id, thread.alert_at), facts, of_order=True)
    return ThreadChange(replace(thread, alerted=True), (raised,))


def _cause(order_id: str, at: datetime) -> Cause:
    return Cause(KIND, at, order_id)
