"""Idempotency keys: claimed before a request runs, answered in the transaction of its effect (see `settle`).

A claim is a lease. If its owner dies before the effect, the next request with the key runs. If it dies afterwards, the
answer is stored, because effect and answer are one transaction. `valid_until` decides; the TTL only deletes.
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
"""Longer than a request can run: the function's timeout is shorter."""


@dataclass(slots=True)
class PendingAnswer:
    """A key that this request has claimed. `render` makes the answer from the result of the effect. `saved`: the answer
    is in the table. An answer that is not `final` is not saved, so the client may send the request again."""

    pk: str
    digest: str
    owner: str
    claimed_at: datetime
    render: Callable[[Any], Any] | None = None
    saved: bool = False
    final: bool = True

    def save(self, answer: Any) -> None:
        """Save an answer without an effect: a final refusal. Raises ClaimLost."""
        transact([self.answer_write(answer)])

    def release(self) -> None:
        """Delete the claim, so that the next request with the key runs. Raises ClaimLost."""
        transact([Delete(ClaimRecord(self.pk, "CLAIM"), self._condition, _lost)])

    def answer_write(self, answer: Any) -> Write:
        """The write that saves `answer`. It raises ClaimLost if the lease has ended and another request has the key."""
        return Put(self._record(answer), self._condition, _lost)

    @property
    def _condition(self) -> Any:
        """The claim is ours and has no answer. A write that timed out may have stored one."""
        return (ClaimRecord.owner == self.owner) & ClaimRecord.answer.does_not_exist()

    def _record(self, answer: Any) -> ClaimRecord:
        """The claim with its owner, or with its answer: that is within 1 KB for most orders."""
        valid_until, running = self.claimed_at + VALID_FOR, answer is None
        return ClaimRecord(
            self.pk,
            "CLAIM",
            digest=self.digest,
            owner=self.owner if running else None,
            answer=answer,
            valid_until=valid_until,
            lease_until=self.claimed_at + LEASE if running else None,
            expires_at=int((valid_until + VALID_FOR).timestamp()),
        )


@contextmanager
def settle(pending: PendingAnswer | None, made: Any) -> Iterator[list[Write]]:
    """The writes that save the answer for the result `made`, for the transaction in the block; none without a key. The
    answer counts as saved when the block ends without an error."""
    writes = [pending.answer_write(pending.render(made))] if pending and pending.render else []
    yield writes
    if pending and writes:
        pending.saved = True


def claim(store_id: str, scope: tuple[str, ...], body: Any, now: datetime) -> PendingAnswer:
    """Claim the key that `scope` (caller, method, path, key) names in a store, for a request with this body.

    Raises Answered with the stored answer, KeyReused for another body, Running while a request with the key runs, or
    Busy. Costs one write unit, and a read if the key exists.
    """
    name = hashlib.sha256(json.dumps(scope).encode()).hexdigest()[:40]
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:40]
    claimed = PendingAnswer(f"{store_id}#claim#{name}", digest, uuid.uuid4().hex, now)
    free = (
        absent()
        | (ClaimRecord.valid_until <= now)
        | (ClaimRecord.answer.does_not_exist() & (ClaimRecord.lease_until <= now))
    )
    for _ in attempts():
        try:
            put(Put(claimed._record(None), free, lambda: ClaimLost("claimed by another request")))
        except ClaimLost:
            record = get(claimed.pk, "CLAIM")
            if not isinstance(record, ClaimRecord) or record.valid_until <= now:
                continue
            if record.digest != digest:
                raise KeyReused("the key was used with another body") from None
            if record.owner == claimed.owner:  # our own write, whose answer was lost
                return claimed
            if record.answer is not None:
                raise Answered(record.answer) from None
            raise Running(record.lease_until) from None
        return claimed
    raise Busy("other requests keep claiming the key")


def _lost() -> StoreError:
    return ClaimLost("another request has claimed the key")
