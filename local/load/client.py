"""The HTTP API, with patience: one kept connection for each thread, and every answer that says "later" waited out.

A change whose answer was lost may have happened. So nothing is blindly sent again: `TryAgain` goes up to the caller,
who compares first (see loader.py). `patiently` is the loop around such a caller.
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
    """The answer is not known, or the server asks for patience. `after` is its own wish in seconds."""

    def __init__(self, why: str, after: float = 0.0) -> None:
        super().__init__(why)
        self.after = after


class Gone(TryAgain):
    """The server cannot be reached at all."""


class Refused(Exception):
    """The API says no, and would again."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status, self.code = status, code


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any


@dataclass
class Api:
    """A server and how often it was asked."""

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
            raise Gone(f"the connection was lost ({lost or type(lost).__name__})") from None
        told = _parsed(text)
        if response.status < 400:
            return Answer(response.status, told)
        problem = told if isinstance(told, Mapping) else {}
        code = str(problem.get("code", ""))
        if response.status in (429, *range(500, 600)) or code == "request_in_progress":
            raise TryAgain(f"{response.status} {code}".strip(), _seconds(response.getheader("Retry-After")))
        raise Refused(response.status, code, str(problem.get("detail") or problem.get("message", "")))

    def get(self, path: str, token: str, **query: Any) -> Any:
        spelled = f"{path}?{urlencode(query)}" if query else path
        return patiently(lambda: self.call("GET", spelled, token).body)

    def pages(self, path: str, token: str, **query: Any) -> Iterator[dict[str, Any]]:
        """A list, to its end."""
        cursor: dict[str, str] = {}
        while True:
            page = self.get(path, token, limit=200, **query, **cursor)
            yield from page["data"]
            if page["page"]["next_cursor"] is None:
                return
            cursor = {"cursor": page["page"]["next_cursor"]}

    def _connection(self) -> http.client.HTTPConnection:
        found: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if found is None:
            found = self._own.connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        return found


def patiently(work: Callable[[], T], attempts: int = ATTEMPTS) -> T:
    """Do it, again after a pause that grows while TryAgain is raised; the last one is passed on."""
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
