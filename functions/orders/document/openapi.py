"""The OpenAPI 3.1 document: Powertools makes the fields and the bodies from the signatures of the routes; descriptions,
headers and refusals are added here, for every route alike. Only `GET /v1/openapi.json` loads this module."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Sequence
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from functions.orders.document import answers, parameters
from functions.orders.document.actions import describe_action
from functions.orders.document.answers import headers_of_success, refusals
from functions.orders.document.parameters import PATH_PARAMETERS, QUERY_PARAMETERS, headers_of_request
from functions.orders.document.refusals import Operation
from functions.orders.document.settings import complete_setting
from functions.orders.identity import READERS
from shared.domain.members import Role

TITLE, VERSION = "Orderkeep", "1.0.0"
DESCRIPTION = "Every order of a marketplace shop, for good, and what needs doing by when."

POWERTOOLS_SCHEMAS = ("HTTPValidationError", "ValidationError", "ResponseValidationError")
"""What Powertools would answer; here a problem is answered."""
PUBLISHED_NAMES = {
    "LineQuantity": "Piece",
    "QuantityView": "PieceView",
    "ReasonedStep": "Because",
    "shared__domain__exports__model__Kind": "Kind",
    "shared__domain__imports__model__Kind": "ImportKind",
    "functions__orders__routes__orders__funds__Kind": "FundsKind",
}
"""Clients are generated from the document, so a schema keeps the name under which it was first published. Pydantic adds
the module where two classes have one name."""


def describe(app: APIGatewayHttpResolver, modules: Sequence[str]) -> dict[str, Any]:
    """The document. Paths have the order of `modules`, in whatever order those were loaded."""
    for routes in (app._dynamic_routes, app._static_routes):
        routes.sort(key=lambda route: modules.index(route.func.__module__) if route.func.__module__ in modules else -1)
    text = app.get_openapi_json_schema(title=TITLE, version=VERSION, description=DESCRIPTION)
    for name, published in PUBLISHED_NAMES.items():
        text = text.replace(name, published)
    document: dict[str, Any] = json.loads(text)
    document["openapi"] = "3.1.0"
    document["security"] = [{"token": []}]
    components = document.setdefault("components", {})
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    components |= {"headers": answers.HEADERS, "parameters": parameters.HEADERS, "responses": answers.SHARED}
    for name in POWERTOOLS_SCHEMAS:
        components["schemas"].pop(name, None)
    components["schemas"] |= answers.GATEWAY_SCHEMA
    by_name = {route.operation_id: route for route in (*app._static_routes, *app._dynamic_routes)}
    for operations in document["paths"].values():
        for method, described in operations.items():
            route = by_name[described["operationId"]]
            _complete(described, route)
            if Operation.of(route).access.present:
                complete_setting(described, method, components["schemas"])
    for name, schema in components["schemas"].items():
        _without_titles(schema)
        schema["title"] = name
    return document


def _complete(described: dict[str, Any], route: Any) -> None:
    """Add to one operation what its signature does not have."""
    operation = Operation.of(route)
    if not operation.access.token:
        described["security"] = []
    described["description"] = _description(operation, route)
    described["parameters"] = [
        *(_parameter(each) for each in described.get("parameters", [])),
        *headers_of_request(operation),
    ]
    if "requestBody" in described:
        _without_titles(described["requestBody"])
    own = {status: answer for status, answer in described["responses"].items() if status[0] in "23"}
    for answer in own.values():
        answer["headers"] = headers_of_success(operation, answer.pop("headers", {}))
        _without_titles(answer)
    described["responses"] = own | refusals(operation)


def _description(operation: Operation, route: Any) -> str:
    """The text of its action, its own, or the docstring of its function; and who may call it."""
    own = route.description or inspect.cleandoc(route.func.__doc__ or "")
    text = describe_action(operation.name) or own.replace("\n", " ")
    if not operation.access.token:
        return f"{text} Anyone may call it, without a token."
    if not operation.access.store:
        return f"{text} Any caller with a token may call it."
    roles = "Every role" if operation.access.roles == READERS else "Roles: "
    named = ", ".join(role for role in Role if role in operation.access.roles)
    return f"{text} {roles if operation.access.roles == READERS else roles + named}."


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    """A parameter of a path or query has no null, and one description."""
    schema = dict(parameter["schema"])
    description = schema.pop("description", None)
    schema.pop("title", None)
    alternatives = [each for each in schema.pop("anyOf", []) if each.get("type") != "null"]
    if len(alternatives) == 1:
        schema |= alternatives[0]
    _without_titles(schema)
    table = PATH_PARAMETERS if parameter["in"] == "path" else QUERY_PARAMETERS
    text = parameter.get("description") or description or table.get(parameter["name"])
    return {**parameter, "schema": schema, **({"description": text} if text else {})}


def _without_titles(schema: Any) -> None:
    """Pydantic gives each field a title made of its name. A title that many schemas share names nothing, and clients
    are generated with one class for each title."""
    for each in _schemas(schema):
        if isinstance(each.get("title"), str):
            del each["title"]


def _schemas(part: Any) -> Iterator[dict[str, Any]]:
    """The schemas within a part of the document, itself included; not the fields that happen to have a keyword's
    name."""
    if isinstance(part, dict):
        yield part
        for name, each in part.items():
            if name in ("properties", "$defs", "patternProperties"):
                for schema in each.values():
                    yield from _schemas(schema)
            elif name not in ("examples", "default", "enum", "const"):
                yield from _schemas(each)
    elif isinstance(part, list):
        for each in part:
            yield from _schemas(each)
