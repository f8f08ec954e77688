"""What a verb is told (who wants which action, when it happened, with what content), and the rows that lead to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shared.domain.order.model import Order, Status
    from shared.domain.stores import Store

SELLER_ROLES = frozenset({"owner", "staff"})


@dataclass(frozen=True, slots=True)
class Actor:
    """`role` is owner, staff, viewer, platform or clock; `id` names the person or system in the history."""

    role: str
    id: str

    @property
    def kind(self) -> str:
        """The name that the lifecycle table knows them by."""
        return "seller" if self.role in SELLER_ROLES else self.role


@dataclass(frozen=True, slots=True)
class Command:
    """`at` is when it happened, `recorded_at` when we heard of it. `body` is the action's content, already of the right
    types: amounts in minor units, times aware. `new_id(prefix)` makes a record's id."""

    action: str
    actor: Actor
    at: datetime
    recorded_at: datetime
    store: Store
    new_id: Callable[[str], str]
    body: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None


Verb = Callable[["Order", Command], "Order"]
"""Returns the order after the action (the same object where nothing changed); raises Conflict or Unprocessable."""

PLATFORM, SELLER, CLOCK = "platform", "seller", "clock"


@dataclass(frozen=True, slots=True)
class Guard:
    """What must hold for a row beside the status. `code` and `because` tell the caller what does not."""

    holds: Callable[[Order, datetime], bool]
    code: str
    because: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: who may do this, in which statuses, and what comes of it."""

    action: str
    actors: frozenset[str]
    sources: frozenset[Status]
    verb: Verb
    guards: tuple[Guard, ...] = ()


def row(action: str, actors: str, sources: frozenset[Status] | Status, verb: Verb, *guards: Guard) -> Row:
    """The platform may report every action, so it is an actor of every row."""
    at = sources if isinstance(sources, frozenset) else frozenset({sources})
    return Row(action, frozenset(actors.split()) | {PLATFORM}, at, verb, guards)
