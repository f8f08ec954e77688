"""Funds in answers: totals, movements, and where the money of one order is. No Pydantic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired

from typing_extensions import TypedDict

from functions.orders.models.values import MoneyView, instant, money, without_none
from shared.domain.labels import label, labelled
from shared.domain.order.funds import ledger
from shared.domain.order.funds.ledger import Movement
from shared.domain.order.model import Order
from shared.store.orders.held import Held


class TotalView(TypedDict):
    """`query` is the list of what the amount is made of, in this currency: its amounts add up to this one, or to its
    negative where money leaves the platform's account."""

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


class HeldView(TypedDict):
    """An order of which money is held for one reason. `amount` is that money alone; `expected_at` is when its release
    is due."""

    order_id: str
    kind: str
    kind_label: str
    amount: MoneyView
    status: str
    status_label: str
    placed_at: str
    expected_at: NotRequired[str]


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
    def total(kind: str, name: str, query: str) -> TotalView:
        amount = money(totals[name], currency)
        return {"amount": amount, "label": label(kind, name, language), "query": f"{query}={name}&currency={currency}"}

    return {
        "currency": currency,
        "moved": {flow: total("flow", flow, "/v1/funds/entries?flow") for flow in ledger.FLOWS},
        "held": {name: total("held", name, "/v1/funds/held?kind") for name in ledger.HELD},
    }


def held_view(held: Held, kind: str, language: str) -> HeldView:
    order = held.order
    view: Any = {
        "order_id": order.order_id,
        **labelled("kind", "held", kind, language),
        "amount": money(held.amount, order.currency),
        **labelled("status", "status", order.status, language),
        "placed_at": instant(order.placed_at),
    }
    release = next((timer for timer in order.timers if timer.kind == "release"), None)
    if release is not None and not (order.frozen or order.disputed):
        view["expected_at"] = instant(release.due_at)
    return view  # type: ignore[no-any-return]


def order_funds_view(order: Order, entries: Sequence[Movement], language: str) -> OrderFundsView:
    currency = order.currency
    expected, released = ledger.expected_release(order), order.amounts.released
    timer = order.timer("release")
    view: OrderFundsView = without_none(
        {
            "order_id": order.order_id,
            **labelled("fund_state", "fund_state", order.fund_state, language),
            "entries": [movement_view(entry, currency, language) for entry in entries],
            "held": money(order.amounts.held, currency),
            "unexplained": money(ledger.unexplained(order), currency),
            "expected": None if expected is None else money(expected, currency),
            "expected_at": timer and instant(timer.due_at),
            "released": None if released is None else money(released, currency),
            "difference": None if released is None else money(released - (expected or 0), currency),
        }
    )
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
