"""Who is calling, and health. No Pydantic here: a health check is often the first request."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from functions.orders.call import Call, access
from functions.orders.models.callers import Me, me_view
from functions.orders.responses import documented, reply
from shared.store import members, stores

router = Router()
MOST_STORES = 1000
"""So many stores are one answer. A program may be the platform of more; it names each by its id."""


@router.get(
    "/v1/me",
    summary="Who am I",
    tags=["Store"],
    operation_id="get_me",
    responses=documented(Me, f"The caller, and the first {MOST_STORES} stores by id."),
)
@access(store=False)
def me() -> Response[Any]:
    """Who the token says the caller is, and the role in each store, with the store's name and time zone."""
    call: Call = router.context["call"]
    assert call.caller is not None
    held = [each for each in members.of_user(call.caller.user_id) if call.caller.may_have(each.role)][:MOST_STORES]
    return reply(me_view(call.caller, held, stores.by_id(each.store_id for each in held)))


@router.get(
    "/v1/health",
    summary="Is it up",
    tags=["Service"],
    operation_id="get_health",
    security=[],
    responses=documented(dict[str, str], "The function runs."),
)
@access(store=False, token=False)
def health() -> Response[Any]:
    """Whether the function runs. It reads no table."""
    return reply({"status": "ok"})
