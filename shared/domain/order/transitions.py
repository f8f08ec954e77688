"""What a verb is told (who wants which action, when it happened, with what content), and the rows that lead to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.domain.order.model import FundState, Order, Status

if TYPE_CHECKING:
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


Verb = Callable[[Order, Command], Order]
"""Returns the order after the action (the same object where nothing changed); raises Conflict or Unprocessable."""

PLATFORM, SELLER, CLOCK = "platform", "seller", "clock"


@dataclass(frozen=True, slots=True)
class Guard:
    """What must hold for a row beside the status. `code` and `because` tell the caller what does not."""

    holds: Callable[[Order, datetime], bool]
    code: str
    because: str


ANY = frozenset(Status)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a row may lead: the status and the fund state after it. Without a status, both stay as they are. Only the
    row's sources that are in `only_from` can lead here."""

    status: Status | None
    fund_state: FundState = FundState.NONE
    only_from: frozenset[Status] = ANY

    def reached(self, before: Order, after: Order) -> bool:
        if self.status is None:
            return (after.status, after.fund_state) == (before.status, before.fund_state)
        return (after.status, after.fund_state) == (self.status, self.fund_state) and before.status in self.only_from


UNCHANGED = Target(None)
SAME = "unchanged"
"""Among the stages that a row leads to: the stage of the order's dispute stays as it is."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: who may do this, in which statuses, where it leads, and the function that does it. `stages`
    are the stages of the dispute in which a step of it may be done (an action of the order has none), `to_stages` those
    that it leads to."""

    action: str
    actors: frozenset[str]
    sources: frozenset[Status]
    targets: tuple[Target, ...]
    verb: Verb
    guards: tuple[Guard, ...] = ()
    stages: tuple[str, ...] = ()
    to_stages: tuple[str, ...] = (SAME,)

    def following(self, source: Status) -> tuple[Status, ...]:
        """The statuses that an order may have after it had this one."""
        return tuple(target.status or source for target in self.targets if source in target.only_from)

    def leads(self, before: Order, after: Order) -> bool:
        """Does the row lead from the one to the other?"""
        stage, was = _stage(after), _stage(before)
        return any(target.reached(before, after) for target in self.targets) and (
            stage in self.to_stages or (stage == was and SAME in self.to_stages)
        )


def row(
    action: str,
    actors: str,
    source: Status | frozenset[Status],
    target: Status | Target | tuple[Status | Target, ...],
    verb: Verb,
    *guards: Guard,
    stage: str | tuple[str, ...] = SAME,
) -> Row:
    """The platform may report every action, so it is an actor of every row. A target that is only a status has the fund
    state `none`. `stage`: where the row leads the order's dispute."""
    targets = target if isinstance(target, tuple) else (target,)
    return Row(
        action,
        frozenset(actors.split()) | {PLATFORM},
        source if isinstance(source, frozenset) else frozenset({source}),
        tuple(each if isinstance(each, Target) else Target(each) for each in targets),
        verb,
        guards,
        to_stages=stage if isinstance(stage, tuple) else (stage,),
    )


def _stage(order: Order) -> str | None:
    return order.dispute.stage if order.dispute else None
