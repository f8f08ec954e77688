"""A request to sign in, as OAuth 2.0 has it: an authorization code with PKCE, and no other flow."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from local.resources import local_name
from local.template import Template

CONSOLE_CLIENT = "ConsoleClient"
CALLBACK, HOME = "/signed-in", "/"
"""The paths to which the console's pages come back after a sign-in and a sign-out."""
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_UNIT_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
_SHOWN_AGAIN = ("login", "select_account", "consent")


class Invalid(Exception):
    """A request that names no client or no address to return to. It is answered here, and leads nowhere."""


class Unfulfilled(Exception):
    """A request that the client made wrongly, or that cannot be fulfilled. The client's page gets `location`."""

    def __init__(self, location: str) -> None:
        self.location = location


@dataclass(frozen=True, slots=True)
class Client:
    """The console's app client, from the template. The lifetimes are in seconds."""

    client_id: str
    scopes: frozenset[str]
    access_seconds: int
    refresh_seconds: int

    @classmethod
    def of(cls, template: Template) -> Client:
        properties: Mapping[str, Any] = template.resources("AWS::Cognito::UserPoolClient")[CONSOLE_CLIENT]["Properties"]

        def seconds(token: str) -> int:
            return int(properties[f"{token}Validity"]) * _UNIT_SECONDS[properties["TokenValidityUnits"][token]]

        scopes = frozenset(properties["AllowedOAuthScopes"])
        return cls(local_name(CONSOLE_CLIENT), scopes, seconds("AccessToken"), seconds("RefreshToken"))


@dataclass(frozen=True, slots=True)
class Authorization:
    """A correct request. `redirect_uri` is one of the client's own."""

    redirect_uri: str
    state: str
    challenge: str
    scope: str
    nonce: str
    prompt: str

    @property
    def asks_again(self) -> bool:
        """Whether the page is shown although the person is signed in."""
        return self.prompt in _SHOWN_AGAIN

    def location(self, **answer: str) -> str:
        """Where the browser goes with the answer."""
        return f"{self.redirect_uri}?{urlencode({**answer, 'state': self.state})}"


def fields(text: str) -> dict[str, str]:
    """The fields of a query or a form. Raises Invalid if one is there twice: two readers might choose differently."""
    pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=50)
    if len(dict(pairs)) != len(pairs):
        raise Invalid("a parameter is there twice")
    return dict(pairs)


def authorization(sent: Mapping[str, str], client: Client, origin: str) -> Authorization:
    """The request of a page of `origin`. Raises Invalid or Unfulfilled."""
    check_return(sent, "redirect_uri", client, origin + CALLBACK)
    wanted = Authorization(
        sent["redirect_uri"],
        sent.get("state", ""),
        sent.get("code_challenge", ""),
        " ".join(sent.get("scope", "").split()),
        sent.get("nonce", ""),
        sent.get("prompt", ""),
    )

    def fail(error: str, why: str) -> Unfulfilled:
        return Unfulfilled(wanted.location(error=error, error_description=why))

    if not wanted.state:
        raise Unfulfilled(f"{wanted.redirect_uri}?error=invalid_request&error_description=state+is+required")
    if sent.get("response_type") != "code":
        raise fail("unsupported_response_type", "response_type is code")
    if sent.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(wanted.challenge):
        raise fail("invalid_request", "code_challenge is required, with code_challenge_method S256")
    scopes = set(wanted.scope.split())
    if "openid" not in scopes or not scopes <= client.scopes:
        raise fail("invalid_scope", f"scope is one of: {' '.join(sorted(client.scopes))}")
    if wanted.prompt not in ("", "none", *_SHOWN_AGAIN):
        raise fail("invalid_request", f"prompt is one of: none {' '.join(_SHOWN_AGAIN)}")
    return wanted


def check_return(sent: Mapping[str, str], name: str, client: Client, expected: str) -> None:
    """Raises Invalid unless the client is ours and the address is exactly the one that is registered for it."""
    if sent.get("client_id") != client.client_id:
        raise Invalid("client_id is not known")
    if sent.get(name) != expected:
        raise Invalid(f"{name} is not registered for this client")


def is_verified(challenge: str, verifier: str) -> bool:
    """Whether the verifier is the one of the challenge (PKCE, S256)."""
    computed = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii", "replace")).digest()).rstrip(b"=")
    return bool(_VERIFIER.fullmatch(verifier)) and hmac.compare_digest(computed, challenge.encode())
