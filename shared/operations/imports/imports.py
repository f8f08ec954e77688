"""Imports: request, upload, preview, apply, cancel, resume, and the steps of a worker. Each may run twice.

An effect on an order has the import's id as its reason in the order's history. A row that runs again finds it there,
so its result is the same as the first time.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.alerts import import_alerts
from shared.domain.imports import model
from shared.domain.imports.model import Import, ImportRequest
from shared.domain.order.transitions import Actor
from shared.domain.stores import Store
from shared.operations.orders import new_id
from shared.store import files, queues
from shared.store.alerts import alerts
from shared.store.dynamodb.errors import Missing, Stale
from shared.store.dynamodb.table import Write
from shared.store.idempotency import PendingAnswer, settle
from shared.store.imports import imports
from shared.store.retries import ITEM_LIMIT, retry, time_limit
from shared.store.semaphores import Semaphore
from shared.telemetry import logger, metrics

FIRST_WAIT = timedelta(seconds=15)
"""The wait after the first failed attempt; it doubles with each further one."""
SHARE = Semaphore("imports", model.LEASE)
"""The workers that carry out imports of one store at the same time."""
WAITS = (15, 45)
"""A message waits so many seconds for its share, at random between the two."""


class LeaseLost(Exception):
    """Another worker has the import, or it has ended."""


@dataclass(frozen=True, slots=True)
class Form:
    """A presigned POST: `fields` go into a multipart form before the file, which comes last."""

    url: str
    fields: dict[str, str]
    expires_at: datetime


def request_import(
    store: Store, request: ImportRequest, actor: Actor, now: datetime, pending: PendingAnswer | None = None
) -> Import:
    """Create an import that waits for its file."""
    job = model.new(store.store_id, new_id("imp_"), request, actor, now)
    with settle(pending, job) as answer:
        imports.create(job, answer)
    return job


def upload_form(job: Import) -> Form:
    """The form to upload the file with. Costs no request."""
    key = model.upload_key(job.store_id, job.import_id)
    url, fields = files.form(key, "application/octet-stream", model.MAX_BYTES)
    return Form(url, fields, job.requested_at + timedelta(seconds=files.FORM_SECONDS))


def note_upload(store_id: str, import_id: str, now: datetime) -> Import:
    """Queue the import whose file has come. Raises Missing."""

    def step(before: Import) -> Import:
        after = model.uploaded(before, now)
        return save(before, after) if after is not before else before

    return retry(step, lambda: imports.load(store_id, import_id))


def apply_import(store_id: str, import_id: str, now: datetime, pending: PendingAnswer | None = None) -> Import:
    """Carry out a preview. Raises Missing or Conflict."""
    job = _step(store_id, import_id, lambda job: model.apply(job, now), pending)
    enqueue(job)
    return job


def cancel_import(store_id: str, import_id: str, now: datetime, pending: PendingAnswer | None = None) -> Import:
    """Stop an import; its worker stops before its next order, within a second. Raises Missing or Conflict."""
    return _step(store_id, import_id, lambda job: model.cancel(job, now), pending)


def resume(now: datetime, out_of_time: Callable[[], bool]) -> int:
    """Enqueue each open import whose message or worker was lost, and each whose upload was not reported. Returns their
    number."""
    resumed = 0
    for store_id, import_id in imports.due_by(now):
        if out_of_time():
            break
        try:
            with time_limit(ITEM_LIMIT):
                resumed += _resume(store_id, import_id, now)
        except (Stale, Missing):
            continue  # its worker was only slow, or the import was deleted
        except Exception:  # it must not stop the other imports
            logger.exception("an import could not be resumed", extra={"store_id": store_id, "import_id": import_id})
            metrics.add_metric("ImportsFailed", "Count", 1)
    return resumed


def _resume(store_id: str, import_id: str, now: datetime) -> bool:
    job = imports.load(store_id, import_id)
    if job.watch_at is None or job.watch_at > now:
        return False
    if job.state is model.State.AWAITING_UPLOAD:
        if files.first_bytes(model.upload_key(store_id, import_id)) is None:
            save(job, model.not_uploaded(job, now))
            return False
        job = note_upload(store_id, import_id, now)
    else:
        job = save(job, replace(job, watch_at=now + model.LEASE))
    enqueue(job)
    return True


# ---- steps of a worker


def claim(store_id: str, import_id: str, owner: str, now: datetime) -> Import | None:
    """Claim the import for the worker `owner`; None if there is no work. Raises Missing."""

    def step(before: Import) -> Import | None:
        after = model.claim(before, owner, now)
        return save(before, after) if after else None

    claimed = retry(step, lambda: imports.load(store_id, import_id))
    if claimed and not claimed.open:
        logger.error("an import failed", extra={"import_id": import_id, "code": claimed.failed})
        metrics.add_metric("ImportsFailed", "Count", 1)
        return None
    return claimed


def next_import(store_id: str, import_id: str, now: datetime) -> Import | None:
    """The import if it can be claimed now. One read unit for each 4 KB. Raises Missing."""
    job = imports.load(store_id, import_id)
    return job if model.claim(job, "", now) else None


def wait(job: Import, now: datetime) -> None:
    """Send the import again later: the store has its share of the workers. The import is not looked after meanwhile, so
    that it has one message only."""
    with suppress(Stale):
        save(job, replace(job, watch_at=now + model.LEASE))
        enqueue(job, random.randint(*WAITS))


def step_of_owner(job: Import, owner: str, step: Callable[[Import], Import]) -> Import:
    """Save `step` of the import. Raises LeaseLost if the worker `owner` no longer has the lease."""

    def guarded(job: Import) -> Import:
        if not job.open or job.lease is None or job.lease.owner != owner:
            raise LeaseLost("the worker has lost the lease of the import")
        return save(job, step(job))

    return retry(guarded, lambda: imports.load(job.store_id, job.import_id), job)


def last_step(job: Import, owner: str, step: Callable[[Import], Import]) -> None:
    """Save `step` of an import that was cancelled while the worker `owner` had it. Raises LeaseLost if it was not."""

    def guarded(job: Import) -> Import:
        if job.state is not model.State.CANCELLED or job.lease is None or job.lease.owner != owner:
            raise LeaseLost("the import was not cancelled under this worker")
        return save(job, step(replace(job, lease=None)))

    retry(guarded, lambda: imports.load(job.store_id, job.import_id))


def release(job: Import, owner: str, now: datetime) -> None:
    """Release the import after a failed attempt. The wait before the next attempt doubles each time."""
    wait = FIRST_WAIT * 2**job.attempts
    step_of_owner(job, owner, lambda job: model.release(job, now + wait))


def enqueue(job: Import, delay: int = 0) -> None:
    """Send the import to a worker, `delay` seconds from now. If that fails, `resume` does it later."""
    try:
        queues.send_import(job.store_id, job.import_id, delay)
    except Exception as error:
        logger.warning("a message could not be sent", extra={"error": type(error).__name__})


def save(before: Import, after: Import, also: Sequence[Write] = ()) -> Import:
    """Save the import, and raise its alert in the same transaction. Raises Stale."""
    raised = alerts.raising(import_alerts.raised(before, after))
    return imports.save(before, after, [*raised, *also])


def _step(store_id: str, import_id: str, step: Callable[[Import], Import], pending: PendingAnswer | None) -> Import:
    def saved(before: Import) -> Import:
        after = replace(step(before), version=before.version + 1)
        with settle(pending, after) as answer:
            return save(before, after, answer)

    return retry(saved, lambda: imports.load(store_id, import_id))
