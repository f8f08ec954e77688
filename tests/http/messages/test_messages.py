"""Order messages: the two rules, who may say what, what is unread, and what waits for an answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness import Api, Client, Shop, ago


def write(client: Client, order_id: str, text: str = "Hello.", **more: Any) -> Any:
    return client.post(f"/v1/orders/{order_id}/messages", {"text": text, **more})


def ask(shop: Shop, order_id: str, text: str = "在哪里？", **more: Any) -> dict[str, Any]:
    """The platform reports what the buyer wrote."""
    answer = write(shop.platform, order_id, text, **{"from": "buyer"}, **more)
    assert answer.status == 201, answer.content
    message: dict[str, Any] = answer.json
    return message


def placed(shop: Shop) -> str:
    return str(shop.platform.place()["order_id"])


ENGLISH = [
    "Your parcel left today.",
    "Café, naïve, Straße, Łódź: letters are Latin.",
    "Tracking LX123456789CN — 2–3 weeks… €5 off! ½ price ±1 ° × ÷",
    "Thank you 😀👍🏽❤️ ☺ ✔",
    "Line one\r\nline two\ttabbed",
    "e\u0301 with a combining accent",
    "٣ is a digit, not a letter",
    "→ 你".replace("你", "you"),
]
NOT_ENGLISH = [
    ("你好", 1, "你"),
    ("Hello，", 6, "，"),
    ("Hi　there", 3, "　"),
    ("Ｈello", 1, "Ｈ"),
    ("Привет", 1, "П"),
    ("Sent to αβγ", 9, "α"),
    ("「quoted」", 1, "「"),
    ("100％ sure", 4, "％"),
    ("\r\nこ", 3, "こ"),
    ("مرحبا", 1, "م"),
    ("𝐁old", 1, "𝐁"),
    ("no 〇", 4, "〇"),
]


@pytest.mark.parametrize("text", ENGLISH)
def test_what_is_english_passes(api: Api, text: str) -> None:
    shop = api.shop()
    assert write(shop.staff, placed(shop), text).json["text"] == text


def test_what_is_not_is_refused_by_its_first_character_and_place(api: Api) -> None:
    shop = api.shop()
    order_id = placed(shop)
    for text, place, char in NOT_ENGLISH:
        for client in (shop.staff, shop.platform):
            refused = write(client, order_id, text)
            assert (refused.status, refused.code, refused.fields) == (422, "message_not_english", ["/text"]), text
            assert f"character {place} is {char!r}" in refused.json["detail"], refused.json["detail"]
        assert ask(shop, order_id, text)["text"] == text, "a buyer's text is kept as it came"
    assert len(NOT_ENGLISH) >= 12
    assert all(each["from"] == "buyer" for each in shop.viewer.every(f"/v1/orders/{order_id}/messages"))


def test_a_message_has_at_most_1500_characters_and_says_something(api: Api) -> None:
    shop = api.shop()
    order_id = placed(shop)
    assert write(shop.staff, order_id, "x" * 1500).status == 201
    assert write(shop.staff, order_id, "\r\n" * 750 + "x" * 750).status == 201, "CR LF counts as one"
    assert write(shop.staff, order_id, "😀" * 1500).status == 201, "code points, not bytes"
    refused = write(shop.staff, order_id, "x" * 1501)
    assert (refused.status, refused.code) == (422, "message_too_long")
    assert write(shop.staff, order_id, " \r\n\t").code == "message_empty"
    assert write(shop.staff, order_id, "y" * 20_001).status == 400
    assert write(shop.platform, order_id, "你" * 10_001, **{"from": "buyer"}).code == "message_too_long"


def test_only_the_platform_says_who_wrote_and_when(api: Api) -> None:
    shop = api.shop()
    order_id = placed(shop)
    for more, field in (({"from": "buyer"}, "/from"), ({"at": ago(hours=1)}, "/at")):
        refused = write(shop.staff, order_id, "Hi.", **more)
        assert (refused.status, refused.fields) == (422, [field])
    assert write(shop.platform, order_id, "Hi.", at=ago(days=-1)).code == "in_the_future"
    assert [write(client, order_id).json["from"] for client in (shop.owner, shop.platform)] == ["seller", "platform"]
    assert write(shop.viewer, order_id).status == 403


def test_unread_messages_lie_on_the_order_without_changing_its_version(api: Api) -> None:
    shop = api.shop()
    order_id, other = placed(shop), placed(shop)
    first, second = ask(shop, order_id, "one"), ask(shop, order_id, "two")
    order = shop.viewer.get(f"/v1/orders/{order_id}").json
    assert (order["unread_messages"], order["overlays"], order["version"]) == (2, ["unread"], 1)
    assert [row["order_id"] for row in shop.viewer.every("/v1/orders", overlay="unread")] == [order_id]
    assert shop.viewer.get("/v1/orders/counters").json["overlays"]["unread"]["count"] == 1
    ids = [each["message_id"] for each in shop.viewer.every("/v1/messages", unread="true")]
    assert ids == [second["message_id"], first["message_id"]]
    assert shop.platform.act(order_id, "pay").json["unread_messages"] == 2, "a step leaves them"

    assert shop.staff.post(f"/v1/orders/{order_id}/messages/read", {}).json == {"unread": 0}
    order = shop.viewer.get(f"/v1/orders/{order_id}").json
    assert (order["unread_messages"], order["overlays"], order["version"]) == (0, [], 2)
    assert shop.viewer.get("/v1/orders/counters").json["overlays"]["unread"]["count"] == 0
    assert shop.viewer.every("/v1/messages", unread="true") == []
    assert all("read_at" in each for each in shop.viewer.every(f"/v1/orders/{order_id}/messages"))
    assert len(shop.viewer.every("/v1/messages")) == 2 and shop.viewer.every(f"/v1/orders/{other}/messages") == []
    ask(shop, order_id, "three")
    assert shop.viewer.get(f"/v1/orders/{order_id}").json["unread_messages"] == 1


def test_a_history_does_not_say_whether_anything_is_unread(api: Api) -> None:
    """Or a lapse would tell of a message that came between it and the sweep that wrote it."""
    shop = api.shop()
    order_id = placed(shop)
    ask(shop, order_id)
    assert shop.platform.act(order_id, "freeze", {"reason": "review"}).status == 200
    entries = shop.viewer.every(f"/v1/orders/{order_id}/history")
    changed = [each["changes"]["overlays"] for each in entries if "overlays" in each.get("changes", {})]
    assert changed == [{"from": [], "to": ["frozen"]}]


def test_the_platform_reports_what_the_buyer_has_read(api: Api) -> None:
    shop = api.shop()
    order_id = placed(shop)
    write(shop.staff, order_id, "Sent today.")
    ask(shop, order_id, "thanks")
    shop.platform.post(f"/v1/orders/{order_id}/messages/read", {})
    asked, sent = shop.viewer.every(f"/v1/orders/{order_id}/messages")
    assert "read_at" in sent and "read_at" not in asked
    assert shop.viewer.get(f"/v1/orders/{order_id}").json["unread_messages"] == 1


def test_what_waits_for_an_answer_and_how_fast_it_came(api: Api) -> None:
    shop = api.shop()
    slow, fast, quiet = (placed(shop) for _ in range(3))
    ask(shop, slow, "first", at=ago(hours=30))
    ask(shop, slow, "second", at=ago(hours=2))
    ask(shop, fast, "hello", at=ago(hours=1))
    write(shop.staff, quiet, "Welcome.")
    waiting = shop.viewer.every("/v1/messages", unanswered_for=0)
    assert [(each["order_id"], each["text"]) for each in waiting] == [(slow, "first"), (fast, "hello")]
    assert [each["order_id"] for each in shop.viewer.every("/v1/messages", unanswered_for=12)] == [slow]
    for twelve in ("PT12H", "P0DT12H", "PT720M"):
        assert [each["order_id"] for each in shop.viewer.every("/v1/messages", unanswered_for=twelve)] == [slow]
    assert len(shop.viewer.every("/v1/messages", unanswered_for="PT0S")) == len(waiting)
    for bad in ("soon", "-1", "1.5", "9999", "PT", "P2Y"):
        refused = shop.viewer.get("/v1/messages", query={"unanswered_for": bad})
        assert (refused.status, refused.fields) == (400, ["/query/unanswered_for"]), bad
    figures = shop.viewer.get("/v1/messages/figures").json
    assert (figures["unread_orders"], figures["unanswered"], figures["unanswered_12h"]) == (2, 2, 1)
    write(shop.platform, slow, "We have told the shop.")
    assert len(shop.viewer.every("/v1/messages", unanswered_for=0)) == 2, "the platform's own words are no answer"
    for order_id in (slow, fast):
        write(shop.staff, order_id, "It is on its way.")
    assert shop.viewer.every("/v1/messages", unanswered_for=0) == []
    week, month = shop.viewer.get("/v1/messages/figures").json["replies"]
    assert (week["days"], week["replies"], week["within_24h"]) == (7, 2, 0.5)
    assert 15 * 60 + 29 <= week["average_minutes"] <= 15 * 60 + 31 and month["replies"] == 2
    assert shop.viewer.get("/v1/messages?unread=true&unanswered_for=1").code == "filter_not_indexed"


def test_what_was_written_before_the_answer_is_answered_however_late_it_is_reported(api: Api) -> None:
    shop = api.shop()
    order_id = placed(shop)
    write(shop.staff, order_id, "It is on its way.")
    ask(shop, order_id, "where is it", at=ago(hours=3))
    assert shop.viewer.every("/v1/messages", unanswered_for=0) == []
    assert shop.viewer.get(f"/v1/orders/{order_id}").json["unread_messages"] == 1
    ask(shop, order_id, "and now?")
    assert [each["text"] for each in shop.viewer.every("/v1/messages", unanswered_for=0)] == ["and now?"]


def test_messages_pass_wherever_an_order_stands(api: Api) -> None:
    shop = api.shop()
    order_id = placed(shop)
    shop.platform.act(order_id, "freeze", {"reason": "review"})
    assert write(shop.staff, order_id).status == 201 and ask(shop, order_id)
    shop.platform.act(order_id, "unfreeze")
    shop.platform.act(order_id, "cancel_unpaid")
    assert write(shop.staff, order_id).status == 201


def test_a_message_sent_twice_with_its_key_is_there_once(api: Api) -> None:
    shop = api.shop()
    order_id, key = placed(shop), {"Idempotency-Key": "m1"}
    path, body = f"/v1/orders/{order_id}/messages", {"text": "Hello."}
    first, again = (shop.staff.post(path, body, headers=key) for _ in range(2))
    assert first.json == again.json and again.headers["idempotent-replayed"] == "true"
    assert len(shop.viewer.every(path)) == 1


def test_many_messages_are_paged_and_read(api: Api) -> None:
    shop = api.shop()
    order_id = placed(shop)
    texts = [f"message {number}" for number in range(95)]
    for number, text in enumerate(texts):
        ask(shop, order_id, text, at=ago(hours=2, seconds=-number))
    found = shop.viewer.every(f"/v1/orders/{order_id}/messages", limit=10)
    assert [each["text"] for each in found] == texts[::-1]
    assert [each["text"] for each in shop.viewer.every("/v1/messages", unread="true", limit=10)] == texts[::-1]
    assert shop.staff.post(f"/v1/orders/{order_id}/messages/read", {}).status == 200
    assert shop.viewer.every("/v1/messages", unread="true") == []
    assert shop.viewer.get(f"/v1/orders/{order_id}").json["unread_messages"] == 0
