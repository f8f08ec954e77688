"""What a store is told once a day: its digest, and orders that are about to leave the platform's three months."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.alerts.daily import Day, next_due
from shared.domain.alerts.model import Alert, Cause, Severity, State, alert
from shared.domain.exports.model import Kind
from shared.domain.exports.model import State as ExportState
from shared.domain.stores import Store
from shared.domain.windows import last_three_months, start_of_day
from shared.store import stores
from shared.store.alerts import alerts, daily_alerts
from shared.store.dynamodb.errors import AlreadyRaised, Missing, Stale
from shared.store.dynamodb.table import Write
from shared.store.exports import exports
from shared.store.orders import lists
from shared.store.pages import Page
from shared.telemetry import logger

WARNED_BEFORE = timedelta(days=7)
"""How long before they leave the window the store is told of orders that no export has."""
LOOKED_AT = 200
"""The latest exports among which one is looked for that has them."""
COUNTED = 200
"""More orders, alerts or deadlines than this are not counted: `at_least` names the facts of which there are more."""
TOO_LATE = timedelta(hours=12)
"""A digest that is this late is kept, but sent to nobody."""


def tell_day(store_id: str, now: datetime) -> int:
    """What is due to be told by `now`, one day after the other, however many were missed. Answers with how many alerts
    were raised. Safe to run twice."""
    raised = 0
    while True:
        try:
            store, day = stores.load(store_id).store, daily_alerts.load(store_id)
        except Missing:
            return raised
        if day is None or day.next_at > now:
            return raised
        try:
            raised += _tell(store, day, now)
        except (Stale, AlreadyRaised) as error:
            logger.info("another run was first", extra={"store_id": store_id, "why": type(error).__name__})
            return raised


def _tell(store: Store, day: Day, now: datetime) -> int:
    due, writes, told = day.due_at <= now, list[Write](), list[Alert]()
    after = replace(day, look_at=None, due_at=next_due(store, day.due_at) if due else day.due_at)
    at = day.due_at if due else now
    leaving = _leaving(store, at)
    left = day.leaving is not None and at >= day.leaving.at + WARNED_BEFORE  # all that it told of
    if day.leaving and (leaving is None or left):
        writes.append(alerts.resolving(store.store_id, day.leaving, at))
        after = replace(after, leaving=None)
    if leaving and after.leaving is None:
        told.append(leaving)
        after = replace(after, leaving=Cause(leaving.kind, leaving.raised_at, leaving.subject or ""))
    writes += alerts.raising(told)
    if due and store.alert_rules.digest_hour is not None:
        digest = _digest(store, at)
        writes += alerts.raising([digest], quietly=now - at > TOO_LATE)
        told.append(digest)
    daily_alerts.save(day, after, writes)
    return len(told)


def _leaving(store: Store, at: datetime) -> Alert | None:
    """The alert that some orders are about to leave the window, unless an export that has ended has them all."""
    since, _ = last_three_months(at, store.time_zone)
    until, _ = last_three_months(at + WARNED_BEFORE, store.time_zone)
    if _exported(store.store_id, since, until):
        return None
    found = lists.orders(store.store_id, COUNTED, since=since, until=until, forward=True)
    if not found.items:
        return None
    zone = ZoneInfo(store.time_zone)
    first, last = (each.astimezone(zone).date().isoformat() for each in (since, until - timedelta(seconds=1)))
    facts: dict[str, Any] = {"orders": len(found.items), "first": first, "last": last}
    facts |= {"at_least": ["orders"]} if found.end else {}
    return alert(store.store_id, Cause("orders_leaving_window", at, first), facts)


def _exported(store_id: str, since: datetime, until: datetime) -> bool:
    for job in exports.listed(store_id, LOOKED_AT, None).items:
        asked = job.request
        whole = asked.kind is Kind.ORDERS and not asked.statuses and job.state is ExportState.SUCCEEDED
        if whole and asked.since <= since and asked.until >= until:
            return True
    return False


def _digest(store: Store, at: datetime) -> Alert:
    """The day in a few counts; over as it is told."""
    zone = ZoneInfo(store.time_zone)
    today = at.astimezone(zone).date()
    yesterday, midnight = (start_of_day(day, store.time_zone) for day in (today - timedelta(days=1), today))
    open_ = alerts.listed(store.store_id, (State.OPEN,), tuple(Severity), COUNTED, None)
    counted: dict[str, Page[Any]] = {
        "due_24h": lists.deadlines(store.store_id, COUNTED, since=at, until=at + timedelta(hours=24)),
        "overdue": lists.deadlines(store.store_id, COUNTED, until=at),
        "new_orders": lists.orders(store.store_id, COUNTED, since=yesterday, until=midnight),
        "open": open_,
    }
    facts: dict[str, Any] = {name: len(page.items) for name, page in counted.items()}
    facts |= {"day": today.isoformat(), "critical": sum(each.severity == "critical" for each in open_.items)}
    cut = [name for name, page in counted.items() if page.end]
    facts |= {"at_least": [*cut, *(["critical"] if open_.end else [])]} if cut else {}
    return replace(alert(store.store_id, Cause("digest", at, today.isoformat()), facts), resolved_at=at)
