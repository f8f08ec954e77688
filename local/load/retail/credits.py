"""Assign each credit note to the orders that it refunds. The same file always gives the same refunds.

A product is refunded from the buyer's earlier orders with this product, latest first: as many whole pieces as the order
has left, and as its remaining amount allows. A charge or carriage is refunded from the buyer's earlier orders, latest
first, up to their remaining amounts. A row without such an order is left over.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from local.load.retail.rules import Kind, Why
from local.load.retail.source import Invoice, Line, Remark

MOST_REFUNDS = 10
"""The most disputes that an order can have."""


@dataclass(frozen=True, slots=True)
class Refund:
    """The amount of one credit note for one order. `lines` are indexes of the order's lines; empty: the whole order."""

    note: str
    at: datetime
    order: str
    amount: int
    lines: tuple[int, ...]


@dataclass(slots=True)
class Account:
    """The part of an order that is not credited yet: pennies in all, and pieces by product."""

    order: Invoice
    remaining: int
    pieces: Counter[str]
    refunds: list[Refund] = field(default_factory=list)

    @classmethod
    def of(cls, order: Invoice) -> Account:
        pieces: Counter[str] = Counter()
        for line in order.lines:
            pieces[line.code.upper()] += line.pieces
        return cls(order, order.total, pieces)

    def lines_of(self, code: str) -> list[int]:
        return [index for index, line in enumerate(self.order.lines) if line.code.upper() == code]


def settle(orders: Sequence[Invoice], notes: Iterable[Invoice]) -> tuple[dict[str, list[Refund]], list[Remark]]:
    """The refunds of each order by its number, in order of time, and a remark for each row that is left over."""
    accounts = [Account.of(order) for order in orders]
    of_buyer: dict[tuple[str, str], list[Account]] = defaultdict(list)
    for account in sorted(accounts, key=lambda each: (each.order.at, each.order.number), reverse=True):
        if account.order.customer:
            of_buyer[account.order.customer, account.order.country].append(account)
    left: list[Remark] = []
    for note in sorted(notes, key=lambda each: (each.at, each.number)):
        own = of_buyer.get((note.customer or "", note.country), [])
        left += _settled(note, [account for account in own if account.order.at <= note.at])
    refunds = {account.order.number: account.refunds for account in accounts if account.refunds}
    return refunds, sorted(left, key=lambda each: each.row)


def _settled(note: Invoice, earlier: Sequence[Account]) -> Iterator[Remark]:
    """Take the credit note off the accounts; yields a remark for each row that is left over."""
    taken: Counter[str] = Counter()
    lines: dict[str, list[int]] = defaultdict(list)
    refundable = [account for account in earlier if len(account.refunds) < MOST_REFUNDS]
    for line in note.lines:
        if line.kind is Kind.FEE or not note.customer or not line.amount:
            why = Why.CREDIT_OF_FEE if line.kind is Kind.FEE else Why.CREDIT_OF_NOBODY
            yield Remark(line.row, note.number, why if line.amount else Why.CREDIT_OF_NOTHING, -line.amount)
            continue
        left = line.amount
        fitting = [each for each in refundable if line.kind or each.lines_of(line.code.upper())]
        for account in fitting:
            amount = _take(account, line, left)
            if amount:
                left -= amount
                taken[account.order.number] += amount
                lines[account.order.number] += account.lines_of(line.code.upper())
        if left:
            why = Why.CREDIT_OF_MORE if fitting else Why.CREDIT_OF_NO_ORDER
            yield Remark(line.row, note.number, why, -left)
    for account in refundable:
        number = account.order.number
        if taken[number]:
            own = tuple(sorted(set(lines[number])))
            account.refunds.append(Refund(note.number, note.at, number, taken[number], own))


def _take(account: Account, line: Line, left: int) -> int:
    """Take up to `left` off the account and return the amount."""
    if line.kind:
        amount = min(left, account.remaining)
    else:
        pieces = min(left // line.price, account.pieces[line.code.upper()], account.remaining // line.price)
        account.pieces[line.code.upper()] -= pieces
        amount = pieces * line.price
    account.remaining -= amount
    return amount
