"""Erasure of a buyer who has orders that have not ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from shared.operations.customers import erasures
from tests.books.orders import audit
from tests.harness import Shop
from tests.store.customers.erasures.contents import left, table
from tests.store.customers.erasures.person import Person, someone
from tests.store.customers.erasures.runs import asked, never, run


def test_orders_that_have_not_ended_keep_what_they_need_until_they_have(shop: Shop) -> None:
    person = someone(shop, "first", orders=("cancelled",))
    waiting = person.place(("pay", {}), ("pass_risk", {}))
    person.says(waiting)
    asked(shop, "first")
    erasure = run(shop, "first")
    assert (erasure["state"], erasure["orders"], erasure["open_orders"]) == ("waiting", 1, 1)
    shown = shop.owner.get(f"/v1/orders/{waiting}?reveal=recipient").json
    assert shown["recipient"] == person.bodies[waiting]["recipient"] and "erased_at" not in shown
    assert erasures.resume(datetime.now(UTC) + timedelta(hours=23), never) == 0
    person.do(waiting, ("request_cancellation", {"reason": person.mark("reason")}), ("accept_cancellation", {}))
    refund = shop.platform.get(f"/v1/orders/{waiting}").json["refunds"][0]["refund_id"]
    person.do(waiting, ("complete_refund", {"refund_id": refund}))
    tomorrow = datetime.now(UTC) + timedelta(days=1, minutes=5)
    assert erasures.resume(tomorrow, never) == 1
    ended = run(shop, "first", tomorrow + timedelta(seconds=61))
    assert (ended["state"], ended["orders"], ended["open_orders"]) == ("done", 2, 0)
    assert not left(person.marks)


def test_an_owner_may_have_open_orders_erased_too(shop: Shop) -> None:
    person = someone(shop, "first", orders=("cancelled",))
    person.place(("pay", {}), ("pass_risk", {}), ("request_cancellation", {"reason": person.mark("reason")}))
    asked(shop, "first", include_open=True)
    erasure = run(shop, "first")
    assert (erasure["state"], erasure["orders"], erasure["open_orders"]) == ("done", 2, 0)
    assert not left(person.marks)
    assert not (wrong := audit(boto3.client("dynamodb"), table()).wrong), wrong


@pytest.mark.parametrize("alerted", [True, False])
def test_a_buyer_who_is_erased_waits_for_no_answer(shop: Shop, alerted: bool) -> None:
    from functions.deadlines.reminders import remind

    person, now = Person(shop, "first"), datetime.now(UTC)
    order_id = person.place(("pay", {}))
    asking = {"from": "buyer", "text": person.mark("text")}
    assert shop.platform.post(f"/v1/orders/{order_id}/messages", asking).status == 201

    def alerts(state: str) -> list[dict[str, Any]]:
        return [each for each in shop.viewer.every("/v1/alerts", state=state) if each["kind"] == "message_unanswered"]

    if alerted:
        remind(now + timedelta(hours=13), never)
    assert len(alerts("open")) == alerted
    asked(shop, "first", include_open=True)
    assert run(shop, "first")["state"] == "done"
    remind(now + timedelta(hours=14), never)
    assert (len(alerts("open")), len(alerts("resolved"))) == (0, alerted)
    assert not left(person.marks)
    assert not (wrong := audit(boto3.client("dynamodb"), table()).wrong), wrong


def test_while_an_open_order_is_waited_for_nothing_that_is_written_later_is_lost(shop: Shop) -> None:
    person = someone(shop, "first", orders=("cancelled",))
    person.place(("pay", {}))
    asked(shop, "first")
    assert run(shop, "first")["state"] == "waiting"
    order_id = next(iter(person.bodies))
    question = {"from": "buyer", "text": "Where is my refund?"}
    assert shop.platform.post(f"/v1/orders/{order_id}/messages", question).status == 201
    assert shop.staff.patch(f"/v1/orders/{order_id}", {"note": "promised by phone"}).status == 200
    assert shop.staff.patch("/v1/customers/first", {"note": "called us", "tags": ["vip"]}).status == 200
    for days in (1, 2):
        erasures.resume(datetime.now(UTC) + timedelta(days=days, minutes=5 * days), never)
    assert shop.viewer.get(f"/v1/orders/{order_id}").json["note"] == "promised by phone"
    assert [each["text"] for each in shop.viewer.every(f"/v1/orders/{order_id}/messages")] == ["Where is my refund?"]
    customer = shop.viewer.get("/v1/customers/first").json
    assert (customer["note"], customer["tags"], customer["erasure"]["state"]) == ("called us", ["vip"], "waiting")
