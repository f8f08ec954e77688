"""The caller, from claims that API Gateway's authorizer has verified and this function checks again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.orders.problems import Problem, not_found
from shared.domain.order import lifecycle
from shared.domain.order.transitions import Actor
from shared.settings import Settings

ROLES = ("owner", "staff", "viewer", "platform")
READERS = frozenset(ROLES)
SELLER = frozenset({"owner", "staff"})
OWNER = frozenset({"owner"})
PLATFORM = frozenset({"platform"})

GROUPS_CLAIM = "cognito:groups"
_GROUP = re.compile(r"([A-Za-z0-9_-]{1,64}):(owner|staff|viewer|platform)")


def roles_for(action: str) -> frozenset[str]:
    """The roles that may take an action of the lifecycle table."""
    return PLATFORM | SELLER if "seller" in lifecycle.actors_of(action) else PLATFORM


@dataclass(frozen=True, slots=True)
class Caller:
    """`stores` has the role of the caller in each store of the token."""

    user_id: str
    stores: Mapping[str, str]

    def role_in(self, store_id: str) -> str:
        return self.stores[store_id]

    def actor_in(self, store_id: str) -> Actor:
        return Actor(self.stores[store_id], self.user_id)

    def choose_store(self, requested: str | None) -> str:
        """The store of this request: the only one of the token, or the one that X-Store-Id names.

        Raises Problem 400 `store_required`, or 404 for a store that is not in the token.
        """
        if requested is not None:
            if requested not in self.stores:
                raise not_found()
            return requested
        if len(self.stores) > 1:
            raise Problem(400, "store_required", "This token holds several stores: name one in X-Store-Id.")
        if not self.stores:
            raise not_found()
        return next(iter(self.stores))


def identify(event: Mapping[str, Any], settings: Settings) -> Caller:
    """The caller of an HTTP API event. Raises Problem 401 where issuer, use or client are not ours.

    A group of the user pool is `store:role`. API Gateway writes a claim that is an array as "[a b]".
    """
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
    stores: dict[str, str] = {}
    for group in str(claims.get(GROUPS_CLAIM, "")).strip("[]").replace(",", " ").split():
        match = _GROUP.fullmatch(group)
        if (match and ROLES.index(match[2]) < ROLES.index(stores.get(match[1], ROLES[-1]))) or (
            match and match[1] not in stores
        ):
            stores[match[1]] = match[2]
    return Caller(str(claims.get("username") or claims["sub"]), stores)
