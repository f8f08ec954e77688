"""Orders from a file: what one or several rows say of an order, as a placement and a snapshot."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from shared.domain.order import lifecycle
from shared.domain.order.deadlines import BY_STAGE, TIMERS
from shared.domain.order.history import Change, Entry
from shared.domain.order.model import FundState, Order, Overlay, Status, Timer
from shared.domain.order.placement import Placement, place
from shared.domain.order.snapshots.facts import Facts
from shared.domain.order.transitions import Actor, Command
from shared.domain.stores import Mode, Store
from shared.domain.tracking import normalized


@dataclass(frozen=True, slots=True)
class OrderRows:
    """An order as a file shows it. `changed_at` is the latest time that the file names of it: the order was in this
    state then or later. `parcels` are contents of a snapshot; None where the file has no parcels."""

    placement: Placement
    status: Status
    changed_at: datetime
    facts: Facts
    parcels: tuple[Mapping[str, Any], ...] | None = None
    overlays: frozenset[Overlay] = frozenset()
    end_reason: str | None = None
    fund_state: FundState | None = None
    own: Mapping[str, Any] = field(default_factory=dict)
    """The seller's note, tags and assignee: for a new order only."""
    unread_messages: tuple[tuple[datetime, str], ...] = ()
    """(time, text) of the buyer's unread messages: for a new order only."""
    timeless: bool = False
    """The file has no times, so nothing in it is newer than a known order."""


def new_order(
    rows: OrderRows, store: Store, actor: Actor, now: datetime, reason: str, new_id: Callable[[str], str]
) -> tuple[Order, tuple[Entry, ...]]:
    """The order, with the count of its unread messages, and its first two history entries: placed, and in the state of
    the file. No timer of ours lapses in between. Raises Conflict or Unprocessable."""
    placed, entry = place(rows.placement, store, actor, now)
    quiet = replace(store, policy=replace(store.policy, mode=Mode.WATCH))
    change = lifecycle.act(placed, _command(rows, placed, quiet, actor, now, reason, new_id))
    order = _watched(change.order, (), rows, now)
    # A deadline of the file for a timer that does not run yet would have passed when the timer starts.
    order = replace(order, supplied=(), unread_messages=len(rows.unread_messages), **rows.own)
    return order, (replace(entry, reason=reason), *change.entries)


def changed_order(
    rows: OrderRows,
    order: Order,
    store: Store,
    actor: Actor,
    now: datetime,
    reason: str,
    new_id: Callable[[str], str],
    history: tuple[Entry, ...],
) -> Change:
    """The change of a known order. A file knows less than the platform: lines, amounts and the buyer stay, and parcels
    are added only. `history` has the entries since `changed_at`: what the seller did after it stays. Without entries,
    the file is older or says nothing new."""
    known = order.recipient
    kept = Placement(
        order_id=order.order_id,
        placed_at=order.placed_at,
        buyer=order.buyer,
        recipient={**known, **{name: text for name, text in rows.placement.recipient.items() if name not in known}},
        currency=order.currency,
        lines=order.lines,
        shipping_fee=order.amounts.shipping,
        discount=order.amounts.discount,
        tax=order.amounts.tax,
        delivery_days=order.delivery_days,
        chosen_service=order.chosen_service or rows.placement.chosen_service,
        memo=order.memo or rows.placement.memo,
        deadlines=_moved(rows.placement.deadlines, order),
    )
    parcels = tuple(
        {
            "carrier": parcel.carrier,
            "tracking_no": parcel.tracking_no,
            "shipped_at": parcel.shipped_at,
            "delivered_at": parcel.delivered_at,
            "tracking_url": parcel.tracking_url,
        }
        for parcel in order.parcels
    )
    known_numbers = {normalized(parcel.tracking_no) for parcel in order.parcels}
    new = rows.parcels if order.left() and rows.parcels else ()
    added = tuple(each for each in new if normalized(each["tracking_no"]) not in known_numbers)
    facts = replace(rows.facts, adjustment=None, refunds=(), dispute=None, refunded=None, exact=False)
    merged = replace(rows, placement=kept, parcels=(*parcels, *added), facts=facts)
    change = lifecycle.act(order, _command(merged, order, store, actor, now, reason, new_id, history))
    if replace(change.order, version=order.version, platform_at=order.platform_at) == order:
        return Change(order, ())
    return replace(change, order=_watched(change.order, order.timers, rows, now))


def _moved(named: Mapping[str, datetime], order: Order) -> dict[str, datetime]:
    """The deadlines of a file that tell a known order something. A file has whole seconds. The timer of a dispute is
    that of the stage that the order knows."""
    known = {timer.kind: timer.due_at.replace(microsecond=0) for timer in order.timers}
    return {
        kind: due_at for kind, due_at in named.items() if known.get(kind) != due_at and kind not in BY_STAGE.values()
    }


def _watched(order: Order, before: Collection[Timer], rows: OrderRows, now: datetime) -> Order:
    """The order, none of whose timers lapses because it was imported. A timer that the import set changes the order
    only if the file names its time and it was still to come: else the platform has decided already what happened then,
    or decides it at a time that the file does not have."""
    named = {Timer(kind, due_at) for kind, due_at in rows.placement.deadlines.items() if due_at > now}
    watched = {timer.kind for timer in order.timers if timer not in named and timer not in before}
    if "cancellation" in watched:
        refunds = tuple(replace(refund, on_silence=None) for refund in order.refunds)
        order = replace(order, refunds=refunds)
    return replace(order, watched=tuple(kind for kind in TIMERS if kind in watched or kind in order.watched))


def _command(
    rows: OrderRows,
    order: Order,
    store: Store,
    actor: Actor,
    now: datetime,
    reason: str,
    new_id: Callable[[str], str],
    history: tuple[Entry, ...] = (),
) -> Command:
    body = {
        "order": rows.placement,
        "status": rows.status,
        "overlays": rows.overlays,
        "parcels": rows.parcels or (),
        "end_reason": rows.end_reason,
        "fund_state": rows.fund_state,
        "facts": rows.facts,
    }
    return Command("sync", actor, rows.changed_at, now, store, new_id, body, reason, history)
