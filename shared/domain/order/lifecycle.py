"""The life of an order: one table of rows, and the two ways to read it.

`act` carries out one action, `allowed_actions` says what could be done. Each row is (action, actors, sources, verb,
guards). The steps of a dispute have a table of their own (disputes.py) and are carried out here, too. A guard on state,
overlay, count or time answers Conflict; rules about a request's content are the verbs' and answer Unprocessable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shared.domain.errors import TransitionNotAllowed
from shared.domain.order import deadlines, disputes, funds, overlays, payments, refunds, shipments, sync
from shared.domain.order.history import Entry, changes
from shared.domain.order.model import FundState, Order, RefundState, Status
from shared.domain.order.transitions import CLOCK, PLATFORM, Actor, Command, Guard, Row, Verb, row
from shared.domain.stores import Store

ANY = frozenset(Status)
NOT_FINISHED = ANY - {Status.FINISH}
UNPAID = frozenset({Status.PLACE_ORDER_SUCCESS, Status.PAYMENT_PROCESSING})
IN_RISK = frozenset({Status.RISK_CONTROL, Status.RISK_CONTROL_HOLD})
TO_SHIP = frozenset({Status.WAIT_SELLER_SEND_GOODS, Status.SELLER_PART_SEND_GOODS})
ON_ITS_WAY = frozenset({Status.SELLER_PART_SEND_GOODS, Status.WAIT_BUYER_ACCEPT_GOODS})


NO_DISPUTE = Guard(lambda order, at: not order.disputed, "dispute_open", "A dispute is open on this order.")
NOT_DISPUTED_YET = Guard(
    lambda order, at: not order.disputed or not disputes.claimed(order), NO_DISPUTE.code, NO_DISPUTE.because
)
AWAITING_RELEASE = Guard(
    lambda order, at: order.fund_state is FundState.AWAITING_RELEASE,
    "transition_not_allowed",
    "The order's funds are not awaiting release.",
)
DISPUTABLE = Guard(
    lambda order, at: order.status is not Status.FUND_PROCESSING or AWAITING_RELEASE.holds(order, at),
    AWAITING_RELEASE.code,
    AWAITING_RELEASE.because,
)
REFUND_ACCEPTED = Guard(
    lambda order, at: any(refund.state is RefundState.ACCEPTED for refund in order.refunds),
    "transition_not_allowed",
    "The order has no accepted refund to pay.",
)
NOT_REMINDED = Guard(
    lambda order, at: order.reminded_at is None,
    "already_reminded",
    "The buyer of this order has been reminded once already.",
)
CAN_EXTEND = Guard(
    lambda order, at: order.extended_days < deadlines.MAX_EXTENSION_DAYS,
    "extension_exhausted",
    f"The receipt window has been extended by {deadlines.MAX_EXTENSION_DAYS} days already.",
)
CAN_EDIT = Guard(
    lambda order, at: any(parcel.edits < shipments.MAX_EDITS for parcel in order.parcels),
    "edits_exhausted",
    f"Each parcel can be edited {shipments.MAX_EDITS} times, and has been.",
)
EDITABLE_YET = Guard(
    lambda order, at: any(shipments.editable(parcel, at) for parcel in order.parcels),
    "edit_window_closed",
    f"A parcel can be edited within {shipments.EDIT_WINDOW.days} days of its shipment.",
)
UNDELIVERED = Guard(
    lambda order, at: any(parcel.delivered_at is None for parcel in order.parcels),
    "already_delivered",
    "Every parcel has been reported as delivered already.",
)
ROOM_FOR_PARCELS = Guard(
    lambda order, at: len(order.parcels) < shipments.MAX_PARCELS,
    "too_many_parcels",
    f"An order has at most {shipments.MAX_PARCELS} parcels.",
)
IS_FROZEN = Guard(lambda order, at: order.frozen, "transition_not_allowed", "The order is not frozen.")


S = Status
TABLE: tuple[Row, ...] = (
    row("start_payment", "platform", S.PLACE_ORDER_SUCCESS, payments.start),
    row("fail_payment", "platform", S.PAYMENT_PROCESSING, payments.fail),
    row("pay", "platform", UNPAID, payments.pay),
    row("adjust_price", "seller", S.PLACE_ORDER_SUCCESS, payments.adjust_price),
    row("remind_payment", "seller clock", S.PLACE_ORDER_SUCCESS, payments.remind, NOT_REMINDED),
    row("cancel_unpaid", "platform", UNPAID, payments.cancel_unpaid),
    row("expire_payment", "clock", UNPAID, payments.expire),
    row("pass_risk", "platform clock", S.RISK_CONTROL, payments.pass_risk),
    row("pass_risk", "platform", S.RISK_CONTROL_HOLD, payments.pass_risk),
    row("hold_risk", "platform", S.RISK_CONTROL, payments.hold_risk),
    row("reject_risk", "platform", IN_RISK, refunds.reject_risk),
    row("cancel_in_risk", "platform", IN_RISK, refunds.cancel_in_risk),
    row("report_short_payment", "platform", IN_RISK, payments.report_short_payment),
    row("accept_payment", "seller", S.WAIT_SELLER_EXAMINE_MONEY, payments.accept_payment),
    row("refuse_payment", "seller", S.WAIT_SELLER_EXAMINE_MONEY, refunds.refuse_payment),
    row("expire_examination", "clock", S.WAIT_SELLER_EXAMINE_MONEY, refunds.expire_examination),
    row("ship", "seller", TO_SHIP, shipments.ship, ROOM_FOR_PARCELS),
    row("edit_shipment", "seller", ON_ITS_WAY, shipments.edit, CAN_EDIT, EDITABLE_YET),
    row("expire_shipment", "clock", S.WAIT_SELLER_SEND_GOODS, refunds.expire_shipment),
    row("expire_shipment", "clock", S.SELLER_PART_SEND_GOODS, refunds.close_unshipped),
    row("request_cancellation", "platform", S.WAIT_SELLER_SEND_GOODS, refunds.request_cancellation),
    row("accept_cancellation", "seller clock", S.IN_CANCEL, refunds.accept_cancellation),
    row("reject_cancellation", "seller", S.IN_CANCEL, refunds.reject_cancellation),
    row("withdraw_cancellation", "platform", S.IN_CANCEL, refunds.withdraw_cancellation),
    row("report_delivery", "platform", ON_ITS_WAY, shipments.report_delivery, UNDELIVERED),
    row(
        "extend_receipt",
        "seller",
        S.WAIT_BUYER_ACCEPT_GOODS,
        shipments.extend_receipt,
        NO_DISPUTE,
        CAN_EXTEND,
    ),
    row("confirm_receipt", "platform", S.WAIT_BUYER_ACCEPT_GOODS, funds.confirm_receipt, NO_DISPUTE),
    row("expire_receipt", "clock", S.WAIT_BUYER_ACCEPT_GOODS, funds.expire_receipt, NO_DISPUTE),
    row("release_funds", "platform", S.FUND_PROCESSING, funds.release, AWAITING_RELEASE, NO_DISPUTE),
    row("complete_refund", "platform", ANY, funds.complete_refund, REFUND_ACCEPTED),
    row("freeze", "platform", NOT_FINISHED, overlays.freeze),
    row("unfreeze", "platform", NOT_FINISHED, overlays.unfreeze, IS_FROZEN),
    row(
        "open_dispute",
        "platform",
        ON_ITS_WAY | {S.FUND_PROCESSING},
        disputes.open_dispute,
        DISPUTABLE,
        NOT_DISPUTED_YET,
    ),
    row("sync", "platform", ANY, sync.sync),
)

ROWS: Mapping[str, tuple[Row, ...]] = {
    action: tuple(each for each in (*TABLE, *disputes.TABLE) if each.action == action)
    for action in dict.fromkeys(each.action for each in (*TABLE, *disputes.TABLE))
}
ACTIONS: tuple[str, ...] = tuple(dict.fromkeys(each.action for each in TABLE))
"""Those of an order; the steps of its dispute are disputes.ACTIONS."""
ALLOWED_WHILE_FROZEN = frozenset({"unfreeze", "sync"})
"""The only actions that a frozen order admits."""


@dataclass(frozen=True, slots=True)
class Change:
    """The order after a change, and the history entries that led there: one for each version made. `between` are the
    orders that those entries but the last made."""

    order: Order
    entries: tuple[Entry, ...]
    between: tuple[Order, ...] = ()

    @property
    def steps(self) -> tuple[tuple[Entry, Order], ...]:
        """Each entry with the order as it made it."""
        return tuple(zip(self.entries, (*self.between, self.order), strict=True)) if self.entries else ()


def actors_of(action: str) -> frozenset[str]:
    """Everyone who may ever do this: `seller`, `platform`, `clock`. KeyError where there is no such action."""
    return frozenset().union(*(each.actors for each in ROWS[action]))


def allowed_actions(
    order: Order, actor: str, store: Store, now: datetime, among: Sequence[str] = ACTIONS
) -> tuple[str, ...]:
    """What `actor` could do now, once the timers that have lapsed take effect; content may still be refused. `among`
    the steps of the order, or those of its dispute."""
    return _allowed(lapse(order, store, before=now, recorded_at=now).order, actor, now, among)


def act(order: Order, command: Command) -> Change:
    """Apply the timers that had lapsed before the command's own moment, then the command.

    Raises Conflict or Unprocessable, and then nothing has happened, the lapses included: the order given stays as it
    was. A `sync` that is late or changes nothing answers with no entry for itself.
    """
    lapsed = lapse(order, command.store, before=command.at, recorded_at=command.recorded_at, new_id=command.new_id)
    done = _apply(_row_for(lapsed.order, command).verb, lapsed.order, command)
    if not done.entries:
        return Change(order, ())
    between = (*lapsed.between, lapsed.order) if lapsed.entries else ()
    return Change(done.order, lapsed.entries + done.entries, between)


def lapse(
    order: Order,
    store: Store,
    *,
    before: datetime,
    recorded_at: datetime,
    new_id: Callable[[str], str] | None = None,
) -> Change:
    """Let every timer due before `before` take effect at its own `due_at`, in turn (api.md, "The clock").

    In a `watch` store nothing lapses. Without `new_id` the result is for looking at only: its records have no ids.
    """
    entries, between = tuple[Entry, ...](), tuple[Order, ...]()
    while store.enforces and (timer := deadlines.next_lapse(order)) and timer.due_at < before:
        action = deadlines.on_lapse(order, timer)
        assert action is not None
        command = Command(
            action,
            Actor(CLOCK, CLOCK),
            timer.due_at,
            recorded_at,
            store,
            new_id=new_id or (lambda prefix: prefix),
        )
        done = _apply(_row_for(order, command).verb, order, command)
        between = (*between, order) if entries else ()
        order, entries = done.order, entries + done.entries
    return Change(order, entries, between)


def _apply(verb: Verb, order: Order, command: Command) -> Change:
    after = verb(order, command)
    if after is order:
        return Change(order, ())
    if command.actor.role == PLATFORM:
        after = replace(after, platform_at=max(after.platform_at, command.at))
    after = replace(after, version=order.version + 1, time_zone=order.time_zone or command.store.time_zone)
    extra: Mapping[str, Any] = {"skipped": skipped} if (skipped := _skipped(order, after, command)) else {}
    entry = Entry(
        seq=after.version,
        at=command.at,
        recorded_at=command.recorded_at,
        actor=command.actor,
        action=command.action,
        from_status=order.status,
        to_status=after.status,
        reason=command.reason,
        changes={**changes(order, after), **extra},
    )
    return Change(after, (entry,))


def _allowed(order: Order, actor: str, at: datetime, among: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        action
        for action in among
        if (not order.frozen or action in ALLOWED_WHILE_FROZEN)
        and any(
            actor in each.actors
            and order.status in each.sources
            and all(guard.holds(order, at) for guard in each.guards)
            for each in ROWS[action]
        )
    )


def _row_for(order: Order, command: Command) -> Row:
    def refuse(code: str = "transition_not_allowed", because: str | None = None) -> TransitionNotAllowed:
        among = disputes.ACTIONS if command.action in disputes.ACTIONS else ACTIONS
        allowed = _allowed(order, command.actor.kind, command.at, among)
        return TransitionNotAllowed(order.status, command.action, allowed, code=code, detail=because)

    if order.frozen and command.action not in ALLOWED_WHILE_FROZEN:
        raise refuse("order_frozen", "The order is frozen: only unfreeze, sync, messages and notes pass.")
    unmet: Guard | None = None
    for each in ROWS[command.action]:
        if command.actor.kind in each.actors and order.status in each.sources:
            failed = next((guard for guard in each.guards if not guard.holds(order, command.at)), None)
            if failed is None:
                return each
            unmet = unmet or failed
    raise refuse(unmet.code, unmet.because) if unmet else refuse()


STEPS: Mapping[Status, tuple[Status, ...]] = {
    S.PLACE_ORDER_SUCCESS: (S.PAYMENT_PROCESSING, S.RISK_CONTROL, S.FINISH),
    S.PAYMENT_PROCESSING: (S.RISK_CONTROL, S.FINISH),
    S.IN_BOOK_SALE: (S.RISK_CONTROL, S.FINISH),
    S.RISK_CONTROL: (
        S.WAIT_SELLER_SEND_GOODS,
        S.RISK_CONTROL_HOLD,
        S.WAIT_SELLER_EXAMINE_MONEY,
        S.WAIT_GROUP_SUCCESS,
        S.FUND_PROCESSING,
    ),
    S.RISK_CONTROL_HOLD: (
        S.WAIT_SELLER_SEND_GOODS,
        S.WAIT_SELLER_EXAMINE_MONEY,
        S.WAIT_GROUP_SUCCESS,
        S.FUND_PROCESSING,
    ),
    S.WAIT_GROUP_SUCCESS: (S.WAIT_SELLER_SEND_GOODS, S.FUND_PROCESSING),
    S.WAIT_SELLER_EXAMINE_MONEY: (S.WAIT_SELLER_SEND_GOODS, S.FUND_PROCESSING),
    S.WAIT_SELLER_SEND_GOODS: (
        S.WAIT_BUYER_ACCEPT_GOODS,
        S.SELLER_PART_SEND_GOODS,
        S.IN_CANCEL,
        S.FUND_PROCESSING,
    ),
    S.SELLER_PART_SEND_GOODS: (S.WAIT_BUYER_ACCEPT_GOODS, S.FUND_PROCESSING),
    S.WAIT_BUYER_ACCEPT_GOODS: (S.FUND_PROCESSING,),
    S.IN_CANCEL: (S.FUND_PROCESSING, S.WAIT_SELLER_SEND_GOODS),
    S.FUND_PROCESSING: (S.FINISH,),
    S.FINISH: (),
}
"""Which status follows which, from the platform's own push topics (marketplace.md 1.2). Only `skipped` reads it."""


def _skipped(before: Order, after: Order, command: Command) -> list[str]:
    """The statuses that a snapshot jumped over, by the shortest legal way; none where it went backwards."""
    if command.action != "sync":
        return []
    ways: list[tuple[Status, ...]] = [(before.status,)]
    seen = {before.status}
    for way in ways:
        if way[-1] is after.status:
            return [str(status) for status in way[1:-1]]
        ways.extend((*way, step) for step in STEPS[way[-1]] if step not in seen)
        seen.update(STEPS[way[-1]])
    return []
