"""One request as the routes see it, and who may call a route."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from functions.orders.identity import READERS, Caller
from functions.orders.request.accept import language, prefers_json
from shared.domain.members import Membership
from shared.domain.order.model import Order
from shared.domain.order.transitions import Actor
from shared.domain.stores import Store
from shared.store.idempotency import PendingAnswer
from shared.store.orders.orders import Loaded
from shared.store.stores import StoredStore

T = TypeVar("T")


Present = Callable[["Call"], Mapping[str, Any]]
"""Makes the present answer of a setting."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a route requires of its caller: one of these roles in the store, a token alone, or nothing. A `versioned`
    route honours If-Match, for the version of what its path names. A route that sets what `present` answers takes its
    read-only fields back. A `cached` route honours If-None-Match. An `atomic` route has no effect but one transaction,
    which saves the answer of its idempotency key, so it claims no key before."""

    roles: frozenset[str] = READERS
    store: bool = True
    token: bool = True
    versioned: bool = False
    present: Present | None = None
    cached: bool = False
    atomic: bool = False


@dataclass(slots=True, repr=False)
class Call:
    """`resources` holds what the path parameters name, by type (see resources.py). `prefers_json` is for routes that
    redirect. `access` is what the route requires. `expected` has the versions that If-Match admits; None admits any.
    `warnings` go with the answer: they refuse nothing."""

    now: datetime
    path: str
    request_id: str
    language: str
    prefers_json: bool = False
    access: Access = Access()
    caller: Caller | None = None
    membership: Membership | None = None
    stored_store: StoredStore | None = None
    resources: dict[type, Any] = field(default_factory=dict)
    expected: frozenset[int] | None = None
    pending: PendingAnswer | None = None
    warnings: Sequence[Mapping[str, Any]] = ()

    def __repr__(self) -> str:
        """Without the buyer's data. Powertools spells out a route's arguments for its debug log, in every request."""
        return f"Call({self.request_id!r})"

    def resource(self, kind: type[T]) -> T:
        return self.resources[kind]  # type: ignore[no-any-return]

    @property
    def order(self) -> Order:
        return self.resource(Loaded).order

    @property
    def store(self) -> Store:
        assert self.stored_store is not None
        return self.stored_store.store

    @property
    def actor(self) -> Actor:
        assert self.caller is not None and self.membership is not None
        return Actor(self.membership.role.value, self.caller.user_id)


def begin(event: Mapping[str, Any]) -> Call:
    """The clock of a request is API Gateway's: the time at which the request arrived there."""
    context = event["requestContext"]
    now = datetime.fromtimestamp(context["timeEpoch"] / 1000, UTC)
    headers = event.get("headers") or {}
    return Call(
        now,
        event.get("rawPath", ""),
        context.get("requestId", ""),
        language(headers.get("accept-language")),
        prefers_json(headers.get("accept")),
    )
