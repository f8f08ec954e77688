"""Exports: request, cancel, retry, resume, the regular export, and the steps of a worker. Each may run twice."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.alerts import daily, export_alerts
from shared.domain.errors import Conflict
from shared.domain.exports import model, regular
from shared.domain.exports.model import AWAITING_SHIPMENT, ExportRequest, Format, Job, Kind
from shared.domain.exports.regular import RegularExport, Schedule
from shared.domain.order.model import Overlay
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
from shared.store.orders import counters, lists, orders
from shared.store.retries import ITEM_LIMIT, retry, time_limit
from shared.store.semaphores import Semaphore
from shared.telemetry import logger, metrics

CLOCK = Actor("clock", "regular export")
FIRST_WAIT = timedelta(seconds=15)
"""The wait after the first failed attempt; it doubles with each further one."""


SHARE = Semaphore("exports", model.LEASE)
"""The workers that write files of one store at the same time."""
WAITS = (15, 45)
"""A message waits so many seconds for its share, at random between the two."""


class LeaseLost(Exception):
    """Another worker has the job, or the job has ended."""


def request_export(
    store: Store, request: ExportRequest, actor: Actor, now: datetime, pending: PendingAnswer | None = None
) -> Job:
    """Create a job and enqueue its first message. Raises Conflict `nothing_to_ship`."""
    if request.kind in model.TO_SHIP and not awaiting_shipment(store.store_id):
        raise Conflict("nothing_to_ship", "No order awaits shipment.")
    job = _new(store, request, actor, now)
    with settle(pending, job) as answer:
        exports.create(job, answer)
    _send(job)
    return job


def awaiting_shipment(store_id: str) -> int:
    """The number of orders that can be shipped at this moment; frozen ones cannot. Costs one read of the counters, and
    where orders are frozen, a read of these."""
    counts = counters.counts(store_id)
    waiting = sum(counts.of(status) for status in AWAITING_SHIPMENT)
    if waiting and counts.of(Overlay.FROZEN):
        waiting -= lists.count_frozen(store_id, AWAITING_SHIPMENT)
    return max(0, waiting)


def cancel_export(store_id: str, export_id: str, now: datetime, pending: PendingAnswer | None = None) -> Job:
    """Raises Missing, or Conflict if the job has ended. Its worker stops at the next renewal of its lease."""
    return _step(store_id, export_id, lambda job: model.cancel(job, now), pending)


def retry_export(store_id: str, export_id: str, now: datetime, pending: PendingAnswer | None = None) -> Job:
    """Continue a job that failed, was cancelled or has expired. Raises Missing, or Conflict for any other job."""
    job = _step(store_id, export_id, lambda job: model.retry(job, now), pending)
    _send(job)
    return job


def resume(now: datetime, out_of_time: Callable[[], bool]) -> int:
    """Enqueue the next message of each open job whose message or worker was lost. Returns the number of these jobs."""
    resumed = 0
    for store_id, export_id in exports.due_by(now):
        if out_of_time():
            break
        try:
            with time_limit(ITEM_LIMIT):
                resumed += _resume(store_id, export_id, now)
        except (Stale, Missing):
            continue  # its worker was only slow, or the job was deleted
        except Exception:
            _log_failure("an export could not be resumed", store_id=store_id, export_id=export_id)
    return resumed


def _resume(store_id: str, export_id: str, now: datetime) -> bool:
    job = exports.load(store_id, export_id)
    if not (job.open and job.watch_at and job.watch_at <= now):
        return False
    save(job, replace(job, watch_at=now + model.LEASE))
    _send(job)
    return True


def start_regular(now: datetime, out_of_time: Callable[[], bool]) -> int:
    """Create a job for each regular export that is due by `now`. Returns the number of jobs. One transaction writes the
    job and the next due time, so a second run creates none."""
    started = 0
    for store_id in regular_exports.due_by(now):
        if out_of_time():
            break
        try:
            with time_limit(ITEM_LIMIT):
                started += _start_regular(store_id, now)
        except Stale:
            logger.info("another run did this", extra={"store_id": store_id})
        except Exception:
            _log_failure("a regular export could not be started", store_id=store_id)
    return started


def _log_failure(message: str, **ids: str) -> None:
    """A failure must not stop the other exports. The next run tries again."""
    logger.exception(message, extra=ids)
    metrics.add_metric("ExportsFailed", "Count", 1)


def _start_regular(store_id: str, now: datetime) -> bool:
    export = regular_exports.load(store_id)
    if export.due_at is None or export.due_at > now:
        return False
    store = stores.load(store_id).store
    after = regular.made(export, store, now)
    kind = Kind(export.schedule.kind)
    if kind in model.TO_SHIP and not awaiting_shipment(store.store_id):
        regular_exports.save(export, after)
        return False
    window = None if kind in model.WINDOWLESS else last_three_months(export.due_at, store.time_zone)
    request = model.new_request(store, now, kind, Format(export.schedule.format), window=window)
    job = replace(_new(store, request, CLOCK, now), scheduled=True)
    exports.create(job, [regular_exports.change(export, replace(after, last=job.export_id))])
    _send(job)
    return True


def change_schedule(store: Store, schedule: Schedule, now: datetime) -> RegularExport:
    """Set the schedule of the regular export. The run that is pending moves with it."""

    def step(before: RegularExport) -> RegularExport:
        current = stores.load(store.store_id).store  # read after `before`: a change of the zone writes both
        after = regular.changed(before, schedule, current, current, now)
        regular_exports.save(before, after)
        return after

    return retry(step, lambda: regular_exports.load(store.store_id))


def reschedule(was: Store, store: Store, now: datetime) -> Write:
    """The write that moves the regular export to the time zone of `store`. The caller changes the zone with it."""
    before = regular_exports.load(store.store_id)
    return regular_exports.change(before, regular.changed(before, before.schedule, was, store, now))


# ---- steps of a worker


def claim_file(store_id: str, export_id: str, n: int, owner: str, now: datetime) -> tuple[Job, Job] | None:
    """Claim file `n` of the job for the worker `owner`. Returns the job before and after; None if there is no work."""

    def step(before: Job) -> tuple[Job, Job] | None:
        after = model.claim(before, n, owner, now)
        return (before, save(before, after)) if after else None

    claimed = retry(step, lambda: exports.load(store_id, export_id))
    if claimed and not claimed[1].open:
        _count_failure(claimed[1])
        return None
    return claimed


def next_job(store_id: str, export_id: str, n: int, now: datetime) -> Job | None:
    """The job if its file `n` can be claimed now. One read unit for each 4 KB. Raises Missing."""
    job = exports.load(store_id, export_id)
    return job if model.claim(job, n, "", now) else None


def wait(job: Job, now: datetime) -> None:
    """Send the job's next message again later: the store has its share of the workers. The job is not looked after
    meanwhile, so that it has one message only."""
    with suppress(Stale):
        save(job, replace(job, watch_at=now + model.LEASE))
        _send(job, random.randint(*WAITS))


def load_with_file(job: Job, key: str) -> Job | None:
    """Read the job again. None if it has no file with this S3 key."""
    current = exports.load(job.store_id, job.export_id)
    return current if any(file.key == key for file in current.files) else None


def enqueue_next(job: Job) -> None:
    """Enqueue the job's next message. If that fails, `resume` does it later."""
    _send(job)


def finish(job: Job, now: datetime) -> Job:
    """The job after its last file: succeeded, or restarted. It restarts if an order changed its position in the sort
    order after the start, because the files may then have that order twice or not at all. This cannot happen to
    customers and products, whose id never changes, nor to a shipment list in one file, sorted at one moment."""
    assert job.started_at is not None
    since = job.started_at - model.INDEX_LAG
    if job.request.kind in (Kind.CUSTOMERS, Kind.PICKS):
        moved = False
    elif job.request.kind is Kind.SHIPMENTS:
        moved = len(job.files) > 1 and orders.ship_by_moved_since(job.store_id, since)
    else:
        moved = orders.moved_since(job.store_id, since)
    return model.restart(job, now) if moved else model.succeed(job, now)


def check_leaving_orders(store_id: str, now: datetime) -> None:
    """Make the daily check of the store due now, if an alert about orders that leave the export window is open: the
    export or import that has ended may contain them. A failure is only logged: the next daily check comes anyway."""
    try:
        day = daily_alerts.load(store_id)
        if day and (after := daily.after_export(day, now)) != day:
            daily_alerts.save(day, after)
    except Exception as error:
        logger.warning("an extra daily check could not be scheduled", extra={"error": type(error).__name__})


def release(job: Job, owner: str, now: datetime) -> None:
    """Release the job after a failed attempt. The wait before the next attempt doubles each time."""
    wait = FIRST_WAIT * 2**job.attempts
    step_of_owner(job, owner, lambda job: model.release(job, now + wait))


def step_of_owner(job: Job, owner: str, step: Callable[[Job], Job]) -> Job:
    """Save `step` of the job. Raises LeaseLost if the worker `owner` no longer has the lease."""

    def guarded(job: Job) -> Job:
        if not job.open or job.lease is None or job.lease.owner != owner:
            raise LeaseLost("the worker has lost the lease of the export")
        return save(job, step(job))

    return retry(guarded, lambda: exports.load(job.store_id, job.export_id), job)


def _step(store_id: str, export_id: str, step: Callable[[Job], Job], pending: PendingAnswer | None) -> Job:
    def saved(before: Job) -> Job:
        after = replace(step(before), version=before.version + 1)
        with settle(pending, after) as answer:
            return save(before, after, answer)

    return retry(saved, lambda: exports.load(store_id, export_id))


def save(before: Job, after: Job, also: Sequence[Write] = ()) -> Job:
    """Save the job, and raise and resolve its alerts in the same transaction. Returns it with its new version. Raises
    Stale."""
    raised = alerts.raising(export_alerts.raised(before, after))
    resolved = [alerts.resolving(before.store_id, *each) for each in export_alerts.resolved(before, after)]
    return exports.save(before, after, [*raised, *resolved, *also])


def _new(store: Store, request: ExportRequest, actor: Actor, now: datetime) -> Job:
    return Job(store.store_id, new_id("exp_"), request, actor, now, watch_at=now + model.LEASE)


def _send(job: Job, delay: int = 0) -> None:
    try:
        queues.send_export(job.store_id, job.export_id, job.next_file, delay)
    except Exception as error:  # `resume` sends it later
        logger.warning("a message could not be sent", extra={"error": type(error).__name__})


def _count_failure(job: Job) -> None:
    logger.error("an export failed", extra={"export_id": job.export_id, "code": job.failed})
    metrics.add_metric("ExportsFailed", "Count", 1)
