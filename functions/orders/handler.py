"""The HTTP function: one resolver for all routes, and the answer to every error."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable
from typing import Any

from shared.startup import collector_off

with collector_off():
    from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
    from aws_lambda_powertools.event_handler.api_gateway import ResponseBuilder
    from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from functions.orders import pipeline, problems
    from functions.orders.call import Access, Call, begin
    from functions.orders.request import idempotency
    from functions.orders.responses import documented, reply
    from functions.orders.route_table import ROUTES, modules_for
    from functions.orders.routing import Routes
    from shared.domain.sentences.sentence import say
    from shared.store.retries import SLOWEST_CALL, time_limit
    from shared.telemetry import logger, metrics


app = APIGatewayHttpResolver()
app.use(middlewares=[pipeline.checks, idempotency.middleware])
_loaded: set[str] = set()


def load(modules: Iterable[str]) -> None:
    """Import these modules of routes and add their routes to the resolver, each once."""
    for name in modules:
        if name not in _loaded:
            app.include_router(importlib.import_module(f"functions.orders.routes.{name}").route)
            _loaded.add(name)


DOCUMENT: dict[str, Any] = {}
route = Routes("Service")


@route(
    "GET /v1/openapi.json",
    "This document",
    documented(dict[str, Any], "The OpenAPI 3.1 document."),
    Access(store=False, token=False),
)
def get_openapi(call: Call) -> Response[Any]:
    """What this API does, as OpenAPI 3.1. A client can be generated from it."""
    # Made on the first request for it, since it imports every route.
    if not DOCUMENT:
        DOCUMENT.update(document())
    return reply(DOCUMENT)


app.include_router(route)


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    from functions.orders.document.openapi import describe

    load(ROUTES)
    return describe(app, [f"functions.orders.routes.{name}" for name in ROUTES])


def _answer(problem: problems.Problem) -> Response[Any]:
    call: Call = app.context["call"]
    return problems.response(problem, call.path, call.request_id, call.language)


@app.exception_handler(RequestValidationError)
def malformed(error: RequestValidationError) -> Response[Any]:
    from functions.orders.request.validation import invalid

    return _answer(invalid(error.errors()))


def missing(method: str, path: str) -> ResponseBuilder[Any]:
    """No route has this method and path: 405 where other methods have the path, else 404, without a token: routes are
    public, and the gateway's default route has no authorizer."""
    load(modules_for(path))
    allowed = sorted({route.method for route in (*app._static_routes, *app._dynamic_routes) if route.rule.match(path)})
    if not allowed:
        return ResponseBuilder(_answer(problems.not_found()))
    detail = say("This address answers {methods} only.", methods=", ".join(allowed))
    problem = problems.Problem(405, "method_not_allowed", detail, headers={"Allow": ", ".join(allowed)})
    return ResponseBuilder(_answer(problem))


# A handler that is registered for NotFoundError runs after pipeline.checks, which would require a token first.
app._handle_not_found = missing  # type: ignore[method-assign]


@app.exception_handler(Exception)
def refused(error: Exception) -> Response[Any]:
    problem = problems.from_error(error)
    if problem is None:
        raise error
    return _answer(problem)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    call = begin(event)
    logger.append_keys(request_id=call.request_id, route=event.get("routeKey"))
    app.append_context(call=call)
    try:
        load(modules_for(event["rawPath"], event["requestContext"]["http"]["method"]) - _loaded)
        with time_limit(context.get_remaining_time_in_millis() / 1000 - SLOWEST_CALL):
            answer = app.resolve(event, context)
    except Exception:
        # A bug. Neither the answer nor the log has anything of the request's body.
        logger.exception("unhandled error")
        problem = problems.Problem(
            500,
            "internal_error",
            "Something went wrong here. Nothing is known to be wrong with the request; it may be sent again.",
        )
        body = json.dumps(problem.as_json(call.path, call.request_id, call.language), ensure_ascii=False)
        answer = {"statusCode": 500, "headers": {"Content-Type": problems.CONTENT_TYPE}, "body": body, "cookies": []}
    answer.setdefault("headers", {})["X-Request-Id"] = call.request_id
    logger.info("answered", extra={"status": answer["statusCode"]})
    return answer
