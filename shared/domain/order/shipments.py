"""The actions on parcels: ship, edit, report delivery, and extend the time for receipt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from shared.domain.errors import Conflict, Unprocessable
from shared.domain.order import deadlines
from shared.domain.order.model import Order, Parcel, Quantity, Status
from shared.domain.order.transitions import Command
from shared.domain.sentences.sentence import say
from shared.domain.tracking import normalized, parcel_key

MAX_EDITS = 2
EDIT_WINDOW = timedelta(days=5)
MAX_PARCELS = 30
"""A snapshot may write every parcel and every refund in one DynamoDB transaction, which holds 100 items at most."""


def ship(order: Order, command: Command) -> Order:
    """Add one or more parcels. A single parcel without `lines` takes all that is left to ship.

    Raises Conflict for too many parcels. Raises Unprocessable for a parcel that exists already, or holds more than is
    left.
    """
    parcels: Sequence[Mapping[str, Any]] = command.body["parcels"]
    if len(order.parcels) + len(parcels) > MAX_PARCELS:
        raise Conflict("too_many_parcels", say("An order has at most {most} parcels.", most=MAX_PARCELS))
    shipped = order
    for index, content in enumerate(parcels):
        pointer = f"/parcels/{index}"
        if parcel_key(content["carrier"], content["tracking_no"]) in map(_key, shipped.parcels):
            raise Unprocessable(
                "parcel_exists",
                "The order has a parcel with this carrier and number already.",
                f"{pointer}/tracking_no",
            )
        parcel = Parcel(
            parcel_id=shipped.next_parcel_id(),
            carrier=content["carrier"],
            tracking_no=content["tracking_no"],
            tracking_url=content.get("tracking_url"),
            shipped_at=command.at,
            lines=_contents(shipped, content.get("lines"), len(parcels), pointer),
        )
        shipped = replace(shipped, parcels=(*shipped.parcels, parcel))
    if shipped.left():
        return replace(shipped, status=Status.SELLER_PART_SEND_GOODS)
    return await_receipt(shipped, command)


def _contents(
    order: Order, lines: Sequence[Mapping[str, Any]] | None, parcels: int, pointer: str
) -> tuple[Quantity, ...]:
    left = {part.line_id: part.quantity for part in order.left()}
    if lines is None:
        if parcels > 1:
            raise Unprocessable("lines_required", "With several parcels, each names its lines.", f"{pointer}/lines")
        return tuple(Quantity(line_id, quantity) for line_id, quantity in left.items())
    packed: dict[str, int] = {}
    for index, part in enumerate(lines):
        line_id = part["line_id"]
        packed[line_id] = packed.get(line_id, 0) + part["quantity"]
        if line_id not in {line.line_id for line in order.lines}:
            raise Unprocessable("line_unknown", "The order has no such line.", f"{pointer}/lines/{index}/line_id")
        if packed[line_id] > left.get(line_id, 0):
            raise Unprocessable(
                "more_than_left",
                say("Only {left} of this line are left to ship.", left=left.get(line_id, 0)),
                f"{pointer}/lines/{index}/quantity",
            )
    return tuple(Quantity(line_id, quantity) for line_id, quantity in packed.items())


def await_receipt(order: Order, command: Command) -> Order:
    """Move the order to WAIT_BUYER_ACCEPT_GOODS and start the receipt timer."""
    last = max((parcel.shipped_at for parcel in order.parcels), default=command.at)
    waiting = replace(order, status=Status.WAIT_BUYER_ACCEPT_GOODS, shipped_at=last)
    return deadlines.update_timers(waiting, {"receipt": deadlines.receipt_due(command.store, waiting, command.at)}, {})


def editable(parcel: Parcel, at: datetime) -> bool:
    """Can the parcel be edited at this time? At most twice, within five days of its shipment, until it is delivered."""
    return parcel.delivered_at is None and parcel.edits < MAX_EDITS and at - parcel.shipped_at <= EDIT_WINDOW


def edit(order: Order, command: Command) -> Order:
    """Correct a parcel's carrier, tracking number or tracking URL. The same values again change nothing."""
    parcel = _undelivered(order, command)
    if parcel.edits >= MAX_EDITS:
        raise Conflict(
            "edits_exhausted", say("A parcel can be edited {most} times, and this one has been.", most=MAX_EDITS)
        )
    if not editable(parcel, command.at):
        raise Conflict(
            "edit_window_closed",
            say("A parcel can be edited within {days} days of its shipment.", days=EDIT_WINDOW.days),
        )
    given = {name: command.body[name] for name in ("carrier", "tracking_no", "tracking_url") if command.body.get(name)}
    if not given:
        raise Unprocessable("nothing_to_edit", "Name a carrier, a tracking_no or a tracking_url.", "")
    if normalized(given.get("tracking_no", "")) == normalized(parcel.tracking_no):
        del given["tracking_no"]
    if normalized(given.get("carrier", "")) == normalized(parcel.carrier):
        del given["carrier"]
    edited = replace(parcel, **given)
    if edited == parcel:
        return order
    if any(other.parcel_id != parcel.parcel_id and _key(other) == _key(edited) for other in order.parcels):
        raise Unprocessable("parcel_exists", "Another parcel of the order has this carrier and number.", "/tracking_no")
    return _with_parcel(order, replace(edited, edits=parcel.edits + 1))


def report_delivery(order: Order, command: Command) -> Order:
    """Record that a parcel was delivered (妥投). Once all parcels are delivered, the receipt timer is due earlier."""
    parcel = _undelivered(order, command)
    reported = _with_parcel(order, replace(parcel, delivered_at=command.at))
    receipt = reported.timer("receipt")
    if receipt is None or not all(each.delivered_at for each in reported.parcels):
        return reported
    last = deadlines.timer_clock(order, max(each.delivered_at for each in reported.parcels if each.delivered_at))
    due = min(receipt.due_at, last + command.store.policy.durations["receipt_after_delivery"])
    return deadlines.update_timers(reported, {"receipt": due}, {})


def extend(order: Order, command: Command) -> Order:
    """Extend the receipt timer, by MAX_EXTENSION_DAYS in all at most. One that only shows counts from now if it is
    overdue: else the extension would be over before it begins."""
    days: int = command.body["days"]
    left = deadlines.MAX_EXTENSION_DAYS - order.extended_days
    if days > left:
        raise Conflict("extension_exhausted", say("The receipt window can be extended by {left} more days.", left=left))
    receipt = order.timer("receipt")
    start = receipt.due_at if receipt else command.at
    if "receipt" in order.watched:
        start = max(start, deadlines.timer_clock(order, command.at))
    due = start + timedelta(days=days)
    return deadlines.update_timers(replace(order, extended_days=order.extended_days + days), {"receipt": due}, {})


def _key(parcel: Parcel) -> tuple[str, str]:
    return parcel_key(parcel.carrier, parcel.tracking_no)


def _undelivered(order: Order, command: Command) -> Parcel:
    parcel = _parcel(order, command)
    if parcel.delivered_at is not None:
        raise Conflict("already_delivered", "This parcel has been reported as delivered already.")
    return parcel


def _parcel(order: Order, command: Command) -> Parcel:
    parcel = order.parcel(command.body["parcel_id"])
    if parcel is None:
        raise Unprocessable("parcel_unknown", "The order has no such parcel.", "/parcel_id")
    return parcel


def _with_parcel(order: Order, parcel: Parcel) -> Order:
    return replace(
        order, parcels=tuple(parcel if each.parcel_id == parcel.parcel_id else each for each in order.parcels)
    )
