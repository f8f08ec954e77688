"""Where an order's money is: what has moved, who holds the rest, and what the seller should get of it.

received = held + released + commission + affiliate fee + tax + refunded, in every currency and at every moment. All
amounts are minor units of the order's currency; rates are parts per million.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.domain.order.history import Entry
from shared.domain.order.model import Amounts, FundState, Status

MILLION = 1_000_000
FLOWS: Mapping[str, tuple[str, int]] = {
    "paid": ("received", 1),
    "refund": ("refunded", -1),
    "release": ("released", -1),
    "commission": ("commission", -1),
    "affiliate_fee": ("affiliate_fee", -1),
    "tax": ("tax_withheld", -1),
}
"""Every kind of movement: the amount of the order that it changes, and its sign as the platform's account sees it."""
HELD = ("in_progress", "awaiting_release", "refunding", "frozen", "unexplained")
"""What the platform holds, by what has to happen to it: the order has to go on, its release or a refund has to be paid,
it is frozen, or nobody can say. The last must be 0."""


class Funded(Protocol):
    """An order, or its row in a list. `promised` is what accepted refunds are still to pay."""

    @property
    def status(self) -> Status: ...
    @property
    def fund_state(self) -> FundState: ...
    @property
    def amounts(self) -> Amounts: ...
    @property
    def promised(self) -> int: ...
    @property
    def frozen(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that moved with one change of an order. `amount` is signed; `held` is what the platform holds after it."""

    seq: int
    at: datetime
    flow: str
    amount: int
    held: int


def movements(held: int, entries: Iterable[Entry]) -> Iterator[Movement]:
    """What moved with each history entry, from `held` on. A correction by a snapshot is a movement, too."""
    for entry in entries:
        changed: Mapping[str, tuple[int | None, int | None]] = entry.changes.get("amounts", {})
        for flow, (name, sign) in FLOWS.items():
            before, after = changed.get(name, (None, None))
            amount = sign * ((after or 0) - (before or 0))
            if amount:
                held += amount
                yield Movement(entry.seq, entry.at, flow, amount, held)


def unexplained(order: Funded) -> int:
    """What is held of an order that nobody waits for any more: an ended one that does not add up."""
    over = order.status is Status.FINISH or order.fund_state in (FundState.RELEASED, FundState.REFUNDED)
    return order.amounts.held - _promised(order) if over else 0


def _promised(order: Funded) -> int:
    """A snapshot or a short payment may show less than had been promised by then."""
    return max(0, min(order.promised, order.amounts.held))


def holdings(order: Funded) -> Counter[str]:
    """What is held of an order, by what has to happen to it (HELD)."""
    held, promised = order.amounts.held, _promised(order)
    if order.frozen:
        return Counter(frozen=held)
    if odd := unexplained(order):
        return Counter(refunding=promised, unexplained=odd)
    if order.fund_state is FundState.AWAITING_RELEASE:
        return Counter(refunding=promised, awaiting_release=held - promised)
    if order.fund_state is FundState.REFUNDING:
        return Counter(refunding=held)
    return Counter(refunding=promised, in_progress=held - promised)


def totals(order: Funded) -> Counter[str]:
    """Everything that the store's totals say of one order: what has moved, by flow, and what is held."""
    moved = {flow: getattr(order.amounts, name) or 0 for flow, (name, _) in FLOWS.items()}
    return Counter({name: amount for name, amount in (moved | holdings(order)).items() if amount})


def expected_release(order: Funded) -> int | None:
    """What the seller should get: the order amount less tax and refunds × (1 − commission − affiliate), rounded half up
    (marketplace.md 2.1: 171.60 at 5 % and 8 % gives 149.29). None where nothing was received, or all goes back."""
    amounts = order.amounts
    if amounts.received is None or order.fund_state in (FundState.REFUNDING, FundState.REFUNDED):
        return None
    base = max(0, amounts.received - amounts.tax - amounts.refunded - _promised(order))
    kept = MILLION - amounts.commission_rate - amounts.affiliate_rate
    return (2 * base * kept + MILLION) // (2 * MILLION)
