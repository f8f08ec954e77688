"""Imports in the table: one item each. Their uploads and the results of their rows are in S3."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

from shared.domain.imports.model import (
    AT_LEAST_ONE,
    Import,
    ImportRequest,
    ImportWarning,
    Kind,
    Lease,
    RowResult,
    RowState,
    State,
    Step,
)
from shared.domain.order.transitions import Actor
from shared.store import files
from shared.store.dynamodb import indexes, keys, table
from shared.store.dynamodb.attributes import TIME, time_of, time_text
from shared.store.dynamodb.errors import Exists
from shared.store.dynamodb.indexes import Selection
from shared.store.dynamodb.records import ImportRecord
from shared.store.dynamodb.table import ABSENT, Put, Write, stale, transact
from shared.store.pages import Page, Position

IMPORT = "IMPORT"
_TIMES = ("started_at", "finished_at", "watch_at")
_APART = ("store_id", "import_id", "version", "state", "requested_at")
"""The fields of an import that are attributes or keys of their own."""
_FIELDS = frozenset(field.name for field in fields(Import)) - set(_APART)


def load(store_id: str, import_id: str) -> Import:
    """Read consistently; raises Missing."""
    return _import(table.load(ImportRecord, keys.import_pk(store_id, import_id), IMPORT))


def create(job: Import, also: Sequence[Write] = ()) -> None:
    """In one transaction with `also`. Raises Exists."""
    transact([Put(_record(job), ABSENT, lambda: Exists("the import exists")), *also])


def save(before: Import, after: Import, also: Sequence[Write] = ()) -> Import:
    """Write a changed import with the next version, in one transaction with `also`; returns it. Raises Stale."""
    saved = replace(after, version=before.version + 1)
    table.save(Put(_record(saved), ImportRecord.version == before.version, stale), also)
    return saved


def listed(store_id: str, limit: int, after: Position | None) -> Page[Import]:
    """A page of the store's imports, the latest first."""
    return indexes.page(Selection("by_state", (f"{store_id}#import",)), limit, after, ImportRecord, _import)


def due_by(now: datetime) -> Iterator[tuple[str, str]]:
    """(store, import) of the imports whose `watch_at` has passed, the earliest first. Eventually consistent."""
    for _, pk in indexes.due(indexes.CLOCK, keys.IMPORTS_SHARD, now):
        store_id, _, import_id = pk.split("#")
        yield store_id, import_id


def write_results(key: str, results: Sequence[RowResult]) -> None:
    """One PUT."""
    content = json.dumps([{name: value for name, value in asdict(each).items() if value} for each in results])
    files.put(key, gzip.compress(content.encode(), mtime=0), "application/gzip")


def results(step: Step) -> list[RowResult]:
    """The results of a step; one GET."""
    content = json.loads(gzip.decompress(files.read(step.key)))
    return [
        RowResult(**each | {"state": RowState(each["state"]), "order_id": each.get("order_id", "")}) for each in content
    ]


def results_page(job: Import, state: RowState | None, limit: int, after: Position | None) -> Page[RowResult]:
    """A page of the results of an import, in the order in which its rows were carried out; with `state`, only the rows
    in this state. One GET for each step of which the page has a row."""
    found: list[tuple[str, RowResult]] = []
    step_number, offset = map(int, after.key.split(":")) if after else (0, 0)
    for number in range(step_number, len(job.steps)):
        step = job.steps[number]
        if state is None or step.counts.get(state):
            for index, result in enumerate(results(step)):
                if (number > step_number or index >= offset) and state in (None, result.state):
                    if len(found) == limit:
                        return Page(tuple(row for _, row in found), Position(found[-1][0]))
                    found.append((f"{number}:{index + 1}", result))
    return Page(tuple(row for _, row in found), None)


def _record(job: Import) -> ImportRecord:
    content: dict[str, Any] = {name: value for name, value in asdict(job).items() if name in _FIELDS}
    content |= {name: time_text(getattr(job, name)) for name in _TIMES}
    content["lease"] = job.lease and [job.lease.owner, time_text(job.lease.until)]
    return ImportRecord(
        keys.import_pk(job.store_id, job.import_id),
        IMPORT,
        version=job.version,
        state=str(job.state),
        requested_at=job.requested_at,
        content=content,
        state_key=f"{job.store_id}#import",
        sort_key=keys.sort_key(job.requested_at, job.import_id),
        clock_shard=keys.IMPORTS_SHARD if job.watch_at else None,
        fires_at=keys.sort_key(job.watch_at, job.store_id, job.import_id) if job.watch_at else None,
    )


def _import(record: ImportRecord) -> Import:
    """Unknown names are ignored: newer or older code may have written the import."""
    store_id, _, import_id = record.pk.split("#")
    content: dict[str, Any] = {name: value for name, value in record.content.items() if name in _FIELDS}
    lease = content["lease"]
    content |= {name: time_of(content[name]) for name in _TIMES}
    content |= {
        "request": ImportRequest(**content["request"] | {"kind": Kind(content["request"]["kind"])}),
        "requested_by": Actor(**content["requested_by"]),
        "steps": tuple(Step(**step) for step in content["steps"]),
        "warnings": tuple(map(_warning, content["warnings"])),
        "lease": Lease(lease[0], TIME.deserialize(lease[1])) if lease else None,
        "leftovers": tuple(content["leftovers"]),
    }
    return Import(
        store_id=store_id,
        import_id=import_id,
        version=int(record.version),
        state=State(record.state),
        requested_at=record.requested_at,
        **content,
    )


def _warning(content: dict[str, Any]) -> ImportWarning:
    """Former code stored no facts, and knew only that an order had unread messages."""
    former = {"count": AT_LEAST_ONE} if content["code"] == "messages_missing" else {}
    return ImportWarning(**{"facts": former} | content)
