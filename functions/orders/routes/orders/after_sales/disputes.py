"""Disputes, and one route for each step of the dispute table."""

# No `from __future__ import annotations` here: the routes are made in a loop, and Powertools reads their annotations.

from enum import StrEnum
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body as InBody
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.orders.call import Call, access
from functions.orders.identity import roles_for
from functions.orders.models.fields import Body
from functions.orders.models.orders.actions import DISPUTE_BODIES, Step, request_for
from functions.orders.models.orders.after_sales.disputes import DisputeView, OpenDisputeView, dispute_view
from functions.orders.paging import Cursor, Limit, page_of, page_reply, position
from functions.orders.responses import dispute_reply, documented, pending_answer
from shared.domain.order import lifecycle
from shared.domain.order.after_sales import disputes
from shared.operations import orders
from shared.store.orders import part_lists
from shared.store.orders.orders import Loaded

router = Router()
Stage = StrEnum("Stage", [(stage, stage) for stage in disputes.STAGES])  # type: ignore[misc]


@router.get(
    "/v1/disputes",
    summary="Disputes across orders, latest first",
    tags=["Disputes"],
    operation_id="list_disputes",
    responses=documented(page_of("DisputePage", DisputeView), "Disputes, by stage."),
)
@access()
def list_disputes(
    stage: Annotated[Stage | None, Query()] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[Any]:
    """Disputes of all orders, all or those in one stage."""
    call: Call = router.context["call"]
    stages = (stage,) if stage else tuple(Stage)
    query = {"list": "disputes", "stages": ",".join(stages)}
    page = part_lists.disputes(call.store.store_id, stages, limit, position(call, cursor, query))
    return page_reply(
        call,
        page,
        lambda listed: dispute_view(listed.record, listed.order_id, listed.currency, call.language),
        limit,
        query,
    )


@router.get(
    "/v1/disputes/<dispute_id>",
    summary="Read a dispute",
    tags=["Disputes"],
    operation_id="get_dispute",
    responses=documented(OpenDisputeView, "The dispute, and the steps that this caller may take now.", headers="ETag"),
)
@access()
def get_dispute(dispute_id: str) -> Response[Any]:
    """A dispute with its proposals and evidence, and the steps that this caller may take now."""
    call: Call = router.context["call"]
    return dispute_reply(call, dispute_id, call.order)


def _route(action: str, model: type[Body]) -> None:
    @router.post(
        f"/v1/disputes/<dispute_id>/actions/{action}",
        summary=action.replace("_", " ").capitalize(),
        tags=["Disputes"],
        operation_id=f"dispute_{action}",
        responses=documented(OpenDisputeView, "The dispute as it is now.", headers="ETag"),
    )
    @access(roles_for(action), versioned=True)
    def act(dispute_id: str, body: Annotated[model, InBody()]) -> Response[Any]:  # type: ignore[valid-type]
        call: Call = router.context["call"]
        request = request_for(call, action, body)
        request.body["dispute_id"] = dispute_id  # type: ignore[index]
        pending = pending_answer(call, lambda order: dispute_reply(call, dispute_id, order))
        return dispute_reply(call, dispute_id, orders.change_order(call.store, call.resource(Loaded), request, pending))


for _action in lifecycle.DISPUTE_ACTIONS:
    if _action != "add_evidence":  # evidence.py has that route: it checks the file first
        _route(_action, DISPUTE_BODIES.get(_action, Step))
