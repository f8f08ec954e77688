"""Deadlines of all orders."""

from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.orders.call import Call
from functions.orders.models.fields import Instant
from functions.orders.models.orders.filters import Filters
from functions.orders.models.orders.orders import ListedOrderView
from functions.orders.models.orders.rows import Include, orders_reply
from functions.orders.paging import Cursor, Limit, Paging, page_of
from functions.orders.responses import documented
from functions.orders.routing import Routes

route = Routes("Across orders")

Moment = Instant | None
ActingSeller = Annotated[Literal["seller"] | None, Query(description="The timers on which the seller must act")]


@route(
    "GET /v1/deadlines",
    "Running deadlines, most urgent first",
    documented(page_of("DeadlinePage", ListedOrderView), "Orders with a running timer, each once."),
)
def list_deadlines(
    call: Call,
    status: Annotated[str | None, Query(max_length=400)] = None,
    due_from: Moment = None,
    due_to: Moment = None,
    actor: ActingSeller = None,
    include: Include = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[Any]:
    """Orders with a running timer, each once with all its timers."""
    filters = Filters(status=status, due_from=due_from, due_to=due_to, sort="deadline_at", actor=actor)
    paging = Paging(call, filters.query() | {"list": "deadlines"}, limit, cursor)
    return orders_reply(paging, filters.page(call.store.store_id, limit, paging.start()), include)
