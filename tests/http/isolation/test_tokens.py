"""Which tokens are none, and that a token has no roles of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from local.gateway import http_api
from tests.harness import Api, Client
from tests.http.isolation.held import ask
from tests.http.isolation.roles import WHO


@pytest.mark.parametrize(
    "forged",
    [
        {"iss": "https://issuer.other"},
        {"iss": None},
        {"token_use": "id"},
        {"token_use": None},
        {"client_id": "client-of-others"},
        {"client_id": None, "aud": "client-of-the-tests"},
        {"sub": None},
    ],
    ids=str,
)
def test_a_token_of_another_issuer_use_or_client_is_no_token(
    in_process: Api, monkeypatch: pytest.MonkeyPatch, forged: dict[str, str | None]
) -> None:
    shop, made = in_process.shop(), http_api.event

    def event(request: Any, match: Any, claims: Any, request_id: str, now: Any) -> Any:
        altered = {name: value for name, value in {**(claims or {}), **forged}.items() if value is not None}
        return made(request, match, claims and altered, request_id, now)

    monkeypatch.setattr(http_api, "event", event)
    for key in [*WHO, "GET /v1/me", "GET /v1/codes"]:
        answer = ask(shop.owner, key, dict.fromkeys(("order_id", "buyer_id", "refund_id", "export_id", "n"), "1"))
        assert (answer.status, answer.code) == (401, "unauthorized"), key
        assert answer.headers["www-authenticate"] == "Bearer"
    assert shop.owner.get("/v1/health").status == 200
    assert shop.owner.get("/v1/openapi.json").status == 200


def test_groups_of_the_user_pool_open_nothing(in_process: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token from before memberships has the roles in its groups."""
    shop, made = in_process.shop(), http_api.event
    stranger = Client(in_process.transport, {}, "stranger")

    def event(request: Any, match: Any, claims: Any, request_id: str, now: Any) -> Any:
        return made(request, match, {**claims, "cognito:groups": f"{shop.name}:owner"}, request_id, now)

    monkeypatch.setattr(http_api, "event", event)
    for headers in ({}, {"X-Store-Id": shop.name}):
        assert stranger.get("/v1/orders", headers=headers).status == 404


def test_a_person_is_no_platform_and_a_program_is_no_person(in_process: Api) -> None:
    """The same id in the user pool and as the id of an app client."""
    shop, transport = in_process.shop(), in_process.transport
    transport.grant(shop.name, {"a-person": "owner", "a-program": "platform"})

    def status(user: str, role: str, headers: Mapping[str, str]) -> int:
        answer = transport.send("GET", "/v1/store", "", headers, b"", {"-": role}, user)
        return answer.status

    for headers in ({}, {"x-store-id": shop.name}):
        assert [status("a-person", role, headers) for role in ("owner", "platform")] == [200, 404]
        assert [status("a-program", role, headers) for role in ("owner", "platform")] == [404, 200]
