"""The daily alerts of a store: its digest, and the orders that are about to leave the export window of the platform."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.alerts import daily
from shared.domain.alerts.daily import Day
from shared.domain.alerts.model import Alert, Cause, Severity, State, alert
from shared.domain.exports.model import Kind
from shared.domain.exports.model import State as ExportState
from shared.domain.imports.model import State as ImportState
from shared.domain.stores import Store
from shared.domain.windows import last_three_months, start_of_day
from shared.operations import terms
from shared.operations.stores import grow_store
from shared.store import stores
from shared.store.alerts import alerts, daily_alerts
from shared.store.dynamodb.errors import Missing, Stale
from shared.store.dynamodb.table import Write
from shared.store.exports import exports
from shared.store.imports import imports
from shared.store.orders import lists
from shared.store.pages import Page, every
from shared.telemetry import logger

LEAVING_LEAD = timedelta(days=7)
"""The alert is raised this long before orders that no export has leave the window."""
EXPORTS_PER_PAGE = 200
IMPORTS_PER_PAGE = 20
MAX_COUNT = 200
"""Orders, alerts and deadlines are counted up to this number. The fact `at_least` names the counts that it cut off."""
TOO_LATE = timedelta(hours=12)
"""A digest that is later than this is stored, but not sent."""


def raise_daily_alerts(store_id: str, now: datetime) -> int:
    """Raise the daily alerts that are due by `now`, day by day if days were missed. Returns the number of alerts. May
    run twice."""
    raised = 0
    while True:
        try:
            day = daily_alerts.load(store_id)  # before the store: a change of its hour or zone writes both
            stored = stores.load(store_id)
        except Missing:
            return raised
        if day is None or day.next_at > now:
            return raised
        try:
            raised += _check(stored.store, day, now)
            grow_store(stored)
        except Stale:
            logger.info("another run did this", extra={"store_id": store_id})
            return raised


def _check(store: Store, day: Day, now: datetime) -> int:
    """One check, the daily one or an extra one. Returns the number of alerts. Raises Stale."""
    due, writes, raised = day.due_at <= now, list[Write](), list[Alert]()
    after = replace(daily.made(day, store) if due else day, look_at=None)
    at = day.due_at if due else now
    if due:
        terms.are_complete(store.store_id, now)  # starts the pass over a store's older orders
    leaving = _leaving(store, at)
    expired = day.leaving is not None and at >= day.leaving.at + LEAVING_LEAD  # all orders of that alert have left
    if day.leaving and (leaving is None or expired):
        writes.append(alerts.resolving(store.store_id, day.leaving, at))
        after = replace(after, leaving=None)
    if leaving and after.leaving is None:
        raised.append(leaving)
        after = replace(after, leaving=Cause(leaving.kind, leaving.raised_at, leaving.subject or ""))
    writes += alerts.raising_once(raised)
    if due and store.alert_rules.digest_hour is not None:
        digest = _digest(store, at)
        writes += alerts.raising_once([digest], quietly=now - at > TOO_LATE)
        raised.append(digest)
    daily_alerts.save(day, after, writes)
    return len(raised)


def _leaving(store: Store, at: datetime) -> Alert | None:
    """The alert about orders that are about to leave the window. None if there are no such orders, or if a finished
    export or an imported file has them all."""
    since, _ = last_three_months(at, store.time_zone)
    until, _ = last_three_months(at + LEAVING_LEAD, store.time_zone)
    if _exported(store.store_id, since, until) or _imported(store, since, until):
        return None
    page = lists.orders(store.store_id, MAX_COUNT, since=since, until=until, forward=True)
    if not page.items:
        return None
    zone = ZoneInfo(store.time_zone)
    first, last = (each.astimezone(zone).date().isoformat() for each in (since, until - timedelta(seconds=1)))
    facts: dict[str, Any] = {"orders": len(page.items), "first": first, "last": last}
    facts |= {"at_least": ["orders"]} if page.end else {}
    return alert(store.store_id, Cause("orders_leaving_window", at, first), facts)


def _exported(store_id: str, since: datetime, until: datetime) -> bool:
    """Reads the exports back to `until`: an older one cannot have these orders."""
    for job in every(lambda after: exports.listed(store_id, EXPORTS_PER_PAGE, after)):
        if job.requested_at < until:
            return False
        request = job.request
        complete = request.kind is Kind.ORDERS and not request.statuses and job.state is ExportState.SUCCEEDED
        if complete and request.since <= since and request.until >= until:
            return True
    return False


def _imported(store: Store, since: datetime, until: datetime) -> bool:
    """Has one imported file as many orders of these days as the store has? Then it has them all, because an order of a
    file is an order of the store; and the seller has the file. Reads the imports back to `until`."""
    zone = ZoneInfo(store.time_zone)
    first, end = (each.astimezone(zone).date().isoformat() for each in (since, until))
    for job in every(lambda after: imports.listed(store.store_id, IMPORTS_PER_PAGE, after)):
        if job.requested_at < until:
            return False
        if job.state is ImportState.SUCCEEDED:
            held = sum(count for day, count in job.days.items() if first <= day < end)
            if held and not lists.count_placed(store.store_id, since, until, held).cut_off:
                return True
    return False


def _digest(store: Store, at: datetime) -> Alert:
    """The alert with the counts of the day. It is resolved from the start."""
    zone = ZoneInfo(store.time_zone)
    today = at.astimezone(zone).date()
    yesterday, midnight = (start_of_day(day, store.time_zone) for day in (today - timedelta(days=1), today))
    open_ = alerts.listed(store.store_id, (State.OPEN,), tuple(Severity), MAX_COUNT, None)
    pages: dict[str, Page[Any]] = {
        "due_24h": lists.deadlines(store.store_id, MAX_COUNT, since=at, until=at + timedelta(hours=24)),
        "overdue": lists.deadlines(store.store_id, MAX_COUNT, until=at),
        "new_orders": lists.orders(store.store_id, MAX_COUNT, since=yesterday, until=midnight),
        "open": open_,
    }
    facts: dict[str, Any] = {name: len(page.items) for name, page in pages.items()}
    facts |= {"day": today.isoformat(), "critical": sum(each.severity == "critical" for each in open_.items)}
    cut = [name for name, page in pages.items() if page.end]
    facts |= {"at_least": [*cut, *(["critical"] if open_.end else [])]} if cut else {}
    return replace(alert(store.store_id, Cause("digest", at, today.isoformat()), facts), resolved_at=at)
