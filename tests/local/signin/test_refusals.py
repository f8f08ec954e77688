"""What the sign-in refuses: other clients, other addresses, thieves, pages of another origin."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from tests.local.signin.browser import ASKED, CHALLENGE, ORIGIN, Browser, Clock, code, error, header, location, query


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "other"},
        {"client_id": None},
        {"redirect_uri": None},
        {"redirect_uri": "https://evil.example/signed-in"},
        {"redirect_uri": f"{ORIGIN}.evil.example/signed-in"},
        {"redirect_uri": f"{ORIGIN}@evil.example/signed-in"},
        {"redirect_uri": f"{ORIGIN}/signed-in/"},
        {"redirect_uri": f"{ORIGIN}/signed-in?next=//evil.example"},
        {"redirect_uri": f"{ORIGIN}/signed-in#x"},
        {"redirect_uri": f"{ORIGIN}//evil.example"},
        {"redirect_uri": "/signed-in"},
        {"redirect_uri": "http://localhost:3000/signed-in"},
        {"redirect_uri": "javascript:alert(1)"},
    ],
)
def test_request_of_another_client_or_address_leads_nowhere(browser: Browser, changes: dict) -> None:
    browser.sign_in()
    for answer in (
        browser.authorize(**changes),
        browser.authorize(**changes, prompt="none"),
        browser.choose("owner", **changes),
        browser.send("GET", f"/login?{query(changes)}"),
    ):
        assert answer.status == 400 and not header(answer, "location")
        assert b"evil.example" not in answer.body


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"state": None}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": "openid aws.cognito.signin.user.admin"}, "invalid_scope"),
        ({"prompt": "other"}, "invalid_request"),
    ],
)
def test_request_that_is_wrong_goes_back_with_its_error(browser: Browser, changes: dict, name: str) -> None:
    browser.sign_in()
    for answer in (browser.authorize(**changes), browser.choose("owner", **changes)):
        address, sent = location(answer)
        assert (address, sent["error"]) == (ASKED["redirect_uri"], name)
        assert "code" not in sent


def test_parameter_that_is_there_twice_is_refused(browser: Browser) -> None:
    for name in ASKED:
        assert browser.send("GET", f"/oauth2/authorize?{query({})}&{name}=x").status == 400


def test_sign_out_leads_to_the_console_alone(browser: Browser) -> None:
    browser.sign_in()
    for wrong in (
        {"client_id": ASKED["client_id"], "logout_uri": "https://evil.example/"},
        {"client_id": ASKED["client_id"], "logout_uri": f"{ORIGIN}/orders"},
        {"client_id": ASKED["client_id"]},
        {"logout_uri": f"{ORIGIN}/"},
        {},
    ):
        answer = browser.send("GET", f"/logout?{urlencode(wrong)}")
        assert answer.status == 400 and not header(answer, "set-cookie")
    assert code(browser.authorize()), "and still signed in"


@pytest.mark.parametrize(
    ("site", "status"), [("cross-site", 400), ("same-site", 400), ("same-origin", 303), ("none", 303)]
)
def test_link_of_another_page_signs_nobody_out(browser: Browser, site: str, status: int) -> None:
    browser.sign_in()
    sent = urlencode({"client_id": ASKED["client_id"], "logout_uri": f"{ORIGIN}/"})
    answer = browser.send("GET", f"/logout?{sent}", Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate")
    assert answer.status == status
    assert (location(browser.authorize())[0] == "/login") == (status == 303)


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "other"},
        {"code_verifier": "w" * 43},
        {"code_verifier": ""},
        {"code_verifier": CHALLENGE},
        {"code_verifier": "é" * 43},
        {"redirect_uri": f"{ORIGIN}/"},
        {"redirect_uri": ""},
        {"grant_type": "refresh_token"},
    ],
)
def test_code_is_nothing_to_a_thief(browser: Browser, changes: dict[str, str]) -> None:
    issued = code(browser.choose())
    assert error(browser.exchange(issued, **changes)) == "invalid_grant"


def test_code_is_used_once_and_within_a_minute(browser: Browser, clock: Clock) -> None:
    issued = code(browser.choose())
    tokens = json.loads(browser.exchange(issued).body)
    assert error(browser.exchange(issued)) == "invalid_grant"
    assert error(browser.refresh(tokens["refresh_token"])) == "invalid_grant", "what came of it ends, too"
    late = code(browser.choose())
    clock.now += 60
    assert error(browser.exchange(late)) == "invalid_grant"


def test_a_secret_of_one_kind_is_none_of_another(browser: Browser) -> None:
    tokens, issued = browser.sign_in(), code(browser.authorize())
    session = browser.cookie.partition("=")[2]
    for secret in (tokens["refresh_token"], session, tokens["access_token"]):
        assert error(browser.exchange(secret)) == "invalid_grant"
    for secret in (issued, session):
        assert error(browser.refresh(secret)) == "invalid_grant"
    for secret in (issued, tokens["refresh_token"]):
        browser.cookie = f"{browser.signin.cookie}={secret}"
        assert location(browser.authorize())[0] == "/login"


def test_token_endpoint_refuses_other_clients_kinds_and_bodies(browser: Browser) -> None:
    assert error(browser.exchange("x", client_id="other")) == "invalid_client"
    assert error(browser.exchange("x", grant_type="password")) == "unsupported_grant_type"
    answer = browser.send("POST", "/oauth2/token", {"a": "1"}, content_type="application/json")
    assert error(answer) == "invalid_request"
    assert browser.send("GET", "/oauth2/token").status == 405


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:3000", "http://127.0.0.1:1", ""])
def test_form_of_another_page_signs_nobody_in(browser: Browser, origin: str) -> None:
    """Nor one of an origin that the front lets through, such as that of a console elsewhere on this machine."""
    answer = browser.send("POST", f"/login?{query({})}", {"account": "owner"}, Origin=origin)
    assert (answer.status, header(answer, "location"), browser.cookie) == (403, "", "")
