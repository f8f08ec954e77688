"""A queue of SQS with its workers on a clock of their own: what AWS does between the messages and the handlers.

A message has a group. A group is noisy when it has had more than a tenth of the workers' time lately; messages of the
other groups come first then, and among noisy groups the messages of the one with the fewest in flight. A message
without a group is a group of its own. AWS describes fair queues so; its second rule, thirty messages in flight, never
applies to so few workers. `fair=False` is a queue that gives out the oldest message first.

One worker handles one message at a time. The handler of a message runs in a thread, but only one of them runs at any
moment: it stops in `sleep`, and the clock of the simulation says which one goes on.
"""

from __future__ import annotations

import heapq
import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

NOISY_SHARE = 0.1
LATELY = timedelta(minutes=1)
OVERHEAD = 0.02
"""Seconds that each message costs a worker beside what its handler sleeps."""


@dataclass(frozen=True)
class Message:
    content: dict[str, Any]
    group: str
    number: int


class Clock:
    """Events in the order of their time."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._events: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = count()

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self.now + timedelta(seconds=seconds), next(self._numbers), action))

    def run(self, until: datetime, ends: Callable[[], bool] = lambda: False) -> None:
        while self._events and self._events[0][0] <= until and not ends():
            self.now, _, action = heapq.heappop(self._events)
            action()
        if not ends():
            self.now = until


@dataclass
class Worker:
    """The thread of one invocation."""

    clock: Clock
    ended: Callable[[], None]
    _go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    _back: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    _sleeps: float | None = None
    _error: BaseException | None = None

    def start(self, handler: Callable[[Message, Callable[[float], None]], None], message: Message) -> None:
        def run() -> None:
            self._go.acquire()
            try:
                handler(message, self.sleep)
            except BaseException as error:
                self._error = error
            self._sleeps = None
            self._back.release()

        threading.Thread(target=run, daemon=True).start()
        self._resume()

    def sleep(self, seconds: float) -> None:
        self._sleeps = seconds
        self._back.release()
        self._go.acquire()

    def _resume(self) -> None:
        self._go.release()
        self._back.acquire()
        if self._error is not None:
            raise self._error
        if self._sleeps is None:
            self.clock.after(OVERHEAD, self.ended)
        else:
            self.clock.after(self._sleeps, self._resume)


class FairQueue:
    """`handler` gets a message and a function that sleeps. `waits` are the seconds from visible to received."""

    def __init__(
        self, clock: Clock, workers: int, handler: Callable[[Message, Callable[[float], None]], None], fair: bool = True
    ) -> None:
        self.clock, self.free, self.handler, self.fair = clock, workers, handler, fair
        self.waits: dict[str, list[float]] = {}
        self.handled, self.most_in_flight = 0, Counter[str]()
        self._groups: dict[str, deque[tuple[datetime, Message]]] = {}
        self._in_flight, self._spent = Counter[str](), Counter[str]()
        self._total = 0.0
        self._recent: deque[tuple[datetime, str, float]] = deque()
        self._numbers = count()

    def send(self, content: dict[str, Any], group: str = "", delay: float = 0) -> None:
        message = Message(content, group or f"#{next(self._numbers)}", next(self._numbers))
        self.clock.after(delay, lambda: self._visible(message))

    def waiting(self, group: str) -> int:
        return len(self._groups.get(group, ()))

    def _visible(self, message: Message) -> None:
        self._groups.setdefault(message.group, deque()).append((self.clock.now, message))
        self._dispatch()

    def _dispatch(self) -> None:
        while self.free and self._groups:
            group = self._next_group()
            since, message = self._groups[group].popleft()
            if not self._groups[group]:
                del self._groups[group]
            self.waits.setdefault(group, []).append((self.clock.now - since).total_seconds())
            self._start(message)

    def _start(self, message: Message) -> None:
        began, group = self.clock.now, message.group
        self.free -= 1
        self._in_flight[group] += 1
        self.most_in_flight[group] = max(self.most_in_flight[group], self._in_flight[group])

        def ended() -> None:
            self.free += 1
            self._in_flight[group] -= 1
            self.handled += 1
            spent = (self.clock.now - began).total_seconds()
            self._spent[group] += spent
            self._total += spent
            self._recent.append((self.clock.now, group, spent))
            self._dispatch()

        Worker(self.clock, ended).start(self.handler, message)

    def _next_group(self) -> str:
        """Of the oldest messages of all groups: the oldest of a quiet group, or of the noisy group with the fewest in
        flight."""
        noisy = self._noisy() if self.fair else frozenset[str]()

        def order(group: str) -> tuple[Any, ...]:
            since, message = self._groups[group][0]
            return group in noisy, self._in_flight[group] if group in noisy else 0, since, message.number

        return min(self._groups, key=order)

    def _noisy(self) -> frozenset[str]:
        while self._recent and self._recent[0][0] < self.clock.now - LATELY:
            _, group, spent = self._recent.popleft()
            self._spent[group] -= spent
            self._total -= spent
        return frozenset(group for group in self._groups if self._spent[group] > NOISY_SHARE * self._total)


def every(clock: Clock, seconds: float, run: Callable[[], None]) -> None:
    """Calls `run` now, and every so many seconds."""

    def tick() -> None:
        run()
        clock.after(seconds, tick)

    clock.after(0, tick)
