"""What becomes of an order's money, derived a second time: by hand, from the contract, without the code that it checks.

Amounts are minor units. The model hears of each history entry with the body of its request, and knows nothing of
statuses, timers or roles: only what is received, promised, paid back, paid out and kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ALL_BACK = {
    *("reject_risk", "cancel_in_risk", "refuse_payment", "expire_examination"),
    "accept_cancellation without a request",
}
SETTLED = {"accept", "buyer_accept", "decide", "confirm_return", "expire_return_address"}
ENDS_WITHOUT = {"withdraw", "expire_return"}


@dataclass
class Purse:
    """One order's money. `shipped` and `prices` are all that it knows of the goods: pieces and unit prices by line."""

    prices: dict[str, int]
    ordered: dict[str, int]
    shipping: int
    tax: int
    total: int
    received: int | None = None
    refunded: int = 0
    released: int = 0
    fees: int = 0
    shipped: dict[str, int] = field(default_factory=dict)
    closed: dict[str, int] = field(default_factory=dict)
    requested: int | None = None
    promised: list[int] = field(default_factory=list)
    offers: dict[str, tuple[str, int]] = field(default_factory=dict)
    agreed: int | None = None
    refunding: bool = False

    @property
    def held(self) -> int:
        return (self.received or 0) - self.refunded - self.released - self.fees

    @property
    def free(self) -> int:
        """What nobody has been promised."""
        return self.held - sum(self.promised)

    def hear(self, action: str, status: str, body: Mapping[str, Any], paid: int | None) -> None:
        """`status` is where the order was before, `paid` the amount of the refund record that is being paid."""
        if action == "adjust_price":
            self.total = body["total"]
        elif action == "pay":
            self.received = body.get("amount", self.total)
        elif action == "report_short_payment":
            self.received = body["received"]
        elif action in ALL_BACK or (action == "expire_shipment" and status == "WAIT_SELLER_SEND_GOODS"):
            self._promise(self.free, all_back=True)
        elif action == "expire_shipment":
            self._close_the_rest()
        elif action == "request_cancellation":
            self.requested = self.free
        elif action == "accept_cancellation":
            assert self.requested is not None
            self._promise(self.requested, all_back=True)
            self.requested = None
        elif action in ("reject_cancellation", "withdraw_cancellation"):
            self.requested = None
        elif action == "ship":
            for parcel in body["parcels"]:
                pieces = {piece["line_id"]: piece["quantity"] for piece in parcel.get("lines", ())}
                for line_id, quantity in (pieces or self._left()).items():
                    self.shipped[line_id] = self.shipped.get(line_id, 0) + quantity
        elif action == "release_funds":
            self._release(body)
        elif action == "complete_refund":
            assert paid is not None
            amount = body.get("amount", paid)
            self.promised.remove(paid)
            self.refunded += amount
        else:
            self._dispute(action, body)

    def _promise(self, amount: int, *, all_back: bool) -> None:
        self.promised.append(amount)
        self.refunding = all_back

    def _left(self) -> dict[str, int]:
        return {
            line_id: left
            for line_id, pieces in self.ordered.items()
            if (left := pieces - self.shipped.get(line_id, 0) - self.closed.get(line_id, 0)) > 0
        }

    def _close_the_rest(self) -> None:
        """Their share of what was received for goods, rounded down."""
        left = self._left()
        value = sum(self.prices[line_id] * pieces for line_id, pieces in left.items())
        goods = sum(self.prices[line_id] * pieces for line_id, pieces in self.ordered.items())
        for_goods = max(0, (self.received or 0) - self.shipping)
        self._promise(min(self.free, for_goods * value // goods if goods else 0), all_back=False)
        self.closed = left

    def _release(self, body: Mapping[str, Any]) -> None:
        fees = body.get("commission", 0) + body.get("affiliate_fee", 0)
        tax = min(self.tax, self.free)
        amount = body.get("amount", self.free - tax - fees)
        self.fees += fees + min(tax, self.free - fees - amount)
        self.released = amount

    def _dispute(self, action: str, body: Mapping[str, Any]) -> None:
        if action == "open_dispute":
            self.offers, self.agreed = {"buyer": (body["solution"], body["claim"])}, None
        elif action in ("counter", "buyer_counter", "decide"):
            who = {"counter": "seller", "buyer_counter": "buyer", "decide": "platform"}[action]
            self.offers[who] = (body["solution"], body["refund"])
        if action in ("accept", "buyer_accept", "decide"):
            solution, refund = self.offers[{"accept": "buyer", "buyer_accept": "seller", "decide": "platform"}[action]]
            self.agreed = refund
            if solution == "return_and_refund":
                return
        if action in SETTLED and self.agreed is not None:
            amount = min(self.agreed, self.free)
            if amount:
                self._promise(amount, all_back=amount == self.free)
        if action in SETTLED | ENDS_WITHOUT:
            self.offers, self.agreed = {}, None
