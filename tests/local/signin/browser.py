"""A browser that goes through the local sign-in, and what its answers say."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from local.gateway.http_api import Request, Response
from local.signin.endpoints import SignIn

HOST = "127.0.0.1:3000"
ORIGIN = f"http://{HOST}"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASKED = {
    "client_id": "orderkeep-console-client",
    "redirect_uri": f"{ORIGIN}/signed-in",
    "response_type": "code",
    "scope": "openid",
    "state": "state-1",
    "nonce": "nonce-1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
NOW = 1_800_000_000.0


@dataclass
class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


@dataclass
class Browser:
    """One browser: it keeps the cookie, and sends what a browser sends for a page of ours."""

    signin: SignIn
    headers: dict[str, str] = field(default_factory=dict)
    cookie: str = ""
    granted: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def send(self, method: str, target: str, body: Mapping[str, str] | None = None, **headers: str) -> Response:
        sent = {"Host": HOST, "Origin": ORIGIN} if method == "POST" else {"Host": HOST}
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        if self.cookie:
            sent["Cookie"] = self.cookie
        sent |= self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        content = urlencode(body).encode() if body is not None else b""
        answer = self.signin.answer(Request(method, target, list(sent.items()), content))
        assert answer is not None
        if set_cookie := header(answer, "set-cookie"):
            self.cookie = set_cookie.partition(";")[0]
        return answer

    def authorize(self, **changes: str | None) -> Response:
        return self.send("GET", f"/oauth2/authorize?{query(changes)}")

    def choose(self, account: str = "owner", **changes: str | None) -> Response:
        return self.send("POST", f"/login?{query(changes)}", {"account": account})

    def exchange(self, issued: str, **changes: str) -> Response:
        sent = {"grant_type": "authorization_code", "client_id": ASKED["client_id"], "code": issued}
        sent |= {"redirect_uri": ASKED["redirect_uri"], "code_verifier": VERIFIER}
        return self.send("POST", "/oauth2/token", sent | changes)

    def refresh(self, token: str) -> Response:
        sent = {"grant_type": "refresh_token", "client_id": ASKED["client_id"], "refresh_token": token}
        return self.send("POST", "/oauth2/token", sent)

    def sign_in(self, account: str = "owner") -> dict[str, Any]:
        answer = self.exchange(code(self.choose(account)))
        assert answer.status == 200, answer.body
        tokens: dict[str, Any] = json.loads(answer.body)
        return tokens


def query(changes: Mapping[str, str | None]) -> str:
    return urlencode({name: value for name, value in (ASKED | changes).items() if value is not None})


def header(answer: Response, name: str) -> str:
    return ", ".join(value for key, value in answer.headers if key == name)


def location(answer: Response) -> tuple[str, dict[str, str]]:
    """Where an answer leads: the address, and its query."""
    assert answer.status == 303, answer.body
    parts = urlsplit(header(answer, "location"))
    return header(answer, "location").partition("?")[0], dict(parse_qsl(parts.query))


def code(answer: Response) -> str:
    address, sent = location(answer)
    assert (address, sent["state"]) == (ASKED["redirect_uri"], ASKED["state"])
    return sent["code"]


def error(answer: Response) -> str:
    assert answer.status == 400
    return str(json.loads(answer.body)["error"])
