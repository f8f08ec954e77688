"""The terms of the search in the table: which there are, who moves and removes them, and what they show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from hypothesis import given
from hypothesis import strategies as st

from shared.settings import settings
from shared.store.search import terms
from tests import proof
from tests.harness import Api, Shop, ago, ahead, line, new_order, snapshot


def stored(shop: Shop, *kinds: str) -> list[tuple[str, str]]:
    """(partition, sort key) of the store's terms of these kinds, or of all."""
    from shared.settings import settings

    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=settings().table_name)
    items = [item for page in pages for item in page["Items"] if item["kind"]["S"] == "term"]
    keys = sorted((item["pk"]["S"], item["sk"]["S"]) for item in items if item["pk"]["S"].startswith(f"{shop.name}#"))
    return [key for key in keys if not kinds or key[0].split("#")[1] in kinds]


def order(**changes: Any) -> dict[str, Any]:
    return new_order(
        **{
            "buyer": {"id": "buyer-1", "country": "US", "name": "Maria Silva"},
            "recipient": {"country": "US", "name": "Alex Example", "phone": "5550123", "street": "1 Example Street"},
            "lines": [line("1", sku="SKU-1")],
        }
        | changes
    )


def test_an_order_has_exactly_its_terms(in_process: Api) -> None:
    shop = in_process.shop()
    shop.platform.place(**order())
    assert [key[0].split("#")[1] for key in stored(shop)] == "country goods goods name name number phone".split()
    assert not any(word in f"{pk}{sk}".lower() for pk, sk in stored(shop) for word in ("maria", "silva", "0123\x00"))
    assert not any("0123" in pk for pk, _ in stored(shop, "phone"))


def test_an_erasure_leaves_no_term_of_a_name_a_phone_or_a_tag(in_process: Api) -> None:
    from shared.operations.customers import erasures

    boto3.client("s3").create_bucket(Bucket=settings().exports_bucket)  # has the list of erasures
    shop = in_process.shop()
    body = order()
    order_id = shop.platform.place(**body)["order_id"]
    shop.staff.patch(f"/v1/orders/{order_id}", {"tags": ["gift"]})
    other = shop.platform.place(**order(buyer={"id": "buyer-2", "country": "US", "name": "Maria Silva"}))["order_id"]
    assert len(stored(shop, "name", "phone", "tag")) == 7
    assert shop.owner.post("/v1/customers/buyer-1/erase", {"include_open": True}).status == 202
    now = datetime.now(UTC)
    for hours in (0, 2, 50):
        erasures.resume(now + timedelta(hours=hours), lambda: False)
    left = stored(shop, "name", "phone", "tag")
    assert len(left) == 3 and all(other in sk for _, sk in left)
    shown = snapshot(body, "PLACE_ORDER_SUCCESS", changed_at=ahead(seconds=2))
    assert shop.platform.act(order_id, "sync", shown).status == 200
    assert stored(shop, "name", "phone", "tag") == left, "a later snapshot brings nothing back"
    assert shop.viewer.get("/v1/search?q=maria").json["data"][0]["order_id"] == other


def test_a_placement_of_another_content_leaves_no_personal_term(in_process: Api) -> None:
    shop = in_process.shop()
    body = order()
    shop.platform.place(**body)
    before = stored(shop, "name", "phone", "country", "tag")
    for name in ("Somebody Other", "Maria Silva"):
        again = body | {"buyer": {"id": "buyer-1", "country": "BR", "name": name}}
        assert shop.platform.post("/v1/orders", again).code == "order_exists"
    assert shop.platform.post("/v1/orders", body).status == 200
    assert stored(shop, "name", "phone", "country", "tag") == before


def test_a_placement_of_another_content_leaves_every_product_to_be_found(in_process: Api) -> None:
    shop = in_process.shop()
    mine, others = ([line(str(n), sku=f"{of}-{n:02}", product_id=f"p{of}{n}") for n in range(20)] for of in "ab")
    body = order(lines=mine)
    shop.platform.place(**body)
    assert shop.platform.post("/v1/orders", body | {"lines": others}).code == "order_exists"
    found = [len(shop.viewer.get(f"/v1/search?q={of}-{n:02}").json["data"]) for of in "ab" for n in range(20)]
    assert found == [1] * 20 + [0] * 20


@given(
    st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=60, unique=True), st.text(min_size=1, max_size=20)
)
def test_a_filter_holds_what_it_was_made_of(codes: list[str], other: str) -> None:
    bits = terms.filter_of(codes)
    assert all(terms.may_hold(bits, code) for code in codes)
    assert isinstance(terms.may_hold(bits, other), bool)


def test_a_filter_of_a_thousand_lines_is_small_and_seldom_wrong() -> None:
    rates = []
    for codes in (10, 100, 600, 2_000):
        bits = terms.filter_of([f"SKU-{number}" for number in range(codes)])
        assert len(bits) <= terms.MAX_FILTER
        rates.append(sum(terms.may_hold(bits, f"other-{number}") for number in range(2_000)) / 2_000)
    print(f"codes that seem to be in a filter of 10, 100, 600 and 2,000: {rates}")
    assert max(rates[:3]) <= 0.05 and rates[3] <= 0.35
    proof.counted("codes tried on filters", 2_000 * len(rates), 8_000)


def test_a_table_from_before_there_were_terms_gets_them_from_the_clock(in_process: Api) -> None:
    from functions.deadlines.sweep import sweep
    from shared.settings import settings

    shop, client = in_process.shop(), boto3.client("dynamodb")
    orders = [shop.platform.place(**order(order_id=f"81234567890{number:05d}"))["order_id"] for number in range(4)]
    changed = orders.pop()
    shop.staff.patch("/v1/customers/buyer-1", {"tags": ["gift"]})
    keys = [*stored(shop), (shop.name, "TERMS")]
    for pk, sk in keys:
        client.delete_item(TableName=settings().table_name, Key={"pk": {"S": pk}, "sk": {"S": sk}})
    for order_id in (*orders, changed):
        client.update_item(
            TableName=settings().table_name,
            Key={"pk": {"S": f"{shop.name}#{order_id}"}, "sk": {"S": "ORDER"}},
            UpdateExpression="SET in_customer = :former REMOVE seller_key, seller_due_key",
            ExpressionAttributeValues={":former": {"N": "1"}},
        )
    assert shop.platform.act(changed, "pay").status == 200
    answer = shop.viewer.get("/v1/search?q=maria").json
    assert [row["order_id"] for row in answer["data"]] == [changed], "a change brings the order's terms"
    assert answer["complete"] is False
    assert shop.viewer.get(f"/v1/search?q={orders[0]}").json["data"], "a whole number needs no term"
    for path in ("/v1/orders?country=US", "/v1/orders?tag=gift", "/v1/customers?tag=gift"):
        assert shop.viewer.get(path).status == 503
    sweep(datetime.now(UTC) + timedelta(minutes=2), lambda: False)
    assert sorted(stored(shop)) == sorted(keys[:-1])
    answer = shop.viewer.get("/v1/search?q=maria").json
    assert (len(answer["data"]), answer["complete"]) == (4, True)
    assert len(shop.viewer.every("/v1/orders", country="US")) == 4
    assert [row["buyer_id"] for row in shop.viewer.every("/v1/customers", tag="gift")] == ["buyer-1"]
    assert shop.viewer.get("/v1/search?q=none").json == {
        "data": [],
        "page": {"next_cursor": None, "limit": 50},
        "complete": True,
    }


def test_an_older_order_that_waits_for_a_refund_of_nothing_ends_by_the_clock(on_dynoxide: Api) -> None:
    from functions.deadlines.reminders import remind
    from functions.deadlines.sweep import sweep
    from shared.domain.alerts import order_alerts
    from shared.domain.alerts.order_alerts import AlertProgress
    from shared.settings import settings
    from shared.store import stores
    from shared.store.orders import orders
    from tests.domain.build import Life
    from tests.domain.build import line as built_line
    from tests.domain.order.after_sales.test_refunds import waiting_for_nothing

    shop, now = on_dynoxide.shop(), datetime.now(UTC)
    life = Life(lines=(built_line("a", 1, 0),), shipping_fee=0).do("pay").do("reject_risk")
    order = replace(waiting_for_nothing(life.order), store_id=shop.name)
    quiet = order_alerts.unchanged(order, stores.load(shop.name).store, AlertProgress(now, ()))
    orders.create(order, life.entries, armed=True, alert_changes=quiet)
    key = {"pk": {"S": shop.name}, "sk": {"S": "TERMS"}}
    boto3.client("dynamodb").delete_item(TableName=settings().table_name, Key=key)
    counted = shop.viewer.get("/v1/orders/counters").json["statuses"]
    assert (counted["FUND_PROCESSING"]["count"], counted["FINISH"]["count"]) == (1, 0)
    tomorrow = now + timedelta(days=1, minutes=5)
    remind(tomorrow, lambda: False)
    sweep(tomorrow + timedelta(minutes=2), lambda: False)
    ended = shop.viewer.get(f"/v1/orders/{order.order_id}").json
    assert (ended["status"], ended["fund_state"], ended["refunds"][0]["state"]) == ("FINISH", "refunded", "paid")
    counted = shop.viewer.get("/v1/orders/counters").json["statuses"]
    assert (counted["FUND_PROCESSING"]["count"], counted["FINISH"]["count"]) == (0, 1)
    assert shop.viewer.every(f"/v1/orders/{order.order_id}/history")[-1]["actor"]["role"] == "clock"


def test_customers_are_listed_by_tag_and_by_their_last_order(on_dynoxide: Api) -> None:
    shop = on_dynoxide.shop()

    def buy(number: int, hours: float) -> str:
        buyer = {"id": f"b{number}", "country": "US"}
        return str(shop.platform.place(**order(buyer=buyer, placed_at=ago(hours=hours)))["order_id"])

    def listed(tag: str, **query: Any) -> list[str]:
        return [row["buyer_id"] for row in shop.viewer.every("/v1/customers", tag=tag, **query)]

    for number in range(5):
        buy(number, 50 - number)
        shop.staff.patch(f"/v1/customers/b{number}", {"tags": ["vip"] if number % 2 else ["vip", "gift"]})
    buy(0, 1)  # an order later than all others moves its buyer
    for tag, expected in (("vip", ["b0", "b4", "b3", "b2", "b1"]), ("gift", ["b0", "b4", "b2"]), ("other", [])):
        for limit in (1, 2, 200):
            assert listed(tag, limit=limit) == expected
            assert listed(tag, limit=limit, sort="last_order_at") == expected[::-1]
            assert listed(tag, limit=limit, sort="-last_order_at") == expected
    assert listed("vip", last_order_from=ago(hours=48.5), last_order_to=ago(hours=40)) == ["b4", "b3", "b2"]
    assert len(stored(shop, "customer_tag")) == 8, "one entry for each customer and tag"
    shop.staff.patch("/v1/customers/b2", {"tags": None})
    assert listed("gift") == ["b0", "b4"]
    for group in ("frequency=once", "amount=small", "blocked=true", "opted_out=true"):
        assert shop.viewer.get(f"/v1/customers?tag=vip&{group}").code == "filter_not_indexed"
    cursor = shop.viewer.get("/v1/customers?tag=vip&limit=1").json["page"]["next_cursor"]
    other = shop.viewer.get(f"/v1/customers?tag=vip&limit=1&sort=last_order_at&cursor={cursor}")
    assert other.code == "cursor_invalid"
