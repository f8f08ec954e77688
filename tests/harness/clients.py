"""Callers of the API, whose requests reach the handler in this process or a running server over a socket."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urlencode

import httpx

from local import runtime
from local.gateway import http_api
from local.members import Accounts
from local.tokens import PROGRAM_SCOPE
from tests import documented
from tests.harness.bodies import new_order
from tests.harness.deployed import CLIENT, ISSUER, TEMPLATE

Texts = Mapping[str, str]
"""Headers by name, roles by store."""
ROLE_SECONDS = 5.1
"""After this time no process of a server uses a role that has changed."""


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
        self, method: str, path: str, query: str, headers: Texts, body: bytes, grants: Texts, user: str
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

    def send(self, method: str, path: str, query: str, headers: Texts, body: bytes, grants: Texts, user: str) -> Answer:
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

    def send(self, method: str, path: str, query: str, headers: Texts, body: bytes, grants: Texts, user: str) -> Answer:
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
