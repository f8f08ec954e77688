"""Who is calling, and health. No Pydantic here: a health check is often the first request."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from typing_extensions import TypedDict

from functions.orders.call import Call, access
from functions.orders.responses import documented, reply

router = Router()


class HeldStore(TypedDict):
    store_id: str
    role: str


class Me(TypedDict):
    user_id: str
    stores: list[HeldStore]


@router.get(
    "/v1/me",
    summary="Who am I",
    tags=["Store"],
    operation_id="get_me",
    responses=documented(Me, "The caller and the stores of the token."),
)
@access(store=False)
def me() -> Response[Any]:
    call: Call = router.context["call"]
    assert call.caller is not None
    held = [{"store_id": store_id, "role": role} for store_id, role in sorted(call.caller.stores.items())]
    return reply({"user_id": call.caller.user_id, "stores": held})


@router.get(
    "/v1/health",
    summary="Is it up",
    tags=["Service"],
    operation_id="get_health",
    security=[],
    responses=documented(dict[str, str], "It is."),
)
@access(store=False, token=False)
def health() -> Response[Any]:
    return reply({"status": "ok"})
