"""Idempotency-Key on every POST: the same request answers as it first did."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from functions.orders import problems
from functions.orders.call import Call
from functions.orders.responses import order_reply, stored_answer
from shared.store.dynamodb.errors import Answered, ClaimLost
from shared.store.idempotency import PendingAnswer, claim
from shared.store.orders import orders
from shared.telemetry import logger, metrics

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def middleware(app: Any, next_middleware: NextMiddleware) -> Response[Any]:
    """Runs behind the checks: claims the key, and keeps an answer that no transaction has kept."""
    call: Call = app.context["call"]
    event = app.current_event.raw_event
    method = event["requestContext"]["http"]["method"]
    key = (event.get("headers") or {}).get("idempotency-key")
    if method != "POST" or key is None or call.stored_store is None or call.caller is None:
        return next_middleware(app)
    if not _KEY.fullmatch(key):
        raise problems.malformed("/header/idempotency-key", "invalid_value", "1 to 255 visible ASCII characters.")
    scope = (call.caller.user_id, method, call.path, key)
    try:
        call.pending = claim(call.store.store_id, scope, app.context.get("body"), call.now)
    except Answered as answered:
        metrics.add_metric("IdempotentReplays", "Count", 1)
        return _replay(call, answered.answer)
    try:
        response = next_middleware(app)
    except Exception as error:
        problem = problems.from_error(error)
        if problem is None or problem.status in (409, 429) or problem.status >= 500:
            _release(call.pending)
            raise
        response = problems.response(problem, call.path, call.request_id, call.language)
    if not call.pending.final:
        _release(call.pending)
    elif not call.pending.kept:
        try:
            call.pending.keep(stored_answer(response))
        except ClaimLost:
            logger.warning("an idempotency key was taken over before its answer could be kept")
    return response


def _replay(call: Call, answer: Mapping[str, Any]) -> Response[Any]:
    if answer["body"] is None:  # too large to keep: the order as it is now
        order = orders.load(call.store.store_id, answer["order_id"]).order
        response = order_reply(call, order, answer["status"])
    else:
        response = Response(answer["status"], answer["type"], answer["body"], headers=dict(answer["headers"]))
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _release(pending: PendingAnswer) -> None:
    try:
        pending.release()
    except Exception as error:  # the lease runs out by itself; the first error is what the caller must hear
        logger.warning("an idempotency key could not be released", extra={"error": type(error).__name__})
