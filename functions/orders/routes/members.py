"""The members of a store. Only an owner may see and change them."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body as InBody

from functions.orders.call import Call, access
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
from functions.orders.paging import Cursor, Limit, page_of, page_reply, position
from functions.orders.request.segments import segment_of
from functions.orders.responses import documented, pending_answer, reply
from shared.domain.members import Membership
from shared.operations import members as operations
from shared.store import members

router = Router()


@router.get(
    "/v1/members",
    summary="Members of the store",
    tags=["Store"],
    operation_id="list_members",
    responses=documented(page_of("MemberPage", MemberView), "By user id."),
)
@access(OWNER)
def list_members(limit: Limit = 50, cursor: Cursor = None) -> Response[Any]:
    """Who has which role in the store."""
    call: Call = router.context["call"]
    query = {"list": "members"}
    page = members.page(call.store.store_id, limit, position(call, cursor, query))
    return page_reply(call, page, member_view, limit, query)


@router.post(
    "/v1/members",
    summary="Add a member",
    tags=["Store"],
    operation_id="add_member",
    responses={
        **documented(MemberView, "The user has this role already."),
        **documented(MemberView, "The new member.", 201, headers="Location"),
    },
)
@access(OWNER)
def add_member(body: Annotated[AddMember, InBody()]) -> Response[Any]:
    """Give a user of the user pool a role in the store; with the role `platform`, a program, by the id of its app
    client. It takes effect at once. A user who is not known yet is a member from the first sign-in on."""
    call: Call = router.context["call"]

    def answer(member: Membership, status: int = 201) -> Response[Any]:
        headers = {"Location": f"/v1/members/{segment_of(member.user_id)}"} if status == 201 else {}
        return reply(member_view(member), status, headers)

    pending = pending_answer(call, answer)
    member, is_new = operations.add_member(call.store.store_id, body.user_id, body.role, call.actor, call.now, pending)
    return answer(member, 201 if is_new else 200)


@router.patch(
    "/v1/members/<user_id>",
    summary="Change a member's role",
    tags=["Store"],
    operation_id="change_member",
    responses=documented(MemberView, "The member as it is now."),
)
@access(OWNER, present=lambda call: member_view(call.resource(Membership)))
def change_member(user_id: str, body: Annotated[ChangeMember, InBody()]) -> Response[Any]:
    """Give a member another role. It takes effect within five seconds."""
    call: Call = router.context["call"]
    member = call.resource(Membership)
    changed = operations.change_member(call.store.store_id, member.user_id, body.role, call.actor, call.now)
    forget()
    return reply(member_view(changed))


@router.delete(
    "/v1/members/<user_id>",
    summary="Remove a member",
    tags=["Store"],
    operation_id="remove_member",
    responses=documented(None, "The user is no member any more.", 204),
)
@access(OWNER)
def remove_member(user_id: str) -> Response[Any]:
    """Take every right in the store from a member. It takes effect within five seconds, also for a token that is still
    valid."""
    call: Call = router.context["call"]
    operations.remove_member(call.store.store_id, call.resource(Membership).user_id, call.actor, call.now)
    forget()
    return Response(204, None, "")


@router.get(
    "/v1/members/history",
    summary="Changes of the members",
    tags=["Store"],
    operation_id="list_member_changes",
    responses=documented(page_of("MemberChangePage", MemberChangeView), "The latest first. They are kept for good."),
)
@access(OWNER)
def list_changes(limit: Limit = 50, cursor: Cursor = None) -> Response[Any]:
    """Every change of the members: who made it, when, and the role before and after."""
    call: Call = router.context["call"]
    query = {"list": "members/history"}
    page = members.history(call.store.store_id, limit, position(call, cursor, query))
    return page_reply(call, page, member_change_view, limit, query)
