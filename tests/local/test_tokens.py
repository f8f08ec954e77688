"""The local issuer: what its tokens say, and which tokens it refuses."""

import os
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jwt
import pytest

from local import tokens
from local.template import PROJECT, Template
from local.tokens import Issuer, TokenError


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    return Issuer.of(tmp_path_factory.mktemp("data"), Template.load())


def signed(issuer: Issuer, **changes: object) -> str:
    claims = {"iss": issuer.issuer, "client_id": issuer.clients[0], "exp": int(time.time()) + 60, **changes}
    return jwt.encode({k: v for k, v in claims.items() if v is not None}, issuer.key, algorithm="RS256")


def test_token_has_the_claims_of_an_access_token(issuer: Issuer) -> None:
    claims = issuer.verify(issuer.issue({"a": "owner", "b": "viewer"}, user="zoe", lifetime=60))
    assert claims["cognito:groups"] == ["a:owner", "b:viewer"]
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
    assert tokens.grants("a, b", "staff") == {"a": "staff", "b": "staff"}
    assert tokens.grants("a:owner,b", "viewer") == {"a": "owner", "b": "viewer"}


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
        tokens.grants(stores, role)


@pytest.mark.parametrize(("environment", "status"), [({}, 0), ({"TOKEN_ROLE": "boss"}, 2), ({"TOKEN_TTL": "soon"}, 2)])
def test_command_prints_the_bare_token_or_says_why_not(tmp_path: Path, environment: dict, status: int) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "local.tokens"],
        cwd=PROJECT,
        env={**os.environ, "DATA_DIR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == status, made.stderr
    if status:
        assert made.stdout == "" and "Traceback" not in made.stderr
    else:
        Issuer.of(tmp_path, Template.load()).verify(made.stdout.strip())
