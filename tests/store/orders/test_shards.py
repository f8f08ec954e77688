"""The shards of a store grow with it. Every order keeps its own, and counters, funds, figures and events stay exact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from shared.domain import shards
from shared.domain.order.model import Order
from shared.operations.alerts.daily_alerts import raise_daily_alerts
from shared.settings import settings
from shared.store import stores
from shared.store.orders import counters, events, orders
from tests.books.orders import audit
from tests.harness import Api, Shop, parcel
from tests.proof import counted


@pytest.fixture
def shop(in_process: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A shop that is large as soon as it has six orders."""
    monkeypatch.setattr(shards, "LARGE", 6)
    yield in_process.shop()


def shipped(shop: Shop) -> Order:
    """An order that the seller has shipped: an event."""
    order_id = shop.platform.place()["order_id"]
    for action in ("pay", "pass_risk"):
        shop.platform.act(order_id, action)
    assert shop.staff.act(order_id, "ship", {"parcels": [parcel()]}).status == 200
    return orders.load(shop.name, order_id).order


def check(shop: Shop, days: int) -> int:
    """The store's shards after the daily check of a later day."""
    raise_daily_alerts(shop.name, datetime.now(UTC) + timedelta(days=days))
    return stores.load(shop.name).store.shards


def test_a_store_that_becomes_large_has_more_shards_from_the_next_check_on(shop: Shop) -> None:
    few = [shipped(shop) for _ in range(5)]
    assert check(shop, 1) == shards.FEW
    few.append(shipped(shop))
    assert check(shop, 2) == shards.MANY
    assert check(shop, 3) == shards.MANY, "once"
    many = [shipped(shop) for _ in range(8)]
    assert {order.shards for order in few} == {shards.FEW} and {order.shards for order in many} == {shards.MANY}
    assert max(order.shard for order in many) >= shards.FEW
    again = [orders.load(shop.name, order.order_id).order for order in few]
    assert [order.shard for order in again] == [order.shard for order in few]
    assert counters.counts(shop.name)["total"] == 14
    books = audit(boto3.client("dynamodb"), settings().table_name)
    assert books.wrong == []
    counted("orders of a store that grew, audited", len(books.orders), floor=14)


def test_a_reader_of_the_events_misses_none_when_the_store_grows(shop: Shop) -> None:
    before = [shipped(shop) for _ in range(6)]
    read = events.after(shop.name, events.START, 4, datetime.now(UTC))
    assert check(shop, 1) == shards.MANY
    before = [shop.staff.patch(f"/v1/orders/{order.order_id}", {"note": "later"}).json["order_id"] for order in before]
    after = [shipped(shop).order_id for _ in range(6)]
    found, pages = [each.order_id for each in read.items], 0
    while read.more or not pages:
        read, pages = events.after(shop.name, read.end, 4, datetime.now(UTC)), pages + 1
        found += [each.order_id for each in read.items]
    assert Counter(found) == Counter(dict.fromkeys(before, 2)) + Counter(after)


def test_a_change_of_the_store_at_the_same_time_wins(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(6):
        shipped(shop)
    stored = stores.load(shop.name)
    assert shop.owner.patch("/v1/store", {"name": "Another"}).status == 200
    from shared.operations.stores import grow_store

    grow_store(stored)
    assert stores.load(shop.name).store.shards == shards.FEW and stores.load(shop.name).store.name == "Another"
    assert check(shop, 1) == shards.MANY
    assert shop.owner.get("/v1/store").json["name"] == "Another"
