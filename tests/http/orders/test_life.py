"""An order's life over HTTP, from placing to its end."""

from __future__ import annotations

from functions.orders.route_table import ROUTES
from shared.domain.order.placement import RESERVED
from tests.harness import Api, ago, ahead, line, new_order, parcel, usd


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


def test_the_same_placement_with_its_parts_in_another_order_is_the_same_order(api: Api) -> None:
    shop = api.shop()
    lines = [line(str(number), number, "3.00", attributes={"a": "1", "b": "2"}) for number in range(1, 5)]
    due = [{"kind": "payment", "due_at": ahead(days=3)}, {"kind": "risk", "due_at": ahead(days=4)}]
    body = new_order(lines=lines, deadlines=due)
    assert shop.platform.post("/v1/orders", body).status == 201
    turned = [dict(reversed(each.items())) | {"attributes": {"b": "2", "a": "1"}} for each in reversed(lines)]
    again = dict(reversed({**body, "lines": turned, "deadlines": due[::-1]}.items()))
    assert shop.platform.post("/v1/orders", again).status == 200
    assert shop.platform.post("/v1/orders", body).status == 200
    lines[0], lines[1] = {**lines[0], "quantity": 2}, {**lines[1], "quantity": 1}
    assert shop.platform.post("/v1/orders", {**body, "lines": lines}).code == "order_exists"


def test_a_number_that_is_a_word_of_the_api_is_refused(api: Api) -> None:
    """Every word that a path has where others have the order's number; the answer names the field."""
    shop, words = api.shop(), set()
    paths = [key.split()[1].split("/") for keys in ROUTES.values() for key in keys.strip().splitlines()]
    for path in paths:
        if path[:3] == ["", "v1", "orders"] and len(path) > 3 and not path[3].startswith("{"):
            words.add(path[3])
    assert words == RESERVED and "counters" in words
    for word in words:
        refused = shop.platform.post("/v1/orders", new_order(order_id=word))
        assert (refused.status, refused.code, refused.fields) == (422, "order_id_reserved", ["/order_id"])
    assert shop.viewer.get("/v1/orders/counters").json["total"]["count"] == 0
    assert shop.platform.post("/v1/orders", new_order(order_id="Counters")).status == 201
    assert shop.viewer.get("/v1/orders/Counters").json["order_id"] == "Counters"


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
