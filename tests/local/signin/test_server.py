"""The sign-in behind the server of the local run."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.harness import Server
from tests.local.signin.browser import ASKED, VERIFIER
from tests.local.web_page import OF_A_PAGE, refused, send
from tests.proof import counted


@pytest.mark.parametrize("page", OF_A_PAGE)
def test_the_front_lets_no_page_of_another_origin_near_the_sign_in(server: Server, page: str) -> None:
    origin = server.url
    asked = urlencode(ASKED | {"redirect_uri": f"{origin}/signed-in"})
    form = {"content-type": "application/x-www-form-urlencoded"}
    targets = (
        ("GET", f"/oauth2/authorize?{asked}", {}, b""),
        ("GET", f"/login?{asked}", {}, b""),
        ("POST", f"/login?{asked}", form, b"account=owner"),
        ("POST", "/oauth2/token", form, b"grant_type=refresh_token"),
        ("POST", "/oauth2/revoke", form, b"token=x"),
        ("GET", "/logout", {}, b""),
        ("GET", "/config.json", {}, b""),
        ("GET", "/.well-known/openid-configuration", {}, b""),
    )
    answers = [
        send(origin, method, path, {**OF_A_PAGE[page], **headers}, body) for method, path, headers, body in targets
    ]
    assert all(map(refused, answers)), answers


def test_all_workers_share_what_was_issued(server: Server) -> None:
    """The run has several processes on one socket; which of them answers is chance."""
    origin = server.url
    asked = ASKED | {"redirect_uri": f"{origin}/signed-in"}
    form = {"content-type": "application/x-www-form-urlencoded", "origin": origin}
    rounds = 8
    for _ in range(rounds):
        status, headers, _body = send(origin, "POST", f"/login?{urlencode(asked)}", form, b"account=both")
        assert status == 303
        sent = dict(parse_qsl(urlsplit(headers["location"]).query))
        exchange = {"grant_type": "authorization_code", "code": sent["code"], "code_verifier": VERIFIER}
        exchange |= {"client_id": asked["client_id"], "redirect_uri": asked["redirect_uri"]}
        body = urlencode(exchange).encode()
        answers = [send(origin, "POST", "/oauth2/token", form, body) for _ in range(2)]
        assert [answer[0] for answer in answers] == [200, 400]
        token = json.loads(answers[0][2])["access_token"]
        me = json.loads(send(origin, "GET", "/v1/me", {"authorization": f"Bearer {token}"})[2])
        assert [store["store_id"] for store in me["stores"]] == ["demo", "second"]
    counted("sign-ins over several workers", rounds, 8)
