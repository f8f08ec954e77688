"""Lists of parcels, refunds and disputes across the orders of a store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shared.domain.order.model import Dispute, Parcel, Refund
from shared.store.dynamodb import keys
from shared.store.dynamodb.indexes import Selection, page_across_orders
from shared.store.dynamodb.records import DisputeRecord, ParcelRecord, Record, RefundRecord
from shared.store.orders.parts import dispute_of, parcel_of, refund_of
from shared.store.pages import Listed, Page, Position

MAX_LINES = 20_000
"""Lines on one page, because an answer of Lambda may have at most 6 MB."""


def parcels(
    store_id: str,
    states: Sequence[str],
    limit: int,
    after: Position | None,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    forward: bool = False,
) -> Page[Listed[Parcel]]:
    """Parcels in these states (undelivered, delivered) that were shipped in [since, until)."""
    partitions = tuple(f"{store_id}#parcel#{state}" for state in states)
    selection = Selection("by_state", partitions, since, until, forward)
    return page_across_orders(selection, limit, after, ParcelRecord, parcel_of, _bounded)


def parcels_by_tracking_no(store_id: str, tracking_no: str, limit: int, after: Position | None) -> Page[Listed[Parcel]]:
    """Parcels with this number, in whatever case and with whatever spaces it is written."""
    partitions = {keys.tracking_key(store_id, tracking_no), keys.former_tracking_key(store_id, tracking_no)}
    selection = Selection("by_reference", tuple(sorted(partitions)))
    return page_across_orders(selection, limit, after, ParcelRecord, parcel_of, _bounded)


def refunds(store_id: str, states: Sequence[str], limit: int, after: Position | None) -> Page[Listed[Refund]]:
    """Refunds in these states, the latest first."""
    selection = Selection("by_state", tuple(f"{store_id}#refund#{state}" for state in states))
    return page_across_orders(selection, limit, after, RefundRecord, refund_of, _bounded)


def find_refund(store_id: str, refund_id: str) -> Listed[Refund] | None:
    selection = Selection("by_reference", (f"{store_id}#refund#{refund_id}",))
    return next(iter(page_across_orders(selection, 1, None, RefundRecord, refund_of).items), None)


def disputes(store_id: str, stages: Sequence[str], limit: int, after: Position | None) -> Page[Listed[Dispute]]:
    """Disputes at these stages, the latest first."""
    selection = Selection("by_state", tuple(f"{store_id}#dispute#{stage}" for stage in stages))
    return page_across_orders(selection, limit, after, DisputeRecord, dispute_of)


def find_dispute(store_id: str, dispute_id: str) -> Listed[Dispute] | None:
    selection = Selection("by_reference", (f"{store_id}#dispute#{dispute_id}",))
    return next(iter(page_across_orders(selection, 1, None, DisputeRecord, dispute_of).items), None)


def _bounded(records: list[Record]) -> int:
    """How many of the records have together at most MAX_LINES lines; at least one."""
    lines = 0
    for count, record in enumerate(records):
        lines += len(record.lines) if isinstance(record, ParcelRecord | RefundRecord) else 0
        if lines > MAX_LINES and count:
            return count
    return len(records)
