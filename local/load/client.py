"""A client of the HTTP API with one connection per thread, and retries that wait as long as the server asks.

A change whose answer was lost may have happened, so `call` does not repeat it. It raises TryAgain, and the caller
compares the order with its history before it sends again (loader.py). `with_retries` is the loop around such a caller.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

ATTEMPTS = 10
T = TypeVar("T")


class TryAgain(Exception):
    """The answer is unknown, or the server asks to wait. `after` is the wait that it asks for, in seconds."""

    def __init__(self, why: str, after: float = 0.0) -> None:
        super().__init__(why)
        self.after = after


class Unreachable(TryAgain):
    """The server cannot be reached."""


class Refused(Exception):
    """The API refused a request, and would refuse it again."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status, self.code = status, code


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any


@dataclass
class Api:
    """A server, and the number of requests sent to it."""

    url: str
    requests: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _own: threading.local = field(default_factory=threading.local)

    def call(self, method: str, path: str, token: str, body: Any = None) -> Answer:
        """Raises TryAgain or Refused."""
        content = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        with self._guard:
            self.requests += 1
        connection = self._connection()
        try:
            connection.request(method, path, content, headers)
            response = connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as lost:
            connection.close()
            raise Unreachable(f"the connection was lost ({lost or type(lost).__name__})") from None
        content = _parsed(text)
        if response.status < 400:
            return Answer(response.status, content)
        problem = content if isinstance(content, Mapping) else {}
        code = str(problem.get("code", ""))
        if response.status in (429, *range(500, 600)) or code == "request_in_progress":
            raise TryAgain(f"{response.status} {code}".strip(), _seconds(response.getheader("Retry-After")))
        raise Refused(response.status, code, str(problem.get("detail") or problem.get("message", "")))

    def get(self, path: str, token: str, **query: Any) -> Any:
        target = f"{path}?{urlencode(query)}" if query else path
        return with_retries(lambda: self.call("GET", target, token).body)

    def pages(self, path: str, token: str, **query: Any) -> Iterator[dict[str, Any]]:
        """All items of a list, page by page."""
        cursor: dict[str, str] = {}
        while True:
            page = self.get(path, token, limit=200, **query, **cursor)
            yield from page["data"]
            if page["page"]["next_cursor"] is None:
                return
            cursor = {"cursor": page["page"]["next_cursor"]}

    def _connection(self) -> http.client.HTTPConnection:
        connection: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        return connection


def with_retries(work: Callable[[], T], attempts: int = ATTEMPTS) -> T:
    """Call `work` until it does not raise TryAgain, with growing pauses; the error of the last attempt is raised."""
    for attempt in range(attempts - 1):
        try:
            return work()
        except TryAgain as later:
            time.sleep(max(later.after, min(5.0, 0.05 * 2**attempt)) * random.uniform(0.75, 1.25))
    return work()


def _parsed(text: bytes) -> Any:
    with contextlib.suppress(ValueError):
        return json.loads(text)
    return None


def _seconds(header: str | None) -> float:
    return float(header) if header and header.isdigit() else 0.0
