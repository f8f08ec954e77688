"""The structs that `timeline.placed` decodes orders into.

Creating a frozen dataclass of 38 fields takes longer than decoding its content. These structs have the attributes of
Order, Line, Parcel and Amounts under the same names, and use the same properties and methods. A test compares every
attribute and every column for every kind of order.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from shared.domain.order.funds.amounts import Amounts
from shared.domain.order.model import (
    Assessment,
    Buyer,
    Dispute,
    FundState,
    Line,
    Order,
    Quantity,
    Refund,
    Status,
    Timer,
    Violation,
)


class LineRead(msgspec.Struct, gc=False):
    line_id: str
    product_id: str
    quantity: int
    unit_price: int
    sku: str | None = None
    title: str | None = None
    attributes: dict[str, str] | None = None
    handling_days: int | None = None
    image_url: str | None = None
    rest: int = 0

    amount = Line.amount


class AmountsRead(msgspec.Struct, gc=False):
    lines: int
    shipping: int
    discount: int = 0
    tax: int = 0
    adjustment: int = 0
    received: int | None = None
    refunded: int = 0
    commission: int | None = None
    affiliate_fee: int | None = None
    released: int | None = None
    tax_withheld: int | None = None
    commission_rate: int = 0
    affiliate_rate: int = 0

    total = Amounts.total
    refundable = Amounts.refundable
    held = Amounts.held
    disbursed = Amounts.disbursed


class ParcelRead(msgspec.Struct, gc=False):
    parcel_id: str
    carrier: str
    tracking_no: str
    shipped_at: datetime
    lines: tuple[Quantity, ...]
    tracking_url: str | None
    delivered_at: datetime | None
    edits: int


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
