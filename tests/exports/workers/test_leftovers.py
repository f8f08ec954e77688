"""What workers leave in the bucket that are slow or die is cleared up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.client
import pytest

from functions.exports import worker
from functions.exports.formats import csv
from shared.store import files
from shared.store.exports import exports as store
from tests.baton import Killed
from tests.exports.office import Office
from tests.exports.workers.jobs import clock, whole
from tests.harness import Shop


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
