"""The append-only history of an order: one entry for each version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from shared.domain.order.amounts import Amounts
from shared.domain.order.model import Order, Overlay, Parcel, Refund, Status
from shared.domain.order.transitions import Actor


@dataclass(frozen=True, slots=True)
class Entry:
    """`seq` is the order's version after the change. `at` is when it happened, `recorded_at` when Orderkeep received
    it. `changes` holds JSON values and no personal data."""

    seq: int
    at: datetime
    recorded_at: datetime
    actor: Actor
    action: str
    from_status: Status | None
    to_status: Status
    reason: str | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)


_WITH_VALUES = (
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
_BY_NAME_ONLY = ("note", "recipient", "buyer", "lines", "memo")
"""Fields whose values are left out of the history, because they may be personal or long."""


def changes(before: Order, after: Order) -> dict[str, Any]:
    """The differences between two versions, as `{"field": [before, after]}`; amounts in minor units.

    - A field of _BY_NAME_ONLY is `{"field": True}`.
    - Timers are `{"deadlines": {kind: [due before, due after]}}`.
    - Parcels are a list of ids, refunds `{id: state}`, disputes `{id: [stage before, stage after]}`.

    Unread messages are left out: a message makes no version, so it would appear in the entry of some later change.
    """
    differences: dict[str, Any] = {}
    for name in _WITH_VALUES:
        if getattr(before, name) != getattr(after, name):
            differences[name] = [_plain(getattr(before, name)), _plain(getattr(after, name))]
    for name in _BY_NAME_ONLY:
        if getattr(before, name) != getattr(after, name):
            differences[name] = True
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
    parcels = _changed_ids(before.parcels, after.parcels, "parcel_id")
    refunds = {
        refund.refund_id: str(refund.state) for refund in after.refunds if before.refund(refund.refund_id) != refund
    }
    stages = {dispute.dispute_id: dispute.stage for dispute in before.disputes}
    disputes = {
        dispute.dispute_id: [stages.get(dispute.dispute_id), dispute.stage]
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
    return differences | {name: value for name, value in grouped.items() if value}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return list(value) if isinstance(value, tuple) else value


def _changed_ids(before: tuple[Parcel | Refund, ...], after: tuple[Parcel | Refund, ...], key: str) -> list[str]:
    old, new = ({getattr(record, key): record for record in records} for records in (before, after))
    return [name for name in old | new if old.get(name) != new.get(name)]
