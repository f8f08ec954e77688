"""Message templates: variables that an order fills in, previews, and one text or template for many orders."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shared.domain.messages.templates import MAX_TEMPLATES, VARIABLES
from tests.harness import Answer, Api, Shop, ago, new_order, parcel

PATH = "/v1/message-templates"


def written(shop: Shop, text: str, name: str = "a template") -> str:
    answer = shop.staff.post(PATH, {"name": name, "text": text})
    assert answer.status == 201, answer.content
    return str(answer.json["template_id"])


def filled(shop: Shop, text: str, order_id: str) -> Answer:
    template_id = written(shop, text)
    answer = shop.viewer.post(f"{PATH}/{template_id}/preview", {"order_id": order_id})
    assert shop.staff.request("DELETE", f"{PATH}/{template_id}").status == 200
    return answer


def placed(shop: Shop, name: str | None = "Alex Example", **changes: Any) -> str:
    buyer = {"id": "buyer-1", "country": "US"} | ({"name": name} if name else {})
    return str(shop.platform.place(buyer=buyer, **changes)["order_id"])


def shipped(shop: Shop, *numbers: str) -> str:
    order_id = placed(shop)
    for action in ("pay", "pass_risk"):
        assert shop.platform.act(order_id, action).status == 200
    for place, number in enumerate(numbers, 1):
        box = parcel(number, **{f"line{place}": 1}) | {"tracking_url": f"https://t.test/{number}"}
        assert shop.staff.act(order_id, "ship", {"parcels": [box]}).status == 200
    return order_id


def day_in(zone: str, at: str) -> str:
    return datetime.fromisoformat(at).astimezone(ZoneInfo(zone)).date().isoformat()


def test_a_template_is_written_read_changed_listed_and_deleted(api: Api) -> None:
    shop = api.shop()
    text = "Order {order_id}: {tracking_no}, {tracking_no}."
    made = shop.staff.post(PATH, {"name": "发货通知", "text": text})
    assert (made.status, made.json["name"], made.json["text"]) == (201, "发货通知", text)
    assert made.json["variables"] == ["order_id", "tracking_no"]
    template_id = made.json["template_id"]
    one = f"{PATH}/{template_id}"
    assert template_id.startswith("tpl_") and made.headers["location"] == one
    assert shop.viewer.get(one).json == made.json
    changed = shop.staff.request("PUT", one, {"name": "发货通知", "text": "Sent {carrier}."})
    assert (changed.status, changed.json["text"]) == (200, "Sent {carrier}.")
    assert changed.json == shop.viewer.get(one).json and changed.json["created_at"] == made.json["created_at"]
    others = [written(shop, "Hi.", f"number {number}") for number in range(6)]
    found = shop.viewer.every(PATH, limit=2)
    assert sorted(each["template_id"] for each in found) == sorted([template_id, *others])
    assert found == shop.viewer.every(PATH)
    assert shop.staff.request("DELETE", one).json == changed.json
    assert shop.viewer.get(one).status == 404 and shop.staff.request("DELETE", one).status == 404
    assert len(shop.viewer.every(PATH)) == 6


def test_a_name_is_one_templates_alone(api: Api) -> None:
    shop, other = api.shop(), api.shop()
    first, second = written(shop, "One.", "Left today"), written(shop, "Two.", "Thanks")
    for name in ("Left today", "LEFT  today ", "Ｌeft today"):
        refused = shop.staff.post(PATH, {"name": name, "text": "Three."})
        assert (refused.status, refused.code) == (409, "template_name_taken"), name
        refused = shop.staff.request("PUT", f"{PATH}/{second}", {"name": name, "text": "Two."})
        assert (refused.status, refused.code) == (409, "template_name_taken"), name
    assert written(other, "Theirs.", "Left today")
    assert (
        shop.staff.request("PUT", f"{PATH}/{first}", {"name": "left TODAY", "text": "One."}).json["name"]
        == "left TODAY"
    )
    assert shop.staff.request("PUT", f"{PATH}/{first}", {"name": "Another", "text": "One."}).status == 200
    assert written(shop, "Free again.", "Left today")
    assert shop.staff.request("DELETE", f"{PATH}/{second}").status == 200
    assert written(shop, "Free, too.", "Thanks")
    assert len(shop.viewer.every(PATH)) == 3


def test_a_store_has_at_most_so_many_templates(in_process: Api) -> None:
    shop = in_process.shop()
    ids = [written(shop, "Hi.", f"number {number}") for number in range(MAX_TEMPLATES)]
    refused = shop.staff.post(PATH, {"name": "one more", "text": "Hi."})
    assert (refused.status, refused.code) == (409, "too_many_templates")
    assert shop.staff.request("DELETE", f"{PATH}/{ids[7]}").status == 200
    assert written(shop, "Hi.", "one more")
    assert shop.staff.post(PATH, {"name": "and another", "text": "Hi."}).code == "too_many_templates"
    assert len(shop.viewer.every(PATH)) == MAX_TEMPLATES


def test_a_template_written_twice_with_its_key_is_there_once(api: Api) -> None:
    shop, key = api.shop(), {"Idempotency-Key": "t1"}
    first, again = (shop.staff.post(PATH, {"name": "a", "text": "Hi."}, headers=key) for _ in range(2))
    assert first.json == again.json and again.headers["idempotent-replayed"] == "true"
    assert len(shop.viewer.every(PATH)) == 1


def test_a_template_obeys_both_rules_as_it_is_written(api: Api) -> None:
    shop = api.shop()
    there = written(shop, "Hi.", "there")
    for text, code in (
        ("您好 {order_id}", "message_not_english"),
        ("x" * 1501, "message_too_long"),
        (" \r\n", "message_empty"),
        ("Hi {name}.", "template_variable_unknown"),
        ("Hi {}.", "template_variable_unknown"),
        ("Hi {Order_id}.", "template_variable_unknown"),
        ("Hi { order_id }.", "template_variable_unknown"),
        ("Hi {order_id", "template_variable_unknown"),
        ("Hi order_id}", "template_variable_unknown"),
        ("Hi {{order_id}}", "template_variable_unknown"),
    ):
        for refused in (
            shop.staff.post(PATH, {"name": "a", "text": text}),
            shop.staff.request("PUT", f"{PATH}/{there}", {"name": "there", "text": text}),
        ):
            assert (refused.status, refused.code, refused.fields) == (422, code, ["/text"]), text
    refused = shop.staff.post(PATH, {"name": "a", "text": "Hi {naem}, order {order_id}."})
    assert "{naem} (character 4)" in refused.json["detail"] and "buyer_name" in refused.json["detail"]
    chinese = shop.staff.post(PATH, {"name": "a", "text": "{naem}"}, headers={"Accept-Language": "zh-CN"})
    assert "变量" in chinese.json["detail"] and "{naem}" in chinese.json["errors"][0]["message"]
    assert shop.staff.post(PATH, {"name": " ", "text": "Hi."}).code == "template_name_empty"
    assert [each["text"] for each in shop.viewer.every(PATH)] == ["Hi."]


def test_every_variable_is_what_the_order_has(api: Api) -> None:
    shop = api.shop(name="Blue Shop", time_zone="Pacific/Kiritimati")
    number, at = new_order()["order_id"], ago(hours=1)
    order_id = placed(shop, placed_at=at, order_id=number)
    due = {each["kind"]: each["due_at"] for each in shop.viewer.get(f"/v1/orders/{order_id}").json["deadlines"]}
    wanted = {
        "order_id": number,
        "buyer_name": "Alex Example",
        "store_name": "Blue Shop",
        "status": "Awaiting payment",
        "placed_on": day_in("Pacific/Kiritimati", at),
        "total": "28.50",
        "currency": "USD",
        "pieces": "3",
    }
    for name, value in wanted.items():
        assert filled(shop, f"<{{{name}}}>", order_id).json == {"text": f"<{value}>"}, name
    assert filled(shop, "{pay_by}", order_id).json["text"] == day_in("Pacific/Kiritimati", due["payment"])
    sent = shipped(shop, "LX1", "LX2")
    texts = {name: filled(shop, f"{{{name}}}", sent) for name in ("carrier", "tracking_no", "tracking_url", "ship_by")}
    assert texts["carrier"].json["text"] == "CAINIAO_STANDARD"
    assert texts["tracking_no"].json["text"] == "LX1, LX2"
    assert texts["tracking_url"].json["text"] == "https://t.test/LX1\nhttps://t.test/LX2"
    assert texts["ship_by"].status == 200, "one piece is still to be sent"
    all_sent = shop.staff.act(sent, "ship", {"parcels": [parcel("LX3")]})
    assert all_sent.json["status"] == "WAIT_BUYER_ACCEPT_GOODS"
    due = {each["kind"]: each["due_at"] for each in all_sent.json["deadlines"]}
    assert filled(shop, "{receive_by}", sent).json["text"] == day_in("Pacific/Kiritimati", due["receipt"])
    assert set(VARIABLES) == {*wanted, *texts, "pay_by", "receive_by"}


def test_a_day_is_that_of_the_stores_zone(api: Api) -> None:
    at, days = ago(hours=1), set()
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        shop = api.shop(time_zone=zone)
        text = filled(shop, "{placed_on}", placed(shop, placed_at=at)).json["text"]
        assert text == day_in(zone, at)
        days.add(text)
    assert len(days) == 2, "25 hours lie between them"


def test_a_variable_that_the_order_has_no_value_for_is_named(api: Api) -> None:
    shop = api.shop()
    nameless = placed(shop, None)
    for name in ("buyer_name", "carrier", "tracking_no", "tracking_url", "ship_by", "receive_by"):
        refused = filled(shop, f"Hi. {{order_id}} {{{name}}}", nameless)
        assert (refused.status, refused.code) == (422, "template_variable_empty"), name
        assert f"{{{name}}}" in refused.json["detail"] and refused.fields == ["/template_id"]
    assert filled(shop, "{buyer_name}", placed(shop, " ")).code == "template_variable_empty"
    assert filled(shop, "{order_id}", "9" * 16).status == 404


def test_a_name_that_is_not_english_is_refused_by_its_variable_and_not_repeated(api: Api) -> None:
    shop = api.shop(name="蓝店")
    for name, buyer in (("buyer_name", "Иван Петров"), ("buyer_name", "李 Wei"), ("store_name", "Alex")):
        order_id = placed(shop, buyer)
        template_id = written(shop, f"Dear {{{name}}},", f"{name} {buyer}")
        for refused in (
            shop.viewer.post(f"{PATH}/{template_id}/preview", {"order_id": order_id}),
            shop.staff.post(f"/v1/orders/{order_id}/messages", {"template_id": template_id}),
        ):
            assert (refused.status, refused.code) == (422, "template_variable_not_english")
            assert f"{{{name}}}" in refused.json["detail"]
            assert not set(refused.content.decode()) & set("Иван李蓝店")
        assert shop.viewer.every(f"/v1/orders/{order_id}/messages") == []
    assert filled(shop, "Dear {buyer_name},", placed(shop, "José Łuczak")).json["text"] == "Dear José Łuczak,"


def test_what_grows_too_long_is_refused_and_a_value_is_no_variable(api: Api) -> None:
    shop = api.shop()
    order_id = placed(shop, "{tracking_no} {order_id}")
    assert filled(shop, "Hi {buyer_name}!", order_id).json["text"] == "Hi {tracking_no} {order_id}!"
    room = 1500 - len("{tracking_no} {order_id}")
    assert filled(shop, "{buyer_name}" + "x" * room, order_id).status == 200
    refused = filled(shop, "{buyer_name}" + "x" * (room + 1), order_id)
    assert (refused.status, refused.code, refused.fields) == (422, "message_too_long", ["/template_id"])


def test_a_message_takes_a_text_or_a_template(api: Api) -> None:
    shop = api.shop()
    order_id, template_id = placed(shop), written(shop, "Hi {buyer_name}, about {order_id}.")
    path = f"/v1/orders/{order_id}/messages"
    shop.platform.post(path, {"text": "在哪里？", "from": "buyer"})
    sent = shop.staff.post(path, {"template_id": template_id}, headers={"Idempotency-Key": "k"})
    assert (sent.status, sent.json["text"]) == (201, f"Hi Alex Example, about {order_id}.")
    again = shop.staff.post(path, {"template_id": template_id}, headers={"Idempotency-Key": "k"})
    assert again.json == sent.json and len(shop.viewer.every(path)) == 2
    assert shop.viewer.every("/v1/messages", unanswered_for=0) == [], "a template answers, too"
    assert shop.staff.request("DELETE", f"{PATH}/{template_id}").status == 200
    assert shop.viewer.every(path)[0]["text"] == sent.json["text"], "what was said stays"
    refused = shop.staff.post(path, {"template_id": template_id})
    assert (refused.status, refused.code, refused.fields) == (422, "template_unknown", ["/template_id"])
    for body in ({}, {"text": "Hi.", "template_id": template_id}):
        refused = shop.staff.post(path, body)
        assert (refused.status, refused.fields) == (400, ["/text"])
    refused = shop.platform.post(path, {"template_id": template_id, "from": "buyer"})
    assert (refused.status, refused.code) == (422, "template_not_allowed")


def test_another_stores_template_is_unknown(api: Api) -> None:
    shop, other = api.shop(), api.shop()
    template_id, order_id = written(other, "Hi."), placed(shop)
    for named in (template_id, "tpl_0"):
        assert shop.staff.post(f"/v1/orders/{order_id}/messages", {"template_id": named}).code == "template_unknown"
        results = shop.staff.post("/v1/bulk/message", {"items": [{"order_id": order_id, "template_id": named}]}).json
        assert results["results"][0]["problem"]["code"] == "template_unknown"
    theirs = placed(other)
    mine = written(shop, "Hi.")
    assert shop.staff.post(f"{PATH}/{mine}/preview", {"order_id": theirs}).status == 404


def test_many_orders_are_answered_at_once_each_on_its_own(api: Api) -> None:
    shop = api.shop()
    sent, unsent, frozen = shipped(shop, "LX1"), placed(shop), placed(shop)
    shop.platform.act(frozen, "freeze", {"reason": "review"})
    template_id = written(shop, "Order {order_id} left as {tracking_no}.")
    for order_id in (sent, unsent, frozen):
        shop.platform.post(f"/v1/orders/{order_id}/messages", {"text": "在哪里？", "from": "buyer"})
    items = [
        {"order_id": sent, "template_id": template_id},
        {"order_id": unsent, "template_id": template_id},
        {"order_id": "nothing", "text": "Hello."},
        {"order_id": frozen, "text": "Please wait."},
        {"order_id": "x" * 20, "text": 5},
    ]
    body, key = {"items": items}, {"Idempotency-Key": "b1"}
    dry = shop.staff.post("/v1/bulk/message", {**body, "dry_run": True}, headers={"Idempotency-Key": "dry"})
    wanted = ["succeeded", "failed", "failed", "succeeded", "failed"]
    assert [result["status"] for result in dry.json["results"]] == wanted
    assert "message_id" not in dry.json["results"][0]
    assert all(len(shop.viewer.every(f"/v1/orders/{each}/messages")) == 1 for each in (sent, unsent, frozen))
    done = shop.staff.post("/v1/bulk/message", body, headers=key)
    results = done.json["results"]
    assert [result["status"] for result in results] == wanted
    codes = [result["problem"]["code"] for result in results if "problem" in result]
    assert codes == ["template_variable_empty", "not_found", "not_found"]
    newest = [shop.viewer.every(f"/v1/orders/{each}/messages")[0] for each in (sent, frozen)]
    assert [each["text"] for each in newest] == [f"Order {sent} left as LX1.", "Please wait."]
    assert [each["message_id"] for each in newest] == [results[0]["message_id"], results[3]["message_id"]]
    assert [each["order_id"] for each in shop.viewer.every("/v1/messages", unanswered_for=0)] == [unsent]
    again = shop.staff.post("/v1/bulk/message", body, headers=key)
    assert (again.content, again.headers["idempotent-replayed"]) == (done.content, "true")
    assert len(shop.viewer.every(f"/v1/orders/{sent}/messages")) == 2
    malformed = shop.staff.post("/v1/bulk/message", {"items": [{"order_id": sent}, {"order_id": unsent, "text": 5}]})
    problems = [result["problem"] for result in malformed.json["results"]]
    assert [each["code"] for each in problems] == ["invalid_request"] * 2
    assert [each["errors"][0]["pointer"] for each in problems] == ["/text", "/text"]
    assert (
        shop.viewer.post("/v1/bulk/message", body).status == shop.platform.post("/v1/bulk/message", body).status == 403
    )


def test_what_a_bulk_reply_had_no_time_for_is_written_when_it_is_sent_again(
    on_moto: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functions.orders.routes.orders import bulk
    from shared.store.dynamodb.errors import Busy

    shop = on_moto.shop()
    orders = [placed(shop) for _ in range(3)]
    body, key = {"items": [{"order_id": each, "text": "Hello."} for each in orders]}, {"Idempotency-Key": "b"}
    post = bulk.messages.post_message

    def failing(store: Any, order: Any, *more: Any) -> Any:
        if order.order_id == orders[1]:
            raise Busy("no answer")
        return post(store, order, *more)

    monkeypatch.setattr(bulk.messages, "post_message", failing)
    first = shop.staff.post("/v1/bulk/message", body, headers=key).json["results"]
    assert [result["status"] for result in first] == ["succeeded", "failed", "succeeded"]
    monkeypatch.setattr(bulk.messages, "post_message", post)
    again = shop.staff.post("/v1/bulk/message", body, headers=key).json["results"]
    assert [again[0], again[2]] == [first[0], first[2]] and again[1]["status"] == "succeeded"
    assert [len(shop.viewer.every(f"/v1/orders/{each}/messages")) for each in orders] == [1, 1, 1]
