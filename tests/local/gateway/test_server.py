"""The gateway's server over a real socket, with a small handler."""

import dataclasses
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.gateway import server
from local.gateway.http_api import Router
from local.gateway.server import Api, Server
from local.gateway.throttle import Bucket
from local.resources import Throttle
from local.runtime import Environment
from local.template import Template
from local.tokens import Issuer

TEMPLATE = Template.load()
TIMEOUT = 0.5


def handler(event: dict[str, Any], context: Any) -> Any:
    path = event["rawPath"]
    if path == "/v1/refunds":
        raise RuntimeError("secret detail")
    if path == "/v1/openapi.json":
        time.sleep(TIMEOUT + 0.3)
    if path == "/v1/deadlines":
        fill = int(event["queryStringParameters"]["bytes"]) - len(json.dumps({"statusCode": 200, "body": ""}))
        return {"statusCode": 200, "body": "订" * (fill // 3) + "x" * (fill % 3)}
    if event["routeKey"] == "$default":
        return {"statusCode": 404, "body": json.dumps({"code": "not_found"})}
    headers = {"content-type": "application/json", "Access-Control-Allow-Origin": "*"}
    answer = {"event": event, "remaining": context.get_remaining_time_in_millis()}
    return {"statusCode": 200, "headers": headers, "body": json.dumps(answer)}


class Running:
    def __init__(self, data_dir: Path, throttle: Throttle) -> None:
        self.issuer = Issuer.of(data_dir, TEMPLATE)
        listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = listener.getsockname()[1]
        self.log: list[str] = []
        self.environment = Environment(handler, "OrdersFunction", 128, TIMEOUT)
        allow = Bucket(data_dir / "throttle", throttle).allow
        api = Api(Router(TEMPLATE.routes, TEMPLATE.default_route), self.issuer, TEMPLATE.cors, allow, self.environment)
        self.server = Server(listener, api, self.log.append)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def request(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def raw(self, sent: bytes) -> bytes:
        """Send these bytes, with a Host header that is not in them."""
        sent = sent.replace(b" HTTP/1.1\r\n", b" HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" % self.port, 1)
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(sent)
            return connection.recv(65_536)

    def bearer(self) -> str:
        return "Bearer " + self.issuer.issue("zoe")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    server = Running(tmp_path, Throttle(1000, 1000))
    yield server
    server.stop()


def test_open_route_needs_no_token(running: Running) -> None:
    status, _, body = running.request("GET", "/v1/health?a=1")
    event = json.loads(body)["event"]
    assert (status, event["routeKey"]) == (200, "GET /v1/health")
    assert "authorizer" not in event["requestContext"]
    assert 0 < json.loads(body)["remaining"] <= TIMEOUT * 1000


def test_every_other_route_does(running: Running) -> None:
    for route in TEMPLATE.routes:
        if route.authorised:
            path = route.path.replace("{", "").replace("}", "")
            status, headers, body = running.request(route.method, path)
            assert (status, body) == (401, b'{"message":"Unauthorized"}'), route
            assert headers["www-authenticate"] == "Bearer"
    status, _, body = running.request("GET", "/v1/me", authorization=running.bearer())
    claims = json.loads(body)["event"]["requestContext"]["authorizer"]["jwt"]["claims"]
    assert (status, claims["username"]) == (200, "zoe")


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/nothing"), ("PUT", "/v1/orders"), ("POST", "/v1/health")])
def test_unknown_route_is_the_functions_to_answer(running: Running, method: str, path: str) -> None:
    for headers in ({}, {"authorization": running.bearer()}):
        status, _, body = running.request(method, path, **headers)
        assert (status, body) == (404, b'{"code": "not_found"}')


def test_api_without_default_route_answers_by_itself(running: Running) -> None:
    api = running.server.api
    running.server.api = dataclasses.replace(api, router=Router(TEMPLATE.routes))
    assert running.request("GET", "/v1/nothing")[::2] == (404, b'{"message":"Not Found"}')


def test_head_has_no_body_and_the_connection_goes_on(running: Running) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=5)
    for method, expected in (("HEAD", 404), ("GET", 200)):
        connection.request(method, "/v1/health")
        answer = connection.getresponse()
        answer.read()
        assert answer.status == expected
    connection.close()


def test_handler_that_raises_tells_the_caller_nothing(running: Running, capfd: pytest.CaptureFixture[str]) -> None:
    status, _, body = running.request("GET", "/v1/refunds", authorization=running.bearer())
    assert (status, body) == (500, b'{"message":"Internal Server Error"}')
    assert "secret detail" in capfd.readouterr().err


def test_answer_over_lambdas_limit_is_a_500_and_said(running: Running, capfd: pytest.CaptureFixture[str]) -> None:
    limit, bearer = server.MAX_RESULT, running.bearer()
    status, _, body = running.request("GET", f"/v1/deadlines?bytes={limit}", authorization=bearer)
    assert status == 200 and len(body) > limit - 100
    assert capfd.readouterr().err == ""
    status, _, body = running.request("GET", f"/v1/deadlines?bytes={limit + 1}", authorization=bearer)
    assert (status, body) == (500, b'{"message":"Internal Server Error"}')
    assert f"GET /v1/deadlines returned {limit + 1:,} bytes" in capfd.readouterr().err


def test_handler_out_of_time_is_503_and_ends_its_environment(running: Running) -> None:
    status, headers, body = running.request("GET", "/v1/openapi.json")
    assert (status, body) == (503, b'{"message":"Service Unavailable"}')
    assert headers["connection"] == "close"
    running.thread.join(2)
    assert running.environment.stuck and not running.thread.is_alive()


def test_one_event_at_a_time(tmp_path: Path) -> None:
    busy = threading.Semaphore(1)
    overlapped = []

    def alone(event: dict[str, Any], context: Any) -> None:
        if not busy.acquire(blocking=False):
            overlapped.append(event)
        time.sleep(0.005)
        busy.release()

    environment = Environment(alone, "F", 128, 5)
    threads = [threading.Thread(target=environment.invoke, args=({},)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert overlapped == []


def test_body_over_the_limit(running: Running) -> None:
    sent = b"POST /v1/orders HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (server.MAX_BODY + 1)
    answer = running.raw(sent)
    assert answer.startswith(b"HTTP/1.1 413") and answer.endswith(b'{"message":"Request Entity Too Large"}')


def test_chunked_body_arrives_whole(running: Running) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=5)
    headers = {"Authorization": running.bearer(), "Content-Type": "text/plain"}
    connection.request("POST", "/v1/orders", iter([b"ab", b"c" * 5000]), headers, encode_chunked=True)
    assert json.loads(connection.getresponse().read())["event"]["body"] == "ab" + "c" * 5000
    connection.close()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"NONSENSE\r\n\r\n", b"400"),
        (b"GET /v1/health HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"GET /v1/health HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", b"400"),
        (b"GET /v1/health HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", b"400"),
        (b"GET /v1/health HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", b"400"),
        (b"POST /v1/orders HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", b"400"),
        (b"POST /v1/orders HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n", b"413"),
        (b"GET /v1/health HTTP/1.1\r\nX: " + b"a" * server.MAX_HEAD + b"\r\n\r\n", b"431"),
        (b"GET /" + b"a" * (server.MAX_HEAD + 1), b"414"),
        (b"GET http://elsewhere/v1/health HTTP/1.1\r\n\r\n", b"400"),
    ],
)
def test_malformed_request_is_refused(running: Running, sent: bytes, status: bytes) -> None:
    assert running.raw(sent).split(b" ")[1] == status


def test_half_open_clients_hold_up_nobody(running: Running) -> None:
    idle = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(50)]
    for connection in idle:
        connection.sendall(b"POST /v1/orders HTTP/1.1\r\nContent-Len")
    began = time.monotonic()
    assert running.request("GET", "/v1/health")[0] == 200
    assert time.monotonic() - began < 1
    for connection in idle:
        connection.close()


def test_cors_of_the_template_replaces_the_functions_own(running: Running) -> None:
    (origin,) = TEMPLATE.cors.origins
    _, headers, _ = running.request("GET", "/v1/health", origin=origin)
    assert headers["access-control-allow-origin"] == origin
    status, headers, _ = running.request("OPTIONS", "/v1/orders", origin=origin)
    assert (status, headers["access-control-max-age"]) == (204, "600")
    for method in ("GET", "OPTIONS"):
        status, headers, _ = running.request(method, "/v1/health", origin="https://other.example")
        assert status == 403 and "access-control-allow-origin" not in headers


def test_log_line_has_no_query_string(running: Running) -> None:
    running.request("GET", "/v1/health?buyer=secret")
    deadline = time.monotonic() + 2
    while not running.log and time.monotonic() < deadline:
        time.sleep(0.01)
    assert running.log[0].startswith("GET /v1/health 200 ")
    assert "secret" not in "".join(running.log)


def test_throttle_answers_429(tmp_path: Path) -> None:
    server = Running(tmp_path, Throttle(rate=0.001, burst=2))
    statuses = [server.request("GET", "/v1/health")[0] for _ in range(3)]
    server.stop()
    assert statuses == [200, 200, 429]


def test_two_workers_draw_on_one_bucket(tmp_path: Path) -> None:
    first, second = (Bucket(tmp_path / "throttle", Throttle(rate=0.001, burst=3)) for _ in range(2))
    assert [first.allow(), second.allow(), first.allow(), second.allow()] == [True, True, True, False]
