"""Pages of orders: the parameter that adds the first line to each, and the answer."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.orders.models.orders.orders import listed_order_view
from functions.orders.paging import Paging
from shared.domain.order.summary import Summary
from shared.store.orders import lists
from shared.store.pages import Page

Include = Annotated[
    Literal["first_line"] | None,
    Query(description="`first_line` adds the first line of each order, for a picture and a title. It reads more."),
]


def orders_reply(paging: Paging, page: Page[Summary], include: str | None) -> Response[Any]:
    """A page of orders, with their first lines if the request includes them."""
    call = paging.call
    ids = [summary.order_id for summary in page.items] if include else []
    first = lists.first_lines(call.store.store_id, ids) if ids else {}
    return paging.reply(page, lambda each: listed_order_view(each, call.language, first.get(each.order_id)))
