"""How far the terms of a store's older orders are written: one item of the store, due while there are some left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from shared.store.dynamodb import keys
from shared.store.dynamodb.errors import Exists
from shared.store.dynamodb.table import ABSENT, Put, Write, get, put, stale
from shared.store.dynamodb.term_records import TermsProgressRecord


@dataclass(frozen=True, slots=True)
class TermsProgress:
    """`position` is the placed key of the last order that was checked, going back in time; empty at the beginning.
    `missed`: an order was busy. `version` is the condition of the next write."""

    store_id: str
    done: bool
    due_at: datetime
    position: str = ""
    missed: bool = False
    version: int = 1


def load(store_id: str) -> TermsProgress | None:
    """None for a store from before there were terms."""
    record = get(TermsProgressRecord, store_id, keys.TERMS)
    if record is None:
        return None
    done, missed = bool(record.done), bool(record.missed)
    return TermsProgress(store_id, done, record.due_at, record.position or "", missed, int(record.version))


def creating(store_id: str, now: datetime) -> Write:
    """The write of a new store: all its orders will have their terms."""
    return Put(_record(TermsProgress(store_id, done=True, due_at=now)), ABSENT, stale)


def start(store_id: str, now: datetime) -> None:
    """Raises Exists."""
    record = _record(TermsProgress(store_id, done=False, due_at=now))
    put(Put(record, ABSENT, lambda: Exists("another request has started it")))


def save(progress: TermsProgress) -> TermsProgress:
    """Returns it with its next version. Raises Stale."""
    after = replace(progress, version=progress.version + 1)
    put(Put(_record(after), TermsProgressRecord.version == progress.version, stale))
    return after


def _record(progress: TermsProgress) -> TermsProgressRecord:
    due = not progress.done
    return TermsProgressRecord(
        progress.store_id,
        keys.TERMS,
        version=progress.version,
        due_at=progress.due_at,
        done=1 if progress.done else None,
        position=progress.position or None,
        missed=1 if progress.missed else None,
        clock_shard=keys.LAPSES.of("", progress.store_id) if due else None,
        fires_at=keys.sort_key(progress.due_at, progress.store_id) if due else None,
    )
