"""The order and its records: lines, parcels, refunds, disputes, timers.

Amounts are integer minor units of the order's `currency`; times are aware UTC; ids are strings. All classes are frozen:
an action (lifecycle.py) returns a new Order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.order.funds.amounts import Amounts, Outcome, outcome_of
from shared.domain.shards import FEW, shard_of


class Status(StrEnum):
    """The platform's own status codes. Only `sync` enters or leaves the last two."""

    PLACE_ORDER_SUCCESS = "PLACE_ORDER_SUCCESS"
    PAYMENT_PROCESSING = "PAYMENT_PROCESSING"
    RISK_CONTROL = "RISK_CONTROL"
    RISK_CONTROL_HOLD = "RISK_CONTROL_HOLD"
    WAIT_SELLER_EXAMINE_MONEY = "WAIT_SELLER_EXAMINE_MONEY"
    WAIT_SELLER_SEND_GOODS = "WAIT_SELLER_SEND_GOODS"
    SELLER_PART_SEND_GOODS = "SELLER_PART_SEND_GOODS"
    WAIT_BUYER_ACCEPT_GOODS = "WAIT_BUYER_ACCEPT_GOODS"
    IN_CANCEL = "IN_CANCEL"
    FUND_PROCESSING = "FUND_PROCESSING"
    FINISH = "FINISH"
    IN_BOOK_SALE = "IN_BOOK_SALE"
    WAIT_GROUP_SUCCESS = "WAIT_GROUP_SUCCESS"


class FundState(StrEnum):
    """Where the buyer's money goes. `none` until the buyer has received the goods or everything is to be refunded."""

    NONE = "none"
    AWAITING_RELEASE = "awaiting_release"
    REFUNDING = "refunding"
    RELEASED = "released"
    REFUNDED = "refunded"


class Overlay(StrEnum):
    """A state beside the status. Only `dispute` and `frozen` restrict the actions of an order."""

    DISPUTE = "dispute"
    FROZEN = "frozen"
    REFUND = "refund"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Buyer:
    id: str
    country: str
    name: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One product line as the platform sent it. Only `sync` changes it. `unit_price` is in minor units. `rest` is what
    `unit_price` × `quantity` lacks of the amount: a file may name an amount that its pieces do not divide."""

    line_id: str
    product_id: str
    quantity: int
    unit_price: int
    sku: str | None = None
    title: str | None = None
    attributes: Mapping[str, str] | None = None
    handling_days: int | None = None
    image_url: str | None = None
    rest: int = 0

    @property
    def amount(self) -> int:
        return self.unit_price * self.quantity + self.rest


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of pieces of one line."""

    line_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Parcel:
    parcel_id: str
    carrier: str
    tracking_no: str
    shipped_at: datetime
    lines: tuple[Quantity, ...]
    tracking_url: str | None = None
    delivered_at: datetime | None = None
    edits: int = 0


class RefundState(StrEnum):
    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    PAID = "paid"


OPEN_REFUND_STATES = frozenset({RefundState.REQUESTED, RefundState.ACCEPTED})
CLOSING_REFUND_STATES = frozenset({RefundState.ACCEPTED, RefundState.PAID})
"""States in which a refund's quantities no longer have to be shipped."""


@dataclass(frozen=True, slots=True)
class Refund:
    """`source` is risk, examination, shipment, cancellation or dispute.

    `respond_by` and `on_silence` (the action of the timer) are set only while the state is `requested`. `coupon` is the
    part of the amount that was paid as a coupon; the rest was paid in cash.
    """

    refund_id: str
    state: RefundState
    source: str
    amount: int
    lines: tuple[Quantity, ...]
    reason: str
    requested_at: datetime
    respond_by: datetime | None = None
    on_silence: str | None = None
    paid_at: datetime | None = None
    coupon: int = 0

    @property
    def is_of_nothing(self) -> bool:
        """Is it accepted, with nothing to pay?"""
        return self.state is RefundState.ACCEPTED and not self.amount


@dataclass(frozen=True, slots=True)
class Proposal:
    """One side's offer in a dispute. `by` is buyer, seller or platform; `solution` is refund or return_and_refund;
    `refund` is in minor units, 0 for no refund; `state` is open, accepted, superseded, or lapsed if the
    dispute ended without it."""

    by: str
    solution: str
    refund: int
    text: str
    at: datetime
    state: str = "open"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that one side has added to a dispute. S3 stores its content under a key made of the ids."""

    evidence_id: str
    by: str
    media_type: str
    bytes: int
    at: datetime
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Dispute:
    """One of the order's disputes; at most one is open at a time. `number` counts from 1.

    `kind` and `claim` are None while the dispute is known from a snapshot only. `respond_by` is when the timer of the
    stage is due. `held_since` is when the dispute stopped the order's own timers; the end of a freeze moves it later by
    the length of the freeze. `returned_at` is when the seller got the goods back. `line_ids` empty means all lines.
    """

    dispute_id: str
    number: int
    stage: str
    opened_at: datetime
    held_since: datetime
    kind: str | None = None
    claim: int | None = None
    respond_by: datetime | None = None
    line_ids: tuple[str, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    return_address: Mapping[str, str] | None = None
    return_carrier: str | None = None
    return_tracking_no: str | None = None
    returned_at: datetime | None = None
    ended_at: datetime | None = None
    result: str | None = None

    def proposal(self, by: str) -> Proposal | None:
        """The open proposal of this side."""
        return next((each for each in self.proposals if each.by == by and each.state == "open"), None)

    @property
    def agreed(self) -> Proposal | None:
        """The accepted proposal."""
        return next((each for each in self.proposals if each.state == "accepted"), None)


@dataclass(frozen=True, slots=True)
class Timer:
    kind: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Assessment:
    """The delivered assessment (妥投) of the order. `by` is `buyer` or `timeout`."""

    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that the seller broke. The kind `transaction_non_fulfilment` is 成交不卖."""

    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LineProgress:
    """The pieces of one line by what happened to them. `left` is the number still to be shipped."""

    ordered: int
    shipped: int = 0
    refunded: int = 0
    returned: int = 0

    @property
    def left(self) -> int:
        return max(0, self.ordered - self.shipped - self.refunded)


@dataclass(frozen=True, slots=True)
class Order:
    """An order with all its records. `version` grows by 1 with every change.

    - `platform_at`: the latest time that a report of the platform is about. An older snapshot changes nothing.
    - `placed_digest`: the placement's digest, keyed once it is stored; it tells a repeated placement from another.
    - `supplied`: the platform's own deadlines for timers that do not run yet.
    - `watched`: the timers whose lapse changes nothing, because an import set them (imports/orders.py).
    - `ship_by`: when shipment was due, kept after the shipment timer has ended.
    - `time_zone`: the store's zone when the order was placed. It never changes. Empty in orders before the figures.
    - `erased_at`: since then the order holds no personal data, and a snapshot adds none (customers/erasure.py).
    - `shards`: the store's shards when the order was placed. It never changes, so the order counts in one shard.
    """

    store_id: str
    order_id: str
    placed_at: datetime
    buyer: Buyer
    recipient: Mapping[str, str]
    currency: str
    amounts: Amounts
    lines: tuple[Line, ...]
    platform_at: datetime
    placed_digest: str
    version: int = 1
    status: Status = Status.PLACE_ORDER_SUCCESS
    fund_state: FundState = FundState.NONE
    end_reason: str | None = None
    delivery_days: int | None = None
    chosen_service: str | None = None
    memo: str | None = None
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    received_at: datetime | None = None
    finished_at: datetime | None = None
    frozen_at: datetime | None = None
    reminded_at: datetime | None = None
    extended_days: int = 0
    delivered_assessment: Assessment | None = None
    timers: tuple[Timer, ...] = ()
    supplied: tuple[Timer, ...] = ()
    watched: tuple[str, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    refunds: tuple[Refund, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    violations: tuple[Violation, ...] = ()
    note: str | None = None
    tags: tuple[str, ...] = ()
    assignee: str | None = None
    unread_messages: int = 0
    ship_by: datetime | None = None
    time_zone: str = ""
    erased_at: datetime | None = None
    shards: int = FEW

    @property
    def shard(self) -> int:
        """The shard that counts the order, with its funds, figures and events."""
        return shard_of(self.store_id, self.order_id, self.shards)

    @property
    def dispute(self) -> Dispute | None:
        """The latest dispute. If a dispute is open, it is this one."""
        return self.disputes[-1] if self.disputes else None

    @property
    def disputed(self) -> bool:
        return self.dispute is not None and self.dispute.ended_at is None

    @property
    def disputed_since(self) -> datetime | None:
        """When the open dispute stopped the timers that it holds (Dispute.held_since)."""
        return self.dispute.held_since if self.dispute is not None and self.disputed else None

    @property
    def claimless(self) -> bool:
        """Is a dispute open of which it is not known what the buyer asks for? A file has the amount alone."""
        return self.dispute is not None and self.disputed and not self.dispute.proposals

    @property
    def frozen(self) -> bool:
        return self.frozen_at is not None

    @property
    def overlays(self) -> tuple[Overlay, ...]:
        refunding = any(refund.state in OPEN_REFUND_STATES for refund in self.refunds)
        present = {
            Overlay.DISPUTE: self.disputed,
            Overlay.FROZEN: self.frozen,
            Overlay.REFUND: refunding,
            Overlay.UNREAD: self.unread_messages > 0,
        }
        return tuple(overlay for overlay, applies in present.items() if applies)

    @property
    def outcome(self) -> Outcome | None:
        return outcome_of(self.end_reason, self.amounts)

    @property
    def remaining(self) -> int:
        """The refundable amount less the promised refunds: the most that one more refund may be."""
        return max(0, self.amounts.refundable - self.promised)

    @property
    def promised(self) -> int:
        """The sum of the refunds that are accepted and not paid yet."""
        return sum(refund.amount for refund in self.refunds if refund.state is RefundState.ACCEPTED)

    def timer(self, kind: str) -> Timer | None:
        return next((timer for timer in self.timers if timer.kind == kind), None)

    def next_parcel_id(self) -> str:
        """The id of the next parcel: `p` and the highest number so far plus 1."""
        return f"p{max((int(parcel.parcel_id[1:]) for parcel in self.parcels), default=0) + 1}"

    def parcel(self, parcel_id: str) -> Parcel | None:
        return next((parcel for parcel in self.parcels if parcel.parcel_id == parcel_id), None)

    def refund(self, refund_id: str) -> Refund | None:
        return next((refund for refund in self.refunds if refund.refund_id == refund_id), None)

    def line_progress(self) -> dict[str, LineProgress]:
        """The progress of each line by line id, counted from parcels, refunds and disputes."""
        shipped = _count(parcel.lines for parcel in self.parcels)
        refunded = _count(
            refund.lines
            for refund in self.refunds
            if refund.state in CLOSING_REFUND_STATES and refund.source != "dispute"
        )
        returned = {
            line.line_id
            for dispute in self.disputes
            if dispute.returned_at
            for line in self.lines
            if not dispute.line_ids or line.line_id in dispute.line_ids
        }
        return {
            line.line_id: LineProgress(
                line.quantity,
                shipped.get(line.line_id, 0),
                refunded.get(line.line_id, 0),
                shipped.get(line.line_id, 0) if line.line_id in returned else 0,
            )
            for line in self.lines
        }

    def left(self) -> tuple[Quantity, ...]:
        """The pieces still to be shipped, in line order."""
        return tuple(
            Quantity(line_id, progress.left) for line_id, progress in self.line_progress().items() if progress.left
        )


def _count(groups: Iterable[tuple[Quantity, ...]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for group in groups:
        for part in group:
            counts[part.line_id] = counts.get(part.line_id, 0) + part.quantity
    return counts
