"""The addresses of the local sign-in. They are those of Cognito's managed login, and take and answer the same.

What keeps a page of another origin out: the front refuses its requests (gateway/server.py); the form is taken only
with the Origin of its own page; an answer leads only to the console's own address; a code is used once, within a
minute, by whoever has the PKCE verifier.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from local import members
from local.gateway import html
from local.gateway.http_api import Headers, Request, Response
from local.members import user_of
from local.signin import page
from local.signin.accounts import ACCOUNTS, Account
from local.signin.authorization import (
    HOME,
    Authorization,
    Client,
    Invalid,
    Unfulfilled,
    authorization,
    check_return,
    fields,
    is_verified,
)
from local.signin.issued import Issued, digest
from local.template import Template
from local.tokens import STORE_ID, Issuer, TokenError

SESSION_SECONDS = 12 * 3600
CODE_SECONDS = 60
FORM = "application/x-www-form-urlencoded"
NO_STORE: Headers = [("cache-control", "no-store"), ("x-content-type-options", "nosniff")]
_SENT_ON = (
    "client_id redirect_uri response_type scope state code_challenge code_challenge_method nonce prompt lang".split()
)
"""The parameters that go from the first address to the page and its form."""


@dataclass(frozen=True)
class SignIn:
    """Answers the requests of a sign-in; `answer` returns None for a request that is none. `port` is that of the
    front: browsers keep cookies by host alone, so each run has a cookie of its own name. `grant` makes a user who was
    chosen on the page a member of the user's stores."""

    issuer: Issuer
    client: Client
    issued: Issued
    port: int
    clock: Callable[[], float] = time.time
    grant: Callable[[str, Mapping[str, str]], None] = members.grant

    @classmethod
    def of(cls, data_dir: Path, template: Template, port: int) -> SignIn:
        issuer = Issuer.of(data_dir, template)
        return cls(issuer, Client.of(template), Issued(data_dir / "signin.sqlite"), port)

    @property
    def cookie(self) -> str:
        return f"orderkeep-session-{self.port}"

    def answer(self, request: Request) -> Response | None:
        found = _ENDPOINTS.get(request.path)
        if found is None:
            return None
        method = "GET" if request.method == "HEAD" else request.method
        if method not in found:
            return Response(405, [*NO_STORE, ("allow", ", ".join(found))], b"")
        try:
            return found[method](self, request)
        except Invalid as invalid:
            return page.refused(_words(request), str(invalid))
        except Unfulfilled as unfulfilled:
            return _redirect(unfulfilled.location)

    def metadata(self, request: Request) -> Response:
        """OpenID Connect Discovery. The issuer's name stays the same on every port, so it is not this address."""
        origin = _origin(request)
        return _json(
            200,
            {
                "issuer": self.issuer.issuer,
                "authorization_endpoint": f"{origin}/oauth2/authorize",
                "token_endpoint": f"{origin}/oauth2/token",
                "revocation_endpoint": f"{origin}/oauth2/revoke",
                "end_session_endpoint": f"{origin}/logout",
                "jwks_uri": f"{origin}/.well-known/jwks.json",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none"],
                "scopes_supported": sorted(self.client.scopes),
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
            },
        )

    def keys(self, request: Request) -> Response:
        return _json(200, self.issuer.key_set())

    def authorize(self, request: Request) -> Response:
        """Answers with a code at once where the person is signed in; else leads to the page."""
        sent = fields(request.query)
        wanted = authorization(sent, self.client, _origin(request))
        session = self._session(request)
        if session and not wanted.asks_again:
            return _redirect(self._location(wanted, *session))
        if wanted.prompt == "none":
            return _redirect(wanted.location(error="login_required", error_description="nobody is signed in"))
        return _redirect(f"/login?{urlencode(_sent_on(sent))}")

    def show_page(self, request: Request) -> Response:
        sent = fields(request.query)
        authorization(sent, self.client, _origin(request))
        return page.sign_in(_words(request), _sent_on(sent))

    def sign_in(self, request: Request) -> Response:
        # The front has let through every origin of the template, and programs that send none.
        if request.header("origin") != _origin(request):
            return Response(403, NO_STORE, b"")
        sent = fields(request.query)
        wanted = authorization(sent, self.client, _origin(request))
        chosen = _form(request)
        if "store" in chosen:
            try:
                account = _other_account(chosen["store"], chosen.get("role", ""))
            except TokenError:
                return page.sign_in(_words(request), _sent_on(sent), wrong_store=chosen["store"])
        elif chosen.get("account", "") in ACCOUNTS:
            account = ACCOUNTS[chosen["account"]]
        else:
            raise Invalid("nobody was chosen")
        for secret in self._cookies(request):
            self.issued.end_session(secret)
        now = self.clock()
        self.grant(account.user, account.grants)
        body = {"user": account.user, "auth_time": int(now)}
        secret = self.issued.add("session", body, now, SESSION_SECONDS)
        cookie = f"{self.cookie}={secret}; Path=/; Max-Age={SESSION_SECONDS}; HttpOnly; SameSite=Lax"
        return _redirect(self._location(wanted, secret, body), [("set-cookie", cookie)])

    def sign_out(self, request: Request) -> Response:
        """As Cognito's: the address comes as `logout_uri`, not as OpenID Connect's `post_logout_redirect_uri`. A link
        of another page signs nobody out."""
        if request.header("sec-fetch-site") in ("cross-site", "same-site"):
            raise Invalid("a page of another origin asks for it")
        check_return(fields(request.query), "logout_uri", self.client, _origin(request) + HOME)
        for secret in self._cookies(request):
            self.issued.end_session(secret)
        cookie = f"{self.cookie}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
        return _redirect(_origin(request) + HOME, [("set-cookie", cookie)])

    def token(self, request: Request) -> Response:
        try:
            sent = _form(request)
        except Invalid:
            return _error("invalid_request")
        if sent.get("client_id") != self.client.client_id:
            return _error("invalid_client")
        exchange = {"authorization_code": self._of_code, "refresh_token": self._of_refresh_token}
        if sent.get("grant_type", "") not in exchange:
            return _error("unsupported_grant_type")
        return exchange[sent["grant_type"]](sent)

    def revoke(self, request: Request) -> Response:
        """RFC 7009: an unknown token is no error."""
        try:
            sent = _form(request)
        except Invalid:
            return _error("invalid_request")
        if sent.get("client_id") != self.client.client_id:
            return _error("invalid_client")
        self.issued.end_family(sent.get("token", ""))
        return Response(200, NO_STORE, b"")

    def _of_code(self, sent: Mapping[str, str]) -> Response:
        used = self.issued.use("code", sent.get("code", ""), self.clock())
        if used is None:
            return _error("invalid_grant")
        body, session, family = used
        is_same = sent.get("redirect_uri") == body["redirect_uri"]
        if not (is_same and is_verified(body["challenge"], sent.get("code_verifier", ""))):
            return _error("invalid_grant")
        return self._tokens(body, session, family)

    def _of_refresh_token(self, sent: Mapping[str, str]) -> Response:
        used = self.issued.use("refresh", sent.get("refresh_token", ""), self.clock())
        return self._tokens(*used) if used else _error("invalid_grant")

    def _tokens(self, body: Mapping[str, Any], session: str, family: str) -> Response:
        kept = {name: body[name] for name in ("user", "auth_time", "scope", "nonce")}
        user, seconds = kept["user"], self.client.access_seconds
        client_id, at = self.client.client_id, kept["auth_time"]
        refresh_token = self.issued.add(
            "refresh", kept, self.clock(), self.client.refresh_seconds, session=session, family=family
        )
        return _json(
            200,
            {
                "access_token": self.issuer.issue(
                    user, seconds, client_id=client_id, scope=kept["scope"], auth_time=at
                ),
                "id_token": self.issuer.issue_identity(
                    user, seconds, client_id=client_id, nonce=kept["nonce"], auth_time=at
                ),
                "refresh_token": refresh_token,
                "token_type": "Bearer",
                "expires_in": seconds,
            },
        )

    def _location(self, wanted: Authorization, session: str, person: Mapping[str, Any]) -> str:
        """The client's address with a new code."""
        request = {name: getattr(wanted, name) for name in ("redirect_uri", "challenge", "scope", "nonce")}
        body = {**person, **request}
        code = self.issued.add("code", body, self.clock(), CODE_SECONDS, session=digest(session))
        return wanted.location(code=code)

    def _session(self, request: Request) -> tuple[str, dict[str, Any]] | None:
        for secret in self._cookies(request):
            person = self.issued.read("session", secret, self.clock())
            if person is not None:
                return secret, person
        return None

    def _cookies(self, request: Request) -> list[str]:
        """Every cookie of our name: a program on another port of this host can add one."""
        pairs = (part.strip().partition("=") for part in (request.header("cookie") or "").split(";"))
        return [value for name, _, value in pairs if name == self.cookie]


def _origin(request: Request) -> str:
    """The address that the browser used; the front has checked that it is one of this run."""
    return f"http://{(request.header('host') or '').lower()}"


def _words(request: Request) -> page.Texts:
    languages = dict(parse_qsl(request.query)).get("lang", "")
    return page.TEXTS[html.language(request.header("accept-language") or "", languages)]


def _sent_on(sent: Mapping[str, str]) -> dict[str, str]:
    return {name: sent[name] for name in _SENT_ON if name in sent}


def _form(request: Request) -> dict[str, str]:
    kind = (request.header("content-type") or "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise Invalid(f"the body is not {FORM}")
    return fields(request.body.decode("utf-8", "replace"))


def _other_account(store: str, role: str) -> Account:
    """Raises Invalid for a role that is not on the page, and TokenError for a store id that can be none."""
    if role not in page.OTHER_ROLES:
        raise Invalid("the role is not one of the page")
    if not STORE_ID.fullmatch(store):
        raise TokenError("no store id")
    return Account(user_of({store: role}), {store: role})


def _redirect(location: str, headers: Headers | None = None) -> Response:
    return Response(303, [*NO_STORE, ("location", location), *(headers or [])], b"")


def _json(status: int, body: Mapping[str, Any]) -> Response:
    return Response(status, [*NO_STORE, ("content-type", "application/json")], json.dumps(body).encode())


def _error(code: str) -> Response:
    return _json(400, {"error": code})


Endpoint = Callable[[SignIn, Request], Response]
_ENDPOINTS: Mapping[str, Mapping[str, Endpoint]] = {
    "/.well-known/openid-configuration": {"GET": SignIn.metadata},
    "/.well-known/jwks.json": {"GET": SignIn.keys},
    "/oauth2/authorize": {"GET": SignIn.authorize},
    "/oauth2/token": {"POST": SignIn.token},
    "/oauth2/revoke": {"POST": SignIn.revoke},
    "/login": {"GET": SignIn.show_page, "POST": SignIn.sign_in},
    "/logout": {"GET": SignIn.sign_out},
}
