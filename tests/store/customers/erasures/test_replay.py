"""The list of erasures, and its replay on a table that is restored from before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from functions.customers.erasures import lambda_handler
from shared.domain.customers.model import Customer
from shared.operations.customers import erasures
from shared.operations.customers.replay import Replayed, replay
from shared.store.customers import customers, erasure_list
from shared.store.dynamodb.errors import Busy
from tests.books.orders import audit
from tests.harness import BUCKET, Shop, ago, new_order
from tests.store.customers.erasures.contents import Picture, items, left, of_person, table
from tests.store.customers.erasures.person import ODD, Person, someone
from tests.store.customers.erasures.runs import asked, never, run


def without_list() -> None:
    s3 = boto3.client("s3")
    for each in s3.list_object_versions(Bucket=BUCKET, Prefix=erasure_list.PREFIX)["Versions"]:
        s3.delete_object(Bucket=BUCKET, Key=each["Key"], VersionId=each["VersionId"])


def restored(before: Picture) -> None:
    """The table is that of an earlier time; the bucket is not restored with it."""
    now = Picture.take()
    Picture(before.table, now.files).show()


def test_an_erasure_survives_a_restore_of_the_table(shop: Shop) -> None:
    first, second = someone(shop, ODD), someone(shop, "second", orders=("unpaid",))
    theirs, before = of_person(second), Picture.take()
    asked(shop, ODD)
    run(shop, ODD)
    restored(before)
    assert left(first.marks), "the backup has the buyer"
    assert replay(never) == Replayed(requested=1)
    assert replay(never) == Replayed(), "a second replay finds nothing to do"
    erasure = run(shop, ODD)
    assert (erasure["state"], erasure["orders"]) == ("done", 3)
    assert not (there := left(first.marks)), there
    assert of_person(second) == theirs
    history = shop.owner.get(f"/v1/orders/{next(iter(first.bodies))}/history?limit=200").json["data"]
    assert [each["actor"]["id"] for each in history if each["action"] == "erase"] == ["owner"]
    assert not (wrong := audit(boto3.client("dynamodb"), table()).wrong), wrong


def test_without_the_list_a_restored_buyer_would_stay(shop: Shop) -> None:
    person = someone(shop, "first", orders=("unpaid",))
    before = Picture.take()
    asked(shop, "first")
    run(shop, "first")
    restored(before)
    without_list()
    assert replay(never) == Replayed()
    assert left(person.marks)


def test_a_table_that_knows_an_erasure_is_left_alone(shop: Shop) -> None:
    someone(shop, "first", orders=("unpaid",))
    asked(shop, "first")
    erasures.resume(datetime.now(UTC) + timedelta(seconds=1), never)
    half = items()
    assert replay(never) == Replayed() and items() == half
    assert run(shop, "first", datetime.now(UTC) + timedelta(seconds=63))["state"] == "done"
    done = items()
    assert replay(never) == Replayed() and items() == done


def test_an_erasure_that_cannot_be_requested_stops_no_other(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (someone(shop, buyer, orders=("unpaid",)) for buyer in ("first", "second"))
    before = Picture.take()
    for buyer in ("first", "second"):
        asked(shop, buyer)
        run(shop, buyer)
    restored(before)
    boto3.client("s3").put_object(Bucket=BUCKET, Key=f"{erasure_list.PREFIX}2026", Body=b"no JSON")
    with monkeypatch.context() as busy:
        save = customers.save

        def saved(customer: Customer, *args: Any) -> None:
            if customer.buyer_id == "first":
                raise Busy("a conflict that does not end")
            save(customer, *args)

        busy.setattr(customers, "save", saved)
        assert replay(never) == Replayed(requested=1, failed=2)
    run(shop, "second")
    assert left(first.marks) and not left(second.marks)
    assert replay(never) == Replayed(requested=1, failed=1)
    run(shop, "first")
    assert not left(first.marks)


def test_two_erasures_of_one_buyer_are_replayed_one_after_the_other(shop: Shop) -> None:
    person = Person(shop, "first")
    person.unpaid()
    before = Picture.take()
    for _ in range(2):
        asked(shop, "first")
        run(shop, "first")
    restored(before)
    assert replay(never) == Replayed(requested=1, waiting=1)
    run(shop, "first")
    assert replay(never) == Replayed(requested=1)
    assert run(shop, "first")["state"] == "done" and not left(person.marks)


def test_a_buyer_who_came_after_the_erasure_is_another_customer(shop: Shop) -> None:
    someone(shop, "first", orders=("unpaid",))
    asked(shop, "first")
    run(shop, "first")
    client = boto3.client("dynamodb")
    for item in items():  # a table in which the former customer never was
        if item["pk"]["S"].startswith(shop.name):
            client.delete_item(TableName=table(), Key={name: item[name] for name in ("pk", "sk")})
    assert replay(never) == Replayed(), "there is no such customer"
    shop.owner.get("/v1/store")
    body = new_order(buyer={"id": "first", "country": "FR", "name": "Somebody New"}, placed_at=ago(seconds=-5))
    assert shop.platform.post("/v1/orders", body).status == 201
    assert replay(never) == Replayed()


def test_the_function_replays_and_says_what_is_left(shop: Shop) -> None:
    class Context:
        function_name, memory_limit_in_mb = "erasures", 1024
        invoked_function_arn, aws_request_id = "arn", "id"
        remaining = 60_000

        def get_remaining_time_in_millis(self) -> int:
            return self.remaining

    person = Person(shop, "first")
    person.unpaid()
    before, late = Picture.take(), Context()
    late.remaining = 10_000
    asked(shop, "first")
    run(shop, "first")
    restored(before)
    event = {"replay": True}
    assert lambda_handler(event, late) == {"requested": 0, "waiting": 0, "failed": 0, "complete": False}  # type: ignore[arg-type]
    assert lambda_handler(event, Context()) == {"requested": 1, "waiting": 0, "failed": 0, "complete": True}  # type: ignore[arg-type]


def test_names_of_files_in_the_list_say_nothing_about_buyers(shop: Shop) -> None:
    someone(shop, "buyer-77", orders=("unpaid",))
    asked(shop, "buyer-77")
    run(shop, "buyer-77")
    (key,) = [each["Key"] for each in boto3.client("s3").list_objects_v2(Bucket=BUCKET, Prefix="erasures/")["Contents"]]
    assert "buyer" not in key and shop.name not in key
    (listed,) = map(erasure_list.read, erasure_list.names())
    assert (listed.store_id, listed.buyer_id, listed.erasure.requested_by.id) == (shop.name, "buyer-77", "owner")
