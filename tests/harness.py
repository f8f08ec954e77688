"""The API as tests see it: the same calls against the handler in process or against a running server.

Engines: `moto` (in process, a fresh table), `dynoxide` (the handler in process, the table on the local engine), `local`
(everything over a socket, as `make run` starts it). Every test uses stores of its own, so that all three will do.
"""

from __future__ import annotations

import itertools
import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

import httpx

from local import engines, loopback, runtime
from local.gateway import http_api
from local.members import Accounts
from local.resources import REGION
from local.template import Template
from local.tokens import PROGRAM_SCOPE, Issuer
from tests import documented

TEMPLATE = Template.load()
ISSUER, CLIENT = "https://issuer.test", "client-of-the-tests"
BUCKET, QUEUE, ALERTS, IMPORTS = "orderkeep-tests", "exports", "alerts", "imports"
MAIL_SENDER = "alerts@orderkeep.example"
ROLE_SECONDS = 5.1
"""After this time no process of a server uses a role that has changed."""
ENDS_WITH_TESTS = (
    "import os, sys; from local.processes import follow_parent; follow_parent(); os.execv(sys.argv[1], sys.argv[1:])"
)
"""Becomes the program of its arguments, which the kernel kills when the tests end, even by kill -9."""
_names = itertools.count(1)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def code(self) -> str | None:
        return self.json.get("code")

    @property
    def fields(self) -> list[str]:
        """The places that a problem names."""
        return [error["pointer"] for error in self.json.get("errors", [])]


class Transport(Protocol):
    def grant(self, store: str, roles: Mapping[str, str]) -> None:
        """Make these users members of a store, whether it exists or not; `roles` is the role by user."""

    def send(
        self,
        method: str,
        path: str,
        query: str,
        headers: Mapping[str, str],
        body: bytes,
        grants: Mapping[str, str],
        user: str,
    ) -> Answer: ...


@dataclass
class InProcess:
    """The handler in this process; the clock can be set."""

    now: datetime | None = None
    router: http_api.Router = field(default_factory=lambda: http_api.Router(TEMPLATE.routes, TEMPLATE.default_route))

    granted: dict[tuple[str, str], str] = field(default_factory=dict)

    def grant(self, store: str, roles: Mapping[str, str]) -> None:
        from functions.orders.memberships import forget
        from shared.domain.members import Role
        from shared.operations.members import grant_roles

        wanted = {user: Role(role) for user, role in roles.items() if self.granted.get((store, user)) != role}
        if wanted:
            grant_roles(store, wanted, self.now or datetime.now(UTC))
            forget()
            self.granted |= {(store, user): role.value for user, role in wanted.items()}

    def send(
        self,
        method: str,
        path: str,
        query: str,
        headers: Mapping[str, str],
        body: bytes,
        grants: Mapping[str, str],
        user: str,
    ) -> Answer:
        request = http_api.Request(
            method, f"{path}?{query}" if query else path, list(headers.items()), body, "127.0.0.1"
        )
        if method == "OPTIONS":
            preflight = http_api.preflight(TEMPLATE.cors, request.header("origin"))
            return Answer(preflight.status, dict(preflight.headers), preflight.body)
        match = self.router.match(method, request.path)
        assert match is not None, "the default route takes everything"
        claims = {"iss": ISSUER, "client_id": CLIENT, "token_use": "access", "sub": user}
        claims |= {"scope": PROGRAM_SCOPE} if "platform" in grants.values() else {"scope": "openid", "username": user}
        event = http_api.event(
            request, match, claims if match.route.authorised else None, str(uuid.uuid4()), self.now or datetime.now(UTC)
        )
        function = TEMPLATE.functions[match.route.function]
        result = runtime.load(function.handler)(event, runtime.Context(function.logical_id, 512, 28))
        answer = http_api.response(result)
        content = b"" if method == "HEAD" else answer.body
        return Answer(answer.status, {name.lower(): value for name, value in answer.headers}, content)


@dataclass
class OverSocket:
    """A running server; its tokens come from its own issuer."""

    url: str
    accounts: Accounts
    granted: dict[tuple[str, str], str] = field(default_factory=dict)
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60))

    def grant(self, store: str, roles: Mapping[str, str]) -> None:
        for user, role in roles.items():
            if (former := self.granted.get((store, user))) != role:
                self.accounts.grant(user, {store: role})
                self.granted[store, user] = role
                if former:
                    time.sleep(ROLE_SECONDS)

    def send(
        self,
        method: str,
        path: str,
        query: str,
        headers: Mapping[str, str],
        body: bytes,
        grants: Mapping[str, str],
        user: str,
    ) -> Answer:
        token = self.accounts.issuer.issue(user, is_program="platform" in grants.values())
        answer = self.client.request(
            method,
            f"{self.url}{path}{'?' + query if query else ''}",
            content=body,
            headers={**headers, "Authorization": f"Bearer {token}"},
        )
        return Answer(answer.status_code, dict(answer.headers), answer.content)


@dataclass(frozen=True)
class Client:
    """One caller, with a role in each store of `grants`. A caller of one store names it in each request, because the
    same user has other stores in other tests."""

    transport: Transport
    grants: Mapping[str, str]
    user: str

    def __post_init__(self) -> None:
        for store, role in self.grants.items():
            self.transport.grant(store, {self.user: role})

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
        query: Mapping[str, Any] | None = None,
    ) -> Answer:
        path, _, spelled = path.partition("?")
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        sent = {"content-type": "application/json"} if content else {}
        if len(self.grants) == 1 and not any(name.lower() == "x-store-id" for name in headers or {}):
            sent |= {"x-store-id": next(iter(self.grants))}
        answer = self.transport.send(
            method,
            path,
            urlencode(query) if query else spelled,
            {**sent, **(headers or {})},
            content,
            self.grants,
            self.user,
        )
        if method not in ("HEAD", "OPTIONS"):
            documented.hold(method, path, answer.status, answer.headers, answer.content)
        return answer

    def get(self, path: str, **kwargs: Any) -> Answer:
        return self.request("GET", path, **kwargs)

    def post(self, path: str, body: Any = None, **kwargs: Any) -> Answer:
        return self.request("POST", path, body, **kwargs)

    def patch(self, path: str, body: Any = None, **kwargs: Any) -> Answer:
        return self.request("PATCH", path, body, **kwargs)

    def act(self, order_id: str, action: str, body: Any = None, **kwargs: Any) -> Answer:
        return self.post(f"/v1/orders/{order_id}/actions/{action}", {} if body is None else body, **kwargs)

    def place(self, **changes: Any) -> dict[str, Any]:
        """A new order, placed; `changes` go into its body. Answers with the order."""
        answer = self.post("/v1/orders", new_order(**changes))
        assert answer.status == 201, answer.content
        return answer.json

    def every(self, path: str, **query: Any) -> list[Any]:
        """A list, paged to its end."""
        found: list[Any] = []
        cursor: dict[str, str] = {}
        while True:
            answer = self.get(path, query={"limit": 200, **query, **cursor})
            assert answer.status == 200, answer.content
            found += answer.json["data"]
            if answer.json["page"]["next_cursor"] is None:
                return found
            cursor = {"cursor": answer.json["page"]["next_cursor"]}


@dataclass
class Api:
    transport: Transport
    engine: str

    def client(self, role: str, *stores: str, user: str | None = None) -> Client:
        return Client(self.transport, dict.fromkeys(stores, role), user or role)

    def shop(self, **settings: Any) -> Shop:
        """A store of this test's own, with a client for each role."""
        name = f"shop{uuid.uuid4().hex[:10]}"  # of one length: what an item costs goes by its bytes
        roles = ("owner", "staff", "viewer", "platform")
        self.transport.grant(name, dict(zip(roles, roles, strict=True)))
        shop = Shop(name, *(self.client(role, name) for role in roles))
        assert shop.owner.get("/v1/store").status == 200
        if settings:
            answer = shop.owner.patch("/v1/store", settings)
            assert answer.status == 200, answer.content
        return shop


@dataclass(frozen=True)
class Shop:
    name: str
    owner: Client
    staff: Client
    viewer: Client
    platform: Client


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


def ago(**length: float) -> str:
    return (datetime.now(UTC) - timedelta(**length)).isoformat().replace("+00:00", "Z")


def ahead(**length: float) -> str:
    return (datetime.now(UTC) + timedelta(**length)).isoformat().replace("+00:00", "Z")


def line(line_id: str = "1", quantity: int = 2, price: str = "10.00", **more: Any) -> dict[str, Any]:
    return {"line_id": line_id, "product_id": f"P{line_id}", "quantity": quantity, "unit_price": usd(price), **more}


def new_order(**changes: Any) -> dict[str, Any]:
    """A valid order of two lines, 28.50 USD in all, placed a minute ago."""
    number = f"3000{next(_names):04d}{uuid.uuid4().int % 10**8:08d}"
    return {
        "order_id": number,
        "placed_at": ago(minutes=1),
        "buyer": {"id": "buyer-1", "country": "US"},
        "recipient": {
            "country": "US",
            "name": "Alex Example",
            "city": "Springfield",
            "street": "1 Example Street",
            "zip": "00000",
            "phone": "5550100",
        },
        "currency": "USD",
        "lines": [line("1", 2, "10.00"), line("2", 1, "5.50")],
        "shipping_fee": usd("3.00"),
        **changes,
    }


def parcel(number: str = "LX000000001CN", **lines: int) -> dict[str, Any]:
    body: dict[str, Any] = {"carrier": "CAINIAO_STANDARD", "tracking_no": number}
    if lines:
        body["lines"] = [
            {"line_id": line_id.removeprefix("line"), "quantity": quantity} for line_id, quantity in lines.items()
        ]
    return body


def snapshot(order: Mapping[str, Any], status: str, **changes: Any) -> dict[str, Any]:
    """A `sync` body that shows the order as it was placed, in another status."""
    return {
        "changed_at": ago(seconds=1),
        "order": dict(order),
        "status": status,
        "overlays": [],
        "parcels": [],
        **changes,
    }


@contextmanager
def environment(dynamodb: str | None, table: str) -> Iterator[None]:
    """The variables of the deployed function, for this process."""
    variables = {
        "TABLE_NAME": table,
        "TOKEN_ISSUER": ISSUER,
        "TOKEN_CLIENT_IDS": CLIENT,
        "EXPORTS_BUCKET": BUCKET,
        "EXPORTS_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/123456789012/{QUEUE}",
        "IMPORTS_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/123456789012/{IMPORTS}",
        "ALERTS_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/123456789012/{ALERTS}",
        "MAIL_SENDER": MAIL_SENDER,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "POWERTOOLS_SERVICE_NAME": "tests",
        "POWERTOOLS_METRICS_DISABLED": "1",
        "POWERTOOLS_LOG_LEVEL": "ERROR",
        "AWS_EC2_METADATA_DISABLED": "true",
    } | ({"AWS_ENDPOINT_URL_DYNAMODB": dynamodb} if dynamodb else {})
    before = {name: os.environ.get(name) for name in (*variables, "AWS_ENDPOINT_URL_DYNAMODB")}
    os.environ.pop("AWS_ENDPOINT_URL_DYNAMODB", None)
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def use_table(table: str) -> None:
    """Point the store at this table and forget what was cached about another."""
    from functions.orders import memberships
    from shared.settings import settings
    from shared.store import clients, encryption, secrets
    from shared.store.dynamodb import records

    memberships.forget()
    settings.cache_clear()
    clients.client.cache_clear()
    secrets.secret.cache_clear()
    encryption._decrypted.cache_clear()
    records.bind(table)


def create_table(client: Any, name: str) -> None:
    """The template's own table, under another name."""
    (table,) = TEMPLATE.tables
    client.create_table(**{**table.create_arguments, "TableName": name})


@contextmanager
def dynoxide() -> Iterator[str]:
    """A Dynoxide of this process's own, in memory. Skips where the platform has none."""
    import pytest

    binary = engines.dynoxide_binary()
    if binary is None:
        pytest.skip("Dynoxide is not to be had on this platform")
    host, port = loopback.address_without_browsers()
    process = subprocess.Popen(
        [sys.executable, "-c", ENDS_WITH_TESTS, binary, "serve", "--host", host, "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            try:
                socket.create_connection((host, port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.02)
        yield f"http://{host}:{port}"
    finally:
        process.kill()
        process.wait()


@dataclass
class Server:
    """`make run`, on a port and a data folder of its own."""

    data_dir: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    console: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        settings = {"PORT": str(self.port), "DATA_DIR": str(self.data_dir), "DEMO": "0", "WORKERS": "2"}
        variables = {**os.environ, **settings, "CONSOLE": "1" if self.console else "0"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "local.run", "--with-parent"],
            env=variables,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(600):
            try:
                if httpx.get(f"{self.url}/v1/health", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.1)
            assert self.process.poll() is None, "the server has stopped"
        raise AssertionError("the server does not answer")

    def kill(self) -> None:
        """The plug pulled: nothing gets to say goodbye."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)

    def transport(self) -> OverSocket:
        return OverSocket(self.url, Accounts(self.url, Issuer.of(self.data_dir, TEMPLATE)))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
