"""Export jobs: a job writes its files one after the other, and keeps them for 30 days.

Workers may run a step twice, late or out of order. These functions make the second run a no-op: a step names the number
of its file, and only the worker that holds the job's lease may write it. Times are aware UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from shared.domain.errors import Conflict, Unprocessable
from shared.domain.exports.layouts import LANGUAGES, LAYOUTS
from shared.domain.order.model import Status
from shared.domain.order.transitions import Actor
from shared.domain.sentences.sentence import say
from shared.domain.stores import Store
from shared.domain.windows import last_three_months


class Kind(StrEnum):
    ORDERS = "orders"
    LINES = "lines"
    SHIPMENTS = "shipments"
    FUNDS = "funds"
    CUSTOMERS = "customers"
    PICKS = "picks"


class Format(StrEnum):
    XLS = "xls"
    XLSX = "xlsx"
    CSV = "csv"


class State(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


AWAITING_SHIPMENT = (Status.WAIT_SELLER_SEND_GOODS, Status.SELLER_PART_SEND_GOODS)
"""The statuses of the orders on a shipment list (发货单): something is left to ship."""

RETENTION = timedelta(days=30)
"""How long the bucket keeps a file (template.yaml says the same). The record of the job stays."""
LEASE = timedelta(minutes=3)
"""A worker that has not renewed its lease for this long counts as dead."""
ATTEMPTS = 5
"""The most attempts for one file; then the job fails."""
INDEX_LAG = timedelta(seconds=30)
"""After this time every index shows a write. Usually it takes less than a second."""
NOBODY = ""
"""The owner of the lease while a job waits for its next attempt."""
RESTARTS = 3
"""The most restarts of a job because orders changed their place in time while it was written."""
ORDERS_KEEP_MOVING = "orders_keep_moving"
MAX_WARNINGS = 1_000
"""The most warnings that a job stores. The second sheet of a file has all warnings of the file."""


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to export, with every default filled in. `columns` are codes that the caller chose; if empty, the layout
    has the columns. A kind of WINDOWLESS has no window: `since` and `until` are ALWAYS then."""

    kind: Kind
    format: Format
    since: datetime
    until: datetime
    time_zone: str
    layout: str
    language: str
    columns: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = ()
    masked: bool = False
    bom: bool = True


@dataclass(frozen=True, slots=True)
class File:
    """A finished file. `n` counts from 1. `key` is the key of the object in S3; no API answer has it."""

    n: int
    name: str
    key: str
    bytes: int
    sha256: str
    rows: int
    orders: int


@dataclass(frozen=True, slots=True)
class FileWarning:
    """A value that file `n` could not hold unchanged. `code` is cleaned, shortened or several_currencies. `order_id` is
    a buyer id in a file of customers, and a SKU or product id in a pick list."""

    code: str
    n: int
    column: str = ""
    order_id: str = ""


@dataclass(frozen=True, slots=True)
class Lease:
    owner: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Job:
    """An export and its progress.

    - `total`: the orders (or customers, or products of a pick list) counted before the first file. `done`: those read
      so far.
    - `position`: where the next file begins, in the order in which the kind is read.
    - `failed`: the code of the reason why the job failed.
    - `watch_at`: when the schedule must check that a worker still renews its lease; None when the job has ended.
    - `leftovers`: keys of objects that a worker may have written and that are not files of the job. The next worker
      deletes them.
    """

    store_id: str
    export_id: str
    request: ExportRequest
    requested_by: Actor
    requested_at: datetime
    state: State = State.QUEUED
    version: int = 1
    scheduled: bool = False
    started_at: datetime | None = None
    finished_at: datetime | None = None
    total: int | None = None
    done: int = 0
    files: tuple[File, ...] = ()
    position: str | None = None
    totals: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[FileWarning, ...] = ()
    more_warnings: int = 0
    lease: Lease | None = None
    attempts: int = 0
    restarts: int = 0
    failed: str | None = None
    watch_at: datetime | None = None
    leftovers: tuple[str, ...] = ()

    @property
    def next_file(self) -> int:
        return len(self.files) + 1

    @property
    def orders(self) -> int:
        return sum(file.orders for file in self.files)

    @property
    def open(self) -> bool:
        return self.state in (State.QUEUED, State.RUNNING)

    @property
    def expected(self) -> int | None:
        """How many orders the export has in the end; None before they are counted. The count may be more, since not
        each order that is read belongs into the file, or less, since orders may come meanwhile."""
        if self.state is State.SUCCEEDED:
            return self.done
        return None if self.total is None else max(self.total, self.done)

    @property
    def percent(self) -> int:
        if self.state is State.SUCCEEDED:
            return 100
        return min(99, 100 * self.done // self.expected) if self.expected else 0

    @property
    def complete(self) -> bool:
        """Whether the files have every order of the window: the window had ended when the worker began to read. An
        export without a window is complete: it has what there was."""
        if self.state is not State.SUCCEEDED:
            return False
        began = self.started_at or self.requested_at
        return self.request.kind in WINDOWLESS or self.request.until <= began

    def state_at(self, now: datetime) -> State:
        """The state; `expired` once the files have been deleted."""
        return State.EXPIRED if self.state is State.SUCCEEDED and now >= self.expires_at else self.state

    @property
    def expires_at(self) -> datetime:
        return (self.started_at or self.requested_at) + RETENTION  # the first file is deleted first

    def file(self, n: int) -> File | None:
        return next((file for file in self.files if file.n == n), None)


def key_of(job: Job, n: int, owner: str) -> str:
    """The key of file `n`, as this worker writes it. Workers never share a key, so none can overwrite the file of
    another."""
    return f"exports/{job.store_id}/{job.export_id}/{n}-{owner}.{job.request.format}"


WINDOWLESS = frozenset({Kind.SHIPMENTS, Kind.CUSTOMERS, Kind.PICKS})
"""Kinds without a window: they export everything that exists now."""
TO_SHIP = frozenset({Kind.SHIPMENTS, Kind.PICKS})
"""Kinds that exist only while an order can be shipped."""
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


def new_request(store: Store, now: datetime, kind: Kind, format: Format, **chosen: Any) -> ExportRequest:
    """A request with every default filled in: the store's zone, the last three calendar months up to now, Chinese, and
    the first layout of the kind in the language. `chosen` has the caller's choices: fields of ExportRequest, and
    `window` for `since` and `until`.

    Raises Unprocessable `layout_unknown`.
    """
    layouts = LAYOUTS[kind]
    layout, language = chosen.pop("layout", None), chosen.pop("language", None)
    if layout is not None and layout not in layouts:
        raise Unprocessable(
            "layout_unknown",
            say("A file of {kind} is laid out as {layouts}.", kind=kind, layouts=", ".join(layouts)),
            "/layout",
        )
    language = language or (layouts[layout].language if layout else LANGUAGES[0])
    layout = layout or next(name for name, each in layouts.items() if each.language == language)
    zone = chosen.pop("time_zone", None) or store.time_zone
    recent = last_three_months(now, zone)[0], now
    since, until = chosen.pop("window", None) or (ALWAYS if kind in WINDOWLESS else recent)
    return ExportRequest(kind, format, since, until, zone, layout, language, **chosen)


def claim(job: Job, n: int, owner: str, now: datetime) -> Job | None:
    """The job with a lease for `owner` to write file `n`; failed after too many attempts. None if there is nothing to
    do: the job has ended, another file is next, or another worker holds the lease."""
    leased = job.lease is not None and job.lease.owner != owner and now < job.lease.until
    if not job.open or n != job.next_file or leased:
        return None
    if job.attempts >= ATTEMPTS:
        return fail(job, "gave_up", now)
    claimed = replace(
        job,
        state=State.RUNNING,
        started_at=job.started_at or now,
        attempts=job.attempts + 1,
        leftovers=(*job.leftovers, key_of(job, n, owner)),
    )
    return renew(claimed, owner, job.orders, now)


def with_total(job: Job, total: int) -> Job:
    """The job with the number of its orders or customers, counted before the first file."""
    return replace(job, total=total)


def renew(job: Job, owner: str, done: int, now: datetime) -> Job:
    """Extend the lease, and record the progress."""
    until = now + LEASE
    return replace(job, done=done, lease=Lease(owner, until), watch_at=until)


def file_written(
    job: Job,
    file: File,
    totals: Mapping[str, int],
    warned: tuple[FileWarning, ...],
    more: int,
    position: str,
    now: datetime,
) -> Job:
    """The job with one more file. The next file begins after `position`. The worker has deleted the leftovers."""
    merged = {currency: job.totals.get(currency, 0) + totals.get(currency, 0) for currency in {*job.totals, *totals}}
    room = MAX_WARNINGS - len(job.warnings)
    return replace(
        job,
        files=(*job.files, file),
        position=position,
        totals=dict(sorted(merged.items())),
        warnings=job.warnings + warned[:room],
        more_warnings=job.more_warnings + more + max(0, len(warned) - room),
        done=job.orders + file.orders,
        lease=None,
        attempts=0,
        watch_at=now + LEASE,
        leftovers=(),
    )


def succeed(job: Job, now: datetime) -> Job:
    return _end(job, State.SUCCEEDED, now)


def fail(job: Job, code: str, now: datetime) -> Job:
    return replace(_end(job, State.FAILED, now), failed=code)


def cancel(job: Job, now: datetime) -> Job:
    """Cancel an open job. Finished files stay. Raises Conflict if the job has ended."""
    if not job.open:
        raise Conflict("export_ended", say("The export has {state} already.", state=job.state_at(now)))
    return _end(job, State.CANCELLED, now)


def retry(job: Job, now: datetime) -> Job:
    """Continue a failed, cancelled or expired job with its next file, or from the first file if the finished files may
    have been deleted by now.

    Raises Conflict if the job is open, or has succeeded and still has its files.
    """
    if job.open:
        raise Conflict("export_running", "The export is under way.")
    if job.state_at(now) is State.SUCCEEDED:
        raise Conflict("export_succeeded", "The export has its files.")
    queued = replace(release(job, now), state=State.QUEUED, attempts=0, failed=None, finished_at=None)
    queued = replace(queued, watch_at=now + LEASE)
    if job.failed == ORDERS_KEEP_MOVING or now >= job.requested_at + RETENTION - timedelta(days=1):
        return replace(_reset(queued), restarts=0)
    return queued


def release(job: Job, next_try: datetime) -> Job:
    """The job without a worker. No worker may claim it before `next_try`."""
    return replace(job, lease=Lease(NOBODY, next_try), watch_at=next_try)


def restart(job: Job, now: datetime) -> Job:
    """Start again from the first file, because orders changed their place in time while the files were written. Waits
    until every index shows the change. After RESTARTS restarts the job fails."""
    if job.restarts >= RESTARTS:
        return fail(job, ORDERS_KEEP_MOVING, now)
    return release(replace(_reset(job), restarts=job.restarts + 1, attempts=0), now + INDEX_LAG)


def _reset(job: Job) -> Job:
    """The job without its files and progress. The files become leftovers."""
    return replace(
        job,
        files=(),
        position=None,
        totals={},
        warnings=(),
        more_warnings=0,
        done=0,
        total=None,
        started_at=None,
        leftovers=(*job.leftovers, *(file.key for file in job.files)),
    )


def _end(job: Job, state: State, now: datetime) -> Job:
    return replace(job, state=state, finished_at=now, watch_at=None)
