"""A store's orders are nobody else's: every route answers as if what others have did not exist."""

from __future__ import annotations

from tests import proof
from tests.harness import Api, Client, ahead, parcel, snapshot
from tests.http.isolation.held import Held, ask, hold, unused
from tests.http.isolation.roles import ROLES, WHO


def test_another_stores_ids_are_as_good_as_none(api: Api, held: Held) -> None:
    other, count = api.shop(), 0
    for key in WHO:
        if "{" not in key:
            continue
        for role in ROLES:
            client = getattr(other, role)
            texts = []
            for ids in (held.ids, unused(held.ids)):
                answer = ask(client, key, ids)
                assert (answer.status, answer.code) == (404, "not_found"), (key, role)
                text = answer.content.decode().replace(answer.json["request_id"], "")
                for name in [name for name in ids if name not in ("evidence_id", "delivery_id", "n")]:
                    text = text.replace(ids[name], "ID")
                headers = {
                    name: value for name, value in answer.headers.items() if name not in ("x-request-id", "date")
                }
                texts.append((text, headers))
            assert texts[0] == texts[1], (key, role)
            count += 1
    proof.counted("requests for another store's orders", count, 160)
    assert ask(other.owner, "GET /v1/orders/{order_id}", held.ids).status == 404
    assert held.shop.owner.get(f"/v1/orders/{held.order_id}").json["version"] == 5


def test_a_store_that_the_token_does_not_hold_is_as_good_as_none(api: Api, held: Held) -> None:
    other, count = api.shop(), 0
    strangers = {role: api.client(role, other.name, user=f"{other.name}-{role}") for role in ROLES}
    for turn, key in enumerate(WHO):
        for role, client in strangers.items():
            stores = ["no store", "x" * 65]
            stores += ["no-such-store"] if role in ("staff", "viewer") else []  # others open it
            for store in (held.shop.name, *proof.size(stores[turn % len(stores) :][:1], stores)):
                answer = ask(client, key, held.ids, headers={"X-Store-Id": store})
                assert (answer.status, answer.code) == (404, "not_found"), (key, role, store)
                count += 1
            nobody = Client(api.transport, {}, "nobody")
            assert ask(nobody, key, held.ids).status == 404, key
    assert count >= 350


def test_a_token_of_several_stores_names_one(api: Api, held: Held) -> None:
    second = api.shop()
    both = Client(api.transport, {held.shop.name: "viewer", second.name: "owner"}, f"{second.name}-both")
    for key in WHO:
        answer = ask(both, key, held.ids)
        assert (answer.status, answer.code) == (400, "store_required"), key
    one = f"/v1/orders/{held.order_id}"
    assert both.get(one, headers={"X-Store-Id": held.shop.name}).status == 200
    assert both.get(one, headers={"X-Store-Id": second.name}).status == 404
    refused = both.patch(one, {"note": "x"}, headers={"X-Store-Id": held.shop.name})
    assert (refused.status, refused.json["required_role"]) == (403, ["owner", "staff"])
    shown = [(store["store_id"], store["role"]) for store in both.get("/v1/me").json["stores"]]
    assert shown == sorted([(held.shop.name, "viewer"), (second.name, "owner")])


def test_no_list_shows_another_stores_orders(api: Api, held: Held) -> None:
    other = api.shop()
    for path in (
        "/v1/orders",
        "/v1/deadlines",
        "/v1/parcels",
        "/v1/refunds",
        "/v1/disputes",
        "/v1/funds/entries",
        "/v1/customers",
        "/v1/alerts",
    ):
        assert len(held.shop.owner.every(path)) > 0
        assert other.owner.every(path) == []
    for query in ("buyer=buyer-1", f"tracking_no=LX{held.order_id}", "status=FUND_PROCESSING", "overlay=refund"):
        assert len(held.shop.owner.get(f"/v1/orders?{query}").json["data"]) == 1 + query.startswith("buyer")
        assert other.owner.get(f"/v1/orders?{query}").json["data"] == []
    assert other.owner.get("/v1/orders/counters").json["total"]["count"] == 0


def test_a_cursor_of_one_store_is_refused_by_another(api: Api, held: Held) -> None:
    other = hold(api)
    for steps in (("pay", "reject_risk"), ("pay", "pass_risk")):  # a second entry in each list
        order_id = held.shop.platform.place()["order_id"]
        for step in steps:
            assert held.shop.platform.act(order_id, step).status == 200
    assert held.shop.staff.act(order_id, "ship", {"parcels": [parcel("LX-SECOND")]}).status == 200
    assert held.shop.platform.place()["order_id"]
    for path in ("/v1/orders", "/v1/deadlines", "/v1/parcels", "/v1/refunds", "/v1/orders?status=FUND_PROCESSING"):
        join = "&" if "?" in path else "?"
        cursor = held.shop.owner.get(f"{path}{join}limit=1").json["page"]["next_cursor"]
        assert cursor is not None, path
        refused = other.shop.owner.get(f"{path}{join}limit=1&cursor={cursor}")
        assert (refused.status, refused.code) == (400, "cursor_invalid"), path
        assert held.shop.owner.get(f"{path}{join}limit=1&cursor={cursor}").status == 200


def test_records_of_another_order_are_unknown_to_an_order(api: Api, held: Held) -> None:
    shop, other = held.shop, hold(api)
    second = shop.platform.place()["order_id"]
    shop.platform.act(second, "pay")
    shop.platform.act(second, "reject_risk")
    before = shop.owner.get(f"/v1/orders/{second}").content
    for refund_id in (held.ids["refund_id"], other.ids["refund_id"], "rfd_0"):
        refused = shop.platform.act(second, "complete_refund", {"refund_id": refund_id})
        assert (refused.status, refused.code, refused.fields) == (422, "refund_unknown", ["/refund_id"])
    for action, client in (("edit_shipment", shop.staff), ("report_delivery", shop.platform)):
        refused = client.act(held.order_id, action, {"parcel_id": "p2"})
        assert (refused.status, refused.code, refused.fields) == (422, "parcel_unknown", ["/parcel_id"])
    foreign = other.shop.owner.get(f"/v1/orders/{other.order_id}").json
    copied = {name: foreign[name] for name in ("order_id", "placed_at", "buyer", "currency")}
    lines = [{"line_id": "1", "product_id": "P1", "quantity": 1, "unit_price": foreign["lines"][0]["unit_price"]}]
    body = {**copied, "recipient": {"country": "US"}, "lines": lines, "shipping_fee": foreign["amounts"]["shipping"]}
    refused = shop.platform.act(second, "sync", snapshot(body, "FINISH", changed_at=ahead(minutes=1)))
    assert (refused.status, refused.fields) == (422, ["/order/order_id"])
    assert shop.owner.get(f"/v1/orders/{second}").content == before


def test_a_bulk_request_finds_no_order_of_another_store(api: Api, held: Held) -> None:
    other = api.shop()
    own = other.platform.place()["order_id"]
    for action, extra in (
        ("remind_payment", {}),
        ("ship", {"parcels": [parcel()]}),
        ("extend_receipt", {"days": 1}),
        ("accept_cancellation", {}),
        ("reject_cancellation", {"reason": "packed"}),
        ("message", {"text": "Hello."}),
    ):
        items = [{"order_id": held.order_id, **extra}, {"order_id": "9" * 16, **extra}, {"order_id": own, **extra}]
        answer = other.staff.post(f"/v1/bulk/{action}", {"items": items})
        assert answer.status == 200, answer.content
        first, second, third = answer.json["results"]
        assert first["status"] == second["status"] == "failed"
        assert first["problem"] == second["problem"]
        assert first["problem"]["code"] == "not_found"
        assert third["status"] == ("succeeded" if action in ("remind_payment", "message") else "failed")
    assert held.shop.owner.get(f"/v1/orders/{held.order_id}").json["version"] == 5
