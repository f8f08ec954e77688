"""Messages come twice, late, out of order or never; workers are slow, refused or cut off: there is one result."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import botocore.client
import pytest
from botocore.exceptions import EndpointConnectionError

from functions.exports import worker
from functions.exports.formats import csv
from shared.domain.exports import model as life
from shared.operations import exports
from shared.operations.exports import LeaseLost
from shared.store import files, queues
from shared.store.exports import exports as store
from tests import permissions
from tests.baton import Killed
from tests.exports.office import Office, context
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
    finished = office.read(shop.staff, export["id"])
    assert finished["state"] == "succeeded", finished
    assert [file["orders"] for file in finished["files"]] == [3, 3, 1]
    numbers = [row[0] for row in office.rows(shop.staff, finished)]
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
        finished = office.read(shop.staff, export["id"])
        assert finished["state"] == "succeeded" and [file["orders"] for file in finished["files"]] == [3, 3, 1]
        done += finished["files"]
    assert len(done) == len(office.keys()) == 30


def test_a_queue_that_is_lost_is_made_good_by_the_clock(office: Office, shop: Shop) -> None:
    export = office.ask(shop.staff, format="csv")
    now = datetime.now(UTC)
    for _ in range(3):
        assert office.messages() != [], "the message there is"
        assert exports.resume(now, never) == 0, "nobody is thought dead too soon"
        now += timedelta(minutes=4)
        assert exports.resume(now, never) == 1
        assert exports.resume(now, never) == 0, "once is enough"
        (body,) = office.messages()
        worker.write_next(body["store_id"], body["export_id"], body["n"], clock(now))
    whole(office, shop, export)
    assert exports.resume(now + timedelta(days=1), never) == 0


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
    finished = office.read(shop.staff, export["id"])
    assert len(finished["files"]) == len(office.keys()) == 1
    assert store.load(shop.name, export["id"]).file(1).key in set(office.keys())  # type: ignore[union-attr]
    office.work()
    whole(office, shop, export)


def test_a_cancelled_export_stops_at_the_next_heartbeat(
    office: Office, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "RENEW_SECONDS", 0.0)
    export = office.ask(shop.staff, format="csv")
    (body,) = office.messages()
    write = worker.write_file

    def cancelled_meanwhile(job: Any, path: Path, renew: Any, out_of_time: Any) -> Any:
        assert shop.staff.post(f"/v1/exports/{export['id']}/cancel").json["state"] == "cancelled"
        return write(job, path, renew, out_of_time)

    monkeypatch.setattr(worker, "write_file", cancelled_meanwhile)
    assert office.deliver(body) == {"batchItemFailures": []}
    finished = office.read(shop.staff, export["id"])
    assert (finished["state"], finished["files"], office.keys()) == ("cancelled", [], [])
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
            assert worker.write_next(shop.name, export["id"], 1, clock(now)) is None
            job = store.load(shop.name, export["id"])
            assert (job.open, job.attempts, job.files) == (True, attempt + 1, ())
            assert job.watch_at is not None
            waits.append(job.watch_at - now)
            assert exports.resume(job.watch_at - timedelta(seconds=1), never) == 0
            now = job.watch_at + timedelta(seconds=1)
            assert exports.resume(now, never) == 1
            office.messages()
        assert worker.write_next(shop.name, export["id"], 1, clock(now)) is None
    assert waits == [timedelta(seconds=30 * 2**attempt) for attempt in range(5)]
    finished = office.read(shop.staff, export["id"])
    assert (finished["state"], finished["failed"]["code"]) == ("failed", "gave_up")
    assert exports.resume(now + timedelta(days=1), never) == 0
    assert shop.staff.post(f"/v1/exports/{export['id']}/retry").status == 200
    office.work()
    whole(office, shop, export)


def test_a_heartbeat_keeps_the_others_away(office: Office, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "RENEW_SECONDS", 0.0)
    export = office.ask(shop.staff, format="csv")
    office.messages()
    now = [datetime.now(UTC)]
    write, tried = worker.write_file, []

    def long(job: Any, path: Path, renew: Any, out_of_time: Any) -> Any:
        for minutes in range(20):
            now[0] += timedelta(minutes=1)
            renew(minutes)
            tried.append(exports.claim_file(shop.name, export["id"], 1, "another", now[0]))
            assert exports.resume(now[0], never) == 0
        return write(job, path, renew, out_of_time)

    monkeypatch.setattr(worker, "write_file", long)
    job = worker.write_next(shop.name, export["id"], 1, lambda: now[0])
    assert job is not None and len(job.files) == 1 and job.attempts == 0
    assert tried == [None] * 20


def test_a_file_that_takes_too_long_ends_where_it_is(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.exports import file_writer

    shop = office.api.shop()
    for _ in range(5):
        shop.platform.place()
    monkeypatch.setattr(file_writer, "RENEW_EVERY", 2)
    export = office.ask(shop.staff, format="csv")
    while bodies := office.messages():
        for body in bodies:
            worker.write_next(body["store_id"], body["export_id"], body["n"], lambda: datetime.now(UTC), lambda: True)
    finished = office.read(shop.staff, export["id"])
    assert [file["orders"] for file in finished["files"]] == [2, 2, 1] and finished["state"] == "succeeded"
    assert len({row[0] for row in office.rows(shop.staff, finished)}) == 5


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


def test_a_step_without_the_lease_is_refused(office: Office, shop: Shop) -> None:
    export = office.ask(shop.staff, format="csv")
    taken = exports.claim_file(shop.name, export["id"], 1, "a", NOW)
    assert taken is not None
    with pytest.raises(LeaseLost):
        exports.step_of_owner(taken[1], "b", lambda job: job)


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


def refusing(operation: str, calls: list[str]) -> Any:
    """Every call passes but this one, for which nobody is there."""
    real = botocore.client.BaseClient._make_api_call

    def call(client: Any, name: str, arguments: Any) -> Any:
        if name == operation:
            calls.append(name)
            raise EndpointConnectionError(endpoint_url="nowhere")
        return real(client, name, arguments)

    return call


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


@pytest.mark.parametrize("how_far", ["before it writes", "before it sends", "when all is done"])
def test_a_slow_worker_leaves_nothing_behind(
    office: Office, shop: Shop, monkeypatch: pytest.MonkeyPatch, how_far: str
) -> None:
    """Its lease ran out, and another took the job over and went on, once even to the end."""
    monkeypatch.setattr(worker, "RENEW_SECONDS", 0.0)
    export = office.ask(shop.staff, format="csv")
    office.messages()
    now = datetime.now(UTC)
    later, write, upload = clock(now + timedelta(minutes=10)), worker.write_file, files.upload
    overtaken = []

    def overtake(last: int) -> None:
        monkeypatch.setattr(worker, "write_file", write)
        monkeypatch.setattr(files, "upload", upload)
        for n in range(1, last + 1):
            assert worker.write_next(shop.name, export["id"], n, later) is not None
            overtaken.append(n)

    def slow_write(*arguments: Any) -> Any:
        if how_far == "before it writes":
            overtake(1)
            return write(*arguments)
        written = write(*arguments)
        overtake(1)
        return written

    def slow_upload(*arguments: Any) -> None:
        upload(*arguments)
        overtake(3)

    if how_far == "when all is done":
        monkeypatch.setattr(files, "upload", slow_upload)
    else:
        monkeypatch.setattr(worker, "write_file", slow_write)
    assert worker.write_next(shop.name, export["id"], 1, clock(now)) is None
    job = store.load(shop.name, export["id"])
    assert len(job.files) == len(overtaken) == (3 if how_far == "when all is done" else 1)
    assert sorted(file.key for file in job.files) == sorted(office.keys())
    office.work()
    whole(office, shop, export)


def test_giving_up_is_told(office: Office, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each attempt is logged and counted by the worker, the end by the job's own metric."""
    counted: list[str] = []
    logged: list[tuple[str, str]] = []
    for module in (worker, exports):
        monkeypatch.setattr(module.metrics, "add_metric", lambda name, *_: counted.append(name))
    monkeypatch.setattr(exports.logger, "error", lambda text, extra: logged.append((text, extra["code"])))
    refused: list[str] = []
    export, now = office.ask(shop.staff, format="csv"), datetime.now(UTC)
    (body,) = office.messages()
    with permissions.asked() as request, monkeypatch.context() as patched:
        patched.setattr(botocore.client.BaseClient, "_make_api_call", refusing("PutObject", refused))
        for _ in range(6):
            office.at(now)
            assert office.deliver(body) == {"batchItemFailures": []}, "the job knows when it is tried again"
            now += timedelta(minutes=20)
    office.at(None)
    assert counted == ["ExportFilesFailed"] * 5 + ["ExportsFailed"] and len(refused) == 5
    assert logged == [("an export failed", "gave_up")]
    assert office.read(shop.staff, export["id"])["failed"]["code"] == "gave_up"
    assert {"dynamodb:PutItem"} < request <= permissions.allowed("ExportsRole")
    assert shop.staff.post(f"/v1/exports/{export['id']}/retry").status == 200
    office.work()
    whole(office, shop, export)


def test_a_job_that_moves_after_all_is_left_alone(office: Office, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock has seen it stand still; before it can say so, a worker takes it."""
    export = office.ask(shop.staff, format="csv")
    office.messages()
    due_by, now = store.due_by, datetime.now(UTC) + timedelta(minutes=4)
    seen = []

    def seen_too_early(at: datetime) -> Any:
        for hint in due_by(at):
            seen.append(hint)
            assert exports.claim_file(shop.name, export["id"], 1, "somebody", now) is not None
            yield hint

    monkeypatch.setattr(store, "due_by", seen_too_early)
    assert exports.resume(now, never) == 0
    assert len(seen) == 1 and office.messages() == []
    monkeypatch.setattr(store, "due_by", due_by)
    assert exports.resume(now + timedelta(minutes=2), never) == 0, "it has been taken a moment ago"
    assert exports.resume(now + timedelta(minutes=4), never) == 1


def test_the_clock_stops_where_its_time_is_over(office: Office, shop: Shop) -> None:
    jobs = [office.ask(shop.staff, format="csv") for _ in range(5)]
    office.messages()
    now, looks = datetime.now(UTC) + timedelta(minutes=4), iter([False, False, True])
    assert exports.resume(now, lambda: next(looks)) == 2
    assert exports.resume(now, never) == len(jobs) - 2
    assert len({body["export_id"] for body in office.messages()}) == len(jobs)


def test_workers_and_clocks_at_once_come_to_one_result(
    office_on_dynoxide: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three workers and two clocks by a time that runs so fast that every lease is soon over."""
    office = office_on_dynoxide
    shop = office.api.shop()
    order_ids = {shop.platform.place()["order_id"] for _ in range(7)}
    monkeypatch.setattr(csv, "MAX_ROWS", 3)
    monkeypatch.setattr(worker, "RENEW_SECONDS", 0.0)
    jobs = [office.ask(shop.staff, format="csv") for _ in range(6)]
    start, lock, over = datetime.now(UTC), threading.Lock(), threading.Event()
    ticks, counts, broken = [0], {"driven": 0, "taken": 0, "written": 0}, []

    def now() -> datetime:
        with lock:
            ticks[0] += 1
            return start + timedelta(seconds=10 * ticks[0])

    def add(name: str, number: int) -> None:
        with lock:
            counts[name] += number

    def until_over(step: Any) -> None:
        try:
            while not over.is_set():
                step()
        except BaseException as error:
            broken.append(error)
            over.set()

    def work() -> None:
        for body in office.messages():
            add("taken", 1)
            with suppress(LeaseLost):
                add("written", worker.write_next(body["store_id"], body["export_id"], body["n"], now) is not None)

    def drive() -> None:
        add("driven", exports.resume(now(), never))

    threads = [threading.Thread(target=until_over, args=(step,)) for step in (work, work, work, drive, drive)]
    for thread in threads:
        thread.start()
    for _ in range(600):
        if over.wait(0.05) or not any(store.load(shop.name, job["id"]).open for job in jobs):
            break
    over.set()
    for thread in threads:
        thread.join(30)
    assert broken == []
    keys = set()
    for export in jobs:
        job = store.load(shop.name, export["id"])
        assert (str(job.state), [file.orders for file in job.files]) == ("succeeded", [3, 3, 1])
        keys |= {file.key for file in job.files}
        assert {row[0] for row in office.rows(shop.staff, office.read(shop.staff, export["id"]))} == order_ids
    print(f"\n{counts}, {ticks[0]} looks at the clock")
    assert len(keys) == 18 and set(office.keys()) == keys and office.uploads() == []
    assert counts["written"] >= 18 and counts["driven"] >= 6 and counts["taken"] > 18


def cut(call: str, after: int = 1) -> Any:
    """The process that makes this call for the `after`th time ends when it is done; it makes no other."""
    real, seen = botocore.client.BaseClient._make_api_call, [0]

    def made(client: Any, name: str, arguments: Any) -> Any:
        if seen[0] >= after:
            raise Killed
        answer = real(client, name, arguments)
        seen[0] += name == call
        if seen[0] >= after:
            raise Killed
        return answer

    return made


def cut_after(monkeypatch: pytest.MonkeyPatch, call: str, shop: Shop, export: dict[str, Any], now: datetime) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(botocore.client.BaseClient, "_make_api_call", cut(call))
        with pytest.raises(Killed):
            worker.write_next(shop.name, export["id"], 1, clock(now))


@pytest.mark.parametrize("large", [False, True], ids=["an object", "parts of an upload"])
def test_a_retry_clears_up_what_a_worker_left_that_died(
    office: Office, shop: Shop, monkeypatch: pytest.MonkeyPatch, large: bool
) -> None:
    """A worker dies after its upload, before it records the file; the job is cancelled, then tried again."""
    if large:
        monkeypatch.setattr(files, "PART_BYTES", 256)
    export, now = office.ask(shop.staff, format="csv"), datetime.now(UTC)
    office.messages()
    cut_after(monkeypatch, "CreateMultipartUpload" if large else "PutObject", shop, export, now)
    monkeypatch.undo()
    monkeypatch.setattr(csv, "MAX_ROWS", 3)
    assert len(office.uploads() if large else office.keys()) == 1, "this is what it left"
    assert shop.staff.post(f"/v1/exports/{export['id']}/cancel").status == 200
    assert shop.staff.post(f"/v1/exports/{export['id']}/retry").status == 200
    office.messages()
    for n in (1, 2, 3):
        assert worker.write_next(shop.name, export["id"], n, clock(now + timedelta(minutes=10))) is not None
    assert office.read(shop.staff, export["id"])["state"] == "succeeded"
    assert (office.uploads(), len(office.keys())) == ([], 3)


def test_a_worker_of_a_job_that_was_cancelled_and_tried_again_is_not_heard(
    office: Office, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both between two of its heartbeats, and the job so old that it begins anew: the worker holds a file 1 as well."""
    export = office.ask(shop.staff, format="csv")
    office.messages()
    upload, now = files.upload, datetime.now(UTC)

    def meanwhile(*arguments: Any) -> None:
        upload(*arguments)
        exports.cancel_export(shop.name, export["id"], now)
        exports.retry_export(shop.name, export["id"], now + timedelta(days=29, minutes=1))

    with monkeypatch.context() as patched:
        patched.setattr(files, "upload", meanwhile)
        assert worker.write_next(shop.name, export["id"], 1, clock(now)) is None
    job = store.load(shop.name, export["id"])
    assert (job.open, job.files, office.keys()) == (True, (), [])
    office.messages()
    for n in (1, 2, 3):
        assert worker.write_next(shop.name, export["id"], n, clock(now + timedelta(days=29, minutes=2))) is not None
    whole(office, shop, export)


def test_a_job_that_begins_anew_waits_for_the_index_whatever_messages_come(office: Office, shop: Shop) -> None:
    export, now = office.ask(shop.staff, format="csv"), datetime.now(UTC)
    before = store.load(shop.name, export["id"])
    store.save(before, life.restart(before, now))
    for _ in range(3):
        assert worker.write_next(shop.name, export["id"], 1, clock(now + timedelta(seconds=29))) is None
    assert store.load(shop.name, export["id"]).attempts == 0
    office.messages()
    for n in (1, 2, 3):
        assert worker.write_next(shop.name, export["id"], n, clock(now + timedelta(seconds=31))) is not None
    whole(office, shop, export)


@pytest.mark.parametrize("kind", ["orders", "shipments"])
def test_a_worker_that_reads_much_and_finds_little_says_that_it_is_alive(
    office: Office, shop: Shop, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Of a page that comes to no order, as of one that is kept back until all are sorted."""
    beats: list[int] = []
    wanted = {"status": "FUND_PROCESSING"} if kind == "orders" else {"kind": "shipments"}
    order_id = shop.platform.place()["order_id"]
    for action in ("pay", "pass_risk"):
        assert shop.platform.act(order_id, action).status == 200
    export = office.ask(shop.staff, format="csv", **wanted)
    office.messages()
    job = store.load(shop.name, export["id"])
    reading = worker.KINDS[job.request.kind]
    assert reading.count(shop.name, job.request, lambda: beats.append(0)) in (0, 1)
    counted = len(beats)
    orders = reading.orders(job, lambda: beats.append(0))
    found = len(list(orders)) if kind == "orders" else len([next(orders)])
    print(f"\n{kind}: {counted} beats while counting, {len(beats) - counted} while {found} orders were read")
    assert counted >= 1 and len(beats) - counted >= 1
    assert found == (0 if kind == "orders" else 1)


def test_what_two_workers_left_that_died_is_cleared_up(
    office: Office, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first worker dies after its upload, before it records the file; the second dies just after it takes the
    lease."""
    export, now = office.ask(shop.staff, format="csv"), datetime.now(UTC)
    office.messages()
    cut_after(monkeypatch, "PutObject", shop, export, now)
    assert len(office.keys()) == 1, "this is what it left"
    cut_after(monkeypatch, "PutItem", shop, export, now + timedelta(minutes=4))
    for n in (1, 2, 3):
        assert worker.write_next(shop.name, export["id"], n, clock(now + timedelta(minutes=10))) is not None
    whole(office, shop, export)


def test_a_store_has_its_share_of_the_workers_and_the_others_have_the_rest(
    office: Office, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of two workers writes a file of the store. The other one takes no file of this store, but one of another."""
    other = office.api.shop()
    other.platform.place()
    first, second = office.ask(shop.staff, format="csv"), office.ask(shop.staff, format="xlsx")
    theirs = office.ask(other.staff, format="csv")
    office.messages()
    write, now, meanwhile, sent = worker.write_file, datetime.now(UTC), list[Any](), list[tuple[Any, ...]]()

    def slow(job: Any, path: Path, renew: Any, out_of_time: Any) -> Any:
        monkeypatch.setattr(worker, "write_file", write)
        monkeypatch.setattr(queues, "send_export", lambda *message: sent.append(message))
        meanwhile.append(worker.write_next(shop.name, second["id"], 1, clock(now)))
        meanwhile.append(worker.write_next(shop.name, second["id"], 7, clock(now)))
        monkeypatch.undo()
        meanwhile.append(worker.write_next(other.name, theirs["id"], 1, clock(now)))
        return write(job, path, renew, out_of_time)

    monkeypatch.setattr(worker, "write_file", slow)
    assert worker.write_next(shop.name, first["id"], 1, clock(now)) is not None
    assert meanwhile[:2] == [None, None] and meanwhile[2].state == "succeeded"
    ((*ids, delay),) = sent
    assert ids == [shop.name, second["id"], 1] and exports.WAITS[0] <= delay <= exports.WAITS[1]
    assert store.load(shop.name, second["id"]).watch_at == now + life.LEASE, "the schedule sends no second message"
    assert worker.write_next(shop.name, second["id"], 1, clock(now)) is not None
