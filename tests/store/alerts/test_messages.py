"""Alerts of buyers who wait for an answer."""

from __future__ import annotations

import json
from datetime import datetime

from tests.harness import Api, ago
from tests.store.alerts import times
from tests.store.alerts.runs import alerts_of, assert_books, remind, waiting
from tests.store.alerts.times import H


def test_a_buyer_who_waits_raises_one_alert_a_wait(desk: Api) -> None:
    shop = desk.shop()
    order_id = waiting(shop)
    written = {"text": "where is it", "from": "buyer"}
    assert shop.platform.post(f"/v1/orders/{order_id}/messages", written).status == 201
    for hours in (11, 12.1, 12.2, 14):
        remind(times.NOW + hours * H)
    (alert,) = alerts_of(shop, "message_unanswered", "open")
    assert (alert["order_id"], alert["severity"]) == (order_id, "warning")
    assert "where is it" not in json.dumps(alert)
    assert_books()
    assert shop.platform.post(f"/v1/orders/{order_id}/messages", written).status == 201
    assert shop.staff.post(f"/v1/orders/{order_id}/messages", {"text": "On its way."}).status == 201
    assert [each["state"] for each in alerts_of(shop, "message_unanswered")] == ["resolved"]
    assert shop.platform.post(f"/v1/orders/{order_id}/messages", written).status == 201
    remind(times.NOW + 14 * H)
    assert len(alerts_of(shop, "message_unanswered", "open")) == 1
    assert_books()


def test_an_answer_that_comes_before_any_run_leaves_the_same_alert(in_process: Api) -> None:
    from shared.domain.alerts import message_alerts
    from shared.domain.messages.model import BUYER, SELLER, Message, Thread

    def talk(*looks: datetime) -> list[tuple[datetime, datetime | None]]:
        thread, found = Thread(), dict[str, tuple[datetime, datetime | None]]()
        for sender, at in ((BUYER, times.NOW), (SELLER, times.NOW + 20 * H)):
            for moment in looks:
                if thread.unanswered and moment < at:
                    looked = message_alerts.at("s", "1", thread, moment)
                    found |= {each.alert_id: (each.raised_at, each.resolved_at) for each in looked.raised}
                    thread = looked.thread
            after = thread.with_message(Message("m", sender, "x", at))
            changes = message_alerts.for_change("s", "1", thread, after, 12 * H, at)
            found |= {each.alert_id: (each.raised_at, each.resolved_at) for each in changes.raised}
            found |= {cause.alert_id("s"): (cause.at, over) for cause, over in changes.resolved}
            thread = changes.thread
        return list(found.values())

    assert (
        talk()
        == talk(times.NOW + 12 * H, times.NOW + 13 * H)
        == talk(times.NOW + 19 * H)
        == [(times.NOW + 12 * H, times.NOW + 20 * H)]
    )


def test_a_buyer_who_writes_again_after_a_message_that_was_no_news_raises_an_alert(desk: Api) -> None:
    shop = desk.shop()
    order_id = waiting(shop)
    for body in ({"at": ago(days=10)}, {"at": ago(days=9)}):
        letter = {"text": "where is it", "from": "buyer", **body}
        assert shop.platform.post(f"/v1/orders/{order_id}/messages", letter).status == 201
    remind(times.NOW + 14 * H)
    assert alerts_of(shop, "message_unanswered") == []
    late_answer = {"text": "On its way.", "at": ago(days=11)}
    assert shop.platform.post(f"/v1/orders/{order_id}/messages", {**late_answer, "from": "platform"}).status == 201
    remind(times.NOW + 14 * H)
    assert alerts_of(shop, "message_unanswered") == []
    for _ in range(2):
        again = {"text": "hello?", "from": "buyer"}
        assert shop.platform.post(f"/v1/orders/{order_id}/messages", again).status == 201
    remind(times.NOW + 11 * H)
    assert alerts_of(shop, "message_unanswered") == []
    remind(times.NOW + 14 * H)
    (alert,) = alerts_of(shop, "message_unanswered", "open")
    assert alert["order_id"] == order_id
    assert_books()
