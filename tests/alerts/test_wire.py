"""What HTTP allows a server to answer, over real sockets: interim answers, every framing of a body, and early ends.

A message that was taken counts as delivered, or it is sent again and again; one that was not never does.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice, product

import pytest

from functions.alerts import http_post
from functions.alerts.formats.request import Outcome
from functions.alerts.formats.verdicts import READ, verdict
from functions.alerts.http_post import NotSent
from shared.domain.alerts.channels import ChannelKind
from shared.domain.alerts.targets import target
from tests.alerts.bureau import Bureau
from tests.proof import counted, size

NOW = datetime(2026, 11, 25, tzinfo=UTC)
EVERY = size(7, 1)
"""Every so many of the answers is sent; there are 15 frames, so each frame comes with each kind."""
POSTED = [str(kind) for kind in ChannelKind if kind is not ChannelKind.EMAIL]
CLOSE, RESET, STAY = "close", "reset", "stay open"


@dataclass
class Script:
    """`answer` is sent as it is, in the parts of a list one after another; then the connection ends in a way. `early`
    answers before the body of the request is read."""

    answer: list[bytes]
    end: str = CLOSE
    early: bool = False


@dataclass
class Server:
    port: int
    script: Script = field(default_factory=lambda: Script([b""]))
    requests: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@contextmanager
def serving() -> Iterator[Server]:
    """A server that knows no HTTP: it reads one request and sends what its script says."""
    listener = socket.create_server(("127.0.0.1", 0))
    server, over = Server(listener.getsockname()[1]), threading.Event()

    def serve(line: socket.socket) -> None:
        script = server.script
        with line, suppress(OSError):
            line.settimeout(5)
            got = b""
            while b"\r\n\r\n" not in got:
                got += line.recv(65_536)
            head, _, body = got.partition(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            while not script.early and len(body) < length:
                body += line.recv(65_536)
            server.requests.append(body)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for part in script.answer:
                line.sendall(part)
            if script.end == STAY:
                over.wait(3)
            if script.end == RESET:
                over.wait(0.05)  # or the reset overtakes what was sent
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

    def listen() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    try:
        yield server
    finally:
        over.set()
        listener.close()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_post, "SECONDS", 1.0)


def outcome(server: Server, kind: str, script: Script, body: bytes = b"{}") -> Outcome | None:
    """None where there was no answer."""
    server.script = script
    try:
        answer = http_post.post(target(server.url, kind, loopback=True), {}, body, read=kind in READ, loopback=True)
    except NotSent:
        return None
    return verdict(kind, answer.status, answer.retry_after, answer.body, NOW).outcome


INTERIM: dict[str, list[bytes]] = {
    "none": [],
    "100": [b"HTTP/1.1 100 Continue\r\n\r\n"],
    "102": [b"HTTP/1.1 102 Processing\r\n\r\n"],
    "103": [b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nLink: </b.js>; rel=preload\r\n\r\n"],
    "199 without a reason": [b"HTTP/1.1 199\r\n\r\n"],
    "several": [
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
    ],
    "in pieces": [b"HTTP/1.1 1", b"03 Early Hints\r", b"\nLink: <x>\r\n", b"\r\n"],
    "with a length": [b"HTTP/1.1 102 Processing\r\nContent-Length: 5\r\n\r\n"],
}


def with_length(body: bytes, length: int | None = None) -> list[bytes]:
    return [b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body) if length is None else length, body)]


def in_chunks(body: bytes, last: bytes = b"0\r\n\r\n", extension: bytes = b"") -> list[bytes]:
    half = len(body) // 2
    chunks = [b"%x%s\r\n%s\r\n" % (len(part), extension, part) for part in (body[:half], body[half:]) if part]
    return [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", *chunks, last]


FRAMES = {
    "length": lambda body: Script(with_length(body)),
    "length, connection kept": lambda body: Script(with_length(body), STAY),
    "chunks": lambda body: Script(in_chunks(body)),
    "chunks, connection kept": lambda body: Script(in_chunks(body), STAY),
    "chunks with extensions and trailers": lambda body: Script(in_chunks(body, b"0\r\nX-Sum: 1\r\n\r\n", b";a=b")),
    "until the end": lambda body: Script([b"HTTP/1.1 200 OK\r\n\r\n" + body]),
    "1.0": lambda body: Script([b"HTTP/1.0 200 OK\r\n\r\n", body]),
    "line feeds alone": lambda body: Script([b"HTTP/1.1 200 OK\nContent-Length: %d\n\n" % len(body), body]),
    "in single bytes": lambda body: Script([bytes([each]) for each in with_length(body)[0]]),
    # the end comes early, or never
    "shorter than its length": lambda body: Script(with_length(body, len(body) + 100)),
    "shorter, and reset": lambda body: Script(with_length(body, len(body) + 100), RESET),
    "no last chunk": lambda body: Script(in_chunks(body, b"")),
    "no last chunk, and reset": lambda body: Script(in_chunks(body, b""), RESET),
    "no end of a chunk": lambda body: Script([*in_chunks(body, b"")[:-1], b"40\r\n  \n"]),
    "before the request was read": lambda body: Script(with_length(body), early=True),
}
NEVER_ENDS = {
    "no length, connection kept": lambda body: Script([b"HTTP/1.1 200 OK\r\n\r\n" + body], STAY),
    "shorter, connection kept": lambda body: Script(with_length(body, len(body) + 100), STAY),
    "no last chunk, connection kept": lambda body: Script(in_chunks(body, b""), STAY),
}
"""Each of these takes all the time that an attempt has."""
TAKEN = {
    "webhook": [b"", b"anything"],
    "slack": [b"ok"],
    "dingtalk": [b'{"errcode":0,"errmsg":"ok"}'],
    "wecom": [b'{"errcode":0,"errmsg":"ok"}'],
    "feishu": [
        b'{"code":0,"data":{},"msg":"success"}',
        b'{"Extra":null,"StatusCode":0,"StatusMessage":"success"}',
        b'{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}',
    ],
}
"""What the documentation of each says for a message that was taken; Feishu's had three forms over the years."""
REFUSED = {
    "dingtalk": b'{"errcode":310000,"errmsg":"keywords not in content"}',
    "wecom": b'{"errcode":40058,"errmsg":"invalid Request Parameter"}',
    "feishu": b'{"StatusCode":19024,"StatusMessage":"Key Words Not Found"}',
}


def test_a_message_that_was_taken_is_delivered_however_the_answer_is_framed(server: Server) -> None:
    count = 0
    for kind, bodies in TAKEN.items():
        answers = product(bodies, INTERIM.items(), FRAMES.items())
        for body, (interim, heads), (frame, script) in islice(answers, 0, None, EVERY):
            made = script(body)
            made.answer = [*heads, *made.answer]
            assert outcome(server, kind, made) is Outcome.DELIVERED, (kind, body, interim, frame)
            count += 1
    counted("answers to messages that were taken", count, floor=8 * 8 * 15 // EVERY)
    assert len(server.requests) == count, "each was sent once"


def test_a_message_that_was_refused_is_not_delivered_however_the_answer_is_framed(server: Server) -> None:
    count = 0
    for (kind, body), heads, (frame, script) in product(
        REFUSED.items(), (INTERIM["none"], INTERIM["several"]), FRAMES.items()
    ):
        made = script(body)
        made.answer = [*heads, *made.answer]
        assert outcome(server, kind, made) is Outcome.FAILED, (kind, frame)
        count += 1
    counted("answers to messages that were refused", count, floor=3 * 2 * 15)


@pytest.mark.parametrize("frame", NEVER_ENDS)
def test_an_answer_without_an_end_is_read_for_as_long_as_an_attempt_lasts(
    server: Server, monkeypatch: pytest.MonkeyPatch, frame: str
) -> None:
    """In `make test` by a kind whose answers are not read, and by one whose are."""
    monkeypatch.setattr(http_post, "SECONDS", 0.2)
    for kind in size(("webhook", "feishu"), tuple(TAKEN)):
        assert outcome(server, kind, NEVER_ENDS[frame](TAKEN[kind][0])) is Outcome.DELIVERED, kind
    for kind in size(("feishu",), tuple(REFUSED)):
        assert outcome(server, kind, NEVER_ENDS[frame](REFUSED[kind])) is Outcome.FAILED, kind


@pytest.mark.parametrize("status", [200, 201, 202, 203, 204, 205, 206, 226])
def test_success_without_a_body_is_success_where_no_code_is_expected(server: Server, status: int) -> None:
    script = Script([b"HTTP/1.1 %d X\r\n\r\n" % status])
    for kind in POSTED:
        expected = Outcome.FAILED if kind in REFUSED else Outcome.DELIVERED
        assert outcome(server, kind, script) is expected, kind


@pytest.mark.parametrize(
    ("answer", "end"),
    [
        ([], CLOSE),
        ([], RESET),
        ([b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"], CLOSE),
        ([b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n"], RESET),
        ([b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 O"], CLOSE),
        ([b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Le"], CLOSE),
        ([b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n"], CLOSE),
        ([b"HTTP/1.1 200 OK\r\n"], CLOSE),
        ([b"HTTP/1.1 103 Early Hints\r\n\r\n220 mail.example ESMTP\r\n\r\n"], CLOSE),
        ([b"HTTP/1.1 103 Early Hints\r\n\r\n"] * 4_000, CLOSE),
        ([b"HTTP/2 200\r\n\r\n"], CLOSE),
    ],
)
def test_an_answer_whose_last_head_is_not_whole_is_no_answer(server: Server, answer: list[bytes], end: str) -> None:
    for kind in POSTED:
        assert outcome(server, kind, Script(answer, end)) is None, kind


def test_interim_answers_do_not_make_an_attempt_longer(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_post, "SECONDS", 0.3)
    with pytest.raises(NotSent, match="timed_out"):
        server.script = Script([b"HTTP/1.1 102 Processing\r\n\r\n"] * 1_000, STAY)
        http_post.post(target(server.url, "webhook", loopback=True), {}, b"{}", loopback=True)


def test_a_switch_of_protocols_is_the_final_answer_and_no_success(server: Server) -> None:
    """Nobody has asked for one."""
    switched = Script([b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"])
    assert {outcome(server, kind, switched) for kind in POSTED} == {Outcome.FAILED}


def test_an_answer_before_a_large_body_was_read_is_an_answer(server: Server) -> None:
    """The server answers and closes while the request is still under way."""
    gone = Script([b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"], early=True)
    assert outcome(server, "webhook", gone, b"x" * 20_000_000) is Outcome.GONE


def test_an_alert_whose_server_sends_hints_first_is_sent_once(bureau: Bureau) -> None:
    """Over the whole way, with its minutes: no attempt follows the one that was taken."""
    with serving() as server:
        channels = {kind: bureau.channel(kind, url=server.url) for kind in ("webhook", "feishu")}
        server.script = Script(
            [*INTERIM["103"], *with_length(b'{"Extra":null,"StatusCode":0,"StatusMessage":"success"}')]
        )
        bureau.alert()
        for _ in range(5):
            bureau.minute()
            bureau.now = bureau.now.replace(minute=bureau.now.minute + 7)
        assert len(server.requests) == 2
        assert [bureau.states(channel) for channel in channels.values()] == [["delivered"]] * 2
