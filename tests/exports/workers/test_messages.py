"""Messages come twice, late, out of order or never, and some are no message: there is one result."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.client
import pytest
from botocore.exceptions import EndpointConnectionError

from functions.exports import worker
from functions.exports.formats import csv
from shared.operations import exports
from shared.store import queues
from shared.store.exports import exports as store
from tests import proof
from tests.exports.office import Office, context
from tests.exports.workers.jobs import clock, message, never, refusing, whole
from tests.harness import Shop


def test_every_message_twice_late_and_backwards(office: Office, shop: Shop) -> None:
    export = office.ask(shop.staff, format="csv")
    office.messages()
    for n in (3, 2, 1, 1, 3, 1, 2, 2, 1, 3, 3, 99, 0, -1):
        office.deliver(message(shop, export, n))
        office.messages()  # what the worker sent on is lost; the list above stands for it
    whole(office, shop, export)


def test_two_workers_with_the_same_message(office_on_dynoxide: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office = office_on_dynoxide
    shop = office.api.shop()
    for _ in range(7):
        shop.platform.place()
    monkeypatch.setattr(csv, "MAX_ROWS", 3)
    done, exports_made = [], proof.size(3, 10)
    for _ in range(exports_made):
        export = office.ask(shop.staff, format="csv")
        while bodies := office.messages():
            threads = [threading.Thread(target=office.deliver, args=(body,)) for body in bodies * 3]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finished = office.read(shop.staff, export["id"])
        assert finished["state"] == "succeeded" and [file["orders"] for file in finished["files"]] == [3, 3, 1]
        done += finished["files"]
    assert len(done) == len(office.keys()) == 3 * exports_made


def test_a_queue_that_refuses_does_not_stop_a_request(
    office: Office, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="sqs")

    with monkeypatch.context() as patched:
        patched.setattr(queues, "send_export", refuse)
        export = office.ask(shop.staff, format="csv")
    assert office.messages() == []
    assert exports.resume(datetime.now(UTC) + timedelta(minutes=4), never) == 1
    office.work()
    whole(office, shop, export)


def test_what_is_no_message_of_ours_goes_to_the_dead_letters(office: Office, shop: Shop) -> None:
    export = office.ask(shop.staff, format="csv")
    office.messages()
    records = [
        {"messageId": "garbage", "body": "{"},
        {"messageId": "half", "body": '{"store_id": "x"}'},
        {"messageId": "unknown", "body": '{"store_id": "x", "export_id": "exp_0", "n": 1}'},
        {"messageId": "good", "body": f'{{"store_id": "{shop.name}", "export_id": "{export["id"]}", "n": 1}}'},
    ]
    answer = worker.lambda_handler({"Records": records}, context())
    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == ["garbage", "half"]
    assert len(office.read(shop.staff, export["id"])["files"]) == 1


GARBAGE = [
    "",
    "{",
    "null",
    "1",
    "[]",
    '"text"',
    "{}",
    '{"store_id": "x"}',
    '{"store_id": "x", "export_id": "exp_0"}',
    '{"export_id": "exp_0", "n": 1}',
    "\ufeff{}",
    "\x00",
]


def test_a_batch_fails_by_the_message(office: Office, shop: Shop) -> None:
    """What is garbage is named, each by itself, and what lies between it is done."""
    export = office.ask(shop.staff, format="csv")
    office.messages()
    records = [{"messageId": f"bad{place}", "body": body} for place, body in enumerate(GARBAGE)]
    for n, place in ((1, 3), (2, 8), (3, len(records) + 2)):
        records.insert(place, {"messageId": f"good{n}", "body": json.dumps(message(shop, export, n))})
    answer = worker.lambda_handler({"Records": records}, context())
    named = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
    print(f"\n{len(GARBAGE)} bodies that are no message")
    assert named == [f"bad{place}" for place in range(len(GARBAGE))] and len(named) == 12
    whole(office, shop, export)


def test_a_number_that_is_no_number_finds_nothing_to_do(office: Office, shop: Shop) -> None:
    export = office.ask(shop.staff, format="csv")
    office.messages()
    odd: list[Any] = ["1", None, 1.5, [1], {"n": 1}, -1, 0, 2, 10**30]
    for n in odd:
        assert office.deliver(message(shop, export, n)) == {"batchItemFailures": []}, n
    assert (store.load(shop.name, export["id"]).attempts, office.keys(), len(odd)) == (0, [], 9)


def test_a_message_for_an_export_that_has_ended_does_nothing(office: Office, shop: Shop) -> None:
    done = office.make(shop.staff, format="csv")
    cancelled = office.ask(shop.staff, format="csv")
    assert shop.staff.post(f"/v1/exports/{cancelled['id']}/cancel").status == 200
    office.messages()
    before = {export["id"]: store.load(shop.name, export["id"]) for export in (done, cancelled)}
    keys, delivered = office.keys(), 0
    for export in (done, cancelled):
        for n in range(1, 6):
            assert office.deliver(message(shop, export, n)) == {"batchItemFailures": []}
            delivered += 1
    assert delivered == 10 and office.messages() == [] and office.keys() == keys
    assert before == {export["id"]: store.load(shop.name, export["id"]) for export in (done, cancelled)}


def test_a_queue_that_takes_nothing_costs_only_time(
    office: Office, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the request nor the worker that has written a file minds; each next message is the clock's."""
    refused: list[str] = []
    now = datetime.now(UTC)
    with monkeypatch.context() as patched:
        patched.setattr(botocore.client.BaseClient, "_make_api_call", refusing("SendMessage", refused))
        export = office.ask(shop.staff, format="csv")
        for n in (1, 2, 3):
            now += timedelta(minutes=4)
            assert exports.resume(now, never) == 1
            assert worker.write_next(shop.name, export["id"], n, clock(now)) is not None
    print(f"\n{len(refused)} messages refused")
    assert len(refused) == 6, "the request, three runs of the clock, two files with another behind them"
    whole(office, shop, export)
