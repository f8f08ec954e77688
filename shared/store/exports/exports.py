"""Export jobs in the table: one item each, and one for each download of a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

from shared.domain.exports.model import ExportRequest, File, FileWarning, Format, Job, Kind, Lease, State
from shared.domain.order.model import Status
from shared.domain.order.transitions import Actor
from shared.store.dynamodb import indexes, keys, table
from shared.store.dynamodb.attributes import TIME, time_of, time_text
from shared.store.dynamodb.errors import Exists
from shared.store.dynamodb.indexes import Selection
from shared.store.dynamodb.records import DownloadRecord, ExportRecord, Record
from shared.store.dynamodb.table import ABSENT, Put, Write, put, query, stale, transact
from shared.store.pages import Page, Position

EXPORT, DOWNLOAD = "EXPORT", "DOWNLOAD#"
STORED_AS = {"request": "asked", "position": "place"}
"""The fields of a job that are stored under another name."""
_READ_AS = {STORED_AS.get(field.name, field.name): field.name for field in fields(Job)}
"""Stored names and field names. Other stored names are ignored: newer or older code may have written the job."""
_TIMES = ("started_at", "finished_at", "watch_at")


def load(store_id: str, export_id: str) -> Job:
    """Read consistently; raises Missing."""
    return _job(table.load(ExportRecord, keys.export_pk(store_id, export_id), EXPORT))


def create(job: Job, also: Sequence[Write] = ()) -> None:
    """Create a job, in one transaction with `also`. Raises Exists."""
    transact([Put(_record(job), ABSENT, lambda: Exists("the export exists")), *also])


def save(before: Job, after: Job, also: Sequence[Write] = ()) -> Job:
    """Write a changed job with the next version, in one transaction with `also`; returns it. Raises Stale if the job
    has changed since it was read."""
    saved = replace(after, version=before.version + 1)
    table.save(Put(_record(saved), ExportRecord.version == before.version, stale), also)
    return saved


def rewriting(record: ExportRecord) -> Put:
    """The write of a stored job as this code packs it, with the version that it has. It raises Stale."""
    return Put(record, ExportRecord.version == record.version, stale)


def listed(store_id: str, limit: int, after: Position | None) -> Page[Job]:
    """A page of the store's jobs, the latest first."""
    return indexes.page(Selection("by_state", (f"{store_id}#export",)), limit, after, ExportRecord, _job)


def due_by(now: datetime) -> Iterator[tuple[str, str]]:
    """(store, export) of the jobs whose `watch_at` has passed, the earliest first. One query; eventually consistent."""
    for _, pk in indexes.due(indexes.CLOCK, keys.EXPORT_JOBS_SHARD, now):
        store_id, _, export_id = pk.split("#")
        yield store_id, export_id


@dataclass(frozen=True, slots=True)
class Download:
    key: str
    at: datetime
    actor: Actor
    n: int


def record_download(store_id: str, export_id: str, download: Download) -> None:
    record = DownloadRecord(
        keys.export_pk(store_id, export_id),
        DOWNLOAD + download.key,
        at=download.at,
        actor_role=download.actor.role,
        actor_id=download.actor.id,
        n=download.n,
    )
    put(Put(record, ABSENT, stale))


def downloads(store_id: str, export_id: str, limit: int) -> list[Download]:
    """Up to `limit` downloads, the latest first."""
    pk, begins = keys.export_pk(store_id, export_id), Record.sk.startswith(DOWNLOAD)
    return [
        Download(record.sk.removeprefix(DOWNLOAD), record.at, Actor(record.actor_role, record.actor_id), int(record.n))
        for record in query(DownloadRecord, pk, begins, limit=limit, forward=False)
    ]


def _record(job: Job) -> ExportRecord:
    request, lease = job.request, job.lease
    content = {STORED_AS.get(name, name): value for name, value in asdict(job).items()}
    content |= {name: time_text(getattr(job, name)) for name in _TIMES}
    content |= {
        "asked": asdict(request) | {"since": time_text(request.since), "until": time_text(request.until)},
        "lease": lease and [lease.owner, time_text(lease.until)],
        "totals": dict(job.totals),
    }
    for name in ("store_id", "export_id", "version", "state", "requested_at"):
        del content[name]
    return ExportRecord(
        keys.export_pk(job.store_id, job.export_id),
        EXPORT,
        version=job.version,
        state=str(job.state),
        requested_at=job.requested_at,
        content=content,
        state_key=f"{job.store_id}#export",
        sort_key=keys.sort_key(job.requested_at, job.export_id),
        clock_shard=keys.EXPORT_JOBS_SHARD if job.watch_at else None,
        fires_at=keys.sort_key(job.watch_at, job.store_id, job.export_id) if job.watch_at else None,
    )


def _job(record: ExportRecord) -> Job:
    store_id, _, export_id = record.pk.split("#")
    content: dict[str, Any] = {_READ_AS[name]: value for name, value in record.content.items() if name in _READ_AS}
    request, lease = content["request"], content["lease"]
    content |= {name: time_of(content[name]) for name in _TIMES}
    content |= {
        "request": ExportRequest(
            **request
            | {
                "kind": Kind(request["kind"]),
                "format": Format(request["format"]),
                "since": TIME.deserialize(request["since"]),
                "until": TIME.deserialize(request["until"]),
                "columns": tuple(request["columns"]),
                "statuses": tuple(Status(status) for status in request["statuses"]),
            }
        ),
        "requested_by": Actor(**content["requested_by"]),
        "files": tuple(File(**file) for file in content["files"]),
        "leftovers": tuple(content.get("leftovers", ())),
        "warnings": tuple(FileWarning(**warning) for warning in content["warnings"]),
        "lease": Lease(lease[0], TIME.deserialize(lease[1])) if lease else None,
    }
    return Job(
        store_id=store_id,
        export_id=export_id,
        version=int(record.version),
        state=State(record.state),
        requested_at=record.requested_at,
        **content,
    )
