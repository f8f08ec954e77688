"""One request and its answer, over a real socket: what is sent, and what becomes of servers that misbehave."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from functions.alerts import http_post
from functions.alerts.http_post import MAX_ANSWER, Answer, NotSent
from shared.domain.alerts.targets import target
from tests.alerts.receiver import CUT, DRIP, ENDLESS, HANG, NOT_HTTP, OK, RESET, Receiver, listening


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


def send(
    receiver: Receiver, headers: dict[str, str] | None = None, body: bytes = b"{}", *, read: bool = True
) -> Answer:
    return http_post.post(target(receiver.url, "webhook", loopback=True), headers or {}, body, read=read, loopback=True)


def test_a_request_arrives_as_it_was_meant(receiver: Receiver) -> None:
    body = '{"text":"订单"}'.encode()
    assert send(receiver, {"Content-Type": "application/json", "webhook-id": "x"}, body) == Answer(200, None, b"ok")
    (got,) = receiver.received
    assert (got.path, got.body, got.headers["host"]) == ("/hook", body, f"127.0.0.1:{receiver.port}")
    assert got.headers["content-type"] == "application/json" and got.headers["webhook-id"] == "x"
    assert got.headers["connection"] == "close"


def test_headers_cannot_be_smuggled(receiver: Receiver) -> None:
    for headers in ({"x": "a\r\nHost: other"}, {"x\r\ny": "a"}, {"x": "a\nb"}, {"x": "é"}):
        with pytest.raises(NotSent, match="connection_failed"):
            send(receiver, headers)
    assert receiver.received == []
    send(receiver, {"Host": "other.example.com", "Content-Length": "999", "Transfer-Encoding": "chunked"})
    assert receiver.received[0].headers["host"] == f"127.0.0.1:{receiver.port}"
    assert receiver.received[0].headers["content-length"] == "2"


@pytest.mark.parametrize(
    ("plan", "why"),
    [(HANG, "timed_out"), (DRIP, "timed_out"), (RESET, "connection_failed"), (CUT, "connection_failed")],
)
def test_a_server_that_does_not_answer_is_given_up(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, plan: str, why: str
) -> None:
    monkeypatch.setattr(http_post, "SECONDS", 0.5)
    receiver.plan(plan)
    began = time.monotonic()
    with pytest.raises(NotSent, match=why):
        send(receiver)
    assert time.monotonic() - began < 1.5
    assert len(receiver.received) == 1


def test_what_does_not_speak_http_is_given_up(receiver: Receiver) -> None:
    receiver.plan(NOT_HTTP)
    with pytest.raises(NotSent, match="connection_failed"):
        send(receiver)


def test_an_answer_without_end_is_read_up_to_64_kb(receiver: Receiver) -> None:
    receiver.plan(ENDLESS, ENDLESS)
    answer = send(receiver)
    assert answer.status == 200 and 0 < len(answer.body) <= MAX_ANSWER
    assert send(receiver, read=False).body == b""


def test_a_head_without_end_is_given_up(receiver: Receiver) -> None:
    receiver.plan((200, {f"X-{n}": "y" * 30_000 for n in range(4)}, b""))
    with pytest.raises(NotSent, match="connection_failed"):
        send(receiver)


def test_a_status_is_an_answer_even_where_the_body_breaks_off(receiver: Receiver) -> None:
    receiver.plan((204, {"Content-Length": "0"}, b""), (200, {"Content-Length": "100"}, b"cut"))
    assert send(receiver).status == 204
    assert send(receiver).status == 200


def test_nobody_there_is_no_answer() -> None:
    with listening() as receiver:
        pass
    with pytest.raises(NotSent, match="connection_failed"):
        send(receiver)


def test_a_certificate_is_checked_against_the_name(receiver: Receiver) -> None:
    """A plain server is no TLS server; that a certificate is asked for is the context's own doing."""
    receiver.plan(OK)
    with pytest.raises(NotSent, match=r"tls_failed|connection_failed"):
        http_post.post(target(f"https://127.0.0.1:{receiver.port}/", "webhook", loopback=True), {}, b"", loopback=True)
    context = http_post._tls()
    assert context.check_hostname and context.verify_mode.name == "CERT_REQUIRED"
