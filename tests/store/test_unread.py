"""Reading messages: as many as there are, once each, with the count of the order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.domain.messages.model import BUYER, SELLER, Message
from shared.operations.messages import messages as operations
from shared.store.dynamodb.errors import Busy, Stale
from shared.store.dynamodb.table import ABSENT, Put, stale, transact
from shared.store.messages import messages
from shared.store.orders import orders
from tests.harness import Api, Shop

NOW = datetime(2026, 11, 25, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def time_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine and the engine are."""
    monkeypatch.setattr(operations, "is_time_up", lambda: False)


def full(api: Api, count: int, sender: str = BUYER, text: str = "Where is it?") -> tuple[Shop, str]:
    """An order with so many unread messages."""
    shop = api.shop()
    order_id = str(shop.platform.place()["order_id"])
    order = orders.load(shop.name, order_id).order
    made = [Message(f"msg_{n:06d}", sender, text, NOW + n * SECOND) for n in range(count)]
    for first in range(0, count, 50):
        transact([Put(messages._record(order, each), ABSENT, stale) for each in made[first : first + 50]])
    if sender == BUYER:
        transact(messages._unread(order, count, messages.OrderRecord.version.exists()))
    return shop, order_id


def seen(shop: Shop, order_id: str) -> tuple[int, int, int]:
    """Unread messages that are listed, those that the order counts, and orders that the store counts."""
    order = shop.viewer.get(f"/v1/orders/{order_id}").json
    counters = shop.viewer.get("/v1/orders/counters").json
    listed = shop.viewer.every("/v1/messages", unread="true")
    return len(listed), order["unread_messages"], counters["overlays"]["unread"]["count"]


@pytest.mark.parametrize("count", [1, 89, 90, 91, 480, 520, 1_050])
def test_any_number_of_unread_messages_is_read_at_once(in_process: Api, count: int) -> None:
    shop, order_id = full(in_process, count)
    assert seen(shop, order_id) == (count, count, 1)
    answer = shop.staff.post(f"/v1/orders/{order_id}/messages/read", {})
    assert (answer.status, answer.json) == (200, {"unread": 0})
    assert seen(shop, order_id) == (0, 0, 0)
    assert all("read_at" in each for each in shop.viewer.every(f"/v1/orders/{order_id}/messages", limit=200))


def test_the_largest_messages_fit_into_the_transactions(in_process: Api) -> None:
    shop, order_id = full(in_process, 100, text="\U0001f4e6" * 10_000)
    assert shop.staff.post(f"/v1/orders/{order_id}/messages/read", {}).json == {"unread": 0}
    assert seen(shop, order_id) == (0, 0, 0)


def test_the_platform_reports_that_the_buyer_has_read_any_number(in_process: Api) -> None:
    shop, order_id = full(in_process, 600, sender=SELLER)
    assert shop.platform.post(f"/v1/orders/{order_id}/messages/read", {}).json == {"unread": 0}
    assert all("read_at" in each for each in shop.viewer.every(f"/v1/orders/{order_id}/messages", limit=200))


def test_what_there_was_no_time_for_is_reported_and_read_by_the_next_request(
    in_process: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, order_id = full(in_process, 300)
    turns = iter([False, False, True, False, False, False, False, False, False])
    monkeypatch.setattr(operations, "is_time_up", lambda: next(turns))
    key = {"Idempotency-Key": "read-1"}
    for left in (300 - 2 * messages.MAX_READ, 0, 0):
        answer = shop.staff.post(f"/v1/orders/{order_id}/messages/read", {}, headers=key)
        assert (answer.status, answer.json) == (200, {"unread": left})
        assert seen(shop, order_id) == (left, left, int(left > 0))
    assert answer.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize(("batches", "status", "left"), [(0, 503, 200), (1, 200, 110)])
def test_a_table_that_is_busy_is_an_error_only_if_nothing_was_read(
    in_process: Api, monkeypatch: pytest.MonkeyPatch, batches: int, status: int, left: int
) -> None:
    shop, order_id = full(in_process, 200)
    real, made = messages.mark_read, []

    def mark_read(*args: Any) -> Any:
        made.append(args)
        if len(made) > batches:
            raise Busy("throttled")
        return real(*args)

    with monkeypatch.context() as patched:
        patched.setattr(messages, "mark_read", mark_read)
        answer = shop.staff.post(f"/v1/orders/{order_id}/messages/read", {})
    assert answer.status == status and seen(shop, order_id)[:2] == (left, left)
    assert status == 503 or answer.json == {"unread": left}
    assert shop.staff.post(f"/v1/orders/{order_id}/messages/read", {}).json == {"unread": 0}


def test_messages_that_come_in_between_are_read_or_stay_counted(
    in_process: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one is from long ago, before what is read already."""
    shop, order_id = full(in_process, 200)
    real, came, large = messages.transact, list[Any](), list[int]()

    def write(writes: Any) -> None:
        large.extend([len(writes)] * (len(writes) > 50))
        if len(writes) > 50 and len(large) in (1, 3):  # the second is the first one again
            message = {"from": "buyer", "text": "And this?"} | ({"at": "2026-01-01T00:00:00Z"} if came else {})
            came.append(message)
            assert shop.platform.post(f"/v1/orders/{order_id}/messages", message).status == 201
        real(writes)

    monkeypatch.setattr(messages, "transact", write)
    assert shop.staff.post(f"/v1/orders/{order_id}/messages/read", {}).json == {"unread": 0}
    assert len(came) == 2 and seen(shop, order_id) == (1, 1, 1)
    assert shop.staff.post(f"/v1/orders/{order_id}/messages/read", {}).json == {"unread": 0}
    assert seen(shop, order_id) == (0, 0, 0)


@pytest.mark.parametrize("counted", [0, 2])
def test_messages_that_are_not_counted_are_read_too(in_process: Api, counted: int) -> None:
    """As orders have them of which more than 500 were unread before."""
    shop, order_id = full(in_process, 120)
    order = orders.load(shop.name, order_id).order
    transact(messages._unread(order, counted, messages.OrderRecord.version.exists()))
    assert seen(shop, order_id)[:2] == (120, counted)
    assert shop.staff.post(f"/v1/orders/{order_id}/messages/read", {}).json == {"unread": 0}
    assert seen(shop, order_id) == (0, 0, 0)


def test_a_count_without_messages_becomes_0(in_process: Api) -> None:
    shop, order_id = full(in_process, 3)
    order = orders.load(shop.name, order_id).order
    messages.delete_all(shop.name, order_id)
    assert shop.staff.post(f"/v1/orders/{order_id}/messages/read", {}).json == {"unread": 0}
    assert seen(shop, order_id) == (0, 0, 0)
    with pytest.raises(Stale):
        messages.mark_read(order, True, NOW)
