"""The import worker: reads the upload of an import, carries its rows out step by step, and records each step.

A message comes from the bucket (a file was uploaded) or from ourselves. One that is delivered twice, late or out of
order finds nothing to do. If a worker is killed, schedule.py sends the message again, and the rows after the
last recorded step run again: each row has its effect once.
"""

from __future__ import annotations

import json
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from shared.startup import collector_off

with collector_off():
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from functions.imports.kinds import KINDS
    from functions.imports.layouts.layout import NotRecognised
    from functions.imports.readers import reader
    from functions.imports.readers.limits import Refused
    from functions.imports.sheet import Sheet, open_sheet
    from shared.domain.imports import model
    from shared.domain.imports.model import Import, RowResult, RowState, Step
    from shared.operations.exports import check_leaving_orders
    from shared.operations.imports import imports
    from shared.operations.imports.imports import LeaseLost
    from shared.scheduled_runs import out_of_time
    from shared.store import files, stores
    from shared.store.dynamodb.errors import Missing
    from shared.store.imports import imports as stored
    from shared.telemetry import logger, metrics


Clock = Callable[[], datetime]
STEP_ROWS = 250
"""The rows of a step. A killed worker leaves as many to run again."""
CANCEL_CHECK = timedelta(seconds=1)
"""A worker looks so often whether its import was cancelled; then it stops before the next order."""
STOP_BEFORE = 60
"""With less time left no further step begins."""


def run(store_id: str, import_id: str, clock: Clock, out_of_time: Callable[[], bool] = lambda: False) -> Import | None:
    """Carry an import out, or as much of it as there is time for; the rest is enqueued. Returns it as it is then, None
    if there was nothing to do, or if the store has its share of the workers and the import waits."""
    owner, waiting = uuid.uuid4().hex, imports.next_import(store_id, import_id, clock())
    if waiting is None:
        return None
    if not imports.SHARE.acquire(store_id, import_id, owner, clock()):
        imports.wait(waiting, clock())
        return None
    try:
        return _run(store_id, import_id, owner, clock, out_of_time)
    finally:
        imports.SHARE.release(store_id, owner)


def _run(store_id: str, import_id: str, owner: str, clock: Clock, out_of_time: Callable[[], bool]) -> Import | None:
    job = imports.claim(store_id, import_id, owner, clock())
    if job is None:
        return None
    worker = _Worker(job, owner, clock)
    try:
        with tempfile.TemporaryDirectory() as folder:
            worker.run(Path(folder), out_of_time)
    except LeaseLost:
        logger.info("the import was taken over or cancelled", extra={"import_id": import_id})
        return None
    except Exception:
        # The import has the time of its next attempt, and schedule.py sends its message then: this message is done.
        logger.exception("a step of an import failed")
        metrics.add_metric("ImportStepsFailed", "Count", 1)
        with suppress(LeaseLost):
            imports.release(worker.job, owner, clock())
        return None
    if worker.job.open:
        imports.enqueue(worker.job)
    elif worker.job.days:
        check_leaving_orders(store_id, clock())
    return worker.job


class _Worker:
    """One worker with its lease of an import."""

    def __init__(self, job: Import, owner: str, clock: Clock) -> None:
        self.job, self._owner, self._clock, self._checked = job, owner, clock, clock()

    def run(self, folder: Path, out_of_time: Callable[[], bool]) -> None:
        self._delete_leftovers()
        sheet = self._read(folder)
        if sheet is None:
            return
        kind = KINDS[self.job.request.kind]
        store = stores.load(self.job.store_id).store
        results: list[RowResult] = []
        for group in kind.groups(sheet, self.job.position):
            if self._cancelled():
                self._record_last(results)
                return
            results += kind.carry_out(store, self.job, sheet, group, self._clock())
            if len(results) >= STEP_ROWS:
                self._record(results, sheet)
                results = []
                if out_of_time():
                    self._step(lambda job: model.hand_over(job, self._clock()))
                    return
        if results:
            self._record(results, sheet)
        key = self._write_failed_rows(sheet)
        self._step(lambda job: model.finish(job, key, self._clock()))

    def _read(self, folder: Path) -> Sheet | None:
        """The upload, read to its end; None if it cannot be read or is not recognised: the import has failed then, and
        nothing of it was used."""
        upload, job = folder / "upload", self.job
        try:
            files.download(model.upload_key(job.store_id, job.import_id), upload)
            spool = reader.read(upload, folder / "rows")
            upload.unlink()
            sheet = open_sheet(spool, job, stores.load(job.store_id).store)
        except Missing:
            self._fail("nothing_uploaded", {})
        except Refused as refused:
            self._fail(refused.code, refused.facts)
        except NotRecognised as unknown:
            missing = "; ".join(f"{name} ({near}?)" if near else name for name, near in unknown.missing)
            self._fail("columns_not_recognised", {"layout": unknown.layout.name, "columns": missing})
        else:
            if job.total is None:
                layout, zone = sheet.recognised.layout.name, sheet.context.zone.key
                self._step(lambda job: model.recognised(job, layout, zone, sheet.warnings, sheet.count))
            return sheet
        return None

    def _cancelled(self) -> bool:
        """Has the import ended or another worker? Looked up at most once in CANCEL_CHECK."""
        if self._clock() - self._checked < CANCEL_CHECK:
            return False
        self._checked = self._clock()
        job = self.job = stored.load(self.job.store_id, self.job.import_id)
        return not job.open or job.lease is None or job.lease.owner != self._owner

    def _record_last(self, results: list[RowResult]) -> None:
        """Record what took effect before the import was cancelled."""
        if results:
            step = self._results(results)
            stored.write_results(step.key, results)
            imports.last_step(self.job, self._owner, lambda job: model.stepped(job, step, results))

    def _results(self, results: list[RowResult]) -> Step:
        results.sort(key=lambda result: result.row)
        counts = {state: sum(result.state is state for result in results) for state in RowState}
        key = model.step_key(self.job, results[0].row, self._owner)
        return Step(key, results[0].row, results[-1].row, {str(state): n for state, n in counts.items() if n})

    def _record(self, results: list[RowResult], sheet: Sheet) -> None:
        step = self._results(results)
        key = step.key
        self._step(lambda job: model.announced(job, key))
        stored.write_results(key, results)
        warnings = sheet.take_warnings()
        self._step(lambda job: model.renew(model.stepped(job, step, results, warnings), self._owner, self._clock()))
        imports.SHARE.acquire(self.job.store_id, self.job.import_id, self._owner, self._clock())

    def _write_failed_rows(self, sheet: Sheet) -> str | None:
        """The key of the file of failed rows; None without failed rows."""
        if not self.job.counts[RowState.FAILED]:
            return None
        key = model.failed_rows_key(self.job, self._owner)
        from functions.imports import failed_rows  # openpyxl takes long to import, and most imports need none

        self._step(lambda job: model.announced(job, key))
        failed = self._failed()
        content = failed_rows.workbook(sheet, failed, self.job.request.language)
        files.put(key, content, failed_rows.CONTENT_TYPE)
        return key

    def _failed(self) -> Iterator[RowResult]:
        for step in self.job.steps:
            if step.counts.get(RowState.FAILED):
                yield from (each for each in stored.results(step) if each.state is RowState.FAILED)

    def _delete_leftovers(self) -> None:
        for key in self.job.leftovers:
            files.delete(key)

    def _fail(self, code: str, facts: Mapping[str, Any]) -> None:
        self._step(lambda job: model.fail(job, code, facts, self._clock()))

    def _step(self, step: Callable[[Import], Import]) -> None:
        """Raises LeaseLost where the import was cancelled or taken over."""
        self.job = imports.step_of_owner(self.job, self._owner, step)


def _named(record: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """(store, import) of what a message names: our own message, or the bucket's about uploads."""
    message = json.loads(record["body"])
    if "import_id" in message:
        yield message["store_id"], message["import_id"]
    for each in message.get("Records", ()):
        ids = model.ids_of(unquote_plus(each["s3"]["object"]["key"]))
        if ids:
            yield ids


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    ends, failures = out_of_time(context, STOP_BEFORE), []
    for record in event["Records"]:
        try:
            for store_id, import_id in _named(record):
                logger.append_keys(store_id=store_id, import_id=import_id)
                imports.note_upload(store_id, import_id, datetime.now(UTC))
                job = run(store_id, import_id, lambda: datetime.now(UTC), ends)
                logger.info("an import had nothing to do" if job is None else "an import went on")
        except Missing:
            logger.warning("the import of a message does not exist")
        except Exception:
            logger.exception("a message could not be processed")
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
