"""The local issuer: what its tokens say, and which tokens it refuses."""

import os
import stat
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import jwt
import pytest

from local import members, tokens
from local.commands.token import grants
from local.gateway.http_api import Request
from local.template import PROJECT, Template
from local.tokens import Issuer, TokenError
from tests.harness import Server


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    return Issuer.of(tmp_path_factory.mktemp("data"), Template.load())


def signed(issuer: Issuer, **changes: object) -> str:
    claims = {"iss": issuer.issuer, "client_id": issuer.clients[0], "exp": int(time.time()) + 60, **changes}
    return jwt.encode({k: v for k, v in claims.items() if v is not None}, issuer.key, algorithm="RS256")


def test_token_has_the_claims_of_an_access_token(issuer: Issuer) -> None:
    claims = issuer.verify(issuer.issue("zoe", lifetime=60))
    assert (claims["token_use"], claims["username"], claims["client_id"]) == (
        "access",
        "zoe",
        issuer.clients[0],
    )
    assert claims["exp"] - claims["iat"] == 60


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1},
        {"exp": None},
        {"iss": "http://localhost/other"},
        {"iss": None},
        {"client_id": "other"},
        {"client_id": None},
        {"aud": ["other"]},
        {"nbf": 4102444800},
    ],
)
def test_authorizer_refuses(issuer: Issuer, changes: dict) -> None:
    issuer.verify(signed(issuer))
    with pytest.raises(TokenError):
        issuer.verify(signed(issuer, **changes))


def test_authorizer_refuses_other_keys_and_no_signature(issuer: Issuer, tmp_path: Path) -> None:
    other = Issuer(tokens.signing_key(tmp_path), issuer.issuer, issuer.clients)
    claims = jwt.decode(signed(issuer), options={"verify_signature": False})
    unsigned = jwt.encode(claims, None, algorithm="none")
    symmetric = jwt.encode(claims, "a-secret-of-thirty-two-characters", algorithm="HS256")
    for token in (signed(other), unsigned, symmetric, "", "a.b.c", signed(issuer) + "x"):
        with pytest.raises(TokenError):
            issuer.verify(token)


def test_key_is_private_and_one_for_all_who_make_it_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        keys = list(pool.map(lambda _: tokens.signing_key(tmp_path).private_numbers(), range(4)))
    assert all(key == keys[0] for key in keys)
    assert stat.S_IMODE((tmp_path / "issuer.pem").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["issuer.pem"]


def test_grants() -> None:
    assert grants("a, b", "staff") == {"a": "staff", "b": "staff"}
    assert grants("a:owner,b", "viewer") == {"a": "owner", "b": "viewer"}


@pytest.mark.parametrize(
    ("stores", "role"),
    [
        ("a", "admin"),
        ("a:", "owner"),
        ("a,a", "owner"),
        ("", "owner"),
        ("é", "owner"),
        ("a b", "owner"),
        ("x" * 65, "owner"),
    ],
)
def test_grants_that_make_no_sense_are_refused(stores: str, role: str) -> None:
    with pytest.raises(TokenError):
        grants(stores, role)


def test_a_program_has_the_claims_of_client_credentials(issuer: Issuer) -> None:
    claims = issuer.verify(issuer.issue("shop-platform", is_program=True))
    assert (claims["sub"], claims["scope"], claims["token_use"]) == ("shop-platform", "orderkeep/platform", "access")
    assert "username" not in claims


def test_a_request_for_roles_is_signed_and_is_no_token(issuer: Issuer, tmp_path: Path) -> None:
    request = issuer.sign_roles("zoe", {"a": "owner"})
    assert issuer.signed_roles(request) == ("zoe", {"a": "owner"})
    with pytest.raises(TokenError):
        issuer.verify(request)
    other = Issuer(tokens.signing_key(tmp_path), issuer.issuer, issuer.clients)
    for forged in (other.sign_roles("zoe", {"a": "owner"}), issuer.issue("zoe"), "", "a.b.c"):
        with pytest.raises(TokenError):
            issuer.signed_roles(forged)


def test_the_run_grants_roles_only_to_whom_has_its_key(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    granted: list[tuple[str, dict[str, str]]] = []
    monkeypatch.setattr(members, "grant", lambda user, roles: granted.append((user, roles)))
    answer = members.page(issuer)

    def status(method: str, body: str) -> int:
        response = answer(Request(method, members.PATH, [], body.encode()))
        assert response is not None
        return response.status

    assert status("POST", issuer.issue("zoe")) == status("POST", "") == 403
    assert (status("GET", ""), answer(Request("POST", "/v1/members", [], b""))) == (405, None)
    assert granted == []
    assert status("POST", issuer.sign_roles("zoe", {"a": "owner"})) == 204
    assert granted == [("zoe", {"a": "owner"})]


def command(data_dir: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local.commands.token"],
        cwd=PROJECT,
        env={**os.environ, "DATA_DIR": str(data_dir), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_command_prints_the_bare_token_of_a_new_member(server: Server) -> None:
    store = f"shop{uuid.uuid4().hex[:8]}"
    for _ in range(2):  # twice is fine
        made = command(server.data_dir, TOKEN_ROLE="owner", TOKEN_STORE=store)
        assert made.returncode == 0, made.stderr
    answer = httpx.get(f"{server.url}/v1/me", headers={"Authorization": f"Bearer {made.stdout.strip()}"}).json()
    assert answer["user_id"] == f"{store}-owner"
    assert [(each["store_id"], each["role"]) for each in answer["stores"]] == [(store, "owner")]


@pytest.mark.parametrize(
    "environment",
    [{"TOKEN_ROLE": "boss"}, {"TOKEN_TTL": "soon"}, {"TOKEN_STORE": "a:owner,b:platform"}, {}],
    ids=["no role", "no time", "a person and a program", "no run"],
)
def test_command_says_why_there_is_no_token(tmp_path: Path, environment: dict) -> None:
    if "TOKEN_STORE" in environment:
        (tmp_path / members.ADDRESS).write_text("http://127.0.0.1:9")
    made = command(tmp_path, **environment)
    assert made.returncode == 2 and made.stdout == "" and made.stderr and "Traceback" not in made.stderr
