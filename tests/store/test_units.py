"""What reads, sweeps and an order's life cost, on an engine that counts as DynamoDB does."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import boto3
import pytest

from bench import figures, life, sweep
from functions.orders import memberships
from shared.store.dynamodb import indexes
from tests.capacity import metered
from tests.harness import Api, Client, new_order
from tests.proof import size
from tests.store.sizes import size_of

MOST: dict[int, dict[str, tuple[float, float]]] = {
    3: {
        "place": (2, 37),
        "pay": (3, 37),
        "ship": (4, 23),
        "GET order": (3, 0),
        "GET counters": (4.5, 0),
        "GET list": (2, 0),
    },
    700: {
        "place": (2, 73),
        "pay": (6, 35),
        "ship": (7, 28),
        "GET order": (6, 0),
        "GET counters": (4.5, 0),
        "GET list": (2, 0),
    },
}
"""Read and write units; every other step at most what `OTHERS` says."""
OTHERS: dict[int, tuple[float, float]] = {3: (4, 20), 700: (7, 22)}


def test_each_step_of_an_orders_life_costs_no_more_than_it_did(on_dynoxide: Api) -> None:
    lives, keyed = life.measure(on_dynoxide)
    for count, steps in lives.items():
        for step, units in steps.items():
            read, write = MOST[count].get(step, OTHERS[count])
            print(json.dumps({"lines": count, "step": step, "read": units.reads, "write": units.writes}))
            assert units.reads <= read and units.writes <= write, (count, step, units)
    changes = [step for step in keyed if not step.startswith("GET")]
    extra = {step: keyed[step].writes - lives[3][step].writes for step in changes}
    print(json.dumps({"an idempotency key adds": extra}))
    assert max(extra.values()) <= 4 and sum(extra.values()) <= 2 * len(changes) + 2, extra
    assert life.total(keyed) <= 180
    assert "| place |" in life.markdown(lives, keyed)


def index_units(status: str, store: str, limit: int) -> float:
    """What DynamoDB asks for these index items, read eventually: half a unit for each 4 KB of them all."""
    from shared.settings import settings

    found = boto3.client("dynamodb").query(
        TableName=settings().table_name,
        IndexName="by_status",
        KeyConditionExpression="status_key = :key",
        ExpressionAttributeValues={":key": {"S": f"{store}#{status}"}},
        ScanIndexForward=False,
        Limit=limit,
    )["Items"]
    assert len(found) == limit
    return -(-sum(map(size_of, found)) // 4096) / 2


def test_a_page_costs_its_own_items_however_many_orders_there_are(on_dynoxide: Api) -> None:
    shop = on_dynoxide.shop()
    costs: dict[int, float] = {}
    many = size(250, 3_000)
    sweep.fill(shop.name, 100, datetime.now(UTC) + timedelta(days=3))
    for orders in (100, many):
        if orders > 100:
            sweep.fill(shop.name, orders - 100, datetime.now(UTC) + timedelta(days=3), placed=sweep.LONG_AGO)
        wanted = index_units("WAIT_SELLER_SEND_GOODS", shop.name, 50 + 1)  # one more, to see whether it goes on
        with metered() as units:
            page = shop.viewer.get("/v1/orders?status=WAIT_SELLER_SEND_GOODS&limit=50")
        assert len(page.json["data"]) == 50, page.content
        assert units.indexes["by_status"] <= wanted, (units, wanted)
        costs[orders] = units.indexes["by_status"]
    print(json.dumps({"a page of 50, read units": costs}))
    assert costs[100] == costs[many]


def test_counters_cost_the_same_however_many_orders_are_due(on_dynoxide: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many are due soon, and as many are overdue."""
    shop = on_dynoxide.shop()
    shop.owner.patch("/v1/store", {"deadline_policy": {"mode": "watch"}})
    now, costs = datetime.now(UTC), dict[int, float]()
    shop.viewer.get("/v1/orders/counters")
    filled, most = 0, size(150, indexes.MOST_COUNTED)
    monkeypatch.setattr(indexes, "count", partial(indexes.count, most=most))
    for orders in (most, size(400, 20_000)):
        for due in (now + timedelta(hours=9), now - timedelta(hours=9)):
            sweep.fill(shop.name, orders - filled, due, placed=sweep.LONG_AGO + timedelta(days=filled))
            count_in(shop.name, "WAIT_SELLER_SEND_GOODS", orders - filled)
        filled = orders
        with metered() as units:
            counters = shop.viewer.get("/v1/orders/counters").json
        costs[orders] = units.reads
        for name in ("due_24h", "overdue"):
            found = counters[name]["count"], counters[name].get("cut_off")
            assert found == (most, None if orders == most else True), name
    print(json.dumps({"orders due": costs}))
    exact, cut_off = costs.values()
    assert cut_off <= exact + 2 * 0.5, "one item more of each count"


def count_in(store: str, status: str, orders: int) -> None:
    """Orders that were written without their counts."""
    from shared.settings import settings

    boto3.client("dynamodb").update_item(
        TableName=settings().table_name,
        Key={"pk": {"S": store}, "sk": {"S": "COUNT#0"}},
        UpdateExpression=f"ADD #total :orders, status_{status} :orders",
        ExpressionAttributeNames={"#total": "total"},
        ExpressionAttributeValues={":orders": {"N": str(orders)}},
    )


TIMED = ("WAIT_SELLER_SEND_GOODS", "WAIT_BUYER_ACCEPT_GOODS", "PLACE_ORDER_SUCCESS", "IN_CANCEL", "FUND_PROCESSING")
TIMED += ("RISK_CONTROL", "SELLER_PART_SEND_GOODS", "PAYMENT_PROCESSING", "WAIT_SELLER_EXAMINE_MONEY")


@pytest.mark.parametrize("statuses", size([1, 3, 9], [1, 2, 3, 9]))
def test_a_page_of_deadlines_costs_at_most_twice_its_own_items(on_dynoxide: Api, statuses: int) -> None:
    """In whichever statuses the orders are that are due next."""
    from shared.settings import settings

    shop, now = on_dynoxide.shop(), datetime.now(UTC).replace(microsecond=0)
    for number, status in enumerate(TIMED):
        first = now + timedelta(hours=3 if number < statuses else 99)
        count = 60 // statuses // 10 + 1
        if number >= statuses:
            count = size(1, count)
        for turn in range(10):
            placed = now - timedelta(days=1 + number, minutes=turn)
            sweep.fill(shop.name, count, first + timedelta(minutes=turn), placed=placed, status=status)
    with metered() as units:
        page = shop.viewer.get("/v1/orders?sort=deadline_at&limit=50")
    assert len(page.json["data"]) == 50 and {each["status"] for each in page.json["data"]} == set(TIMED[:statuses])
    item_keys = [{"pk": {"S": f"{shop.name}#{each['order_id']}"}, "sk": {"S": "ORDER"}} for each in page.json["data"]]
    table = settings().table_name
    found = boto3.client("dynamodb").batch_get_item(RequestItems={table: {"Keys": item_keys}})["Responses"][table]
    own = -(-sum(map(size_of, found)) // 4096) / 2
    print(json.dumps({"statuses": statuses, "read units": units.indexes["by_status_due"], "of its items alone": own}))
    assert set(units.indexes) == {"by_status_due"} and units.indexes["by_status_due"] <= 2 * own


def test_a_page_of_a_buyers_orders_costs_half_a_unit_for_each(on_dynoxide: Api) -> None:
    shop, now, costs = on_dynoxide.shop(), datetime.now(UTC), dict[int, float]()
    for placed in range(1, 5):
        sweep.fill(shop.name, 15, now + timedelta(days=3), placed=now - timedelta(days=placed))
    shop.viewer.get("/v1/orders?buyer=buyer-1&limit=1")  # a process reads the secret of cursors once
    for limit in (5, 50):
        with metered() as units:
            page = shop.viewer.get(f"/v1/orders?buyer=buyer-1&limit={limit}")
        assert len(page.json["data"]) == limit and set(units.indexes) == {"by_customer"}
        costs[limit] = units.reads - 1  # the store's settings
    print(json.dumps({"a page of a buyer's orders, read units": costs}))
    assert all(cost <= limit * 0.5 + 1.5 for limit, cost in costs.items()), costs


def test_an_idle_sweep_over_many_waiting_orders_is_one_query_a_shard(on_dynoxide: Api) -> None:
    idle: dict[str, Any] = sweep.idle(f"sweep{uuid.uuid4().hex[:6]}", size(400, 20_000))
    print(json.dumps(idle))
    assert idle["calls"] == {"Query": 8} and idle["read units"] <= 4


def test_no_total_report_or_figure_reads_more_because_the_store_holds_more(on_dynoxide: Api) -> None:
    small, large = (units for _, units in figures.measure(on_dynoxide, size((170, 240), (200, 2_000))))
    reads = {name: (small[name].reads, large[name].reads) for name in figures.READS}
    print(json.dumps(reads))
    assert len(reads) >= 13
    for name, (before, after) in reads.items():
        assert 0 < before == after, name
        assert small[name].calls == large[name].calls, name


def test_search_adds_at_most_twelve_units_to_placing_any_order(on_dynoxide: Api) -> None:
    """Against the same order without anything that is searched but its number."""
    shop, tried = on_dynoxide.shop(), 0
    shop.platform.place(buyer={"id": "another", "country": "US"})
    for lines in size((1, 12, 700), (1, 3, 12, 700)):
        many = [life.realistic_line(number) for number in range(lines)]
        names = ("", "Alex Example", "José María de la Cruz y Ortega")
        for name in names[-1:] if lines == size(700, 0) else names:
            for phones in ({}, {"phone": "5550100"}, {"phone": "5550100", "mobile": "5550199"}):
                who = {"id": f"buyer{tried}", "country": "US"} | ({"name": name} if name else {})
                recipient = {"country": "US", "name": "Alex Example", "street": "1 Example Street", **phones}
                body = new_order(lines=many, buyer=who, recipient=recipient)
                with metered() as units:
                    assert shop.platform.post("/v1/orders", body).status == 201
                terms = terms_of(shop.name, body["order_id"])
                strict = sum(2 for kind in terms if kind in ("name", "phone"))
                assert strict + sum(1 for kind in terms if kind in ("number", "goods", "rest")) <= 12, terms
                assert terms.count("country") == 1 and units.calls["TransactWriteItems"] == 1
                assert units.calls["BatchWriteItem"] == 1
                tried += 1
    assert tried == size(21, 36)


def terms_of(store: str, order_id: str) -> list[str]:
    """The kinds of the terms of an order, each as often as it has items."""
    from shared.settings import settings

    pages = (
        boto3.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=settings().table_name,
            FilterExpression="kind = :kind",
            ExpressionAttributeValues={":kind": {"S": "term"}},
        )
    )
    items = [item for page in pages for item in page["Items"]]
    own = [item for item in items if f"#{order_id}" in item["sk"]["S"] and item["pk"]["S"].startswith(store)]
    assert all(size_of(item) <= 1024 for item in own)
    return [item["pk"]["S"].split("#")[1] for item in own]


def test_a_membership_costs_one_read_unit_in_five_seconds_and_adding_one_twelve_write_units(on_dynoxide: Api) -> None:
    shop = on_dynoxide.shop()
    reads = []
    for forgotten in (True, False):
        if forgotten:
            memberships.forget()
        with metered() as units:
            assert shop.staff.get("/v1/store").status == 200
        reads.append(units.reads)
    with metered() as one:
        assert shop.owner.post("/v1/members", {"user_id": "zoe", "role": "viewer"}).status == 201
    member = Client(on_dynoxide.transport, {}, "zoe")
    with metered() as unnamed:
        assert member.get("/v1/store").status == 200
    print(json.dumps({"reads": reads, "add": [one.reads, one.writes], "without a store": unnamed.reads}))
    assert (reads[0] - reads[1], unnamed.reads) == (1, reads[0])
    assert one.writes <= 12
