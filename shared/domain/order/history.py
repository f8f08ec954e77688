"""The append-only history of an order: one entry for each version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from shared.domain.order.model import Dispute, Line, Order, Overlay, Parcel, Quantity, Refund, Status
from shared.domain.order.transitions import CLOCK, SELLER, Actor


@dataclass(frozen=True, slots=True)
class Entry:
    """`seq` is the order's version after the change. `at` is when it happened, `recorded_at` when Orderkeep received
    it. `changes` is the result of `changes`, with the NOTES of the action. `currency` is that of its amounts; empty in
    entries of the former code."""

    seq: int
    at: datetime
    recorded_at: datetime
    actor: Actor
    action: str
    from_status: Status | None
    to_status: Status
    reason: str | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    currency: str = ""

    @property
    def is_event(self) -> bool:
        """Is the entry in the event feed? The feed has what the seller and the clock did. The platform knows the
        rest: it reported it."""
        return self.actor.kind in (SELLER, CLOCK)


@dataclass(frozen=True, slots=True)
class Change:
    """The result of `lifecycle.act` or `lifecycle.lapse`: the order after it, and one history entry for each new
    version, oldest first.

    `between` are the versions of the order after each entry but the last. Without entries, `order` is unchanged.
    """

    order: Order
    entries: tuple[Entry, ...]
    between: tuple[Order, ...] = ()

    @property
    def steps(self) -> tuple[tuple[Entry, Order], ...]:
        """Each entry with the order after it."""
        return tuple(zip(self.entries, (*self.between, self.order), strict=True)) if self.entries else ()


NOTES = ("skipped", "kept", "reopened", "message_id")
"""What an action says beside the changed fields: the statuses that a snapshot skipped, what it did not undo, that a
closed order was opened again, and the message of a reminder."""
HIDDEN = "***"
"""Stands for a value that the history does not keep, because it may be personal or long."""
NOT_RECORDED = (None, None)
"""The two values of a change in an entry of the former code that has neither."""
MAX_LINES = 50
"""If a snapshot changes more lines than this, the entry only says that they changed: an item holds 400 KB."""
_SHOWN_AS_THEY_ARE = (
    "fund_state",
    "end_reason",
    "extended_days",
    "currency",
    "tags",
    "assignee",
    "placed_at",
    "delivery_days",
    "chosen_service",
    "paid_at",
    "shipped_at",
    "received_at",
    "finished_at",
    "frozen_at",
    "reminded_at",
    "erased_at",
)


@dataclass(frozen=True, slots=True)
class _Private:
    """A value that is compared, and not kept."""

    value: Any


def changes(before: Order, after: Order) -> dict[str, Any]:
    """The differences between two versions as a tree of names: `{"amounts": {"received": [before, after]}}`.

    A leaf is the pair of the two values, as JSON; None where a record did not exist. Records are named by their ids.
    Amounts are in minor units. Personal values and texts are HIDDEN. The pieces of a new parcel or refund are only
    counted, because the record has them; those that a snapshot changes or removes are listed.

    The status and the version are in the entry itself. Unread messages are left out: a message makes no version, so it
    would appear in the entry of some later change.
    """
    differences = _differences(_content(before, None), _content(after, before))
    if before.lines != after.lines:  # not in _content: an order has up to 1,000 lines, and few actions change them
        differences |= _differences(
            *({"lines": {line.line_id: _line(line) for line in each.lines}} for each in (before, after))
        )
    lines = differences.get("lines", {})
    return differences if len(lines) <= MAX_LINES else differences | {"lines": [HIDDEN, HIDDEN]}


def _content(order: Order, former: Order | None) -> dict[str, Any]:
    """The fields of the order that are compared. A record that `former` does not have is new."""
    return {name: getattr(order, name) for name in _SHOWN_AS_THEY_ARE} | {
        "note": _private(order.note),
        "memo": _private(order.memo),
        "buyer": asdict(order.buyer) | {"name": _private(order.buyer.name), "email": _private(order.buyer.email)},
        "recipient": _address(order.recipient),
        "amounts": asdict(order.amounts),
        "delivered_assessment": order.delivered_assessment and asdict(order.delivered_assessment),
        "deadlines": {timer.kind: timer.due_at for timer in order.timers},
        "supplied_deadlines": {timer.kind: timer.due_at for timer in order.supplied},
        "parcels": {
            parcel.parcel_id: _parcel(parcel, former is not None and former.parcel(parcel.parcel_id) is None)
            for parcel in order.parcels
        },
        "refunds": {
            refund.refund_id: _refund(refund, former is not None and former.refund(refund.refund_id) is None)
            for refund in order.refunds
        },
        "disputes": {dispute.dispute_id: _dispute(dispute) for dispute in order.disputes},
        "violations": [violation.kind for violation in order.violations],
        "overlays": [str(each) for each in order.overlays if each is not Overlay.UNREAD],
    }


def _address(fields: Mapping[str, str]) -> dict[str, Any]:
    return {name: value if name == "country" else _Private(value) for name, value in fields.items()}


def _line(line: Line) -> dict[str, Any]:
    texts = {name: _private(getattr(line, name)) for name in ("title", "attributes", "image_url")}
    return asdict(line) | texts | {"line_id": None}


def _parcel(parcel: Parcel, is_new: bool) -> dict[str, Any]:
    return {
        "carrier": parcel.carrier,
        "tracking_no": parcel.tracking_no,
        "tracking_url": _private(parcel.tracking_url),
        "shipped_at": parcel.shipped_at,
        "delivered_at": parcel.delivered_at,
        "edits": parcel.edits or None,
        **_pieces(parcel.lines, is_new),
    }


def _refund(refund: Refund, is_new: bool) -> dict[str, Any]:
    return {
        "state": str(refund.state),
        "source": refund.source,
        "amount": refund.amount,
        "coupon": refund.coupon or None,
        "respond_by": refund.respond_by,
        "on_silence": refund.on_silence,
        "paid_at": refund.paid_at,
        **_pieces(refund.lines, is_new),
    }


def _pieces(quantities: Iterable[Quantity], is_new: bool) -> dict[str, Any]:
    counts = {part.line_id: part.quantity for part in quantities}
    return {"pieces": sum(counts.values())} if is_new else {"lines": counts}


def _dispute(dispute: Dispute) -> dict[str, Any]:
    names = (
        "stage kind claim respond_by return_carrier return_tracking_no returned_at opened_at ended_at result".split()
    )
    return {name: getattr(dispute, name) for name in names} | {
        "line_ids": list(dispute.line_ids) or None,
        "return_address": _address(dispute.return_address or {}),
        "proposals": {
            str(number): asdict(each) | {"text": _private(each.text), "at": None}
            for number, each in enumerate(dispute.proposals, 1)
        },
        "evidence": {
            each.evidence_id: {"by": each.by, "media_type": each.media_type, "bytes": each.bytes}
            for each in dispute.evidence
        },
    }


def _private(value: Any) -> _Private | None:
    return None if value is None else _Private(value)


def _differences(before: Any, after: Any) -> dict[str, Any]:
    """The tree of the differences between two mappings. A missing mapping is an empty one."""
    found: dict[str, Any] = {}
    for name in dict.fromkeys((*(before or ()), *(after or ()))):
        was, now = ((content or {}).get(name) for content in (before, after))
        if isinstance(was, Mapping) or isinstance(now, Mapping):
            if below := _differences(was, now):
                found[name] = below
        elif was != now:
            found[name] = [_plain(was), _plain(now)]
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, _Private):
        return HIDDEN
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return list(value) if isinstance(value, tuple) else value


def upgraded(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The changes of a stored entry in the shape of `changes`. The former code stored ids of parcels, states of
    refunds, stages of disputes, kinds of violations, and True for a value that it left out."""
    found: dict[str, Any] = {name: list(NOT_RECORDED) if value is True else value for name, value in stored.items()}
    found |= {name: stored[name] for name in NOTES if name in stored}
    parcels, refunds, disputes = (stored.get(name) for name in ("parcels", "refunds", "disputes"))
    if isinstance(parcels, list):
        found["parcels"] = {parcel_id: list(NOT_RECORDED) for parcel_id in parcels}
    if refunds:
        found["refunds"] = {
            key: {"state": [None, each]} if isinstance(each, str) else each for key, each in refunds.items()
        }
    if disputes:
        found["disputes"] = {key: {"stage": each} if isinstance(each, list) else each for key, each in disputes.items()}
    violations = stored.get("violations")
    if violations and not isinstance(violations[0], list):
        found["violations"] = [[], violations]
    return found
