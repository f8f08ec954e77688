"""`GET /v1/events`: what the seller and the clock did, across orders."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.harness import Api, InProcess, Shop, ago, parcel


def follow(shop: Shop, after: str | None = None, limit: int = 200) -> tuple[list[dict[str, Any]], str]:
    """The events after a cursor, page by page, and the cursor after them."""
    found: list[dict[str, Any]] = []
    while True:
        query: dict[str, Any] = {"limit": limit} | ({"after": after} if after else {})
        answer = shop.platform.get("/v1/events", query=query)
        assert answer.status == 200, answer.content
        found += answer.json["data"]
        page = answer.json["page"]
        assert len(answer.json["data"]) <= page["limit"] == limit
        assert page["next_cursor"] in (None, page["after"])
        after = str(page["after"])
        if page["next_cursor"] is None:
            return found, after


def paid(shop: Shop, **order: Any) -> str:
    order_id = str(shop.platform.place(**order)["order_id"])
    for action in ("pay", "pass_risk"):
        assert shop.platform.act(order_id, action).status == 200
    return order_id


def test_it_has_what_the_seller_and_the_clock_did_and_nothing_that_the_platform_reported(api: Api) -> None:
    shop = api.shop()
    first, second = paid(shop), paid(shop)
    started, cursor = follow(shop)
    assert started == []
    assert shop.staff.act(second, "ship", {"parcels": [parcel()]}).status == 200
    assert shop.owner.patch(f"/v1/orders/{first}", {"tags": ["gift"]}).status == 200
    assert shop.platform.act(second, "report_delivery", {"parcel_id": "p1"}).status == 200
    assert shop.staff.act(first, "ship", {"parcels": [parcel("LX2")]}, headers={"Idempotency-Key": "k"}).status == 200
    assert shop.staff.act(first, "ship", {"parcels": [parcel("LX2")]}, headers={"Idempotency-Key": "k"}).status == 200
    assert shop.staff.act(first, "ship", {"parcels": [parcel("LX3")]}).status == 409
    found, end = follow(shop, cursor)
    assert [(each["order_id"], each["seq"], each["action"], each["actor"]["role"]) for each in found] == [
        (second, 4, "ship", "staff"),
        (first, 4, "patch", "owner"),
        (first, 5, "ship", "staff"),
    ]
    for each in found:
        history = shop.viewer.get(f"/v1/orders/{each['order_id']}/history").json["data"]
        assert {name: value for name, value in each.items() if name != "order_id"} == history[each["seq"] - 1]
    assert follow(shop, end) == ([], end)
    assert shop.owner.get("/v1/events").json["data"] == found


def test_a_lapse_and_the_step_that_found_it_are_two_events_in_their_order(api: Api) -> None:
    shop = api.shop()
    order_id = str(shop.platform.place(placed_at=ago(days=3))["order_id"])
    assert shop.platform.act(order_id, "pay", {"at": ago(days=2)}).status == 200
    assert follow(shop)[0] == []
    assert shop.staff.act(order_id, "ship", {"parcels": [parcel()]}).status == 200
    found, _ = follow(shop)
    assert [(each["seq"], each["action"], each["actor"]["role"]) for each in found] == [
        (3, "pass_risk", "clock"),
        (4, "ship", "staff"),
    ]
    assert found[0]["at"] < found[0]["recorded_at"] == found[1]["recorded_at"]


def test_pages_of_every_size_hold_the_same_events(api: Api) -> None:
    shop = api.shop()
    orders = [paid(shop) for _ in range(5)]
    for number in range(3):
        for order_id in orders:
            assert shop.staff.patch(f"/v1/orders/{order_id}", {"note": str(number)}).status == 200
    whole, end = follow(shop)
    assert len(whole) == 15
    for limit in (1, 4, 5, 15):
        assert follow(shop, limit=limit) == (whole, end)
    for order_id in orders:
        assert [each["seq"] for each in whole if each["order_id"] == order_id] == [4, 5, 6]


def test_its_cursor_never_expires_and_is_of_its_store_alone(on_moto: Api) -> None:
    shop, other = on_moto.shop(), on_moto.shop()
    order_id = paid(shop)
    _, cursor = follow(shop)
    assert shop.staff.patch(f"/v1/orders/{order_id}", {"note": "n"}).status == 200
    in_ten_years = Api(InProcess(datetime.now(UTC) + timedelta(days=3653)), "moto")
    late = in_ten_years.client("owner", shop.name).get("/v1/events", query={"after": cursor})
    assert [each["action"] for each in late.json["data"]] == ["patch"]
    expiring = shop.viewer.get("/v1/orders?limit=1").json["page"]["next_cursor"]
    for role, after in ((other.owner, cursor), (shop.owner, cursor[:-3]), (shop.owner, expiring or "x")):
        refused = role.get("/v1/events", query={"after": after})
        assert (refused.status, refused.code, refused.fields) == (400, "cursor_invalid", ["/query/after"])
    assert shop.owner.get("/v1/events", query={"cursor": cursor}).code == "unknown_parameter"
    assert shop.owner.get("/v1/events?limit=201").status == 400


def test_only_the_owner_and_the_platform_read_it(api: Api) -> None:
    shop = api.shop()
    assert [getattr(shop, role).get("/v1/events").status for role in ("owner", "platform")] == [200, 200]
    for client in (shop.staff, shop.viewer):
        refused = client.get("/v1/events")
        assert (refused.status, refused.json["required_role"]) == (403, ["owner", "platform"])
