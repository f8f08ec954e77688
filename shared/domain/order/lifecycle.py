"""The life of an order: its table, the table of its dispute, and the two ways to read them.

TABLE says where every action leads, DISPUTE_TABLE the same of a dispute, and PLATFORM_ALONE what no action reports. The
timers are in `deadlines.TIMERS`: each names the action of these tables that its lapse carries out. `act` carries out
one action and checks that it led where its row says, `allowed_actions` says what could be done. A guard on state,
overlay, count or time answers Conflict; rules about a request's content are the verbs' and answer Unprocessable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from shared.domain.errors import TransitionNotAllowed
from shared.domain.order import deadlines, disputes, funds, overlays, payments, refunds, shipments, sync
from shared.domain.order.deadlines import DISPUTABLE
from shared.domain.order.disputes import (
    CLAIMED,
    ENDED,
    OPEN,
    ROOM_FOR_EVIDENCE,
    ROOM_FOR_PROPOSALS,
    WAIT_ADDRESS,
    WAIT_BUYER,
    WAIT_CONFIRM_RETURN,
    WAIT_PLATFORM,
    WAIT_RETURN,
    WAIT_SELLER,
    step,
)
from shared.domain.order.history import Entry, changes
from shared.domain.order.model import FundState, Order, RefundState, Status
from shared.domain.order.transitions import (
    ANY,
    CLOCK,
    PLATFORM,
    SAME,
    UNCHANGED,
    Actor,
    Command,
    Guard,
    Row,
    Target,
    row,
)
from shared.domain.stores import Store

NOT_FINISHED = ANY - {Status.FINISH}
UNPAID = frozenset({Status.PLACE_ORDER_SUCCESS, Status.PAYMENT_PROCESSING})
IN_RISK = frozenset({Status.RISK_CONTROL, Status.RISK_CONTROL_HOLD})
TO_SHIP = frozenset({Status.WAIT_SELLER_SEND_GOODS, Status.SELLER_PART_SEND_GOODS})
ON_ITS_WAY = frozenset({Status.SELLER_PART_SEND_GOODS, Status.WAIT_BUYER_ACCEPT_GOODS})

NO_DISPUTE = Guard(lambda order, at: not order.disputed, "dispute_open", "A dispute is open on this order.")
NO_CLAIM = Guard(
    lambda order, at: not order.disputed or not disputes.claimed(order), NO_DISPUTE.code, NO_DISPUTE.because
)
FUNDS_HELD = Guard(
    lambda order, at: order.fund_state is FundState.AWAITING_RELEASE,
    "transition_not_allowed",
    "The order's funds are not awaiting release.",
)
FUNDS_OPEN = Guard(
    lambda order, at: order.status is not Status.FUND_PROCESSING or FUNDS_HELD.holds(order, at),
    FUNDS_HELD.code,
    FUNDS_HELD.because,
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
HAS_ROOM = Guard(
    lambda order, at: len(order.parcels) < shipments.MAX_PARCELS,
    "too_many_parcels",
    f"An order has at most {shipments.MAX_PARCELS} parcels.",
)
IS_FROZEN = Guard(lambda order, at: order.frozen, "transition_not_allowed", "The order is not frozen.")


S, F = Status, FundState
FROM_PROCESSING = frozenset({S.FUND_PROCESSING})
AWAITING = Target(S.FUND_PROCESSING, F.AWAITING_RELEASE)
REFUNDING = Target(S.FUND_PROCESSING, F.REFUNDING)
RELEASED = Target(S.FUND_PROCESSING, F.RELEASED)
PAID_OUT = Target(S.FINISH, F.RELEASED, only_from=FROM_PROCESSING)
PAID_BACK = Target(S.FINISH, F.REFUNDED, only_from=FROM_PROCESSING)
GOES_ON = (UNCHANGED, PAID_OUT, PAID_BACK)
"""The order goes on, or ends where it waited for nothing else."""
SETTLED = (UNCHANGED, REFUNDING, PAID_OUT, PAID_BACK)
"""The same, or all that remains of the money goes back to the buyer."""
AS_SHOWN = tuple(Target(status, fund) for status in S for fund in F if fund in sync.POSSIBLE_FUNDS[status])
"""What a snapshot may show: any status."""

# action, actors beside the platform, from, to, the function that does it, guards
TABLE: tuple[Row, ...] = (
    row("start_payment", "platform", S.PLACE_ORDER_SUCCESS, S.PAYMENT_PROCESSING, payments.start),
    row("fail_payment", "platform", S.PAYMENT_PROCESSING, S.PLACE_ORDER_SUCCESS, payments.fail),
    row("pay", "platform", UNPAID, S.RISK_CONTROL, payments.pay),
    row("adjust_price", "seller", S.PLACE_ORDER_SUCCESS, UNCHANGED, payments.adjust_price),
    row("remind_payment", "seller clock", S.PLACE_ORDER_SUCCESS, UNCHANGED, payments.remind, NOT_REMINDED),
    row("cancel_unpaid", "platform", UNPAID, S.FINISH, payments.cancel_unpaid),
    row("expire_payment", "clock", UNPAID, S.FINISH, payments.expire),
    row("pass_risk", "platform clock", S.RISK_CONTROL, S.WAIT_SELLER_SEND_GOODS, payments.pass_risk),
    row("pass_risk", "platform", S.RISK_CONTROL_HOLD, S.WAIT_SELLER_SEND_GOODS, payments.pass_risk),
    row("hold_risk", "platform", S.RISK_CONTROL, S.RISK_CONTROL_HOLD, payments.hold_risk),
    row("reject_risk", "platform", IN_RISK, REFUNDING, refunds.reject_risk),
    row("cancel_in_risk", "platform", IN_RISK, REFUNDING, refunds.cancel_in_risk),
    row("report_short_payment", "platform", IN_RISK, S.WAIT_SELLER_EXAMINE_MONEY, payments.report_short_payment),
    row("accept_payment", "seller", S.WAIT_SELLER_EXAMINE_MONEY, S.WAIT_SELLER_SEND_GOODS, payments.accept_payment),
    row("refuse_payment", "seller", S.WAIT_SELLER_EXAMINE_MONEY, REFUNDING, refunds.refuse_payment),
    row("expire_examination", "clock", S.WAIT_SELLER_EXAMINE_MONEY, REFUNDING, refunds.expire_examination),
    row("ship", "seller", TO_SHIP, (S.SELLER_PART_SEND_GOODS, S.WAIT_BUYER_ACCEPT_GOODS), shipments.ship, HAS_ROOM),
    row("edit_shipment", "seller", ON_ITS_WAY, UNCHANGED, shipments.edit, CAN_EDIT, EDITABLE_YET),
    row("expire_shipment", "clock", S.WAIT_SELLER_SEND_GOODS, REFUNDING, refunds.expire_shipment),
    row("expire_shipment", "clock", S.SELLER_PART_SEND_GOODS, S.WAIT_BUYER_ACCEPT_GOODS, refunds.close_unshipped),
    row("request_cancellation", "platform", S.WAIT_SELLER_SEND_GOODS, S.IN_CANCEL, refunds.request_cancellation),
    row("accept_cancellation", "seller clock", S.IN_CANCEL, REFUNDING, refunds.accept_cancellation),
    row("reject_cancellation", "seller", S.IN_CANCEL, S.WAIT_SELLER_SEND_GOODS, refunds.reject_cancellation),
    row("withdraw_cancellation", "platform", S.IN_CANCEL, S.WAIT_SELLER_SEND_GOODS, refunds.withdraw_cancellation),
    row("report_delivery", "platform", ON_ITS_WAY, UNCHANGED, shipments.report_delivery, UNDELIVERED),
    row("extend_receipt", "seller", S.WAIT_BUYER_ACCEPT_GOODS, UNCHANGED, shipments.extend, NO_DISPUTE, CAN_EXTEND),
    row("confirm_receipt", "platform", S.WAIT_BUYER_ACCEPT_GOODS, AWAITING, funds.confirm_receipt, NO_DISPUTE),
    row("expire_receipt", "clock", S.WAIT_BUYER_ACCEPT_GOODS, AWAITING, funds.expire_receipt, NO_DISPUTE),
    row("release_funds", "platform", S.FUND_PROCESSING, (RELEASED, PAID_OUT), funds.release, FUNDS_HELD, NO_DISPUTE),
    row("complete_refund", "platform", ANY, GOES_ON, funds.complete_refund, REFUND_ACCEPTED, stage=(SAME, ENDED)),
    row("freeze", "platform", NOT_FINISHED, UNCHANGED, overlays.freeze),
    row("unfreeze", "platform", NOT_FINISHED, UNCHANGED, overlays.unfreeze, IS_FROZEN),
    row("open_dispute", "platform", DISPUTABLE, UNCHANGED, disputes.start, FUNDS_OPEN, NO_CLAIM, stage=WAIT_SELLER),
    row("sync", "platform", ANY, AS_SHOWN, sync.sync, stage=(SAME, WAIT_SELLER, ENDED)),
)

# action, actors beside the platform, from stage, to stage, where the order goes to, the function that does it, guards
DISPUTE_TABLE: tuple[Row, ...] = (
    step("accept", "seller clock", WAIT_SELLER, (WAIT_ADDRESS, ENDED), SETTLED, disputes.accept, CLAIMED),
    step("counter", "seller", WAIT_SELLER, WAIT_BUYER, UNCHANGED, disputes.counter, CLAIMED, ROOM_FOR_PROPOSALS),
    step("buyer_accept", "platform", WAIT_BUYER, (WAIT_ADDRESS, ENDED), SETTLED, disputes.buyer_accept),
    step("buyer_counter", "platform", WAIT_BUYER, WAIT_SELLER, UNCHANGED, disputes.buyer_counter, ROOM_FOR_PROPOSALS),
    step("escalate", "platform", (WAIT_SELLER, WAIT_BUYER), WAIT_PLATFORM, UNCHANGED, disputes.escalate),
    step("escalate", "clock", WAIT_BUYER, WAIT_PLATFORM, UNCHANGED, disputes.escalate),
    step("decide", "platform", WAIT_PLATFORM, (WAIT_ADDRESS, ENDED), SETTLED, disputes.decide),
    step("give_return_address", "seller", WAIT_ADDRESS, WAIT_RETURN, UNCHANGED, disputes.give_return_address),
    step("expire_return_address", "clock", WAIT_ADDRESS, ENDED, SETTLED, disputes.refund_without_return),
    step("buyer_returned", "platform", WAIT_RETURN, WAIT_CONFIRM_RETURN, UNCHANGED, disputes.buyer_returned),
    step("expire_return", "clock", WAIT_RETURN, ENDED, GOES_ON, disputes.keep_the_money),
    step("confirm_return", "seller clock", WAIT_CONFIRM_RETURN, ENDED, SETTLED, disputes.confirm_return),
    step("withdraw", "platform", OPEN, ENDED, GOES_ON, disputes.withdraw),
    step("add_evidence", "seller", OPEN, SAME, UNCHANGED, disputes.add_evidence, ROOM_FOR_EVIDENCE),
)

PLATFORM_ALONE: Mapping[Status, tuple[Status, ...]] = {
    S.IN_BOOK_SALE: (S.RISK_CONTROL, S.FINISH),
    S.RISK_CONTROL: (S.WAIT_GROUP_SUCCESS,),
    S.RISK_CONTROL_HOLD: (S.WAIT_GROUP_SUCCESS,),
    S.WAIT_GROUP_SUCCESS: (S.WAIT_SELLER_SEND_GOODS, S.FUND_PROCESSING),
}
"""The ways that the platform alone takes: no action reports them, a snapshot shows where they led."""

ROWS: Mapping[str, tuple[Row, ...]] = {
    action: tuple(each for each in (*TABLE, *DISPUTE_TABLE) if each.action == action)
    for action in dict.fromkeys(each.action for each in (*TABLE, *DISPUTE_TABLE))
}
ACTIONS: tuple[str, ...] = tuple(dict.fromkeys(each.action for each in TABLE))
DISPUTE_ACTIONS: tuple[str, ...] = tuple(dict.fromkeys(each.action for each in DISPUTE_TABLE))
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
    done = _apply(_row_for(lapsed.order, command), lapsed.order, command)
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
    """Let every timer due before `before` take effect at its own `due_at`, in turn.

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
        done = _apply(_row_for(order, command), order, command)
        between = (*between, order) if entries else ()
        order, entries = done.order, entries + done.entries
    return Change(order, entries, between)


def _apply(chosen: Row, order: Order, command: Command) -> Change:
    after = chosen.verb(order, command)
    if not chosen.leads(order, after):
        raise AssertionError(
            f"{chosen.action} led from {order.status} to {after.status} ({after.fund_state}): no target of its row"
        )
    if after is order:
        return Change(order, ())
    if command.actor.role == PLATFORM:
        after = replace(after, platform_at=max(after.platform_at, command.at))
    after = replace(after, version=order.version + 1, time_zone=order.time_zone or command.store.time_zone)
    jumped = skipped(order.status, after.status) if command.action == "sync" else []
    entry = Entry(
        seq=after.version,
        at=command.at,
        recorded_at=command.recorded_at,
        actor=command.actor,
        action=command.action,
        from_status=order.status,
        to_status=after.status,
        reason=command.reason,
        changes={**changes(order, after), **({"skipped": jumped} if jumped else {})},
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
        among = DISPUTE_ACTIONS if command.action in DISPUTE_ACTIONS else ACTIONS
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


def edges() -> Iterator[tuple[Status, Status, Row]]:
    """Every way that a row leads from one status into another, apart from `sync`, which may lead anywhere. The steps of
    a dispute start where `open_dispute` may be done."""
    for each in (*TABLE, *DISPUTE_TABLE):
        sources = DISPUTABLE if each.stages else each.sources
        for source in Status if each.action != "sync" else ():
            if source in sources:
                yield from ((source, target, each) for target in each.following(source) if target is not source)


@cache
def _follows() -> Mapping[Status, frozenset[Status]]:
    """Which statuses may follow each, by an action or as the platform does alone."""
    return {
        status: frozenset(target for source, target, _ in edges() if source is status)
        | frozenset(PLATFORM_ALONE.get(status, ()))
        for status in Status
    }


def skipped(before: Status, after: Status) -> list[str]:
    """The statuses that lie between the two on the shortest way; none where no way leads there."""
    ways: list[tuple[Status, ...]] = [(before,)]
    seen = {before}
    for way in ways:
        if way[-1] is after:
            return [str(status) for status in way[1:-1]]
        following = [status for status in Status if status in _follows()[way[-1]] - seen]
        ways.extend((*way, status) for status in following)
        seen.update(following)
    return []
