"""Members of a store: add, change and remove them, each with its entry in the history. Each may run twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from shared.domain.errors import Conflict, Forbidden
from shared.domain.members import MemberChange, MemberList, Membership, Role, changed, check_role
from shared.domain.order.transitions import Actor
from shared.domain.sentences.sentence import say
from shared.store import members
from shared.store.dynamodb.errors import Missing
from shared.store.dynamodb.table import Write, transact
from shared.store.idempotency import PendingAnswer, settle
from shared.store.members import Step
from shared.store.retries import retry

OPERATOR = Actor("operator", "operator")
"""Who runs the deployment, and changes members with a command."""


def add_member(
    store_id: str, user_id: str, role: Role, actor: Actor, now: datetime, pending: PendingAnswer | None = None
) -> tuple[Membership, bool]:
    """The membership, and whether it is new: a user who has the role already is no error. Raises Conflict
    `member_exists`, Missing or Forbidden if the actor is no owner any more, or Busy."""
    added = Membership(store_id, user_id, role, now, actor.id)

    def step(before: MemberList) -> tuple[Membership, bool]:
        acting = _acting(store_id, actor)
        if (found := members.find(store_id, user_id)) is not None:
            if found.role is not role:
                raise Conflict("member_exists", "This user is a member with another role: change it.")
            return found, False
        with settle(pending, added) as answer:
            transact([*_writes(store_id, before, [(None, added)], actor, now, acting), *answer])
        return added, True

    return retry(step, lambda: members.load_list(store_id))


def change_member(store_id: str, user_id: str, role: Role, actor: Actor, now: datetime) -> Membership:
    """Raises Conflict `last_owner` or `role_of_a_program`, Missing, Forbidden if the actor is no owner any more, or
    Busy."""

    def step(before: MemberList) -> Membership:
        acting, found = _acting(store_id, actor), _member(store_id, user_id)
        if found.role is role:
            return found
        check_role(found.role, role)
        after = replace(found, role=role)
        transact(_writes(store_id, before, [(found, after)], actor, now, acting))
        return after

    return retry(step, lambda: members.load_list(store_id))


def remove_member(store_id: str, user_id: str, actor: Actor, now: datetime) -> None:
    """Raises Conflict `last_owner`, Missing, also if the member was removed already, Forbidden if the actor is no owner
    any more, or Busy."""

    def step(before: MemberList) -> None:
        acting, found = _acting(store_id, actor), _member(store_id, user_id)
        transact(_writes(store_id, before, [(found, None)], actor, now, acting))

    retry(step, lambda: members.load_list(store_id))


def grant_roles(store_id: str, roles: Mapping[str, Role], now: datetime, actor: Actor = OPERATOR) -> int:
    """Give these users, at most 40, these roles in a store that may not exist yet: for commands of the operator.
    Returns how many had another role or none. Raises Conflict `last_owner`, or Busy."""

    def step(before: MemberList) -> int:
        pairs = list[tuple[Membership | None, Membership | None]]()
        for user_id, role in roles.items():
            found = members.find(store_id, user_id)
            if found is None or found.role is not role:
                after = replace(found, role=role) if found else Membership(store_id, user_id, role, now, actor.id)
                pairs.append((found, after))
        if pairs:
            transact(_writes(store_id, before, pairs, actor, now))
        return len(pairs)

    return retry(step, lambda: members.load_list(store_id))


def founding(store_id: str, founder: Actor, now: datetime) -> list[Write]:
    """The writes for the first member of a new store. They raise Stale if it has members."""
    first = Membership(store_id, founder.id, Role(founder.role), now, founder.id)
    return _writes(store_id, MemberList(), [(None, first)], founder, now)


def _acting(store_id: str, actor: Actor) -> Membership:
    """The actor's own membership, read after the list: a change between the two fails the write. Raises Missing or
    Forbidden: another owner may have been faster."""
    found = _member(store_id, actor.id)
    if found.role is not Role.OWNER:
        raise Forbidden(say("The role {role} may not do this.", role=found.role), [Role.OWNER])
    return found


def _member(store_id: str, user_id: str) -> Membership:
    found = members.find(store_id, user_id)
    if found is None:
        raise Missing("no such member")
    return found


def _writes(
    store_id: str,
    before: MemberList,
    pairs: list[tuple[Membership | None, Membership | None]],
    actor: Actor,
    now: datetime,
    acting: Membership | None = None,
) -> list[Write]:
    after, steps = before, list[Step]()
    for old, new in pairs:
        was, is_now = (each.role if each else None for each in (old, new))
        after = changed(after, was, is_now)
        member = new or old
        assert member is not None
        steps.append(Step(old, new, MemberChange(after.version, now, actor, member.user_id, was, is_now)))
    return members.writes(store_id, before, after, steps, acting)
