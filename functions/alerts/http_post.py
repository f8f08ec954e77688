"""POST to a URL that a user has entered, without a way into private networks.

The host is resolved once, and every address of it must be public, or nothing is sent. The connection goes to one of
the checked addresses; the name is used for TLS and the Host header alone. So a DNS answer that changes later has no
effect. No proxy, no redirects, at most five seconds and 64 KB in all.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from shared.domain.alerts.targets import Target, is_loopback, is_public

SECONDS = 5.0
MAX_ANSWER = 64 * 1024
AGENT = "Orderkeep"
INTERIM = frozenset(range(100, 200)) - {101}
"""Statuses of answers that another one follows. 101 is final: the connection has another protocol then."""
_SET_HERE = frozenset({"host", "content-length", "connection", "transfer-encoding"})


class NotSent(Exception):
    """There was no answer. `why` is a code of ours for the log, never text of the other side."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is read for the code in a robot's answer; it is neither stored nor logged."""

    status: int
    retry_after: str | None
    body: bytes


def post(
    target: Target, headers: Mapping[str, str], body: bytes, *, read: bool = True, loopback: bool = False
) -> Answer:
    """Raises NotSent. A 3xx is an answer like any other: redirects are not followed. Interim answers (1xx) are skipped.
    The body is read only with `read`; what arrived of it counts even if it breaks off."""
    deadline = time.monotonic() + SECONDS
    addresses = _public_addresses(target, loopback, deadline)
    try:
        with _connect(target, addresses, deadline) as connection:
            connection.settimeout(_remaining(deadline))
            with suppress(ConnectionError, ssl.SSLEOFError):  # a server may answer before it has read everything
                connection.sendall(_request(target, headers, body))
            return _answer(connection, deadline, read)
    except TimeoutError:
        raise NotSent("timed_out") from None
    except ssl.SSLError:
        raise NotSent("tls_failed") from None
    except (OSError, http.client.HTTPException, ValueError):
        raise NotSent("connection_failed") from None


def _public_addresses(target: Target, loopback: bool, deadline: float) -> list[str]:
    resolved: list[Any] = []

    def resolve() -> None:
        with suppress(OSError, UnicodeError):
            resolved.extend(socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM))

    resolver = threading.Thread(target=resolve, daemon=True)  # getaddrinfo has no timeout
    resolver.start()
    resolver.join(_remaining(deadline))
    if resolver.is_alive():
        raise NotSent("timed_out")
    addresses = list(dict.fromkeys(str(info[4][0]) for info in resolved))
    if not addresses:
        raise NotSent("host_unknown")
    if not all(is_public(address) or (loopback and is_loopback(address)) for address in addresses):
        raise NotSent("not_public")
    return addresses


def _connect(target: Target, addresses: list[str], deadline: float) -> socket.socket:
    last: OSError = OSError("no address")
    for address in addresses:
        try:
            connection = socket.create_connection((address, target.port), timeout=_remaining(deadline))
        except OSError as error:
            last = error
            continue
        if not target.tls:
            return connection
        try:
            connection.settimeout(_remaining(deadline))
            return _tls().wrap_socket(connection, server_hostname=target.host)
        except BaseException:
            connection.close()
            raise
    raise last


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _request(target: Target, headers: Mapping[str, str], body: bytes) -> bytes:
    all_headers = {name: value for name, value in headers.items() if name.lower() not in _SET_HERE}
    all_headers |= {
        "Host": target.authority,
        "User-Agent": AGENT,
        "Content-Length": str(len(body)),
        "Connection": "close",
        "Accept-Encoding": "identity",
    }
    if any("\r" in part or "\n" in part for pair in all_headers.items() for part in pair):
        raise ValueError("a header holds a line break")
    lines = [f"POST {target.path} HTTP/1.1", *(f"{name}: {value}" for name, value in all_headers.items()), "", ""]
    return "\r\n".join(lines).encode("ascii") + body


def _answer(connection: socket.socket, deadline: float, read: bool) -> Answer:
    response, body = http.client.HTTPResponse(_Reader(_Bounded(connection, deadline)), method="POST"), bytearray()  # type: ignore[arg-type]
    response.begin()
    while response.status in INTERIM:
        response.headers = None  # type: ignore[assignment]  # `begin` skips 100 alone; it reads the next head now
        response.begin()
    if read:
        with suppress(OSError, http.client.HTTPException, ValueError):
            while part := response.read1(MAX_ANSWER):
                body += part
    return Answer(response.status, response.headers.get("Retry-After"), bytes(body))


def _remaining(deadline: float) -> float:
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        raise TimeoutError
    return remaining


class _Reader(io.BufferedReader):
    """Refuses a line without an end, which http.client takes for the end of a head."""

    def makefile(self, mode: str) -> io.BufferedReader:
        return self

    def readline(self, size: int | None = -1) -> bytes:
        line = super().readline(size)
        if not line.endswith(b"\n"):
            raise http.client.IncompleteRead(line)
        return line


class _Bounded(io.RawIOBase):
    """The bytes of the answer. They end after MAX_ANSWER, heads included, and reading raises TimeoutError after the
    deadline, however slowly they arrive."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection, self._deadline = connection, deadline
        self._room = MAX_ANSWER

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._room:
            return 0
        self._connection.settimeout(_remaining(self._deadline))
        part = self._connection.recv(min(self._room, len(buffer)))
        buffer[: len(part)] = part
        self._room -= len(part)
        return len(part)
