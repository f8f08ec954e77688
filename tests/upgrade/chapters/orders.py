"""Orders: placed, read, listed, counted, noted, repeated, changed in bulk."""

from __future__ import annotations

from typing import Any

from tests.upgrade.recorder import Recorder, Shop, line, parcel, usd


def placements(shop: Shop) -> list[dict[str, Any]]:
    """Changes of a valid order, most of which are refused."""
    now = shop.recorder.world
    return [
        {"order_id": "has space"},
        {"order_id": "x" * 65},
        {"order_id": 5},
        {"placed_at": "2026-12-01T00:00:00"},
        {"placed_at": "yesterday"},
        {"placed_at": now.ahead(days=1)},
        {"placed_at": now.ago(days=9000)},
        {"buyer": {"id": "b"}},
        {"buyer": {"id": "", "country": "US"}},
        {"buyer": {"id": "b", "country": "XX"}},
        {"buyer": None},
        {"recipient": {"country": "usa"}},
        {"recipient": {"country": "US", "planet": "Mars"}},
        {"currency": "ABC"},
        {"currency": "usd"},
        {"lines": []},
        {"lines": [line("1"), line("1")]},
        {"lines": [line("1", 0)]},
        {"lines": [line("1", 1, "1.001")]},
        {"lines": [line("1", 1, "-1.00")]},
        {"lines": [{**line("1"), "unit_price": {"amount": 5, "currency": "USD"}}]},
        {"lines": [{**line("1"), "unit_price": {"amount": "5.00", "currency": "EUR"}}]},
        {"shipping_fee": {"amount": "3.00", "currency": "EUR"}},
        {"total": usd("1.00")},
        {"discount": usd("99999.00")},
        {"deadlines": [{"kind": "lunch", "due_at": now.ahead(days=1)}]},
        {"deadlines": [{"kind": "payment", "due_at": now.ahead(days=n)} for n in (1, 2)]},
        {"delivery_days": 0},
        {"fee_rates": {"commission": "1.5"}},
        {"colour": "red"},
        {"memo": "x" * 5000},
        {"lines": [line(str(number)) for number in range(1001)]},
        # these are taken
        {"total": usd("28.50"), "memo": "Leave it at the door. 请放门口", "delivery_days": 30},
        {"lines": [line("1", 3, "0.00", sku="SKU-1", title="A cable", attributes={"Color": "Red"}, handling_days=2)]},
        {"currency": "JPY", "lines": [_in("JPY", "1200")], "shipping_fee": {"amount": "100", "currency": "JPY"}},
        {"currency": "KWD", "lines": [_in("KWD", "1.250")], "shipping_fee": {"amount": "0.000", "currency": "KWD"}},
        {"buyer": {"id": "买家 7/é", "country": "UK", "name": "Zoë Example", "email": "zoe@shop.example"}},
        {"deadlines": [{"kind": "payment", "due_at": now.ahead(days=2)}], "chosen_service": "EMS"},
        {"discount": usd("1.50"), "tax": usd("2.00"), "fee_rates": {"commission": "0.08", "affiliate": "0.01"}},
    ]


def _in(currency: str, price: str) -> dict[str, Any]:
    return {**line("1", 1), "unit_price": {"amount": price, "currency": currency}}


def record(recorder: Recorder) -> None:
    shop = recorder.shop("orders")
    for changes in placements(shop):
        shop.platform.post("/v1/orders", shop.new_order(**changes))
    body = shop.new_order()
    for caller in (shop.platform, shop.platform, shop.staff, shop.viewer):
        caller.post("/v1/orders", body)
    shop.platform.post("/v1/orders", {**body, "memo": "Another"})
    malformed(shop, body["order_id"])
    notes(shop, body["order_id"])
    keys_and_versions(shop)
    for number in range(7):
        shop.place(placed_at=recorder.world.ago(days=number, hours=1), buyer={"id": f"b{number % 3}", "country": "DE"})
    first, second = shop.paid(), shop.sent()
    bulk(shop, [first, second, shop.place(), body["order_id"]])
    lists(shop)


def malformed(shop: Shop, order_id: str) -> None:
    for raw in (b"", b"{", b"[]", b"null", b'{"a":1,"a":2}', b'{"a":NaN}', b"\xff\xfe", b'{"note":"\\u0000"}'):
        shop.staff.patch(f"/v1/orders/{order_id}", raw=raw)
        shop.platform.post("/v1/orders", raw=raw)
    shop.staff.patch(f"/v1/orders/{order_id}", raw=b"[" * 5000)
    shop.staff.patch(f"/v1/orders/{order_id}", raw=b'{"note":"' + b"x" * 1_000_000 + b'"}')
    for media_type in ("text/plain", "application/xml", "application/json; charset=latin1", "APPLICATION/JSON"):
        shop.staff.patch(f"/v1/orders/{order_id}", {"note": "x"}, headers={"content-type": media_type})


def notes(shop: Shop, order_id: str) -> None:
    path = f"/v1/orders/{order_id}"
    for body in (
        {"note": "gift", "tags": ["a", "b", "a"], "assignee": "alex"},
        {"note": "gift"},
        {},
        {"note": None},
        {"tags": None, "assignee": None},
        {"note": "礼物 🎁\nline"},
        {"status": "FINISH"},
        {"note": "x" * 1001},
        {"tags": [""]},
        {"tags": [f"t{n}" for n in range(21)]},
    ):
        shop.staff.patch(path, body)
    for caller in shop.callers.values():
        caller.patch(path, {"note": "mine"})
        caller.get(path)
        caller.get(path, query={"reveal": "recipient"})
        caller.get(f"{path}/access")
        caller.pages(f"{path}/history")
    shop.owner.pages(f"{path}/access", 1)
    shop.owner.get(path, query={"reveal": "everything"})
    for bad in ("0", "x", 'W/"1"', '"x"', '""', '"1", 2'):
        shop.staff.patch(path, {"note": "late"}, headers={"If-Match": bad})


def keys_and_versions(shop: Shop) -> None:
    """The same request again, with its key, its version, or another body."""
    body = shop.new_order()
    order_id = body["order_id"]
    act = f"/v1/orders/{order_id}/actions"
    for path, content, caller in (
        ("/v1/orders", body, shop.platform),
        (f"{act}/adjust_price", {"total": usd("20.00")}, shop.staff),
        (f"{act}/adjust_price", {"total": {"amount": "1.00", "currency": "EUR"}}, shop.staff),
        (f"{act}/pass_risk", {}, shop.platform),
        (f"{act}/pay", {"at": shop.recorder.world.ahead(minutes=10)}, shop.platform),
        ("/v1/bulk/remind_payment", {"items": [{"order_id": order_id}, {"order_id": "1"}]}, shop.staff),
        ("/v1/orders/none/actions/pay", {}, shop.platform),
        (f"{act}/pay", {"colour": 1}, shop.platform),
    ):
        key = {"Idempotency-Key": f"key {path}".replace(" ", "-")}
        for again in (content, content, {**content, "reason": "another"}):
            caller.post(path, again, headers=key)
    for key in ("", " ", "é", "x" * 256):
        shop.platform.post(f"{act}/pay", {}, headers={"Idempotency-Key": key})
    for tags in ('"9"', '"1", "2", "3"', "*", 'W/"2"', '"1"'):
        shop.staff.act(order_id, "adjust_price", {"total": usd("19.00")}, headers={"If-Match": tags})
    held = {"Idempotency-Key": "held"}
    shop.platform.act(order_id, "start_payment", headers=held)
    shop.recorder.world.tick(hours=23, minutes=59)
    shop.platform.act(order_id, "start_payment", headers=held)
    shop.recorder.world.tick(minutes=2)
    shop.platform.act(order_id, "start_payment", headers=held)


def bulk(shop: Shop, orders: list[str]) -> None:
    items = [{"order_id": order_id} for order_id in (*orders, "nothing")]
    shipped = [{**item, "parcels": [parcel(f"LX{number}")]} for number, item in enumerate(items)]
    key = {"Idempotency-Key": "bulk"}
    bodies: dict[str, dict[str, Any]] = {
        "extend_receipt": {"days": 5},
        "reject_cancellation": {"reason": "Packed."},
        "message": {"text": "Thank you for your order."},
    }
    for caller in (shop.staff, shop.viewer, shop.platform):
        for dry_run in (True, False):
            caller.post("/v1/bulk/ship", {"items": shipped, "dry_run": dry_run})
    for action in ("remind_payment", "accept_cancellation", "extend_receipt", "reject_cancellation", "message"):
        body = bodies.get(action, {})
        for _ in range(2):
            shop.owner.post(f"/v1/bulk/{action}", {"items": [{**item, **body} for item in items]}, headers=key)
    for bad in (
        {"items": []},
        {"items": [{}]},
        {"items": [items[0], items[0]]},
        {"items": [{"order_id": f"n{number}"} for number in range(501)]},
        {"items": items, "dry_run": "yes"},
        {"items": [{**items[0], "parcels": "two"}]},
        {},
    ):
        shop.staff.post("/v1/bulk/ship", bad)


def lists(shop: Shop) -> None:
    world = shop.recorder.world
    viewer = shop.viewer
    for query in (
        {},
        {"status": "PLACE_ORDER_SUCCESS"},
        {"status": "PLACE_ORDER_SUCCESS,FINISH,WAIT_SELLER_SEND_GOODS"},
        {"sort": "placed_at"},
        {"sort": "deadline_at"},
        {"sort": "deadline_at", "status": "PLACE_ORDER_SUCCESS"},
        {"sort": "deadline_at", "due_from": world.now.isoformat(), "due_to": world.ahead(days=9)},
        {"placed_from": world.ago(days=3), "placed_to": world.ago(days=1)},
        {"buyer": "b1"},
        {"buyer": "买家 7/é"},
        {"overlay": "frozen"},
        {"fund_state": "none", "sort": "placed_at"},
        {"tracking_no": "LX0"},
    ):
        viewer.pages("/v1/orders", **query)
    for query in (
        {"status": "SLEEPING"},
        {"status": ""},
        {"overlay": "rain"},
        {"overlay": "frozen", "fund_state": "none"},
        {"tracking_no": "LX0", "sort": "placed_at"},
        {"sort": "colour"},
        {"due_from": world.ago(days=1)},
        {"placed_from": "yesterday"},
        {"placed_from": "2026-12-01T00:00:00"},
        {"limit": 0},
        {"limit": 201},
        {"limit": "many"},
        {"colour": "red"},
        {"cursor": "x"},
        {"cursor": ""},
    ):
        viewer.get("/v1/orders", query=query)
    cursor = viewer.get("/v1/orders", query={"limit": 2}).json["page"]["next_cursor"]
    viewer.get("/v1/orders", query={"limit": 2, "sort": "placed_at", "cursor": cursor})
    viewer.get("/v1/parcels", query={"cursor": cursor})
    world.tick(hours=25)
    viewer.get("/v1/orders", query={"limit": 2, "cursor": cursor})
    viewer.get("/v1/orders/counters")
    for path in ("/v1/deadlines", "/v1/parcels", "/v1/refunds", "/v1/disputes", "/v1/customers"):
        viewer.pages(path)
    for query in (
        {"state": "delivered"},
        {"state": "under_way", "sort": "shipped_at"},
        {"state": "lost"},
        {"sort": "x"},
        {"shipped_from": world.ago(days=9), "shipped_to": world.ahead(days=1)},
    ):
        viewer.get("/v1/parcels", query=query)
    for query in ({"status": "PLACE_ORDER_SUCCESS"}, {"status": "X"}, {"due_to": world.ahead(days=30)}, {"sort": "x"}):
        viewer.get("/v1/deadlines", query=query)
