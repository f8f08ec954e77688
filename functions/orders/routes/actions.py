"""`POST /v1/orders/{order_id}/actions/{action}`: one route for each action of the lifecycle table."""

# No `from __future__ import annotations` here: the routes are made in a loop, and Powertools reads their annotations.

from datetime import datetime
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body as InBody

from functions.orders.call import Call, access
from functions.orders.fields import Body
from functions.orders.identity import PLATFORM, SELLER
from functions.orders.responses import documented, order_reply, pending_order
from functions.orders.schemas import ACTION_BODIES, Step, Sync, content
from functions.orders.shapes import OrderView
from shared.domain.errors import Unprocessable
from shared.domain.order import lifecycle
from shared.domain.order.model import FundState, Overlay, Status
from shared.operations import orders
from shared.operations.orders import Request
from shared.store.orders.orders import Loaded

router = Router()


def roles_for(action: str) -> frozenset[str]:
    return PLATFORM | SELLER if "seller" in lifecycle.actors_of(action) else PLATFORM


def request_for(call: Call, action: str, body: Body) -> Request:
    """What the caller asks, as the operations take it. Raises Unprocessable for content that is against a rule."""
    if isinstance(body, Sync):
        at: datetime | None = body.changed_at
        told = _snapshot(body, call.order.currency)
    else:
        assert isinstance(body, Step)
        at, told = body.at, content(body, call.order.currency)
        if at is not None and call.actor.role not in PLATFORM:
            raise Unprocessable("at_not_allowed", "Only the platform says when something happened.", "/at")
    told.pop("at", None)
    return Request(action, call.actor, call.now, at, told, told.pop("reason", None), call.expected)


def _snapshot(body: Sync, currency: str) -> dict[str, Any]:
    told: dict[str, Any] = content(body, currency)
    told.pop("changed_at")
    status = str(body.status)
    if status in ("IN_ISSUE", "IN_FROZEN"):
        raise Unprocessable(
            "status_is_overlay", f"{status} lies on a status: send the status, and the overlay.", "/status"
        )
    told["status"] = Status.FINISH if status == "ARCHIVE" else Status(status)
    told["overlays"] = frozenset(Overlay(overlay) for overlay in body.overlays)
    told["fund_state"] = body.fund_state and FundState(body.fund_state)
    told["end_reason"] = body.end_reason and str(body.end_reason)
    return told


def _route(action: str, model: type[Body]) -> None:
    @router.post(
        f"/v1/orders/<order_id>/actions/{action}",
        summary=action,
        tags=["Actions"],
        operation_id=f"action_{action}",
        responses=documented(OrderView, "The order as it is now."),
    )
    @access(roles_for(action))
    def act(order_id: str, body: Annotated[model, InBody()]) -> Response[Any]:  # type: ignore[valid-type]
        call: Call = router.context["call"]
        orders.check_version(call.order, call.expected)
        order = orders.change_order(
            call.store, call.resource(Loaded), request_for(call, action, body), pending_order(call)
        )
        return order_reply(call, order)


for _action in lifecycle.ACTIONS:
    _route(_action, ACTION_BODIES.get(_action, Step))
