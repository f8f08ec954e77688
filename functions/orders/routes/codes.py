"""Every code with its label, for forms and filters."""

from functools import cache
from typing import Annotated, Any
from zlib import crc32

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.orders.call import Access, Call
from functions.orders.models.codes import PARTS, CodesView
from functions.orders.problems import malformed
from functions.orders.responses import JSON, as_json, documented
from functions.orders.routing import Routes
from shared.domain.sentences.sentence import say

route = Routes("Service")
Include = Annotated[
    str | None,
    Query(max_length=1000, description=f"Only these parts, with commas between them: {', '.join(PARTS)}."),
]


@route(
    "GET /v1/codes",
    "List the codes",
    documented(CodesView, "The codes of each kind.", headers="ETag Cache-Control Vary")
    | documented(None, "The caller has this answer already.", 304, headers="ETag Cache-Control Vary"),
    Access(store=False, cached=True),
)
def list_codes(call: Call, include: Include = None) -> Response[Any]:
    """Every code with its label in the caller's language, what a form may offer, and the limits of a request.

    It is the same for every store and role, and may be kept for an hour.
    """
    body, tag = _answer(tuple(PARTS) if include is None else _parts(include), call.language)
    headers = {"ETag": tag, "Cache-Control": "private, max-age=3600", "Vary": "Accept-Language"}
    known = [each.strip() for each in (route.current_event.headers.get("if-none-match") or "").split(",")]
    if tag in known or f"W/{tag}" in known:
        return Response(304, headers=headers)
    return Response(200, JSON, body, headers=headers)


def _parts(include: str) -> tuple[str, ...]:
    """In the order of PARTS, each once. Raises Problem 400 for a name of none."""
    named = frozenset(include.split(","))
    if not named <= PARTS.keys():
        raise malformed("/query/include", "invalid_value", say("This is one of {expected}.", expected=", ".join(PARTS)))
    return tuple(name for name in PARTS if name in named)


@cache
def _answer(parts: tuple[str, ...], language: str) -> tuple[str, str]:
    """The body and its entity tag: a number made of the body."""
    body = as_json({name: PARTS[name].make(language) for name in parts})
    return body, f'"{crc32(body.encode())}"'
