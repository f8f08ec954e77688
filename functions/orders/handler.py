"""The HTTP function: one resolver over all routes, and every error on its way out."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import ResponseBuilder
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestUnsupportedContentType, RequestValidationError
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.orders import pipeline, problems
from functions.orders.paging import reply
from functions.orders.pipeline import Call, access
from functions.orders.routes import (
    across,
    actions,
    alerts,
    bulk,
    channels,
    customers,
    desk,
    disputes,
    evidence,
    exports,
    funds,
    messages,
    orders,
    reports,
    templates,
)
from functions.orders.validation import invalid
from shared.telemetry import logger, metrics

app = APIGatewayHttpResolver(enable_validation=True)
app._request_validation_middleware = pipeline.Checks()
app.use(middlewares=[pipeline.idempotency])
MODULES = (
    orders,
    actions,
    disputes,
    evidence,
    bulk,
    across,
    funds,
    customers,
    reports,
    messages,
    templates,
    exports,
    alerts,
    channels,
    desk,
)
for module in MODULES:
    app.include_router(module.router)

DOCUMENT: dict[str, Any] = {}


@app.get("/v1/openapi.json", include_in_schema=False)
@access(store=False, token=False)
def openapi_document() -> Response[Any]:
    """Made of the routes on the first request that asks for it; no other request pays for it."""
    if not DOCUMENT:
        DOCUMENT.update(document())
    return reply(DOCUMENT)


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 description of what is built."""
    from functions.orders.openapi import describe

    return describe(app)


def _answer(problem: problems.Problem) -> Response[Any]:
    call: Call = app.context["call"]
    return problems.response(problem, call.path, call.request_id, call.language)


@app.exception_handler(RequestUnsupportedContentType)
def unsupported(error: RequestUnsupportedContentType) -> Response[Any]:
    return _answer(problems.Problem(415, "unsupported_media_type", "A body is application/json in UTF-8."))


@app.exception_handler(RequestValidationError)
def malformed(error: RequestValidationError) -> Response[Any]:
    return _answer(invalid(error.errors()))


def missing(method: str, path: str) -> ResponseBuilder[Any]:
    """No route has this method and path: 405 where other methods have the path, else 404, whoever asks: which routes
    there are is public, and the gateway's default route has no authorizer."""
    allowed = sorted({route.method for route in (*app._static_routes, *app._dynamic_routes) if route.rule.match(path)})
    if not allowed:
        return ResponseBuilder(_answer(problems.not_found()))
    detail = f"This address answers {', '.join(allowed)} only."
    problem = problems.Problem(405, "method_not_allowed", detail, headers={"Allow": ", ".join(allowed)})
    return ResponseBuilder(_answer(problem))


# A handler that is registered for NotFoundError runs behind pipeline.Checks, which would ask for a token first.
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
    call = pipeline.begin(app, event)
    logger.append_keys(request_id=call.request_id, route=event.get("routeKey"))
    app.append_context(call=call)
    try:
        answer = app.resolve(event, context)
    except Exception:
        # A bug: the caller learns that it is ours, the log learns where, and neither learns what was sent.
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
