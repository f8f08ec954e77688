"""A real HTTP server on loopback with chosen answers, which remembers the requests."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from shared.domain.alerts.channels import ChannelKind

OK, ERRCODE_0, CODE_0 = (200, {}, b"ok"), (200, {}, b'{"errcode":0,"errmsg":"ok"}'), (200, {}, b'{"code":0}')
HANG, RESET, CUT, DRIP, NOT_HTTP, ENDLESS = "hang", "reset", "cut", "drip", "not http", "endless"
Plan = tuple[int, dict[str, str], bytes] | str
POSTED = [str(kind) for kind in ChannelKind if kind is not ChannelKind.EMAIL]


def good(kind: str) -> Plan:
    """What a channel of this kind answers to a message that it accepts."""
    return {"dingtalk": ERRCODE_0, "wecom": ERRCODE_0, "feishu": CODE_0}.get(kind, OK)


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes
    answered: Plan

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def acknowledged(self) -> bool:
        return not isinstance(self.answered, str) and 200 <= self.answered[0] < 300


@dataclass
class Receiver:
    """`plans` are taken one a request; after the last comes `then`."""

    port: int
    plans: list[Plan] = field(default_factory=list)
    then: Plan = OK
    received: list[Received] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def next(self) -> Plan:
        return self.plans.pop(0) if self.plans else self.then

    def plan(self, *plans: Plan, then: Plan = OK) -> None:
        self.plans, self.then = list(plans), then
        self.received.clear()

    @property
    def ids(self) -> list[str]:
        return [each.headers.get("webhook-id", "") for each in self.received]


@contextmanager
def listening() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            plan = receiver.next()
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.received.append(Received(self.path, headers, body, plan))
            self.close_connection = True
            with suppress(OSError):
                self._answer(plan)

        def _answer(self, plan: Plan) -> None:
            if not isinstance(plan, str):
                status, headers, content = plan
                self.send_response(status)
                # Without "close" a client may send its next request into a connection that ends at that moment.
                for name, value in {"Content-Length": str(len(content)), "Connection": "close", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)
            elif plan == HANG:
                receiver.released.wait(30)
            elif plan == RESET:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
                self.connection.close()
            elif plan == CUT:
                self.wfile.write(b"HTTP/1.1 200 O")
            elif plan == DRIP:
                for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 10_000:
                    if receiver.released.wait(0.05):
                        break
                    self.wfile.write(bytes([byte]))
            elif plan == NOT_HTTP:
                self.wfile.write(b"220 mail.example ESMTP\r\n")
            elif plan == ENDLESS:
                self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
                while not receiver.released.wait(0):
                    self.wfile.write(b"x" * 65_536)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    receiver = Receiver(server.server_address[1])
    serving = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    serving.start()
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.shutdown()
        server.server_close()
        serving.join(5)


@dataclass
class Wires:
    """The network calls of a process: names resolved, and addresses connected to."""

    looked_up: list[str] = field(default_factory=list)
    connected: list[Any] = field(default_factory=list)


@contextmanager
def watched(answers: dict[str, Sequence[str] | list[Sequence[str]]] | None, *, cut: bool) -> Iterator[Wires]:
    """Names are looked up in `answers` (in turn, where there are several), or nowhere else where it is None; `cut`
    refuses every connection."""
    wires, real_connect, real_lookup = Wires(), socket.socket.connect, socket.getaddrinfo

    def lookup(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        wires.looked_up.append(host)
        if answers is None or host not in answers:
            if answers is not None and not kwargs.get("flags") and not _numeric(host):
                raise socket.gaierror(socket.EAI_NONAME, "unknown")
            return real_lookup(host, port, *args, **kwargs)
        found: Any = answers[host]
        if found and not isinstance(found[0], str):
            found = found.pop(0) if len(found) > 1 else found[0]
        family = {True: socket.AF_INET6, False: socket.AF_INET}
        return [
            (family[":" in address], socket.SOCK_STREAM, 6, "", (address, port, *((0, 0) if ":" in address else ())))
            for address in found
        ]

    def connect(line: socket.socket, address: Any) -> None:
        wires.connected.append(address)
        if cut:
            raise ConnectionRefusedError
        real_connect(line, address)

    socket.socket.connect, socket.getaddrinfo = connect, lookup  # type: ignore[assignment, method-assign]
    try:
        yield wires
    finally:
        socket.socket.connect, socket.getaddrinfo = real_connect, real_lookup  # type: ignore[method-assign]


def _numeric(host: str) -> bool:
    """What the system's resolver takes for an address without asking anybody: also octal, hexadecimal, one number."""
    with suppress(OSError):
        socket.inet_aton(host)
        return True
    with suppress(OSError):
        socket.inet_pton(socket.AF_INET6, host.partition("%")[0])
        return True
    return False


def wait_until(holds: Any, seconds: float = 5) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.01)
