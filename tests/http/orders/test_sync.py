"""Snapshots of the platform: late ones, repeated ones, and whatever steps they skip."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness import Answer, Api, Shop, ago, ahead, new_order, parcel, snapshot, usd


@pytest.fixture
def shop(api: Api) -> Shop:
    return api.shop(deadline_policy={"mode": "watch"})


@pytest.fixture
def body(shop: Shop) -> dict[str, Any]:
    order = new_order(placed_at=ago(hours=9))
    shop.platform.place(**order)
    return order


def sync(shop: Shop, body: dict[str, Any], status: str, hours: float, **changes: Any) -> Answer:
    shown = snapshot(body, status, changed_at=ago(hours=hours), **changes)
    return shop.platform.act(body["order_id"], "sync", shown)


def test_a_late_snapshot_and_one_taken_in_already_change_nothing(shop: Shop, body: dict[str, Any]) -> None:
    shown = snapshot(body, "WAIT_SELLER_SEND_GOODS", changed_at=ago(hours=2))
    first = shop.platform.act(body["order_id"], "sync", shown)
    assert (first.status, first.json["version"]) == (200, 2)
    before = shop.viewer.get(f"/v1/orders/{body['order_id']}").content
    for answer in (
        shop.platform.act(body["order_id"], "sync", shown),
        sync(shop, body, "FINISH", 2.1),
        sync(shop, body, "RISK_CONTROL", 8),
    ):
        assert (answer.status, answer.json["version"], answer.headers["etag"]) == (200, 2, '"2"')
    assert shop.viewer.get(f"/v1/orders/{body['order_id']}").content == before
    shop.platform.act(body["order_id"], "request_cancellation", {"reason": "changed my mind", "at": ago(hours=1)})
    assert sync(shop, body, "FINISH", 1.5).json["status"] == "IN_CANCEL"
    assert sync(shop, body, "FINISH", 0.5).json["status"] == "FINISH"


def test_what_a_snapshot_skipped_is_in_the_history(shop: Shop, body: dict[str, Any]) -> None:
    parcels = [parcel() | {"shipped_at": ago(hours=3)}]
    assert sync(shop, body, "WAIT_BUYER_ACCEPT_GOODS", 2, parcels=parcels).status == 200
    entry = shop.viewer.every(f"/v1/orders/{body['order_id']}/history")[-1]
    assert (entry["action"], entry["from"], entry["to"]) == ("sync", "PLACE_ORDER_SUCCESS", "WAIT_BUYER_ACCEPT_GOODS")
    assert entry["skipped"] == ["RISK_CONTROL", "WAIT_SELLER_SEND_GOODS"]
    assert sync(shop, body, "PLACE_ORDER_SUCCESS", 1).status == 200
    assert "skipped" not in shop.viewer.every(f"/v1/orders/{body['order_id']}/history")[-1]


def test_an_overlay_is_no_status_and_an_archived_order_is_finished(shop: Shop, body: dict[str, Any]) -> None:
    for status in ("IN_ISSUE", "IN_FROZEN"):
        answer = sync(shop, body, status, 2)
        assert (answer.status, answer.fields) == (422, ["/status"]), status
    archived = sync(shop, body, "ARCHIVE", 2, end_reason="buyer_accept_goods")
    assert (archived.json["status"], archived.json["outcome"]) == ("FINISH", "succeeded")
    assert archived.json["fund_state"] == "released"
    reopened = sync(shop, body, "WAIT_SELLER_SEND_GOODS", 1)
    assert (reopened.status, reopened.json["status"], reopened.json["fund_state"]) == (
        200,
        "WAIT_SELLER_SEND_GOODS",
        "none",
    )
    assert "outcome" not in reopened.json
    assert "finished_at" not in reopened.json
    counters = shop.viewer.get("/v1/orders/counters").json["statuses"]
    assert (counters["FINISH"]["count"], counters["WAIT_SELLER_SEND_GOODS"]["count"]) == (0, 1)


def test_a_snapshot_is_held_to_the_same_rules_as_any_body(shop: Shop, body: dict[str, Any]) -> None:
    sent, misnamed = parcel(line1=1) | {"shipped_at": ago(hours=3)}, []
    for changes, pointer in (
        ({"parcels": [sent, sent]}, "/parcels/1"),
        ({"parcels": [sent | {"lines": [{"line_id": "1", "quantity": 3}]}]}, "/parcels/0/lines"),
        ({"parcels": [sent | {"lines": [{"line_id": "9", "quantity": 1}]}]}, "/parcels/0/lines"),
        ({"order": {**body, "currency": "EUR"}}, "/order/"),
        ({"order": {**body, "shipping_fee": {"amount": "3.00", "currency": "EUR"}}}, "/order/shipping_fee"),
        ({"order": {**body, "total": usd("1.00")}}, "/order/total"),
        ({"order": {**body, "discount": usd("99.00")}}, "/order/discount"),
        ({"order": {**body, "order_id": "1"}}, "/order/order_id"),
        ({"order": {**body, "lines": [body["lines"][0]] * 2}}, "/order/lines/1/line_id"),
        ({"changed_at": ahead(minutes=10)}, "/changed_at"),
    ):
        shown = {**snapshot(body, "FINISH", changed_at=ago(hours=1)), **changes}
        answer = shop.platform.act(body["order_id"], "sync", shown)
        assert answer.status == 422, (changes, answer.content)
        if not answer.fields[0].startswith(pointer):
            misnamed.append((pointer, answer.fields))
    assert misnamed == []
    assert shop.viewer.get(f"/v1/orders/{body['order_id']}").json["version"] == 1


def test_what_a_snapshot_does_not_tell_of_stays(shop: Shop, body: dict[str, Any]) -> None:
    one = f"/v1/orders/{body['order_id']}"
    shop.staff.patch(one, {"note": "gift", "tags": ["a"], "assignee": "alex"})
    shown = sync(shop, body, "WAIT_SELLER_SEND_GOODS", 1, overlays=["frozen", "dispute"]).json
    assert (shown["note"], shown["tags"], shown["assignee"]) == ("gift", ["a"], "alex")
    assert shown["overlays"] == ["dispute", "frozen"]
    cleared = sync(shop, body, "WAIT_SELLER_SEND_GOODS", 0.5).json
    assert cleared["overlays"] == []
    assert cleared["dispute"]["stage"] == "ended"


def test_a_snapshot_of_an_hour_ago_leaves_what_the_seller_did_since(api: Api) -> None:
    shop = api.shop()
    body = new_order(placed_at=ago(hours=9))
    order_id = shop.platform.place(**body)["order_id"]
    for action, hours in (("pay", 8), ("pass_risk", 7)):
        assert shop.platform.act(order_id, action, {"at": ago(hours=hours)}).status == 200
    assert shop.staff.act(order_id, "ship", {"parcels": [parcel("LX1")]}).status == 200
    edited = {"parcel_id": "p1", "tracking_no": "LX2"}
    assert shop.staff.act(order_id, "edit_shipment", edited).json["status"] == "WAIT_BUYER_ACCEPT_GOODS"
    shown = snapshot(body, "WAIT_SELLER_SEND_GOODS", changed_at=ago(hours=1), overlays=["frozen"])
    synced = shop.platform.act(order_id, "sync", shown)
    assert (synced.status, synced.json["status"], synced.json["overlays"]) == (
        200,
        "WAIT_BUYER_ACCEPT_GOODS",
        ["frozen"],
    )
    assert [each["tracking_no"] for each in synced.json["parcels"]] == ["LX2"]
    *_, correction, entry = shop.viewer.every(f"/v1/orders/{order_id}/history")
    assert correction["changes"]["parcels.p1.tracking_no"] == {"from": "LX1", "to": "LX2"}
    assert entry["kept"] == ["status", "parcels.p1"]
    shown = snapshot(body, "WAIT_SELLER_SEND_GOODS", changed_at=ahead(seconds=1))
    assert shop.platform.act(order_id, "sync", shown).json["parcels"] == []


def test_a_payment_reported_after_the_sweep_opens_the_order_again(shop: Shop) -> None:
    order_id = shop.platform.place(placed_at=ago(days=30))["order_id"]
    assert shop.platform.act(order_id, "expire_payment", {"at": ago(days=10)}).json["status"] == "FINISH"
    late = shop.platform.act(order_id, "pay", {"at": ago(days=9)})
    assert (late.status, late.code) == (409, "transition_not_allowed")
    paid = shop.platform.act(order_id, "pay", {"at": ago(days=11)})
    assert (paid.status, paid.json["status"]) == (200, "RISK_CONTROL")
    assert "end_reason" not in paid.json and "finished_at" not in paid.json
    *_, lapse, entry = shop.viewer.every(f"/v1/orders/{order_id}/history")
    assert (lapse["action"], entry["action"], entry["reopened"]) == ("expire_payment", "pay", True)
