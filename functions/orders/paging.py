"""Lists are answered page by page: the parameters, the cursors and the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from typing_extensions import TypedDict

from functions.orders import cursors
from functions.orders.call import Call
from functions.orders.models.limits import PAGE_LIMIT
from functions.orders.responses import reply
from shared.store.pages import Page, Position

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=PAGE_LIMIT)]
Cursor = Annotated[str | None, Query(min_length=1, max_length=1024)]


class PageInfo(TypedDict):
    next_cursor: str | None
    limit: int


def page_reply(
    call: Call, page: Page[T], view: Callable[[T], Any], limit: int, query: Mapping[str, str]
) -> Response[Any]:
    return reply({"data": [view(item) for item in page.items], "page": page_info(call, page.end, limit, query)})


def page_info(call: Call, end: Position | None, limit: int, query: Mapping[str, str]) -> PageInfo:
    """The cursor to the page after `end` in the list that `query` names."""
    return {"next_cursor": cursors.seal(end, call.store.store_id, query, call.now), "limit": limit}


def position(call: Call, cursor: str | None, query: Mapping[str, str]) -> Position | None:
    return cursors.open_cursor(cursor, call.store.store_id, query, call.now)


def page_of(name: str, item: Any) -> Any:
    typed_dict: Any = TypedDict  # made at run time, one for each kind of item
    return typed_dict(name, {"data": list[item], "page": PageInfo})
