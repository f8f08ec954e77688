"""`remind_payment` writes the order message that reminds the buyer: once an order, and never to an opted-out buyer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness import Api, Client, Shop


def unpaid(shop: Shop, **order: Any) -> str:
    return str(shop.platform.place(**order)["order_id"])


def messages(shop: Shop, order_id: str) -> list[dict[str, Any]]:
    return shop.viewer.every(f"/v1/orders/{order_id}/messages")


def texts(shop: Shop, order_id: str) -> list[str]:
    return [each["text"] for each in messages(shop, order_id)]


def template(shop: Shop, text: str) -> str:
    made = shop.staff.post("/v1/message-templates", {"name": text[:60], "text": text})
    assert made.status == 201, made.content
    return str(made.json["template_id"])


def set_template(shop: Shop, template_id: str | None) -> Any:
    rule = {"remind_payment": {"template_id": template_id}}
    return shop.owner.request("PUT", "/v1/alert-rules", rule)


def test_a_reminder_is_a_message_to_the_buyer_and_an_event(api: Api) -> None:
    shop = api.shop()
    order_id = unpaid(shop)
    order = shop.staff.act(order_id, "remind_payment")
    assert order.status == 200, order.content
    (message,) = messages(shop, order_id)
    assert message["from"] == "seller" and order_id in message["text"] and "USD 28.50" in message["text"]
    due = order.json["deadlines"][0]["due_at"][:7]
    assert due in message["text"], "the day by which it is to be paid"
    (event,) = shop.platform.get("/v1/events").json["data"]
    assert (event["order_id"], event["action"], event["message_id"]) == (
        order_id,
        "remind_payment",
        message["message_id"],
    )
    entry = shop.viewer.get(f"/v1/orders/{order_id}/history").json["data"][-1]
    assert entry == {name: value for name, value in event.items() if name != "order_id"}
    again = shop.staff.act(order_id, "remind_payment", {"text": "Again."})
    assert (again.status, again.code) == (409, "already_reminded")
    assert len(messages(shop, order_id)) == 1


@pytest.mark.parametrize(
    ("text", "code"), [("请付款。", "message_not_english"), ("x" * 1501, "message_too_long"), (" ", "message_empty")]
)
def test_a_text_that_is_no_message_reminds_nobody(api: Api, text: str, code: str) -> None:
    shop = api.shop()
    order_id = unpaid(shop)
    refused = shop.staff.act(order_id, "remind_payment", {"text": text})
    assert (refused.status, refused.code, refused.fields) == (422, code, ["/text"])
    item = {"order_id": order_id, "text": text}
    for dry_run in (True, False):
        body = {"items": [item], "dry_run": dry_run}
        (result,) = shop.staff.post("/v1/bulk/remind_payment", body).json["results"]
        assert (result["status"], result["problem"]["code"]) == ("failed", code)
    assert messages(shop, order_id) == []
    assert shop.staff.act(order_id, "remind_payment", {"text": "Please pay, <b>dear</b>."}).status == 200
    assert texts(shop, order_id) == ["Please pay, <b>dear</b>."]


def test_a_bulk_writes_each_buyer_one_message_and_a_dry_run_none(api: Api) -> None:
    shop = api.shop()
    orders = [unpaid(shop, buyer={"id": f"b{number}", "country": "US"}) for number in range(3)]
    assert shop.staff.patch("/v1/customers/b2", {"reminder_opt_out": True}).status == 200
    items: list[dict[str, Any]] = [{"order_id": order_id} for order_id in orders]
    items[1]["text"] = "Will you pay?"
    for dry_run, written in ((True, 0), (False, 1), (False, 1)):
        answer = shop.staff.post(
            "/v1/bulk/remind_payment", {"items": items, "dry_run": dry_run}, headers={"Idempotency-Key": str(dry_run)}
        )
        assert [each["status"] for each in answer.json["results"]] == ["succeeded", "succeeded", "failed"]
        assert answer.json["results"][2]["problem"]["code"] == "buyer_opted_out"
        assert [len(messages(shop, order_id)) for order_id in orders] == [written, written, 0]
    assert texts(shop, orders[1]) == ["Will you pay?"]
    assert len(shop.owner.get("/v1/events").json["data"]) == 2


def test_the_stores_template_is_used_where_it_can_be_filled(api: Api) -> None:
    shop = api.shop()
    chosen = template(shop, "Dear {buyer_name}, order {order_id} waits for {total} {currency}.")
    assert set_template(shop, chosen).json["remind_payment"]["template_id"] == chosen
    named = unpaid(shop, buyer={"id": "b", "country": "US", "name": "Ann"})
    nameless, foreign = unpaid(shop), unpaid(shop, buyer={"id": "c", "country": "CN", "name": "安"})
    for order_id in (named, nameless, foreign):
        assert shop.staff.act(order_id, "remind_payment").status == 200
    assert texts(shop, named) == [f"Dear Ann, order {named} waits for 28.50 USD."]
    for order_id in (nameless, foreign):
        (text,) = texts(shop, order_id)
        assert order_id in text and "USD 28.50" in text and "Dear {" not in text
    assert shop.staff.request("DELETE", f"/v1/message-templates/{chosen}").status == 200
    order_id = unpaid(shop, buyer={"id": "d", "country": "US", "name": "Dan"})
    assert shop.staff.act(order_id, "remind_payment").status == 200
    assert "USD 28.50" in texts(shop, order_id)[0], "the template is no more"
    refused = set_template(shop, "tpl_of_nobody")
    assert (refused.status, refused.code, refused.fields) == (
        422,
        "template_unknown",
        ["/remind_payment/template_id"],
    )


def test_a_reminder_answers_no_question_of_the_buyer(api: Api) -> None:
    shop = api.shop()
    order_id = unpaid(shop)
    asked = shop.platform.post(f"/v1/orders/{order_id}/messages", {"from": "buyer", "text": "Is it waterproof?"})
    assert shop.staff.act(order_id, "remind_payment").status == 200
    waiting = shop.viewer.get("/v1/messages?unanswered_for=0").json["data"]
    assert [each["message_id"] for each in waiting if each["order_id"] == order_id] == [asked.json["message_id"]]


def test_a_reminder_that_the_platform_reports_was_sent_by_it(api: Api) -> None:
    shop = api.shop()
    plain, worded = unpaid(shop), unpaid(shop)
    assert shop.platform.act(plain, "remind_payment").status == 200
    assert messages(shop, plain) == []
    assert shop.platform.act(worded, "remind_payment", {"text": "Please pay."}).status == 200
    assert [(each["from"], each["text"]) for each in messages(shop, worded)] == [("seller", "Please pay.")]
    assert shop.owner.get("/v1/events").json["data"] == []


def test_the_same_key_reminds_once(api: Api) -> None:
    shop = api.shop()
    order_id = unpaid(shop)
    sent = [reminded(shop.staff, order_id, "k") for _ in range(2)]
    assert sent[0].content == sent[1].content and sent[1].headers["idempotent-replayed"] == "true"
    assert len(messages(shop, order_id)) == 1


def reminded(client: Client, order_id: str, key: str) -> Any:
    answer = client.act(order_id, "remind_payment", headers={"Idempotency-Key": key})
    assert answer.status == 200, answer.content
    return answer
