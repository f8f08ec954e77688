"""An order's life over HTTP, from placing to its end."""

from __future__ import annotations

from tests.harness import Api, ago, new_order, parcel, usd


def test_an_order_lives_from_placing_to_release(api: Api) -> None:
    shop = api.shop()
    order = shop.platform.place()
    order_id = order["order_id"]
    assert order["status"] == "PLACE_ORDER_SUCCESS"
    assert order["amounts"]["total"] == usd("28.50")
    assert [timer["kind"] for timer in order["deadlines"]] == ["payment"]

    assert shop.platform.act(order_id, "pay").json["status"] == "RISK_CONTROL"
    waiting = shop.platform.act(order_id, "pass_risk").json
    assert waiting["status"] == "WAIT_SELLER_SEND_GOODS"
    assert "ship" in shop.staff.get(f"/v1/orders/{order_id}").json["actions"]
    part = shop.staff.act(order_id, "ship", {"parcels": [parcel("LX1", line1=1)]}).json
    assert part["status"] == "SELLER_PART_SEND_GOODS"
    shipped = shop.staff.act(order_id, "ship", {"parcels": [parcel("LX2")]}).json
    assert shipped["status"] == "WAIT_BUYER_ACCEPT_GOODS"
    assert [line["shipped"] for line in shipped["lines"]] == [2, 1]
    received = shop.platform.act(order_id, "confirm_receipt").json
    assert (received["status"], received["fund_state"]) == ("FUND_PROCESSING", "awaiting_release")
    done = shop.platform.act(order_id, "release_funds", {"commission": usd("1.43")})
    assert done.status == 200, done.content
    assert (done.json["status"], done.json["outcome"]) == ("FINISH", "succeeded")
    assert done.json["amounts"]["released"] == usd("27.07")
    assert done.headers["etag"] == f'"{done.json["version"]}"'

    history = shop.viewer.every(f"/v1/orders/{order_id}/history")
    assert [entry["action"] for entry in history] == [
        "place",
        "pay",
        "pass_risk",
        "ship",
        "ship",
        "confirm_receipt",
        "release_funds",
    ]
    assert [entry["seq"] for entry in history] == list(range(1, 8))
    counters = shop.viewer.get("/v1/orders/counters").json
    assert counters["total"]["count"] == counters["statuses"]["FINISH"]["count"] == 1
    assert [row["order_id"] for row in shop.viewer.every("/v1/orders", status="FINISH")] == [order_id]
    assert [row["order_id"] for row in shop.viewer.every("/v1/orders", tracking_no="LX2")] == [order_id]
    assert [row["tracking_no"] for row in shop.viewer.every("/v1/parcels")] == ["LX2", "LX1"]


def test_what_lapsed_takes_effect_before_a_command(api: Api) -> None:
    shop = api.shop()
    order_id = shop.platform.place(placed_at=ago(days=30))["order_id"]
    refused = shop.platform.act(order_id, "pay")
    assert (refused.status, refused.code, refused.json["order_status"]) == (409, "transition_not_allowed", "FINISH")
    paid = shop.platform.act(order_id, "pay", {"at": ago(days=29)})
    assert (paid.status, paid.json["status"]) == (200, "RISK_CONTROL")
    late = shop.staff.act(order_id, "ship", {"parcels": [parcel()]})
    assert late.status == 409
    assert late.json["order_status"] == "FUND_PROCESSING"
    frozen = shop.platform.act(order_id, "freeze", {"reason": "review"}).json
    assert (frozen["status"], frozen["fund_state"], frozen["end_reason"]) == (
        "FUND_PROCESSING",
        "refunding",
        "seller_send_goods_timeout",
    )
    assert [entry["action"] for entry in shop.viewer.every(f"/v1/orders/{order_id}/history")] == [
        "place",
        "pay",
        "pass_risk",
        "expire_shipment",
        "freeze",
    ]


def test_the_same_placement_again_is_the_same_order(api: Api) -> None:
    shop = api.shop()
    body = new_order()
    first, again = shop.platform.post("/v1/orders", body), shop.platform.post("/v1/orders", body)
    assert (first.status, again.status) == (201, 200)
    other = shop.platform.post("/v1/orders", {**body, "shipping_fee": usd("4.00")})
    assert (other.status, other.code) == (409, "order_exists")
    assert shop.viewer.get("/v1/orders/counters").json["total"]["count"] == 1


def test_an_idempotency_key_answers_as_it_first_did(api: Api) -> None:
    shop = api.shop()
    order_id = shop.platform.place()["order_id"]
    key = {"Idempotency-Key": "pay-1"}
    first = shop.platform.act(order_id, "pay", headers=key)
    shop.platform.act(order_id, "pass_risk")
    again = shop.platform.act(order_id, "pay", headers=key)
    assert (again.status, again.content) == (first.status, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    other = shop.platform.act(order_id, "pay", {"method": "card"}, headers=key)
    assert (other.status, other.code) == (422, "idempotency_key_reused")
