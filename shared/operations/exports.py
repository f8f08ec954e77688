"""Exports: asked for, driven on, written by a worker, made regularly by the clock. Each step may run twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.alerts import daily, export_alerts
from shared.domain.errors import Conflict
from shared.domain.exports import model as life
from shared.domain.exports import regular
from shared.domain.exports.model import AWAITING_SHIPMENT, ExportRequest, Format, Job, Kind
from shared.domain.exports.regular import RegularExport, Schedule
from shared.domain.order.transitions import Actor
from shared.domain.stores import Store
from shared.domain.windows import last_three_months
from shared.operations.orders import new_id
from shared.store import queues, stores
from shared.store.alerts import alerts, daily_alerts
from shared.store.dynamodb.errors import Missing, Stale
from shared.store.dynamodb.table import Write
from shared.store.exports import exports, regular_exports
from shared.store.idempotency import PendingAnswer, settle
from shared.store.orders import counters, orders
from shared.store.retries import retry
from shared.telemetry import logger, metrics

CLOCK = Actor("clock", "regular export")
FIRST_WAIT = timedelta(seconds=15)


class LeaseLost(Exception):
    """The job is no longer this worker's: cancelled, or taken over."""


def request_export(
    store: Store, request: ExportRequest, actor: Actor, now: datetime, pending: PendingAnswer | None = None
) -> Job:
    """A new job, on its way to a worker. Raises Conflict `nothing_to_ship`."""
    if request.kind is Kind.SHIPMENTS and not awaiting_shipment(store.store_id):
        raise Conflict("nothing_to_ship", "No order awaits shipment.")
    job = _new(store, request, actor, now)
    with settle(pending, job) as answer:
        exports.create(job, answer)
    _send(job)
    return job


def awaiting_shipment(store_id: str) -> int:
    """How many orders the shipment list would have now; one read of the counters."""
    counts = counters.counts(store_id)
    return sum(counts.of(status) for status in AWAITING_SHIPMENT)


def cancel_export(store_id: str, export_id: str, now: datetime, pending: PendingAnswer | None = None) -> Job:
    """Raises Missing, or Conflict where it has ended. A worker that is at it stops within seconds."""
    return _step(store_id, export_id, lambda job: life.cancel(job, now), pending)


def retry_export(store_id: str, export_id: str, now: datetime, pending: PendingAnswer | None = None) -> Job:
    """Raises Missing, or Conflict where there is nothing to try again."""
    job = _step(store_id, export_id, lambda job: life.retry(job, now), pending)
    _send(job)
    return job


def drive_on(now: datetime, out_of_time: Callable[[], bool]) -> int:
    """Send the next message of every open job that has stopped moving: its message is gone, or its worker. Answers
    with how many there were."""
    driven = 0
    for store_id, export_id in exports.due_by(now):
        if out_of_time():
            break
        try:
            driven += _drive(store_id, export_id, now)
        except (Stale, Missing):
            continue  # it moves after all
        except Exception:
            _could_not("an export could not be driven on", store_id=store_id, export_id=export_id)
    return driven


def _drive(store_id: str, export_id: str, now: datetime) -> bool:
    job = exports.load(store_id, export_id)
    if not (job.open and job.watch_at and job.watch_at <= now):
        return False
    save(job, replace(job, watch_at=now + life.LEASE))
    _send(job)
    return True


def start_regular(now: datetime, out_of_time: Callable[[], bool]) -> int:
    """A job for every regular export due by `now`; answers with how many. The job and the next due time are written
    together, so that however often this runs there is one."""
    started = 0
    for store_id in regular_exports.due_by(now):
        if out_of_time():
            break
        try:
            started += _start(store_id, now)
        except Stale:
            logger.info("another run was first", extra={"store_id": store_id})
        except Exception:
            _could_not("a regular export could not be started", store_id=store_id)
    return started


def _could_not(what: str, **which: str) -> None:
    """One that fails must not keep the others from their files; it is due again in a minute."""
    logger.exception(what, extra=which)
    metrics.add_metric("ExportsFailed", "Count", 1)


def _start(store_id: str, now: datetime) -> bool:
    export = regular_exports.load(store_id)
    if export.due_at is None or export.due_at > now:
        return False
    store = stores.load(store_id).store
    after = regular.scheduled(export, store, now)
    kind = Kind(export.schedule.kind)
    if kind is Kind.SHIPMENTS and not awaiting_shipment(store.store_id):
        regular_exports.save(export, after)
        return False
    window = None if kind in life.WINDOWLESS else last_three_months(export.due_at, store.time_zone)
    request = life.new_request(store, now, kind, Format(export.schedule.format), window=window)
    job = replace(_new(store, request, CLOCK, now), scheduled=True)
    exports.create(job, [regular_exports.change(export, replace(after, last=job.export_id))])
    _send(job)
    return True


def change_schedule(store: Store, schedule: Schedule, now: datetime) -> RegularExport:
    """Set the regular export, due next at its next time from now."""

    def step(before: RegularExport) -> RegularExport:
        after = regular.scheduled(replace(before, schedule=schedule), store, now)
        regular_exports.save(before, after)
        return after

    return retry(step, lambda: regular_exports.load(store.store_id))


def recount(store: Store, now: datetime) -> Write:
    """The regular export as it is due in the store's zone, to be written together with a zone that changes."""
    before = regular_exports.load(store.store_id)
    return regular_exports.change(before, regular.scheduled(before, store, now))


# ---- what a worker does


def take_file(store_id: str, export_id: str, n: int, owner: str, now: datetime) -> tuple[Job, Job] | None:
    """(the job before, the job with its file `n` in this worker's hands), or None where there is nothing to do."""

    def step(before: Job) -> tuple[Job, Job] | None:
        taken = life.claim(before, n, owner, now)
        return (before, save(before, taken)) if taken else None

    taken = retry(step, lambda: exports.load(store_id, export_id))
    if taken and not taken[1].open:
        _count_failure(taken[1])
        return None
    return taken


def holding(job: Job, key: str) -> Job | None:
    """The job as it is now, if the file under this key is one of its own."""
    now = exports.load(job.store_id, job.export_id)
    return now if any(file.key == key for file in now.files) else None


def enqueue_next(job: Job) -> None:
    """Send the job's next message. Where that fails, the clock will."""
    _send(job)


def end(job: Job, now: datetime) -> Job:
    """All files are there: the job has succeeded, unless an order was moved meanwhile in what it is sorted by, which
    might so be in it twice or not at all; then it begins anew. A shipment list in one file was sorted at one moment,
    and customers go by an id that never changes."""
    assert job.started_at is not None
    since = job.started_at - life.INDEX_LAG
    if job.request.kind is Kind.CUSTOMERS:
        moved = False
    elif job.request.kind is Kind.SHIPMENTS:
        moved = len(job.files) > 1 and orders.ship_by_moved_since(job.store_id, since)
    else:
        moved = orders.moved_since(job.store_id, since)
    return life.restart(job, now) if moved else life.succeed(job, now)


def ended(job: Job, now: datetime) -> None:
    """What comes of a job that has succeeded: orders that were about to leave the window may have been in it. Where
    this fails, the store's day looks at them."""
    try:
        day = daily_alerts.load(job.store_id)
        if day and (after := daily.after_export(day, now)) != day:
            daily_alerts.save(day, after)
    except Exception as error:
        logger.warning("what leaves the window is looked at later", extra={"error": type(error).__name__})


def release(job: Job, owner: str, now: datetime) -> None:
    """An attempt that failed: the next one waits twice as long as the last did."""
    wait = FIRST_WAIT * 2**job.attempts
    mine(job, owner, lambda job: life.release(job, now + wait))


def mine(job: Job, owner: str, step: Callable[[Job], Job]) -> Job:
    """A step of the worker that holds the job. Raises LeaseLost."""

    def guarded(job: Job) -> Job:
        if not job.open or job.lease is None or job.lease.owner != owner:
            raise LeaseLost("the export is not this worker's any more")
        return save(job, step(job))

    return retry(guarded, lambda: exports.load(job.store_id, job.export_id), job)


def _step(store_id: str, export_id: str, step: Callable[[Job], Job], pending: PendingAnswer | None) -> Job:
    def saved(before: Job) -> Job:
        after = replace(step(before), version=before.version + 1)
        with settle(pending, after) as answer:
            return save(before, after, answer)

    return retry(saved, lambda: exports.load(store_id, export_id))


def save(before: Job, after: Job, also: Sequence[Write] = ()) -> Job:
    """The job one version on, with the alerts that this raises or resolves. Raises Stale."""
    raised = alerts.raising(export_alerts.raised(before, after))
    resolved = [alerts.resolving(before.store_id, *each) for each in export_alerts.resolved(before, after)]
    return exports.save(before, after, [*raised, *resolved, *also])


def _new(store: Store, request: ExportRequest, actor: Actor, now: datetime) -> Job:
    return Job(store.store_id, new_id("exp_"), request, actor, now, watch_at=now + life.LEASE)


def _send(job: Job) -> None:
    try:
        queues.send_export(job.store_id, job.export_id, job.next_file)
    except Exception as error:  # the clock drives it on
        logger.warning("a message could not be sent", extra={"error": type(error).__name__})


def _count_failure(job: Job) -> None:
    logger.error("an export failed", extra={"export_id": job.export_id, "code": job.failed})
    metrics.add_metric("ExportsFailed", "Count", 1)
