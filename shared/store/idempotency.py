"""Idempotency keys: claimed before a request runs, answered in the transaction of its effect.

A claim is a lease: if its owner dies before the effect, the next request with the key runs; if it dies after, the
answer is there, because effect and answer were written together. Validity goes by the clock, TTL only cleans.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.store.dynamodb.errors import Answered, Busy, ClaimLost, KeyReused, Running, StoreError
from shared.store.dynamodb.records import ClaimRecord
from shared.store.dynamodb.table import Delete, Put, Write, absent, get, put, transact
from shared.store.retries import attempts

VALID_FOR = timedelta(hours=24)
LEASE = timedelta(seconds=30)
"""Longer than any request may run (the function's own timeout is shorter)."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that is ours to answer."""

    pk: str
    digest: str
    owner: str
    claimed_at: datetime

    def answered(self, answer: Any) -> Write:
        """The write that keeps `answer`, to go into the transaction of the effect. Raises ClaimLost where the lease ran
        out and another request has the key."""
        return Put(self._record(answer), self.open, _lost)

    @property
    def open(self) -> Any:
        """Still ours, and not answered: a request that timed out may have been answered all the same."""
        return (ClaimRecord.owner == self.owner) & ClaimRecord.answer.does_not_exist()

    def _record(self, answer: Any) -> ClaimRecord:
        valid_until = self.claimed_at + VALID_FOR
        return ClaimRecord(
            self.pk,
            "CLAIM",
            digest=self.digest,
            owner=self.owner,
            answer=answer,
            valid_until=valid_until,
            lease_until=self.claimed_at + LEASE,
            expires_at=int((valid_until + VALID_FOR).timestamp()),
        )


def claim(store_id: str, scope: tuple[str, ...], body: Any, now: datetime) -> Claim:
    """Claim the key that `scope` (caller, method, path, key) names in a store, for a request with this body.

    Raises Answered with what was kept, KeyReused for another body, Running while a request with the key is under way.
    Costs one write unit, and a read where the key was there.
    """
    name = hashlib.sha256(json.dumps(scope).encode()).hexdigest()[:40]
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:40]
    ours = Claim(f"{store_id}#claim#{name}", digest, uuid.uuid4().hex, now)
    free = (
        absent()
        | (ClaimRecord.valid_until <= now)
        | (ClaimRecord.answer.does_not_exist() & (ClaimRecord.lease_until <= now))
    )
    for _ in attempts():
        try:
            put(Put(ours._record(None), free, lambda: ClaimLost("claimed by another request")))
        except ClaimLost:
            there = get(ours.pk, "CLAIM")
            if not isinstance(there, ClaimRecord) or there.valid_until <= now:
                continue
            if there.digest != digest:
                raise KeyReused("the key was used with another body") from None
            if there.owner == ours.owner:  # our own write, whose answer was lost on the way
                return ours
            if there.answer is not None:
                raise Answered(there.answer) from None
            raise Running(there.lease_until) from None
        return ours
    raise Busy("the key keeps changing hands")


def keep(ours: Claim, answer: Any) -> None:
    """Keep an answer that had no effect to go with: a refusal for good."""
    transact([ours.answered(answer)])


def release(ours: Claim) -> None:
    """Give the key back: nothing happened, and the next request with it may run."""
    transact([Delete(ClaimRecord(ours.pk, "CLAIM"), ours.open, _lost)])


def _lost() -> StoreError:
    return ClaimLost("another request has taken the key over")
