"""Members of a store: who has which role in it, and each change of that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from shared.domain.errors import Conflict
from shared.domain.order.transitions import Actor


class Role(StrEnum):
    """`owner` may do what `staff` may, and `staff` what `viewer` may. `platform` is the role of a program that reports
    what buyers and the marketplace do."""

    OWNER = "owner"
    STAFF = "staff"
    VIEWER = "viewer"
    PLATFORM = "platform"


OPENS_STORES = frozenset({Role.OWNER, Role.PLATFORM})
"""The roles that a new store can begin with."""


@dataclass(frozen=True, slots=True)
class Membership:
    """The role of one user in one store. `added_by` is the id of the user who added the member."""

    store_id: str
    user_id: str
    role: Role
    added_at: datetime
    added_by: str


@dataclass(frozen=True, slots=True)
class MemberList:
    """What is counted of all members of a store. `version` is the number of changes so far."""

    version: int = 0
    owners: int = 0


@dataclass(frozen=True, slots=True)
class MemberChange:
    """One change: a user got a role (`before` is None), has another one, or is no member any more (`after` is None).
    `seq` counts the changes of a store from 1."""

    seq: int
    at: datetime
    actor: Actor
    user_id: str
    before: Role | None
    after: Role | None

    @property
    def action(self) -> Literal["add", "change", "remove"]:
        return "add" if self.before is None else "remove" if self.after is None else "change"


def changed(members: MemberList, before: Role | None, after: Role | None) -> MemberList:
    """The list after one member's role changed. Raises Conflict `last_owner`: a store that has an owner keeps one."""
    owners = members.owners - (before is Role.OWNER) + (after is Role.OWNER)
    if members.owners and not owners:
        raise Conflict("last_owner", "A store has an owner: make another member an owner first.")
    return MemberList(members.version + 1, owners)


def check_role(before: Role, after: Role) -> None:
    """Raises Conflict `role_of_a_program`: a program is the platform and nothing else, and a person never is."""
    if before is not after and Role.PLATFORM in (before, after):
        raise Conflict("role_of_a_program", "A program has the role platform, and a person another: remove the member.")
