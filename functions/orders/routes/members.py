"""The members of a store. Only an owner may see and change them."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from functions.orders.call import Access, Call
from functions.orders.identity import OWNER
from functions.orders.memberships import forget
from functions.orders.models.members import (
    AddMember,
    ChangeMember,
    MemberChangeView,
    MemberView,
    member_change_view,
    member_view,
)
from functions.orders.paging import Cursor, Limit, Paging, page_of
from functions.orders.request.segments import segment_of
from functions.orders.responses import documented, pending_answer, reply
from functions.orders.routing import Routes
from shared.domain.members import Membership
from shared.operations import members as operations
from shared.store import members

route = Routes("Store")


@route(
    "GET /v1/members",
    "Members of the store",
    documented(page_of("MemberPage", MemberView), "By user id."),
    Access(OWNER),
)
def list_members(call: Call, limit: Limit = 50, cursor: Cursor = None) -> Response[Any]:
    """Who has which role in the store."""
    paging = Paging(call, {"list": "members"}, limit, cursor)
    return paging.reply(members.page(call.store.store_id, limit, paging.start()), member_view)


@route(
    "POST /v1/members",
    "Add a member",
    {
        **documented(MemberView, "The user has this role already."),
        **documented(MemberView, "The new member.", 201, headers="Location"),
    },
    Access(OWNER),
)
def add_member(call: Call, body: AddMember) -> Response[Any]:
    """Give a user of the user pool a role in the store; with the role `platform`, a program, by the id of its app
    client. It takes effect at once. A user who is not known yet is a member from the first sign-in on."""

    def answer(member: Membership, status: int = 201) -> Response[Any]:
        headers = {"Location": f"/v1/members/{segment_of(member.user_id)}"} if status == 201 else {}
        return reply(member_view(member), status, headers)

    pending = pending_answer(call, answer)
    member, is_new = operations.add_member(call.store.store_id, body.user_id, body.role, call.actor, call.now, pending)
    return answer(member, 201 if is_new else 200)


@route(
    "PATCH /v1/members/{user_id}",
    "Change a member's role",
    documented(MemberView, "The member as it is now."),
    Access(OWNER, present=lambda call: member_view(call.resource(Membership))),
)
def change_member(call: Call, user_id: str, body: ChangeMember) -> Response[Any]:
    """Give a member another role. It takes effect within five seconds."""
    member = call.resource(Membership)
    changed = operations.change_member(call.store.store_id, member.user_id, body.role, call.actor, call.now)
    forget()
    return reply(member_view(changed))


@route(
    "DELETE /v1/members/{user_id}",
    "Remove a member",
    documented(None, "The user is no member any more.", 204),
    Access(OWNER),
)
def remove_member(call: Call, user_id: str) -> Response[Any]:
    """Take every right in the store from a member. It takes effect within five seconds, also for a token that is still
    valid."""
    operations.remove_member(call.store.store_id, call.resource(Membership).user_id, call.actor, call.now)
    forget()
    return Response(204, None, "")


@route(
    "GET /v1/members/history",
    "Changes of the members",
    documented(page_of("MemberChangePage", MemberChangeView), "The latest first. They are kept for good."),
    Access(OWNER),
)
def list_member_changes(call: Call, limit: Limit = 50, cursor: Cursor = None) -> Response[Any]:
    """Every change of the members: who made it, when, and the role before and after."""
    paging = Paging(call, {"list": "members/history"}, limit, cursor)
    return paging.reply(members.history(call.store.store_id, limit, paging.start()), member_change_view)
