"""`POST /v1/orders/{order_id}/actions/{action}`: one route for each action of the lifecycle table."""

# No `from __future__ import annotations` here: the routes are made in a loop, and Powertools reads their annotations.

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body as InBody

from functions.orders.call import Call, access
from functions.orders.identity import roles_for
from functions.orders.models.fields import Body
from functions.orders.models.orders.actions import ACTION_BODIES, Step, request_for
from functions.orders.models.orders.orders import OrderView
from functions.orders.models.orders.parcel_warnings import parcel_warnings
from functions.orders.responses import documented, order_reply, pending_order
from shared.domain.order import lifecycle
from shared.operations import orders
from shared.store.orders.orders import Loaded

router = Router()


def _route(action: str, model: type[Body]) -> None:
    @router.post(
        f"/v1/orders/<order_id>/actions/{action}",
        summary=action.replace("_", " ").capitalize(),
        tags=["Actions"],
        operation_id=f"action_{action}",
        responses=documented(OrderView, "The order as it is now.", headers="ETag"),
    )
    @access(roles_for(action), versioned=True, atomic=True)
    def act(order_id: str, body: Annotated[model, InBody()]) -> Response[Any]:  # type: ignore[valid-type]
        call: Call = router.context["call"]
        call.warnings = parcel_warnings(call.order, body, call.language)
        order = orders.change_order(
            call.store, call.resource(Loaded), request_for(call, action, body), pending_order(call)
        )
        return order_reply(call, order)


for _action in lifecycle.ACTIONS:
    _route(_action, ACTION_BODIES.get(_action, Step))
