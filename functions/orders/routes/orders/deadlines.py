"""Deadlines of all orders."""

from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.orders.call import Call, access
from functions.orders.models.fields import Instant
from functions.orders.models.orders.filters import Filters
from functions.orders.models.orders.orders import ListedOrderView
from functions.orders.models.orders.rows import Include, orders_reply
from functions.orders.paging import Cursor, Limit, page_of, position
from functions.orders.responses import documented

router = Router()

Moment = Annotated[Instant | None, Query()]
ActingSeller = Annotated[Literal["seller"] | None, Query(description="The timers on which the seller must act")]


@router.get(
    "/v1/deadlines",
    summary="Running deadlines, most urgent first",
    tags=["Across orders"],
    operation_id="list_deadlines",
    responses=documented(page_of("DeadlinePage", ListedOrderView), "Orders with a running timer, each once."),
)
@access()
def list_deadlines(
    status: Annotated[str | None, Query(max_length=400)] = None,
    due_from: Moment = None,
    due_to: Moment = None,
    actor: ActingSeller = None,
    include: Include = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[Any]:
    """Orders with a running timer, each once with all its timers."""
    call: Call = router.context["call"]
    filters = Filters(status=status, due_from=due_from, due_to=due_to, sort="deadline_at", actor=actor)
    query = filters.query() | {"list": "deadlines"}
    page = filters.page(call.store.store_id, limit, position(call, cursor, query))
    return orders_reply(call, page, include, limit, query)
