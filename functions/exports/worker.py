"""The worker: one message, one file. It writes the file, keeps it, and sends the job on to its next.

A message only says where to look. One that comes twice, late or out of order finds nothing to do; what a worker that
was killed has left undone is driven on by the clock (schedule.py) and written again from the same place.
"""

from __future__ import annotations

import json
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.exports.file_writer import FORMATS, FileResult, digest, file_name, write_file
from functions.exports.kinds import KINDS
from shared.domain.exports import model as life
from shared.domain.exports.model import File, Job
from shared.operations import exports
from shared.operations.exports import LeaseLost
from shared.scheduled_runs import out_of_time
from shared.store import files, stores
from shared.store.dynamodb.errors import Missing
from shared.telemetry import logger, metrics

Clock = Callable[[], datetime]
RENEW_SECONDS = 10.0
"""How often a worker says that it is alive, and how far it is."""
STOP_BEFORE = 300
"""With less time left a file is ended where it is: it has yet to be packed and sent."""


def write_next(
    store_id: str, export_id: str, n: int, clock: Clock, out_of_time: Callable[[], bool] = lambda: False
) -> Job | None:
    """Write file `n` of a job and hand the job on; None where there was nothing to do. Answers with the job as it is
    then. Once it is `out_of_time`, the file ends where it is, and the rest goes into the next."""
    owner = uuid.uuid4().hex
    taken = exports.take_file(store_id, export_id, n, owner, clock())
    if taken is None:
        return None
    before, job = taken
    key = life.key_of(job, n, owner)
    try:
        _clear_up(before.leftovers)
        job = _write(job, key, _JobLease(job, owner, clock), out_of_time)
    except LeaseLost:
        logger.info("the export was taken over or cancelled", extra={"export_id": export_id})
        return None
    except Exception:
        # The job knows when it is tried again, and the clock sends its message then: this one has done its work.
        logger.exception("a file could not be written")
        metrics.add_metric("ExportFilesFailed", "Count", 1)
        with suppress(LeaseLost):
            exports.release(job, owner, clock())
        return None
    if not job.open:
        exports.ended(job, clock())
    if job.open and job.files:  # one that begins anew waits for the clock: see life.restart
        exports.enqueue_next(job)
    return job


def _clear_up(leftovers: Iterable[str]) -> None:
    """A worker that was killed may have put its file there before it could say so, or some parts of it."""
    for key in leftovers:
        files.abandon(key)
        files.delete(key)


def _write(job: Job, key: str, lease: _JobLease, out_of_time: Callable[[], bool]) -> Job:
    if job.total is None:
        total = KINDS[job.request.kind].count(job.store_id, job.request, lambda: lease.renew(0))
        job = lease.step(lambda job: life.with_total(job, total))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        written = write_file(job, path, lease.renew, out_of_time)
        file = File(
            written.n,
            file_name(stores.load(job.store_id).store.name or job.store_id, job.request, written.n),
            key,
            path.stat().st_size,
            digest(path),
            written.rows,
            written.orders,
        )
        lease.renew(written.orders, at_once=True)
        files.upload(path, key, FORMATS[job.request.format].CONTENT_TYPE)
    try:
        after = lease.step(lambda job: _with(job, file, written, lease.clock()))
    except LeaseLost:
        there = exports.holding(job, key)
        if there is None:
            files.delete(key)  # nobody will ever ask for it
            raise
        after = there  # our own step, whose answer was lost on the way
    return after


def _with(job: Job, file: File, written: FileResult, now: datetime) -> Job:
    after = life.file_written(
        job, file, written.totals, tuple(written.warnings), written.more_warnings, written.position, now
    )
    return exports.end(after, now) if written.ended else after


class _JobLease:
    """The job in this worker's hands: tells it every few seconds that the worker is alive, and how far."""

    def __init__(self, job: Job, owner: str, clock: Clock) -> None:
        self.job, self.clock, self._owner = job, clock, owner
        self._next = time.monotonic() + RENEW_SECONDS

    def step(self, step: Callable[[Job], Job]) -> Job:
        """Raises LeaseLost where the job was cancelled or taken over."""
        self.job = exports.mine(self.job, self._owner, step)
        return self.job

    def renew(self, orders: int, *, at_once: bool = False) -> None:
        """Raises LeaseLost."""
        if at_once or time.monotonic() >= self._next:
            self.step(lambda job: life.renew(job, self._owner, job.orders + orders, self.clock()))
            self._next = time.monotonic() + RENEW_SECONDS


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    ends = out_of_time(context, STOP_BEFORE)
    failures = []
    for record in event["Records"]:
        try:
            message = json.loads(record["body"])
            logger.append_keys(store_id=message["store_id"], export_id=message["export_id"], n=message["n"])
            job = write_next(message["store_id"], message["export_id"], message["n"], lambda: datetime.now(UTC), ends)
            logger.info("no file was written" if job is None else "a file was written")
        except Missing:
            logger.warning("a message names an export that there is not")
        except Exception:
            logger.exception("a message could not be dealt with")
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
