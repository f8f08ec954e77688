"""Customers' records against all orders: after random walks, in a crowd, and beside an opt-out."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from shared.domain.order.model import Buyer
from tests.books.orders import audit
from tests.capacity import metered
from tests.harness import Api, Shop, new_order, parcel, snapshot
from tests.proof import counted, size
from tests.store.test_concurrency import at_once, placement

STEPS: tuple[tuple[str, str, Any], ...] = (
    *(("platform", action, {}) for action in ("pay", "pass_risk", "reject_risk", "cancel_unpaid", "confirm_receipt")),
    *(("platform", action, {}) for action in ("release_funds", "pay", "pass_risk", "pay", "pass_risk")),
    *[("staff", "ship", {"parcels": [parcel("LX1")]})] * 3,
)
EACH = size(3, 12)
"""Orders of each of eight clients."""
BUYERS = ("a", "b/../c", "买家 #1%", "..")


def wrong() -> list[str]:
    from shared.settings import settings

    return audit(boto3.client("dynamodb"), settings().table_name).wrong


def step(shop: Shop, bodies: dict[str, Any], chance: random.Random) -> int:
    """One change of one order, or a snapshot that moves it to another buyer, time or status."""
    order_id = chance.choice(list(bodies))
    if chance.random() < 0.3:
        body = bodies[order_id]
        body["buyer"] = {"id": chance.choice(BUYERS), "country": chance.choice(("US", "FR")), "name": "N"}
        body["placed_at"] = f"2026-0{chance.randint(1, 9)}-01T00:00:00Z"
        status = chance.choice(("WAIT_SELLER_SEND_GOODS", "PLACE_ORDER_SUCCESS", "FINISH"))
        ending = (
            {"end_reason": chance.choice(("risk_reject_closed", "buyer_accept_goods"))} if status == "FINISH" else {}
        )
        now = datetime.now(UTC).isoformat()
        answer = shop.platform.act(order_id, "sync", snapshot(body, status, changed_at=now, **ending))
    else:
        role, action, content = chance.choice(STEPS)
        answer = getattr(shop, role).act(order_id, action, content)
    assert answer.status in (200, 409), answer.content
    return int(answer.status)


def test_after_a_random_walk_every_record_equals_a_recount(in_process: Api) -> None:
    shop, chance, bodies = in_process.shop(), random.Random(4), {}
    seen: Counter[int] = Counter()
    for _ in range(25):
        currency = chance.choice(("USD", "USD", "JPY"))
        whole = {"amount": "5", "currency": "JPY"} if currency == "JPY" else {"amount": "5.00", "currency": "USD"}
        line = {"line_id": "1", "product_id": "P", "quantity": 1, "unit_price": whole}
        buyer = {"id": chance.choice(BUYERS), "country": "US"}
        body = new_order(
            currency=currency, lines=[line], shipping_fee=whole, buyer=buyer, placed_at="2026-05-01T00:00:00Z"
        )
        bodies[body["order_id"]] = body
        shop.platform.place(**body)
    for _ in range(size(100, 250)):
        seen[step(shop, bodies, chance)] += 1
    assert not (faults := wrong()), faults
    listed = shop.viewer.every("/v1/customers")
    assert {each["buyer_id"] for each in listed} == {body["buyer"]["id"] for body in bodies.values()}
    assert sum(each["orders"] for each in listed) == 25
    print(json.dumps({"refused": seen[409], "customers": len(listed)}))
    counted("steps of customers' orders", seen[200], floor=size(30, 80))


def test_eight_clients_on_one_buyer_all_get_through(on_dynoxide: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from shared.domain.order.transitions import Actor
    from shared.operations import orders as operations
    from shared.store import retries, stores
    from shared.store.customers import customers
    from shared.store.orders import orders

    monkeypatch.setattr(retries, "LIMIT", 90.0)  # how long an attempt takes says more of the machine than of the code
    shop, platform = on_dynoxide.shop(), Actor("platform", "platform")
    store = stores.load(shop.name).store

    def client(number: int) -> Callable[[], int]:
        def work() -> int:
            for each in range(EACH):
                order_id = f"{number}-{each}"
                operations.place_order(store, placement(order_id), platform, datetime.now(UTC))
                for action in ("pay", "reject_risk"):
                    ask = operations.Request(action, platform, datetime.now(UTC))
                    operations.change_order(store, orders.load(store.store_id, order_id), ask)
            return EACH

        return work

    assert at_once(*(client(number) for number in range(8))) == [EACH] * 8, "nobody meets Busy"
    assert not (faults := wrong()), faults
    there = customers.load(store.store_id, "buyer-1")
    print(json.dumps({"clients": 8, "orders": there.counts["orders"], "record's version": there.version}))
    assert there.counts["orders"] == there.counts["paid"] == 8 * EACH
    assert there.version == 8 * EACH * 3, "each change of a figure once"


def test_an_opt_out_and_a_reminder_at_once_have_one_order(on_dynoxide: Api) -> None:
    from shared.domain.errors import Conflict
    from shared.domain.order.transitions import Actor
    from shared.operations import orders as operations
    from shared.operations.customers import customers as noting
    from shared.store import stores
    from shared.store.customers import customers
    from shared.store.orders import orders

    shop, staff = on_dynoxide.shop(), Actor("staff", "staff")
    store, seen, many = stores.load(shop.name).store, Counter[str](), size(15, 30)
    for number in range(many):
        buyer = f"b{number}"
        made = replace(placement(f"o{number}"), buyer=Buyer(buyer, "US"))
        operations.place_order(store, made, Actor("platform", "p"), datetime.now(UTC))

        def remind(order_id: str = f"o{number}") -> str:
            loaded = orders.load(store.store_id, order_id)
            operations.change_order(store, loaded, operations.Request("remind_payment", staff, datetime.now(UTC)))
            return "reminded"

        def opt_out(buyer: str = buyer) -> Any:
            return noting.patch_customer(customers.load(store.store_id, buyer), {"reminder_opt_out": True}, None)

        first, second = at_once(remind, opt_out)
        assert second.reminder_opt_out, second
        refused = isinstance(first, Conflict) and first.code == "buyer_opted_out"
        assert first == "reminded" or refused, first
        assert (orders.load(store.store_id, f"o{number}").order.reminded_at is None) == refused
        seen["refused" if refused else "reminded"] += 1
    print(json.dumps(seen))
    assert sum(seen.values()) == many


def test_a_reminder_that_was_allowed_when_read_is_refused_when_written(in_process: Api, monkeypatch: Any) -> None:
    from shared.store.customers import customers

    shop = in_process.shop()
    order_id = shop.platform.place()["order_id"]
    real, opted = customers.find, []

    def read_then_opted_out(store_id: str, buyer_id: str) -> Any:
        found = real(store_id, buyer_id)
        if not opted:
            opted.append(customers.save(found, replace(found, reminder_opt_out=True)))
        return found

    monkeypatch.setattr(customers, "find", read_then_opted_out)
    refused = shop.staff.act(order_id, "remind_payment")
    assert (refused.status, refused.code, len(opted)) == (409, "buyer_opted_out", 1)
    assert shop.viewer.get(f"/v1/orders/{order_id}").json["version"] == 1


def test_a_record_that_was_deleted_and_made_anew_is_another(in_process: Api) -> None:
    from shared.store.customers import customers
    from shared.store.dynamodb.errors import Stale

    shop = in_process.shop()
    first = new_order(buyer={"id": "anna", "country": "US"})
    shop.platform.place(**first)
    read = customers.load(shop.name, "anna")
    moved = first | {"buyer": {"id": "bert", "country": "US"}}
    assert shop.platform.act(first["order_id"], "sync", snapshot(moved, "PLACE_ORDER_SUCCESS")).status == 200
    assert customers.find(shop.name, "anna") is None
    for _ in range(2):
        shop.platform.place(buyer={"id": "anna", "country": "FR"}, placed_at="2026-05-01T00:00:00Z")
        with pytest.raises(Stale):
            customers.save(read, replace(read, note="of the former record"))
        read = replace(read, version=read.version + 1)
    there = customers.load(shop.name, "anna")
    assert (there.counts["orders"], there.country, there.note) == (2, "FR", None)
    assert not (faults := wrong()), faults


def test_an_order_older_than_the_records_joins_with_its_next_change(in_process: Api) -> None:
    from shared.settings import settings
    from shared.store.dynamodb import keys

    shop = in_process.shop()
    old, new = shop.platform.place()["order_id"], shop.platform.place()["order_id"]
    client, table = boto3.client("dynamodb"), settings().table_name
    head = {"pk": {"S": keys.order_pk(shop.name, old)}, "sk": {"S": keys.ORDER}}
    client.update_item(TableName=table, Key=head, UpdateExpression="REMOVE in_customer")
    record = {"pk": {"S": keys.customers_pk(shop.name)}, "sk": {"S": f"{keys.CUSTOMER}buyer-1"}}
    client.delete_item(TableName=table, Key=record)
    assert shop.viewer.get("/v1/customers/buyer-1").status == 404
    assert shop.staff.act(old, "remind_payment").status == 200, "no record, no opt-out"
    assert shop.viewer.get("/v1/customers/buyer-1").json["orders"] == 1
    assert shop.platform.act(old, "pay").status == 200
    assert shop.platform.act(new, "pay").status == 200, "a record that was lost breaks nothing"
    assert shop.viewer.get("/v1/customers/buyer-1").json["spend"] == [{"amount": "57.00", "currency": "USD"}]


def test_a_page_of_customers_reads_no_more_of_a_larger_store(on_dynoxide: Api) -> None:
    from shared.domain.customers.model import Customer
    from shared.store.customers import customers

    shop, costs = on_dynoxide.shop(), []
    at, made = datetime(2026, 1, 1, tzinfo=UTC), 0
    for count in size((60, 200), (100, 900)):
        for _ in range(count):
            made += 1
            customer = Customer(
                shop.name, f"buyer-{made}", "US", counts={"orders": 1}, last_at=at + timedelta(hours=made)
            )
            customers.save(customer, customer)
        with metered() as units:
            page = shop.viewer.get("/v1/customers?limit=50").json["data"]
        assert [each["buyer_id"] for each in page] == [f"buyer-{made - number}" for number in range(50)]
        costs.append(units.reads)
        with metered() as one:
            assert shop.viewer.get("/v1/customers/buyer-1").status == 200
        assert one.reads <= 2
    print(json.dumps({"a page of 50, read units": costs}))
    assert costs[1] <= costs[0] + 0.5
