"""The parts of an order, one item each: its content, parcels, refunds and disputes."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from typing import Any

from shared.domain.order.model import Dispute, Evidence, Order, Parcel, Proposal, Quantity, Refund, RefundState
from shared.store.dynamodb import keys
from shared.store.dynamodb.attributes import TIME
from shared.store.dynamodb.records import (
    DetailRecord,
    DisputeRecord,
    OrderRecord,
    ParcelRecord,
    Record,
    RefundRecord,
)
from shared.store.orders.placements import keyed

PARTS = (DetailRecord, ParcelRecord, RefundRecord, DisputeRecord)
CHECKSUM_BASE = 1 << 40
"""The smallest checksum; a smaller number is a sum of versions (see `versions_match`)."""
Part = dict[str, Any] | Parcel | Refund | Dispute
_OF_PARCEL = "carrier tracking_no tracking_url shipped_at delivered_at".split()
_OF_REFUND = "source reason requested_at respond_by on_silence paid_at".split()
"""The fields that are attributes under the same name."""


def content_of(order: Order) -> dict[str, Any]:
    """The content of the detail item, as JSON values."""
    return {
        "lines": [_sparse(asdict(line) | {"rest": line.rest or None}) for line in order.lines],
        "recipient": dict(order.recipient),
        "email": order.buyer.email,
        "delivery_days": order.delivery_days,
        "chosen_service": order.chosen_service,
        "memo": order.memo,
        "time_zone": order.time_zone,
    } | ({"erased_at": TIME.serialize(order.erased_at)} if order.erased_at else {})


def parts_of(order: Order) -> dict[str, Part]:
    """The parts of an order, by sort key."""
    parts: dict[str, Part] = {keys.DETAIL: content_of(order)}
    parts |= {keys.PARCEL + parcel.parcel_id: parcel for parcel in order.parcels}
    parts |= {keys.REFUND + refund.refund_id: refund for refund in order.refunds}
    return parts | {keys.DISPUTE + dispute.dispute_id: dispute for dispute in order.disputes}


def part_record(order: Order, sk: str, part: Part, version: int) -> Record:
    """The item of one part; `version` is the order's version that last changed it."""
    own_id = sk.removeprefix(keys.PARCEL).removeprefix(keys.REFUND).removeprefix(keys.DISPUTE)
    base: dict[str, Any] = {
        "hash_key": keys.order_pk(order.store_id, order.order_id),
        "range_key": sk,
        "timeline": keys.second_timeline(order.store_id),
        "placed_key": keys.sort_key(order.placed_at, order.order_id, own_id),
        "version": version,
    }
    if isinstance(part, Parcel):
        return ParcelRecord(
            **base,
            state_key=f"{order.store_id}#parcel#{'undelivered' if part.delivered_at is None else 'delivered'}",
            sort_key=keys.sort_key(part.shipped_at, order.order_id, own_id),
            reference_key=keys.tracking_key(order.store_id, part.tracking_no),
            edits=part.edits or None,
            lines=[[line.line_id, line.quantity] for line in part.lines],
            **{name: getattr(part, name) for name in _OF_PARCEL},
        )
    if isinstance(part, Refund):
        return RefundRecord(
            **base,
            state_key=f"{order.store_id}#refund#{part.state}",
            sort_key=keys.sort_key(part.requested_at, order.order_id, own_id),
            reference_key=f"{order.store_id}#refund#{own_id}",
            state=str(part.state),
            amount=part.amount,
            currency=order.currency,
            lines=[[line.line_id, line.quantity] for line in part.lines],
            coupon=part.coupon or None,
            **{name: getattr(part, name) for name in _OF_REFUND},
        )
    if isinstance(part, Dispute):
        return DisputeRecord(
            **base,
            state_key=f"{order.store_id}#dispute#{part.stage}",
            sort_key=keys.sort_key(part.opened_at, order.order_id, own_id),
            reference_key=f"{order.store_id}#dispute#{own_id}",
            currency=order.currency,
            content=plain(asdict(part)),
        )
    return DetailRecord(**base, placed_digest=keyed(order.placed_digest), content=part)


def is_consistent(head: OrderRecord, parts: Sequence[Record]) -> bool:
    """Head and parts are from the same version of the order: the head's checksum matches the parts' versions."""
    return versions_match(
        int(head.part_versions), {part.sk: int(part.version) for part in parts if isinstance(part, PARTS)}
    )


def versions_checksum(versions: Mapping[str, int]) -> int:
    """One number for a set of parts (by sort key) and their versions, stored in the head. A plain sum is not enough:
    parts with versions 4 and 5 have the same sum as one part with version 9. Each sort key has its own weight, so a
    collision has a probability of about one in four billion."""
    return CHECKSUM_BASE + sum(_weight(sk) * version for sk, version in versions.items())


@lru_cache(maxsize=4096)
def _weight(sk: str) -> int:
    return zlib.crc32(sk.encode())


def versions_match(part_versions: int, versions: Mapping[str, int]) -> bool:
    """Does the head's number match these parts? Old heads have the sum of the versions instead of the checksum."""
    return part_versions == (versions_checksum(versions) if part_versions >= CHECKSUM_BASE else sum(versions.values()))


def parcel_of(record: ParcelRecord) -> Parcel:
    return Parcel(
        record.sk.removeprefix(keys.PARCEL),
        lines=_quantities(record.lines),
        edits=int(record.edits or 0),
        **{name: getattr(record, name) for name in _OF_PARCEL},
    )


def refund_of(record: RefundRecord) -> Refund:
    return Refund(
        record.sk.removeprefix(keys.REFUND),
        RefundState(record.state),
        amount=int(record.amount),
        lines=_quantities(record.lines),
        coupon=int(record.coupon or 0),
        **{name: getattr(record, name) for name in _OF_REFUND},
    )


_DISPUTE_TIMES = ("opened_at", "held_since", "respond_by", "returned_at", "ended_at")


def dispute_of(record: DisputeRecord) -> Dispute:
    content = _timed(record.content, *_DISPUTE_TIMES)
    if content.get("ended_at"):  # the former code left proposals open when a dispute ended
        for each in content["proposals"]:
            each["state"] = "lapsed" if each["state"] == "open" else each["state"]
    return Dispute(
        **content
        | {
            "line_ids": tuple(content["line_ids"]),
            "proposals": tuple(Proposal(**_timed(each, "at")) for each in content["proposals"]),
            "evidence": tuple(Evidence(**_timed(each, "at")) for each in content["evidence"]),
        }
    )


def _timed(content: dict[str, Any], *names: str) -> dict[str, Any]:
    return content | {name: TIME.deserialize(content[name]) for name in names if content.get(name)}


def _quantities(lines: Iterable[Sequence[Any]]) -> tuple[Quantity, ...]:
    return tuple(Quantity(line_id, quantity) for line_id, quantity in lines)


def _sparse(content: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if value is not None}


def plain(value: Any) -> Any:
    """The value as JSON values: times as text, without None."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items() if each is not None}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return TIME.serialize(value) if isinstance(value, datetime) else value
