"""Members of a store: bodies of requests, and answers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from functions.orders.models.fields import Body
from functions.orders.models.values import instant
from functions.orders.request.segments import MAX_LENGTH
from shared.domain.members import MemberChange, Membership, Role

UserId = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_LENGTH, pattern=r"^[^\s\x00-\x1f\x7f]+$"),
    Field(examples=["zoe"], description="The user's name in the user pool, or the id of a program's app client."),
]


class AddMember(Body):
    """`platform` is for a program, by the id of its app client."""

    user_id: UserId
    role: Role


class ChangeMember(Body):
    role: Role


class MemberView(TypedDict):
    """`added_by` is the id of the user who added the member."""

    user_id: str
    role: str
    added_at: str
    added_by: str


class MemberActor(TypedDict):
    """`operator` is who runs the deployment."""

    role: str
    id: str


MemberChangeView = TypedDict(
    "MemberChangeView",
    {
        "seq": int,
        "at": str,
        "actor": MemberActor,
        "action": Literal["add", "change", "remove"],
        "user_id": str,
        "from": "str | None",
        "to": "str | None",
    },
)


def member_view(membership: Membership) -> MemberView:
    return {
        "user_id": membership.user_id,
        "role": membership.role.value,
        "added_at": instant(membership.added_at),
        "added_by": membership.added_by,
    }


def member_change_view(change: MemberChange) -> MemberChangeView:
    return {
        "seq": change.seq,
        "at": instant(change.at),
        "actor": {"role": change.actor.role, "id": change.actor.id},
        "action": change.action,
        "user_id": change.user_id,
        "from": change.before and change.before.value,
        "to": change.after and change.after.value,
    }
