"""Erasure: what a buyer left is gone, every figure is whole, nobody else is touched."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import botocore.client
import pytest

from functions.orders.request.segments import segment_of
from shared.operations.customers import erasures
from shared.operations.customers.replay import Replayed, replay
from shared.store.orders import orders
from tests import permissions
from tests.books.orders import audit
from tests.harness import Shop, ago, new_order, parcel, snapshot
from tests.store.customers.erasures.contents import FIGURES, figures, items, left, of_kind, of_person, table, versions
from tests.store.customers.erasures.person import ODD, Person, someone
from tests.store.customers.erasures.runs import asked, never, run


def test_nothing_of_a_buyer_is_left_and_every_figure_is_whole(shop: Shop) -> None:
    first, second = someone(shop, ODD), someone(shop, "second")
    before, books = figures(shop), of_kind(*FIGURES)
    theirs, files = of_person(second), versions()
    found = left(first.marks)
    assert set(found) == set(first.marks), "each can be found before"
    answer = asked(shop, ODD)
    assert answer["erasure"]["state"] == "queued" and answer["href"] == f"/v1/customers/{segment_of(ODD)}"
    ended = run(shop, ODD)
    assert (ended["state"], ended["orders"], ended["open_orders"]) == ("done", 3, 0)
    assert {each["what"] for each in ended["not_reached"]} == {"answers", "exports", "imports", "backups"}
    assert not (there := left(first.marks)), there
    assert figures(shop) == before and of_kind(*FIGURES) == books
    assert of_person(second) == theirs and left(second.marks).keys() == set(second.marks)
    kept = [each for each in files if second.marks and any(mark.encode() in each[2] for mark in second.marks)]
    assert versions() == kept and len(kept) >= 5
    assert not (wrong := audit(boto3.client("dynamodb"), table()).wrong), wrong
    for order_id in first.bodies:
        history = shop.owner.get(f"/v1/orders/{order_id}/history?limit=200").json["data"]
        (entry,) = [each for each in history if each["action"] == "erase"]
        assert entry["actor"] == {"role": "owner", "id": "owner"} and "changes" not in entry and "reason" not in entry
        order = shop.owner.get(f"/v1/orders/{order_id}?reveal=recipient").json
        assert order["recipient"] == {"country": "FR"} and order["buyer"] == {"id": ODD, "country": "FR"}
        assert order["erased_at"] and order["unread_messages"] == 0
    customer = shop.viewer.get(f"/v1/customers/{segment_of(ODD)}").json
    assert "name" not in customer and (customer["note"], customer["tags"]) == (None, [])
    assert customer["reminder_opt_out"], "who wants no reminders gets none"
    print(json.dumps({"strings": len(first.marks), "places before": found.total(), "items": len(items())}))
    assert len(first.marks) >= 55 and found.total() >= 150 and len(items()) >= 80


def test_an_erasure_asks_for_what_its_role_allows_and_no_more(shop: Shop) -> None:
    someone(shop, "first")
    asked(shop, "first")
    now = datetime.now(UTC) + timedelta(seconds=1)
    with permissions.asked() as actions:
        for minutes in (0, 2):
            assert erasures.resume(now + timedelta(minutes=minutes), never) == 1
        assert replay(never) == Replayed()
    assert actions == permissions.allowed("ErasuresRole")
    of_its_own = {"ScheduleFailures sqs:SendMessage"}  # Lambda asks for it, with the function's role
    others = permissions.allowed_elsewhere("ErasuresRole") - of_its_own
    assert actions.elsewhere == {each for each in others if not each.startswith("OrdersTable")}


def test_a_second_erasure_changes_nothing(shop: Shop) -> None:
    person = someone(shop, "first")
    asked(shop, "first")
    run(shop, "first")
    mine = [item for item in of_person(person) if item["kind"]["S"] != "customer"]
    for _ in range(2):
        asked(shop, "first")
        again = run(shop, "first")
        assert (again["state"], again["orders"]) == ("done", 3)
        assert [item for item in of_person(person) if item["kind"]["S"] != "customer"] == mine


def test_no_snapshot_and_no_placing_brings_anything_back(shop: Shop) -> None:
    person = someone(shop, "first", orders=("cancelled", "unpaid"))
    asked(shop, "first")
    run(shop, "first")
    for order_id, body in person.bodies.items():
        assert shop.platform.post("/v1/orders", body).status == 200, "as first placed"
        box = parcel("LX9") | {"shipped_at": ago(days=2), "tracking_url": f"https://x.test/{person.mark('label')}"}
        for number, name in enumerate(("first", "other")):
            changed = dict(
                body, buyer=body["buyer"] | {"id": name, "name": person.mark("name")}, memo=person.mark("memo")
            )
            shown = snapshot(changed, "WAIT_BUYER_ACCEPT_GOODS", changed_at=ago(seconds=60 - number), parcels=[box])
            answer = shop.platform.act(order_id, "sync", shown)
            assert answer.status == 200 and answer.json["status"] == "WAIT_BUYER_ACCEPT_GOODS", answer.content
        assert orders.load(shop.name, order_id).order.buyer.id == "other"
    assert not (there := left(person.marks)), there
    assert not (wrong := audit(boto3.client("dynamodb"), table()).wrong), wrong


def test_what_a_buyer_orders_after_the_request_stays(shop: Shop) -> None:
    person = someone(shop, "first", orders=("unpaid",))
    asked(shop, "first")
    body = new_order(buyer={"id": "first", "country": "FR", "name": "Somebody New"}, placed_at=ago(seconds=-5))
    assert shop.platform.post("/v1/orders", body).status == 201
    assert run(shop, "first")["orders"] == 1
    assert not left(person.marks)
    shown = shop.owner.get(f"/v1/orders/{body['order_id']}?reveal=recipient").json
    assert shown["recipient"] == body["recipient"] and shown["buyer"]["name"] == "Somebody New"


def test_an_order_from_before_that_is_placed_later_is_erased_too(shop: Shop) -> None:
    person = someone(shop, "first", orders=("cancelled",))
    asked(shop, "first")
    assert run(shop, "first")["state"] == "done"
    person.unpaid()
    assert shop.viewer.get("/v1/customers/first").json["erasure"]["state"] == "queued", "woken as it is placed"
    assert "name" not in of_kind("customer")[0]
    erasure = run(shop, "first", datetime.now(UTC) + timedelta(minutes=5))
    assert (erasure["state"], erasure["orders"]) == ("done", 2)
    assert not (there := left(person.marks)), there
    assert not (wrong := audit(boto3.client("dynamodb"), table()).wrong), wrong


def test_a_file_that_may_not_be_deleted_is_heard_of(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    counted_: list[str] = []
    monkeypatch.setattr(erasures.metrics, "add_metric", lambda name, *_: counted_.append(name))
    person, real = someone(shop, "first", orders=("disputed",)), botocore.client.BaseClient._make_api_call
    asked(shop, "first", include_open=True)

    def refusing(client: Any, operation: str, arguments: Any) -> Any:
        if operation == "DeleteObjects":
            return {"Errors": [{"Key": "k", "Code": "AccessDenied"}]}
        return real(client, operation, arguments)

    with monkeypatch.context() as patched:
        patched.setattr(botocore.client.BaseClient, "_make_api_call", refusing)
        erasures.resume(datetime.now(UTC) + timedelta(seconds=1), never)
    assert counted_ == ["ErasuresFailed"]
    assert run(shop, "first")["state"] == "done" and not left(person.marks)


@pytest.mark.parametrize("what", ["message", "answer", "read", "patch", "note"])
def test_what_comes_in_between_is_not_left_behind(shop: Shop, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """Somebody writes when the messages are gone and the order does not say so yet."""
    person = someone(shop, "first", orders=("unpaid",))
    (order_id,) = person.bodies
    real, came = orders.save, []

    def save(*args: Any, **kwargs: Any) -> None:
        if not came:
            came.append(what)
            if what == "message":
                person.says(order_id)
            elif what == "answer":
                person.says(order_id, "seller")
            elif what == "read":
                assert shop.staff.post(f"/v1/orders/{order_id}/messages/read", {}).status == 200
            elif what == "patch":
                noted = {"note": person.mark("note"), "tags": [person.mark("tag")]}
                assert shop.staff.patch(f"/v1/orders/{order_id}", noted).status == 200
            else:
                person.noted()
        real(*args, **kwargs)

    asked(shop, "first")
    monkeypatch.setattr(orders, "save", save)
    assert run(shop, "first")["state"] == "done" and came == [what]
    assert not (there := left(person.marks)), there
    assert not (wrong := audit(boto3.client("dynamodb"), table()).wrong), wrong


def test_a_buyer_of_many_orders_takes_several_runs(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasures, "ORDERS_PER_SAVE", 2)
    person = Person(shop, "first")
    for _ in range(7):
        person.place(("cancel_unpaid", {}))
    asked(shop, "first")
    now, runs = datetime.now(UTC) + timedelta(seconds=1), 0
    while shop.viewer.get("/v1/customers/first").json["erasure"]["state"] != "done":
        looks = iter((False, False, False, False))  # before the customer, and behind each of three orders
        erasures.resume(now, lambda looks=looks: next(looks, True))  # type: ignore[misc]
        now, runs = now + timedelta(seconds=61), runs + 1
    assert shop.viewer.get("/v1/customers/first").json["erasure"]["orders"] == 7
    assert not left(person.marks) and 4 <= runs <= 8, runs
