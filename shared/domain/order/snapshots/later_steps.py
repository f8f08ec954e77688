"""What happened here after the time of a snapshot that arrives late."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.domain.order.history import Entry
from shared.domain.order.model import FundState, Order, Status
from shared.domain.order.transitions import CLOCK, SELLER

_OF_THE_SELLER = frozenset({"parcels", "refunds", "disputes", "deadlines"})
"""The fields that only a step of the seller changes: a note or another price says nothing about the status."""


@dataclass(frozen=True, slots=True)
class LaterSteps:
    """The steps of the seller and the lapses after a time; the later they are, the further to the end.

    - `left`: the states (status and fund state) that one of them led on from.
    - `by_seller`: is one of them the seller's?
    - `parcels`: the parcels that the seller shipped or corrected, with their carrier and number before it; None for a
      parcel that was shipped after the time.
    - `refunds`, `disputes`: those that the seller answered.
    - `deadlines`: the timers that the seller moved or stopped.
    - `adjustments`: the price adjustments that the seller replaced.
    """

    left: frozenset[tuple[Status, FundState]] = frozenset()
    by_seller: bool = False
    parcels: dict[str, tuple[str, str] | None] = field(default_factory=dict)
    refunds: frozenset[str] = frozenset()
    disputes: frozenset[str] = frozenset()
    deadlines: frozenset[str] = frozenset()
    adjustments: frozenset[int] = frozenset()


def later_steps(order: Order, history: Iterable[Entry], at: datetime) -> LaterSteps:
    """The steps after `at`. `history` holds at least the entries of the order that are later than that."""
    left: set[tuple[Status, FundState]] = set()
    fund_state = order.fund_state
    steps: list[Entry] = []
    known = (each for each in history if each.seq <= order.version)
    for entry in sorted(known, key=lambda each: each.seq, reverse=True):
        before, _ = entry.changes.get("fund_state", (fund_state, None))
        moved = entry.from_status is not entry.to_status or before != fund_state
        fund_state = FundState(before)
        if entry.at <= at:
            continue
        if moved and entry.from_status and entry.actor.kind in (SELLER, CLOCK):
            left.add((entry.from_status, fund_state))
        if entry.actor.kind == SELLER:
            steps.append(entry)
    return LaterSteps(
        frozenset(left),
        any(entry.from_status is not entry.to_status or _OF_THE_SELLER & entry.changes.keys() for entry in steps),
        _parcels(order, steps),
        frozenset(_changed("refunds", steps)),
        frozenset(_changed("disputes", steps)),
        frozenset(kind for entry in steps for kind, (due, _) in entry.changes.get("deadlines", {}).items() if due),
        frozenset(entry.changes.get("amounts", {}).get("adjustment", (0,))[0] for entry in steps),
    )


def _changed(name: str, steps: Iterable[Entry]) -> Iterable[str]:
    return (record_id for entry in steps for record_id in entry.changes.get(name, {}))


def _parcels(order: Order, steps: Iterable[Entry]) -> dict[str, tuple[str, str] | None]:
    """`steps` are the newest first. The entry of an edit in the former code has no numbers."""
    former: dict[str, tuple[str, str] | None] = {}
    for entry in steps:
        for parcel_id, change in entry.changes.get("parcels", {}).items():
            parcel = order.parcel(parcel_id)
            if parcel is None:
                continue
            carrier, tracking_no = former.get(parcel_id) or (parcel.carrier, parcel.tracking_no)
            fields: dict[str, Any] = change if isinstance(change, dict) else {}
            was = fields.get("carrier", (carrier,))[0], fields.get("tracking_no", (tracking_no,))[0]
            former[parcel_id] = None if entry.action == "ship" else was
    return former
