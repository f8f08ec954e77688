"""Users of the local run, and their roles in its stores.

The run itself writes memberships. Other programs on this machine ask it to, with a request that the key of the token
issuer has signed: who has the key may have every role.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from local.gateway.http_api import Request, Response
from local.template import Template
from local.tokens import Issuer, TokenError

PATH = "/local/members"
ADDRESS = "url"
"""The file in DATA_DIR with the address of the run."""
NOT_RUNNING = "The roles of a user are in the table of the run, and no run answers: start it first, with make run"


@dataclass(frozen=True)
class Accounts:
    """The users of the run at `url`."""

    url: str
    issuer: Issuer

    @classmethod
    def of(cls, data_dir: Path) -> Accounts:
        """Those of the run that uses this folder. Raises TokenError if there is none."""
        try:
            url = (data_dir / ADDRESS).read_text("utf-8").strip()
        except OSError:
            raise TokenError(f"{NOT_RUNNING} (DATA_DIR {data_dir})") from None
        return cls(url, Issuer.of(data_dir, Template.load()))

    def token(self, roles: Mapping[str, str], user: str = "", lifetime: int = 12 * 3600) -> str:
        """A token of a user who has the role of each store in `roles` from now on. Raises TokenError."""
        user, is_program = user or user_of(roles), "platform" in roles.values()
        if is_program and set(roles.values()) != {"platform"}:
            raise TokenError("ROLE: a user with the role platform is a program, and has no other role")
        self.grant(user, roles)
        return self.issuer.issue(user, lifetime, is_program=is_program)

    def grant(self, user: str, roles: Mapping[str, str]) -> None:
        if not roles:
            return
        address = urlsplit(self.url)
        try:
            connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
            connection.request("POST", PATH, self.issuer.sign_roles(user, roles))
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            raise TokenError(f"{NOT_RUNNING} ({self.url})") from None
        if answer.status != http.client.NO_CONTENT:
            raise TokenError(f"{self.url} refused the roles of {user}: {text}")


def user_of(roles: Mapping[str, str]) -> str:
    """The name of a user who has just these roles: `demo-owner`. Nobody becomes a member of two stores by accident, so
    no request needs to name the store."""
    return "-and-".join(f"{store}-{role}" for store, role in roles.items()) or "nobody"


def grant(user: str, roles: Mapping[str, str]) -> None:
    """Make a user a member of stores, in the process of the run."""
    from shared.domain.members import Role
    from shared.operations.members import grant_roles

    for store, role in roles.items():
        grant_roles(store, {user: Role(role)}, datetime.now(UTC))


def page(issuer: Issuer) -> Callable[[Request], Response | None]:
    """Answers the requests of `Accounts.grant`."""

    def answer(request: Request) -> Response | None:
        if request.path != PATH:
            return None
        from shared.domain.errors import Conflict

        if request.method != "POST":
            return Response(405, [("allow", "POST")], b"")
        try:
            user, roles = issuer.signed_roles(request.body.decode("ascii", "replace"))
            grant(user, roles)
        except TokenError:
            return Response(403, [], b"not signed with the key of this run")
        except Conflict as refused:
            return Response(409, [], refused.detail.encode())
        return Response(204, [], b"")

    return answer
