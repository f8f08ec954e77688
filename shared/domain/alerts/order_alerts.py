"""Which alerts a change of an order raises, and which it resolves.

The result does not depend on when a run happens to start. An alert of a timer has a time of its own: `due_at` less the
lead. A save first raises the alerts whose time passed while the order was unchanged, in turn with the lapses before the
change, and then the alerts of the change itself. If some alert times of a timer had passed already when the timer
started, only the one with the shortest lead is raised, at the start of the timer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shared.domain.alerts.model import Alert, Cause, alert, amount
from shared.domain.alerts.rules import OVERDUE
from shared.domain.countries import iso_country
from shared.domain.order import deadlines
from shared.domain.order.funds.amounts import Outcome
from shared.domain.order.history import Change, Entry
from shared.domain.order.model import Order, RefundState, Status, Timer
from shared.domain.order.summary import Summary
from shared.domain.order.transitions import CLOCK
from shared.domain.stores import Store

MAX_NEW_ORDER_AGE = timedelta(days=1)
"""An order that was placed longer ago than this when Orderkeep receives it raises no `new_order` alert."""
REMINDER_RULE = "payment reminder rule"
"""The actor of reminders by rule, in the history."""
MAX_NEWS_AGE = timedelta(days=7)
"""A closing, or a message, that is reported later than this raises no alert: it comes from an import of old orders."""


@dataclass(frozen=True, slots=True)
class AlertProgress:
    """The state of an order's alerts. All alerts with a time up to `until` have been raised; None before the first
    check. `open` are the causes of the alerts that are not resolved. `passed_over` is when the reminder rule decided
    not to remind the buyer of this order."""

    until: datetime | None = None
    open: tuple[Cause, ...] = ()
    passed_over: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertChanges:
    """What a save writes about alerts, beside the order. `resolved` are alerts that were open before, each with its
    time; an alert that is raised and resolved by the same save is in `raised` only. `remind_at` is when the order has
    to be checked next."""

    progress: AlertProgress
    raised: tuple[Alert, ...] = ()
    resolved: tuple[tuple[Cause, datetime], ...] = ()
    remind_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of alert that a change raises: if it `happened`, given the order before (None for a new one), the order
    after, and the history entry. The alert stays open while `current_while` holds; None: it is never open. `facts` are
    the alert's facts."""

    happened: Callable[[Order | None, Order, Entry], bool]
    current_while: Callable[[Order], bool] | None
    facts: Callable[[Order | None, Order, Entry], Mapping[str, Any]]


def _stage(order: Order | None) -> str:
    return order.dispute.stage if order is not None and order.dispute is not None and order.disputed else ""


def _entered(status: Status) -> Callable[[Order | None, Order, Entry], bool]:
    return lambda before, after, entry: after.status is status and (before is None or before.status is not status)


def _newly_disputed(before: Order | None, after: Order, entry: Entry) -> bool:
    former = before.dispute.dispute_id if before is not None and before.dispute and before.disputed else None
    return after.disputed and after.dispute is not None and after.dispute.dispute_id != former


def by_clock(entry: Entry) -> bool:
    """Is the entry the lapse of a timer in this store? A reminder by rule is not."""
    return entry.actor.role == CLOCK and entry.action != "remind_payment"


CLOSED_BY_TIMEOUT = frozenset(
    {"expire_examination", "expire_shipment", "expire_return_address", "seller_send_goods_timeout"}
    | {"examination_timeout", "seller_response_issue_timeout"}
)
"""Actions and end reasons that only a timer causes. In a store in `watch` mode the platform reports them."""


def cost(before: Order | None, after: Order) -> int:
    """The sum of the refunds that the change has accepted or paid, in minor units."""
    former = {each.refund_id for each in before.refunds if each.state in _PROMISED} if before else set()
    return sum(each.amount for each in after.refunds if each.state in _PROMISED and each.refund_id not in former)


_PROMISED = frozenset({RefundState.ACCEPTED, RefundState.PAID})


def _closed(before: Order | None, after: Order, entry: Entry) -> bool:
    ended = before is None or before.end_reason != after.end_reason
    reported = entry.action in CLOSED_BY_TIMEOUT or (ended and after.end_reason in CLOSED_BY_TIMEOUT)
    by_timeout = by_clock(entry) or (reported and entry.recorded_at - entry.at <= MAX_NEWS_AGE)
    violated = before is not None and len(after.violations) > len(before.violations)
    return by_timeout and (violated or cost(before, after) > 0)


def _closing_facts(before: Order | None, after: Order, entry: Entry) -> dict[str, Any]:
    violations = after.violations[len(before.violations) if before else 0 :]
    return (
        {"action": entry.action, "cost": amount(cost(before, after), after.currency)}
        | ({"end_reason": after.end_reason} if after.end_reason else {})
        | ({"violation": violations[-1].kind} if violations else {})
    )


def _total_facts(before: Order | None, after: Order, entry: Entry) -> dict[str, Any]:
    return {"total": amount(after.amounts.total, after.currency)}


def _received_facts(before: Order | None, after: Order, entry: Entry) -> dict[str, Any]:
    return _total_facts(before, after, entry) | {"received": amount(after.amounts.received or 0, after.currency)}


def _claim_facts(before: Order | None, after: Order, entry: Entry) -> dict[str, Any]:
    dispute = after.dispute
    assert dispute is not None
    claim = {} if dispute.claim is None else {"claim": amount(dispute.claim, after.currency)}
    return {"dispute_id": dispute.dispute_id} | claim


UNPAID = frozenset({Status.PLACE_ORDER_SUCCESS, Status.PAYMENT_PROCESSING})

EVENTS: Mapping[str, Event] = {
    "new_order": Event(
        lambda before, after, entry: before is None and entry.recorded_at - entry.at <= MAX_NEW_ORDER_AGE,
        lambda order: order.status in UNPAID,
        _total_facts,
    ),
    "short_payment": Event(
        _entered(Status.WAIT_SELLER_EXAMINE_MONEY),
        lambda order: order.status is Status.WAIT_SELLER_EXAMINE_MONEY,
        _received_facts,
    ),
    "cancellation_requested": Event(
        _entered(Status.IN_CANCEL), lambda order: order.status is Status.IN_CANCEL, _total_facts
    ),
    "dispute_opened": Event(_newly_disputed, lambda order: _stage(order) == "wait_seller", _claim_facts),
    "dispute_escalated": Event(
        lambda before, after, entry: _stage(after) == "platform" and _stage(before) != "platform",
        lambda order: _stage(order) == "platform",
        _claim_facts,
    ),
    "closed_by_clock": Event(_closed, None, _closing_facts),
    "closed_unpaid": Event(
        lambda before, after, entry: by_clock(entry) and entry.action == "expire_payment", None, _total_facts
    ),
}
"""The alerts that a change raises, by kind. Alerts of timers are not among them."""


def for_new_order(order: Order, entry: Entry, store: Store) -> AlertChanges:
    """The alerts of a new order."""
    raised, current = list[Alert](), list[Cause]()
    _raise_events(None, order, entry, entry.recorded_at, raised, current)
    _raise_at_start((), order, store, entry.recorded_at, entry, raised, current)
    progress = AlertProgress(entry.recorded_at, tuple(current))
    return AlertChanges(progress, tuple(raised), (), next_check_at(order, store, progress))


def for_change(before: Order, change: Change, store: Store, progress: AlertProgress) -> AlertChanges:
    """The alerts that the change raises and resolves, and those whose time passed before it."""
    previous, until, watched_until = before, progress.until, store.watched_until
    raised, ended, current = list[Alert](), list[tuple[Cause, datetime]](), list(progress.open)
    if until is not None and watched_until is not None and until < watched_until:
        # Nothing lapsed before the store switched to `enforce`, so these alerts come before the first lapse.
        _raise_due(previous, store, until, watched_until, raised, current)
        until = watched_until
    for entry, after in change.steps:
        lapsed = by_clock(entry)
        noticed_at = entry.at if lapsed else entry.recorded_at
        until = noticed_at if until is None else until
        _raise_due(previous, store, until, noticed_at, raised, current)
        if not (lapsed and entry.action == "expire_payment" and entry.at < until):
            _raise_events(previous, after, entry, noticed_at, raised, current)
        pending = None if lapsed else _pending_lapse(previous, after, store)
        until = max(until, min(noticed_at, pending or noticed_at))
        for cause in [each for each in current if not is_current(each, after)]:
            current.remove(cause)
            ended.append((cause, max(noticed_at, cause.at)))  # the clocks of two machines differ
        _raise_at_start(deadlines.running(previous), after, store, until, entry, raised, current)
        previous = after
    reached = AlertProgress(until, tuple(current), progress.passed_over)
    return _changes(previous, store, reached, progress, raised, ended)


def at(order: Order, store: Store, progress: AlertProgress, now: datetime) -> AlertChanges:
    """The alerts of an unchanged order whose time has passed by `now`. Alerts after the next lapse are left out: the
    lapse changes the order first."""
    raised, current = list[Alert](), list(progress.open)
    until = progress.until or now
    _raise_due(order, store, until, now, raised, current)
    reached = max((each.raised_at for each in raised), default=until)
    return _changes(order, store, AlertProgress(reached, tuple(current), progress.passed_over), progress, raised, [])


def unchanged(order: Order, store: Store, progress: AlertProgress) -> AlertChanges:
    """No alerts; only the time of the next check, because the store's rules or the order's `passed_over` changed."""
    return AlertChanges(progress, remind_at=next_check_at(order, store, progress))


def is_paid(order: Order | Summary) -> bool:
    """Has the buyer paid, by a report of the payment or by a snapshot?"""
    return order.status not in UNPAID | {Status.IN_BOOK_SALE} and order.outcome is not Outcome.CLOSED_UNPAID


def next_check_at(order: Order, store: Store, progress: AlertProgress) -> datetime | None:
    """The time of the next alert or payment reminder of the order, if nothing changes; None if there is none."""
    times = [cause.at for cause in timer_causes(order, store) if progress.until is None or cause.at > progress.until]
    reminder = reminder_at(order, store, progress)
    return min([*times, *([reminder] if reminder else [])], default=None)


def reminder_at(order: Order, store: Store, progress: AlertProgress) -> datetime | None:
    """When the store's rule reminds the buyer of this order to pay. None if it does not, or the buyer was reminded."""
    rule = store.alert_rules.remind_payment
    waits = order.status is Status.PLACE_ORDER_SUCCESS and not order.frozen and order.reminded_at is None
    if not rule.enabled or not waits or progress.passed_over or _is_exempt(order, rule.exempt_countries):
        return None
    at = order.placed_at + rule.after
    return at if rule.since is None or at > rule.since else None


def _is_exempt(order: Order, countries: Collection[str]) -> bool:
    return iso_country(order.buyer.country) in map(iso_country, countries)


def timer_causes(order: Order, store: Store) -> Iterator[Cause]:
    """The causes of all alerts of the order's running timers, past and future, up to the next lapse: the lapse changes
    the order first."""
    lapse = deadlines.next_lapse(order) if store.enforces else None
    rules = store.alert_rules
    for timer in deadlines.running(order):
        lapses = deadlines.on_lapse(order, timer) is not None
        for lead in rules.all_leads(timer.kind):
            at = timer.due_at - lead
            watch = store.in_watch_mode(at)
            applies = lead in rules.leads_at(timer.kind, at) and not (lead == OVERDUE and lapses and not watch)
            if applies and (watch or lapse is None or at <= lapse.due_at):
                yield _cause(order, timer, lead, at)


def is_current(cause: Cause, order: Order) -> bool:
    """Does the cause of an open alert still exist? A timer must still run and be due at the same time."""
    if cause.timer is not None:
        return Timer(cause.timer, cause.due_at) in deadlines.running(order)  # type: ignore[arg-type]
    current_while = EVENTS[cause.kind].current_while
    return current_while is not None and current_while(order)


def _cause(order: Order, timer: Timer, lead: timedelta, at: datetime) -> Cause:
    kind = "release_overdue" if timer.kind == "release" and lead == OVERDUE else "deadline"
    return Cause(kind, at, order.order_id, timer.kind, timer.due_at, lead)


def _raise_due(
    order: Order, store: Store, since: datetime, until: datetime, raised: list[Alert], current: list[Cause]
) -> None:
    """Raise the alerts of timers with a time after `since`, up to `until`."""
    passed = (cause for cause in timer_causes(order, store) if since < cause.at <= until)
    for cause in sorted(passed, key=lambda cause: (cause.at, cause.timer or "")):
        _raise_for_timer(order, cause, raised, current)


def _raise_at_start(
    before: Collection[Timer],
    order: Order,
    store: Store,
    at: datetime,
    entry: Entry,
    raised: list[Alert],
    current: list[Cause],
) -> None:
    """For each timer that runs now and did not run `before`, raise the alert with the shortest lead whose time has
    passed already. Not if it would have passed for a timer of full length, too: then every order would raise it.
    Nothing is raised if a timer lapses before `at`: the lapse changes the order first."""
    lapse = deadlines.next_lapse(order) if store.enforces else None
    if lapse is not None and lapse.due_at < at:
        return
    for timer in deadlines.running(order):
        if timer in before or timer.due_at <= at:
            continue
        passed = [lead for lead in store.alert_rules.leads_at(timer.kind, at) if timer.due_at - lead <= at]
        if passed and deadlines.full_length_due(store, order, timer.kind, at) - min(passed) > at:
            cause = replace(_cause(order, timer, min(passed), at), step=entry.seq)
            _raise_for_timer(order, cause, raised, current)


def _raise_for_timer(order: Order, cause: Cause, raised: list[Alert], current: list[Cause]) -> None:
    timer = Timer(cause.timer, cause.due_at)  # type: ignore[arg-type]
    facts = {"status": str(order.status), "on_lapse": deadlines.on_lapse(order, timer)}
    raised.append(alert(order.store_id, cause, facts | _total_of(order), of_order=True))
    current.append(cause)


def _total_of(order: Order) -> dict[str, Any]:
    return {"total": amount(order.amounts.total, order.currency)}


def _raise_events(
    before: Order | None, after: Order, entry: Entry, at: datetime, raised: list[Alert], current: list[Cause]
) -> None:
    for kind, event in EVENTS.items():
        if event.happened(before, after, entry):
            cause = Cause(kind, at, after.order_id, step=entry.seq)
            raised.append(alert(after.store_id, cause, event.facts(before, after, entry), of_order=True))
            if event.current_while is not None:
                current.append(cause)


def _pending_lapse(before: Order, after: Order, store: Store) -> datetime | None:
    """When the next lapse is due, if the change leaves it as it was (a note, or an action from before the lapse).
    Alerts are raised up to that time only, until the lapse is written."""
    lapse = deadlines.next_lapse(before) if store.enforces else None
    return lapse.due_at if lapse is not None and deadlines.next_lapse(after) == lapse else None


def _changes(
    order: Order,
    store: Store,
    progress: AlertProgress,
    before: AlertProgress,
    raised: Iterable[Alert],
    ended: Iterable[tuple[Cause, datetime]],
) -> AlertChanges:
    times = {cause.alert_id(order.store_id): at for cause, at in ended}
    alerts = tuple(
        replace(each, resolved_at=times[each.alert_id]) if each.alert_id in times else each for each in raised
    )
    resolved = tuple((cause, at) for cause, at in ended if cause in before.open)
    return AlertChanges(progress, alerts, resolved, next_check_at(order, store, progress))
