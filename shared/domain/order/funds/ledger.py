"""The money of an order: its movements, what the platform still holds, and what the seller should receive.

For every order at any time: received = held + released + commission + affiliate fee + tax withheld + refunded. All
amounts are minor units of the order's currency; rates are parts per million.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.domain.order.history import Entry
from shared.domain.order.model import FundState, Order, Status
from shared.domain.order.summary import Summary

MILLION = 1_000_000
FLOWS: Mapping[str, tuple[str, int]] = {
    "paid": ("received", 1),
    "refund": ("refunded", -1),
    "release": ("released", -1),
    "commission": ("commission", -1),
    "affiliate_fee": ("affiliate_fee", -1),
    "tax": ("tax_withheld", -1),
}
"""Every kind of movement: the field of Amounts that it changes, and its sign in the platform's account."""
HELD = ("in_progress", "awaiting_release", "refunding", "frozen", "unexplained")
"""The kinds of money that the platform holds: the order is not ended, the release is due, a refund is due, the order is
frozen, or none of these. The last, `unexplained`, must be 0."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement of money. `seq` is the version of the order. `amount` is signed; `held` is the balance after it."""

    seq: int
    at: datetime
    flow: str
    amount: int
    held: int


def movements(held: int, entries: Iterable[Entry]) -> Iterator[Movement]:
    """The movements of the history entries, where `held` is the balance before the first entry. A correction by a
    snapshot is a movement, too."""
    for entry in entries:
        changed: Mapping[str, tuple[int | None, int | None]] = entry.changes.get("amounts", {})
        for flow, (name, sign) in FLOWS.items():
            before, after = changed.get(name, (None, None))
            amount = sign * ((after or 0) - (before or 0))
            if amount:
                held += amount
                yield Movement(entry.seq, entry.at, flow, amount, held)


def unexplained(order: Order | Summary) -> int:
    """The money of an ended order that was neither released nor refunded nor promised. Must be 0."""
    ended = order.status is Status.FINISH or order.fund_state in (FundState.RELEASED, FundState.REFUNDED)
    return order.amounts.held - _promised(order) if ended else 0


def _promised(order: Order | Summary) -> int:
    """The promised refunds, at most what is held: a snapshot or a short payment may leave less than was promised."""
    return max(0, min(order.promised, order.amounts.held))


def holdings(order: Order | Summary) -> Counter[str]:
    """The money held for an order, by kind (HELD)."""
    held, promised = order.amounts.held, _promised(order)
    if order.frozen:
        return Counter(frozen=held)
    if rest := unexplained(order):
        return Counter(refunding=promised, unexplained=rest)
    if order.fund_state is FundState.AWAITING_RELEASE:
        return Counter(refunding=promised, awaiting_release=held - promised)
    if order.fund_state is FundState.REFUNDING:
        return Counter(refunding=held)
    return Counter(refunding=promised, in_progress=held - promised)


def totals(order: Order | Summary) -> Counter[str]:
    """What one order adds to the totals of its store: the amount of each flow, unsigned, and the holdings."""
    flows = {flow: getattr(order.amounts, name) or 0 for flow, (name, _) in FLOWS.items()}
    return Counter({name: amount for name, amount in (flows | holdings(order)).items() if amount})


def expected_release(order: Order | Summary) -> int | None:
    """What the seller should receive: (received − tax − refunds) × (1 − commission − affiliate), rounded half up. This
    is the platform's own formula: 171.60 at 5 % and 8 % gives 149.29. None if nothing was received, or everything is
    refunded."""
    amounts = order.amounts
    if amounts.received is None or order.fund_state in (FundState.REFUNDING, FundState.REFUNDED):
        return None
    base = max(0, amounts.received - amounts.tax - amounts.refunded - _promised(order))
    rate = MILLION - amounts.commission_rate - amounts.affiliate_rate
    return (2 * base * rate + MILLION) // (2 * MILLION)
