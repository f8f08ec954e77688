"""Idempotency keys: claimed before a request runs, answered in the transaction of its effect (see `settle`).

A claim is a lease: if its owner dies before the effect, the next request with the key runs; if it dies after, the
answer is there, because effect and answer were written together. Validity goes by the clock, TTL only cleans.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


@dataclass(slots=True)
class PendingAnswer:
    """A key that is ours to answer. `render` makes the answer from what the effect makes; `kept` says whether a
    transaction has taken it; an answer that is not `final` is not kept, so that the request may be sent again."""

    pk: str
    digest: str
    owner: str
    claimed_at: datetime
    render: Callable[[Any], Any] | None = None
    kept: bool = False
    final: bool = True

    def keep(self, answer: Any) -> None:
        """Keep an answer that had no effect to go with: a refusal for good. Raises ClaimLost."""
        transact([self.answered(answer)])

    def release(self) -> None:
        """Nothing happened, and the next request with the key may run. Raises ClaimLost."""
        transact([Delete(ClaimRecord(self.pk, "CLAIM"), self._open, _lost)])

    def answered(self, answer: Any) -> Write:
        """The write that keeps `answer`. Raises ClaimLost where the lease ran out and another request has the key."""
        return Put(self._record(answer), self._open, _lost)

    @property
    def _open(self) -> Any:
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


@contextmanager
def settle(pending: PendingAnswer | None, made: Any) -> Iterator[list[Write]]:
    """The writes that keep the answer to what is `made`, for the transaction in the block; none without a key. The
    answer counts as kept when the block ends without an error."""
    writes = [pending.answered(pending.render(made))] if pending and pending.render else []
    yield writes
    if pending and writes:
        pending.kept = True


def claim(store_id: str, scope: tuple[str, ...], body: Any, now: datetime) -> PendingAnswer:
    """Claim the key that `scope` (caller, method, path, key) names in a store, for a request with this body.

    Raises Answered with what was kept, KeyReused for another body, Running while a request with the key is under way.
    Costs one write unit, and a read where the key was there.
    """
    name = hashlib.sha256(json.dumps(scope).encode()).hexdigest()[:40]
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:40]
    ours = PendingAnswer(f"{store_id}#claim#{name}", digest, uuid.uuid4().hex, now)
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


def _lost() -> StoreError:
    return ClaimLost("another request has taken the key over")
