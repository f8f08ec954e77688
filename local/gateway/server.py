"""API Gateway's part of a request, on the standard library's threading server.

Each connection has its own thread, so a slow or half-open client does not hold up others. The function runs one event
at a time in each worker process.
"""

from __future__ import annotations

import contextlib
import json
import socket
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from local import loopback
from local.gateway import http_api
from local.gateway.files import MAX_UPLOAD, Files
from local.gateway.http_api import Headers, Request, Response, Router
from local.resources import Cors
from local.runtime import Environment, TimedOut
from local.tokens import Issuer, TokenError

MAX_BODY = 10 * 1024 * 1024
MAX_RESULT = 6_291_556
"""Lambda's limit for a function's result, in bytes."""
MAX_HEAD = 10_240
READ_SECONDS = 30
MAX_CONNECTIONS = 1_000

BAD_REQUEST = http_api.message(400, "Bad Request")
FORBIDDEN = http_api.message(403, "Forbidden")
NOT_FOUND = http_api.message(404, "Not Found")
UNAUTHORIZED = http_api.message(401, "Unauthorized", [("www-authenticate", "Bearer")])
TOO_LARGE = http_api.message(413, "Request Entity Too Large")
TOO_MANY = http_api.message(429, "Too Many Requests")
UNAVAILABLE = http_api.message(503, "Service Unavailable")


@dataclass(frozen=True)
class Api:
    """Answers requests: the `files` of the buckets, the local run's own `pages`, and the routes of the template by one
    execution environment. Each of the pages returns None for a request that is not its own."""

    router: Router
    issuer: Issuer
    cors: Cors
    allow: Callable[[], bool]
    environment: Environment
    pages: Sequence[Callable[[Request], Response | None]] = ()
    files: Files = field(default_factory=lambda: Files("", {}))

    def max_body(self, request_path: str) -> int:
        """Bytes that a request to this path may send."""
        return MAX_UPLOAD if self.files.has(request_path) else MAX_BODY

    def answer(self, request: Request) -> Response:
        if self.files.has(request.path):
            return self.files.answer(request)
        for page in self.pages:
            if (response := page(request)) is not None:
                return response
        origin = request.header("origin")
        if request.method == "OPTIONS":
            return http_api.preflight(self.cors, origin)
        response = self._answer(request)
        cors = http_api.cors_headers(self.cors, origin)
        own = [pair for pair in response.headers if not pair[0].startswith("access-control-")]
        return Response(response.status, own + cors, response.body)

    def _answer(self, request: Request) -> Response:
        match = self.router.match(request.method, request.path)
        if match is None:
            return NOT_FOUND
        if not self.allow():
            return TOO_MANY
        claims = None
        if match.route.authorised:
            try:
                claims = self.issuer.verify(_bearer(request.header("authorization")))
            except TokenError:
                return UNAUTHORIZED
        event = http_api.event(request, match, claims, str(uuid.uuid4()), datetime.now(UTC))
        try:
            result = self.environment.invoke(event)
            # Lambda's Python 3.12 and later send text as UTF-8, not as \uXXXX.
            size = len(json.dumps(result, ensure_ascii=False).encode("utf-8", "surrogatepass"))
            if size <= MAX_RESULT:
                return http_api.response(result)
            print(
                f"{match.route.key} returned {size:,} bytes; Lambda returns at most {MAX_RESULT:,}, so this is a 500",
                file=sys.stderr,
            )
            return http_api.SERVER_ERROR
        except TimedOut:
            return UNAVAILABLE
        except Exception:
            traceback.print_exc(file=sys.stderr)
            return http_api.SERVER_ERROR


def _bearer(header: str | None) -> str:
    scheme, _, token = (header or "").strip().partition(" ")
    # API Gateway also accepts the token without a scheme.
    return token.strip() if scheme.lower() == "bearer" else scheme


class Refused(Exception):
    """A request that is answered before it is read to its end; the connection is then closed."""

    def __init__(self, response: Response) -> None:
        self.response = response


class Server(ThreadingHTTPServer):
    """Serves `api` on a bound socket, which several processes may share."""

    daemon_threads = True

    def __init__(self, listener: socket.socket, api: Api, log: Callable[[str], None]) -> None:
        super().__init__(listener.getsockname()[:2], _Connection, bind_and_activate=False)
        self.socket.close()
        # All workers wake up for a connection and one gets it; the others must not block in accept.
        listener.setblocking(False)
        self.socket = listener
        self.api, self.log = api, log
        port = listener.getsockname()[1]
        self.hosts = loopback.hosts(port)
        self.origins = loopback.origins(port) | set(api.cors.origins)
        self._slots = threading.BoundedSemaphore(MAX_CONNECTIONS)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._slots.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._slots.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):  # OSError: the client closed the connection
            traceback.print_exc(file=sys.stderr)

    def service_actions(self) -> None:
        if self.api.environment.stuck:
            # As on Lambda, an environment is discarded after a time-out, once the answer is sent.
            threading.Thread(target=self.shutdown, daemon=True).start()


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = READ_SECONDS
    disable_nagle_algorithm = True
    server: Server

    def handle_one_request(self) -> None:
        try:
            self.raw_requestline = self.rfile.readline(MAX_HEAD + 1)
            if not self.raw_requestline:
                self.close_connection = True
                return
            if len(self.raw_requestline) > MAX_HEAD:
                self.requestline = self.request_version = self.command = ""
                self.send_error(HTTPStatus.REQUEST_URI_TOO_LONG)
                return
            if self.parse_request():
                self._serve(time.perf_counter())
        except TimeoutError:
            self.close_connection = True

    def _serve(self, began: float) -> None:
        try:
            request = self._read()
            response = self.server.api.answer(request)
        except Refused as refused:
            response = refused.response
            self.close_connection = True
        self._write(response)
        milliseconds = (time.perf_counter() - began) * 1000
        path = self.path.partition("?")[0]
        self.server.log(f"{self.command} {path} {response.status} {milliseconds:.0f} ms")

    def handle_expect_100(self) -> bool:
        # _read_body sends the 100 after it has checked the length.
        return True

    def _read(self) -> Request:
        pairs: Headers = list(self.headers.items())
        head = len(self.raw_requestline) + sum(len(name) + len(value) + 4 for name, value in pairs)
        if head > MAX_HEAD:
            raise Refused(http_api.message(431, "Request Header Fields Too Large"))
        if not self.path.startswith("/"):
            raise Refused(BAD_REQUEST)
        self._refuse_foreign()
        body = self._read_body(self.server.api.max_body(self.path))
        return Request(self.command, self.path, pairs, body, self.client_address[0])

    def _refuse_foreign(self) -> None:
        """Refuse what a page of another origin can make a browser send, and a name of such a page that leads to this
        machine (DNS rebinding). API Gateway answers a name that is not its own in the same way."""
        hosts, origins = self.headers.get_all("host", []), self.headers.get_all("origin", [])
        if len(hosts) != 1:
            raise Refused(BAD_REQUEST)
        if hosts[0].lower() not in self.server.hosts or not self.server.origins.issuperset(origins):
            raise Refused(FORBIDDEN)
        # A browser sends no Origin with a GET for an image, a script or a frame. A link that a person follows may lead
        # here from anywhere.
        fetched = {name: self.headers.get(f"sec-fetch-{name}", "") for name in ("site", "mode", "dest")}
        foreign = fetched["site"] in {"cross-site", "same-site"}
        followed = fetched["mode"] == "navigate" and fetched["dest"] == "document"
        if foreign and not origins and not followed:
            raise Refused(FORBIDDEN)

    def _read_body(self, limit: int) -> bytes:
        lengths = self.headers.get_all("content-length", [])
        codings = self.headers.get_all("transfer-encoding", [])
        if codings and (lengths or [coding.strip().lower() for coding in codings] != ["chunked"]):
            raise Refused(BAD_REQUEST)
        if len(set(lengths)) > 1 or any(not (text.isascii() and text.isdigit()) for text in lengths):
            raise Refused(BAD_REQUEST)
        length = int(lengths[0][:12]) if lengths else 0
        if length > limit:
            raise Refused(TOO_LARGE)
        if self.headers.get("expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        deadline = time.monotonic() + READ_SECONDS
        return self._read_chunks(limit, deadline) if codings else self._read_exactly(length, deadline)

    def _read_exactly(self, length: int, deadline: float) -> bytes:
        body = bytearray()
        while len(body) < length:
            if time.monotonic() > deadline:
                raise Refused(http_api.message(408, "Request Timeout"))
            part = self.rfile.read1(min(length - len(body), 65_536))
            if not part:
                raise ConnectionResetError("the client closed the connection within its request")
            body += part
        return bytes(body)

    def _read_chunks(self, limit: int, deadline: float) -> bytes:
        body = bytearray()
        while True:
            size = self._read_chunk_size()
            if len(body) + size > limit:
                raise Refused(TOO_LARGE)
            if size == 0:
                break
            body += self._read_exactly(size, deadline)
            if self._read_exactly(2, deadline) != b"\r\n":
                raise Refused(BAD_REQUEST)
        for _ in range(100):  # trailers are ignored
            if self.rfile.readline(MAX_HEAD) in {b"\r\n", b"\n", b""}:
                return bytes(body)
        raise Refused(BAD_REQUEST)

    def _read_chunk_size(self) -> int:
        text = self.rfile.readline(1_024).partition(b";")[0].strip()
        if not text or len(text) > 8 or text.strip(b"0123456789abcdefABCDEF"):
            raise Refused(BAD_REQUEST)
        return int(text, 16)

    def _write(self, response: Response) -> None:
        no_body = response.status in {204, 304} or self.command == "HEAD"
        lines = [f"HTTP/1.1 {response.status} {_reason(response.status)}"]
        lines += [f"{name}: {value}" for name, value in response.headers]
        lines.append(f"date: {self.date_time_string()}")
        if response.status not in {204, 304}:
            lines.append(f"content-length: {len(response.body)}")
        if self.close_connection or self.server.api.environment.stuck:
            self.close_connection = True
            lines.append("connection: close")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")
        self.wfile.write(head if no_body else head + response.body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """http.server's own errors (bad request line, too many headers), in API Gateway's format."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self._write(http_api.message(int(code), _reason(int(code))))


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
