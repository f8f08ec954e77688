"""The money of an order, and the outcome of an order that has ended.

Amounts are integer minor units of the order's currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """The result of an order. The status FINISH alone does not say whether the order succeeded."""

    CLOSED_UNPAID = "closed_unpaid"
    CANCELLED = "cancelled"
    SUCCEEDED = "succeeded"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"


LAPSED_UNPAID = "buyer_pay_timeout"
"""The end reason of an order that was not paid in time. A payment that was made in time opens it again."""
END_REASONS: dict[str, Outcome] = {
    LAPSED_UNPAID: Outcome.CLOSED_UNPAID,
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
"""Every end reason, with the outcome of an order that ends for it."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """`lines` is the sum of unit price × quantity. `adjustment` is a price change by the seller and may be negative.

    `received`, `released` and the fees are None until the platform reports them. `commission_rate` and `affiliate_rate`
    are parts per million; the expected fees are computed from them.
    """

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
        """The amount received (or the total, before any report) less everything that was disbursed; never negative."""
        return max(0, (self.total if self.received is None else self.received) - self.disbursed)

    @property
    def held(self) -> int:
        """The part of the amount received that the platform still has. Negative if more was disbursed than received."""
        return (self.received or 0) - self.disbursed

    @property
    def disbursed(self) -> int:
        """Refunded to the buyer, released to the seller, or kept as fees and tax."""
        paid_out = (self.released, self.commission, self.affiliate_fee, self.tax_withheld)
        return self.refunded + sum(part or 0 for part in paid_out)


def outcome_of(end_reason: str | None, amounts: Amounts) -> Outcome | None:
    """The outcome for an end reason. A success with a paid refund is PARTLY_REFUNDED."""
    outcome = END_REASONS[end_reason] if end_reason else None
    return Outcome.PARTLY_REFUNDED if outcome is Outcome.SUCCEEDED and amounts.refunded else outcome
