"""Tracking sheets: what each row does to its order.

The rows of one order are planned together, because each counts on the parcels of the rows above it. The plan says only
what the sheet means; whether the order allows it is for the lifecycle to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.domain.order.model import Order, Quantity

SHIP, SHIP_PART, CORRECT = "ship", "ship_part", "correct"
"""The effects of a row: everything that is left leaves, a part of it, or a parcel gets another carrier or number."""


@dataclass(frozen=True, slots=True)
class Tracking:
    """A row of a tracking sheet. Without `pieces` the parcel holds everything that is left."""

    row: int
    order_id: str
    carrier: str
    tracking_no: str
    pieces: int | None = None
    tracking_url: str | None = None


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


def plan(order: Order, rows: Sequence[Tracking]) -> list[Planned]:
    """One Planned for each row, in order."""
    known = {parcel.tracking_no: parcel for parcel in order.parcels}
    left = {part.line_id: part.quantity for part in order.left()}
    new = [row for row in rows if row.tracking_no not in known]
    numbers = {row.tracking_no for row in new}
    planned: list[Planned] = []
    shipped: set[str] = set()
    for row in rows:
        parcel = known.get(row.tracking_no)
        if parcel is not None:
            planned.append(
                Planned(row)
                if parcel.carrier == row.carrier
                else _correction(row, parcel.parcel_id, {"carrier": row.carrier})
            )
        elif row.tracking_no in shipped:
            planned.append(Planned(row))
        elif not left and len(numbers) == 1 and len(order.parcels) == 1 and not shipped:
            given = {"carrier": row.carrier, "tracking_no": row.tracking_no}
            planned.append(_correction(row, order.parcels[0].parcel_id, given))
            shipped.add(row.tracking_no)
        elif row.pieces is None and len(numbers) > 1:
            planned.append(Planned(row, code="pieces_needed", column="pieces"))
        elif not left:
            planned.append(Planned(row, code="nothing_left", column="order_id"))
        else:
            planned.append(_parcel(row, left))
            if planned[-1].action:
                shipped.add(row.tracking_no)
    return planned


def _correction(row: Tracking, parcel_id: str, given: Mapping[str, str]) -> Planned:
    return Planned(row, "edit_shipment", {"parcel_id": parcel_id, **given}, CORRECT)


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
