"""Tracking sheets: what each row does to its order.

The rows of one order are planned together, because each counts on the parcels of the rows above it. The plan says only
what the sheet means; whether the order allows it is for the lifecycle to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.domain.order.model import Order, Quantity
from shared.domain.tracking import normalized, parcel_key

SHIP, SHIP_PART, CORRECT = "ship", "ship_part", "correct"
"""The effects of a row: everything that is left leaves, a part of it, or a parcel gets another carrier or number."""


@dataclass(frozen=True, slots=True)
class Tracking:
    """A row of a tracking sheet. Without `pieces` the parcel holds everything that is left. `guessed`: the sheet does
    not name the carrier, the number tells it."""

    row: int
    order_id: str
    carrier: str
    tracking_no: str
    pieces: int | None = None
    tracking_url: str | None = None
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """What a row does: an action of the lifecycle with its body; nothing if `action` is None. `code` names why the row
    cannot be carried out, `column` the field at fault."""

    tracking: Tracking
    action: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    effect: str | None = None
    code: str | None = None
    column: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


def plan(order: Order, rows: Sequence[Tracking], done: Mapping[int, str], unread: int = 0) -> list[Planned]:
    """One Planned for each row that is not `done`, in order.

    `done` are the rows of which this import has had the effect already: row → effect. `unread` is the number of further
    rows of the order that cannot be read: each may stand for a parcel of its own.
    """
    known = {normalized(parcel.tracking_no): parcel for parcel in order.parcels}
    keys = {parcel_key(parcel.carrier, parcel.tracking_no) for parcel in order.parcels}
    left = {part.line_id: part.quantity for part in order.left()}
    handled = {normalized(row.tracking_no): row for row in rows if row.row in done}
    shipped = {number for number, row in handled.items() if done[row.row] != CORRECT}
    every = {normalized(row.tracking_no) for row in rows}
    new = len(shipped | (every - known.keys())) + unread
    planned: list[Planned] = []
    for row in rows:
        number = normalized(row.tracking_no)
        first, parcel = handled.get(number), known.get(number)
        if row.row in done:
            continue
        if first is not None:
            planned.append(_again(row, first))
        elif parcel is not None:
            same = row.guessed or parcel_key(row.carrier, row.tracking_no) in keys
            planned.append(Planned(row) if same else _correction(row, parcel.parcel_id, {"carrier": row.carrier}))
            handled[number] = row
        elif not left and len(every) + unread == len(order.parcels) == 1:
            given = {"carrier": row.carrier, "tracking_no": row.tracking_no}
            planned.append(_correction(row, order.parcels[0].parcel_id, given))
            handled[number] = row
        elif row.pieces is None and new > 1:
            planned.append(Planned(row, code="pieces_needed", column="pieces"))
        elif not left:
            planned.append(Planned(row, code="nothing_left", column="order_id"))
        else:
            planned.append(_parcel(row, left))
            if planned[-1].action:
                handled[number] = row
    return planned


def _again(row: Tracking, first: Tracking) -> Planned:
    """A number that stands in the sheet for this order a second time."""
    if (normalized(row.carrier), row.pieces) == (normalized(first.carrier), first.pieces):
        return Planned(row)
    return Planned(row, code="row_contradicts", column="tracking_no", facts={"other": str(first.row)})


def _correction(row: Tracking, parcel_id: str, given: Mapping[str, str]) -> Planned:
    link = {"tracking_url": row.tracking_url} if row.tracking_url else {}
    return Planned(row, "edit_shipment", {"parcel_id": parcel_id, **given, **link}, CORRECT)


def _parcel(row: Tracking, left: dict[str, int]) -> Planned:
    """A parcel with the row's pieces, of the first lines first. Takes them out of `left`."""
    total = sum(left.values())
    pieces = total if row.pieces is None else row.pieces
    if pieces > total:
        return Planned(row, code="more_than_left", column="pieces", facts={"left": str(total)})
    lines = []
    for line_id in list(left):
        quantity = min(pieces, left[line_id])
        if quantity:
            lines.append(Quantity(line_id, quantity))
            pieces -= quantity
            left[line_id] -= quantity
            if not left[line_id]:
                del left[line_id]
    content: dict[str, Any] = {"carrier": row.carrier, "tracking_no": row.tracking_no}
    content["lines"] = [{"line_id": line.line_id, "quantity": line.quantity} for line in lines]
    if row.tracking_url:
        content["tracking_url"] = row.tracking_url
    return Planned(row, "ship", {"parcels": [content]}, SHIP_PART if left else SHIP)
