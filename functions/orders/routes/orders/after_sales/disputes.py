"""Disputes, and one route for each step of the dispute table."""

# No `from __future__ import annotations` here: the routes are made in a loop, and Powertools reads their annotations.

from enum import StrEnum
from typing import Any

from aws_lambda_powertools.event_handler import Response

from functions.orders.call import Access, Call
from functions.orders.identity import roles_for
from functions.orders.models.fields import Body
from functions.orders.models.orders.actions import DISPUTE_BODIES, Step, request_for
from functions.orders.models.orders.after_sales.disputes import DisputeView, OpenDisputeView, dispute_view
from functions.orders.paging import Cursor, Limit, Paging, page_of
from functions.orders.responses import dispute_reply, documented, pending_answer
from functions.orders.routing import Routes
from shared.domain.order import lifecycle
from shared.domain.order.after_sales import disputes
from shared.operations import orders
from shared.store.orders import part_lists
from shared.store.orders.orders import Loaded

route = Routes("Disputes")
Stage = StrEnum("Stage", [(stage, stage) for stage in disputes.STAGES])  # type: ignore[misc]


@route(
    "GET /v1/disputes",
    "Disputes across orders, latest first",
    documented(page_of("DisputePage", DisputeView), "Disputes, by stage."),
)
def list_disputes(
    call: Call,
    stage: Stage | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[Any]:
    """Disputes of all orders, all or those in one stage."""
    stages = (stage,) if stage else tuple(Stage)
    paging = Paging(call, {"list": "disputes", "stages": ",".join(stages)}, limit, cursor)
    page = part_lists.disputes(call.store.store_id, stages, limit, paging.start())
    return paging.reply(
        page, lambda listed: dispute_view(listed.record, listed.order_id, listed.currency, call.language)
    )


@route(
    "GET /v1/disputes/{dispute_id}",
    "Read a dispute",
    documented(OpenDisputeView, "The dispute, and the steps that this caller may take now.", headers="ETag"),
)
def get_dispute(call: Call, dispute_id: str) -> Response[Any]:
    """A dispute with its proposals and evidence, and the steps that this caller may take now."""
    return dispute_reply(call, dispute_id, call.order)


def _route(action: str, model: type[Body]) -> None:
    @route(
        f"POST /v1/disputes/{{dispute_id}}/actions/{action}",
        action.replace("_", " ").capitalize(),
        documented(OpenDisputeView, "The dispute as it is now.", headers="ETag"),
        Access(roles_for(action), versioned=True),
        operation_id=f"dispute_{action}",
    )
    def act(call: Call, dispute_id: str, body: model) -> Response[Any]:  # type: ignore[valid-type]
        request = request_for(call, action, body)
        request.body["dispute_id"] = dispute_id  # type: ignore[index]
        pending = pending_answer(call, lambda order: dispute_reply(call, dispute_id, order))
        return dispute_reply(call, dispute_id, orders.change_order(call.store, call.resource(Loaded), request, pending))


for _action in lifecycle.DISPUTE_ACTIONS:
    if _action != "add_evidence":  # evidence.py has that route: it checks the file first
        _route(_action, DISPUTE_BODIES.get(_action, Step))
