"""If-Match: a change that was meant for another version is refused; where no version is checked, the header is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness import Api, Shop, parcel

STALE = {"If-Match": '"1"'}


@pytest.fixture
def shop(api: Api) -> Shop:
    return api.shop()


def changed(shop: Shop) -> str:
    """An order that has version 2."""
    order_id = str(shop.platform.place()["order_id"])
    assert shop.staff.patch(f"/v1/orders/{order_id}", {"note": "seen"}).json["version"] == 2
    return order_id


@pytest.mark.parametrize("by", ["staff", "platform"])
def test_a_message_that_was_meant_for_another_version_is_not_sent(shop: Shop, by: str) -> None:
    path, client = f"/v1/orders/{changed(shop)}/messages", getattr(shop, by)
    bodies: list[dict[str, Any]] = [{"text": "Hi."}, *([{"text": "?", "from": "buyer"}] if by == "platform" else [])]
    for body in bodies:
        refused = client.post(path, body, headers=STALE)
        assert (refused.status, refused.code, refused.json["current_version"]) == (412, "version_mismatch", 2)
        assert shop.viewer.get(path).json["data"] == []
    for body in bodies:
        assert client.post(path, body, headers={"If-Match": '"2"'}).status == 201
    assert client.post(f"{path}/read", {}, headers=STALE).status == 412
    assert client.post(f"{path}/read", {}, headers={"If-Match": '"1", "2"'}).status == 200


def test_a_message_that_is_sent_again_answers_as_before_whatever_the_version_is_now(shop: Shop) -> None:
    order_id = changed(shop)
    headers = {"If-Match": '"2"', "Idempotency-Key": "once"}
    first = shop.staff.post(f"/v1/orders/{order_id}/messages", {"text": "Hi."}, headers=headers)
    shop.staff.patch(f"/v1/orders/{order_id}", {"note": "seen again"})
    again = shop.staff.post(f"/v1/orders/{order_id}/messages", {"text": "Hi."}, headers=headers)
    assert (first.status, again.status, again.json) == (201, 201, first.json)


def test_each_item_of_a_bulk_names_its_own_version(shop: Shop) -> None:
    ready = [str(shop.platform.place()["order_id"]) for _ in range(5)]
    for order_id in ready:
        for action in ("pay", "pass_risk"):
            shop.platform.act(order_id, action)
    items = [
        {"order_id": order_id, "parcels": [parcel(f"LX{place}")], "if_match": expected}
        for place, (order_id, expected) in enumerate(zip(ready, (3, '"3"', 2, '"2", "4"', "three"), strict=True))
    ]
    for dry_run in (True, False):
        results = shop.staff.post("/v1/bulk/ship", {"items": items, "dry_run": dry_run}).json["results"]
        assert [result["status"] for result in results] == ["succeeded", "succeeded", "failed", "failed", "failed"]
        codes = [result["problem"]["code"] for result in results[2:]]
        assert codes == ["version_mismatch", "version_mismatch", "invalid_request"]
        assert results[4]["problem"]["errors"][0]["pointer"] == "/if_match"
    assert [shop.viewer.get(f"/v1/orders/{order_id}").json["version"] for order_id in ready] == [4, 4, 3, 3, 3]
    messages = [{"order_id": ready[0], "text": "Hi.", "if_match": version} for version in (3, 4)]
    sent = [shop.staff.post("/v1/bulk/message", {"items": [each]}).json["results"][0]["status"] for each in messages]
    assert sent == ["failed", "succeeded"]


def test_where_no_version_is_checked_the_header_is_refused(shop: Shop) -> None:
    order_id = changed(shop)
    count = 0
    for method, path, body in (
        ("POST", "/v1/bulk/ship", {"items": [{"order_id": order_id, "parcels": [parcel()]}]}),
        ("POST", "/v1/bulk/message", {"items": [{"order_id": order_id, "text": "Hi."}]}),
        ("POST", "/v1/message-templates", {"name": "n", "text": "t"}),
        ("PATCH", "/v1/store", {"name": "n"}),
        ("PUT", "/v1/export-schedule", {"enabled": True}),
        ("PUT", "/v1/alert-rules", {}),
        ("POST", "/v1/exports", {}),
    ):
        refused = shop.owner.request(method, path, body, headers=STALE)
        assert (refused.status, refused.fields) == (400, ["/header/if-match"]), path
        count += 1
    assert count == 7
    assert shop.owner.patch("/v1/store", {"name": "n"}, headers={"If-Match": "*"}).status == 200
    assert shop.owner.get("/v1/orders", headers=STALE).status == 200, "a read changes nothing"


def test_an_answer_says_whether_it_is_of_a_dry_run(shop: Shop) -> None:
    order_id = changed(shop)
    body = {"items": [{"order_id": order_id}]}
    dry = shop.staff.post("/v1/bulk/remind_payment", {**body, "dry_run": True}).json
    assert dry == {"dry_run": True, "results": [{"order_id": order_id, "status": "succeeded"}]}
    done = shop.staff.post("/v1/bulk/remind_payment", body).json
    assert done == {"dry_run": False, "results": [{"order_id": order_id, "status": "succeeded", "version": 3}]}
    message = {"items": [{"order_id": order_id, "text": "Hi."}], "dry_run": True}
    assert shop.staff.post("/v1/bulk/message", message).json["dry_run"] is True
