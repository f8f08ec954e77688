"""Which rows of the lifecycle tables an actor may take now, and why not the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple

from shared.domain.labels import STATUSES
from shared.domain.order.model import Order, Status
from shared.domain.order.transitions import Guard, Row
from shared.domain.sentences.sentence import names, say

ALLOWED_WHILE_FROZEN = frozenset({"unfreeze", "sync"})
"""The only actions that a frozen order accepts."""
MOST_NAMED = 4
"""A refusal names the statuses in which the action is possible if they are no more than these."""


class Refusal(NamedTuple):
    """Why an action is not possible now."""

    code: str
    detail: str


class Choices(NamedTuple):
    """The actions that an actor could do now, and why each other action of this actor is refused."""

    allowed: tuple[str, ...]
    refused: Mapping[str, Refusal]

    def without(self, action: str, refusal: Refusal) -> Choices:
        """The same, where this action is refused, too."""
        return Choices(tuple(each for each in self.allowed if each != action), {**self.refused, action: refusal})


def choices_among(
    actions: Mapping[str, Sequence[Row]], order: Order, actor: str, at: datetime, dispute_id: str | None
) -> Choices:
    """What the actor could do, of these actions with their rows."""
    found = {
        action: row_for(rows, order, actor, at, dispute_id)
        for action, rows in actions.items()
        if any(actor in row.actors for row in rows)
    }
    return Choices(
        tuple(action for action, each in found.items() if isinstance(each, Row)),
        {action: each for action, each in found.items() if isinstance(each, Refusal)},
    )


def row_for(rows: Sequence[Row], order: Order, actor: str, at: datetime, dispute_id: str | None) -> Row | Refusal:
    """The row that allows the action, of the rows of this action; or why none does: the first guard that fails, else
    the status. `dispute_id` is that of the dispute as the caller saw it."""
    if order.frozen and rows[0].action not in ALLOWED_WHILE_FROZEN:
        return Refusal("order_frozen", "The order is frozen: only unfreeze, sync, messages and notes pass.")
    if dispute_id and (order.dispute is None or order.dispute.dispute_id != dispute_id):
        return Refusal("dispute_ended", "This dispute has ended; another one is open.")
    unmet: Guard | None = None
    own = [each for each in rows if actor in each.actors]
    for each in own:
        if order.status in each.sources:
            failed = next((guard for guard in each.guards if not guard.holds(order, at)), None)
            if failed is None:
                return each
            unmet = unmet or failed
    if unmet:
        return Refusal(unmet.code, unmet.detail)
    return _refused_in(order.status, frozenset[Status]().union(*(row.sources for row in own)))


@cache
def _refused_in(status: Status, possible: frozenset[Status]) -> Refusal:
    """There are few pairs of a status and the statuses that an action is possible in: some hundreds of sentences."""
    sources = [each for each in Status if each in possible]
    now = names([STATUSES[status]])
    if 0 < len(sources) <= MOST_NAMED:
        named = names(STATUSES[each] for each in sources)
        detail = say(
            "This is possible only in these statuses: {statuses}. The order's status is {status}.",
            statuses=named,
            status=now,
        )
    else:
        detail = say("This is not possible while the order's status is {status}.", status=now)
    return Refusal("transition_not_allowed", detail)
