"""Reports: what sales come to by day, week, month, country and product, and how well the shop serves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests import proof
from tests.harness import Api, InProcess, Shop, ago, ahead, line, new_order, parcel, snapshot, usd

SALES, SERVICE, VIOLATIONS = "/v1/reports/sales", "/v1/reports/service-level", "/v1/reports/violations"


def sold(shop: Shop, at: str, *actions: str, country: str = "US", **changes: Any) -> str:
    body = new_order(placed_at=at, buyer={"id": "b", "country": country}, **changes)
    assert shop.platform.post("/v1/orders", body).status == 201
    for action in actions:
        extra = {"parcels": [parcel(f"LX{body['order_id']}")]} if action == "ship" else {}
        answer = shop.platform.act(body["order_id"], action, {"at": at, **extra})
        assert answer.status == 200, answer.content
    return str(body["order_id"])


def rows(shop: Shop, **query: str) -> list[dict[str, Any]]:
    return shop.viewer.every(SALES, **query)


@pytest.fixture
def shop(api: Api) -> Shop:
    return api.shop(time_zone="America/Sao_Paulo", deadline_policy={"mode": "watch"})


def test_days_weeks_and_months_are_those_of_the_store(shop: Shop) -> None:
    """Sao Paulo is three hours behind: 2024-03-01T02:59:59Z is still the 29th of February there."""
    sold(shop, "2024-03-01T02:59:59Z", "pay")
    sold(shop, "2024-03-01T03:00:00Z")
    sold(shop, "2024-03-03T12:00:00Z", "pay")  # Sunday
    sold(shop, "2024-03-04T12:00:00Z")  # Monday
    window = {"from": "2024-02-26", "to": "2024-03-11"}
    days = [(row["period"], row["to"], row["orders"], row["paid"]) for row in rows(shop, **window)]
    assert days == [
        ("2024-02-29", "2024-03-01", 1, 1),
        ("2024-03-01", "2024-03-02", 1, 0),
        ("2024-03-03", "2024-03-04", 1, 1),
        ("2024-03-04", "2024-03-05", 1, 0),
    ]
    weeks = [(row["period"], row["from"], row["to"], row["orders"]) for row in rows(shop, group_by="week", **window)]
    assert weeks == [("2024-W09", "2024-02-26", "2024-03-04", 3), ("2024-W10", "2024-03-04", "2024-03-11", 1)]
    months = [(row["period"], row["from"], row["to"], row["orders"]) for row in rows(shop, group_by="month", **window)]
    assert months == [("2024-02", "2024-02-26", "2024-03-01", 1), ("2024-03", "2024-03-01", "2024-03-11", 3)]
    report = shop.viewer.get(f"{SALES}?from=2024-02-26&to=2024-03-11&group_by=month").json
    assert (report["time_zone"], report["window"]) == ("America/Sao_Paulo", window)
    assert (report["group_by"], report["by"], report["page"]) == ("month", "total", {"next_cursor": None, "limit": 50})


def test_a_change_of_zone_leaves_what_was_counted_where_it_was(shop: Shop) -> None:
    order_id = sold(shop, "2024-03-01T02:59:59Z")
    assert shop.owner.patch("/v1/store", {"time_zone": "Asia/Shanghai"}).status == 200
    assert shop.platform.act(order_id, "pay", {"at": "2024-03-01T03:00:00Z"}).status == 200
    sold(shop, "2024-03-01T02:59:59Z")
    found = [
        (row["period"], row["orders"], row["paid"]) for row in rows(shop, **{"from": "2024-02-01"}, to="2024-04-01")
    ]
    assert found == [("2024-02-29", 1, 1), ("2024-03-01", 1, 0)]


def test_money_pieces_and_refunds_by_currency_country_and_product(shop: Shop) -> None:
    at, window = "2024-05-06T12:00:00Z", {"from": "2024-05-01", "to": "2024-06-01", "group_by": "month"}
    sold(shop, at, "pay", country="FR", shipping_fee=usd("3.01"))  # 28.51
    back = sold(shop, at, "pay", "reject_risk", country="FR")  # 28.50
    sold(shop, at, country="ES")
    yen = {"amount": "500", "currency": "JPY"}
    other = {"line_id": "1", "product_id": "P.1[0]#%5B", "quantity": 3, "unit_price": yen}
    sold(shop, at, "pay", currency="JPY", lines=[other], shipping_fee={"amount": "0", "currency": "JPY"})
    refund = shop.viewer.get(f"/v1/orders/{back}").json["refunds"][0]["refund_id"]
    assert shop.platform.act(back, "complete_refund", {"refund_id": refund}).status == 200

    japanese, total = rows(shop, **window)
    assert japanese["received"] == japanese["average"] == {"amount": "1500", "currency": "JPY"}
    assert {name: total[name] for name in ("orders", "pieces", "paid")} == {"orders": 3, "pieces": 9, "paid": 2}
    assert [total[name] for name in ("ordered", "received", "refunded", "average")] == [
        usd("85.51"),
        usd("57.01"),
        usd("28.50"),
        usd("28.51"),  # 28.505
    ]
    assert rows(shop, currency="USD", **window) == [total] and rows(shop, currency="EUR", **window) == []
    by_country = rows(shop, by="country", currency="USD", **window)
    assert [(row["country"], row["orders"], row["received"]) for row in by_country] == [
        ("FR", 2, usd("57.01")),
        ("ES", 1, usd("0.00")),
    ]
    assert "average" not in by_country[1]
    by_product = [
        (row["product_id"], row["pieces"], row["amount"]["amount"], row["refunded_pieces"])
        for row in rows(shop, by="product", **window)
    ]
    assert by_product == [("P.1[0]#%5B", 3, "1500", 0), ("P1", 4, "40.00", 2), ("P2", 2, "11.00", 1)]


def test_a_snapshot_moves_an_order_to_another_day_and_country(shop: Shop) -> None:
    body = new_order(placed_at="2024-05-06T12:00:00Z", buyer={"id": "b", "country": "FR"})
    assert shop.platform.post("/v1/orders", body).status == 201
    assert shop.platform.act(body["order_id"], "pay", {"at": "2024-05-06T13:00:00Z"}).status == 200
    moved = body | {"placed_at": "2024-05-09T12:00:00Z", "buyer": {"id": "b", "country": "BE"}}
    moved |= {"lines": [line("7", 4, "1.00")]}
    shown = snapshot(moved, "WAIT_SELLER_SEND_GOODS", changed_at="2024-05-10T12:00:00Z")
    assert shop.platform.act(body["order_id"], "sync", shown).status == 200
    window = {"from": "2024-05-01", "to": "2024-06-01"}
    assert [(row["period"], row["orders"], row["pieces"]) for row in rows(shop, **window)] == [("2024-05-09", 1, 4)]
    assert [row["country"] for row in rows(shop, by="country", **window)] == ["BE"]
    assert [row["product_id"] for row in rows(shop, by="product", **window)] == ["P7"]


def test_pages_follow_one_another_through_periods_and_names(shop: Shop) -> None:
    for day in (6, 7, 14):
        for number in range(5):
            lines = [line(str(n), 1, f"{n % 3}.00") for n in range(number, number + 3)]
            sold(shop, f"2024-05-{day:02}T12:00:00Z", "pay", country=("FR", "ES", "US")[number % 3], lines=lines)
    window = {"from": "2024-05-06", "to": "2024-06-01"}
    compared = 0
    for by in ("total", "country", "product"):
        for group_by in ("day", "week", "month"):
            whole = rows(shop, by=by, group_by=group_by, **window)
            for limit in ("1", "2", "3"):
                paged = shop.viewer.every(SALES, by=by, group_by=group_by, limit=limit, **window)
                assert paged == whole
                compared += len(paged)
            amounts = [(row["from"], -float(row.get("amount", row.get("received"))["amount"])) for row in whole]  # type: ignore[union-attr,index]
            assert amounts == sorted(amounts)
    proof.counted("rows of sales reports compared", compared, 150)


def test_a_cursor_is_good_for_its_own_window_only(shop: Shop) -> None:
    for day in (6, 7):
        sold(shop, f"2024-05-{day:02}T12:00:00Z")
    cursor = shop.viewer.get(f"{SALES}?from=2024-05-01&to=2024-05-31&limit=1").json["page"]["next_cursor"]
    assert shop.viewer.get(f"{SALES}?from=2024-05-01&to=2024-05-31&limit=1&cursor={cursor}").status == 200
    for query in ("from=2024-05-02&to=2024-05-31", "from=2024-05-01&to=2024-05-31&by=country", "from=2024-05-01"):
        assert shop.viewer.get(f"{SALES}?{query}&limit=1&cursor={cursor}").status == 400


def test_windows_end_where_they_may(shop: Shop) -> None:
    for by, days in (("total", 366), ("country", 366), ("product", 31)):
        first = datetime(2024, 1, 1)
        for length, status in ((days, 200), (days + 1, 400)):
            query = f"by={by}&from=2024-01-01&to={first + timedelta(days=length):%Y-%m-%d}"
            answer = shop.viewer.get(f"{SALES}?{query}")
            assert answer.status == status, answer.content
    assert answer.json["errors"][0]["code"] == "window_too_long"
    for query in ("from=2024-01-02&to=2024-01-02", "from=2024-01-02&to=2024-01-01"):
        assert shop.viewer.get(f"{SALES}?{query}").json["errors"][0]["code"] == "window_empty"
    sold(shop, ago(minutes=1))
    (row,) = rows(shop)
    window = shop.viewer.get(SALES).json["window"]
    assert row["from"] >= window["from"] and row["to"] <= window["to"]
    assert datetime.fromisoformat(window["to"]) - datetime.fromisoformat(window["from"]) == timedelta(days=30)


def test_another_stores_sales_are_in_no_report(api: Api, shop: Shop) -> None:
    sold(shop, ago(minutes=1), "pay")
    other = api.shop()
    assert rows(other) == rows(other, by="country") == rows(other, by="product") == []
    assert all(
        not measure["denominator"] for each in other.viewer.get(SERVICE).json["data"] for measure in each["measures"]
    )
    assert other.viewer.every(VIOLATIONS) == []


NOW = datetime.fromisoformat("2024-05-20T12:00:00+00:00")


def test_the_service_level_says_what_is_counted_of_what(in_process: Api) -> None:
    """Over the clock: on time, late in a store that only watches, closed for not shipping, cancelled, disputed."""
    assert isinstance(in_process.transport, InProcess)
    in_process.transport.now = NOW
    shop = in_process.shop(time_zone="UTC", deadline_policy={"mode": "watch", "shipment": "P1D"})
    monday = "2024-05-13T10:00:00Z"  # seven days with today, the 20th, begin on the 14th
    paid = ("pay", "pass_risk")
    sold(shop, monday, *paid, "ship")
    tuesday = "2024-05-14T10:00:00Z"
    sold(shop, tuesday, *paid, "ship")
    for action, body in (
        ("ship", {"at": "2024-05-17T10:00:00Z", "parcels": [parcel("LATE")]}),
        ("expire_shipment", {"at": "2024-05-16T00:00:00Z"}),
        ("sync", None),
    ):
        order_id = sold(shop, tuesday, *paid)
        if body is None:
            order = new_order(order_id=order_id, placed_at=tuesday, buyer={"id": "b", "country": "US"})
            ended = {"fund_state": "refunding", "end_reason": "seller_send_goods_timeout"}
            shown = snapshot(order, "FUND_PROCESSING", changed_at="2024-05-18T00:00:00Z", **ended)
        assert shop.platform.act(order_id, action, body or shown).status == 200
    cancelled = sold(shop, tuesday, *paid)
    asked = {"reason": "changed my mind", "at": "2024-05-14T11:00:00Z"}
    assert shop.platform.act(cancelled, "request_cancellation", asked).status == 200
    assert shop.staff.act(cancelled, "accept_cancellation").status == 200
    sold(shop, tuesday, "pay", "reject_risk")
    disputed = sold(shop, tuesday, *paid, "ship")
    claim = {"kind": "not_received", "claim": usd("1.00"), "solution": "refund", "text": "not here"}
    for action, more in (("open_dispute", claim), ("withdraw", {}), ("open_dispute", claim)):
        if action == "withdraw":
            dispute_id = shop.viewer.get(f"/v1/orders/{disputed}").json["dispute"]["dispute_id"]
            answer = shop.platform.post(f"/v1/disputes/{dispute_id}/actions/withdraw", {"at": "2024-05-15T01:00:00Z"})
        else:
            answer = shop.platform.act(disputed, action, {**more, "at": "2024-05-15T00:00:00Z"})
        assert answer.status == 200, answer.content

    level = shop.viewer.get(SERVICE).json
    week, month = level["data"]
    assert week["window"] == {"from": "2024-05-14", "to": "2024-05-21"}
    assert month["window"] == {"from": "2024-04-21", "to": "2024-05-21"}

    def measured(found: Any) -> dict[str, tuple[int, int, float | None]]:
        return {each["measure"]: (each["numerator"], each["denominator"], each["rate"]) for each in found["measures"]}

    assert measured(week) == {
        "on_time_shipment": (2, 5, 0.4),
        "transaction_non_fulfilment": (2, 7, 0.2857),
        "cancellation": (3, 7, 0.4286),
        "dispute": (1, 7, 0.1429),
    }
    assert measured(month)["on_time_shipment"] == (3, 6, 0.5)
    assert week["figures"] == {
        "placed_orders": 7,
        "paid_orders": 7,
        "shipped_on_time": 2,
        "shipped_late": 1,
        "not_shipped": 2,
        "violations": 2,
        "cancelled_by_seller": 2,
        "cancelled_by_buyer": 1,
        "cancelled_otherwise": 1,
        "disputed": 1,
    }
    violations = shop.viewer.every(VIOLATIONS)
    assert [(each["kind"], each["at"]) for each in violations] == [
        ("transaction_non_fulfilment", "2024-05-16T00:00:00Z"),
        ("transaction_non_fulfilment", "2024-05-15T23:59:59Z"),
    ]
    assert shop.viewer.every(VIOLATIONS, limit=1) == violations
    spoken = shop.viewer.get(SERVICE, headers={"Accept-Language": "zh-CN"}).json["data"][0]["measures"]
    assert all("订单" in each["counts"] for each in spoken) and len(spoken) == 4


def test_a_measure_is_compared_with_the_limit_that_the_store_has_set(api: Api) -> None:
    shop = api.shop()
    order_id = shop.platform.place()["order_id"]
    for action in ("pay", "pass_risk"):
        assert shop.platform.act(order_id, action).status == 200
    assert shop.owner.act(order_id, "ship", {"parcels": [parcel()]}).status == 200

    def compared() -> dict[str, tuple[str, float | None, bool | None]]:
        week = shop.viewer.get(SERVICE).json["data"][0]
        return {
            each["measure"]: (each["measure_label"], each["limit"], each["breaks_limit"]) for each in week["measures"]
        }

    assert compared()["dispute"] == ("Disputes", None, None), "no limit is set by default"
    limits = {"on_time_shipment": "0.95", "dispute": "0.02", "cancellation": "0"}
    assert shop.owner.patch("/v1/store", {"service_limits": limits}).json["service_limits"] == limits
    assert compared()["on_time_shipment"] == ("On-time shipment", 0.95, False)
    assert compared()["dispute"] == ("Disputes", 0.02, False)
    claim = {"kind": "not_received", "claim": usd("1.00"), "solution": "refund", "text": "Not here."}
    assert shop.platform.act(order_id, "open_dispute", claim).status == 200
    assert compared()["dispute"] == ("Disputes", 0.02, True)
    stored = shop.owner.patch("/v1/store", {"service_limits": {"dispute": None}}).json["service_limits"]
    assert stored == {"on_time_shipment": "0.95", "cancellation": "0"}
    for wrong in ({"dispute": "2"}, {"dispute": 0.02}, {"refund": "0.02"}):
        assert shop.owner.patch("/v1/store", {"service_limits": wrong}).status == 400, wrong


def test_nothing_is_a_share_of_nothing(api: Api) -> None:
    for found in api.shop().viewer.get(SERVICE).json["data"]:
        assert {each["rate"] for each in found["measures"]} == {None}


def test_a_snapshot_of_more_than_one_transaction_is_refused_in_words(api: Api) -> None:
    """Thirty other parcels, ten disputes with their refunds, and another day: no transaction takes that at once."""
    shop = api.shop(deadline_policy={"mode": "watch"})
    lines = [{**line(str(n), 1, "1.00"), "product_id": f"P{n % 5}"} for n in range(60)]
    buyer = {"id": "buyer-1", "country": "US", "name": "Ann Bea Cid Dee"}
    body = new_order(lines=lines, placed_at=ago(hours=3), buyer=buyer)
    assert shop.platform.post("/v1/orders", body).status == 201
    for action in ("pay", "pass_risk"):
        assert shop.platform.act(body["order_id"], action, {"at": ago(hours=2)}).status == 200
    boxes = [[parcel(f"{name}{n}", **{f"line{n}": 1}) for n in range(30)] for name in ("OLD", "NEW")]
    assert shop.staff.act(body["order_id"], "ship", {"parcels": boxes[0]}).status == 200
    for _ in range(10):
        claim = {"kind": "not_received", "claim": usd("0.50"), "solution": "refund", "text": "Not here."}
        dispute = shop.platform.act(body["order_id"], "open_dispute", claim).json["dispute"]["dispute_id"]
        assert shop.platform.post(f"/v1/disputes/{dispute}/actions/accept", {}).status == 200
    before = shop.viewer.get(f"/v1/orders/{body['order_id']}").json
    sent = [{**box, "shipped_at": ago(hours=1)} for box in boxes[1]]
    others = [{**each, "product_id": f"other-{each['product_id']}"} for each in lines]
    changed = {**body, "placed_at": ago(hours=30), "lines": others}
    after = snapshot(changed, "SELLER_PART_SEND_GOODS", parcels=sent, overlays=["dispute"], changed_at=ahead(seconds=1))
    for headers in ({}, {"Idempotency-Key": "k"}, {"Idempotency-Key": "k"}):
        answer = shop.platform.act(body["order_id"], "sync", after, headers=headers)
        assert (answer.status, answer.code) == (409, "change_too_large"), answer.content
    spoken = shop.platform.act(body["order_id"], "sync", after, headers={"Accept-Language": "zh"}).json["detail"]
    assert spoken.startswith("一次改动的内容超过一个事务的上限")
    assert shop.viewer.get(f"/v1/orders/{body['order_id']}").json == before
    for step in ({"parcels": [{**box, "shipped_at": ago(hours=1)} for box in boxes[0]]}, {"parcels": sent}):
        shown = snapshot(changed, "SELLER_PART_SEND_GOODS", changed_at=ahead(seconds=2), **step)
        answer = shop.platform.act(body["order_id"], "sync", shown)
        assert answer.status == 200, answer.content
