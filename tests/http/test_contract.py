"""Idempotency keys, versions, notes, masking, histories, bulk requests, settings and languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.harness import Api, Client, InProcess, Shop, ago, ahead, new_order, parcel, snapshot, usd


def key(name: str) -> dict[str, str]:
    return {"Idempotency-Key": name}


def tag(*versions: Any) -> dict[str, str]:
    return {"If-Match": ", ".join(f'"{version}"' for version in versions)}


def history(shop: Shop, order_id: str) -> list[dict[str, Any]]:
    return shop.viewer.every(f"/v1/orders/{order_id}/history")


def test_a_repeated_request_is_answered_as_the_first_was(api: Api) -> None:
    shop = api.shop()
    body = new_order()
    order_id = body["order_id"]
    requests = (
        ("/v1/orders", body, shop.platform, 201),
        (f"/v1/orders/{order_id}/actions/adjust_price", {"total": usd("20.00")}, shop.staff, 200),
        (
            f"/v1/orders/{order_id}/actions/adjust_price",
            {"total": {"amount": "1.00", "currency": "EUR"}},
            shop.owner,
            422,
        ),
        ("/v1/bulk/remind_payment", {"items": [{"order_id": order_id}, {"order_id": "1"}]}, shop.staff, 200),
    )
    for place, (path, content, client, status) in enumerate(requests):
        first = client.post(path, content, headers=key(f"k{place}"))
        assert (first.status, "idempotent-replayed" in first.headers) == (status, False), first.content
        version = shop.viewer.get(f"/v1/orders/{order_id}").json["version"]
        again = client.post(path, content, headers=key(f"k{place}"))
        assert (again.status, again.content) == (first.status, first.content), path
        assert again.headers["idempotent-replayed"] == "true"
        for name in ("etag", "location", "content-type"):
            assert again.headers.get(name) == first.headers.get(name)
        assert shop.viewer.get(f"/v1/orders/{order_id}").json["version"] == version
        other = client.post(path, {**content, "reason": "another"}, headers=key(f"k{place}"))
        if path.endswith("adjust_price"):
            assert (other.status, other.code) == (422, "idempotency_key_reused")
    assert [entry["action"] for entry in history(shop, order_id)] == ["place", "adjust_price", "remind_payment"]


def test_a_key_means_something_to_its_caller_path_and_store_alone(api: Api) -> None:
    shop, second = api.shop(), api.shop()
    one, two = (shop.platform.place()["order_id"] for _ in range(2))
    three = second.platform.place(**new_order(order_id=one))["order_id"]
    other = api.client("platform", shop.name, user="another")
    for client, order_id, action in (
        (shop.platform, one, "start_payment"),
        (shop.platform, two, "start_payment"),
        (other, one, "fail_payment"),
        (second.platform, three, "start_payment"),
        (other, two, "fail_payment"),
        (other, one, "start_payment"),
    ):
        answer = client.act(order_id, action, headers=key("same"))
        assert (answer.status, "idempotent-replayed" in answer.headers) == (200, False), (order_id, action)


def test_refusals_for_good_are_kept_and_others_are_not(api: Api) -> None:
    shop = api.shop()
    order_id = shop.platform.place()["order_id"]

    def act(action: str, name: str, body: Any = None, client: Client | None = None, **more: str) -> tuple[int, bool]:
        answer = (client or shop.platform).act(order_id, action, body, headers={**key(name), **more})
        return answer.status, "idempotent-replayed" in answer.headers

    assert act("pay", "412", **tag(9)) == (412, False)
    assert act("pay", "412", **tag(9)) == (412, True)
    assert act("pay", "412", **tag(1)) == (412, True)
    ahead_of_us = {"at": ahead(minutes=10)}
    assert act("pay", "422", ahead_of_us) == (422, False)
    assert act("pay", "422", ahead_of_us) == (422, True)
    assert act("pass_risk", "409") == (409, False)
    assert act("pass_risk", "409") == (409, False)
    assert act("pay", "400", {"colour": 1}) == (400, False)
    for role, status in (("viewer", 403), ("staff", 201)):
        promoted = api.client(role, shop.name, user="promoted")
        sent = promoted.post(f"/v1/orders/{order_id}/messages", {"text": "Hello."}, headers=key("403"))
        assert (sent.status, "idempotent-replayed" in sent.headers) == (status, False)
    assert act("pay", "200") == (200, False)
    assert act("pass_risk", "409") == (200, False)
    assert act("pass_risk", "409") == (200, True)
    later = new_order()
    path = f"/v1/orders/{later['order_id']}/actions/start_payment"
    assert shop.platform.post(path, {}, headers=key("404")).status == 404
    shop.platform.place(**later)
    assert shop.platform.post(path, {}, headers=key("404")).status == 200


def test_a_key_is_good_for_24_hours(in_process: Api) -> None:
    shop, transport = in_process.shop(), in_process.transport
    assert isinstance(transport, InProcess)
    began = datetime.now(UTC)
    order_id = shop.platform.place()["order_id"]
    path = f"/v1/orders/{order_id}/actions/adjust_price"
    transport.now = began
    assert shop.staff.post(path, {"total": usd("20.00")}, headers=key("k")).status == 200
    transport.now = began + timedelta(hours=24, seconds=-1)
    assert shop.staff.post(path, {"total": usd("20.00")}, headers=key("k")).headers["idempotent-replayed"] == "true"
    assert shop.staff.post(path, {"total": usd("19.00")}, headers=key("k")).code == "idempotency_key_reused"
    transport.now = began + timedelta(hours=24)
    again = shop.staff.post(path, {"total": usd("19.00")}, headers=key("k"))
    assert (again.status, again.json["amounts"]["total"]) == (200, usd("19.00"))
    assert "idempotent-replayed" not in again.headers


def test_if_match_admits_the_current_version_alone(api: Api) -> None:
    shop = api.shop()
    order_id = shop.platform.place()["order_id"]
    one = f"/v1/orders/{order_id}"
    for stale in (tag(2), tag(9, 8), {"If-Match": 'W/"1"'}, {"If-Match": '"x"'}, {"If-Match": '""'}, tag("01x")):
        for answer in (
            shop.platform.act(order_id, "start_payment", headers=stale),
            shop.staff.patch(one, {"note": "x"}, headers=stale),
            shop.platform.act(order_id, "pass_risk", headers=stale),  # 412 comes before 409
        ):
            assert (answer.status, answer.code) == (412, "version_mismatch"), stale
            assert answer.json["current_version"] == 1
    assert shop.viewer.get(one).headers["etag"] == '"1"'
    version = 1
    for fresh in (tag(1), tag(9, 2, 7), {"If-Match": "*"}, {"If-Match": 'W/"4", "4"'}, {"If-Match": '"5" , "6"'}, {}):
        answer = shop.staff.patch(one, {"note": f"note {version}"}, headers=fresh)
        version += 1
        assert (answer.status, answer.json["version"]) == (200, version), fresh
        assert answer.headers["etag"] == f'"{version}"' == shop.viewer.get(one).headers["etag"]
    answer = shop.platform.act(order_id, "start_payment", headers=tag(version))
    assert (answer.status, answer.headers["etag"]) == (200, f'"{version + 1}"')


def test_notes_tags_and_assignee_are_set_cleared_and_left(api: Api) -> None:
    shop = api.shop()
    order_id = shop.platform.place()["order_id"]
    one = f"/v1/orders/{order_id}"

    def patch(version: int, **fields: Any) -> tuple[Any, Any, Any]:
        patched = shop.staff.patch(one, fields).json
        assert patched["version"] == version, (fields, patched)
        return patched["note"], patched["tags"], patched.get("assignee")

    assert patch(2, note="gift", tags=["a", "b", "a"], assignee="alex") == ("gift", ["a", "b"], "alex")
    assert patch(2, note="gift", tags=["a", "b"], assignee="alex") == ("gift", ["a", "b"], "alex")
    assert patch(2) == ("gift", ["a", "b"], "alex")
    assert patch(3, note=None) == (None, ["a", "b"], "alex")
    assert patch(4, tags=None, assignee=None) == (None, [], None)
    assert patch(5, note="礼物 🎁\nline") == ("礼物 🎁\nline", [], None)
    for bad in ({"status": "FINISH"}, {"recipient": {}}, {"note": "x" * 1001}, {"tags": [""]}, {"tags": ["x"] * 21}):
        assert shop.staff.patch(one, bad).status == 400, bad
    assert shop.platform.act(order_id, "freeze", {"reason": "review"}).status == 200
    assert patch(7, note="frozen") == ("frozen", [], None)
    entries = history(shop, order_id)
    assert [entry["action"] for entry in entries] == ["place", *["patch"] * 4, "freeze", "patch"]
    assert "gift" not in str(entries)
    assert shop.viewer.get("/v1/orders").json["data"][0]["note"] == "frozen"


def test_a_recipient_is_masked_until_it_is_revealed_and_that_is_written_down(api: Api) -> None:
    shop = api.shop()
    body = new_order()
    body["recipient"] |= {"zip": "QX-99-ZIP", "phone": "+1-555-010-0199"}
    shown = shop.platform.place(**body)["recipient"]
    order_id, real = body["order_id"], body["recipient"]
    one = f"/v1/orders/{order_id}"
    assert (shown["country"], shown["city"]) == (real["country"], real["city"])
    for name in ("name", "street", "zip", "phone"):
        for client in (shop.owner, shop.staff, shop.viewer, shop.platform):
            assert real[name] not in client.get(one).content.decode()
    assert shop.owner.get(f"{one}/access").json["data"] == []
    for client in (shop.staff, shop.owner):
        assert client.get(f"{one}?reveal=recipient").json["recipient"] == real
    log = shop.owner.every(f"{one}/access", limit=1)
    assert [entry["actor"] for entry in log] == [{"role": role, "id": role} for role in ("staff", "owner")]
    assert [entry["what"] for entry in log] == ["recipient"] * 2
    assert all(datetime.fromisoformat(entry["at"]).tzinfo for entry in log)
    assert shop.owner.get(one).json["version"] == len(history(shop, order_id)) == 1
    assert real["street"] not in shop.staff.patch(one, {"note": "x"}).content.decode()


def test_a_history_has_an_entry_for_each_version_and_pages_through(api: Api) -> None:
    shop = api.shop()
    order_id = shop.platform.place(placed_at=ago(hours=1))["order_id"]
    at = ago(minutes=30)
    shop.platform.act(order_id, "start_payment", {"at": at, "reason": "card"})
    for number in range(9):
        shop.staff.patch(f"/v1/orders/{order_id}", {"note": str(number)})
    path = f"/v1/orders/{order_id}/history"
    whole = shop.viewer.get(path).json["data"]
    assert [entry["seq"] for entry in whole] == list(range(1, 12))
    for limit in (1, 3, 11, 200):
        assert shop.viewer.every(path, limit=limit) == whole
    first, second = whole[:2]
    assert (first["from"], first["to"], first["action"]) == (None, "PLACE_ORDER_SUCCESS", "place")
    assert second["actor"] == {"role": "platform", "id": "platform"}
    assert (second["at"], second["reason"]) == (at, "card")
    assert (second["from"], second["to"]) == ("PLACE_ORDER_SUCCESS", "PAYMENT_PROCESSING")
    assert second["recorded_at"] > at


def test_one_bulk_item_that_fails_stops_no_other(api: Api) -> None:
    shop = api.shop()
    ready, unpaid = [shop.platform.place()["order_id"] for _ in range(2)], shop.platform.place()["order_id"]
    for order_id in ready:
        shop.platform.act(order_id, "sync", snapshot_of(shop, order_id, "WAIT_SELLER_SEND_GOODS"))
    items = [
        {"order_id": ready[0], "parcels": [parcel("LX1")]},
        {"order_id": unpaid, "parcels": [parcel("LX2")]},
        {"order_id": "nothing", "parcels": [parcel("LX3")]},
        {"order_id": ready[1], "parcels": "two"},
        {"order_id": ready[1] + "x", "parcels": []},
    ]
    body = {"items": items}
    dry = shop.staff.post("/v1/bulk/ship", {**body, "dry_run": True}, headers=key("dry"))
    assert [result["status"] for result in dry.json["results"]] == ["succeeded", *["failed"] * 4]
    assert shop.viewer.get(f"/v1/orders/{ready[0]}").json["version"] == 2
    done = shop.staff.post("/v1/bulk/ship", body, headers=key("bulk"))
    results = done.json["results"]
    assert [result["order_id"] for result in results] == [item["order_id"] for item in items]
    assert results[0] == {"order_id": ready[0], "status": "succeeded", "version": 3}
    codes = [result["problem"]["code"] for result in results[1:]]
    assert codes == ["transition_not_allowed", "not_found", "invalid_request", "not_found"]
    assert results[3]["problem"]["errors"][0]["pointer"].endswith("/parcels")
    again = shop.staff.post("/v1/bulk/ship", body, headers=key("bulk"))
    assert (again.content, again.headers["idempotent-replayed"]) == (done.content, "true")
    assert shop.viewer.get(f"/v1/orders/{ready[0]}").json["version"] == 3
    twice = shop.staff.post("/v1/bulk/ship", {"items": [items[0], items[0]]})
    assert (twice.status, twice.fields) == (400, ["/items/1/order_id"])
    for count in (0, 501):
        many = shop.staff.post("/v1/bulk/remind_payment", {"items": [{"order_id": f"n{n}"} for n in range(count)]})
        assert (many.status, many.fields) == (400, ["/items"]), count
    assert shop.staff.post("/v1/bulk/pay", body).status == 404


def snapshot_of(shop: Shop, order_id: str, status: str, **changes: Any) -> dict[str, Any]:
    """The order as it was placed by `Client.place()`, in another status."""
    shown = shop.staff.get(f"/v1/orders/{order_id}?reveal=recipient").json
    lines = [
        {name: line[name] for name in ("line_id", "product_id", "quantity", "unit_price")} for line in shown["lines"]
    ]
    order = {name: shown[name] for name in ("order_id", "placed_at", "buyer", "recipient", "currency")}
    order |= {"lines": lines, "shipping_fee": shown["amounts"]["shipping"]}
    return snapshot(order, status, **{"changed_at": ahead(seconds=1), **changes})


def test_a_stores_settings_are_what_its_owner_says(api: Api) -> None:
    shop = api.shop()
    before = shop.viewer.get("/v1/store").json
    assert (before["store_id"], before["deadline_policy"]["mode"]) == (shop.name, "enforce")
    policy = {"mode": "watch", "payment": "P2D", "cancellation": "PT36H"}
    changed = {
        "name": "店铺",
        "time_zone": "UTC",
        "currency": "EUR",
        "business_days": [7, 1],
        "holidays": ["2027-02-06"],
    }
    after = shop.owner.patch("/v1/store", {**changed, "deadline_policy": policy}).json
    expected = {
        **before,
        **changed,
        "business_days": [1, 7],
        "deadline_policy": {**before["deadline_policy"], **policy},
    }
    assert after == expected == shop.viewer.get("/v1/store").json
    placed = ago(days=1)
    due = shop.platform.place(placed_at=placed)["deadlines"][0]["due_at"]
    assert datetime.fromisoformat(due) - datetime.fromisoformat(placed) == timedelta(days=2)
    for bad in (
        {"name": None},
        {"time_zone": "Mars/Base"},
        {"business_days": [8]},
        {"business_days": []},
        {"holidays": ["2027-02-30"]},
        {"deadline_policy": {"mode": "off"}},
        {"deadline_policy": {"payment": "20 days"}},
        {"deadline_policy": {"payment": "P1M"}},
        {"deadline_policy": {"shipment": "P1Y"}},
        {"deadline_policy": {"return": "P1Y2D"}},
        {"deadline_policy": {"payment": "-P1D"}},
        {"deadline_policy": {"payment": "P9999D"}},
        {"deadline_policy": {"shipment": "PT36H"}},
        {"store_id": "other"},
    ):
        assert shop.owner.patch("/v1/store", bad).status == 400, bad
    assert shop.viewer.get("/v1/store").json == expected


def test_ship_by_counts_business_days_in_the_stores_calendar(in_process: Api) -> None:
    shop, transport = in_process.shop(time_zone="Asia/Shanghai", holidays=["2027-02-08"]), in_process.transport
    assert isinstance(transport, InProcess)
    transport.now = datetime(2027, 2, 5, 2, tzinfo=UTC)  # a Friday
    body = new_order(placed_at="2027-02-05T01:00:00Z")
    for line in body["lines"]:
        line["handling_days"] = 2
    order_id = shop.platform.place(**body)["order_id"]
    shop.platform.act(order_id, "pay")
    timers = shop.platform.act(order_id, "pass_risk").json["deadlines"]
    (timer,) = timers
    assert (timer["kind"], timer["due_at"], timer["on_lapse"]) == (
        "shipment",
        "2027-02-10T15:59:59Z",
        "expire_shipment",
    )


def test_labels_and_titles_speak_the_callers_language(api: Api) -> None:
    shop = api.shop()
    order_id = shop.platform.place()["order_id"]
    for asked, label, title in (
        ("zh-CN", "等待买家付款", "未找到"),
        ("en;q=0.5, zh-CN;q=0.9", "等待买家付款", "未找到"),
        ("en", "Awaiting payment", "Not Found"),
        ("fr", "Awaiting payment", "Not Found"),
    ):
        headers = {"Accept-Language": asked}
        assert shop.viewer.get(f"/v1/orders/{order_id}", headers=headers).json["status_label"] == label
        assert shop.viewer.get("/v1/orders", headers=headers).json["data"][0]["status_label"] == label
        missing = shop.viewer.get("/v1/orders/nothing", headers=headers).json
        assert (missing["title"], missing["code"]) == (title, "not_found")


@pytest.mark.parametrize("path", ["/v1/health", "/v1/openapi.json"])
def test_anyone_may_ask_whether_it_is_up_and_what_it_does(api: Api, path: str) -> None:
    answer = Client(api.transport, {}, "nobody").get(path)
    assert answer.status == 200
    assert "x-request-id" in answer.headers


def test_who_am_i(api: Api) -> None:
    shop = api.shop()
    held = {"store_id": shop.name, "role": "staff", "name": shop.name, "time_zone": "Asia/Shanghai"}
    user = f"{shop.name}-zoe"
    assert api.client("staff", shop.name, user=user).get("/v1/me").json == {"user_id": user, "stores": [held]}
    assert shop.owner.patch("/v1/store", {"name": "My shop", "time_zone": "Europe/Berlin"}).status == 200
    both = Client(api.transport, {shop.name: "viewer", f"{shop.name}x": "owner"}, f"{shop.name}-someone")
    assert both.get("/v1/me").json["stores"] == [
        {"store_id": shop.name, "role": "viewer", "name": "My shop", "time_zone": "Europe/Berlin"},
        {"store_id": f"{shop.name}x", "role": "owner", "name": f"{shop.name}x", "time_zone": "Asia/Shanghai"},
    ]
    assert Client(api.transport, {}, "nobody").get("/v1/me").json["stores"] == []
