"""The store's settings."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body as InBody

from functions.orders.call import Call, access
from functions.orders.identity import OWNER
from functions.orders.models.stores import PatchStore, StoreView, store_view
from functions.orders.responses import documented, reply
from shared.operations.stores import change_store

router = Router()


@router.get(
    "/v1/store",
    summary="Read the store's settings",
    tags=["Store"],
    operation_id="get_store",
    responses=documented(StoreView, "The store."),
)
@access()
def get_store() -> Response[Any]:
    """The settings of the store: zone, currency, working days, deadlines and fee rates."""
    call: Call = router.context["call"]
    return reply(store_view(call.store))


@router.patch(
    "/v1/store",
    summary="Change the store's settings",
    tags=["Store"],
    operation_id="patch_store",
    responses=documented(StoreView, "The store as it is now."),
)
@access(OWNER, present=lambda call: store_view(call.store))
def patch_store(body: Annotated[PatchStore, InBody()]) -> Response[Any]:
    """Change settings of the store. A field left out stays."""
    call: Call = router.context["call"]
    assert call.stored_store is not None
    body.check()
    return reply(store_view(change_store(call.stored_store, body.change, call.now)))
