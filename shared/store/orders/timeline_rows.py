"""The structs that `timeline.placed` decodes orders into.

Creating a frozen dataclass of 38 fields takes longer than decoding its content. These structs have the attributes of
Order, Line, Parcel and Amounts under the same names, and use the same properties and methods. A test compares every
attribute and every column for every kind of order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, get_type_hints

import msgspec

from shared.domain.order.funds.amounts import Amounts
from shared.domain.order.model import (
    Assessment,
    Buyer,
    Dispute,
    FundState,
    Line,
    Order,
    Parcel,
    Refund,
    Status,
    Timer,
    Violation,
)


def _struct_of(original: Any) -> Any:
    """A struct with the fields and the properties of a dataclass."""
    types = get_type_hints(original)
    members = [
        (each.name, types[each.name]) if each.default is MISSING else (each.name, types[each.name], each.default)
        for each in fields(original)
    ]
    properties = {name: value for name, value in vars(original).items() if isinstance(value, property)}
    return msgspec.defstruct(f"{original.__name__}Read", members, namespace=properties, gc=False)


if TYPE_CHECKING:
    LineRead = Line
    AmountsRead = Amounts
    ParcelRead = Parcel
else:
    LineRead, AmountsRead, ParcelRead = map(_struct_of, (Line, Amounts, Parcel))


class OrderRead(msgspec.Struct, gc=False):
    """An Order without the fields that no export uses: `platform_at`, `placed_digest`, `supplied`, `reminded_at`,
    `ship_by`, `time_zone`, `erased_at` and `shards`."""

    store_id: str
    order_id: str
    version: int
    status: Status
    fund_state: FundState
    placed_at: datetime
    currency: str
    buyer: Buyer
    recipient: Mapping[str, str]
    amounts: AmountsRead
    lines: tuple[LineRead, ...]
    end_reason: str | None
    delivery_days: int | None
    chosen_service: str | None
    memo: str | None
    paid_at: datetime | None
    shipped_at: datetime | None
    received_at: datetime | None
    finished_at: datetime | None
    frozen_at: datetime | None
    extended_days: int
    delivered_assessment: Assessment | None
    timers: tuple[Timer, ...]
    parcels: tuple[ParcelRead, ...]
    refunds: tuple[Refund, ...]
    disputes: tuple[Dispute, ...]
    violations: tuple[Violation, ...]
    note: str | None
    tags: tuple[str, ...]
    assignee: str | None
    unread_messages: int

    dispute = Order.dispute
    promised = Order.promised
    disputed = Order.disputed
    frozen = Order.frozen
    disputed_since = Order.disputed_since
    claimless = Order.claimless
    overlays = Order.overlays
    outcome = Order.outcome
    remaining = Order.remaining
    timer = Order.timer
    line_progress = Order.line_progress
    left = Order.left
