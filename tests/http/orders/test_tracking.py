"""Tracking numbers as people write them: found however they are spelled, one parcel each, with a link and a warning."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness import Api, Client, Shop, ahead, new_order, snapshot

NUMBER = "LX000000005CN"
SPELLINGS = (NUMBER, "lx000000005cn", " LX 0000 0000 5 CN ", "Lx000000005\u00a0cN")


@pytest.fixture
def shop(api: Api) -> Shop:
    return api.shop()


def shippable(shop: Shop, **changes: Any) -> dict[str, Any]:
    """The body of an order that awaits shipment."""
    body = new_order(**changes)
    shop.platform.place(**body)
    for step in ("pay", "pass_risk"):
        assert shop.platform.act(body["order_id"], step).status == 200
    return body


def parcel_body(number: str, carrier: str = "CPAM", **more: Any) -> dict[str, Any]:
    return {"carrier": carrier, "tracking_no": number, **more}


def ship(client: Client, order_id: str, *parcels: dict[str, Any]) -> dict[str, Any]:
    answer = client.act(order_id, "ship", {"parcels": list(parcels)})
    assert answer.status == 200, answer.content
    return answer.json


def test_a_number_is_found_however_it_is_written(shop: Shop) -> None:
    for written in SPELLINGS:
        order_id = shippable(shop)["order_id"]
        (parcel,) = ship(shop.staff, order_id, parcel_body(written))["parcels"]
        assert parcel["tracking_no"].upper() == NUMBER
    for asked in SPELLINGS:
        found = shop.viewer.get("/v1/orders", query={"tracking_no": asked}).json["data"]
        assert len(found) == len(SPELLINGS), asked
    assert shop.viewer.get("/v1/orders", query={"tracking_no": NUMBER[:-1]}).json["data"] == []


def test_a_number_in_another_case_is_the_same_parcel(shop: Shop) -> None:
    body = shippable(shop)
    order_id, some = body["order_id"], [{"line_id": "1", "quantity": 1}]
    ship(shop.staff, order_id, parcel_body(NUMBER, lines=some))
    for again in (parcel_body(NUMBER.lower(), "cpam", lines=some), parcel_body("LX0000 00005CN", lines=some)):
        refused = shop.staff.act(order_id, "ship", {"parcels": [again]})
        assert (refused.status, refused.code, refused.fields) == (422, "parcel_exists", ["/parcels/0/tracking_no"])
    twice = [parcel_body("RB123456785GB", lines=some), parcel_body("rb123456785gb", lines=some)]
    assert shop.staff.act(order_id, "ship", {"parcels": twice}).code == "parcel_exists"
    ship(shop.staff, order_id, parcel_body("RB123456785GB"))
    taken = shop.staff.act(order_id, "edit_shipment", {"parcel_id": "p2", "tracking_no": NUMBER.lower()})
    assert taken.code == "parcel_exists"
    version = shop.viewer.get(f"/v1/orders/{order_id}").json["version"]
    same = shop.staff.act(
        order_id, "edit_shipment", {"parcel_id": "p1", "carrier": "cpam", "tracking_no": "lx 000000005cn"}
    )
    assert (same.status, same.json["version"]) == (200, version)


def test_a_snapshot_in_another_case_tells_no_other_parcel(shop: Shop) -> None:
    body = shippable(shop)
    ship(shop.staff, body["order_id"], parcel_body(NUMBER))
    seen = [{**parcel_body(NUMBER.lower(), "cpam"), "shipped_at": ahead(seconds=1)}]
    shown = snapshot(body, "WAIT_BUYER_ACCEPT_GOODS", parcels=seen, changed_at=ahead(seconds=2))
    answer = shop.platform.act(body["order_id"], "sync", shown)
    assert [parcel["parcel_id"] for parcel in answer.json["parcels"]] == ["p1"]
    twice = snapshot(body, "WAIT_BUYER_ACCEPT_GOODS", parcels=[*seen, {**seen[0], "tracking_no": NUMBER}])
    assert shop.platform.act(body["order_id"], "sync", twice | {"changed_at": ahead(seconds=3)}).code == "parcel_exists"


def test_every_parcel_has_a_link(shop: Shop) -> None:
    links = {
        parcel_body("9400 1112 0255 5842 3326 69", "USPS")[
            "tracking_no"
        ]: "https://tools.usps.com/go/TrackConfirmAction?tLabels=9400111202555842332669",
        NUMBER: f"https://t.17track.net/en#nums={NUMBER}",
        "OWN-1": "https://seller.example/own",
    }
    order_id = shippable(shop)["order_id"]
    some = [{"line_id": "1", "quantity": 1}]
    ship(
        shop.staff,
        order_id,
        parcel_body("9400 1112 0255 5842 3326 69", "USPS", lines=some),
        parcel_body(NUMBER, lines=some),
    )
    ship(shop.staff, order_id, parcel_body("OWN-1", tracking_url="https://seller.example/own"))
    for parcels in (shop.viewer.get(f"/v1/orders/{order_id}").json["parcels"], shop.viewer.every("/v1/parcels")):
        assert sorted(parcel["tracking_url"] for parcel in parcels) == sorted(links.values())


def test_a_parcel_names_its_carrier(shop: Shop) -> None:
    order_id = shippable(shop)["order_id"]
    some = [{"line_id": "1", "quantity": 1}]
    ship(shop.staff, order_id, parcel_body(NUMBER, lines=some), parcel_body("X1", "my cousin", lines=some))
    for language, name in (("en", "China Post Registered Air Mail"), ("zh-CN", "中国邮政挂号小包")):
        order = shop.viewer.get(f"/v1/orders/{order_id}", headers={"Accept-Language": language}).json
        assert [parcel["carrier_name"] for parcel in order["parcels"]] == [name, "my cousin"]


def test_a_wrong_check_digit_is_taken_with_a_warning(shop: Shop) -> None:
    order_id = shippable(shop)["order_id"]
    some = [{"line_id": "1", "quantity": 1}]
    answer = ship(shop.staff, order_id, parcel_body(NUMBER, lines=some), parcel_body("LX000000001CN", lines=some))
    (warned,) = answer["warnings"]
    assert (warned["code"], warned["pointer"]) == ("tracking_checksum", "/parcels/1/tracking_no")
    read = shop.viewer.get(f"/v1/orders/{order_id}", headers={"Accept-Language": "zh-CN"}).json
    assert "warnings" not in read
    shown = [parcel.get("warnings") for parcel in read["parcels"]]
    assert shown[0] is None and "校验位" in shown[1][0]["message"]
    edited = shop.staff.act(order_id, "edit_shipment", {"parcel_id": "p2", "tracking_no": "RB123456786GB"}).json
    assert [(each["code"], each["pointer"]) for each in edited["warnings"]] == [("tracking_checksum", "/tracking_no")]
    mended = shop.staff.act(order_id, "edit_shipment", {"parcel_id": "p2", "tracking_no": "RB123456785GB"}).json
    assert "warnings" not in mended and "warnings" not in mended["parcels"][1]


def test_a_number_of_another_open_order_is_taken_with_a_warning(shop: Shop) -> None:
    first, second, third = (shippable(shop) for _ in range(3))
    assert "warnings" not in ship(shop.staff, first["order_id"], parcel_body(NUMBER))
    (warned,) = ship(shop.staff, second["order_id"], parcel_body(NUMBER.lower()))["warnings"]
    assert (warned["code"], warned["order_ids"]) == ("tracking_duplicate", [first["order_id"]])
    for body in (first, second):
        ended = snapshot(body, "FINISH", end_reason="buyer_accept_goods", changed_at=ahead(seconds=2))
        parcels = [{**parcel_body(NUMBER), "shipped_at": ahead(seconds=1)}]
        assert shop.platform.act(body["order_id"], "sync", ended | {"parcels": parcels}).status == 200
    assert "warnings" not in ship(shop.staff, third["order_id"], parcel_body(NUMBER)), (
        "an order that has ended is not open"
    )


def test_any_number_of_ended_orders_hides_no_open_one(shop: Shop) -> None:
    open_one = shippable(shop)["order_id"]
    ship(shop.staff, open_one, parcel_body(NUMBER))
    for _ in range(11):
        body = shippable(shop)
        ended = snapshot(body, "FINISH", end_reason="buyer_accept_goods", changed_at=ahead(seconds=2))
        parcels = [{**parcel_body(NUMBER), "shipped_at": ahead(seconds=1)}]
        assert shop.platform.act(body["order_id"], "sync", ended | {"parcels": parcels}).status == 200
    (warned,) = ship(shop.staff, shippable(shop)["order_id"], parcel_body(NUMBER))["warnings"]
    assert (warned["code"], warned["order_ids"]) == ("tracking_duplicate", [open_one])


def test_bulk_warns_item_by_item_and_a_replay_says_the_same(shop: Shop) -> None:
    orders = [shippable(shop)["order_id"] for _ in range(3)]
    numbers = (NUMBER, "LX000000001CN", NUMBER)
    items = [{"order_id": each, "parcels": [parcel_body(number)]} for each, number in zip(orders, numbers, strict=True)]
    for headers in ({"Idempotency-Key": "b"}, {"Idempotency-Key": "b"}):
        results = shop.staff.post("/v1/bulk/ship", {"items": items}, headers=headers).json["results"]
        codes = [[each["code"] for each in result.get("warnings", [])] for result in results]
        assert codes == [[], ["tracking_checksum"], ["tracking_duplicate"]]
    body = {"parcels": [parcel_body("RB123456786GB")]}
    order_id, key = shippable(shop)["order_id"], {"Idempotency-Key": "s"}
    first, again = (shop.staff.act(order_id, "ship", body, headers=key) for _ in range(2))
    assert first.content == again.content and first.json["warnings"]


def test_a_parcel_stored_under_its_number_as_written_is_found_by_it(in_process: Api) -> None:
    """As tables from before hold it; the next change of the parcel mends its key."""
    import boto3

    from shared.settings import settings

    shop = in_process.shop()
    order_id = shippable(shop)["order_id"]
    ship(shop.staff, order_id, parcel_body("lx000000005cn"))
    boto3.client("dynamodb").update_item(
        TableName=settings().table_name,
        Key={"pk": {"S": f"{shop.name}#{order_id}"}, "sk": {"S": "ORDER#PARCEL#p1"}},
        UpdateExpression="SET reference_key = :key",
        ExpressionAttributeValues={":key": {"S": f"{shop.name}#tracking#lx000000005cn"}},
    )
    assert len(shop.viewer.get("/v1/orders", query={"tracking_no": "lx000000005cn"}).json["data"]) == 1
    assert shop.viewer.get("/v1/orders", query={"tracking_no": NUMBER}).json["data"] == []
    assert shop.platform.act(order_id, "report_delivery", {"parcel_id": "p1"}).status == 200
    assert len(shop.viewer.get("/v1/orders", query={"tracking_no": NUMBER}).json["data"]) == 1
