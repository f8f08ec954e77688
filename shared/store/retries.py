"""Retries of attempts that failed because of another request: with random waits, within one time limit."""

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
"""Seconds after which no further attempt starts. `time_limit` can set an earlier end."""
ITEM_LIMIT = 3.0
"""The same for one item of a run over many items, so that a few that stay busy do not use up the time of the run."""
SLOWEST_CALL = 9.0
"""The longest time of one call of the table, in seconds: three attempts of the client, each with 1 s to connect and 2 s
to read. A request starts no attempt when it has less time left."""
MIN_WAIT, MAX_WAIT = 0.01, 2.0

T = TypeVar("T")
R = TypeVar("R")
_end: ContextVar[float] = ContextVar("end", default=inf)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """In the block, no further attempt starts after `seconds`. An inner limit never extends an outer one."""
    token = _end.set(min(_end.get(), monotonic() + seconds))
    try:
        yield
    finally:
        _end.reset(token)


def is_time_up() -> bool:
    """Has the time of the block of `time_limit` ended?"""
    return monotonic() >= _end.get()


def attempts() -> Iterator[int]:
    """The numbers of the attempts, from 0, with a random wait after each. The maximum wait grows with the number of
    attempts and with the duration of the last one, but only for the first attempts: later requests must not always win
    against the one that waits longest. Ends when the time is over; the first attempt is always made."""
    end = min(_end.get(), monotonic() + LIMIT)
    for number in count():
        started = monotonic()
        yield number
        now = monotonic()
        if now >= end:
            return
        longest = min(MAX_WAIT, max(MIN_WAIT * 2 ** min(number, 7), (now - started) * 2 ** min(number, 2)))
        sleep(min(end - now, random.uniform(0, longest)))


def retry(
    step: Callable[[T], R],
    load: Callable[[], T],
    loaded: T | None = None,
    *,
    on: tuple[type[StoreError], ...] = (Stale,),
) -> R:
    """The result of `step` for the result of `load`; the first time for `loaded`, if given. When `step` raises an error
    of `on`, `load` and `step` run again. Raises Busy when the time is over."""
    with time_limit(LIMIT):
        for _ in attempts():
            try:
                return step(load() if loaded is None else loaded)
            except on:
                loaded = None
    raise Busy("another request changed the item before every attempt")
