"""The body of each action on an order and of each step of a dispute, and the request that the operations take."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, StrictInt, StringConstraints

from functions.orders.call import Call
from functions.orders.identity import PLATFORM
from functions.orders.models.fields import (
    Amount,
    Body,
    Count,
    Instant,
    Long,
    Name,
    OrderBody,
    Reason,
    Short,
    TrackingNo,
    Url,
)
from functions.orders.models.orders.bodies import Deadlines, NewOrder, Recipient, content
from shared.domain.errors import Unprocessable
from shared.domain.order import deadlines
from shared.domain.order.funds.amounts import END_REASONS
from shared.domain.order.model import FundState, Overlay, Status
from shared.domain.order.shipments import MAX_PARCELS
from shared.domain.sentences.sentence import say
from shared.operations.orders import Request

Solution = Literal["refund", "return_and_refund"]
DisputeKind = Literal["not_received", "not_as_described"]


class Step(OrderBody):
    """The fields of every action. Only the platform may give `at`, the time at which it happened."""

    at: Instant | None = None
    reason: Reason | None = None


class ReasonedStep(Step):
    reason: Reason


class Pay(Step):
    amount: Amount | None = None
    method: Short | None = None
    deadlines: Deadlines | None = None


class PassRisk(Step):
    deadlines: Deadlines | None = None


class ShortPayment(Step):
    received: Amount


class LineQuantity(Body):
    line_id: Name
    quantity: Count


class NewParcel(OrderBody):
    carrier: Short
    tracking_no: TrackingNo
    tracking_url: Url | None = None
    lines: Annotated[list[LineQuantity], Field(min_length=1, max_length=1000)] | None = None


class Ship(Step):
    parcels: Annotated[list[NewParcel], Field(min_length=1, max_length=MAX_PARCELS)]


class EditShipment(Step):
    parcel_id: Name
    carrier: Short | None = None
    tracking_no: TrackingNo | None = None
    tracking_url: Url | None = None


class AdjustPrice(Step):
    total: Amount


class RemindPayment(Step):
    """Without `text`, the message has the store's own template (see the alert rules), or a standard text."""

    text: Annotated[str, StringConstraints(max_length=20_000)] | None = None


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
    kind: DisputeKind
    claim: Amount
    solution: Solution
    text: Long
    deadlines: Deadlines | None = None


class SnapshotParcel(NewParcel):
    shipped_at: Instant
    delivered_at: Instant | None = None


SnapshotStatus = StrEnum("SnapshotStatus", [(code, code) for code in (*Status, "ARCHIVE", "IN_ISSUE", "IN_FROZEN")])  # type: ignore[misc]

EndReason = StrEnum("EndReason", [(reason, reason) for reason in END_REASONS])  # type: ignore[misc]


class Sync(OrderBody):
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
    tracking_no: TrackingNo | None = None


DISPUTE_BODIES: dict[str, type[Body]] = {
    "counter": Offer,
    "buyer_counter": Offer,
    "decide": Offer,
    "give_return_address": ReturnAddress,
    "buyer_returned": BuyerReturned,
}
"""The body of each step of a dispute; for the other steps it is Step."""

ACTION_BODIES: dict[str, type[Body]] = {
    "pay": Pay,
    "pass_risk": PassRisk,
    "report_short_payment": ShortPayment,
    "ship": Ship,
    "edit_shipment": EditShipment,
    "adjust_price": AdjustPrice,
    "remind_payment": RemindPayment,
    "request_cancellation": ReasonedStep,
    "reject_cancellation": ReasonedStep,
    "extend_receipt": ExtendReceipt,
    "report_delivery": ReportDelivery,
    "release_funds": ReleaseFunds,
    "complete_refund": CompleteRefund,
    "freeze": ReasonedStep,
    "open_dispute": OpenDispute,
    "sync": Sync,
}
"""The body of each action; for the other actions it is Step."""


def request_for(call: Call, action: str, body: Body) -> Request:
    """The request for the operations. Raises Unprocessable for content that breaks a rule."""
    if isinstance(body, Sync):
        at: datetime | None = body.changed_at
        fields = _snapshot(body, call.order.currency)
    else:
        assert isinstance(body, Step)
        at, fields = body.at, content(body, call.order.currency)
        if at is not None and call.actor.role not in PLATFORM:
            raise Unprocessable("at_not_allowed", "Only the platform says when something happened.", "/at")
    fields.pop("at", None)
    return Request(action, call.actor, call.now, at, fields, fields.pop("reason", None), call.expected)


def _snapshot(body: Sync, currency: str) -> dict[str, Any]:
    fields: dict[str, Any] = content(body, currency)
    fields.pop("changed_at")
    status = str(body.status)
    if status in ("IN_ISSUE", "IN_FROZEN"):
        raise Unprocessable(
            "status_is_overlay",
            say("{status} lies on a status: send the status, and the overlay.", status=status),
            "/status",
        )
    fields["status"] = Status.FINISH if status == "ARCHIVE" else Status(status)
    fields["overlays"] = frozenset(Overlay(overlay) for overlay in body.overlays)
    fields["fund_state"] = body.fund_state and FundState(body.fund_state)
    fields["end_reason"] = body.end_reason and str(body.end_reason)
    return fields
