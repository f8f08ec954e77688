"""The plug pulled before and after every call that an export makes: it ends, and ends the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.client
import pytest
from botocore.exceptions import ReadTimeoutError

from functions.exports import worker
from functions.exports.formats import xls
from shared.domain.exports import State
from shared.operations import exports
from shared.store import exports as store
from shared.store import files
from tests.baton import KILLED_AFTER, KILLED_BEFORE, LOST, Killed
from tests.exports import bulk
from tests.exports.office import Office, sheet
from tests.harness import Shop

ORDERS, ROWS = 5_000, 2_000
_real = botocore.client.BaseClient._make_api_call


@dataclass
class Calls:
    """Counts calls; at number `at` something happens to the process that makes them."""

    at: int = -1
    fault: str = ""
    made: list[str] = field(default_factory=list)

    def call(self, client: Any, operation: str, arguments: Any) -> Any:
        self.made.append(operation)
        if len(self.made) - 1 != self.at:
            return _real(client, operation, arguments)
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


def never() -> bool:
    return False


@dataclass
class Desk:
    """Plays queue and clock for one job: `run` is one life of a worker, `end` what the clock then makes of it."""

    office: Office
    shop: Shop
    export_id: str
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def run(self) -> None:
        while bodies := self.office.messages():
            for body in bodies:
                worker.write_next(body["store_id"], body["export_id"], body["n"], lambda: self.now)

    def end(self) -> dict[str, Any]:
        for _ in range(12):
            job = store.load(self.shop.name, self.export_id)
            if not job.open:
                break
            self.now += timedelta(minutes=4)
            exports.drive_on(self.now, never)
            self.run()
        return self.office.read(self.shop.staff, self.export_id)


def everything(office: Office, shop: Shop, told: dict[str, Any]) -> list[Any]:
    return [sheet(office.fetch(shop.staff, told, file["n"]), told) for file in told["files"]]


@pytest.mark.parametrize("fault", [KILLED_BEFORE, KILLED_AFTER, LOST])
def test_an_export_ends_the_same_wherever_it_is_cut(
    office_on_dynoxide: Office, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    import moto.s3.models

    office = office_on_dynoxide
    shop = office.api.shop()
    bulk.load(shop.name, ORDERS)
    monkeypatch.setattr(xls, "MAX_ROWS", ROWS)
    monkeypatch.setattr(files, "PART_BYTES", 512 * 1024)
    monkeypatch.setattr(moto.s3.models, "S3_UPLOAD_PART_MIN_SIZE", 1)
    written: list[int] = []
    monkeypatch.setattr(worker, "write_file", _noting(worker.write_file, written))
    window = {"from": "2026-07-01T00:00:00Z", "to": "2027-07-01T00:00:00Z"}

    def begin() -> Desk:
        asked = office.ask(shop.staff, window=window)
        written.clear()
        return Desk(office, shop, asked["id"])

    with counted(Calls()) as calls:
        desk = begin()
        calls.made.clear()
        desk.run()
    undisturbed, operations = desk.end(), list(calls.made)
    assert undisturbed["state"] == "succeeded"
    assert [file["orders"] for file in undisturbed["files"]] == [2_000, 2_000, 1_000]
    assert {"CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "Query", "PutItem"} <= set(operations)
    cells, keys = everything(office, shop, undisturbed), set(office.keys())

    for at in range(len(operations)):
        if operations[at] in ("ReceiveMessage", "DeleteMessage"):
            continue  # the queue's own
        desk = begin()
        with counted(Calls(at, fault)) as calls, suppress(Killed, Exception):
            desk.run()
        told = desk.end()
        where = (at, operations[at], fault)
        assert told["state"] == State.SUCCEEDED, where
        assert told["progress"] == {"done": ORDERS, "total": ORDERS, "percent": 100}, where
        assert told["coverage"]["orders"] == ORDERS, where
        assert told["totals"] == undisturbed["totals"], where
        assert len(written) <= 4, where
        assert office.uploads() == [], where
        assert everything(office, shop, told) == cells, where
        new = set(office.keys()) - keys
        assert len(new) == 3, where
        for key in new:
            office.s3.delete_object(Bucket="orderkeep-tests", Key=key)
    print(f"\n{len(operations)} calls, {fault}")
    assert len(operations) >= 50


def _noting(write: Callable[..., Any], written: list[int]) -> Callable[..., Any]:
    def noted(job: Any, *args: Any, **kwargs: Any) -> Any:
        written.append(job.next_file)
        return write(job, *args, **kwargs)

    return noted
