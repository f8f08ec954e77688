"""One baton for several clients: whoever holds it may make one store call, so that a schedule is a list of choices and
every schedule can be played, and played again.

The seam is `BaseClient._make_api_call`, through which boto3 and PynamoDB both go; calls of threads that are no clients
(set-up, oracles) pass. Faults happen at the same place: an answer lost after the write, a client killed before or after
a call.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import botocore.client
from botocore.exceptions import ClientError, ReadTimeoutError

_real = botocore.client.BaseClient._make_api_call
_held = threading.local()

LOST, KILLED_BEFORE, KILLED_AFTER = "answer lost", "killed before", "killed after"
FAULTS = (LOST, KILLED_BEFORE, KILLED_AFTER)
WAIT = 30
Call = tuple[str, Any]
"""An operation of the store with its arguments."""


class Killed(BaseException):
    """The client's process ended here; nothing below `except BaseException` notices."""


class Chooser(Protocol):
    def choose(self, clients: Sequence[int], calls: Mapping[int, Call]) -> int: ...
    def fault(self, client: int, operation: str) -> str | None: ...


@dataclass
class Scripted:
    """Follows `script`, then always takes the first; `trace` says what was taken of how many."""

    script: Sequence[int] = ()
    trace: list[tuple[int, int]] = field(default_factory=list)

    def choose(self, clients: Sequence[int], calls: Mapping[int, Call]) -> int:
        step = len(self.trace)
        # A client whose calls depend on the time may have ended earlier than when the script was made.
        taken = min(self.script[step] if step < len(self.script) else 0, len(clients) - 1)
        self.trace.append((taken, len(clients)))
        return clients[taken]

    def fault(self, client: int, operation: str) -> str | None:
        return None


@dataclass
class FaultAt:
    """One client, one fault: at its call number `at`, counted from 0."""

    at: int
    kind: str
    calls: int = 0

    def choose(self, clients: Sequence[int], calls: Mapping[int, Call]) -> int:
        return clients[0]

    def fault(self, client: int, operation: str) -> str | None:
        self.calls += 1
        return self.kind if self.calls == self.at + 1 else None


@dataclass
class Seeded:
    """Any order, and every fault with the same small likelihood; the same seed does the same again."""

    seed: int
    likelihood: float = 0.0
    faults: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def choose(self, clients: Sequence[int], calls: Mapping[int, Call]) -> int:
        return self._random.choice(clients)

    def fault(self, client: int, operation: str) -> str | None:
        if self._random.random() >= self.likelihood:
            return None
        self.faults += 1
        return self._random.choice(FAULTS)


@dataclass
class Baton:
    """`suspend` and `resume` put away and bring back what is kept once a process but belongs to one client."""

    chooser: Chooser
    suspend: Callable[[], Any] = lambda: None
    resume: Callable[[Any], None] = lambda _: None
    settings_stay: bool = False
    """Nobody changes the store's settings, so reading them is no step of its own."""
    taken: list[tuple[int, Call]] = field(default_factory=list)
    """Who made which call, in order."""

    @property
    def calls(self) -> int:
        return len(self.taken)

    def play(self, *clients: Callable[[], Any]) -> list[Any]:
        """What each client came to: its result, or `Killed`. A client that fails fails the test.

        Each comes to its first call before anything is chosen: until then it touches nothing that another sees.
        """
        self._turn: int | None = None
        self._changed = threading.Condition()
        self._waiting: dict[int, Call] = {}
        self._alive = set(range(len(clients)))
        results: list[Any] = [None] * len(clients)
        errors: list[BaseException] = []

        def body(client: int, work: Callable[[], Any]) -> None:
            _held.by = (self, client)
            try:
                results[client] = work()
            except Killed as killed:
                results[client] = killed
            except BaseException as error:  # a client that crashed must not look like a quiet one
                errors.append(error)
            finally:
                with self._changed:
                    self._alive.discard(client)
                    self._turn = None
                    self._changed.notify_all()

        threads = [threading.Thread(target=body, args=each, daemon=True) for each in enumerate(clients)]
        for number, thread in enumerate(threads):
            thread.start()
            self._settle(lambda number=number: number in self._waiting or number not in self._alive)
        while self._alive:
            with self._changed:
                self._turn = self.chooser.choose(sorted(self._alive), self._waiting)
                self._changed.notify_all()
            self._settle(lambda: self._turn is None and self._waiting.keys() >= self._alive)
        for thread in threads:
            thread.join(WAIT)
        if errors:
            raise errors[0]
        return results

    def _settle(self, settled: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(settled, WAIT), "a client hangs"

    def _await(self, client: int, call: Call) -> None:
        with self._changed:
            self._waiting[client] = call
            self._turn = None if self._turn == client else self._turn
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: self._turn == client, WAIT), "the baton never came"
            self.taken.append((client, self._waiting.pop(client)))

    def call(self, client: int, api: Any, operation: str, arguments: Any) -> Any:
        if operation == "GetItem" and arguments.get("Key", {}).get("sk") == {"S": "STORE"} and self.settings_stay:
            return _real(api, operation, arguments)
        kept = self.suspend()
        self._await(client, (operation, arguments))
        self.resume(kept)
        fault = self.chooser.fault(client, operation)
        if fault == KILLED_BEFORE:
            raise Killed
        if fault is None:
            return _real(api, operation, arguments)
        with suppress(ClientError):  # whatever the answer was, nobody hears it
            _real(api, operation, arguments)
        if fault == LOST:
            raise ReadTimeoutError(endpoint_url="baton")
        raise Killed


@contextmanager
def baton_calls() -> Iterator[None]:
    """Until the end of the block, a client's store calls wait for the baton."""

    def call(api: Any, operation: str, arguments: Any) -> Any:
        held = getattr(_held, "by", None)
        return held[0].call(held[1], api, operation, arguments) if held else _real(api, operation, arguments)

    botocore.client.BaseClient._make_api_call = call
    try:
        yield
    finally:
        botocore.client.BaseClient._make_api_call = _real
