"""The timers of an order: when each runs, when it is due, and what its lapse does.

Durations are the store's policy (stores.py); a timer that the platform supplies wins over one computed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from shared.domain.order.model import FundState, Order, Status, Timer
from shared.domain.stores import Store

S = Status


@dataclass(frozen=True, slots=True)
class TimerRule:
    """`runs_in`: the statuses in which the timer is shown; `lapses_in`: those of them in which its lapse acts."""

    runs_in: frozenset[Status]
    on_lapse: str | None = None
    lapses_in: frozenset[Status] = frozenset()
    held_by_dispute: bool = False


def _rule(
    *runs_in: Status, on_lapse: str | None = None, shown_in: tuple[Status, ...] = (), held: bool = False
) -> TimerRule:
    return TimerRule(frozenset(runs_in + shown_in), on_lapse, frozenset(runs_in if on_lapse else ()), held)


DISPUTABLE = frozenset({S.SELLER_PART_SEND_GOODS, S.WAIT_BUYER_ACCEPT_GOODS, S.FUND_PROCESSING})
"""Where a dispute can be opened."""

TIMERS: Mapping[str, TimerRule] = {
    "payment": _rule(S.PLACE_ORDER_SUCCESS, S.PAYMENT_PROCESSING, on_lapse="expire_payment"),
    "risk": _rule(S.RISK_CONTROL, on_lapse="pass_risk"),
    "examination": _rule(S.WAIT_SELLER_EXAMINE_MONEY, on_lapse="expire_examination"),
    "shipment": _rule(
        S.WAIT_SELLER_SEND_GOODS,
        S.SELLER_PART_SEND_GOODS,
        on_lapse="expire_shipment",
        shown_in=(S.IN_CANCEL,),
        held=True,
    ),
    "cancellation": _rule(S.IN_CANCEL, on_lapse="accept_cancellation"),
    "receipt": _rule(S.WAIT_BUYER_ACCEPT_GOODS, on_lapse="expire_receipt", held=True),
    "release": _rule(S.FUND_PROCESSING, held=True),
    "dispute_answer": _rule(*DISPUTABLE, on_lapse="accept"),
    "dispute_buyer": _rule(*DISPUTABLE, on_lapse="escalate"),
    "return_address": _rule(*DISPUTABLE, on_lapse="expire_return_address"),
    "return": _rule(*DISPUTABLE, on_lapse="expire_return"),
    "confirm_return": _rule(*DISPUTABLE, on_lapse="confirm_return"),
    "decision": _rule(*DISPUTABLE),
}
"""The timer table. `on_lapse` names the clock's action in one of the tables of lifecycle.py."""
BY_STAGE: Mapping[str, str] = {
    "wait_seller": "dispute_answer",
    "wait_buyer": "dispute_buyer",
    "platform": "decision",
    "wait_address": "return_address",
    "wait_return": "return",
    "wait_confirm_return": "confirm_return",
}
"""Every stage of an open dispute, and the timer that runs in it."""

DAY = timedelta(days=1)
RETURNED_GRACE = timedelta(hours=24)
"""What is left to ship when a cancellation is refused after ship-by has lapsed."""
MAX_EXTENSION_DAYS = 60


class Timed(Protocol):
    """What telling its timers takes: an order, or its row in a list."""

    @property
    def status(self) -> Status: ...
    @property
    def timers(self) -> tuple[Timer, ...]: ...
    @property
    def frozen(self) -> bool: ...
    @property
    def disputed(self) -> bool: ...


def running(order: Timed) -> tuple[Timer, ...]:
    """The timers that count now, most urgent first: none while frozen, and in a dispute only the dispute's own."""
    if order.frozen:
        return ()
    counting = (
        timer
        for timer in order.timers
        if order.status in TIMERS[timer.kind].runs_in and not (order.disputed and TIMERS[timer.kind].held_by_dispute)
    )
    return tuple(sorted(counting, key=lambda timer: (timer.due_at, timer.kind)))


def on_lapse(order: Timed, timer: Timer) -> str | None:
    """The clock's action when this timer lapses as the order stands, or None where nothing happens by itself."""
    rule = TIMERS[timer.kind]
    return rule.on_lapse if order.status in rule.lapses_in else None


def acts(order: Order, timer: Timer) -> bool:
    """Does this timer's lapse do something as the order stands? Where only a snapshot has told of a dispute, nobody
    knows what silence would accept."""
    unclaimed = order.dispute is not None and order.dispute.claim is None
    return on_lapse(order, timer) is not None and not (unclaimed and timer.kind == "dispute_answer")


def next_lapse(order: Order) -> Timer | None:
    """The earliest running timer whose lapse does something."""
    return next((timer for timer in running(order) if acts(order, timer)), None)


def settle(order: Order, started: Mapping[str, datetime], supplied: Mapping[str, datetime]) -> Order:
    """Drop the timers that have no meaning in the order's status, start the `started` ones, let the `supplied` win.

    What the platform supplies ahead of its time (a ship-by in POST) is kept until the order gets there.
    """
    told = {timer.kind: timer.due_at for timer in order.supplied} | dict(supplied)
    ran = {timer.kind: timer.due_at for timer in order.timers}
    due = ran | dict(started)
    due |= {kind: told[kind] for kind in told if kind in due or kind in supplied}
    timers = tuple(Timer(kind, due[kind]) for kind in TIMERS if kind in due and _stays(order, kind))
    counting = {timer.kind for timer in timers}
    ship_by = None if "shipment" in counting else told.get("shipment") or ran.get("shipment") or order.ship_by
    later = (
        ()
        if order.status is Status.FINISH
        else (Timer(kind, told[kind]) for kind in TIMERS if kind in told and kind not in counting)
    )
    return replace(order, timers=timers, supplied=tuple(later), ship_by=ship_by)


def _stays(order: Order, kind: str) -> bool:
    if kind == "release" and order.fund_state is not FundState.AWAITING_RELEASE:
        return False
    if kind in BY_STAGE.values():
        stage = order.dispute.stage if order.dispute and order.disputed else ""
        return BY_STAGE.get(stage) == kind and order.status in TIMERS[kind].runs_in
    return order.status in TIMERS[kind].runs_in


def moved(timers: Iterable[Timer], by: timedelta, *, held_only: bool = False) -> tuple[Timer, ...]:
    """The same timers, due later by a pause; `held_only` moves those that a dispute holds."""
    return tuple(
        replace(timer, due_at=timer.due_at + by) if TIMERS[timer.kind].held_by_dispute or not held_only else timer
        for timer in timers
    )


def own_time(order: Order, at: datetime) -> datetime:
    """`at` on the clock that a freeze or an open dispute has stopped: what starts meanwhile starts when the pause
    began, because all that it holds moves by the whole time it lasted."""
    at = min(at, order.frozen_at or at)
    return min(at, order.dispute.held_since) if order.dispute is not None and order.disputed else at


def payment_due(store: Store, placed_at: datetime) -> datetime:
    return placed_at + store.policy.durations["payment"]


def shipment_due(store: Store, order: Order, start: datetime) -> datetime:
    """Ship-by: the largest `handling_days` of the lines still to be shipped, in business days from the next day, at the
    end of that day (23:59:59) in the store's zone and calendar. Elsewhere the platform's own deadline is supplied."""
    tallies = order.tallies()
    named = [
        line.handling_days for line in order.lines if line.handling_days is not None and tallies[line.line_id].left
    ]
    days = max(named) if named else store.policy.durations["shipment"].days
    zone = ZoneInfo(store.time_zone)
    day = business_day(store, start.astimezone(zone).date(), days)
    return datetime.combine(day, time(23, 59, 59), zone).replace(fold=1).astimezone(UTC)


def full(store: Store, order: Order, kind: str, start: datetime) -> datetime:
    """When a timer of this kind would be due that started now with its full length."""
    if kind == "shipment":
        return shipment_due(store, order, start)
    durations = store.policy.durations
    length = durations[kind]
    if kind == "receipt":
        length = length if order.delivery_days is None else DAY * order.delivery_days
        if order.parcels and all(parcel.delivered_at for parcel in order.parcels):
            length = min(length, durations["receipt_after_delivery"])
    return start + length


def business_day(store: Store, day: date, count: int) -> date:
    """The `count`-th business day after `day`; a store with no business day at all counts calendar days."""
    if not store.business_days:
        return day + DAY * count
    for _ in range(count):
        day += DAY
        closed = 0
        while (day.isoweekday() not in store.business_days or day in store.holidays) and closed < 366:
            day += DAY
            closed += 1
    return day


def receipt_due(store: Store, order: Order, earliest: datetime) -> datetime:
    """The buyer's window: `delivery_days` × 24 h from the last shipment, shortened once every parcel is delivered, and
    never before `earliest`, the moment it begins."""
    earliest = own_time(order, earliest)
    last_shipped = own_time(order, max((parcel.shipped_at for parcel in order.parcels), default=earliest))
    promised = DAY * order.delivery_days if order.delivery_days is not None else store.policy.durations["receipt"]
    due = last_shipped + promised + DAY * order.extended_days
    delivered = [parcel.delivered_at for parcel in order.parcels]
    if delivered and all(delivered):
        last_delivered = own_time(order, max(at for at in delivered if at is not None))
        due = min(due, last_delivered + store.policy.durations["receipt_after_delivery"])
    return max(due, earliest)
