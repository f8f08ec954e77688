"""The plug pulled before and after every call that an export makes: it ends, and ends the same.

A process that was killed makes no further call: what would run on its way out does not reach anybody.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import botocore.client
import pytest
from botocore.exceptions import ReadTimeoutError

from functions.exports import worker
from functions.exports.formats import xls
from shared.domain.exports.model import State
from shared.operations import exports
from shared.settings import settings
from shared.store import files
from shared.store.exports import exports as store
from tests import proof
from tests.baton import KILLED_AFTER, KILLED_BEFORE, LOST, Killed
from tests.exports import bulk
from tests.exports.files import sheet
from tests.exports.office import Office
from tests.exports.small_pages import small_pages
from tests.harness import BUCKET, Shop, ago, new_order, snapshot

LARGE, LESS = proof.size((50, 50), (1_500, 500))
SHARES = proof.size(1, 4)
"""The calls are shared out among so many tests."""
PAGES = 5
"""About how many pages the orders are read in, however many they are."""
BOTH = (KILLED_BEFORE, KILLED_AFTER)
QUEUES_OWN = ("ReceiveMessage", "DeleteMessage")
WINDOW = {"from": "2026-07-01T00:00:00Z", "to": "2027-07-01T00:00:00Z"}
_real = botocore.client.BaseClient._make_api_call


@dataclass
class Calls:
    """Counts calls, those of the queue apart; at number `at` something happens to the process that makes them."""

    at: int = -1
    fault: str = ""
    made: list[str] = field(default_factory=list)
    dead: bool = False

    def call(self, client: Any, operation: str, arguments: Any) -> Any:
        if self.dead:
            raise Killed
        if operation in QUEUES_OWN:
            return _real(client, operation, arguments)
        self.made.append(operation)
        if len(self.made) - 1 != self.at:
            return _real(client, operation, arguments)
        self.dead = self.fault != LOST
        if self.fault == KILLED_BEFORE:
            raise Killed
        with suppress(Exception):
            _real(client, operation, arguments)
        if self.fault == LOST:
            raise ReadTimeoutError(endpoint_url="here")
        raise Killed


@contextmanager
def counted(calls: Calls) -> Iterator[Calls]:
    botocore.client.BaseClient._make_api_call = lambda *args: calls.call(*args)  # noqa: PLW0108  it binds the client
    try:
        yield calls
    finally:
        botocore.client.BaseClient._make_api_call = _real


def chosen(operations: list[str], fault: str) -> list[tuple[int, str]]:
    """The calls that are cut, with their numbers: all, or in `make test` one of each kind. That is the first, one in
    the middle or the last of them, by the fault."""
    numbered = list(enumerate(operations))
    if proof.FULL:
        return numbered
    places = {name: [at for at, each in numbered if each == name] for name in operations}
    third = (KILLED_BEFORE, LOST, KILLED_AFTER).index(fault)
    return sorted((of_kind[(len(of_kind) - 1) * third // 2], name) for name, of_kind in places.items())


def never() -> bool:
    return False


@dataclass
class Desk:
    """Plays queue and clock for one job: `run` is one life of a worker, `end` what the clock then makes of it."""

    office: Office
    shop: Shop
    export_id: str
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def live(self, at: int, fault: str) -> str:
        """A life of a worker in which this happens at its call number `at`; answers with what the call was."""
        with counted(Calls(at, fault)) as calls, suppress(Killed, Exception):
            self.run()
        return calls.made[at] if at < len(calls.made) else ""

    def run(self) -> None:
        """Each run makes the same calls, however slow the machine is: no lease is renewed because ten seconds have
        passed, and the message of an earlier job, which waited, is not for this worker."""
        with patch.object(worker, "RENEW_SECONDS", math.inf):
            while bodies := self.office.messages():
                for body in bodies:
                    if body["export_id"] == self.export_id:
                        worker.write_next(body["store_id"], body["export_id"], body["n"], lambda: self.now)

    def end(self) -> dict[str, Any]:
        for _ in range(12):
            job = store.load(self.shop.name, self.export_id)
            if not job.open:
                break
            self.now += timedelta(minutes=4)
            exports.resume(self.now, never)
            self.run()
        return self.office.read(self.shop.staff, self.export_id)


def everything(office: Office, shop: Shop, export: dict[str, Any]) -> list[Any]:
    """All cells of all files, each of which is what the job says of it."""
    found = []
    for file in export["files"]:
        content = office.fetch(shop.staff, export, file["n"])
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (file["sha256"], file["bytes"])
        found.append(sheet(content, export))
        assert len(found[-1]) == file["rows"] + 1
    return found


def objects(shop: Shop, export_id: str) -> set[str]:
    return {file.key for file in store.load(shop.name, export_id).files}


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize(("fault", "orders"), [(KILLED_BEFORE, LARGE), (KILLED_AFTER, LARGE), (LOST, LESS)])
def test_an_export_ends_the_same_wherever_it_is_cut(
    office: Office, monkeypatch: pytest.MonkeyPatch, fault: str, orders: int, share: int
) -> None:
    import moto.s3.models

    rows = orders * 2 // 5
    shop = office.api.shop()
    bulk.load(shop.name, orders)
    small_pages(monkeypatch, orders // PAGES)
    monkeypatch.setattr(xls, "MAX_ROWS", rows)
    monkeypatch.setattr(files, "PART_BYTES", orders * 100)
    monkeypatch.setattr(moto.s3.models, "S3_UPLOAD_PART_MIN_SIZE", 1)
    monkeypatch.setenv("WORKER_CONCURRENCY", "1000")  # killed workers leave their leases for a while
    settings.cache_clear()
    written: list[int] = []
    monkeypatch.setattr(worker, "write_file", _noting(worker.write_file, written))

    def begin() -> Desk:
        request = office.ask(shop.staff, window=WINDOW)
        written.clear()
        return Desk(office, shop, request["id"])

    with counted(Calls()) as calls:
        desk = begin()
        calls.made.clear()
        desk.run()
    undisturbed, operations = desk.end(), list(calls.made)
    assert undisturbed["state"] == "succeeded"
    assert [file["orders"] for file in undisturbed["files"]] == [rows, rows, rows // 2]
    sent = {"CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "SendMessage"}
    assert set(operations) == {"GetItem", "PutItem", "Query", *sent}
    assert len(operations) >= (45 if orders == LARGE else 30)
    cells, keys = everything(office, shop, undisturbed), set(office.keys())
    counts = [(1, rows, rows), (2, rows, rows), (3, rows // 2, rows // 2)]

    cut: Counter[str] = Counter()
    for at, operation in chosen(operations, fault)[share::SHARES]:
        desk = begin()
        assert desk.live(at, fault) == operation, "each run makes the same calls"
        export = desk.end()
        where = (at, operation, fault)
        assert export["state"] == State.SUCCEEDED, where
        assert export["progress"] == {"done": orders, "total": orders, "percent": 100}, where
        assert export["coverage"]["orders"] == orders, where
        assert [(file["n"], file["orders"], file["rows"]) for file in export["files"]] == counts, where
        assert export["totals"] == undisturbed["totals"], where
        assert len(written) <= 4 and set(written) == {1, 2, 3}, where
        assert office.uploads() == [], where
        assert everything(office, shop, export) == cells, where
        new = set(office.keys()) - keys
        assert new == objects(shop, desk.export_id) and len(new) == 3, where
        for key in new:
            office.s3.delete_object(Bucket=BUCKET, Key=key)
        cut[operation] += 1
    print(f"\n{fault}: {dict(cut)}")
    floor = proof.size(7, (45 if orders == LARGE else 30) // SHARES)
    proof.counted(f"exports cut at their calls: {fault}", cut.total(), floor)


def _noting(write: Callable[..., Any], written: list[int]) -> Callable[..., Any]:
    def noted(job: Any, *args: Any, **kwargs: Any) -> Any:
        written.append(job.next_file)
        return write(job, *args, **kwargs)

    return noted


@pytest.fixture
def small(office: Office, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A job of five orders in three files, each sent in parts; and before it one that was not disturbed."""
    import moto.s3.models

    shop = office.api.shop()
    for hours in range(5):
        shop.platform.place(placed_at=ago(hours=30 + hours))
    monkeypatch.setattr(xls, "MAX_ROWS", 2)
    monkeypatch.setattr(files, "PART_BYTES", 4 * 1024)
    monkeypatch.setattr(moto.s3.models, "S3_UPLOAD_PART_MIN_SIZE", 1)
    return Desk(office, shop, "")


def again(desk: Desk) -> Desk:
    return Desk(desk.office, desk.shop, desk.office.ask(desk.shop.staff)["id"])


def calls_of(desk: Desk, run: Callable[[], object]) -> list[str]:
    with counted(Calls()) as calls:
        run()
    return list(calls.made)


@pytest.mark.parametrize("name", ["parts sent", "all parts sent", "taken"])
def test_one_that_is_cut_when_it_resumes_ends_the_same(small: Desk, name: str) -> None:
    """The first worker dies when it has the job, or has sent parts of its first file; the next at each of the calls
    that it makes for that file."""
    desk = again(small)
    operations = calls_of(desk, desk.run)
    cells, keys = everything(desk.office, desk.shop, desk.end()), set(desk.office.keys())
    at, fault = {
        "parts sent": (operations.index("UploadPart"), KILLED_AFTER),
        "all parts sent": (operations.index("CompleteMultipartUpload"), KILLED_BEFORE),
        "taken": (operations.index("PutItem"), KILLED_AFTER),
    }[name]
    cut: Counter[str] = Counter()
    resumed = _resumed(again(small), at, fault)
    whole = calls_of(resumed, resumed.run)
    whole = whole[: whole.index("SendMessage") + 1]
    resumed.end()
    keys |= objects(desk.shop, resumed.export_id)
    for number, (second, operation) in enumerate(chosen(whole, KILLED_BEFORE)):
        for other in BOTH if proof.FULL else BOTH[number % 2 :][:1]:
            desk = _resumed(again(small), at, fault)
            assert desk.live(second, other) == operation
            export = desk.end()
            where = (second, operation, other)
            assert export["state"] == State.SUCCEEDED, where
            assert everything(desk.office, desk.shop, export) == cells, where
            assert desk.office.uploads() == [], where
            new = set(desk.office.keys()) - keys
            assert new == objects(desk.shop, desk.export_id), where
            for key in new:
                desk.office.s3.delete_object(Bucket=BUCKET, Key=key)
            cut[operation] += 1
    print(f"\n{name}: {dict(cut)}")
    proof.counted(f"exports cut twice, the first time when they had {name}", cut.total(), proof.size(6, 20))


def _resumed(desk: Desk, at: int, fault: str) -> Desk:
    """After its first worker's death, with the next message sent."""
    assert desk.live(at, fault)
    desk.now += timedelta(minutes=4)
    assert exports.resume(desk.now, never) == 1
    return desk


def test_a_clock_that_is_cut_drives_on_when_it_comes_round(small: Desk) -> None:
    cut: Counter[str] = Counter()
    for fault in (KILLED_BEFORE, KILLED_AFTER, LOST):
        for at in range(20):
            desk = again(small)
            desk.office.messages()
            desk.now += timedelta(minutes=4)
            with counted(Calls(at, fault)) as calls, suppress(Killed, Exception):
                exports.resume(desk.now, never)
            if at >= len(calls.made):
                desk.end()
                break
            cut[calls.made[at]] += 1
            desk.run()
            assert desk.end()["state"] == State.SUCCEEDED, (at, calls.made[at], fault)
            assert [len(desk.office.uploads()), len(objects(desk.shop, desk.export_id))] == [0, 3]
    proof.counted("runs of the export schedule cut", cut.total(), 12)
    assert set(cut) == {"Query", "GetItem", "PutItem", "SendMessage"}


@pytest.mark.parametrize("fault", [KILLED_AFTER, LOST])
def test_what_is_begun_anew_leaves_no_file_behind(small: Desk, fault: str) -> None:
    """An order is moved in time; the worker that says so dies, or does not hear that it has been heard."""
    body = new_order(placed_at=ago(hours=36))
    assert small.shop.platform.post("/v1/orders", body).status == 201
    shown = snapshot({**body, "placed_at": ago(days=200)}, "PLACE_ORDER_SUCCESS")
    began = datetime.now(UTC)

    def up_to_the_last() -> Desk:
        desk = again(small)
        desk.now = began
        for n in (1, 2):
            worker.write_next(desk.shop.name, desk.export_id, n, lambda: desk.now)
        desk.office.messages()
        return desk

    def last(desk: Desk) -> None:
        worker.write_next(desk.shop.name, desk.export_id, 3, lambda: desk.now)

    desk = up_to_the_last()
    assert small.shop.platform.act(body["order_id"], "sync", shown).status == 200
    operations = calls_of(desk, lambda: last(desk))
    assert store.load(desk.shop.name, desk.export_id).restarts == 1
    step = len(operations) - 1 - operations[::-1].index("PutItem")
    desk.end()
    keys = set(desk.office.keys())
    desk = up_to_the_last()
    with counted(Calls(step, fault)) as calls, suppress(Killed, Exception):
        last(desk)
    assert calls.made[step] == "PutItem" and store.load(desk.shop.name, desk.export_id).restarts == 1
    assert desk.end()["state"] == State.SUCCEEDED
    assert set(desk.office.keys()) - keys == objects(desk.shop, desk.export_id)
