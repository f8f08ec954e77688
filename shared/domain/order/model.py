"""The order: what was bought, how far it has come, and every record that hangs on it.

Amounts are integer minor units of the order's `currency`; times are aware UTC; ids are strings. Nothing here changes in
place: a verb (see lifecycle.py) returns a new Order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """The platform's own status codes. The last two are entered and left by `sync` alone."""

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
    """Where the buyer's money is, seen from the seller. `none` until receipt or a refund decides it."""

    NONE = "none"
    AWAITING_RELEASE = "awaiting_release"
    REFUNDING = "refunding"
    RELEASED = "released"
    REFUNDED = "refunded"


class Overlay(StrEnum):
    """Lies on a status and never replaces it. Only `dispute` and `frozen` restrict what may be done."""

    DISPUTE = "dispute"
    FROZEN = "frozen"
    REFUND = "refund"
    UNREAD = "unread"


class Outcome(StrEnum):
    """What an ended order came to: FINISH alone means both success and its opposite."""

    CLOSED_UNPAID = "closed_unpaid"
    CANCELLED = "cancelled"
    SUCCEEDED = "succeeded"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"


END_REASONS: dict[str, Outcome] = {
    "buyer_pay_timeout": Outcome.CLOSED_UNPAID,
    "buyer_cancel_notpay_order": Outcome.CLOSED_UNPAID,
    "risk_reject_closed": Outcome.CANCELLED,
    "buyer_cancel_order_in_risk": Outcome.CANCELLED,
    "payment_refused": Outcome.CANCELLED,
    "examination_timeout": Outcome.CANCELLED,
    "cancel_order_close_trade": Outcome.CANCELLED,
    "seller_send_goods_timeout": Outcome.CANCELLED,
    "buyer_accept_goods": Outcome.SUCCEEDED,
    "buyer_accept_goods_timeout": Outcome.SUCCEEDED,
    "seller_accept_issue_no_goods_return": Outcome.REFUNDED,
    "seller_accept_issue_goods_return": Outcome.REFUNDED,
    "seller_response_issue_timeout": Outcome.REFUNDED,
    "platform_decided_issue": Outcome.REFUNDED,
}
"""Every end reason and what it makes of the order (api.md, "The life of an order")."""


@dataclass(frozen=True, slots=True)
class Buyer:
    id: str
    country: str
    name: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One product line as the platform sent it; it never changes but by `sync`. `unit_price` in minor units."""

    line_id: str
    product_id: str
    quantity: int
    unit_price: int
    sku: str | None = None
    title: str | None = None
    attributes: Mapping[str, str] | None = None
    handling_days: int | None = None
    image_url: str | None = None


@dataclass(frozen=True, slots=True)
class Quantity:
    """So many pieces of one line."""

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
    """`source` is risk, examination, shipment, cancellation or dispute. `respond_by` only while `requested`. `coupon`
    is the part of the amount that was paid back as one; the rest was cash."""

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


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one side (buyer, seller or platform) would settle a dispute with. `solution` is refund or
    return_and_refund, `refund` in minor units, 0 where there is to be none; `state` is open, accepted or superseded."""

    by: str
    solution: str
    refund: int
    text: str
    at: datetime
    state: str = "open"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that one side has put before the others. Its bytes lie in S3 under a key made of its ids."""

    evidence_id: str
    by: str
    media_type: str
    bytes: int
    at: datetime
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Dispute:
    """One of the order's disputes; at most one is open at a time. `held_since` is when the order's own timers stopped
    for it (moved on by a freeze). `claim` and what goes with it are None where only a snapshot has told of it.
    `respond_by` is when the timer of its stage is due, `returned_at` when the seller has had the goods back."""

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
        """What this side offers now."""
        return next((each for each in self.proposals if each.by == by and each.state == "open"), None)

    @property
    def agreed(self) -> Proposal | None:
        """What it is settled with, once it is."""
        return next((each for each in self.proposals if each.state == "accepted"), None)


@dataclass(frozen=True, slots=True)
class Timer:
    kind: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Assessment:
    """The delivered assessment (妥投): `by` is `buyer` or `timeout`."""

    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule broken by the seller. `transaction_non_fulfilment` is 成交不卖."""

    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Amounts:
    """Minor units of the order's currency. `received`, `released` and the fees are None until they are known; the rates
    by which fees are expected are parts per million."""

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

    @property
    def total(self) -> int:
        return self.lines + self.shipping - self.discount + self.tax + self.adjustment

    @property
    def refundable(self) -> int:
        """What has been received and neither been paid back nor been paid out."""
        return max(0, (self.total if self.received is None else self.received) - self.gone)

    @property
    def held(self) -> int:
        """What the platform holds of what it has received."""
        return (self.received or 0) - self.gone

    @property
    def gone(self) -> int:
        """What has been paid back, paid out or kept."""
        paid_out = (self.released, self.commission, self.affiliate_fee, self.tax_withheld)
        return self.refunded + sum(part or 0 for part in paid_out)


def outcome_of(end_reason: str | None, amounts: Amounts) -> Outcome | None:
    """What an end reason makes of an order; a success with any paid refund is a partly refunded one."""
    outcome = END_REASONS[end_reason] if end_reason else None
    return Outcome.PARTLY_REFUNDED if outcome is Outcome.SUCCEEDED and amounts.refunded else outcome


@dataclass(frozen=True, slots=True)
class Tally:
    """How far one line has come. `left` is what still has to be shipped."""

    ordered: int
    shipped: int = 0
    refunded: int = 0
    returned: int = 0

    @property
    def left(self) -> int:
        return max(0, self.ordered - self.shipped - self.refunded)


@dataclass(frozen=True, slots=True)
class Order:
    """`version` counts accepted changes. `platform_at` is the newest moment the platform has reported about, which
    decides whether a `sync` snapshot is late. `supplied` holds the platform's own deadlines
    for timers that do not run yet; `ship_by` is when the order should have been sent, once that timer is gone.
    `placed_digest` tells the same placement from another. `time_zone` is the store's when the order was placed, for
    good: the order's days in figures are those of that zone. Since `erased_at` it says nothing of who the buyer is, and
    takes nothing of it (erasure.py)."""

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

    @property
    def dispute(self) -> Dispute | None:
        """The latest, which is the open one where any is."""
        return self.disputes[-1] if self.disputes else None

    @property
    def disputed(self) -> bool:
        return self.dispute is not None and self.dispute.ended_at is None

    @property
    def frozen(self) -> bool:
        return self.frozen_at is not None

    @property
    def overlays(self) -> tuple[Overlay, ...]:
        refunding = any(refund.state in OPEN_REFUND_STATES for refund in self.refunds)
        lying = {
            Overlay.DISPUTE: self.disputed,
            Overlay.FROZEN: self.frozen,
            Overlay.REFUND: refunding,
            Overlay.UNREAD: self.unread_messages > 0,
        }
        return tuple(overlay for overlay, there in lying.items() if there)

    @property
    def outcome(self) -> Outcome | None:
        return outcome_of(self.end_reason, self.amounts)

    @property
    def remaining(self) -> int:
        """What no refund has been promised of yet: the most that a further record may come to."""
        return max(0, self.amounts.refundable - self.promised)

    @property
    def promised(self) -> int:
        """What accepted refunds are still to pay."""
        return sum(refund.amount for refund in self.refunds if refund.state is RefundState.ACCEPTED)

    def timer(self, kind: str) -> Timer | None:
        return next((timer for timer in self.timers if timer.kind == kind), None)

    def next_parcel(self) -> str:
        """The id of the parcel that comes next; a number that a snapshot has taken away is not used again while a later
        one is there."""
        return f"p{max((int(parcel.parcel_id[1:]) for parcel in self.parcels), default=0) + 1}"

    def parcel(self, parcel_id: str) -> Parcel | None:
        return next((parcel for parcel in self.parcels if parcel.parcel_id == parcel_id), None)

    def refund(self, refund_id: str) -> Refund | None:
        return next((refund for refund in self.refunds if refund.refund_id == refund_id), None)

    def tallies(self) -> dict[str, Tally]:
        """Ordered, shipped, refunded and returned pieces by line id, counted from parcels and refunds."""
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
            line.line_id: Tally(
                line.quantity,
                shipped.get(line.line_id, 0),
                refunded.get(line.line_id, 0),
                shipped.get(line.line_id, 0) if line.line_id in returned else 0,
            )
            for line in self.lines
        }

    def left(self) -> tuple[Quantity, ...]:
        """What still has to be shipped, in line order."""
        return tuple(Quantity(line_id, tally.left) for line_id, tally in self.tallies().items() if tally.left)


def _count(groups: Iterable[tuple[Quantity, ...]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for group in groups:
        for part in group:
            counts[part.line_id] = counts.get(part.line_id, 0) + part.quantity
    return counts
