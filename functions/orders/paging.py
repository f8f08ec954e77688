"""How routes answer lists: a page at a time, with the parameters that ask for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, TypeVar

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from typing_extensions import TypedDict

from functions.orders import cursors
from functions.orders.pipeline import Call
from functions.orders.responses import JSON, ProblemView, documented, kept_order_reply, order_reply, reply
from functions.orders.shapes import OrderView
from shared.store.orders.lists import Page, Position

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(min_length=1, max_length=1024)]


class PageInfo(TypedDict):
    next_cursor: str | None
    limit: int


def page_reply(
    call: Call, page: Page[T], view: Callable[[T], Any], limit: int, query: Mapping[str, str]
) -> Response[Any]:
    return list_reply(
        [view(item) for item in page.items], limit, cursors.seal(page.end, call.store.store_id, query, call.now)
    )


def list_reply(data: Sequence[Any], limit: int, next_cursor: str | None) -> Response[Any]:
    return reply({"data": data, "page": {"next_cursor": next_cursor, "limit": limit}})


def position(call: Call, cursor: str | None, query: Mapping[str, str]) -> Position | None:
    return cursors.open_cursor(cursor, call.store.store_id, query, call.now)


def page_of(name: str, item: Any) -> Any:
    shape: Any = TypedDict  # made at run time, one for each kind of item
    return shape(name, {"data": list[item], "page": PageInfo})


__all__ = [
    "JSON",
    "Cursor",
    "Limit",
    "OrderView",
    "ProblemView",
    "documented",
    "kept_order_reply",
    "list_reply",
    "order_reply",
    "page_of",
    "page_reply",
    "position",
    "reply",
]
