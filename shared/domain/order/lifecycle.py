"""The life of an order, as tables. Start here.

Three tables define which action may follow which status, and nothing else in the project repeats them:

- TABLE: the actions of an order. One row is: action, actors, statuses it starts from, targets it may lead to, function,
  guards. Where does `refuse_payment` lead? Its row says: from EXAMINED to TO_REFUND. Both are defined above the table
  (from WAIT_SELLER_EXAMINE_MONEY to FUND_PROCESSING, with the fund state `refunding`).
- DISPUTE_TABLE: the actions of an order's open dispute. A row has the stages of the dispute in place of statuses.
- PLATFORM_ONLY: the changes of status that no action reports. Orderkeep learns of them from a `sync` snapshot.

Timers are in `deadlines.TIMERS`. When a timer lapses, the clock carries out an action of these tables.

`act` carries out one action. It first applies the timers that lapsed before the action's own time (`lapse`), then looks
for a row whose actors, statuses and guards fit (choices.py), calls the row's function (`verb`), and checks that the
result is one of the row's targets. The result is a `Change`: the new order and one history entry for each version.
`choices` reads the same rows: which actions would be accepted, and why each other one is refused.

An action that is refused changes nothing. If no row fits, or a guard on status, overlay, count or time fails, the error
is Conflict (HTTP 409). If the content of the request breaks a rule, the verb raises Unprocessable (422). Anyone but
the seller, the platform and the clock matches no row.

docs/lifecycle.md is generated from this module. The functions are in payments.py, shipments.py, refunds.py, funds.py,
overlays.py, disputes.py and sync.py beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from shared.domain.errors import TransitionNotAllowed
from shared.domain.order import deadlines, overlays, payments, shipments
from shared.domain.order.after_sales import disputes, refunds
from shared.domain.order.after_sales.disputes import (
    CLAIMED,
    ENDED,
    OPEN,
    ROOM_FOR_DISPUTES,
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
from shared.domain.order.after_sales.refunds import ROOM_FOR_REFUNDS
from shared.domain.order.choices import Choices, choices_among, row_for
from shared.domain.order.deadlines import DISPUTABLE
from shared.domain.order.funds import funds
from shared.domain.order.funds.amounts import END_REASONS, LAPSED_UNPAID
from shared.domain.order.guards import (
    CAN_EDIT,
    CAN_EXTEND,
    EDITABLE_YET,
    FUNDS_HELD,
    FUNDS_OPEN,
    HAS_ROOM,
    IS_FROZEN,
    NO_CLAIM,
    NO_DISPUTE,
    NOT_REMINDED,
    PAID_IN_TIME,
    REFUND_ACCEPTED,
    UNDELIVERED,
)
from shared.domain.order.history import Change, Entry, changes
from shared.domain.order.model import FundState, Order, Status
from shared.domain.order.paths import Ways
from shared.domain.order.snapshots import sync
from shared.domain.order.transitions import (
    ANY,
    PLATFORM,
    SAME,
    UNCHANGED,
    Command,
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

S, F = Status, FundState
EXAMINED, SENT = S.WAIT_SELLER_EXAMINE_MONEY, S.WAIT_BUYER_ACCEPT_GOODS
FROM_PROCESSING = frozenset({S.FUND_PROCESSING})
AWAITING = Target(S.FUND_PROCESSING, F.AWAITING_RELEASE)
REFUNDING = Target(S.FUND_PROCESSING, F.REFUNDING)
RELEASED = Target(S.FUND_PROCESSING, F.RELEASED)
PAID_OUT = Target(S.FINISH, F.RELEASED, only_from=FROM_PROCESSING)
PAID_BACK = Target(S.FINISH, F.REFUNDED, only_from=FROM_PROCESSING)
MAY_FINISH = (UNCHANGED, PAID_OUT, PAID_BACK)
"""The status stays unchanged, or the order finishes because nothing else is open."""
MAY_REFUND = (UNCHANGED, REFUNDING, PAID_OUT, PAID_BACK)
"""The same, or everything that remains is refunded to the buyer."""
TO_REFUND = (REFUNDING, Target(S.FINISH, F.REFUNDED, exceptional=True))
RECEIVED = (AWAITING, Target(S.FINISH, F.RELEASED, exceptional=True), Target(S.FINISH, F.REFUNDED, exceptional=True))
"""An order of which nothing is to be refunded or released waits for nothing: it finishes at once."""
ON_ITS_WAY_ALREADY = tuple(Target(status, exceptional=True) for status in (S.SELLER_PART_SEND_GOODS, SENT))
BACK_TO_SHIPPING: tuple[Status | Target, ...] = (S.WAIT_SELLER_SEND_GOODS, *ON_ITS_WAY_ALREADY)
"""The last two if parcels are on their way: a snapshot may tell of a cancellation after the seller has shipped."""
MAY_END = (SAME, ENDED)
"""The stage of the dispute stays, or the dispute ends because everything is refunded."""
ANY_TARGET = tuple(Target(status, fund) for status in S for fund in F if fund in sync.POSSIBLE_FUNDS[status])
"""The targets of `sync`: a snapshot may show any status."""


def _sync(order: Order, command: Command) -> Order:
    return sync.sync(order, command, WAYS.lead_to)


def _refund_row(
    action: str, actors: str, source: Status | frozenset[Status], target: tuple[Target, ...], ends: str
) -> Row:
    """The function of the row refunds all that remains."""
    return row(action, actors, source, target, partial(refunds.refund_all, end_reason=ends), stage=MAY_END, ends=ends)


# action, actors (and always the platform), from, to, function, guards
TABLE: tuple[Row, ...] = (
    row("start_payment", "platform", S.PLACE_ORDER_SUCCESS, S.PAYMENT_PROCESSING, payments.start),
    row("fail_payment", "platform", S.PAYMENT_PROCESSING, S.PLACE_ORDER_SUCCESS, payments.fail),
    row("pay", "platform", UNPAID, S.RISK_CONTROL, payments.pay),
    row("pay", "platform", S.FINISH, S.RISK_CONTROL, payments.pay, PAID_IN_TIME),
    row("adjust_price", "seller", S.PLACE_ORDER_SUCCESS, UNCHANGED, payments.adjust_price),
    row("remind_payment", "seller clock", S.PLACE_ORDER_SUCCESS, UNCHANGED, payments.remind, NOT_REMINDED),
    row("cancel_unpaid", "platform", UNPAID, S.FINISH, payments.cancel_unpaid, ends="buyer_cancel_notpay_order"),
    row("expire_payment", "clock", UNPAID, S.FINISH, payments.expire, ends=LAPSED_UNPAID),
    row("pass_risk", "platform clock", S.RISK_CONTROL, S.WAIT_SELLER_SEND_GOODS, payments.await_shipment),
    row("pass_risk", "platform", S.RISK_CONTROL_HOLD, S.WAIT_SELLER_SEND_GOODS, payments.await_shipment),
    row("hold_risk", "platform", S.RISK_CONTROL, S.RISK_CONTROL_HOLD, payments.hold_risk),
    _refund_row("reject_risk", "platform", IN_RISK, TO_REFUND, "risk_reject_closed"),
    _refund_row("cancel_in_risk", "platform", IN_RISK, TO_REFUND, "buyer_cancel_order_in_risk"),
    row("report_short_payment", "platform", IN_RISK, S.WAIT_SELLER_EXAMINE_MONEY, payments.report_short_payment),
    row("accept_payment", "seller", S.WAIT_SELLER_EXAMINE_MONEY, S.WAIT_SELLER_SEND_GOODS, payments.await_shipment),
    _refund_row("refuse_payment", "seller", EXAMINED, TO_REFUND, "payment_refused"),
    _refund_row("expire_examination", "clock", EXAMINED, TO_REFUND, "examination_timeout"),
    row("ship", "seller", TO_SHIP, (S.SELLER_PART_SEND_GOODS, S.WAIT_BUYER_ACCEPT_GOODS), shipments.ship, HAS_ROOM),
    row("edit_shipment", "seller", ON_ITS_WAY, UNCHANGED, shipments.edit, UNDELIVERED, CAN_EDIT, EDITABLE_YET),
    row(
        "expire_shipment",
        "clock",
        S.WAIT_SELLER_SEND_GOODS,
        (*TO_REFUND, Target(SENT, exceptional=True)),
        refunds.expire_shipment,
        stage=MAY_END,
        ends="seller_send_goods_timeout",
    ),
    row("expire_shipment", "clock", S.SELLER_PART_SEND_GOODS, S.WAIT_BUYER_ACCEPT_GOODS, refunds.close_unshipped),
    row(
        "request_cancellation",
        "platform",
        S.WAIT_SELLER_SEND_GOODS,
        S.IN_CANCEL,
        refunds.request_cancellation,
        ROOM_FOR_REFUNDS,
    ),
    row(
        "accept_cancellation",
        "seller clock",
        S.IN_CANCEL,
        TO_REFUND,
        refunds.accept_cancellation,
        stage=MAY_END,
        ends="cancel_order_close_trade",
    ),
    row("reject_cancellation", "seller", S.IN_CANCEL, BACK_TO_SHIPPING, refunds.reject_cancellation),
    row("withdraw_cancellation", "platform", S.IN_CANCEL, BACK_TO_SHIPPING, refunds.withdraw_cancellation),
    row("report_delivery", "platform", ON_ITS_WAY, UNCHANGED, shipments.report_delivery, UNDELIVERED),
    row("extend_receipt", "seller", SENT, UNCHANGED, shipments.extend, NO_DISPUTE, CAN_EXTEND),
    row("confirm_receipt", "platform", SENT, RECEIVED, funds.confirm_receipt, NO_DISPUTE, ends="buyer_accept_goods"),
    row("expire_receipt", "clock", SENT, RECEIVED, funds.expire_receipt, NO_DISPUTE, ends="buyer_accept_goods_timeout"),
    row("release_funds", "platform", S.FUND_PROCESSING, (RELEASED, PAID_OUT), funds.release, FUNDS_HELD, NO_DISPUTE),
    row(
        "complete_refund",
        "platform",
        ANY,
        MAY_FINISH,
        funds.complete_refund,
        REFUND_ACCEPTED,
        stage=MAY_END,
    ),
    row("freeze", "platform", NOT_FINISHED, UNCHANGED, overlays.freeze),
    row("unfreeze", "platform", NOT_FINISHED, UNCHANGED, overlays.unfreeze, IS_FROZEN),
    row(
        "open_dispute",
        "platform",
        DISPUTABLE,
        UNCHANGED,
        disputes.start,
        FUNDS_OPEN,
        NO_CLAIM,
        ROOM_FOR_REFUNDS,
        ROOM_FOR_DISPUTES,
        stage=WAIT_SELLER,
    ),
    row(
        "sync",
        "platform",
        ANY,
        ANY_TARGET,
        _sync,
        stage=(SAME, WAIT_SELLER, WAIT_PLATFORM, ENDED),
        ends=" ".join(END_REASONS),
    ),
)

AGREED, RETURNED = "seller_accept_issue_no_goods_return", "seller_accept_issue_goods_return"
DECIDED = "platform_decided_issue"

# action, actors (and always the platform), from stage, to stage, target of the order, function, guards
DISPUTE_TABLE: tuple[Row, ...] = (
    step(
        "accept",
        "seller clock",
        WAIT_SELLER,
        (WAIT_ADDRESS, ENDED),
        MAY_REFUND,
        disputes.accept,
        CLAIMED,
        ends=f"{AGREED} seller_response_issue_timeout",
    ),
    step("counter", "seller", WAIT_SELLER, WAIT_BUYER, UNCHANGED, disputes.counter, CLAIMED, ROOM_FOR_PROPOSALS),
    step("buyer_accept", "platform", WAIT_BUYER, (WAIT_ADDRESS, ENDED), MAY_REFUND, disputes.buyer_accept, ends=AGREED),
    step("buyer_counter", "platform", WAIT_BUYER, WAIT_SELLER, UNCHANGED, disputes.buyer_counter, ROOM_FOR_PROPOSALS),
    step("escalate", "platform", (WAIT_SELLER, WAIT_BUYER), WAIT_PLATFORM, UNCHANGED, disputes.escalate),
    step("escalate", "clock", WAIT_BUYER, WAIT_PLATFORM, UNCHANGED, disputes.escalate),
    step("decide", "platform", WAIT_PLATFORM, (WAIT_ADDRESS, ENDED), MAY_REFUND, disputes.decide, ends=DECIDED),
    step("give_return_address", "seller", WAIT_ADDRESS, WAIT_RETURN, UNCHANGED, disputes.give_return_address),
    step(
        "expire_return_address",
        "clock",
        WAIT_ADDRESS,
        ENDED,
        MAY_REFUND,
        disputes.expire_return_address,
        ends=f"{AGREED} {DECIDED}",
    ),
    step("buyer_returned", "platform", WAIT_RETURN, WAIT_CONFIRM_RETURN, UNCHANGED, disputes.buyer_returned),
    step("expire_return", "clock", WAIT_RETURN, ENDED, MAY_FINISH, disputes.expire_return),
    step(
        "confirm_return",
        "seller clock",
        WAIT_CONFIRM_RETURN,
        ENDED,
        MAY_REFUND,
        disputes.confirm_return,
        ends=f"{RETURNED} {DECIDED}",
    ),
    step("withdraw", "platform", OPEN, ENDED, MAY_FINISH, disputes.withdraw),
    step("add_evidence", "seller", OPEN, SAME, UNCHANGED, disputes.add_evidence, ROOM_FOR_EVIDENCE),
)

PLATFORM_ONLY: Mapping[Status, tuple[Status, ...]] = {
    S.IN_BOOK_SALE: (S.RISK_CONTROL, S.FINISH),
    S.RISK_CONTROL: (S.WAIT_GROUP_SUCCESS,),
    S.RISK_CONTROL_HOLD: (S.WAIT_GROUP_SUCCESS,),
    S.WAIT_GROUP_SUCCESS: (S.WAIT_SELLER_SEND_GOODS, S.FUND_PROCESSING),
}
"""Changes of status that the platform makes and no action reports. A snapshot shows the result."""

ALL_ROWS = (*TABLE, *DISPUTE_TABLE)
ROWS: Mapping[str, tuple[Row, ...]] = {
    action: tuple(each for each in ALL_ROWS if each.action == action)
    for action in dict.fromkeys(each.action for each in ALL_ROWS)
}
OF_NOTHING = replace(ROWS["complete_refund"][0], verb=refunds.pay_nothing)
"""How the clock pays accepted refunds of 0."""
WAYS = Ways(ALL_ROWS, PLATFORM_ONLY)
ACTIONS: tuple[str, ...] = tuple(dict.fromkeys(each.action for each in TABLE))
DISPUTE_ACTIONS: tuple[str, ...] = tuple(dict.fromkeys(each.action for each in DISPUTE_TABLE))


def actors_of(action: str) -> frozenset[str]:
    """All actors of an action in any status: `seller`, `platform`, `clock`. Raises KeyError for an unknown action."""
    return frozenset().union(*(each.actors for each in ROWS[action]))


def choices(
    order: Order,
    actor: str,
    store: Store,
    now: datetime,
    among: Sequence[str] = ACTIONS,
    dispute_id: str | None = None,
) -> Choices:
    """What `actor` could do at `now`, after the timers that have lapsed by then. `among` is ACTIONS or DISPUTE_ACTIONS,
    those of the dispute `dispute_id`. A request with an allowed action may still fail for its content."""
    lapsed = lapse(order, store, before=now, recorded_at=now).order
    return choices_among(_rows(among), lapsed, actor, now, dispute_id)


def act(order: Order, command: Command) -> Change:
    """Apply the timers that lapsed before `command.at`, then the command.

    Raises Conflict or Unprocessable; then the lapses do not count either. If the command itself changes nothing (a late
    `sync`, a price that is the same), the result is the given order with no entries, without the lapses.
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
    """Apply every timer that is due before `before`, the earliest first, each with the time of its own `due_at`.

    In a store in `watch` mode nothing lapses. Without `new_id` the new records have no valid ids: use the result to
    read, not to save.

    Accepted refunds of 0 are paid first, in every mode: only orders of the former code have these, and nobody reports
    the payment of nothing.
    """
    entries, between = tuple[Entry, ...](), tuple[Order, ...]()
    while command := deadlines.next_command(order, store, before, recorded_at, new_id or (lambda prefix: prefix)):
        done = _apply(OF_NOTHING if command.action == OF_NOTHING.action else _row_for(order, command), order, command)
        between = (*between, order) if entries else ()
        order, entries = done.order, entries + done.entries
    return Change(order, entries, between)


def _apply(chosen: Row, order: Order, command: Command) -> Change:
    after = chosen.verb(order, command)
    if not chosen.allows(order, after):
        raise AssertionError(
            f"{chosen.action} led from {order.status} to {after.status} ({after.fund_state}), not a target of its row"
        )
    if after is order:
        return Change(order, ())
    if command.actor.role == PLATFORM:
        after = replace(after, platform_at=max(after.platform_at, command.at))
    after = replace(after, version=order.version + 1, time_zone=order.time_zone or command.store.time_zone)
    entry = Entry(
        seq=after.version,
        at=command.at,
        recorded_at=command.recorded_at,
        actor=command.actor,
        action=command.action,
        from_status=order.status,
        to_status=after.status,
        reason=command.reason,
        changes=changes(order, after) | _notes(order, after, command),
        currency=order.currency,
    )
    return Change(after, (entry,))


def _notes(before: Order, after: Order, command: Command) -> dict[str, Any]:
    """What the entry says beside the changed fields (history.NOTES)."""
    notes: dict[str, Any] = {"reopened": before.status is Status.FINISH and after.status is not Status.FINISH}
    if command.action == "sync":
        reason = after.end_reason if after.end_reason != before.end_reason else None
        notes |= {
            "skipped": WAYS.skipped(before.status, after.status, reason),
            "kept": sync.kept(before, after, command),
        }
    return {name: note for name, note in notes.items() if note}


def _row_for(order: Order, command: Command) -> Row:
    dispute_id, actor, at = command.body.get("dispute_id"), command.actor.kind, command.at
    found = row_for(ROWS[command.action], order, actor, at, dispute_id)
    if isinstance(found, Row):
        return found
    among = DISPUTE_ACTIONS if command.action in DISPUTE_ACTIONS else ACTIONS
    allowed = choices_among(_rows(among), order, actor, at, dispute_id).allowed
    raise TransitionNotAllowed(found.code, found.detail, order.status, allowed)


def _rows(actions: Sequence[str]) -> dict[str, tuple[Row, ...]]:
    return {action: ROWS[action] for action in actions}
