"""Imports: a file that a seller uploads, and what became of each of its rows.

An import reads its file from the top, in steps of a few hundred rows; after each step it records the results of those
rows and its position. Workers may run a step twice, late or out of order: only the worker that holds the lease may
record, and each row has its effect once (shared/operations/imports/imports.py). Times are aware UTC.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from shared.domain.errors import Conflict
from shared.domain.order.transitions import Actor
from shared.domain.sentences.sentence import say


class Kind(StrEnum):
    ORDERS = "orders"
    TRACKING = "tracking"


class State(StrEnum):
    AWAITING_UPLOAD = "awaiting_upload"
    QUEUED = "queued"
    RUNNING = "running"
    PREVIEW = "preview"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class RowState(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"


MAX_BYTES = 64 * 1024 * 1024
"""The largest upload."""
UPLOAD_TIME = timedelta(minutes=15)
"""How long the form for the upload is valid."""
RETENTION = timedelta(days=30)
"""How long the bucket keeps the upload and the results of its rows (template.yaml says the same)."""
LEASE = timedelta(minutes=3)
"""A worker that has not renewed its lease for this long counts as dead."""
ATTEMPTS = 5
"""The most attempts at one step; then the import fails."""
NOBODY = ""
"""The owner of the lease while an import waits for its next attempt."""
MAX_WARNINGS = 200
AT_LEAST_ONE = "≥ 1"
"""The count in a warning of a file that does not have the number."""
RECENT = timedelta(days=100)
"""The orders of so many days before the import are counted day by day: older ones have left the platform's export."""


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """`layout` and `time_zone` are as asked; None: recognised from the file, and the layout's own zone or the store's.
    `file_name` is only shown. `language` is that of the reasons in the file of failed rows."""

    kind: Kind
    file_name: str
    layout: str | None = None
    time_zone: str | None = None
    dry_run: bool = False
    language: str = "zh-CN"


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of a row. `effect` says more: `ship`, `ship_part`, `correct`; `column`, `value`, `code` and `facts`
    are those of a row that failed. `detail` is the English sentence of an error of the order's life; `facts` are its
    values (sentences/sentence.py). `placed_on` is the day of the order in the store's zone, on one row of each
    order."""

    row: int
    order_id: str
    state: RowState
    effect: str | None = None
    column: str | None = None
    value: str | None = None
    code: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    detail: str | None = None
    placed_on: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """The recorded results of some rows: in S3 under `key`. `first` and `last` are the lowest and the highest row;
    `counts` are by state of row."""

    key: str
    first: int
    last: int
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ImportWarning:
    """Something that a person should know: `column_ignored`, `time_ambiguous`, ... `row` is 0 for the whole file.
    `facts` go into its sentence."""

    code: str
    row: int = 0
    column: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lease:
    owner: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Import:
    """An import and its progress.

    - `applies`: the rows take effect; False while they are only checked for a preview.
    - `position`: how many rows have their result, in the order in which the kind carries them out. `total`: the number
      of rows, known after the first reading.
    - `layout`, `time_zone`: as recognised.
    - `failed`, `facts`: the code of the reason why the import failed, and what goes into its sentence.
    - `failed_rows`: the key of the .xlsx file of the failed rows.
    - `watch_at`: when the schedule must look at the import again; None when it has ended or waits for a person.
    - `days`: how many orders of each recent day the file has, by the day in the store's zone.
    - `leftovers`: keys that a worker may have written and that are no results. The next worker deletes them.
    """

    store_id: str
    import_id: str
    request: ImportRequest
    requested_by: Actor
    requested_at: datetime
    state: State = State.AWAITING_UPLOAD
    version: int = 1
    applies: bool = True
    layout: str | None = None
    time_zone: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    total: int | None = None
    position: int = 0
    steps: tuple[Step, ...] = ()
    warnings: tuple[ImportWarning, ...] = ()
    failed_rows: str | None = None
    lease: Lease | None = None
    attempts: int = 0
    failed: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    watch_at: datetime | None = None
    days: Mapping[str, int] = field(default_factory=dict)
    leftovers: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """A worker has something to do."""
        return self.state in (State.QUEUED, State.RUNNING)

    @property
    def counts(self) -> dict[RowState, int]:
        return {state: sum(step.counts.get(state, 0) for step in self.steps) for state in RowState}

    @property
    def done(self) -> int:
        return sum(self.counts.values())

    @property
    def percent(self) -> int:
        """100 only when the import has ended or waits at its preview."""
        if self.state in (State.SUCCEEDED, State.PREVIEW):
            return 100
        return min(99, 100 * self.done // self.total) if self.total else 0

    @property
    def expires_at(self) -> datetime:
        return self.requested_at + RETENTION


def upload_key(store_id: str, import_id: str) -> str:
    return f"imports/{store_id}/{import_id}/upload"


def ids_of(key: str) -> tuple[str, str] | None:
    """(store, import) of the key of an upload; None for any other key."""
    parts = key.split("/")
    return (parts[1], parts[2]) if len(parts) == 4 and parts[0] == "imports" and parts[3] == "upload" else None


def step_key(job: Import, first: int, owner: str) -> str:
    """The key of a step's results, as this worker writes them. Workers never share a key."""
    return f"imports/{job.store_id}/{job.import_id}/rows/{'apply' if job.applies else 'check'}-{first}-{owner}.json.gz"


def failed_rows_key(job: Import, owner: str) -> str:
    return f"imports/{job.store_id}/{job.import_id}/failed/{'apply' if job.applies else 'check'}-{owner}.xlsx"


def new(store_id: str, import_id: str, request: ImportRequest, actor: Actor, now: datetime) -> Import:
    checks_first = request.dry_run or request.kind is Kind.TRACKING
    return Import(
        store_id, import_id, request, actor, now, applies=not checks_first, watch_at=now + timedelta(minutes=1)
    )


def uploaded(job: Import, now: datetime) -> Import:
    """The import with its file. The same import if it has it already."""
    if job.state is not State.AWAITING_UPLOAD:
        return job
    return replace(job, state=State.QUEUED, watch_at=now + LEASE)


def not_uploaded(job: Import, now: datetime) -> Import:
    """The import whose file has not come yet; failed when its form has expired."""
    if job.state is not State.AWAITING_UPLOAD:
        return job
    if now >= job.requested_at + UPLOAD_TIME + timedelta(minutes=5):
        return fail(job, "nothing_uploaded", {}, now)
    return replace(job, watch_at=now + timedelta(minutes=1))


def claim(job: Import, owner: str, now: datetime) -> Import | None:
    """The import with a lease for `owner`; failed after too many attempts. None if there is nothing to do: it has
    ended, or another worker holds the lease."""
    leased = job.lease is not None and job.lease.owner != owner and now < job.lease.until
    if not job.open or leased:
        return None
    if job.attempts >= ATTEMPTS:
        return fail(job, "gave_up", {}, now)
    claimed = replace(job, state=State.RUNNING, started_at=job.started_at or now, attempts=job.attempts + 1)
    return renew(claimed, owner, now)


def renew(job: Import, owner: str, now: datetime) -> Import:
    return replace(job, lease=Lease(owner, now + LEASE), watch_at=now + LEASE)


def release(job: Import, next_try: datetime) -> Import:
    """The import without a worker. No worker may claim it before `next_try`."""
    return replace(job, lease=Lease(NOBODY, next_try), watch_at=next_try)


def hand_over(job: Import, now: datetime) -> Import:
    """The import after a worker whose time is out; the next may claim it at once."""
    return replace(job, lease=None, watch_at=now + LEASE)


def recognised(
    job: Import, layout: str, time_zone: str, warnings: tuple[ImportWarning, ...], total: int | None
) -> Import:
    return replace(job, layout=layout, time_zone=time_zone, warnings=warnings[:MAX_WARNINGS], total=total)


def announced(job: Import, key: str) -> Import:
    """The import before its worker writes the file `key`: if the worker dies, the file is a leftover."""
    return replace(job, leftovers=(*job.leftovers, key))


def stepped(
    job: Import, step: Step, results: Iterable[RowResult] = (), warnings: tuple[ImportWarning, ...] = ()
) -> Import:
    """The import with the results of some more rows."""
    oldest = (job.requested_at - RECENT).date().isoformat()
    days = Counter(each.placed_on for each in results if each.placed_on and each.placed_on >= oldest)
    done = sum(step.counts.values())
    new = tuple(warning for warning in warnings if warning not in job.warnings)  # rows are read again after a preview
    return replace(
        job,
        steps=(*job.steps, step),
        position=job.position + done,
        warnings=(job.warnings + new)[:MAX_WARNINGS],
        attempts=1,
        days=dict(Counter(job.days) + days),
        leftovers=tuple(key for key in job.leftovers if key != step.key),
    )


def finish(job: Import, failed_rows: str | None, now: datetime) -> Import:
    """Every row has its result: the import waits at its preview, or has succeeded. Failed rows do not fail it."""
    state = State.SUCCEEDED if job.applies else State.PREVIEW
    finished = now if job.applies else None
    return replace(
        job,
        state=state,
        finished_at=finished,
        failed_rows=failed_rows,
        total=job.done,
        lease=None,
        watch_at=None,
        leftovers=tuple(key for key in job.leftovers if key != failed_rows),
    )


def apply(job: Import, now: datetime) -> Import:
    """Carry out a preview. Raises Conflict `import_not_previewed`."""
    if job.state is not State.PREVIEW:
        raise Conflict(
            "import_not_previewed", say("The import is {state}: only a preview is applied.", state=job.state)
        )
    old = (*(step.key for step in job.steps), *filter(None, [job.failed_rows]))
    return replace(
        job,
        state=State.QUEUED,
        applies=True,
        position=0,
        steps=(),
        days={},
        failed_rows=None,
        attempts=0,
        lease=None,
        watch_at=now + LEASE,
        leftovers=(*job.leftovers, *old),
    )


def cancel(job: Import, now: datetime) -> Import:
    """Stop the import between two rows. Rows that took effect stay; the worker that has the lease records the last of
    them. Raises Conflict `import_ended`."""
    if job.state in (State.SUCCEEDED, State.FAILED, State.CANCELLED):
        raise Conflict("import_ended", say("The import has {state} already.", state=job.state))
    return replace(job, state=State.CANCELLED, finished_at=now, watch_at=None)


def fail(job: Import, code: str, facts: Mapping[str, Any], now: datetime) -> Import:
    return replace(job, state=State.FAILED, failed=code, facts=facts, finished_at=now, watch_at=None, lease=None)
