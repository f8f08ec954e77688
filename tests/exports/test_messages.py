"""Messages come twice, late, out of order or never; workers are slow, refused or cut off: there is one result."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from functions.exports import worker
from functions.exports.formats import csv
from shared.operations import exports
from shared.operations.exports import LeaseLost
from shared.store import exports as store
from shared.store import files, queues
from tests.exports.office import Office
from tests.harness import Shop, ago, line

NOW = datetime.now(UTC)


def never() -> bool:
    return False


def clock(at: datetime) -> Any:
    return lambda: at


@pytest.fixture
def shop(office: Office, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Seven orders, three to a file."""
    shop = office.api.shop()
    for _ in range(7):
        shop.platform.place()
    monkeypatch.setattr(csv, "MAX_ROWS", 3)
    return shop


def message(shop: Shop, export: dict[str, Any], n: int) -> dict[str, Any]:
    return {"store_id": shop.name, "export_id": export["id"], "n": n}


def whole(office: Office, shop: Shop, export: dict[str, Any]) -> None:
    told = office.read(shop.staff, export["id"])
    assert told["state"] == "succeeded", told
    assert [file["orders"] for file in told["files"]] == [3, 3, 1]
    numbers = [row[0] for row in office.rows(shop.staff, told)]
    assert len(numbers) == len(set(numbers)) == 7
    assert len(office.keys()) == 3 and office.uploads() == []


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
    done = []
    for _ in range(10):
        export = office.ask(shop.staff, format="csv")
        while bodies := office.messages():
            threads = [threading.Thread(target=office.deliver, args=(body,)) for body in bodies * 3]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        told = office.read(shop.staff, export["id"])
        assert told["state"] == "succeeded" and [file["orders"] for file in told["files"]] == [3, 3, 1]
        done += told["files"]
    assert len(done) == len(office.keys()) == 30


def test_a_queue_that_is_lost_is_made_good_by_the_clock(office: Office, shop: Shop) -> None:
    export = office.ask(shop.staff, format="csv")
    now = datetime.now(UTC)
    for _ in range(3):
        assert office.messages() != [], "the message there is"
        assert exports.drive_on(now, never) == 0, "nobody is thought dead too soon"
        now += timedelta(minutes=4)
        assert exports.drive_on(now, never) == 1
        assert exports.drive_on(now, never) == 0, "once is enough"
        (body,) = office.messages()
        worker.write_next(body["store_id"], body["export_id"], body["n"], clock(now))
    whole(office, shop, export)
    assert exports.drive_on(now + timedelta(days=1), never) == 0


def test_a_queue_that_refuses_does_not_stop_a_request(
    office: Office, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="sqs")

    with monkeypatch.context() as patched:
        patched.setattr(queues, "send_export", refuse)
        export = office.ask(shop.staff, format="csv")
    assert office.messages() == []
    assert exports.drive_on(datetime.now(UTC) + timedelta(minutes=4), never) == 1
    office.work()
    whole(office, shop, export)


def test_a_worker_that_was_given_up_cannot_bring_its_file_in(
    office: Office, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = office.ask(shop.staff, format="csv")
    office.messages()
    upload, now = files.upload, datetime.now(UTC)

    def slow(path: Path, key: str, content_type: str) -> None:
        upload(path, key, content_type)
        monkeypatch.setattr(files, "upload", upload)
        later = clock(now + timedelta(minutes=10))  # it slept; another was given its file meanwhile
        assert worker.write_next(shop.name, export["id"], 1, later) is not None

    monkeypatch.setattr(files, "upload", slow)
    assert worker.write_next(shop.name, export["id"], 1, clock(now)) is None
    told = office.read(shop.staff, export["id"])
    assert len(told["files"]) == len(office.keys()) == 1
    assert store.load(shop.name, export["id"]).file(1).key in set(office.keys())  # type: ignore[union-attr]
    office.work()
    whole(office, shop, export)


def test_a_cancelled_export_stops_at_the_next_heartbeat(
    office: Office, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.0)
    export = office.ask(shop.staff, format="csv")
    (body,) = office.messages()
    write = worker.write_file

    def cancelled_meanwhile(job: Any, path: Path, beat: Any, enough: Any) -> Any:
        assert shop.staff.post(f"/v1/exports/{export['id']}/cancel").json["state"] == "cancelled"
        return write(job, path, beat, enough)

    monkeypatch.setattr(worker, "write_file", cancelled_meanwhile)
    assert office.deliver(body) == {"batchItemFailures": []}
    told = office.read(shop.staff, export["id"])
    assert (told["state"], told["files"], office.keys()) == ("cancelled", [], [])
    monkeypatch.setattr(worker, "write_file", write)
    assert shop.staff.post(f"/v1/exports/{export['id']}/retry").json["state"] == "queued"
    office.work()
    whole(office, shop, export)


def test_a_bucket_that_keeps_refusing_ends_it_with_a_reason(
    office: Office, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="s3")

    export = office.ask(shop.staff, format="csv")
    office.messages()
    now, waits = datetime.now(UTC), []
    with monkeypatch.context() as patched:
        patched.setattr(files, "upload", refuse)
        for attempt in range(5):
            with pytest.raises(EndpointConnectionError):
                worker.write_next(shop.name, export["id"], 1, clock(now))
            job = store.load(shop.name, export["id"])
            assert (job.open, job.attempts, job.files) == (True, attempt + 1, ())
            assert job.watch_at is not None
            waits.append(job.watch_at - now)
            assert exports.drive_on(job.watch_at - timedelta(seconds=1), never) == 0
            now = job.watch_at + timedelta(seconds=1)
            assert exports.drive_on(now, never) == 1
            office.messages()
        assert worker.write_next(shop.name, export["id"], 1, clock(now)) is None
    assert waits == [timedelta(seconds=30 * 2**attempt) for attempt in range(5)]
    told = office.read(shop.staff, export["id"])
    assert (told["state"], told["failed"]["code"]) == ("failed", "gave_up")
    assert exports.drive_on(now + timedelta(days=1), never) == 0
    assert shop.staff.post(f"/v1/exports/{export['id']}/retry").status == 200
    office.work()
    whole(office, shop, export)


def test_a_heartbeat_keeps_the_others_away(office: Office, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.0)
    export = office.ask(shop.staff, format="csv")
    office.messages()
    now = [datetime.now(UTC)]
    write, tried = worker.write_file, []

    def long(job: Any, path: Path, beat: Any, enough: Any) -> Any:
        for minutes in range(20):
            now[0] += timedelta(minutes=1)
            beat(minutes)
            tried.append(exports.take_file(shop.name, export["id"], 1, "another", now[0]))
            assert exports.drive_on(now[0], never) == 0
        return write(job, path, beat, enough)

    monkeypatch.setattr(worker, "write_file", long)
    job = worker.write_next(shop.name, export["id"], 1, lambda: now[0])
    assert job is not None and len(job.files) == 1 and job.attempts == 0
    assert tried == [None] * 20


def test_a_file_that_takes_too_long_ends_where_it_is(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.exports import writing

    shop = office.api.shop()
    for _ in range(5):
        shop.platform.place()
    monkeypatch.setattr(writing, "LOOK_EVERY", 2)
    export = office.ask(shop.staff, format="csv")
    while bodies := office.messages():
        for body in bodies:
            worker.write_next(body["store_id"], body["export_id"], body["n"], lambda: datetime.now(UTC), lambda: True)
    told = office.read(shop.staff, export["id"])
    assert [file["orders"] for file in told["files"]] == [2, 2, 1] and told["state"] == "succeeded"
    assert len({row[0] for row in office.rows(shop.staff, told)}) == 5


def test_what_is_no_message_of_ours_goes_to_the_dead_letters(office: Office, shop: Shop) -> None:
    export = office.ask(shop.staff, format="csv")
    office.messages()
    records = [
        {"messageId": "garbage", "body": "{"},
        {"messageId": "half", "body": '{"store_id": "x"}'},
        {"messageId": "unknown", "body": '{"store_id": "x", "export_id": "exp_0", "n": 1}'},
        {"messageId": "good", "body": f'{{"store_id": "{shop.name}", "export_id": "{export["id"]}", "n": 1}}'},
    ]
    from tests.exports.office import context

    answer = worker.lambda_handler({"Records": records}, context())
    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == ["garbage", "half"]
    assert len(office.read(shop.staff, export["id"])["files"]) == 1


def test_a_step_without_the_lease_is_refused(office: Office, shop: Shop) -> None:
    export = office.ask(shop.staff, format="csv")
    taken = exports.take_file(shop.name, export["id"], 1, "a", NOW)
    assert taken is not None
    with pytest.raises(LeaseLost):
        exports.mine(taken[1], "b", lambda job: job)


def test_several_currencies_are_told_once_wherever_they_meet(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv, "MAX_ROWS", 1)
    shop, yen = office.api.shop(), {"amount": "500", "currency": "JPY"}
    for hours in (4, 2):
        shop.platform.place(placed_at=ago(hours=hours))
        shop.platform.place(
            placed_at=ago(hours=hours - 1), currency="JPY", shipping_fee=yen, lines=[line() | {"unit_price": yen}]
        )
    export = office.make(shop.staff, format="csv")
    assert [file["orders"] for file in export["files"]] == [1, 1, 1, 1]
    assert [(warning["code"], warning["file"]) for warning in export["warnings"]] == [("several_currencies", 2)]
    named = office.make(shop.staff, format="csv", columns=["order_id", "total", "currency"])
    assert named["warnings"] == []


def test_an_order_with_more_lines_than_a_file_holds_rows_still_ends(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv, "MAX_ROWS", 1)
    shop = office.api.shop()
    for _ in range(2):
        shop.platform.place()  # two lines each
    export = office.make(shop.staff, format="csv", kind="lines")
    assert [file["rows"] for file in export["files"]] == [2, 2]


def test_a_files_name_fits_into_any_file_system(office: Office) -> None:
    shop = office.api.shop(name="\U00020000" * 128)
    export = office.make(shop.staff, format="csv", kind="lines")
    (file,) = export["files"]
    assert len(file["name"].encode()) < 240 and file["name"].endswith("_1.csv")
