"""Refunds in answers."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from functions.orders.models.values import MoneyView, QuantityView, instant, money, quantities, without_none
from shared.domain.labels import LABELS, labelled
from shared.domain.order.model import Refund

REASONS = "dispute_result"
"""The codes of all that ends with a refund."""


class RefundView(TypedDict):
    refund_id: str
    order_id: str
    state: str
    state_label: str
    source: str
    source_label: str
    amount: MoneyView
    cash: NotRequired[MoneyView]
    coupon: NotRequired[MoneyView]
    lines: list[QuantityView]
    reason: str
    reason_label: NotRequired[str]
    requested_at: str
    respond_by: NotRequired[str]
    on_silence: NotRequired[str]
    on_silence_label: NotRequired[str]
    paid_at: NotRequired[str]


def refund_view(refund: Refund, order_id: str, currency: str, language: str) -> RefundView:
    view: RefundView = without_none(
        {
            "refund_id": refund.refund_id,
            "order_id": order_id,
            **labelled("state", "refund_state", refund.state, language),
            **labelled("source", "refund_source", refund.source, language),
            "amount": money(refund.amount, currency),
            "cash": money(refund.amount - refund.coupon, currency) if refund.paid_at else None,
            "coupon": money(refund.coupon, currency) if refund.paid_at else None,
            "lines": quantities(refund.lines),
            "reason": refund.reason,
            # A step of the clock or of the platform gives a code as the reason; a person writes a text.
            **(labelled("reason", REASONS, refund.reason, language) if refund.reason in LABELS[REASONS] else {}),
            "requested_at": instant(refund.requested_at),
            "respond_by": refund.respond_by and instant(refund.respond_by),
            **labelled("on_silence", "action", refund.on_silence, language),
            "paid_at": refund.paid_at and instant(refund.paid_at),
        }
    )
    return view
