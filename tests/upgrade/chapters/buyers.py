"""Messages, templates, customers, and the erasure of what is known of a buyer."""

from __future__ import annotations

from typing import Any

from tests.upgrade.recorder import Recorder, Shop

TEXTS: tuple[dict[str, Any], ...] = (
    {"text": "Thank you! It leaves tomorrow. €5 off 🎁"},
    {"text": "您好"},
    {"text": "Hello，there"},
    {"text": "x" * 1500},
    {"text": "x" * 1501},
    {"text": "line\r\n" * 200},
    {"text": ""},
    {"text": " "},
    {"text": None},
    {},
    {"text": "a", "template_id": "tpl_1"},
    {"template_id": "tpl_1"},
    {"text": "a", "from": "buyer"},
    {"text": "a", "at": "2026-12-01T00:00:00Z"},
)


def record(recorder: Recorder) -> None:
    shop = recorder.shop("buyers", name="Springfield Goods")
    messages(shop)
    templates(shop)
    customers(shop)
    erasures(shop)


def messages(shop: Shop) -> None:
    world = shop.recorder.world
    orders = [shop.place(buyer={"id": f"writer-{number}", "country": "FR"}) for number in range(3)]
    path = f"/v1/orders/{orders[0]}/messages"
    for body in TEXTS:
        shop.staff.post(path, body)
    shop.viewer.post(path, {"text": "Hello"})
    for order_id in orders:
        for text in ("Where is it?", "Où est-il ? 在哪里？"):
            shop.platform.post(
                f"/v1/orders/{order_id}/messages", {"text": text, "from": "buyer", "at": world.ago(hours=3)}
            )
    shop.platform.post(path, {"text": "A note of the platform."})
    shop.platform.post(path, {"text": "From tomorrow.", "from": "buyer", "at": world.ahead(days=1)})
    shop.platform.post(path, {"text": "x", "from": "seller"})
    key = {"Idempotency-Key": "m1"}
    for _ in range(2):
        shop.owner.post(path, {"text": "On its way."}, headers=key)
    shop.owner.post(path, {"text": "Another."}, headers={"If-Match": '"7"'})
    for query in ({}, {"unread": "true"}, {"unanswered_for": 1}, {"unanswered_for": 0}, {"unread": "no"}):
        shop.viewer.pages("/v1/messages", 4, **query)
    shop.viewer.get("/v1/messages", query={"unread": "true", "unanswered_for": 1})
    shop.viewer.get("/v1/orders", query={"overlay": "unread"})
    for caller in (shop.viewer, shop.staff, shop.staff, shop.platform):
        caller.post(f"{path}/read")
    shop.viewer.pages(path, 2)
    shop.recorder.minutes(1, hours=13)  # the other two buyers wait for an answer
    shop.viewer.get("/v1/alerts")
    shop.staff.post(f"/v1/orders/{orders[1]}/messages", {"text": "Sorry, it took us long."})
    shop.viewer.get("/v1/messages/figures")
    shop.viewer.get("/v1/orders/counters")


def templates(shop: Shop) -> None:
    texts = ("Dear {buyer_name}, order {order_id} is on its way.", "Thank you.", "{unknown}", "{", "您好", "")
    path, made = "/v1/message-templates", []
    for number, text in enumerate(texts):
        answer = shop.staff.post(path, {"name": f"Template {number}", "text": text})
        made += [answer.json["template_id"]] if answer.status == 201 else []
    for number, body in enumerate(
        (
            {"name": "Template 0", "text": "Again."},
            {"name": "", "text": "x"},
            {"name": "x"},
            {"name": "TEMPLATE 1", "text": "x"},
        )
    ):
        shop.owner.post(path, body, headers={"Idempotency-Key": f"template-{number}"})
    for caller in (shop.viewer, shop.platform):
        caller.post(path, {"name": "Mine", "text": "x"})
    shop.viewer.pages(path, 1)
    order_id = shop.sent()
    for template_id in (*made, "tpl_none"):
        shop.viewer.get(f"{path}/{template_id}")
        shop.viewer.post(f"{path}/{template_id}/preview", {"order_id": order_id})
        shop.viewer.post(f"{path}/{template_id}/preview", {"order_id": "none"})
        shop.staff.post(f"/v1/orders/{order_id}/messages", {"template_id": template_id})
        items = [{"order_id": order_id, "template_id": template_id}, {"order_id": "none", "template_id": template_id}]
        shop.staff.post("/v1/bulk/message", {"items": items})
    for name in ("Template 1", "Template 9"):
        shop.staff.put(f"{path}/{made[0]}", {"name": name, "text": "Dear {buyer_name}, thank you."})
    shop.staff.put(f"{path}/{made[0]}", {"name": "x"})
    shop.viewer.delete(f"{path}/{made[1]}")
    for _ in range(2):
        shop.owner.delete(f"{path}/{made[1]}")


def customers(shop: Shop) -> None:
    world = shop.recorder.world
    for number in range(8):
        buyer = {"id": f"b{number % 4}", "name": f"Alex Example {number % 4}", "country": "ES"}
        order_id = shop.paid(buyer=buyer, placed_at=world.ago(days=6 * (number % 3), hours=1))
        if number % 2:
            shop.platform.act(order_id, "sync", {"changed_at": world.now.isoformat(), "order": "nothing"})
    for query in (
        {},
        {"sort": "last_order_at"},
        {"frequency": "once"},
        {"frequency": "repeat", "amount": "small"},
        {"amount": "large"},
        {"blocked": "true"},
        {"opted_out": "true"},
        {"blocked": "false"},
        {"blocked": "true", "amount": "small"},
        {"frequency": "often"},
        {"last_order_from": world.ago(days=30), "last_order_to": world.ahead(days=1)},
    ):
        shop.viewer.pages("/v1/customers", 3, **query)
    version = shop.viewer.get("/v1/customers/b0").json["version"]
    for body, tag in (
        ({"tags": ["vip", "vip", "a"], "note": "kind"}, f'"{version}"'),
        ({"note": "late"}, f'"{version}"'),
        ({"note": None}, "*"),
        ({"blocked": True}, "*"),
        ({"reminder_opt_out": True}, "*"),
        ({"blocked": None}, "*"),
        ({"blocked": "yes"}, "*"),
        ({"tags": [""]}, "*"),
        ({"name": "x"}, "*"),
        ({}, "*"),
    ):
        shop.staff.patch("/v1/customers/b0", body, headers={"If-Match": tag})
    for caller in (shop.viewer, shop.platform):
        caller.patch("/v1/customers/b0", {"note": "mine"})
    order_id = shop.place(buyer={"id": "b0", "country": "ES"})
    shop.staff.get(f"/v1/orders/{order_id}")
    shop.staff.act(order_id, "remind_payment")
    shop.staff.post("/v1/bulk/remind_payment", {"items": [{"order_id": order_id}]})
    for blocked in ({"blocked": "true"}, {"opted_out": "true"}):
        shop.viewer.get("/v1/customers", query=blocked)
    shop.viewer.pages("/v1/customers/b0/orders", 1)
    for buyer in ("nobody", "%2F", "b0%20"):
        shop.viewer.get(f"/v1/customers/{buyer}")
        shop.viewer.get(f"/v1/customers/{buyer}/orders")


def erasures(shop: Shop) -> None:
    for buyer, body in (("b1", {}), ("b2", {"include_open": True}), ("b3", {"include_open": "yes"}), ("nobody", {})):
        for caller in (shop.staff, shop.viewer, shop.platform):
            caller.post(f"/v1/customers/{buyer}/erase", body)
        key = {"Idempotency-Key": f"erase-{buyer}"}
        for _ in range(2):
            shop.owner.post(f"/v1/customers/{buyer}/erase", body, headers=key)
        shop.owner.post(f"/v1/customers/{buyer}/erase", body, headers={"If-Match": '"1"'})
        shop.viewer.get(f"/v1/customers/{buyer}")
    shop.recorder.minutes(3)
    for buyer in ("b1", "b2"):
        shop.viewer.get(f"/v1/customers/{buyer}")
        for order in shop.viewer.pages(f"/v1/customers/{buyer}/orders", 5):
            shop.owner.get(f"/v1/orders/{order['order_id']}", query={"reveal": "recipient"})
            shop.owner.get(f"/v1/orders/{order['order_id']}/history")
            shop.staff.act(order["order_id"], "ship", {"parcels": [{"carrier": "EMS", "tracking_no": "E1"}]})
    shop.place(buyer={"id": "b2", "name": "Alex Example", "country": "ES"})
    shop.viewer.get("/v1/customers/b2")
    shop.recorder.minutes(1, days=30)
    shop.viewer.get("/v1/customers/b1")
