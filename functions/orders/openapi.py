"""The OpenAPI 3.1 document, made from the signatures of the routes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

TITLE, VERSION = "Orderkeep", "1.0.0"
HEADERS = [
    {
        "name": "X-Store-Id",
        "in": "header",
        "required": False,
        "schema": {"type": "string"},
        "description": "Which store, where the token holds several.",
    },
    {"name": "Accept-Language", "in": "header", "required": False, "schema": {"type": "string"}},
]
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 255},
    "description": "The same key and body within 24 hours answers as the first did.",
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "The ETag that the change is meant for; a stale one answers 412.",
}

PUBLISHED_NAMES = {
    "LineQuantity": "Piece",
    "QuantityView": "PieceView",
    "ReasonedStep": "Because",
    "functions__orders__models__customers__Amount": "functions__orders__routes__customers__Amount",
    "functions__orders__models__fields__Amount": "functions__orders__fields__Amount",
    "functions__orders__models__fields__Nothing": "functions__orders__exporting__Nothing",
    "functions__orders__models__messages__Nothing": "functions__orders__routes__messages__Nothing",
}
"""Clients are generated from the document, so a schema keeps the name under which it was first published. Pydantic adds
the module to the name where two classes have one name."""


def describe(app: APIGatewayHttpResolver, modules: Sequence[str]) -> dict[str, Any]:
    """Powertools' document, with what signatures do not have: tokens and headers. Paths have the order of `modules`, in
    whatever order those were loaded."""
    for routes in (app._dynamic_routes, app._static_routes):
        routes.sort(key=lambda route: modules.index(route.func.__module__) if route.include_in_schema else -1)
    app._enable_validation = True  # so that it describes the answer to an invalid request
    text = app.get_openapi_json_schema(
        title=TITLE,
        version=VERSION,
        description="Every order of a marketplace shop, for good, and what needs doing by when.",
    )
    app._enable_validation = False
    for name, published in PUBLISHED_NAMES.items():
        text = text.replace(name, published)
    described: dict[str, Any] = json.loads(text)
    described["openapi"] = "3.1.0"
    described.setdefault("components", {})["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    described["security"] = [{"token": []}]
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            if method == "get":
                operation["responses"].pop("422", None)
            if operation.get("operationId") in ("get_health", "get_me"):
                continue
            headers = [
                *HEADERS,
                *([KEY] if method == "post" else []),
                *([IF_MATCH] if method in ("post", "patch") and ("{order_id}" in path or "{buyer_id}" in path) else []),
            ]
            operation["parameters"] = [*operation.get("parameters", []), *headers]
    return described
