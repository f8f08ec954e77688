"""Who is calling, and health. No Pydantic here: a health check is often the first request."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from functions.orders.call import Call, access
from functions.orders.models.callers import Me, me_view
from functions.orders.responses import documented, reply
from shared.store import stores

router = Router()


@router.get(
    "/v1/me",
    summary="Who am I",
    tags=["Store"],
    operation_id="get_me",
    responses=documented(Me, "The caller and the stores of the token."),
)
@access(store=False)
def me() -> Response[Any]:
    """Who the token says the caller is, and the role in each store, with the store's name and time zone."""
    call: Call = router.context["call"]
    assert call.caller is not None
    return reply(me_view(call.caller, stores.by_id(call.caller.stores)))


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
