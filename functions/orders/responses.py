"""Answers of the routes: JSON in UTF-8, orders with their ETag, and the document that says so. Every request loads
this: it needs no Pydantic."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response
from typing_extensions import TypedDict

from functions.orders import pipeline
from functions.orders.pipeline import Call
from functions.orders.views import order_view
from shared.domain.order.model import Order
from shared.domain.order.transitions import SELLER
from shared.store.customers import customers

JSON = "application/json; charset=utf-8"
REMIND = "remind_payment"
MAX_KEPT = 300_000
"""Bytes of a deflated answer; DynamoDB's items end at 400 KB."""


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
