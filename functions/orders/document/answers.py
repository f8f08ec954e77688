"""The answers of an operation: the headers of its own, and its refusals by status, each in its shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from functions.orders.document.refusals import Operation, codes_of
from functions.orders.problems import CONTENT_TYPE

HEADERS: dict[str, Any] = {
    name: {"description": description, "schema": schema}
    for name, description, schema in (
        ("X-Request-Id", "The id of this request; a problem repeats it as `request_id`.", {"type": "string"}),
        (
            "ETag",
            "The version, for `If-Match` or `If-None-Match`.",
            {"type": "string", "pattern": '^"[0-9]+"$'},
        ),
        ("Location", "The address of what was made, or of the file.", {"type": "string"}),
        ("Idempotent-Replayed", "`true` where the answer is that of an earlier request.", {"const": "true"}),
        ("Retry-After", "Seconds after which the request may be sent again.", {"type": "string"}),
        ("Allow", "The methods of this address.", {"type": "string"}),
        ("WWW-Authenticate", "How to authenticate.", {"type": "string"}),
        ("Content-Disposition", "The name to save the file under.", {"type": "string"}),
        ("Cache-Control", "How long the answer may be kept; `no-store` if it holds a secret.", {"type": "string"}),
        ("Vary", "The headers of the request on which the answer depends.", {"type": "string"}),
    )
}
GATEWAY_SCHEMA: dict[str, Any] = {
    "GatewayMessage": {
        "type": "object",
        "description": "An answer of API Gateway itself, before a function runs.",
        "properties": {"message": {"type": "string"}},
        "required": ["message"],
    }
}

MEANINGS = {
    400: "The request is malformed, or has a field or parameter that is unknown",
    401: "There is no valid access token",
    403: "The caller's role may not do this; `required_role` names those that may",
    404: "There is nothing here, or nothing that this token may see",
    405: "The address has no such method",
    409: "The state, a count or the time forbids it, or a request with the same key is still running",
    410: "It has expired",
    412: "`If-Match` is stale; `current_version` is the present one",
    413: "The body is too large",
    415: "The body is not application/json in UTF-8",
    422: "The content breaks a rule, or the idempotency key was used with another body",
    429: "Too many requests",
    503: "The service is busy",
}
HEADERS_OF = {401: ("WWW-Authenticate",), 405: ("Allow",), 409: ("Retry-After",), 503: ("Retry-After",)}
KEPT = frozenset({400, 404, 412, 422})
"""Refusals that an idempotency key keeps. Those of the checks before it are not kept."""
HAS_OWN = frozenset({429})
"""Refusals of API Gateway that a few operations have of their own as well."""
ALIKE = {401: "Unauthorized", 405: "MethodNotAllowed", 415: "UnsupportedMediaType", 429: "TooManyRequests"}
"""Refusals that are the same in every operation that has them."""


def _headers(names: tuple[str, ...]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-Id", *names)}


def headers_of_success(operation: Operation, own: Mapping[str, Any]) -> dict[str, Any]:
    """`own` has the names that the route documents."""
    return _headers((*own, *(("Idempotent-Replayed",) if operation.takes_key else ())))


def refusals(operation: Operation) -> dict[str, Any]:
    """The statuses from 400, each with the codes that it can have."""
    codes = codes_of(operation)
    by_gateway = {429, 503} | ({401} if operation.access.token else set()) | ({413} if operation.has_body else set())
    described: dict[str, Any] = {}
    for status in sorted(codes.keys() | by_gateway):
        if status in ALIKE and not (status in HAS_OWN and status in codes):
            described[str(status)] = {"$ref": f"#/components/responses/{ALIKE[status]}"}
        else:
            replayed = operation.takes_key and status in KEPT
            described[str(status)] = _refusal(status, codes.get(status, []), status in by_gateway, replayed)
    return described


def _refusal(status: int, codes: Sequence[str], by_gateway: bool, replayed: bool = False) -> dict[str, Any]:
    content: dict[str, Any] = {}
    headers = HEADERS_OF.get(status, ()) or (("Retry-After",) if status in HAS_OWN and codes else ())
    if codes:
        problem = {"$ref": "#/components/schemas/ProblemView", "properties": {"code": {"enum": codes}}}
        content[CONTENT_TYPE] = {"schema": problem}
    if by_gateway:
        content["application/json"] = {"schema": {"$ref": "#/components/schemas/GatewayMessage"}}
    text = f"{MEANINGS[status]}{': ' if codes else ''}{', '.join(f'`{code}`' for code in codes)}"
    return {
        "description": f"{HTTPStatus(status).phrase}. {text}.",
        "headers": _headers((*headers, *(("Idempotent-Replayed",) if replayed else ()))),
        "content": content,
    }


SHARED = {
    ALIKE[status]: _refusal(status, codes, by_gateway)
    for status, codes, by_gateway in (
        (401, ["unauthorized"], True),
        (405, ["method_not_allowed"], False),
        (415, ["unsupported_media_type"], False),
        (429, [], True),
    )
}
"""The responses of the document's components."""
