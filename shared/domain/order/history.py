"""The append-only history of an order: one entry for each version it has had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from shared.domain.order.model import Amounts, Order, Overlay, Parcel, Refund, Status
from shared.domain.order.transitions import Actor


@dataclass(frozen=True, slots=True)
class Entry:
    """`seq` is the version that the change made. `changes` holds JSON values only, and no personal data."""

    seq: int
    at: datetime
    recorded_at: datetime
    actor: Actor
    action: str
    from_status: Status | None
    to_status: Status
    reason: str | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)


_WATCHED = (
    "fund_state",
    "end_reason",
    "extended_days",
    "currency",
    "tags",
    "assignee",
    "placed_at",
    "delivery_days",
    "chosen_service",
)
_SILENT = ("note", "recipient", "buyer", "lines", "memo")
"""Told of by name only: what they hold may be personal, or long."""


def changes(before: Order, after: Order) -> dict[str, Any]:
    """What differs between two versions, as `{"field": [before, after]}`; amounts in minor units.

    Records are told of by id, timers as `{"deadlines": {kind: [due before, due after]}}`. What the buyer
    has written is told nowhere here: a message makes no version, and would show in whichever came next.
    """
    told: dict[str, Any] = {}
    for name in _WATCHED:
        _tell(told, name, getattr(before, name), getattr(after, name))
    for name in _SILENT:
        if getattr(before, name) != getattr(after, name):
            told[name] = True
    amounts = {
        part.name: [getattr(before.amounts, part.name), getattr(after.amounts, part.name)]
        for part in fields(Amounts)
        if getattr(before.amounts, part.name) != getattr(after.amounts, part.name)
    }
    due_before, due_after = ({timer.kind: _plain(timer.due_at) for timer in order.timers} for order in (before, after))
    due = {
        kind: [due_before.get(kind), due_after.get(kind)]
        for kind in due_before | due_after
        if due_before.get(kind) != due_after.get(kind)
    }
    overlays = [[str(each) for each in order.overlays if each is not Overlay.UNREAD] for order in (before, after)]
    parcels = _touched(before.parcels, after.parcels, "parcel_id")
    refunds = {
        refund.refund_id: str(refund.state) for refund in after.refunds if before.refund(refund.refund_id) != refund
    }
    disputes = {
        dispute.dispute_id: [before_stages.get(dispute.dispute_id), dispute.stage]
        for before_stages in [{each.dispute_id: each.stage for each in before.disputes}]
        for dispute in after.disputes
        if dispute not in before.disputes
    }
    violations = [violation.kind for violation in after.violations[len(before.violations) :]]
    grouped = {
        "amounts": amounts,
        "deadlines": due,
        "parcels": parcels,
        "refunds": refunds,
        "disputes": disputes,
        "violations": violations,
        "overlays": overlays if overlays[0] != overlays[1] else None,
    }
    return told | {name: value for name, value in grouped.items() if value}


def _tell(told: dict[str, Any], name: str, before: Any, after: Any) -> None:
    if before != after:
        told[name] = [_plain(before), _plain(after)]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return list(value) if isinstance(value, tuple) else value


def _touched(before: tuple[Parcel | Refund, ...], after: tuple[Parcel | Refund, ...], key: str) -> list[str]:
    was, now = ({getattr(record, key): record for record in records} for records in (before, after))
    return [name for name in was | now if was.get(name) != now.get(name)]
