"""Customers: what all orders of one buyer in one store come to, and what the seller has noted about the buyer.

A record is kept with each change of an order, from the order before and after it. Spend is what was received less what
was paid back, in minor units of each currency.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.domain.customers.erasure import Erasure, concerns, woken
from shared.domain.errors import Conflict
from shared.domain.money import CURRENCY_DIGITS
from shared.domain.order.amounts import Outcome
from shared.domain.order.model import Order

FIGURES: Mapping[str, Callable[[Order], bool]] = {
    "orders": lambda order: True,
    "paid": lambda order: order.amounts.received is not None,
    "refunded": lambda order: order.amounts.refunded > 0,
    "disputed": lambda order: bool(order.disputes),
    "cancelled": lambda order: order.outcome is Outcome.CANCELLED,
    "closed_unpaid": lambda order: order.outcome is Outcome.CLOSED_UNPAID,
}
"""The orders that a customer's record counts."""
FREQUENCIES: tuple[tuple[str, int], ...] = (("never", 0), ("once", 1), ("repeat", 2), ("frequent", 5))
"""How often a customer has paid: each group and the number of orders that it begins at."""
AMOUNTS: tuple[tuple[str, int], ...] = (("small", 0), ("middle", 50), ("large", 500))
"""How much a customer has spent, in about US dollars: each group and the amount that it begins at."""
MAGNITUDES: Mapping[str, int] = {
    **dict.fromkeys("CNY HKD TWD MXN ZAR SEK NOK DKK CZK THB TRY UAH MDL EGP ILS".split(), 1),
    **dict.fromkeys("JPY RUB INR PHP HUF KZT RSD ISK DZD KES BDT PKR LKR ARS".split(), 2),
    **dict.fromkeys("KRW CLP COP NGN TZS MMK".split(), 3),
    **dict.fromkeys("IDR VND UZS LAK IRR".split(), 4),
}
"""How many units of a currency make about a dollar, as a power of ten (0 where it is not named). Good for telling large
customers from small ones and for nothing else: no amount that anybody is shown has been converted."""
BLOCKED, OPTED_OUT, BOTH = "blocked", "opted_out", "blocked_opted_out"
GROUPS: tuple[str, ...] = tuple(f"{often}-{much}" for often, _ in FREQUENCIES for much, _ in AMOUNTS)
STATES: tuple[str, ...] = (*GROUPS, BLOCKED, OPTED_OUT, BOTH)
"""What a customer is listed under: a group of those who may be written to, or why they may not."""


@dataclass(frozen=True, slots=True)
class Customer:
    """`counts` are the orders of FIGURES, `spend` is by currency. The times are those at which orders were placed; None
    of a customer all of whose orders turned out to be somebody else's."""

    store_id: str
    buyer_id: str
    country: str = ""
    name: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    spend: Mapping[str, int] = field(default_factory=dict)
    first_at: datetime | None = None
    last_at: datetime | None = None
    tags: tuple[str, ...] = ()
    note: str | None = None
    blocked: bool = False
    reminder_opt_out: bool = False
    erasure: Erasure | None = None
    version: int = 0

    @property
    def reachable(self) -> bool:
        return not (self.blocked or self.reminder_opt_out)

    @property
    def noted(self) -> bool:
        """Has the seller noted anything, or had the buyer's data erased? Such a record stays, whatever its figures."""
        return bool(self.tags or self.note or not self.reachable or self.erasure)

    @property
    def frequency(self) -> str:
        return _group(FREQUENCIES, self.counts.get("paid", 0))

    @property
    def amount(self) -> str:
        return _group(
            AMOUNTS,
            sum(minor / 10 ** (CURRENCY_DIGITS[code] + MAGNITUDES.get(code, 0)) for code, minor in self.spend.items()),
        )

    @property
    def state(self) -> str:
        if self.reachable:
            return f"{self.frequency}-{self.amount}"
        return BOTH if self.blocked and self.reminder_opt_out else BLOCKED if self.blocked else OPTED_OUT

    def rate(self, name: str) -> float | None:
        """The share of the paid orders that were refunded or disputed; None where nothing was paid yet."""
        paid = self.counts.get("paid", 0)
        return round(min(1.0, self.counts.get(name, 0) / paid), 4) if paid else None


def _group(groups: tuple[tuple[str, int], ...], value: float) -> str:
    return next((name for name, least in reversed(groups) if value >= least), groups[0][0])


def anonymous(customer: Customer) -> Customer:
    """Figures, country and whether the buyer may be written to, and nothing of who it is."""
    return replace(customer, name=None, note=None, tags=())


def figures(order: Order) -> Counter[str]:
    """What one order counts as."""
    return Counter({name: 1 for name, holds in FIGURES.items() if holds(order)})


def spend(order: Order) -> Counter[str]:
    return Counter({order.currency: (order.amounts.received or 0) - order.amounts.refunded})


def touched(was: Order | None, after: Order) -> tuple[str, ...]:
    """The buyers whose records a change of an order moves; none for most."""
    if was is None:
        return (after.buyer.id,)
    if was.buyer.id != after.buyer.id:
        return was.buyer.id, after.buyer.id
    same = (
        figures(was) == figures(after)
        and spend(was) == spend(after)
        and was.placed_at == after.placed_at
        and not _told(was, after)
    )
    return () if same else (after.buyer.id,)


Span = tuple[datetime, datetime] | None
"""When the first and the last of some orders were placed."""


def moved(customer: Customer, was: Order | None, after: Order, others: Callable[[], Span]) -> Customer:
    """The record of this buyer after a change of an order that is, or was, the buyer's. `others` is asked only where
    the order that made the first or last time has gone to another time or buyer."""
    before = was if was is not None and was.buyer.id == customer.buyer_id else None
    now = after if after.buyer.id == customer.buyer_id else None
    counts, spent = Counter(customer.counts), Counter(customer.spend)
    if before is not None:
        counts.subtract(figures(before))
        spent.subtract(spend(before))
    if now is not None:
        counts.update(figures(now))
        spent.update(spend(now))
    times = [at for at in (customer.first_at, customer.last_at) if at is not None]
    if before is not None and (now is None or now.placed_at != before.placed_at) and before.placed_at in times:
        times = list(others() or ())
    if now is not None:
        times.append(now.placed_at)
    country, name, erasure = customer.country, customer.name, customer.erasure
    forgotten = now is not None and concerns(erasure, now)
    named = None if now is None or forgotten else now.buyer.name
    if now is not None and (_told(before, now) if before else now.placed_at >= max(times)):
        country, name = now.buyer.country, named or name
    if now is not None and forgotten and erasure and before is None and now.erased_at is None:
        erasure = woken(erasure)
    return replace(
        customer,
        country=country,
        name=name or named,
        erasure=erasure,
        counts={each: count for each, count in sorted(counts.items()) if count},
        spend={each: minor for each, minor in sorted(spent.items()) if minor},
        first_at=min(times, default=None),
        last_at=max(times, default=None),
    )


def _told(was: Order, after: Order) -> bool:
    """Does the change say anything new about who the buyer is?"""
    return after.buyer.country != was.buyer.country or after.buyer.name not in (None, was.buyer.name)


def of_orders(store_id: str, buyer_id: str, orders: Iterable[Order]) -> Customer:
    """The figures counted anew from all orders of a buyer."""
    made = Customer(store_id, buyer_id)
    for order in orders:
        made = moved(made, None, order, lambda: None)
    return made


def refuse_reminder(customer: Customer) -> None:
    """Raises Conflict: who was blocked or wants no reminders gets none."""
    if not customer.reachable:
        raise Conflict("buyer_opted_out", "The buyer wants no reminders, or is blocked.")
