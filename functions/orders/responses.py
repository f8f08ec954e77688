"""Answers of the routes: JSON in UTF-8, orders with their ETag, and how the OpenAPI document describes them. Every
request loads this module, so it must not import Pydantic."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from aws_lambda_powertools.event_handler import Response

from functions.orders.call import Call
from functions.orders.models.orders.after_sales.disputes import open_dispute_view
from functions.orders.models.orders.orders import order_view
from functions.orders.models.values import LinkView, instant
from shared.domain.customers.model import check_may_be_reminded
from shared.domain.errors import Conflict
from shared.domain.order import lifecycle
from shared.domain.order.choices import Choices, Refusal
from shared.domain.order.model import Order
from shared.domain.order.transitions import SELLER, Actor
from shared.store.customers import customers
from shared.store.encryption import CHANNELS, decrypt, encrypt
from shared.store.files import LINK_SECONDS
from shared.store.idempotency import PendingAnswer

JSON = "application/json; charset=utf-8"
REMIND = "remind_payment"
ANSWER = "answer"
"""The owner of a secret in a stored answer, in its encryption context."""
MAX_STORED = 300_000
"""Bytes of a compressed answer; an item of DynamoDB has at most 400 KB."""


def as_json(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False)


def reply(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response[Any]:
    return Response(status, JSON, as_json(body), headers=dict(headers or {}))


def order_reply(call: Call, order: Order, status: int = 200, *, reveal: bool = False) -> Response[Any]:
    """An order with its version as ETag, and with its Location where it is new."""
    headers = {"ETag": f'"{order.version}"'}
    if status == 201:
        headers["Location"] = f"/v1/orders/{order.order_id}"
    choices = _with_opt_out(order, lifecycle.choices(order, call.actor.kind, call.store, call.now), call.actor)
    view = order_view(order, choices, call.actor, call.store, call.now, call.language, reveal=reveal)
    return reply({**view, **({"warnings": list(call.warnings)} if call.warnings else {})}, status, headers)


def _with_opt_out(order: Order, choices: Choices, actor: Actor) -> Choices:
    """Refuse a reminder that the buyer does not want. It costs one read, and only for a seller and an order that can be
    reminded."""
    if REMIND not in choices.allowed or actor.kind != SELLER:
        return choices
    if (buyer := customers.find(order.store_id, order.buyer.id)) is not None:
        try:
            check_may_be_reminded(buyer)
        except Conflict as refused:
            return choices.without(REMIND, Refusal(refused.code, refused.detail))
    return choices


def dispute_reply(call: Call, dispute_id: str, order: Order) -> Response[Any]:
    """A dispute with the steps that this caller may take now, and its order's version as ETag."""
    dispute = next(each for each in order.disputes if each.dispute_id == dispute_id)
    view = open_dispute_view(order, dispute, call.actor.kind, call.store, call.now, call.language)
    return reply(view, headers={"ETag": f'"{order.version}"'})


def link_reply(call: Call, url: str) -> Response[Any]:
    """A redirect to a presigned link; the link as JSON where the request prefers that, because `fetch` in a browser
    cannot follow a redirect to another origin with its token."""
    headers = {"Cache-Control": "no-store"}
    if call.prefers_json:
        view: LinkView = {"url": url, "expires_at": instant(call.now + timedelta(seconds=LINK_SECONDS))}
        return reply(view, 200, headers)
    return Response(302, None, "", headers={"Location": url, **headers})


def stored_answer(response: Response[Any]) -> dict[str, Any]:
    """An answer as it is stored for its idempotency key; encrypted if it holds a secret."""
    headers, body = dict(response.headers or {}), response.body
    if headers.get("Cache-Control") == "no-store" and isinstance(body, str):
        body = encrypt(CHANNELS, ANSWER, body)
    return {"status": response.status_code, "type": response.content_type, "headers": headers, "body": body}


def body_of(answer: Mapping[str, Any]) -> str:
    """The body of a stored answer. Raises Busy."""
    return decrypt(CHANNELS, ANSWER, answer["body"])


def pending_answer(call: Call, render: Callable[[Any], Response[Any]]) -> PendingAnswer | None:
    """The answer to store in the transaction of this request's effect, None for a request without an idempotency key.
    `render` makes the answer from the record that the effect returns."""
    if call.pending is not None:
        call.pending.render = lambda record: stored_answer(render(record))
    return call.pending


def pending_order(call: Call, status: int = 200) -> PendingAnswer | None:
    """The same for an order. Where the answer is too large for an item, only the order's id is stored."""

    def render(order: Order) -> dict[str, Any]:
        answer = stored_answer(order_reply(call, order, status))
        if len(answer["body"]) > MAX_STORED and len(zlib.compress(answer["body"].encode())) > MAX_STORED:
            answer |= {"body": None, "order_id": order.order_id}
        return answer

    if call.pending is not None:
        call.pending.render = render
    return call.pending


def documented(
    model: Any, description: str, status: int = 200, *, headers: str = "", media_type: str = ""
) -> dict[int, Any]:
    """The own answer of a route in the OpenAPI document, with its headers; without a body where `model` is None, with a
    file where there is a `media_type`. The document adds the refusals."""
    content: dict[str, Any] = {"application/json": {"model": model}} if model else {}
    if media_type:
        content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {status: {"description": description, "content": content, "headers": {name: {} for name in headers.split()}}}


LINKED = {
    **documented(LinkView, "With `Accept: application/json`: the link.", headers="Cache-Control"),
    **documented(None, "The file is at Location, for five minutes.", 302, headers="Location Cache-Control"),
}
"""The answers of a route that answers with `link_reply`."""
