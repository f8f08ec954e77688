"""Idempotency-Key on POST: a repeated request gets the first answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from functions.orders import problems
from functions.orders.call import Call
from functions.orders.request.versions import check_versions
from functions.orders.responses import body_of, order_reply, stored_answer
from shared.store.dynamodb.errors import Answered, ClaimLost
from shared.store.idempotency import PendingAnswer, claim, look_up
from shared.store.orders import orders
from shared.telemetry import logger, metrics

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def middleware(app: Any, next_middleware: NextMiddleware) -> Response[Any]:
    """Runs after the checks. It looks the key up or claims it, and stores an answer that no transaction has stored. Of
    two requests at the same moment, the one that comes too late gets the answer of the other."""
    call: Call = app.context["call"]
    event = app.current_event.raw_event
    method = event["requestContext"]["http"]["method"]
    key = (event.get("headers") or {}).get("idempotency-key")
    if method != "POST" or key is None or call.stored_store is None or call.caller is None:
        _hand_over(app, call)
        return next_middleware(app)
    if not _KEY.fullmatch(key):
        raise problems.malformed("/header/idempotency-key", "invalid_value", "1 to 255 visible ASCII characters.")
    scope = (call.caller.user_id, method, call.path, key)
    begin = look_up if call.access.atomic else claim
    try:
        call.pending = begin(call.store.store_id, scope, app.context.get("body"), call.now)
        return _answer(app, call, call.pending, next_middleware)
    except Answered as answered:
        metrics.add_metric("IdempotentReplays", "Count", 1)
        return _replay(call, answered.answer)


def _hand_over(app: Any, call: Call) -> None:
    """The last check. The route gets the call as its first argument (routing.py)."""
    check_versions(call)
    app.context["_route_args"]["call"] = call


def _answer(app: Any, call: Call, pending: PendingAnswer, next_middleware: NextMiddleware) -> Response[Any]:
    try:
        _hand_over(app, call)
        response = next_middleware(app)
    except Exception as error:
        pending.check()
        problem = problems.from_error(error)
        if problem is None or problem.status in (409, 429) or problem.status >= 500:
            _release(pending)
            raise
        response = problems.response(problem, call.path, call.request_id, call.language)
    if not pending.final:
        _release(pending)
    elif not pending.saved:
        try:
            pending.save(stored_answer(response))
        except ClaimLost:
            pending.check()
            logger.warning("idempotency key was claimed by another request before its answer was stored")
    return response


def _replay(call: Call, answer: Mapping[str, Any]) -> Response[Any]:
    if answer["body"] is None:  # too large to store: the present order takes its place
        order = orders.load(call.store.store_id, answer["order_id"]).order
        response = order_reply(call, order, answer["status"])
    else:
        response = Response(answer["status"], answer["type"], body_of(answer), headers=dict(answer["headers"]))
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _release(pending: PendingAnswer) -> None:
    try:
        pending.release()
    except Exception as error:  # the lease ends by itself, and the caller needs the first error
        logger.warning("idempotency key not released", extra={"error": type(error).__name__})
