"""The parcels of an order after a snapshot: those that it shows, and those of the seller that are later than it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from shared.domain.errors import Unprocessable
from shared.domain.order.model import Order, Parcel, Quantity
from shared.domain.order.snapshots.later_steps import LaterSteps
from shared.domain.tracking import parcel_key


def merged_parcels(order: Order, contents: Sequence[Mapping[str, Any]], later: LaterSteps) -> tuple[Parcel, ...]:
    """A parcel with the same carrier and number keeps its id and edits. A parcel without `lines` keeps its lines, or
    takes all that the others have left.

    A parcel that the seller shipped or corrected after the time of the snapshot stays as it is; the snapshot may only
    say that it was delivered, under the number that it had then. The others get what such parcels leave.
    """
    known = {parcel_key(parcel.carrier, parcel.tracking_no): parcel for parcel in order.parcels}
    kept = {parcel.parcel_id: parcel for parcel in order.parcels if parcel.parcel_id in later.parcels}
    known |= {parcel_key(*was): kept[key] for key, was in later.parcels.items() if was and key in kept}
    number = max((int(parcel.parcel_id[1:]) for parcel in order.parcels), default=0)
    left = Counter({line.line_id: line.quantity for line in order.lines})
    for parcel in kept.values():
        left -= _counts(parcel.lines)
    pieces = _pieces(order, contents, known)
    parcels: list[Parcel] = []
    for content, counts in zip(contents, pieces, strict=True):
        before = known.get(_key(content))
        if before is not None and before.parcel_id in kept:
            delivered_at = content.get("delivered_at") or before.delivered_at
            kept[before.parcel_id] = replace(before, delivered_at=delivered_at)
            continue
        packed = counts & left
        left -= packed
        number += before is None
        parcels.append(
            Parcel(
                parcel_id=before.parcel_id if before else f"p{number}",
                carrier=content["carrier"],
                tracking_no=content["tracking_no"],
                tracking_url=content.get("tracking_url"),
                shipped_at=content["shipped_at"],
                delivered_at=content.get("delivered_at"),
                lines=tuple(Quantity(line_id, quantity) for line_id, quantity in packed.items()),
                edits=before.edits if before else 0,
            )
        )
    return (*parcels, *kept.values())


def _pieces(
    order: Order, contents: Sequence[Mapping[str, Any]], known: Mapping[tuple[str, str], Parcel]
) -> list[Counter[str]]:
    """The pieces of each parcel that the snapshot shows. Raises Unprocessable if it names more than was ordered."""
    left = Counter({line.line_id: line.quantity for line in order.lines})
    pieces: list[Counter[str] | None] = []
    keys: set[tuple[str, str]] = set()
    for index, content in enumerate(contents):
        if _key(content) in keys:
            raise Unprocessable("parcel_exists", "Two parcels have the same carrier and number.", f"/parcels/{index}")
        keys.add(_key(content))
        before, lines = known.get(_key(content)), content.get("lines")
        counts = None if before is None else _counts(before.lines) & left
        if lines is not None:
            counts = _counts([Quantity(part["line_id"], part["quantity"]) for part in lines])
            if not counts <= left:
                raise Unprocessable(
                    "more_than_ordered", "The parcels hold more of a line than was ordered.", f"/parcels/{index}/lines"
                )
        left -= counts or Counter()
        pieces.append(counts)
    filled: list[Counter[str]] = []
    for counts in pieces:
        filled.append(left if counts is None else counts)
        left = Counter() if counts is None else left
    return filled


def _key(content: Mapping[str, Any]) -> tuple[str, str]:
    return parcel_key(content["carrier"], content["tracking_no"])


def _counts(quantities: Sequence[Quantity]) -> Counter[str]:
    counts = Counter[str]()
    for part in quantities:
        counts[part.line_id] += part.quantity
    return counts
