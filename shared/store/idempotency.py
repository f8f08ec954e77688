"""Idempotency keys: the answer is written in the transaction of the effect (see `settle`).

Where that transaction is the only effect of a request, its condition on the key is enough (`look_up`): of two requests
at the same moment one has the effect, and the other finds its answer. Other requests first claim their key. A claim is
a lease. If its owner dies before the effect, the next request with the key runs. If it dies afterwards, the answer is
stored. `valid_until` decides; the TTL only deletes.
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

from pynamodb.expressions.condition import Condition

from shared.store.dynamodb.errors import Answered, Busy, ClaimLost, KeyReused, Running, StoreError
from shared.store.dynamodb.records import ClaimRecord
from shared.store.dynamodb.table import ABSENT, Delete, Put, Write, get, put, transact
from shared.store.retries import attempts

VALID_FOR = timedelta(hours=24)
LEASE = timedelta(seconds=30)
"""Longer than a request can run: the function's timeout is shorter."""


@dataclass(slots=True)
class PendingAnswer:
    """A key that this request uses; `owner` is empty if it has not claimed it. `render` makes the answer from the
    result of the effect. `saved`: the answer is in the table. An answer that is not `final` is not saved, so the client
    may send the request again."""

    pk: str
    digest: str
    owner: str
    began_at: datetime
    render: Callable[[Any], Any] | None = None
    saved: bool = False
    final: bool = True

    def check(self) -> None:
        """Raises Answered, KeyReused or Running if another request has the key by now. A key that was claimed stays
        ours. Costs one read unit."""
        if not self.owner and (record := get(ClaimRecord, self.pk, "CLAIM")):
            _refuse_used(record, self.digest, self.began_at)

    def save(self, answer: Any) -> None:
        """Save an answer without an effect: a final refusal. Raises ClaimLost."""
        transact([self.answer_write(answer)])

    def release(self) -> None:
        """Delete the claim, so that the next request with the key runs. Raises ClaimLost."""
        if self.owner:
            transact([Delete(ClaimRecord(self.pk, "CLAIM"), self._condition, _lost)])

    def answer_write(self, answer: Any) -> Write:
        """The write that saves `answer`. It raises ClaimLost if the lease has ended and another request has the key."""
        return Put(self._record(answer), self._condition, _lost)

    @property
    def _condition(self) -> Condition:
        """The claim is ours, or nobody's, and has no answer. A write that timed out may have stored one."""
        if not self.owner:
            return _free(self.began_at)
        ours: Condition = (ClaimRecord.owner == self.owner) & ClaimRecord.answer.does_not_exist()
        return ours

    def _record(self, answer: Any) -> ClaimRecord:
        """The claim with its owner, or with its answer: that is within 1 KB for most orders."""
        valid_until, running = self.began_at + VALID_FOR, answer is None
        return ClaimRecord(
            self.pk,
            "CLAIM",
            digest=self.digest,
            owner=self.owner if running else None,
            answer=answer,
            valid_until=valid_until,
            lease_until=self.began_at + LEASE if running else None,
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


def look_up(store_id: str, scope: tuple[str, ...], body: Any, now: datetime) -> PendingAnswer:
    """The pending answer for the key that `scope` (caller, method, path, key) names in a store, and a request with this
    body, whose only effect is the transaction that saves the answer. Writes nothing.

    Raises Answered with the stored answer, KeyReused for another body, or Running while a request with a claim runs.
    Costs one read unit. The transaction raises ClaimLost if another request was faster: then `check` has its answer.
    """
    pending = _pending(store_id, scope, body, now, owner="")
    pending.check()
    return pending


def claim(store_id: str, scope: tuple[str, ...], body: Any, now: datetime) -> PendingAnswer:
    """The same for a request with other effects: claims the key before they begin.

    Raises the errors of `look_up`, or Busy. Costs one write unit, and a read if the key exists.
    """
    claimed = _pending(store_id, scope, body, now, owner=uuid.uuid4().hex)
    for _ in attempts():
        try:
            put(Put(claimed._record(None), _free(now), lambda: ClaimLost("claimed by another request")))
        except ClaimLost:
            record = get(ClaimRecord, claimed.pk, "CLAIM")
            if record and record.owner == claimed.owner:  # ours, whose answer was lost
                return claimed
            if record:
                _refuse_used(record, claimed.digest, now)
            continue
        return claimed
    raise Busy("other requests keep claiming the key")


def _pending(store_id: str, scope: tuple[str, ...], body: Any, now: datetime, owner: str) -> PendingAnswer:
    name = hashlib.sha256(json.dumps(scope).encode()).hexdigest()[:40]
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:40]
    return PendingAnswer(f"{store_id}#claim#{name}", digest, owner, now)


def _free(now: datetime) -> Condition:
    """No request has the key: it is new, it has expired, or the one that claimed it has died."""
    free: Condition = (
        ABSENT
        | (ClaimRecord.valid_until <= now)
        | (ClaimRecord.answer.does_not_exist() & (ClaimRecord.lease_until <= now))
    )
    return free


def _refuse_used(record: ClaimRecord, digest: str, now: datetime) -> None:
    if record.valid_until <= now:
        return
    if record.digest != digest:
        raise KeyReused("the key was used with another body")
    if record.answer is not None:
        raise Answered(record.answer)
    if record.lease_until > now:
        raise Running(record.lease_until)


def _lost() -> StoreError:
    return ClaimLost("another request has claimed the key")
