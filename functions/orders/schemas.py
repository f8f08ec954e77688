"""What requests may hold. Unknown fields are refused.

`content` turns a body into what the domain takes: amounts in minor units of the order's currency, times in UTC, nothing
for what was left out.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StrictInt, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from functions.orders.fields import (
    Amount,
    Body,
    Count,
    Country,
    Currency,
    Day,
    Duration,
    Instant,
    Long,
    Name,
    OrderId,
    Rate,
    Reason,
    Short,
    Url,
    Zone,
)
from shared.domain.errors import Unprocessable
from shared.domain.messages.templates import VARIABLES
from shared.domain.order import deadlines
from shared.domain.order.amounts import END_REASONS
from shared.domain.order.ledger import MILLION
from shared.domain.order.model import Buyer, FundState, Line, Status
from shared.domain.order.placement import Placement
from shared.domain.order.shipments import MAX_PARCELS
from shared.domain.stores import FeeRates

TimerKind = StrEnum("TimerKind", [(kind, kind) for kind in deadlines.TIMERS])  # type: ignore[misc]
Solution = Literal["refund", "return_and_refund"]


class Deadline(Body):
    kind: TimerKind
    due_at: Instant


Deadlines = Annotated[list[Deadline], Field(max_length=20)]


class BuyerBody(Body):
    id: Short
    country: Country
    name: Short | None = None
    email: Annotated[str, StringConstraints(min_length=3, max_length=254)] | None = None


class Recipient(Body):
    country: Country
    name: Short | None = None
    state: Short | None = None
    city: Short | None = None
    street: Annotated[str, StringConstraints(min_length=1, max_length=512)] | None = None
    zip: Short | None = None
    phone: Short | None = None
    mobile: Short | None = None
    tax_id: Short | None = None


class LineBody(Body):
    line_id: Name
    product_id: Name
    sku: Short | None = None
    title: Annotated[str, StringConstraints(min_length=1, max_length=512)] | None = None
    attributes: (
        Annotated[dict[Short, Annotated[str, StringConstraints(max_length=256)]], Field(max_length=20)] | None
    ) = None
    quantity: Count
    unit_price: Amount
    handling_days: Annotated[StrictInt, Field(ge=0, le=365)] | None = None
    image_url: Url | None = None


class FeeRatesBody(Body):
    """What the platform keeps of the order amount less tax, as decimal strings."""

    commission: Rate
    affiliate: Rate = 0

    @model_validator(mode="after")
    def _less_than_all(self) -> FeeRatesBody:
        if self.commission + self.affiliate >= MILLION:
            raise PydanticCustomError("rate_invalid", "Commission and affiliate rate are less than 1 together.")
        return self

    def told(self) -> FeeRates:
        return FeeRates(self.commission, self.affiliate)


class NewOrder(Body):
    order_id: OrderId
    placed_at: Instant
    buyer: BuyerBody
    recipient: Recipient
    currency: Currency
    lines: Annotated[list[LineBody], Field(min_length=1, max_length=1000)]
    shipping_fee: Amount
    discount: Amount | None = None
    tax: Amount | None = None
    total: Amount | None = None
    delivery_days: Annotated[StrictInt, Field(ge=1, le=365)] | None = None
    chosen_service: Short | None = None
    memo: Long | None = None
    deadlines: Deadlines | None = None
    fee_rates: FeeRatesBody | None = None


class Step(Body):
    """What every action takes: when it happened (the platform alone may say so), and why."""

    at: Instant | None = None
    reason: Reason | None = None


class Because(Step):
    reason: Reason


class Pay(Step):
    amount: Amount | None = None
    method: Short | None = None
    deadlines: Deadlines | None = None


class PassRisk(Step):
    deadlines: Deadlines | None = None


class ShortPayment(Step):
    received: Amount


class Piece(Body):
    line_id: Name
    quantity: Count


class NewParcel(Body):
    carrier: Short
    tracking_no: Name
    tracking_url: Url | None = None
    lines: Annotated[list[Piece], Field(min_length=1, max_length=1000)] | None = None


class Ship(Step):
    parcels: Annotated[list[NewParcel], Field(min_length=1, max_length=MAX_PARCELS)]


class EditShipment(Step):
    parcel_id: Name
    carrier: Short | None = None
    tracking_no: Name | None = None
    tracking_url: Url | None = None


class AdjustPrice(Step):
    total: Amount


class ExtendReceipt(Step):
    days: Annotated[StrictInt, Field(ge=1, le=deadlines.MAX_EXTENSION_DAYS)]


class ReportDelivery(Step):
    parcel_id: Name


class ReleaseFunds(Step):
    amount: Amount | None = None
    commission: Amount | None = None
    affiliate_fee: Amount | None = None


class CompleteRefund(Step):
    refund_id: Name
    amount: Amount | None = None
    coupon: Amount | None = None


class OpenDispute(Step):
    line_ids: Annotated[list[Name], Field(max_length=1000)] | None = None
    kind: Literal["not_received", "not_as_described"]
    claim: Amount
    solution: Solution
    text: Long
    deadlines: Deadlines | None = None


class SnapshotParcel(NewParcel):
    shipped_at: Instant
    delivered_at: Instant | None = None


SnapshotStatus = StrEnum("SnapshotStatus", [(code, code) for code in (*Status, "ARCHIVE", "IN_ISSUE", "IN_FROZEN")])  # type: ignore[misc]
EndReason = StrEnum("EndReason", [(reason, reason) for reason in END_REASONS])  # type: ignore[misc]


class Sync(Body):
    changed_at: Instant
    order: NewOrder
    status: SnapshotStatus
    overlays: Annotated[list[Literal["dispute", "frozen"]], Field(max_length=2)]
    parcels: Annotated[list[SnapshotParcel], Field(max_length=MAX_PARCELS)]
    fund_state: FundState | None = None
    end_reason: EndReason | None = None
    reason: Reason | None = None


class Offer(Step):
    solution: Solution
    refund: Amount
    text: Long | None = None


class ReturnAddress(Step):
    address: Recipient


class BuyerReturned(Step):
    carrier: Short | None = None
    tracking_no: Name | None = None


DISPUTE_BODIES: dict[str, type[Body]] = {
    "counter": Offer,
    "buyer_counter": Offer,
    "decide": Offer,
    "give_return_address": ReturnAddress,
    "buyer_returned": BuyerReturned,
}
"""The body of each step of a dispute; the rest take a plain Step."""
ACTION_BODIES: dict[str, type[Body]] = {
    "pay": Pay,
    "pass_risk": PassRisk,
    "report_short_payment": ShortPayment,
    "ship": Ship,
    "edit_shipment": EditShipment,
    "adjust_price": AdjustPrice,
    "request_cancellation": Because,
    "reject_cancellation": Because,
    "extend_receipt": ExtendReceipt,
    "report_delivery": ReportDelivery,
    "release_funds": ReleaseFunds,
    "complete_refund": CompleteRefund,
    "freeze": Because,
    "open_dispute": OpenDispute,
    "sync": Sync,
}
"""The body of each action; the rest take a plain Step."""


class PatchOrder(Body):
    """A field left out stays; null clears it."""

    note: Annotated[str, StringConstraints(max_length=1000)] | None = None
    tags: (
        Annotated[list[Annotated[str, StringConstraints(min_length=1, max_length=50)]], Field(max_length=20)] | None
    ) = None
    assignee: Short | None = None


class PolicyBody(Body):
    """`shipment` is counted in whole business days."""

    mode: Literal["enforce", "watch"] | None = None
    payment: Duration | None = None
    risk: Duration | None = None
    examination: Duration | None = None
    shipment: Duration | None = None
    cancellation: Duration | None = None
    receipt: Duration | None = None
    receipt_after_delivery: Duration | None = None
    release: Duration | None = None
    dispute_answer: Duration | None = None
    dispute_buyer: Duration | None = None
    return_address: Duration | None = None
    return_: Annotated[Duration | None, Field(alias="return")] = None
    confirm_return: Duration | None = None
    decision: Duration | None = None


class PatchStore(Body):
    """`business_days` are ISO weekdays, 1 for Monday; durations that are left out stay as they are."""

    name: Short | None = None
    time_zone: Zone | None = None
    currency: Currency | None = None
    business_days: (
        Annotated[list[Annotated[StrictInt, Field(ge=1, le=7)]], Field(min_length=1, max_length=7)] | None
    ) = None
    holidays: Annotated[list[Day], Field(max_length=500)] | None = None
    deadline_policy: PolicyBody | None = None
    fee_rates: FeeRatesBody | None = None


BULK_ACTIONS = ("ship", "remind_payment", "accept_cancellation", "reject_cancellation", "extend_receipt")


class Words(Body):
    """What a message says: `text`, or a template that is filled from its order."""

    text: Annotated[str, StringConstraints(max_length=20_000)] | None = None
    template_id: Name | None = None


class NewMessage(Words):
    """`from` and `at` are the platform's to say, a template is the shop's."""

    from_: Annotated[Literal["buyer", "platform"] | None, Field(alias="from")] = None
    at: Instant | None = None


class TemplateBody(Body):
    name: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    text: Annotated[
        str,
        StringConstraints(min_length=1, max_length=20_000),
        Field(description=f"Variables: {', '.join(f'{{{name}}}' for name in VARIABLES)}."),
    ]


class PreviewTemplate(Body):
    order_id: OrderId


class Bulk(Body):
    """Up to 500 items, each `order_id` beside the action's own body."""

    items: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=500)]
    dry_run: Annotated[bool, Field(strict=True)] = False


def content(value: Any, currency: str, pointer: str = "") -> Any:
    """A body as the domain takes it. Raises Unprocessable `currency_differs` for an amount in another currency."""
    if isinstance(value, Amount):
        if value.currency != currency:
            raise Unprocessable("currency_differs", f"The order is in {currency}.", f"{pointer}/currency")
        return value.money().minor
    if isinstance(value, list) and value and isinstance(value[0], Deadline):
        return _supplied(value, pointer)
    if isinstance(value, NewOrder):
        return placement(value, pointer)
    if isinstance(value, BaseModel):
        fields = ((name, getattr(value, name)) for name in type(value).model_fields)
        return {name: content(each, currency, f"{pointer}/{name}") for name, each in fields if each is not None}
    if isinstance(value, list):
        return [content(each, currency, f"{pointer}/{position}") for position, each in enumerate(value)]
    return value


def _supplied(supplied: list[Deadline], pointer: str) -> dict[str, datetime]:
    due: dict[str, datetime] = {}
    for position, deadline in enumerate(supplied):
        if deadline.kind in due:
            raise Unprocessable("duplicate_deadline", "This deadline is given twice.", f"{pointer}/{position}/kind")
        due[str(deadline.kind)] = deadline.due_at
    return due


def placement(order: NewOrder, pointer: str = "") -> Placement:
    """Raises Unprocessable for a line id given twice or an amount in another currency than the order's."""

    def minor(amount: Amount | None, name: str) -> Any:
        return None if amount is None else content(amount, order.currency, f"{pointer}/{name}")

    lines: list[Line] = []
    seen: set[str] = set()
    for position, line in enumerate(order.lines):
        if line.line_id in seen:
            raise Unprocessable("duplicate_line", "This line id is given twice.", f"{pointer}/lines/{position}/line_id")
        seen.add(line.line_id)
        told = line.model_dump(exclude={"unit_price"})
        lines.append(Line(**told, unit_price=minor(line.unit_price, f"lines/{position}/unit_price")))
    return Placement(
        order_id=order.order_id,
        placed_at=order.placed_at,
        buyer=Buyer(**order.buyer.model_dump()),
        recipient=order.recipient.model_dump(exclude_none=True),
        currency=order.currency,
        lines=tuple(lines),
        shipping_fee=minor(order.shipping_fee, "shipping_fee"),
        discount=minor(order.discount, "discount") or 0,
        tax=minor(order.tax, "tax") or 0,
        total=minor(order.total, "total"),
        delivery_days=order.delivery_days,
        chosen_service=order.chosen_service,
        memo=order.memo,
        deadlines=_supplied(order.deadlines or [], f"{pointer}/deadlines"),
        fee_rates=order.fee_rates.told() if order.fee_rates else None,
    )
