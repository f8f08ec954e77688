"""Customers: counts, spend, groups, and who may be contacted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.customers import model as customers
from shared.domain.customers.model import Customer
from shared.domain.errors import Conflict
from shared.domain.order.funds.amounts import Amounts
from shared.domain.order.model import Buyer, Order

AT = datetime(2026, 3, 1, tzinfo=UTC)


def order(number: int = 1, received: int | None = None, refunded: int = 0, **more: object) -> Order:
    made = Order(
        "s",
        f"o{number}",
        AT + timedelta(days=number),
        Buyer("b", "US", "Alex"),
        {"country": "US"},
        "USD",
        Amounts(lines=1000, shipping=0, received=received, refunded=refunded),
        (),
        AT,
        "",
    )
    return replace(made, **more)  # type: ignore[arg-type]


def no_others() -> None:
    raise AssertionError("read the other orders")


def test_a_customer_counts_a_new_a_paid_and_a_refunded_order() -> None:
    placed, paid, refunded = order(), order(received=1000), order(received=1000, refunded=300)
    customer = customers.updated(Customer("s", "b"), None, placed, no_others)
    assert (customer.counts, customer.spend, customer.first_at) == ({"orders": 1}, {}, placed.placed_at)
    customer = customers.updated(customer, placed, paid, no_others)
    assert (customer.counts, customer.spend, customer.rate("refunded")) == (
        {"orders": 1, "paid": 1},
        {"USD": 1000},
        0.0,
    )
    customer = customers.updated(customer, paid, refunded, no_others)
    assert (customer.spend, customer.rate("refunded"), customer.name) == ({"USD": 700}, 1.0, "Alex")


def test_an_order_that_moves_to_another_buyer_currency_and_time_moves_its_figures() -> None:
    was = order(received=1000)
    kept = customers.updated(customers.updated(Customer("s", "b"), None, was, no_others), None, order(3), no_others)
    moved = replace(was, buyer=Buyer("c", "FR"), currency="JPY", placed_at=AT)
    left = customers.updated(kept, was, moved, lambda: (order(3).placed_at, order(3).placed_at))
    assert (left.counts, left.spend, left.first_at) == ({"orders": 1}, {}, order(3).placed_at)
    assert customers.affected_buyers(was, moved) == ("b", "c")
    got = customers.updated(Customer("s", "c"), was, moved, no_others)
    assert (got.counts, got.spend, got.last_at, got.country) == ({"orders": 1, "paid": 1}, {"JPY": 1000}, AT, "FR")
    alone = customers.updated(customers.updated(Customer("s", "b"), None, was, no_others), was, moved, lambda: None)
    assert (alone.counts, alone.first_at, alone.has_seller_data) == ({}, None, False)


@pytest.mark.parametrize("change", ["note", "shipped_at", "platform_at", "version"])
def test_a_change_of_no_figure_updates_no_record(change: str) -> None:
    values = {"note": "x", "shipped_at": AT, "platform_at": AT + timedelta(1), "version": 9}
    assert customers.affected_buyers(order(), replace(order(), **{change: values[change]})) == ()


def test_a_renamed_order_changes_the_name_and_an_older_one_does_not() -> None:
    customer = customers.updated(Customer("s", "b"), None, order(5), no_others)
    older = order(1, buyer=Buyer("b", "DE", "Old"))
    customer = customers.updated(customer, None, older, no_others)
    assert (customer.name, customer.country) == ("Alex", "US"), "an older order that arrives later changes nothing"
    renamed = replace(older, buyer=Buyer("b", "DE", "New"))
    assert customers.affected_buyers(older, renamed) == ("b",)
    assert customers.updated(customer, older, renamed, no_others).name == "New"
    nameless = replace(older, buyer=Buyer("b", "DE"))
    assert customers.affected_buyers(older, nameless) == (), "a snapshot without a name does not remove it"


@pytest.mark.parametrize(
    ("paid", "spend", "group"),
    [
        (0, {}, "never-small"),
        (1, {"USD": 4_999}, "once-small"),
        (1, {"USD": 5_000}, "once-middle"),
        (2, {"JPY": 50_000}, "repeat-large"),
        (4, {"KRW": 49_999}, "repeat-small"),
        (5, {"USD": 3_000, "EUR": 2_000}, "frequent-middle"),
        (5, {"USD": 50_000}, "frequent-large"),
        (1, {"KWD": 500_000}, "once-large"),
    ],
)
def test_customers_are_grouped_by_frequency_and_amount(paid: int, spend: dict[str, int], group: str) -> None:
    customer = Customer("s", "b", counts={"orders": 9, "paid": paid}, spend=spend)
    assert customer.state == group
    assert group in customers.STATES


def test_a_customer_who_is_blocked_or_opted_out_is_in_no_group_and_gets_no_reminder() -> None:
    free = Customer("s", "b")
    customers.check_may_be_reminded(free)
    for blocked, out, state in (
        (True, False, "blocked"),
        (False, True, "opted_out"),
        (True, True, "blocked_opted_out"),
    ):
        customer = replace(free, blocked=blocked, reminder_opt_out=out)
        assert customer.state == state
        with pytest.raises(Conflict) as refused:
            customers.check_may_be_reminded(customer)
        assert refused.value.code == "buyer_opted_out"
