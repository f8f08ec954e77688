"""Which alerts a change of an order raises and which it ends, told in the order's own time.

Nothing here depends on when a run came. A timer's alert is due at a moment of its own (`due_at` less a lead); a save
first lets every such moment take effect that passed while the order was as it was, walking through the lapses that come
before the change, and only then the change. Of the moments that had passed before their timer was set, the tightest is
told at the setting.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from shared.domain.alerts.model import Alert, Cause, alert, amount
from shared.domain.alerts.rules import OVERDUE
from shared.domain.order import deadlines
from shared.domain.order.amounts import Outcome
from shared.domain.order.history import Entry
from shared.domain.order.lifecycle import Change
from shared.domain.order.model import Order, RefundState, Status, Timer
from shared.domain.order.transitions import CLOCK
from shared.domain.stores import Store

NEW_WITHIN = timedelta(days=1)
"""An order that was placed longer ago than this when it is first told of is none that anybody waits for."""
RULE = "payment reminder rule"
"""Who the clock's reminders are by, in the history."""
NEWS_WITHIN = timedelta(days=7)
"""How late the platform may tell of a closing that it still is news: what a loader brings in is past."""


@dataclass(frozen=True, slots=True)
class AlertProgress:
    """How far an order's alerts have been told: `until` is the moment up to which all have been (None where nobody has
    looked yet), `open` what is not over. `passed_over` is when the rule decided not to remind this buyer."""

    until: datetime | None = None
    open: tuple[Cause, ...] = ()
    passed_over: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertChanges:
    """What a save has to write about alerts beside the order. `resolved` are those that were open before; one that was
    raised and ended within the same save is in `raised`, resolved. `remind_at` is when to look again."""

    progress: AlertProgress
    raised: tuple[Alert, ...] = ()
    resolved: tuple[tuple[Cause, datetime], ...] = ()
    remind_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A kind that a change raises: when it has `happened`, how long it `lasts` (None: it is over as it happens), and
    what it tells."""

    happened: Callable[[Order | None, Order, Entry], bool]
    lasts: Callable[[Order], bool] | None
    facts: Callable[[Order | None, Order, Entry], Mapping[str, Any]]


def _stage(order: Order | None) -> str:
    return order.dispute.stage if order is not None and order.dispute is not None and order.disputed else ""


def _entered(status: Status) -> Callable[[Order | None, Order, Entry], bool]:
    return lambda before, after, entry: after.status is status and (before is None or before.status is not status)


def _newly_disputed(before: Order | None, after: Order, entry: Entry) -> bool:
    was = before.dispute.dispute_id if before is not None and before.dispute and before.disputed else None
    return after.disputed and after.dispute is not None and after.dispute.dispute_id != was


def by_clock(entry: Entry) -> bool:
    """A timer that lapsed, here; not a reminder by rule."""
    return entry.actor.role == CLOCK and entry.action != "remind_payment"


CLOSES_IN_SILENCE = frozenset(
    {"expire_examination", "expire_shipment", "expire_return_address", "seller_send_goods_timeout"}
    | {"examination_timeout", "seller_response_issue_timeout"}
)
"""Actions and end reasons that nothing but a timer brings, whoever tells of them: in a `watch` store the platform."""


def cost(before: Order | None, after: Order) -> int:
    """What a change has promised the buyer back that was not promised before, in minor units."""
    was = {each.refund_id for each in before.refunds if each.state in _PROMISED} if before else set()
    return sum(each.amount for each in after.refunds if each.state in _PROMISED and each.refund_id not in was)


_PROMISED = frozenset({RefundState.ACCEPTED, RefundState.PAID})


def _closed(before: Order | None, after: Order, entry: Entry) -> bool:
    ended = before is None or before.end_reason != after.end_reason
    told = entry.action in CLOSES_IN_SILENCE or (ended and after.end_reason in CLOSES_IN_SILENCE)
    silent = by_clock(entry) or (told and entry.recorded_at - entry.at <= NEWS_WITHIN)
    violated = before is not None and len(after.violations) > len(before.violations)
    return silent and (violated or cost(before, after) > 0)


def _closing(before: Order | None, after: Order, entry: Entry) -> dict[str, Any]:
    violations = after.violations[len(before.violations) if before else 0 :]
    told = {"action": entry.action, "cost": amount(cost(before, after), after.currency)}
    return (
        told
        | ({"end_reason": after.end_reason} if after.end_reason else {})
        | ({"violation": violations[-1].kind} if violations else {})
    )


def _total(before: Order | None, after: Order, entry: Entry) -> dict[str, Any]:
    return {"total": amount(after.amounts.total, after.currency)}


def _received(before: Order | None, after: Order, entry: Entry) -> dict[str, Any]:
    return _total(before, after, entry) | {"received": amount(after.amounts.received or 0, after.currency)}


def _claim(before: Order | None, after: Order, entry: Entry) -> dict[str, Any]:
    dispute = after.dispute
    assert dispute is not None
    told: dict[str, Any] = {"dispute_id": dispute.dispute_id}
    return told | ({} if dispute.claim is None else {"claim": amount(dispute.claim, after.currency)})


class HasOutcome(Protocol):
    """An order, or its row in a list."""

    @property
    def status(self) -> Status: ...
    @property
    def outcome(self) -> Outcome | None: ...


UNPAID = frozenset({Status.PLACE_ORDER_SUCCESS, Status.PAYMENT_PROCESSING})

EVENTS: Mapping[str, Event] = {
    "new_order": Event(
        lambda before, after, entry: before is None and entry.recorded_at - entry.at <= NEW_WITHIN,
        lambda order: order.status in UNPAID,
        _total,
    ),
    "short_payment": Event(
        _entered(Status.WAIT_SELLER_EXAMINE_MONEY),
        lambda order: order.status is Status.WAIT_SELLER_EXAMINE_MONEY,
        _received,
    ),
    "cancellation_requested": Event(_entered(Status.IN_CANCEL), lambda order: order.status is Status.IN_CANCEL, _total),
    "dispute_opened": Event(_newly_disputed, lambda order: _stage(order) == "wait_seller", _claim),
    "dispute_escalated": Event(
        lambda before, after, entry: _stage(after) == "platform" and _stage(before) != "platform",
        lambda order: _stage(order) == "platform",
        _claim,
    ),
    "closed_by_clock": Event(_closed, None, _closing),
    "closed_unpaid": Event(
        lambda before, after, entry: by_clock(entry) and entry.action == "expire_payment", None, _total
    ),
}
"""What has just happened, by kind of alert."""


def for_new_order(order: Order, entry: Entry, store: Store) -> AlertChanges:
    """The alerts of a new order."""
    raised, open_ = list[Alert](), list[Cause]()
    _happen(None, order, entry, entry.recorded_at, raised, open_)
    _set((), order, store, entry.recorded_at, entry, raised, open_)
    progress = AlertProgress(entry.recorded_at, tuple(open_))
    return AlertChanges(progress, tuple(raised), (), next_look(order, store, progress))


def for_change(before: Order, change: Change, store: Store, progress: AlertProgress) -> AlertChanges:
    """What the change raises and ends, with every moment that passed before it."""
    was, until, turned = before, progress.until, store.watched_until
    raised, over, open_ = list[Alert](), list[tuple[Cause, datetime]](), list(progress.open)
    if until is not None and turned is not None and until < turned:
        _pass(was, store, until, turned, raised, open_)  # before any lapse that came to take effect only then
        until = turned
    for entry, after in change.steps:
        lapsed = by_clock(entry)
        heard = entry.at if lapsed else entry.recorded_at
        until = heard if until is None else until
        _pass(was, store, until, heard, raised, open_)
        if not (lapsed and entry.action == "expire_payment" and entry.at < until):
            _happen(was, after, entry, heard, raised, open_)
        until = max(until, heard if lapsed else min(heard, _pending(was, after, store) or heard))
        for cause in [each for each in open_ if not lasts(each, after)]:
            open_.remove(cause)
            over.append((cause, max(heard, cause.at)))  # clocks differ
        _set(deadlines.running(was), after, store, until, entry, raised, open_)
        was = after
    return _told(was, store, AlertProgress(until, tuple(open_), progress.passed_over), progress, raised, over)


def at(order: Order, store: Store, progress: AlertProgress, now: datetime) -> AlertChanges:
    """What is to be told by `now` of an order that stays as it is. Up to its next lapse only: what comes behind that is
    told of the order as the lapse leaves it."""
    raised, open_ = list[Alert](), list(progress.open)
    until = progress.until or now
    _pass(order, store, until, now, raised, open_)
    reached = max((each.raised_at for each in raised), default=until)
    return _told(order, store, AlertProgress(reached, tuple(open_), progress.passed_over), progress, raised, [])


def unchanged(order: Order, store: Store, progress: AlertProgress) -> AlertChanges:
    """Nothing is told now; only when to look again may be another, because the store's rules are."""
    return AlertChanges(progress, remind_at=next_look(order, store, progress))


def bought(order: HasOutcome) -> bool:
    """Has it been paid for, whoever told of it?"""
    return order.status not in UNPAID | {Status.IN_BOOK_SALE} and order.outcome is not Outcome.CLOSED_UNPAID


def next_look(order: Order, store: Store, progress: AlertProgress) -> datetime | None:
    """When there is next something to tell or to do, as the order stands and the store's rules are."""
    ahead = [cause.at for cause in moments(order, store) if progress.until is None or cause.at > progress.until]
    reminder = reminder_at(order, store, progress)
    return min([*ahead, *([reminder] if reminder else [])], default=None)


def reminder_at(order: Order, store: Store, progress: AlertProgress) -> datetime | None:
    """When the store's rule reminds this order's buyer of the payment; None where it does not, or has."""
    rule = store.alert_rules.remind_payment
    waits = order.status is Status.PLACE_ORDER_SUCCESS and not order.frozen and order.reminded_at is None
    if not rule.enabled or not waits or progress.passed_over or order.buyer.country in rule.exempt_countries:
        return None
    at = order.placed_at + rule.after
    return at if rule.since is None or at > rule.since else None


def moments(order: Order, store: Store) -> Iterator[Cause]:
    """Every lead of the order's running timers with its moment, but none behind the next lapse: that changes the order
    first."""
    lapse = deadlines.next_lapse(order) if store.enforces else None
    rules = store.alert_rules
    for timer in deadlines.running(order):
        acts = deadlines.takes_effect(order, timer)
        for lead in rules.all_leads(timer.kind):
            at = timer.due_at - lead
            watched = store.watched(at)
            applies = lead in rules.leads_at(timer.kind, at) and not (lead == OVERDUE and acts and not watched)
            if applies and (watched or lapse is None or at <= lapse.due_at):
                yield _cause(order, timer, lead, at)


def lasts(cause: Cause, order: Order) -> bool:
    """Is what this alert is about still so? A timer that is held or due at another time is not."""
    if cause.timer is not None:
        return Timer(cause.timer, cause.due_at) in deadlines.running(order)  # type: ignore[arg-type]
    lasts = EVENTS[cause.kind].lasts
    return lasts is not None and lasts(order)


def _cause(order: Order, timer: Timer, lead: timedelta, at: datetime) -> Cause:
    kind = "release_overdue" if timer.kind == "release" and lead == OVERDUE else "deadline"
    return Cause(kind, at, order.order_id, timer.kind, timer.due_at, lead)


def _pass(
    order: Order, store: Store, since: datetime, until: datetime, raised: list[Alert], open_: list[Cause]
) -> None:
    """Raise what became due after `since`, up to `until`, while the order was like this."""
    passed = (cause for cause in moments(order, store) if since < cause.at <= until)
    for cause in sorted(passed, key=lambda cause: (cause.at, cause.timer or "")):
        _raise(order, cause, raised, open_)


def _set(
    before: Collection[Timer],
    order: Order,
    store: Store,
    at: datetime,
    entry: Entry,
    raised: list[Alert],
    open_: list[Cause],
) -> None:
    """Raise what is tight already of timers that run since this moment and did not run `before`: the shortest lead that
    lies behind. Not where a timer of full length that started now would have it behind it, too: every order of such a
    store would be told of. What lapses before this moment changes the order first."""
    lapse = deadlines.next_lapse(order) if store.enforces else None
    if lapse is not None and lapse.due_at < at:
        return
    for timer in deadlines.running(order):
        if timer in before or timer.due_at <= at:
            continue
        behind = [lead for lead in store.alert_rules.leads_at(timer.kind, at) if timer.due_at - lead <= at]
        if behind and deadlines.full_length_due(store, order, timer.kind, at) - min(behind) > at:
            cause = replace(_cause(order, timer, min(behind), at), step=entry.seq)
            _raise(order, cause, raised, open_)


def _raise(order: Order, cause: Cause, raised: list[Alert], open_: list[Cause]) -> None:
    timer = Timer(cause.timer, cause.due_at)  # type: ignore[arg-type]
    facts = {"status": str(order.status), "on_lapse": deadlines.on_lapse(order, timer)}
    raised.append(alert(order.store_id, cause, facts | _worth(order), of_order=True))
    open_.append(cause)


def _worth(order: Order) -> dict[str, Any]:
    return {"total": amount(order.amounts.total, order.currency)}


def _happen(
    before: Order | None, after: Order, entry: Entry, at: datetime, raised: list[Alert], open_: list[Cause]
) -> None:
    for kind, event in EVENTS.items():
        if event.happened(before, after, entry):
            cause = Cause(kind, at, after.order_id, step=entry.seq)
            raised.append(alert(after.store_id, cause, event.facts(before, after, entry), of_order=True))
            if event.lasts is not None:
                open_.append(cause)


def _pending(was: Order, after: Order, store: Store) -> datetime | None:
    """A lapse that was due already and that this change leaves due (a note, or a step of before it): the order's time
    stands there until the lapse is written."""
    lapse = deadlines.next_lapse(was) if store.enforces else None
    return lapse.due_at if lapse is not None and deadlines.next_lapse(after) == lapse else None


def _told(
    order: Order,
    store: Store,
    progress: AlertProgress,
    was: AlertProgress,
    raised: Iterable[Alert],
    over: Iterable[tuple[Cause, datetime]],
) -> AlertChanges:
    ended = {cause.alert_id(order.store_id): at for cause, at in over}
    alerts = tuple(
        replace(each, resolved_at=ended[each.alert_id]) if each.alert_id in ended else each for each in raised
    )
    before = tuple((cause, at) for cause, at in over if cause in was.open)
    return AlertChanges(progress, alerts, before, next_look(order, store, progress))
