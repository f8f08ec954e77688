"""The guards of the lifecycle table: conditions beside the status, each with the code of its refusal."""

from __future__ import annotations

from shared.domain.order import deadlines, payments, shipments
from shared.domain.order.after_sales import disputes
from shared.domain.order.model import FundState, RefundState, Status
from shared.domain.order.transitions import Guard
from shared.domain.sentences.sentence import say

NO_DISPUTE = Guard(lambda order, at: not order.disputed, "dispute_open", "A dispute is open on this order.")
NO_CLAIM = Guard(
    lambda order, at: not order.disputed or not disputes.claim_known(order), NO_DISPUTE.code, NO_DISPUTE.detail
)
FUNDS_HELD = Guard(
    lambda order, at: order.fund_state is FundState.AWAITING_RELEASE,
    "transition_not_allowed",
    "The order's funds are not awaiting release.",
)
FUNDS_OPEN = Guard(
    lambda order, at: order.status is not Status.FUND_PROCESSING or FUNDS_HELD.holds(order, at),
    FUNDS_HELD.code,
    FUNDS_HELD.detail,
)
REFUND_ACCEPTED = Guard(
    lambda order, at: any(refund.state is RefundState.ACCEPTED for refund in order.refunds),
    "transition_not_allowed",
    "The order has no accepted refund to pay.",
)
NOT_REMINDED = Guard(
    lambda order, at: order.reminded_at is None,
    "already_reminded",
    "The buyer of this order has been reminded once already.",
)
CAN_EXTEND = Guard(
    lambda order, at: order.extended_days < deadlines.MAX_EXTENSION_DAYS,
    "extension_exhausted",
    say("The receipt window has been extended by {days} days already.", days=deadlines.MAX_EXTENSION_DAYS),
)
CAN_EDIT = Guard(
    lambda order, at: any(parcel.edits < shipments.MAX_EDITS for parcel in order.parcels),
    "edits_exhausted",
    say("Each parcel can be edited {most} times, and has been.", most=shipments.MAX_EDITS),
)
EDITABLE_YET = Guard(
    lambda order, at: any(shipments.editable(parcel, at) for parcel in order.parcels),
    "edit_window_closed",
    say("A parcel can be edited within {days} days of its shipment.", days=shipments.EDIT_WINDOW.days),
)
UNDELIVERED = Guard(
    lambda order, at: any(parcel.delivered_at is None for parcel in order.parcels),
    "already_delivered",
    "Every parcel has been reported as delivered already.",
)
HAS_ROOM = Guard(
    lambda order, at: len(order.parcels) < shipments.MAX_PARCELS,
    "too_many_parcels",
    say("An order has at most {most} parcels.", most=shipments.MAX_PARCELS),
)
IS_FROZEN = Guard(lambda order, at: order.frozen, "transition_not_allowed", "The order is not frozen.")
PAID_IN_TIME = Guard(
    payments.is_paid_in_time,
    "transition_not_allowed",
    "The order has ended. Only a payment from before its payment timer lapsed opens it again.",
)
