"""How routes answer: JSON in UTF-8, orders with their ETag, lists as pages, and the document that says so."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, TypeVar

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from typing_extensions import TypedDict

from functions.orders import cursors, pipeline
from functions.orders.pipeline import Call
from functions.orders.shapes import OrderView
from functions.orders.views import order_view
from shared.domain.order.model import Order
from shared.domain.order.transitions import SELLER
from shared.store.customers import customers
from shared.store.orders.lists import Page, Position

JSON = "application/json; charset=utf-8"
T = TypeVar("T")

REMIND = "remind_payment"
MAX_KEPT = 300_000
"""Bytes of a deflated answer; DynamoDB's items end at 400 KB."""

Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(min_length=1, max_length=1024)]


class PageInfo(TypedDict):
    next_cursor: str | None
    limit: int


def reply(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response[Any]:
    return Response(status, JSON, json.dumps(body, ensure_ascii=False), headers=dict(headers or {}))


def order_reply(call: Call, order: Order, status: int = 200, *, reveal: bool = False) -> Response[Any]:
    """An order with its version as ETag, and where it is found when it is new."""
    headers = {"ETag": f'"{order.version}"'}
    if status == 201:
        headers["Location"] = f"/v1/orders/{order.order_id}"
    view = order_view(order, call.actor, call.store, call.now, call.language, reveal=reveal)
    if REMIND in view["actions"] and call.actor.kind == SELLER and not _reachable(order):
        view["actions"].remove(REMIND)
    return reply(view, status, headers)


def _reachable(order: Order) -> bool:
    """One read, of the few orders that a reminder is offered for, and for those alone who send one."""
    buyer = customers.find(order.store_id, order.buyer.id)
    return buyer is None or buyer.reachable


def kept_order_reply(call: Call, status: int = 200) -> Callable[[Order], Any]:
    """The same answer as it is kept for an idempotency key; without its body where an item could not hold that."""

    def render(order: Order) -> Any:
        told = pipeline.kept(order_reply(call, order, status))
        if len(told["body"]) > MAX_KEPT and len(zlib.compress(told["body"].encode())) > MAX_KEPT:
            told |= {"body": None, "order_id": order.order_id}
        return told

    return render


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


def documented(model: Any, description: str, status: int = 200) -> dict[int, Any]:
    """The `responses` of a route in the OpenAPI document."""
    problem = {
        "description": "A problem (RFC 9457): `code` says which, `errors` names fields.",
        "content": {"application/problem+json": {"model": ProblemView}},
    }
    body = {"description": description, "content": {"application/json": {"model": model}}}
    return {status: body} | dict.fromkeys((400, 401, 403, 404, 409, 410, 412, 413, 415, 422, 503), problem)


class FieldErrorView(TypedDict):
    pointer: str
    code: str
    message: str


class ProblemView(TypedDict, total=False):
    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: list[FieldErrorView]
    order_status: str
    allowed_actions: list[str]
    required_role: list[str]
    current_version: int


def page_of(name: str, item: Any) -> Any:
    shape: Any = TypedDict  # made at run time, one for each kind of item
    return shape(name, {"data": list[item], "page": PageInfo})


__all__ = [
    "JSON",
    "Cursor",
    "Limit",
    "OrderView",
    "documented",
    "kept_order_reply",
    "list_reply",
    "order_reply",
    "page_of",
    "page_reply",
    "position",
    "reply",
]
