"""One message to one channel: when it is tried, by whom, and when that ends."""

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

WAITS = (
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
"""Standard Webhooks' schedule: the first attempt is at once, and so long after each that failed comes the next."""
SPREAD = 20
"""A wait grows by up to this part of itself, another for each delivery, so that what failed together is not tried
together."""
SPAN = sum(WAITS, timedelta()) + timedelta(hours=6)
"""What is only held back by a full robot is given up as late as what fails."""
LEASE = timedelta(seconds=60)
"""Longer than an attempt takes and its worker runs on afterwards."""
EARLY = timedelta(seconds=1)
"""A message that a clock somewhere else brings a moment too soon is no reason to wait for the next."""
KEPT = timedelta(days=30)
MAX_ATTEMPTS_SHOWN = 20
MAX_WAIT = timedelta(hours=24)


class State(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    SKIPPED = "skipped"


class What(StrEnum):
    ALERT = "alert"
    DIGEST = "digest"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Lease:
    owner: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """`status` is the HTTP status, None where there was no answer; `why` is a word for what went wrong. Never a word of
    what the other side said, which would make this log a way to look around inside a network."""

    at: datetime
    status: int | None
    milliseconds: int
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """`step` is how many waits of the schedule are behind it. `delivery_id` is also what the message is known by to its
    receiver, so that one that comes twice is known to be one. What is critical, or asked for `by_hand`, is sent by
    night as well. A digest's `content` is kept with it: each attempt sends the same."""

    store_id: str
    channel_id: str
    delivery_id: str
    what: What
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
    def looks_at(self) -> datetime | None:
        """When somebody must look at it next: at the next attempt, or when whoever is at it must have died."""
        return self.lease.until if self.lease else self.next_at


def delivery_id(channel_id: str, alert_id: str) -> str:
    """The same for the same two: the alert's own time, so that a channel's deliveries lie in its order, and a digest of
    both in place of what a ULID has at random."""
    digest = hashlib.sha256(f"{channel_id}#{alert_id}".encode()).digest()
    letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    return f"dlv_{alert_id[4:14]}{''.join(letters[byte & 31] for byte in digest[:16])}"


def claim(delivery: Delivery, owner: str, now: datetime) -> Delivery | None:
    """The delivery in this worker's hands, or None where it is not due, not pending, or in another's."""
    if delivery.state is not State.PENDING or delivery.next_at is None or delivery.next_at > now + EARLY:
        return None
    if delivery.lease and delivery.lease.until > now:
        return None
    return replace(delivery, lease=Lease(owner, now + LEASE), since=delivery.since or now)


def delivered(delivery: Delivery, attempt: Attempt) -> Delivery:
    return _ended(_tried(delivery, attempt), State.DELIVERED, None)


def failed(delivery: Delivery, attempt: Attempt, now: datetime, wait: timedelta = timedelta()) -> Delivery:
    """An attempt that failed: pending until the next of the schedule, or later where the other side asks for a `wait`;
    failed where none is left. A test is tried once."""
    after = _tried(delivery, attempt)
    if delivery.what is What.TEST or delivery.step >= len(WAITS):
        return _ended(after, State.FAILED, attempt.why)
    pause = WAITS[delivery.step]
    pause += pause * (zlib.crc32(f"{delivery.delivery_id}#{delivery.step}".encode()) % 1000) / (1000 * SPREAD)
    return replace(after, step=delivery.step + 1, next_at=now + max(pause, min(wait, MAX_WAIT)))


def throttled(delivery: Delivery, attempt: Attempt, now: datetime, wait: timedelta) -> Delivery:
    """The other side has had enough for now: no fault of this message, so the schedule stays where it is, but there is
    an end to this, too."""
    after = _tried(delivery, attempt)
    if delivery.what is What.TEST or now - (delivery.since or now) > SPAN:
        return _ended(after, State.FAILED, attempt.why)
    return replace(after, next_at=now + max(timedelta(seconds=1), min(wait, MAX_WAIT)))


def gone(delivery: Delivery, attempt: Attempt) -> Delivery:
    return _ended(_tried(delivery, attempt), State.FAILED, attempt.why)


def skipped(delivery: Delivery, why: str) -> Delivery:
    """Nobody needs it any more."""
    return _ended(delivery, State.SKIPPED, why)


def put_off(delivery: Delivery, until: datetime) -> Delivery:
    """Not an attempt: it is night."""
    return replace(delivery, lease=None, next_at=until)


def again(delivery: Delivery, now: datetime) -> Delivery:
    """By hand, from the start of the schedule, under the same id."""
    if delivery.state is State.PENDING:
        raise Conflict("delivery_pending", "This delivery has not ended yet: it is tried again by itself.")
    return replace(delivery, state=State.PENDING, next_at=now, step=0, since=None, lease=None, why=None, by_hand=True)


def _tried(delivery: Delivery, attempt: Attempt) -> Delivery:
    return replace(delivery, lease=None, attempts=(*delivery.attempts, attempt)[-MAX_ATTEMPTS_SHOWN:])


def _ended(delivery: Delivery, state: State, why: str | None) -> Delivery:
    return replace(delivery, state=state, why=why, next_at=None, lease=None)


def after_quiet(now: datetime, begins: time, ends: time, time_zone: str) -> datetime:
    """`now`, or the end of the quiet hours that it falls into, in UTC. They may go over midnight; where they begin when
    they end there are none. By the local clock: an hour that comes twice is quiet twice, and an end that does not exist
    is as long after the gap as it lies behind its beginning."""
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
