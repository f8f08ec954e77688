"""An export is a job made of files: asked for, written one file after the other, kept for 30 days.

Every step may be tried twice, late or out of order. What makes its second run a no-op is here: a step names the file it
is about, and only the worker that holds the job's lease may take it. Times are aware UTC; `position` is where the next
file begins, in the order in which the kind is read.
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
from shared.domain.stores import Store
from shared.domain.windows import last_three_months


class Kind(StrEnum):
    ORDERS = "orders"
    LINES = "lines"
    SHIPMENTS = "shipments"
    FUNDS = "funds"
    CUSTOMERS = "customers"


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
"""What the shipment list (发货单) is made of: orders of which something is left to ship."""

KEPT_FOR = timedelta(days=30)
"""How long the bucket keeps a file (template.yaml); the job's record stays."""
LEASE = timedelta(minutes=3)
"""A worker that has not been heard of for so long is taken for dead."""
ATTEMPTS = 5
"""How often one file is tried before the job fails."""
INDEX_LAG = timedelta(seconds=30)
"""Long after a write every index shows it; normally it takes less than a second."""
NOBODY = ""
"""Holds the lease of a job that waits for its next attempt."""
RESTARTS = 3
"""How often a job begins anew because orders were moved in time under it."""
MOVING = "orders_keep_moving"
MAX_WARNINGS = 1_000
"""Warnings that a job keeps; the second sheet of a file has all of its own."""


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What was asked for, every default filled in. `columns` are codes where the caller chose them; else `layout` says.
    Some kinds know no window (WINDOWLESS): `since` and `until` hold all of time then."""

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
    """A file that is there. `key` is its object's, of which nobody outside hears."""

    n: int
    name: str
    key: str
    bytes: int
    sha256: str
    rows: int
    orders: int


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that a file could not hold as it was: `code` is cleaned, shortened or several_currencies. In a file of
    customers `order_id` is a buyer's id."""

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
    """`done` counts the orders read so far, `total` those that there were when the first file was begun; in a job of
    customers those are counted. `failed` is the code of why. `watch_at` is when somebody must look whether the job
    still moves. `leftovers` are keys under which a worker may have left a file that is none of the job's."""

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
    warnings: tuple[Warned, ...] = ()
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
    def percent(self) -> int:
        if self.state is State.SUCCEEDED:
            return 100
        return min(99, 100 * self.done // self.total) if self.total else 0

    def state_at(self, now: datetime) -> State:
        """The state, with `expired` once the files are gone."""
        return State.EXPIRED if self.state is State.SUCCEEDED and now >= self.expires_at else self.state

    @property
    def expires_at(self) -> datetime:
        return (self.started_at or self.requested_at) + KEPT_FOR  # the first file goes first

    def file(self, n: int) -> File | None:
        return next((file for file in self.files if file.n == n), None)


def key_of(job: Job, n: int, owner: str) -> str:
    """Where a worker puts file `n`. No two workers share a key, so none can overwrite what another has told of."""
    return f"exports/{job.store_id}/{job.export_id}/{n}-{owner}.{job.request.format}"


WINDOWLESS = frozenset({Kind.SHIPMENTS, Kind.CUSTOMERS})
"""Kinds that are about all there is now: orders to ship, customers."""
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


def ask(store: Store, now: datetime, kind: Kind, format: Format, **chosen: Any) -> ExportRequest:
    """What to make, with every default filled in: the store's zone, the last three calendar months up to now, and the
    first layout of the kind in the language, which is Chinese.

    Raises Unprocessable `layout_unknown`.
    """
    layouts = LAYOUTS[kind]
    layout, language = chosen.pop("layout", None), chosen.pop("language", None)
    if layout is not None and layout not in layouts:
        raise Unprocessable("layout_unknown", f"A file of {kind} is laid out as {', '.join(layouts)}.", "/layout")
    language = language or (layouts[layout].language if layout else LANGUAGES[0])
    layout = layout or next(name for name, each in layouts.items() if each.language == language)
    zone = chosen.pop("time_zone", None) or store.time_zone
    recent = last_three_months(now, zone)[0], now
    since, until = chosen.pop("window", None) or (ALWAYS if kind in WINDOWLESS else recent)
    return ExportRequest(kind, format, since, until, zone, layout, language, **chosen)


def take(job: Job, n: int, owner: str, now: datetime) -> Job | None:
    """The job with its file `n` in the hands of `owner`; None where there is nothing to do: the file is written, not
    next, or in the hands of a worker that is alive."""
    alive = job.lease is not None and job.lease.owner != owner and now < job.lease.until
    if not job.open or n != job.next_file or alive:
        return None
    if job.attempts >= ATTEMPTS:
        return fail(job, "gave_up", now)
    taken = replace(
        job,
        state=State.RUNNING,
        started_at=job.started_at or now,
        attempts=job.attempts + 1,
        leftovers=(*job.leftovers, key_of(job, n, owner)),
    )
    return renew(taken, owner, job.orders, now)


def begin(job: Job, total: int) -> Job:
    """How much there is to do, counted before the first file."""
    return replace(job, total=total)


def renew(job: Job, owner: str, done: int, now: datetime) -> Job:
    """Still alive, and so far."""
    until = now + LEASE
    return replace(job, done=done, lease=Lease(owner, until), watch_at=until)


def wrote(
    job: Job, file: File, totals: Mapping[str, int], warned: tuple[Warned, ...], more: int, position: str, now: datetime
) -> Job:
    """File `n` is there, and the next begins behind `position`. Its worker has cleared up what others left."""
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
    """Raises Conflict where it has ended. Files that are there stay."""
    if not job.open:
        raise Conflict("export_ended", f"The export has {job.state_at(now)} already.")
    return _end(job, State.CANCELLED, now)


def retry(job: Job, now: datetime) -> Job:
    """On with a job that failed or was cancelled, from the file it had come to; anew where its files may be gone.

    Raises Conflict for one that runs, or that has succeeded and still has its files.
    """
    if job.open:
        raise Conflict("export_running", "The export is under way.")
    if job.state_at(now) is State.SUCCEEDED:
        raise Conflict("export_succeeded", "The export has its files.")
    again = replace(let_go(job, now), state=State.QUEUED, attempts=0, failed=None, finished_at=None)
    again = replace(again, watch_at=now + LEASE)
    if job.failed == MOVING or now >= job.requested_at + KEPT_FOR - timedelta(days=1):
        return replace(_anew(again), restarts=0)
    return again


def let_go(job: Job, next_try: datetime) -> Job:
    """Nobody has the job in hand, and nobody may take it before `next_try`."""
    return replace(job, lease=Lease(NOBODY, next_try), watch_at=next_try)


def restart(job: Job, now: datetime) -> Job:
    """From the first file again, because orders were moved in time while the files were written; not before every index
    shows where they are now."""
    if job.restarts >= RESTARTS:
        return fail(job, MOVING, now)
    return let_go(replace(_anew(job), restarts=job.restarts + 1, attempts=0), now + INDEX_LAG)


def _anew(job: Job) -> Job:
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
