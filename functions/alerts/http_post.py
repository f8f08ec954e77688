"""Calls to addresses that others have given us. One request, one answer, no way inside.

The host is resolved once; every address it has must be public, or nothing is sent; and the connection goes to an
address that was looked at, with the name kept for TLS and the Host header, so that a name which changes its mind
reaches nothing. No proxy of the environment, no redirect, five seconds and 64 KB in all.
"""

from __future__ import annotations

import http.client
import io
import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from shared.domain.alerts.targets import Target, at_home, public

SECONDS = 5.0
MAX_ANSWER = 64 * 1024
AGENT = "Orderkeep"
_HEAD_ENDS = re.compile(rb"\r?\n\r?\n")
_OURS = frozenset({"host", "content-length", "connection", "transfer-encoding"})


class NotSent(Exception):
    """No answer. `why` is one of a few words for the log, and never what the other side said."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is for whoever reads a robot's code out of it; it is neither kept nor logged."""

    status: int
    retry_after: str | None
    body: bytes


def post(
    target: Target, headers: Mapping[str, str], body: bytes, *, read: bool = True, loopback: bool = False
) -> Answer:
    """Raises NotSent. A 3xx is an answer like any other: nobody goes where it points. The status is the answer even
    where the body, which is asked for by `read`, breaks off."""
    until = time.monotonic() + SECONDS
    addresses = _checked(target, loopback, until)
    try:
        with _connected(target, addresses, until) as line:
            line.settimeout(_left(until))
            line.sendall(_request(target, headers, body))
            return _answer(line, until, read)
    except TimeoutError:
        raise NotSent("timed_out") from None
    except ssl.SSLError:
        raise NotSent("tls_failed") from None
    except (OSError, http.client.HTTPException, ValueError):
        raise NotSent("connection_failed") from None


def _checked(target: Target, loopback: bool, until: float) -> list[str]:
    found: list[Any] = []
    failed: list[OSError] = []

    def look() -> None:
        try:
            found.extend(socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            failed.append(OSError(str(error)))

    looking = threading.Thread(target=look, daemon=True)  # a resolver takes as long as it likes
    looking.start()
    looking.join(_left(until))
    if looking.is_alive():
        raise NotSent("timed_out")
    addresses = list(dict.fromkeys(str(position[4][0]) for position in found))
    if failed or not addresses:
        raise NotSent("host_unknown")
    if not all(public(address) or (loopback and at_home(address)) for address in addresses):
        raise NotSent("not_public")
    return addresses


def _connected(target: Target, addresses: list[str], until: float) -> socket.socket:
    last: OSError = OSError("no address")
    for address in addresses:
        try:
            line = socket.create_connection((address, target.port), timeout=_left(until))
        except OSError as error:
            last = error
            continue
        if not target.tls:
            return line
        try:
            line.settimeout(_left(until))
            return _tls().wrap_socket(line, server_hostname=target.host)
        except BaseException:
            line.close()
            raise
    raise last


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _request(target: Target, headers: Mapping[str, str], body: bytes) -> bytes:
    told = {name: value for name, value in headers.items() if name.lower() not in _OURS}
    told |= {
        "Host": target.authority,
        "User-Agent": AGENT,
        "Content-Length": str(len(body)),
        "Connection": "close",
        "Accept-Encoding": "identity",
    }
    if any("\r" in part or "\n" in part for pair in told.items() for part in pair):
        raise ValueError("a header holds a line break")
    lines = [f"POST {target.path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items()), "", ""]
    return "\r\n".join(lines).encode("ascii") + body


def _answer(line: socket.socket, until: float, read: bool) -> Answer:
    bounded, body = _Bounded(line, until), b""
    response = http.client.HTTPResponse(bounded, method="POST")  # type: ignore[arg-type]
    with response:
        response.begin()
        if not _HEAD_ENDS.search(bounded.seen):
            raise http.client.HTTPException("the head of the answer broke off")
        if read:
            with suppress(OSError, http.client.HTTPException, ValueError):
                body = response.read(MAX_ANSWER)
    return Answer(response.status, response.headers.get("Retry-After"), body)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Bounded(io.RawIOBase):
    """What http.client reads from: ends at so many bytes, heads included, and at the deadline, however slowly the other
    side feeds it."""

    def __init__(self, line: socket.socket, until: float) -> None:
        self._line, self._until = line, until
        self.seen = bytearray()

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        room = MAX_ANSWER - len(self.seen)
        if not room:
            return 0
        self._line.settimeout(_left(self._until))
        part = self._line.recv(min(room, len(buffer)))
        buffer[: len(part)] = part
        self.seen += part
        return len(part)
