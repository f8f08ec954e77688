"""Funds in answers: totals, movements, and where the money of one order is. No Pydantic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NotRequired

from typing_extensions import TypedDict

from functions.orders.models.values import MoneyView, instant, money
from shared.domain.labels import label
from shared.domain.order import ledger
from shared.domain.order.ledger import Movement
from shared.domain.order.model import Order

LISTS = {
    "in_progress": "/v1/orders?fund_state=none",
    "awaiting_release": "/v1/orders?fund_state=awaiting_release",
    "refunding": "/v1/refunds?state=accepted",
    "frozen": "/v1/orders?overlay=frozen",
    "unexplained": "/v1/funds/unexplained",
}
"""The list of the orders or refunds that each held amount is made of."""


class TotalView(TypedDict):
    amount: MoneyView
    label: str
    query: str


class CurrencyView(TypedDict):
    """The sums of the movements, by kind, and what the platform holds. paid = held + all other movements."""

    currency: str
    moved: dict[str, TotalView]
    held: dict[str, TotalView]


class TotalsView(TypedDict):
    data: list[CurrencyView]
    as_of: str


class MovementView(TypedDict):
    """`amount` is negative where money leaves the platform's account. `held` is what the platform then holds of the
    order."""

    order_id: NotRequired[str]
    seq: int
    at: str
    flow: str
    flow_label: str
    amount: MoneyView
    held: MoneyView


class OrderFundsView(TypedDict):
    """`expected` is the order amount less tax and refunds, less the fees by their rates; `difference` is what was
    released less that. `unexplained` must be 0.00."""

    order_id: str
    fund_state: str
    fund_state_label: str
    entries: list[MovementView]
    held: MoneyView
    expected: NotRequired[MoneyView]
    expected_at: NotRequired[str]
    released: NotRequired[MoneyView]
    difference: NotRequired[MoneyView]
    unexplained: MoneyView


def currency_view(currency: str, totals: Mapping[str, int], language: str) -> CurrencyView:
    return {
        "currency": currency,
        "moved": {
            flow: {
                "amount": money(totals[flow], currency),
                "label": label("flow", flow, language),
                "query": f"/v1/funds/entries?flow={flow}&currency={currency}",
            }
            for flow in ledger.FLOWS
        },
        "held": {
            name: {
                "amount": money(totals[name], currency),
                "label": label("held", name, language),
                "query": LISTS[name],
            }
            for name in ledger.HELD
        },
    }


def order_funds_view(order: Order, entries: Sequence[Movement], language: str) -> OrderFundsView:
    currency = order.currency
    expected, released = ledger.expected_release(order), order.amounts.released
    timer = order.timer("release")
    view: OrderFundsView = {
        "order_id": order.order_id,
        "fund_state": str(order.fund_state),
        "fund_state_label": label("fund_state", order.fund_state, language),
        "entries": [movement_view(entry, currency, language) for entry in entries],
        "held": money(order.amounts.held, currency),
        "unexplained": money(ledger.unexplained(order), currency),
    }
    if expected is not None:
        view["expected"] = money(expected, currency)
    if timer is not None:
        view["expected_at"] = instant(timer.due_at)
    if released is not None:
        view["released"] = money(released, currency)
        view["difference"] = money(released - (expected or 0), currency)
    return view


def movement_view(movement: Movement, currency: str, language: str) -> MovementView:
    return {
        "seq": movement.seq,
        "at": instant(movement.at),
        "flow": movement.flow,
        "flow_label": label("flow", movement.flow, language),
        "amount": money(movement.amount, currency),
        "held": money(movement.held, currency),
    }
