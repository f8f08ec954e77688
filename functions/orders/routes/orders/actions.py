"""`POST /v1/orders/{order_id}/actions/{action}`: one route for each action of the lifecycle table."""

# No `from __future__ import annotations` here: the routes are made in a loop, and Powertools reads their annotations.

from typing import Any

from aws_lambda_powertools.event_handler import Response

from functions.orders.call import Access, Call
from functions.orders.identity import roles_for
from functions.orders.models.fields import Body
from functions.orders.models.orders.actions import ACTION_BODIES, Step, request_for
from functions.orders.models.orders.orders import OrderView
from functions.orders.models.orders.parcel_warnings import parcel_warnings
from functions.orders.responses import documented, order_reply, pending_order
from functions.orders.routing import Routes
from shared.domain.order import lifecycle
from shared.operations import orders
from shared.store.orders.orders import Loaded

route = Routes("Actions")


def _route(action: str, model: type[Body]) -> None:
    @route(
        f"POST /v1/orders/{{order_id}}/actions/{action}",
        action.replace("_", " ").capitalize(),
        documented(OrderView, "The order as it is now.", headers="ETag"),
        Access(roles_for(action), versioned=True, atomic=True),
        operation_id=f"action_{action}",
    )
    def act(call: Call, order_id: str, body: model) -> Response[Any]:  # type: ignore[valid-type]
        call.warnings = parcel_warnings(call.order, body, call.language)
        order = orders.change_order(
            call.store, call.resource(Loaded), request_for(call, action, body), pending_order(call)
        )
        return order_reply(call, order)


for _action in lifecycle.ACTIONS:
    _route(_action, ACTION_BODIES.get(_action, Step))
