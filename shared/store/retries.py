"""Retries: an attempt that somebody else made fail is made again after a wait, all within one limit of time."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count
from math import inf
from time import monotonic, sleep
from typing import TypeVar

from shared.store.dynamodb.errors import Busy, Stale, StoreError

LIMIT = 15.0
"""Seconds after which no further attempt begins, unless `time_limit` sets an earlier end."""
SLOWEST_CALL = 9.0
"""Seconds that one call of the table takes at most: three attempts of the client, each with 1 s to connect and 2 s to
read. A request must begin no attempt with less time left than this."""
MIN_WAIT, MAX_WAIT = 0.01, 2.0

T = TypeVar("T")
R = TypeVar("R")
_end: ContextVar[float] = ContextVar("end", default=inf)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """In the block no further attempt begins after so many seconds. A limit within another never lengthens it."""
    token = _end.set(min(_end.get(), monotonic() + seconds))
    try:
        yield
    finally:
        _end.reset(token)


def attempts() -> Iterator[int]:
    """The numbers of the attempts, from 0, with a random wait between two that grows with their number and with how
    long they take, but no further than a few attempts: who waits longest must not wait behind all who come later. Ends
    when the time is over; the first attempt is always made."""
    end = min(_end.get(), monotonic() + LIMIT)
    for number in count():
        began = monotonic()
        yield number
        now = monotonic()
        if now >= end:
            return
        longest = min(MAX_WAIT, max(MIN_WAIT * 2 ** min(number, 7), (now - began) * 2 ** min(number, 2)))
        sleep(min(end - now, random.uniform(0, longest)))


def retry(
    step: Callable[[T], R],
    load: Callable[[], T],
    loaded: T | None = None,
    *,
    on: tuple[type[StoreError], ...] = (Stale,),
) -> R:
    """The result of `step` for what `load` reads, or for `loaded` where the caller has just read it. Where `step`
    raises Stale, it runs again for what `load` reads then. Raises Busy when the time is over."""
    with time_limit(LIMIT):
        for _ in attempts():
            try:
                return step(load() if loaded is None else loaded)
            except on:
                loaded = None
    raise Busy("somebody else was faster in every attempt")
