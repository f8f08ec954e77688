"""Customers: the totals of all orders of one buyer in one store, and the seller's notes about the buyer.

Every change of an order updates the record, from the order before and after the change. Spend is the amount received
less refunds, in minor units, by currency.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.domain.countries import iso_country
from shared.domain.currencies import CURRENCIES
from shared.domain.customers.erasure import Erasure, covers, with_another_round
from shared.domain.errors import Conflict
from shared.domain.order.funds.amounts import Outcome
from shared.domain.order.model import Order

FIGURES: Mapping[str, Callable[[Order], bool]] = {
    "orders": lambda order: True,
    "paid": lambda order: order.amounts.received is not None,
    "refunded": lambda order: order.amounts.refunded > 0,
    "disputed": lambda order: bool(order.disputes),
    "cancelled": lambda order: order.outcome is Outcome.CANCELLED,
    "closed_unpaid": lambda order: order.outcome is Outcome.CLOSED_UNPAID,
}
"""The counts of a customer: the name of each, and which orders it counts."""
FREQUENCIES: tuple[tuple[str, int], ...] = (("never", 0), ("once", 1), ("repeat", 2), ("frequent", 5))
"""How often a customer has paid: the groups, each with its smallest number of paid orders."""
AMOUNTS: tuple[tuple[str, int], ...] = (("small", 0), ("middle", 50), ("large", 500))
"""How much a customer has spent: the groups, each with its smallest amount in approximate US dollars (currencies.py has
the magnitudes). No amount in an answer or a file is converted."""
BLOCKED, OPTED_OUT, BOTH = "blocked", "opted_out", "blocked_opted_out"
GROUPS: tuple[str, ...] = tuple(f"{often}-{much}" for often, _ in FREQUENCIES for much, _ in AMOUNTS)
STATES: tuple[str, ...] = (*GROUPS, BLOCKED, OPTED_OUT, BOTH)
"""The lists of customers: a group for those who may be contacted, or the reason why not."""


@dataclass(frozen=True, slots=True)
class Customer:
    """`counts` are by the names of FIGURES, `spend` is by currency. `first_at` and `last_at` are when the first and the
    last order were placed; None if snapshots moved all orders to other buyers. `origin` names the change of an order
    that created the record."""

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
    origin: str = ""

    @property
    def reachable(self) -> bool:
        return not (self.blocked or self.reminder_opt_out)

    @property
    def has_seller_data(self) -> bool:
        """Has the seller added anything, or requested an erasure? Such a record stays, even without orders."""
        return bool(self.tags or self.note or not self.reachable or self.erasure)

    @property
    def frequency(self) -> str:
        return _group(FREQUENCIES, self.counts.get("paid", 0))

    @property
    def amount(self) -> str:
        return _group(
            AMOUNTS,
            sum(
                minor / 10 ** (CURRENCIES[code].digits + CURRENCIES[code].magnitude)
                for code, minor in self.spend.items()
            ),
        )

    @property
    def state(self) -> str:
        if self.reachable:
            return f"{self.frequency}-{self.amount}"
        return BOTH if self.blocked and self.reminder_opt_out else BLOCKED if self.blocked else OPTED_OUT

    def rate(self, name: str) -> float | None:
        """The count `name` as a share of the paid orders, at most 1; None without paid orders."""
        paid = self.counts.get("paid", 0)
        return round(min(1.0, self.counts.get(name, 0) / paid), 4) if paid else None


def _group(groups: tuple[tuple[str, int], ...], value: float) -> str:
    return next((name for name, least in reversed(groups) if value >= least), groups[0][0])


def anonymous(customer: Customer) -> Customer:
    """The customer without personal data: figures, country, and whether the buyer may be contacted."""
    return replace(customer, name=None, note=None, tags=())


def figures(order: Order) -> Counter[str]:
    """The counts of one order."""
    return Counter({name: 1 for name, holds in FIGURES.items() if holds(order)})


def spend(order: Order) -> Counter[str]:
    """The spend of one order, in minor units by currency."""
    return Counter({order.currency: (order.amounts.received or 0) - order.amounts.refunded})


def affected_buyers(before: Order | None, after: Order) -> tuple[str, ...]:
    """The ids of the buyers whose records a change of an order updates. Most changes update none."""
    if before is None:
        return (after.buyer.id,)
    if before.buyer.id != after.buyer.id:
        return before.buyer.id, after.buyer.id
    same = (
        figures(before) == figures(after)
        and spend(before) == spend(after)
        and before.placed_at == after.placed_at
        and not _identity_changed(before, after)
    )
    return () if same else (after.buyer.id,)


Span = tuple[datetime, datetime] | None
"""When the first and the last of some orders were placed; None without orders."""


def updated(customer: Customer, before: Order | None, after: Order, others: Callable[[], Span]) -> Customer:
    """The record of a buyer after a change of an order that was or is of this buyer.

    `others` reads the span of the buyer's other orders. It is called only if the first or the last order moved to
    another time or buyer.
    """
    old = before if before is not None and before.buyer.id == customer.buyer_id else None
    new = after if after.buyer.id == customer.buyer_id else None
    counts, spent = Counter(customer.counts), Counter(customer.spend)
    if old is not None:
        counts.subtract(figures(old))
        spent.subtract(spend(old))
    if new is not None:
        counts.update(figures(new))
        spent.update(spend(new))
    times = [at for at in (customer.first_at, customer.last_at) if at is not None]
    if old is not None and (new is None or new.placed_at != old.placed_at) and old.placed_at in times:
        times = list(others() or ())
    if new is not None:
        times.append(new.placed_at)
    country, name, erasure = customer.country, customer.name, customer.erasure
    erasing = new is not None and covers(erasure, new)
    new_name = None if new is None or erasing else new.buyer.name
    if new is not None and (_identity_changed(old, new) if old else new.placed_at >= max(times)):
        country, name = iso_country(new.buyer.country), new_name or name
    if new is not None and erasing and erasure and old is None and new.erased_at is None:
        erasure = with_another_round(erasure)
    return replace(
        customer,
        country=country,
        name=name or new_name,
        erasure=erasure,
        counts={each: count for each, count in sorted(counts.items()) if count},
        spend={each: minor for each, minor in sorted(spent.items()) if minor},
        first_at=min(times, default=None),
        last_at=max(times, default=None),
    )


def _identity_changed(before: Order, after: Order) -> bool:
    """Has the buyer another country or name? A snapshot without a name does not remove it."""
    country_moved = iso_country(after.buyer.country) != iso_country(before.buyer.country)
    return country_moved or after.buyer.name not in (None, before.buyer.name)


def check_may_be_reminded(customer: Customer) -> None:
    """Raises Conflict if the customer is blocked or has opted out of reminders."""
    if not customer.reachable:
        raise Conflict("buyer_opted_out", "The buyer wants no reminders, or is blocked.")
