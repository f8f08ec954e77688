"""The caller, from claims that API Gateway's authorizer has verified and this function checks again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.orders.problems import Problem
from shared.domain.members import Role
from shared.domain.order import lifecycle
from shared.settings import Settings

READERS: frozenset[str] = frozenset(Role)
SELLER: frozenset[str] = frozenset({Role.OWNER, Role.STAFF})
OWNER: frozenset[str] = frozenset({Role.OWNER})
PLATFORM: frozenset[str] = frozenset({Role.PLATFORM})

PROGRAM_SCOPE = "orderkeep/platform"
"""The scope of a program's token (client credentials). template.yaml has it, too; a test compares the two."""


def roles_for(action: str) -> frozenset[str]:
    """The roles that may take an action of the lifecycle table."""
    return PLATFORM | SELLER if "seller" in lifecycle.actors_of(action) else PLATFORM


@dataclass(frozen=True, slots=True)
class Caller:
    """A person, by the name in the user pool, or a program, by the id of its app client."""

    user_id: str
    is_program: bool

    def may_have(self, role: Role) -> bool:
        """A program is the platform, and a person never is: a user's name that is also a client's id gets nothing."""
        return (role is Role.PLATFORM) is self.is_program


def identify(event: Mapping[str, Any], settings: Settings) -> Caller:
    """The caller of an HTTP API event. Raises Problem 401 where issuer, use or client are not ours."""
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    claims = (authorizer.get("jwt") or {}).get("claims") or {}
    genuine = (
        claims.get("iss") == settings.token_issuer
        and claims.get("token_use") == "access"
        and claims.get("client_id") in settings.token_client_ids
        and claims.get("sub")
    )
    if not genuine:
        raise Problem(
            401,
            "unauthorized",
            "The token is not an access token for this service.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    is_program = PROGRAM_SCOPE in str(claims.get("scope", "")).split()
    return Caller(str(claims["sub"] if is_program else claims.get("username") or claims["sub"]), is_program)
