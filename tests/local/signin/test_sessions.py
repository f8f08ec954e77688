"""The way in and out: codes, tokens, sessions."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlencode

import jwt
import pytest

from tests.local.signin.browser import ASKED, ORIGIN, Browser, Clock, code, error, location, query


def test_one_click_and_the_code_becomes_tokens_that_the_api_takes(browser: Browser) -> None:
    address, sent = location(browser.authorize())
    assert (address, sent) == ("/login", ASKED)
    tokens = browser.sign_in("staff")
    claims = browser.signin.issuer.verify(tokens["access_token"])
    assert (claims["username"], claims["token_use"]) == ("demo-staff", "access")
    assert browser.granted == [("demo-staff", {"demo": "staff"})]
    assert (claims["client_id"], claims["scope"], claims["exp"] - claims["iat"]) == (ASKED["client_id"], "openid", 3600)
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)


def test_identity_token_is_for_the_client_and_answers_its_nonce(browser: Browser) -> None:
    tokens = browser.sign_in()
    (key,) = json.loads(browser.send("GET", "/.well-known/jwks.json").body)["keys"]
    assert key["kid"] == jwt.get_unverified_header(tokens["id_token"])["kid"]
    claims = jwt.decode(
        tokens["id_token"], jwt.PyJWK(key), algorithms=["RS256"], audience=ASKED["client_id"], issuer=_issuer(browser)
    )
    assert (claims["nonce"], claims["token_use"], claims["cognito:username"]) == ("nonce-1", "id", "demo-owner")
    assert claims["sub"] == browser.signin.issuer.verify(tokens["access_token"])["sub"]
    assert "d" not in key, "only the public half"


def _issuer(browser: Browser) -> str:
    issuer: str = json.loads(browser.send("GET", "/.well-known/openid-configuration").body)["issuer"]
    return issuer


@pytest.mark.parametrize(
    ("account", "user", "roles"),
    [
        ("owner", "demo-owner", {"demo": "owner"}),
        ("viewer", "demo-viewer", {"demo": "viewer"}),
        ("second", "second-owner", {"second": "owner"}),
        ("both", "owner-of-both", {"demo": "owner", "second": "owner"}),
    ],
)
def test_each_account_becomes_a_member_of_its_stores(
    browser: Browser, account: str, user: str, roles: dict[str, str]
) -> None:
    claims = browser.signin.issuer.verify(browser.sign_in(account)["access_token"])
    assert (claims["username"], browser.granted) == (user, [(user, roles)])
    assert not [name for name in claims if "group" in name]
    location(browser.authorize())
    assert len(browser.granted) == 1  # a reload of the page makes no member anew


def test_another_store_by_its_id(browser: Browser) -> None:
    path = f"/login?{query({})}"
    answer = browser.exchange(code(browser.send("POST", path, {"store": "my-shop", "role": "viewer"})))
    claims = browser.signin.issuer.verify(json.loads(answer.body)["access_token"])
    assert (claims["username"], browser.granted) == ("my-shop-viewer", [("my-shop-viewer", {"my-shop": "viewer"})])
    again = browser.send("POST", path, {"store": '"><script>', "role": "owner"})
    assert again.status == 400 and b"<script" not in again.body and b"&lt;script" in again.body
    for role in ("platform", "", "boss"):
        assert browser.send("POST", path, {"store": "my-shop", "role": role}).status == 400


def test_signed_in_browser_gets_a_code_at_once_until_it_signs_out(browser: Browser, clock: Clock) -> None:
    browser.sign_in("viewer")
    again = json.loads(browser.exchange(code(browser.authorize())).body)
    assert browser.signin.issuer.verify(again["access_token"])["username"] == "demo-viewer"
    assert location(browser.authorize(prompt="login"))[0] == "/login"
    assert code(browser.authorize(prompt="none"))
    stolen = browser.cookie
    out = browser.send("GET", f"/logout?{urlencode({'client_id': ASKED['client_id'], 'logout_uri': ORIGIN + '/'})}")
    assert location(out)[0] == f"{ORIGIN}/"
    for cookie in (browser.cookie, stolen):
        browser.cookie = cookie
        assert location(browser.authorize())[0] == "/login"
        assert location(browser.authorize(prompt="none"))[1]["error"] == "login_required"
    assert error(browser.refresh(again["refresh_token"])) == "invalid_grant"


def test_session_ends_after_half_a_day(browser: Browser, clock: Clock) -> None:
    browser.sign_in()
    clock.now += 12 * 3600 - 1
    assert code(browser.authorize())
    clock.now += 1
    assert location(browser.authorize())[0] == "/login"


def test_refresh_token_is_used_once_and_a_thief_ends_all_that_followed(browser: Browser) -> None:
    first = browser.sign_in()
    second = json.loads(browser.refresh(first["refresh_token"]).body)
    assert browser.signin.issuer.verify(second["access_token"])["username"] == "demo-owner"
    assert error(browser.refresh(first["refresh_token"])) == "invalid_grant"
    assert error(browser.refresh(second["refresh_token"])) == "invalid_grant"


def test_revoked_refresh_token_is_refused(browser: Browser) -> None:
    tokens = browser.sign_in()
    other = json.loads(browser.exchange(code(browser.authorize())).body)
    sent = {"client_id": ASKED["client_id"], "token": tokens["refresh_token"]}
    assert browser.send("POST", "/oauth2/revoke", sent).status == 200
    assert error(browser.refresh(tokens["refresh_token"])) == "invalid_grant"
    assert browser.refresh(other["refresh_token"]).status == 200, "that of another page of this browser is its own"


def test_another_sign_in_ends_the_session_before_it(browser: Browser) -> None:
    browser.sign_in("owner")
    before = browser.cookie
    browser.sign_in("viewer")
    browser.cookie = before
    assert location(browser.authorize())[0] == "/login"


def test_what_is_kept_of_a_session_is_a_digest(browser: Browser, data_dir: Path) -> None:
    tokens = browser.sign_in()
    kept = (data_dir / "signin.sqlite").read_bytes()
    secrets = [browser.cookie.partition("=")[2], tokens["refresh_token"], code(browser.authorize())]
    assert len(kept) > 4096 and not [secret for secret in secrets if secret.encode() in kept]
