"""The shapes of answers, as the OpenAPI document describes them (api.md, Shapes)."""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict


class MoneyView(TypedDict):
    amount: str
    currency: str


class AmountsView(TypedDict):
    lines: MoneyView
    shipping: MoneyView
    discount: MoneyView
    tax: MoneyView
    adjustment: MoneyView
    total: MoneyView
    received: NotRequired[MoneyView]
    refunded: MoneyView
    commission: NotRequired[MoneyView]
    affiliate_fee: NotRequired[MoneyView]
    tax_withheld: NotRequired[MoneyView]
    released: NotRequired[MoneyView]
    expected_release: NotRequired[MoneyView]
    unexplained: NotRequired[MoneyView]


class BuyerView(TypedDict):
    id: str
    name: NotRequired[str]
    country: str


class PieceView(TypedDict):
    line_id: str
    quantity: int


class LineView(TypedDict):
    line_id: str
    product_id: str
    sku: NotRequired[str]
    title: NotRequired[str]
    attributes: NotRequired[dict[str, str]]
    quantity: int
    unit_price: MoneyView
    handling_days: NotRequired[int]
    image_url: NotRequired[str]
    shipped: int
    refunded: int
    returned: int


class ParcelView(TypedDict):
    parcel_id: str
    carrier: str
    tracking_no: str
    tracking_url: NotRequired[str]
    shipped_at: str
    delivered_at: NotRequired[str]
    lines: list[PieceView]


class ListedParcelView(ParcelView):
    order_id: str
    days_under_way: int


class RefundView(TypedDict):
    refund_id: str
    order_id: str
    state: str
    source: str
    amount: MoneyView
    cash: NotRequired[MoneyView]
    coupon: NotRequired[MoneyView]
    lines: list[PieceView]
    reason: str
    requested_at: str
    respond_by: NotRequired[str]
    on_silence: NotRequired[str]
    paid_at: NotRequired[str]


class DeadlineView(TypedDict):
    kind: str
    due_at: str
    on_lapse: str | None


class ProposalView(TypedDict):
    by: str
    solution: str
    refund: MoneyView
    text: str
    at: str
    state: str


class EvidenceView(TypedDict):
    evidence_id: str
    by: str
    media_type: str
    bytes: int
    text: NotRequired[str]
    at: str


class DisputeView(TypedDict):
    dispute_id: str
    order_id: str
    stage: str
    kind: NotRequired[str]
    line_ids: list[str]
    claim: NotRequired[MoneyView]
    solution: NotRequired[str]
    proposals: list[ProposalView]
    evidence: list[EvidenceView]
    respond_by: NotRequired[str]
    on_silence: NotRequired[str]
    return_address: NotRequired[dict[str, str]]
    return_carrier: NotRequired[str]
    return_tracking_no: NotRequired[str]
    opened_at: str
    returned_at: NotRequired[str]
    ended_at: NotRequired[str]
    result: NotRequired[str]


class OpenDisputeView(DisputeView):
    """A dispute with what this caller may do about it now."""

    actions: list[str]


class AssessmentView(TypedDict):
    at: str
    by: str


class ViolationView(TypedDict):
    kind: str
    at: str


class SummaryView(TypedDict):
    """An order in a list."""

    order_id: str
    store_id: str
    version: int
    status: str
    status_label: str
    fund_state: str
    overlays: list[str]
    outcome: NotRequired[str]
    end_reason: NotRequired[str]
    placed_at: str
    paid_at: NotRequired[str]
    shipped_at: NotRequired[str]
    received_at: NotRequired[str]
    finished_at: NotRequired[str]
    buyer: BuyerView
    currency: str
    amounts: AmountsView
    delivered_assessment: NotRequired[AssessmentView]
    deadlines: list[DeadlineView]
    violations: list[ViolationView]
    note: str | None
    tags: list[str]
    assignee: NotRequired[str]
    unread_messages: int


class ListedOrderView(SummaryView):
    deadline_at: str | None
    line_count: int


class OrderView(SummaryView):
    """Everything about an order; `recipient` is masked unless it was revealed."""

    recipient: dict[str, str]
    lines: list[LineView]
    parcels: list[ParcelView]
    refunds: list[RefundView]
    dispute: NotRequired[DisputeView]
    delivery_days: NotRequired[int]
    chosen_service: NotRequired[str]
    memo: NotRequired[str]
    erased_at: NotRequired[str]
    actions: list[str]


class ActorView(TypedDict):
    role: str
    id: str


EntryView = TypedDict(
    "EntryView",
    {
        "seq": int,
        "at": str,
        "recorded_at": str,
        "actor": ActorView,
        "action": str,
        "from": str | None,
        "to": str,
        "reason": NotRequired[str],
        "changes": NotRequired[dict[str, Any]],
    },
)
