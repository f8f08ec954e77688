"""The parts of the lifecycle tables: commands, actors, guards, targets and rows. The tables are in lifecycle.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.domain.order.model import FundState, Order, Status

if TYPE_CHECKING:
    from shared.domain.order.history import Entry
    from shared.domain.stores import Store

SELLER_ROLES = frozenset({"owner", "staff"})


@dataclass(frozen=True, slots=True)
class Actor:
    """`role` is owner, staff, viewer, platform or clock; `id` names the person or system in the history."""

    role: str
    id: str

    @property
    def kind(self) -> str:
        """The actor as the tables name it: seller, platform, clock or viewer."""
        return "seller" if self.role in SELLER_ROLES else self.role


@dataclass(frozen=True, slots=True)
class Command:
    """A request to carry out one action.

    `at` is when the action happened, `recorded_at` when Orderkeep received it. `body` is the action's content, parsed:
    amounts in minor units, aware times. `new_id(prefix)` returns an id for a new record. `history` is for `sync` only:
    the order's entries that were recorded after `at`.
    """

    action: str
    actor: Actor
    at: datetime
    recorded_at: datetime
    store: Store
    new_id: Callable[[str], str]
    body: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None
    history: tuple[Entry, ...] = ()


Verb = Callable[[Order, Command], Order]
"""The function of an action. Returns the order after it: the same object if nothing changed. Raises Conflict or
Unprocessable."""

PLATFORM, SELLER, CLOCK = "platform", "seller", "clock"


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition of a row beside the status. If it does not hold, the caller gets a Conflict with `code` and
    `detail`."""

    holds: Callable[[Order, datetime], bool]
    code: str
    detail: str


ANY = frozenset(Status)


@dataclass(frozen=True, slots=True)
class Target:
    """The status and fund state after an action. Without a status, both stay unchanged. Only orders with a status in
    `only_from` can reach the target. `exceptional`: only orders of which nothing is due,
    or whose snapshot says otherwise than the seller did. Ways through the statuses leave it out."""

    status: Status | None
    fund_state: FundState = FundState.NONE
    only_from: frozenset[Status] = ANY
    exceptional: bool = False

    def matches(self, before: Order, after: Order) -> bool:
        if self.status is None:
            return (after.status, after.fund_state) == (before.status, before.fund_state)
        return (after.status, after.fund_state) == (self.status, self.fund_state) and before.status in self.only_from


UNCHANGED = Target(None)
SAME = "unchanged"
"""In `to_stages`: the stage of the order's dispute stays unchanged."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: an action, the actors who may do it, the statuses it starts from, the targets it may lead to,
    its function and its guards.

    `stages` are the stages of the dispute in which the action is allowed; empty for actions of the order. `to_stages`
    are the stages of the dispute after it. `end_reasons` are those that the action may give the order.
    """

    action: str
    actors: frozenset[str]
    sources: frozenset[Status]
    targets: tuple[Target, ...]
    verb: Verb
    guards: tuple[Guard, ...] = ()
    stages: tuple[str, ...] = ()
    to_stages: tuple[str, ...] = (SAME,)
    end_reasons: frozenset[str] = frozenset()

    def next_statuses(self, source: Status) -> tuple[Status, ...]:
        """The statuses that an order with the status `source` may have after the action."""
        return tuple(target.status or source for target in self.targets if source in target.only_from)

    def allows(self, before: Order, after: Order) -> bool:
        """Are the status, fund state and dispute stage of `after` a target of this row?"""
        stage, stage_before = _stage(after), _stage(before)
        return any(target.matches(before, after) for target in self.targets) and (
            stage in self.to_stages or (stage == stage_before and SAME in self.to_stages)
        )


def row(
    action: str,
    actors: str,
    source: Status | frozenset[Status],
    target: Status | Target | tuple[Status | Target, ...],
    verb: Verb,
    *guards: Guard,
    stage: str | tuple[str, ...] = SAME,
    ends: str = "",
) -> Row:
    """Make a row. `actors` are separated by spaces; the platform is an actor of every row, because it may report every
    action. A target given as a status has the fund state `none`. `stage` is the stage of the dispute after it. `ends`
    are the end reasons, separated by spaces."""
    targets = target if isinstance(target, tuple) else (target,)
    return Row(
        action,
        frozenset(actors.split()) | {PLATFORM},
        source if isinstance(source, frozenset) else frozenset({source}),
        tuple(each if isinstance(each, Target) else Target(each) for each in targets),
        verb,
        guards,
        to_stages=stage if isinstance(stage, tuple) else (stage,),
        end_reasons=frozenset(ends.split()),
    )


def _stage(order: Order) -> str | None:
    return order.dispute.stage if order.dispute else None
