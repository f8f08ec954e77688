"""The clock goes on with what stands still, waits, and gives up in the end."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.client
import pytest
from botocore.exceptions import EndpointConnectionError

from functions.exports import worker
from functions.exports.formats import csv
from shared.domain.exports import model as life
from shared.operations import exports
from shared.operations.exports import LeaseLost
from shared.store import files
from shared.store.exports import exports as store
from tests import permissions, proof
from tests.exports.office import Office
from tests.exports.workers.jobs import clock, never, refusing, whole
from tests.harness import Shop

JOBS = proof.size(2, 6)
"""Exports that workers and clocks carry out at once."""


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


def test_giving_up_is_logged_and_counted(office: Office, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
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
    jobs = [office.ask(shop.staff, format="csv") for _ in range(JOBS)]
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
    for error in broken:
        raise error
    keys = set()
    for export in jobs:
        job = store.load(shop.name, export["id"])
        assert (str(job.state), [file.orders for file in job.files]) == ("succeeded", [3, 3, 1])
        keys |= {file.key for file in job.files}
        assert {row[0] for row in office.rows(shop.staff, office.read(shop.staff, export["id"]))} == order_ids
    print(f"\n{counts}, {ticks[0]} looks at the clock")
    assert len(keys) == 3 * JOBS and set(office.keys()) == keys and office.uploads() == []
    assert counts["written"] >= 3 * JOBS and counts["driven"] >= JOBS and counts["taken"] > 3 * JOBS


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
