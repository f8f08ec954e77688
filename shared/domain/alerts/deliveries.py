"""Deliveries: one message to one channel, its attempts, and the schedule of its retries."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.errors import Conflict

RETRY_DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""The time from each failed attempt to the next, as Standard Webhooks recommends it."""
JITTER_PARTS = 20
"""A delay grows by up to one part in this many, different for each delivery, so that messages that failed together are
not all tried again at once."""
MAX_THROTTLED = sum(RETRY_DELAYS, timedelta()) + timedelta(hours=6)
"""A delivery that its target throttles fails after this time, about as late as one whose attempts fail."""
LEASE = timedelta(seconds=60)
"""Longer than an attempt and the save after it take."""
CLOCK_TOLERANCE = timedelta(seconds=1)
"""An attempt may start this much early, because the clocks of two machines differ."""
RETENTION = timedelta(days=30)
MAX_ATTEMPTS_STORED = 20
MAX_WAIT = timedelta(hours=24)


class State(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    SKIPPED = "skipped"


class MessageKind(StrEnum):
    ALERT = "alert"
    DIGEST = "digest"
    TEST = "test"
    CONFIRMATION = "confirmation"


ONCE = frozenset({MessageKind.TEST, MessageKind.CONFIRMATION})
"""Messages that a person asked for and waits for. They are tried once."""


@dataclass(frozen=True, slots=True)
class Lease:
    owner: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """`status` is the HTTP status, None without an answer. `why` is a code for the failure. The text of the answer is
    not stored, because then a channel could be used to read addresses inside a network."""

    at: datetime
    status: int | None
    milliseconds: int
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one channel.

    - `delivery_id`: the receiver sees it, and can ignore a message that arrives twice.
    - `step`: the number of retry delays used so far. `since`: when the first attempt started.
    - `critical`, or `by_hand` (a person requested it): delivered in quiet hours, too.
    - `content`: stored with a digest, so that every attempt sends the same.
    """

    store_id: str
    channel_id: str
    delivery_id: str
    what: MessageKind
    created_at: datetime
    alert_id: str | None = None
    critical: bool = False
    by_hand: bool = False
    content: Mapping[str, Any] | None = None
    state: State = State.PENDING
    next_at: datetime | None = None
    step: int = 0
    since: datetime | None = None
    lease: Lease | None = None
    attempts: tuple[Attempt, ...] = ()
    why: str | None = None
    version: int = 1

    @property
    def next_check_at(self) -> datetime | None:
        """When a worker must check the delivery next: at the next attempt, or when the lease of a worker ends."""
        return self.lease.until if self.lease else self.next_at


def delivery_id(channel_id: str, alert_id: str) -> str:
    """The id for a channel and an alert: `dlv_` and a ULID with the time of the alert and a digest of both ids. So a
    channel's deliveries sort by the time of their alerts, and the same two give the same id."""
    digest = hashlib.sha256(f"{channel_id}#{alert_id}".encode()).digest()
    letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    return f"dlv_{alert_id[4:14]}{''.join(letters[byte & 31] for byte in digest[:16])}"


def claim(delivery: Delivery, owner: str, now: datetime) -> Delivery | None:
    """The delivery with a lease for `owner`. None if it is not pending, not due, or leased to another worker."""
    if delivery.state is not State.PENDING or delivery.next_at is None or delivery.next_at > now + CLOCK_TOLERANCE:
        return None
    if delivery.lease and delivery.lease.until > now:
        return None
    return replace(delivery, lease=Lease(owner, now + LEASE), since=delivery.since or now)


def delivered(delivery: Delivery, attempt: Attempt) -> Delivery:
    return _ended(_with_attempt(delivery, attempt), State.DELIVERED, None)


def failed(delivery: Delivery, attempt: Attempt, now: datetime, wait: timedelta = timedelta()) -> Delivery:
    """After a failed attempt: pending until the next retry, or until `wait` (the target's Retry-After) if that is
    later; failed after the last retry. Messages of ONCE are tried once."""
    after = _with_attempt(delivery, attempt)
    if delivery.what in ONCE or delivery.step >= len(RETRY_DELAYS):
        return _ended(after, State.FAILED, attempt.why)
    delay = RETRY_DELAYS[delivery.step]
    delay += delay * (zlib.crc32(f"{delivery.delivery_id}#{delivery.step}".encode()) % 1000) / (1000 * JITTER_PARTS)
    return replace(after, step=delivery.step + 1, next_at=now + max(delay, min(wait, MAX_WAIT)))


def throttled(delivery: Delivery, attempt: Attempt, now: datetime, wait: timedelta) -> Delivery:
    """After an attempt that the target throttled: tried again after `wait`, without using up a retry. Failed after
    MAX_THROTTLED."""
    after = _with_attempt(delivery, attempt)
    if delivery.what in ONCE or now - (delivery.since or now) > MAX_THROTTLED:
        return _ended(after, State.FAILED, attempt.why)
    return replace(after, next_at=now + max(timedelta(seconds=1), min(wait, MAX_WAIT)))


def target_gone(delivery: Delivery, attempt: Attempt) -> Delivery:
    """The target no longer exists (HTTP 410, or a robot's code for it): failed without a retry."""
    return _ended(_with_attempt(delivery, attempt), State.FAILED, attempt.why)


def skipped(delivery: Delivery, why: str) -> Delivery:
    """The message is no longer needed, for the reason `why`."""
    return _ended(delivery, State.SKIPPED, why)


def postponed(delivery: Delivery, until: datetime) -> Delivery:
    """Pending until the end of quiet hours, without an attempt."""
    return replace(delivery, lease=None, next_at=until)


def retried(delivery: Delivery, now: datetime) -> Delivery:
    """Tried again at a person's request, from the first retry delay, under the same id. Raises Conflict if pending."""
    if delivery.state is State.PENDING:
        raise Conflict("delivery_pending", "This delivery has not ended yet: it is tried again by itself.")
    return replace(delivery, state=State.PENDING, next_at=now, step=0, since=None, lease=None, why=None, by_hand=True)


def _with_attempt(delivery: Delivery, attempt: Attempt) -> Delivery:
    return replace(delivery, lease=None, attempts=(*delivery.attempts, attempt)[-MAX_ATTEMPTS_STORED:])


def _ended(delivery: Delivery, state: State, why: str | None) -> Delivery:
    return replace(delivery, state=state, why=why, next_at=None, lease=None)


def end_of_quiet_hours(now: datetime, begins: time, ends: time, time_zone: str) -> datetime:
    """`now`, or the end of the quiet hours around it, in the zone of `now`.

    Quiet hours may span midnight; if they begin when they end, there are none. They follow the local clock: when it is
    set back, the repeated hour is quiet both times; when it is set forward over the end, the end is later by the gap.
    """
    local = now.astimezone(ZoneInfo(time_zone))
    clock = local.time()
    if begins == ends:
        return now
    quiet = begins <= clock < ends if begins < ends else (clock >= begins or clock < ends)
    if not quiet:
        return now
    day = local.date() + timedelta(days=1 if clock >= ends else 0)
    end = datetime.combine(day, ends, ZoneInfo(time_zone))
    at = end.astimezone(now.tzinfo)
    return at if at > now else end.replace(fold=1).astimezone(now.tzinfo)
