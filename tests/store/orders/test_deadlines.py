"""Deadlines of a store are in one partition for each status; lists and counts merge them."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from bench import sweep
from shared.domain.order.deadlines import TIMED
from shared.domain.order.model import Status
from shared.store.dynamodb import indexes
from shared.store.orders import lists
from shared.store.pages import Count, Position
from tests.harness import Api
from tests.proof import counted

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
Known = list[tuple[datetime, str, Status]]


@pytest.fixture
def known(on_dynoxide: Api) -> tuple[str, Known]:
    """A store and what it has: orders in every status, many of them due at the same moment."""
    chance, store, placed = random.Random(5), on_dynoxide.shop().name, NOW - timedelta(days=200)
    found: Known = []
    for status in TIMED:
        for _ in range(chance.randrange(1, 4)):
            due, count = NOW + timedelta(hours=chance.randrange(-3, 4)), chance.randrange(1, 9)
            placed += timedelta(days=1)
            sweep.fill(store, count, due, placed=placed, status=status)
            found += [(due, _order_id(placed, due, number), status) for number in range(count)]
    return store, sorted(found)


def _order_id(placed: datetime, due: datetime, number: int) -> str:
    return f"3{placed + timedelta(seconds=number):%y%m%d}{due:%H%M}{number:09d}"


def test_a_merged_list_has_every_order_once_in_order_whatever_its_pages(known: tuple[str, Known]) -> None:
    store, orders = known
    chance, pages = random.Random(7), 0
    windows = [(None, None), (NOW, NOW + timedelta(hours=2)), (None, NOW), (NOW + timedelta(hours=1), None)]
    choices: list[tuple[Status, ...]] = [(), (Status.RISK_CONTROL,), (Status.IN_CANCEL, Status.FUND_PROCESSING)]
    for statuses in choices:
        for since, until in windows:
            wanted = [
                order_id
                for due, order_id, status in orders
                if (since or due) <= due and (until is None or due < until) and (not statuses or status in statuses)
            ]
            for limit in (4, len(wanted) or 1):
                listed, after = list[str](), None
                while True:
                    page = lists.deadlines(store, limit, after, statuses=statuses, since=since, until=until)
                    listed += [each.order_id for each in page.items]
                    pages += 1
                    assert len(page.items) == limit or page.end is None
                    if (after := page.end) is None:
                        break
                assert listed == wanted, (statuses, since, until, limit)
    for start in chance.sample(orders, 5):
        due_key = f"{start[0]:%Y-%m-%dT%H:%M:%S}.000000Z#{start[1]}"
        rest = [order_id for _, order_id in lists.orders_due_after(store, due_key)]
        assert rest == [order_id for _, order_id, _ in orders[orders.index(start) + 1 :]]
    assert len(list(lists.orders_due_after(store, lists.BEFORE_ALL_DEADLINES))) == len(orders)
    assert not list(lists.orders_due_after(store, lists.AFTER_ALL_DEADLINES))
    counted("pages of merged deadlines", pages, floor=50)


def test_a_count_over_statuses_is_exact_up_to_its_limit(known: tuple[str, Known]) -> None:
    store, orders = known
    soon, tried = NOW + timedelta(hours=2), 0
    due_soon = sum(NOW <= due < soon for due, *_ in orders)
    assert lists.count_deadlines(store, NOW, soon) == Count(due_soon)
    selection = lists.due_selection(store, TIMED, NOW, soon)
    for most in (1, due_soon // 2, due_soon - 1, due_soon, due_soon + 1):
        assert indexes.count(selection, most) == Count(min(most, due_soon), due_soon > most)
        tried += 1
    assert tried == 5 and due_soon > 9


def test_a_cursor_of_a_store_wide_list_from_before_goes_on(known: tuple[str, Known]) -> None:
    """It names a due key and an order, and those are the same in the index that had them."""
    store, orders = known
    due, order_id, _ = orders[len(orders) // 2]
    former = Position(f"{due:%Y-%m-%dT%H:%M:%S}.000000Z#{order_id}", f"{store}#{order_id}", "ORDER")
    page = lists.deadlines(store, 5, former)
    wanted = orders[len(orders) // 2 + 1 :][:5]
    assert [each.order_id for each in page.items] == [order_id for _, order_id, _ in wanted]
