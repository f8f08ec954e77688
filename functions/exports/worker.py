"""The export worker: each message writes and uploads one file, and enqueues the job's next file.

A message that is delivered twice, late or out of order finds nothing to do. If a worker is killed, schedule.py resumes
the job, and the file is written again from the same position.
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

from shared.startup import collector_off

with collector_off():
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from functions.exports.file_writer import FORMATS, FileResult, digest, file_name, write_file
    from functions.exports.kinds import KINDS
    from shared.domain.exports import model
    from shared.domain.exports.model import File, Job
    from shared.operations import exports
    from shared.operations.exports import LeaseLost
    from shared.scheduled_runs import out_of_time
    from shared.store import files, stores
    from shared.store.dynamodb.errors import Missing
    from shared.telemetry import logger, metrics


Clock = Callable[[], datetime]
RENEW_SECONDS = 10.0
"""How often a worker renews its lease and records its progress."""
STOP_BEFORE = 300
"""With less time left a file ends early: it must still be compressed and uploaded."""


def write_next(
    store_id: str, export_id: str, n: int, clock: Clock, out_of_time: Callable[[], bool] = lambda: False
) -> Job | None:
    """Write file `n` of a job, enqueue the next one and return the job. None if there was nothing to do, or if the
    store has its share of the workers and the message waits. When `out_of_time()` is true, the file ends early, and the
    rest goes into the next file."""
    owner, job = uuid.uuid4().hex, exports.next_job(store_id, export_id, n, clock())
    if job is None:
        return None
    if not exports.SHARE.acquire(store_id, export_id, owner, clock()):
        exports.wait(job, clock())
        return None
    try:
        return _write_next(store_id, export_id, n, owner, clock, out_of_time)
    finally:
        exports.SHARE.release(store_id, owner)


def _write_next(
    store_id: str, export_id: str, n: int, owner: str, clock: Clock, out_of_time: Callable[[], bool]
) -> Job | None:
    claimed = exports.claim_file(store_id, export_id, n, owner, clock())
    if claimed is None:
        return None
    before, job = claimed
    key = model.key_of(job, n, owner)
    try:
        _delete_leftovers(before.leftovers)
        job = _write(job, key, _JobLease(job, owner, clock), out_of_time)
    except LeaseLost:
        logger.info("the export was taken over or cancelled", extra={"export_id": export_id})
        return None
    except Exception:
        # The job has the time of its next attempt, and schedule.py sends its message then: this message is done.
        logger.exception("a file could not be written")
        metrics.add_metric("ExportFilesFailed", "Count", 1)
        with suppress(LeaseLost):
            exports.release(job, owner, clock())
        return None
    if not job.open:
        exports.check_leaving_orders(store_id, clock())
    if job.open and job.files:  # a restarted job has no files and waits for schedule.py: see restart
        exports.enqueue_next(job)
    return job


def _delete_leftovers(leftovers: Iterable[str]) -> None:
    """A killed worker may have uploaded its file, or parts of it, without recording that."""
    for key in leftovers:
        files.abort_uploads(key)
        files.delete(key)


def _write(job: Job, key: str, lease: _JobLease, out_of_time: Callable[[], bool]) -> Job:
    if job.total is None:
        total = KINDS[job.request.kind].count(job.store_id, job.request, lambda: lease.renew(0))
        job = lease.step(lambda job: model.with_total(job, total))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        result = write_file(job, path, lease.renew, out_of_time)
        file = File(
            result.n,
            file_name(stores.load(job.store_id).store.name or job.store_id, job.request, result.n),
            key,
            path.stat().st_size,
            digest(path),
            result.rows,
            result.orders,
        )
        lease.renew(result.orders, at_once=True)
        files.upload(path, key, FORMATS[job.request.format].CONTENT_TYPE)
    try:
        after = lease.step(lambda job: _with_file(job, file, result, lease.clock()))
    except LeaseLost:
        current = exports.load_with_file(job, key)
        if current is None:
            files.delete(key)  # the job does not refer to it
            raise
        after = current  # our step was saved, and only its answer was lost
    return after


def _with_file(job: Job, file: File, result: FileResult, now: datetime) -> Job:
    after = model.file_written(
        job, file, result.totals, tuple(result.warnings), result.more_warnings, result.position, now
    )
    return exports.finish(after, now) if result.ended else after


class _JobLease:
    """This worker's lease of the job; it is renewed every few seconds, with the progress."""

    def __init__(self, job: Job, owner: str, clock: Clock) -> None:
        self.job, self.clock, self._owner = job, clock, owner
        self._next = time.monotonic() + RENEW_SECONDS

    def step(self, step: Callable[[Job], Job]) -> Job:
        """Raises LeaseLost where the job was cancelled or taken over."""
        self.job = exports.step_of_owner(self.job, self._owner, step)
        return self.job

    def renew(self, orders: int, *, at_once: bool = False) -> None:
        """Raises LeaseLost."""
        if at_once or time.monotonic() >= self._next:
            self.step(lambda job: model.renew(job, self._owner, job.orders + orders, self.clock()))
            exports.SHARE.acquire(self.job.store_id, self.job.export_id, self._owner, self.clock())
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
            logger.warning("the export of a message does not exist")
        except Exception:
            logger.exception("a message could not be processed")
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
