"""The order in which every request is checked: 401, 404, 403, then 415, 413 or 400, then the idempotency key
(request/idempotency.py), the version (request/versions.py: 412), and only then the route, which answers 409 and 422.

Powertools would validate a request before any middleware of ours runs. A stranger would learn about fields before
learning that there is nothing here. So its validation is the last of these checks. It is loaded only for a request that
has a body or a query: path parameters are text and are looked up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from functions.orders import problems
from functions.orders.call import Access, Call
from functions.orders.identity import identify
from functions.orders.memberships import membership_of
from functions.orders.problems import FieldError, Problem
from functions.orders.request.body import read_body
from functions.orders.request.versions import expected_of
from functions.orders.resources import load_resources
from shared.domain.errors import Forbidden
from shared.domain.sentences.sentence import say
from shared.operations.stores import open_store
from shared.settings import settings
from shared.telemetry import logger

WITHOUT_BODY = frozenset({"GET", "DELETE"})


def checks(app: Any, next_middleware: NextMiddleware) -> Response[Any]:
    """The middleware that makes every check before a route runs."""
    call: Call = app.context["call"]
    route, event = app.context["_route"], app.current_event.raw_event
    headers: Mapping[str, str] = event.get("headers") or {}
    required = call.access = route.func.access
    if event.get("routeKey") == "$default":
        raise problems.not_found()  # API Gateway has no such route, so its authorizer has checked no token
    if required.token:
        call.caller = identify(event, settings())  # 401
    if required.store:
        _load(call, app.context["_route_args"], headers)  # 404
        _refuse_other_roles(call, required)  # 403
    to_validate = bool(event.get("queryStringParameters")) or route.method not in WITHOUT_BODY
    if to_validate:
        _refuse_unknown_parameters(event, route)  # 400
        if route.dependant.body_params:
            app.context["body"] = _writable(read_body(event), route, required, call)  # 415, 413 or 400
    if required.store:
        call.expected = expected_of(headers.get("if-match"), required, route.method)  # 400
    if to_validate:
        from functions.orders.request.validation import VALIDATION

        return VALIDATION.handler(app, next_middleware)  # 400
    return next_middleware(app)


def _load(call: Call, parameters: Mapping[str, str], headers: Mapping[str, str]) -> None:
    """The store, and what the path names in it."""
    assert call.caller is not None
    call.membership = membership_of(call.caller, headers.get("x-store-id"), call.now)
    store_id = call.membership.store_id
    call.stored_store = open_store(store_id, call.membership.role, call.now)
    logger.append_keys(store_id=store_id)
    call.resources = load_resources(store_id, parameters)


def _refuse_other_roles(call: Call, required: Access) -> None:
    role = call.actor.role
    if role not in required.roles:
        raise Forbidden(say("The role {role} may not do this.", role=role), sorted(required.roles))


def _writable(body: dict[str, Any], route: Any, required: Access, call: Call) -> dict[str, Any]:
    """The body, without the read-only fields of a setting that its GET answers."""
    if required.present is None:
        return body
    from functions.orders.request.round_trips import without_read_only

    (param,) = route.dependant.body_params
    return without_read_only(body, param.type_, required.present(call))


def _refuse_unknown_parameters(event: Mapping[str, Any], route: Any) -> None:
    known = {param.alias for param in route.dependant.query_params}
    unknown = sorted(set(event.get("queryStringParameters") or {}) - known)
    if unknown:
        raise Problem(
            400,
            "unknown_parameter",
            say("There is no parameter {parameters} here.", parameters=", ".join(unknown[:5])),
            [FieldError(f"/query/{name}", "unknown_parameter", "unknown parameter") for name in unknown],
        )
