"""A worker holds an export by its lease: others keep away, and one that has lost it brings nothing in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.exports import worker
from shared.domain.exports import model as life
from shared.operations import exports
from shared.operations.exports import LeaseLost
from shared.store import files, queues
from shared.store.exports import exports as store
from tests.exports.office import Office
from tests.exports.workers.jobs import clock, never, whole
from tests.harness import Shop

NOW = datetime.now(UTC)


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


def test_a_step_without_the_lease_is_refused(office: Office, shop: Shop) -> None:
    export = office.ask(shop.staff, format="csv")
    taken = exports.claim_file(shop.name, export["id"], 1, "a", NOW)
    assert taken is not None
    with pytest.raises(LeaseLost):
        exports.step_of_owner(taken[1], "b", lambda job: job)


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
