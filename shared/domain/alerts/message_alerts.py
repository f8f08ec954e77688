"""When a buyer has waited too long for an answer: one alert for each wait, whenever anybody looks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.alerts.model import Alert, Cause, alert
from shared.domain.alerts.order_alerts import NEWS_WITHIN
from shared.domain.messages.model import Thread

KIND = "message_unanswered"


@dataclass(frozen=True, slots=True)
class ThreadChange:
    """A talk as it goes on, and what its save has to write about alerts."""

    thread: Thread
    raised: tuple[Alert, ...] = ()
    resolved: tuple[tuple[Cause, datetime], ...] = ()


def for_change(
    store_id: str, order_id: str, before: Thread, after: Thread, patience: timedelta, now: datetime
) -> ThreadChange:
    """The change of a talk: first what had passed before it is told, then a wait that is over ends its alert, and a new
    one is to be looked at once it has lasted `patience`."""
    told = at(store_id, order_id, before, now)
    raised, resolved = told.raised, list[tuple[Cause, datetime]]()
    if before.unanswered and after.unanswered and after.unanswered.sent_at <= before.unanswered.sent_at:
        return ThreadChange(replace(after, alert_at=told.thread.alert_at, alerted=told.thread.alerted), raised)
    if told.thread.alerted and before.alert_at:
        over = max(now, before.alert_at)  # clocks differ
        if raised:
            raised = tuple(replace(each, resolved_at=over) for each in raised)
        else:
            resolved.append((_cause(order_id, before.alert_at), over))
    waiting = after.unanswered
    recent = waiting is not None and now - waiting.sent_at <= NEWS_WITHIN
    alert_at = max(waiting.sent_at + patience, now) if waiting and recent else None
    return ThreadChange(replace(after, alert_at=alert_at, alerted=False), raised, tuple(resolved))


def at(store_id: str, order_id: str, thread: Thread, now: datetime) -> ThreadChange:
    """What is to be told by `now` of a talk that stays as it is."""
    waiting = thread.unanswered
    if waiting is None or thread.alert_at is None or thread.alerted or thread.alert_at > now:
        return ThreadChange(thread)
    facts = {"message_id": waiting.message_id, "since": f"{waiting.sent_at.isoformat().removesuffix('+00:00')}Z"}
    raised = alert(store_id, _cause(order_id, thread.alert_at), facts, of_order=True)
    return ThreadChange(replace(thread, alerted=True), (raised,))


def _cause(order_id: str, at: datetime) -> Cause:
    return Cause(KIND, at, order_id)
