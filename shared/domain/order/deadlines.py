"""The timers of an order: in which statuses each runs, when it is due, and which action its lapse carries out.

Durations come from the store's deadline policy (stores.py). A deadline that the platform supplies wins over ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.domain.order.funds.amounts import LAPSED_UNPAID
from shared.domain.order.model import FundState, Order, Status, Timer
from shared.domain.order.summary import Summary
from shared.domain.order.transitions import CLOCK, Actor, Command
from shared.domain.stores import Store

S = Status


@dataclass(frozen=True, slots=True)
class TimerRule:
    """`runs_in` are the statuses in which the timer runs. `lapses_in` are those of them in which its lapse carries out
    the action `on_lapse`. `held_by_dispute`: the timer stops while a dispute is open. `actor` is whose act it waits
    for: buyer, seller or platform."""

    actor: str
    runs_in: frozenset[Status]
    on_lapse: str | None = None
    lapses_in: frozenset[Status] = frozenset()
    held_by_dispute: bool = False


def _rule(
    actor: str, *runs_in: Status, on_lapse: str | None = None, shown_in: tuple[Status, ...] = (), held: bool = False
) -> TimerRule:
    return TimerRule(actor, frozenset(runs_in + shown_in), on_lapse, frozenset(runs_in if on_lapse else ()), held)


DISPUTABLE = frozenset({S.SELLER_PART_SEND_GOODS, S.WAIT_BUYER_ACCEPT_GOODS, S.FUND_PROCESSING})
"""The statuses in which a dispute can be opened."""

TIMERS: Mapping[str, TimerRule] = {
    "payment": _rule("buyer", S.PLACE_ORDER_SUCCESS, S.PAYMENT_PROCESSING, on_lapse="expire_payment"),
    "risk": _rule("platform", S.RISK_CONTROL, on_lapse="pass_risk"),
    "examination": _rule("seller", S.WAIT_SELLER_EXAMINE_MONEY, on_lapse="expire_examination"),
    "shipment": _rule(
        "seller",
        S.WAIT_SELLER_SEND_GOODS,
        S.SELLER_PART_SEND_GOODS,
        on_lapse="expire_shipment",
        shown_in=(S.IN_CANCEL,),
        held=True,
    ),
    "cancellation": _rule("seller", S.IN_CANCEL, on_lapse="accept_cancellation"),
    "receipt": _rule("buyer", S.WAIT_BUYER_ACCEPT_GOODS, on_lapse="expire_receipt", held=True),
    "release": _rule("platform", S.FUND_PROCESSING, held=True),
    "dispute_answer": _rule("seller", *DISPUTABLE, on_lapse="accept"),
    "dispute_buyer": _rule("buyer", *DISPUTABLE, on_lapse="escalate"),
    "return_address": _rule("seller", *DISPUTABLE, on_lapse="expire_return_address"),
    "return": _rule("buyer", *DISPUTABLE, on_lapse="expire_return"),
    "confirm_return": _rule("seller", *DISPUTABLE, on_lapse="confirm_return"),
    "decision": _rule("platform", *DISPUTABLE),
}
"""The timer table, by kind of timer. `on_lapse` is an action of one of the tables in lifecycle.py."""
TIMED = tuple(status for status in Status if any(status in rule.runs_in for rule in TIMERS.values()))
"""The statuses in which a timer may run."""
BY_STAGE: Mapping[str, str] = {
    "wait_seller": "dispute_answer",
    "wait_buyer": "dispute_buyer",
    "platform": "decision",
    "wait_address": "return_address",
    "wait_return": "return",
    "wait_confirm_return": "confirm_return",
}
"""The stages of an open dispute, and the timer of each."""

DAY = timedelta(days=1)
GRACE = timedelta(hours=24)
"""The time that the seller gets when an order returns to a status whose timer is overdue already."""
MAX_EXTENSION_DAYS = 60


def running(order: Order | Summary) -> tuple[Timer, ...]:
    """The timers that run now, the earliest first. None while the order is frozen; a dispute stops those it holds."""
    if order.frozen:
        return ()
    timers = (
        timer
        for timer in order.timers
        if order.status in TIMERS[timer.kind].runs_in and not (order.disputed and TIMERS[timer.kind].held_by_dispute)
    )
    return tuple(sorted(timers, key=lambda timer: (timer.due_at, timer.kind)))


def seller_due(order: Order | Summary) -> Timer | None:
    """The earliest running timer on which the seller must act."""
    return next((timer for timer in running(order) if TIMERS[timer.kind].actor == "seller"), None)


def held(order: Order | Summary) -> tuple[tuple[Timer, datetime | None], ...]:
    """The timers that a freeze or a dispute has stopped, each with the time since when; None in a list of an order that
    the former code wrote. Their `due_at` moves later when the pause ends."""
    found: list[tuple[Timer, datetime | None]] = []
    for timer in order.timers:
        rule = TIMERS[timer.kind]
        by_dispute = order.disputed and rule.held_by_dispute
        if order.status in rule.runs_in and (order.frozen or by_dispute):
            pauses = (order.frozen_at, order.disputed_since if by_dispute else None)
            found.append((timer, min((at for at in pauses if at is not None), default=None)))
    return tuple(found)


def on_lapse(order: Order | Summary, timer: Timer) -> str | None:
    """The action that the lapse of this timer carries out in the order's status; None if there is none, or the timer is
    `watched`. A dispute without a known claim cannot be accepted by default."""
    if timer.kind in order.watched:
        return None
    rule = TIMERS[timer.kind]
    unclaimed = order.claimless and timer.kind == "dispute_answer"
    return rule.on_lapse if order.status in rule.lapses_in and not unclaimed else None


def next_lapse(order: Order) -> Timer | None:
    """The earliest running timer whose lapse changes the order."""
    return next((timer for timer in running(order) if on_lapse(order, timer)), None)


def update_timers(order: Order, started: Mapping[str, datetime], supplied: Mapping[str, datetime]) -> Order:
    """The order with the timers of its status: those that no longer apply are dropped, the `started` ones are added,
    and deadlines that the platform supplied, now or earlier, win.

    A supplied deadline whose timer does not run yet (a ship-by in a placement) is kept until the timer starts, or the
    order has ended for good. A timer that gets another time is not `watched` any longer.
    """
    platform = {timer.kind: timer.due_at for timer in order.supplied} | dict(supplied)
    former = {timer.kind: timer.due_at for timer in order.timers}
    due = former | dict(started)
    due |= {kind: platform[kind] for kind in platform if kind in due or kind in supplied}
    timers = tuple(Timer(kind, due[kind]) for kind in TIMERS if kind in due and _applies(order, kind))
    kinds = {timer.kind for timer in timers}
    ship_by = None if "shipment" in kinds else platform.get("shipment") or former.get("shipment") or order.ship_by
    later = (
        ()
        if order.status is Status.FINISH and order.end_reason != LAPSED_UNPAID
        else (Timer(kind, platform[kind]) for kind in TIMERS if kind in platform and kind not in kinds)
    )
    watched = tuple(kind for kind in order.watched if kind in kinds and due[kind] == former.get(kind))
    return replace(order, timers=timers, supplied=tuple(later), ship_by=ship_by, watched=watched)


def _applies(order: Order, kind: str) -> bool:
    """Does a timer of this kind belong to the order's status, fund state and dispute stage?"""
    if kind == "release" and order.fund_state is not FundState.AWAITING_RELEASE:
        return False
    if kind in BY_STAGE.values():
        stage = order.dispute.stage if order.dispute and order.disputed else ""
        return BY_STAGE.get(stage) == kind and order.status in TIMERS[kind].runs_in
    return order.status in TIMERS[kind].runs_in


def postponed(timers: Iterable[Timer], by: timedelta, *, held_only: bool = False) -> tuple[Timer, ...]:
    """The timers, due later by the length of a pause. `held_only`: only those that a dispute holds are moved."""
    return tuple(
        replace(timer, due_at=timer.due_at + by) if TIMERS[timer.kind].held_by_dispute or not held_only else timer
        for timer in timers
    )


def timer_clock(order: Order, at: datetime) -> datetime:
    """`at`, or the start of the freeze or open dispute that has stopped the timers. A timer that starts during a pause
    is computed from the start of the pause, because the end of the pause moves it by the whole length."""
    at = min(at, order.frozen_at or at)
    return min(at, order.dispute.held_since) if order.dispute is not None and order.disputed else at


def payment_due(store: Store, placed_at: datetime) -> datetime:
    return placed_at + store.policy.durations["payment"]


def shipment_due(store: Store, order: Order, start: datetime) -> datetime:
    """Ship-by: the end (23:59:59, in the store's zone) of the n-th business day after `start`. n is the largest
    `handling_days` of the lines still to be shipped, or the store's default if no line has any."""
    progress = order.line_progress()
    handling_days = [
        line.handling_days for line in order.lines if line.handling_days is not None and progress[line.line_id].left
    ]
    days = max(handling_days) if handling_days else store.policy.durations["shipment"].days
    zone = ZoneInfo(store.time_zone)
    day = business_day(store, start.astimezone(zone).date(), days)
    return datetime.combine(day, time(23, 59, 59), zone).replace(fold=1).astimezone(UTC)


def full_length_due(store: Store, order: Order, kind: str, start: datetime) -> datetime:
    """When a timer of this kind would be due if it started at `start` with its full length."""
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
    """The `count`-th business day after `day`. A store without business days counts calendar days."""
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
    """When receipt is due: `delivery_days` × 24 h after the last shipment, plus extensions; earlier once every parcel
    is delivered; never before `earliest`, when the timer starts."""
    earliest = timer_clock(order, earliest)
    last_shipped = timer_clock(order, max((parcel.shipped_at for parcel in order.parcels), default=earliest))
    promised = DAY * order.delivery_days if order.delivery_days is not None else store.policy.durations["receipt"]
    due = last_shipped + promised + DAY * order.extended_days
    delivered = [parcel.delivered_at for parcel in order.parcels]
    if delivered and all(delivered):
        last_delivered = timer_clock(order, max(at for at in delivered if at is not None))
        due = min(due, last_delivered + store.policy.durations["receipt_after_delivery"])
    return max(due, earliest)


def next_command(
    order: Order, store: Store, before: datetime, recorded_at: datetime, new_id: Callable[[str], str]
) -> Command | None:
    """The next command of the clock: the payment of accepted refunds of 0, or the lapse of a timer that is due before
    `before`; None if there is neither."""
    clock = Actor(CLOCK, CLOCK)
    if not order.frozen and any(refund.is_of_nothing for refund in order.refunds):
        return Command("complete_refund", clock, recorded_at, recorded_at, store, new_id)
    timer = next_lapse(order) if store.enforces else None
    if timer is None or timer.due_at >= before:
        return None
    action = on_lapse(order, timer)
    assert action is not None
    return Command(action, clock, timer.due_at, recorded_at, store, new_id)
