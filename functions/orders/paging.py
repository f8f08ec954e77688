"""Lists are answered page by page: the parameters, the cursors and the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Paging:
    """The page that a request asks for, of the list that `query` names: its cursors are good for no other query."""

    call: Call
    query: Mapping[str, str]
    limit: int
    cursor: str | None

    def start(self) -> Position | None:
        """The position after which the page begins. Raises Problem 400 or 410 for the cursor."""
        return cursors.open_cursor(self.cursor, self.call.store.store_id, self.query, self.call.now)

    def info(self, end: Position | None) -> PageInfo:
        """The cursor to the page after `end`."""
        cursor = cursors.seal(end, self.call.store.store_id, self.query, self.call.now)
        return {"next_cursor": cursor, "limit": self.limit}

    def reply(self, page: Page[T], view: Callable[[T], Any]) -> Response[Any]:
        return reply({"data": [view(item) for item in page.items], "page": self.info(page.end)})


def page_of(name: str, item: Any) -> Any:
    typed_dict: Any = TypedDict  # made at run time, one for each kind of item
    return typed_dict(name, {"data": list[item], "page": PageInfo})
