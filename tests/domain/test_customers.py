"""What orders come to for their buyer: figures, groups, and who may be written to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.customers import model as customers
from shared.domain.customers.model import Customer
from shared.domain.errors import Conflict
from shared.domain.order.amounts import Amounts
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


def nobody() -> None:
    raise AssertionError("the other orders were asked for")


def test_an_order_joins_pays_and_is_refunded() -> None:
    placed, paid, refunded = order(), order(received=1000), order(received=1000, refunded=300)
    told = customers.updated(Customer("s", "b"), None, placed, nobody)
    assert (told.counts, told.spend, told.first_at) == ({"orders": 1}, {}, placed.placed_at)
    told = customers.updated(told, placed, paid, nobody)
    assert (told.counts, told.spend, told.rate("refunded")) == ({"orders": 1, "paid": 1}, {"USD": 1000}, 0.0)
    told = customers.updated(told, paid, refunded, nobody)
    assert (told.spend, told.rate("refunded"), told.name) == ({"USD": 700}, 1.0, "Alex")


def test_an_order_that_goes_to_another_buyer_currency_and_time_takes_its_figures_along() -> None:
    was = order(received=1000)
    kept = customers.updated(customers.updated(Customer("s", "b"), None, was, nobody), None, order(3), nobody)
    there = replace(was, buyer=Buyer("c", "FR"), currency="JPY", placed_at=AT)
    left = customers.updated(kept, was, there, lambda: (order(3).placed_at, order(3).placed_at))
    assert (left.counts, left.spend, left.first_at) == ({"orders": 1}, {}, order(3).placed_at)
    assert customers.affected_buyers(was, there) == ("b", "c")
    got = customers.updated(Customer("s", "c"), was, there, nobody)
    assert (got.counts, got.spend, got.last_at, got.country) == ({"orders": 1, "paid": 1}, {"JPY": 1000}, AT, "FR")
    alone = customers.updated(customers.updated(Customer("s", "b"), None, was, nobody), was, there, lambda: None)
    assert (alone.counts, alone.first_at, alone.has_seller_data) == ({}, None, False)


@pytest.mark.parametrize("change", ["note", "shipped_at", "platform_at", "version"])
def test_what_moves_no_figure_touches_no_record(change: str) -> None:
    values = {"note": "x", "shipped_at": AT, "platform_at": AT + timedelta(1), "version": 9}
    assert customers.affected_buyers(order(), replace(order(), **{change: values[change]})) == ()


def test_the_name_is_what_was_told_last() -> None:
    told = customers.updated(Customer("s", "b"), None, order(5), nobody)
    older = order(1, buyer=Buyer("b", "DE", "Old"))
    told = customers.updated(told, None, older, nobody)
    assert (told.name, told.country) == ("Alex", "US"), "an older order brought in later tells nothing newer"
    renamed = replace(older, buyer=Buyer("b", "DE", "New"))
    assert customers.affected_buyers(older, renamed) == ("b",)
    assert customers.updated(told, older, renamed, nobody).name == "New"
    silent = replace(older, buyer=Buyer("b", "DE"))
    assert customers.affected_buyers(older, silent) == (), "to leave a name out is not to take it back"


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
def test_groups_by_frequency_and_amount(paid: int, spend: dict[str, int], group: str) -> None:
    told = Customer("s", "b", counts={"orders": 9, "paid": paid}, spend=spend)
    assert told.state == group
    assert group in customers.STATES


def test_who_is_blocked_or_has_opted_out_is_in_no_group_and_gets_no_reminder() -> None:
    free = Customer("s", "b")
    customers.check_may_be_reminded(free)
    for blocked, out, state in (
        (True, False, "blocked"),
        (False, True, "opted_out"),
        (True, True, "blocked_opted_out"),
    ):
        told = replace(free, blocked=blocked, reminder_opt_out=out)
        assert told.state == state
        with pytest.raises(Conflict) as refused:
            customers.check_may_be_reminded(told)
        assert refused.value.code == "buyer_opted_out"
