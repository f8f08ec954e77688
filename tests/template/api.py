"""Rules for the HTTP API of template.yaml."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from tests.template.document import API, GONE, Breaks, Document, events, of, properties

OPEN_ROUTES = {"GET /v1/health", "GET /v1/openapi.json"}
DEFAULT = "$default"


def route_key(event: Document) -> str:
    return f"{event['Method']} {event['Path']}" if "Path" in event else DEFAULT


def every_route_but_health_openapi_and_default_needs_a_token(document: Document) -> Iterator[str]:
    for _, event in events(document, "HttpApi"):
        key, auth = route_key(event), event.get("Auth", {})
        if auth.get("Authorizer") != (None if key in OPEN_ROUTES | {DEFAULT} else "Token"):
            yield key


def one_route_takes_the_rest_and_no_other_catches_all(document: Document) -> Iterator[str]:
    if [route_key(event) for _, event in events(document, "HttpApi")].count(DEFAULT) != 1:
        yield "unknown paths and methods are the function's to answer"
    for name, event in events(document, "HttpApi"):
        if route_key(event) == DEFAULT and "Method" not in event:
            continue
        if event.get("Method") not in {"GET", "POST", "PATCH", "PUT", "DELETE"} or "+" in event.get("Path", "+"):
            yield name


def api_is_throttled(document: Document) -> Iterator[str]:
    for name, api in properties(document, API):
        settings = api.get("DefaultRouteSettings", {})
        if not settings.get("ThrottlingRateLimit") or not settings.get("ThrottlingBurstLimit"):
            yield name


def access_log_has_the_request_id_and_no_query(document: Document) -> Iterator[str]:
    for name, api in properties(document, API):
        text = api.get("AccessLogSettings", {}).get("Format", "")
        if "$context.requestId" not in text or re.search(r"query|\$context\.(path|authorizer)", text, re.IGNORECASE):
            yield name


def access_log_lines_are_json(document: Document) -> Iterator[str]:
    # AWS puts quotes of its own around messageString, and an unquoted value that is absent would be a bare hyphen.
    for name, api in properties(document, API):
        text = api.get("AccessLogSettings", {}).get("Format", "")
        unquoted = re.sub(r'"\$context(\.\w+)+"', '""', text)
        if "$" in unquoted or "messageString" in text or set(json.loads(unquoted).values()) != {""}:
            yield name


def cors_names_its_origins(document: Document) -> Iterator[str]:
    for name, api in properties(document, API):
        if "*" in str(api["CorsConfiguration"]):
            yield name


BREAKS: Breaks = [
    (
        every_route_but_health_openapi_and_default_needs_a_token,
        of("OrdersFunction", "Events", "ReadMe", "Properties"),
        "Auth",
        GONE,
    ),
    (
        every_route_but_health_openapi_and_default_needs_a_token,
        of("OrdersFunction", "Events", "AnswerTheRest", "Properties"),
        "Auth",
        {"Authorizer": "Token"},
    ),
    (one_route_takes_the_rest_and_no_other_catches_all, of("OrdersFunction", "Events"), "AnswerTheRest", GONE),
    (
        one_route_takes_the_rest_and_no_other_catches_all,
        of("OrdersFunction", "Events", "ReadMe", "Properties"),
        "Path",
        "/{proxy+}",
    ),
    (
        one_route_takes_the_rest_and_no_other_catches_all,
        of("OrdersFunction", "Events", "ReadMe", "Properties"),
        "Method",
        "ANY",
    ),
    (api_is_throttled, of("Api"), "DefaultRouteSettings", GONE),
    (access_log_has_the_request_id_and_no_query, of("Api"), "AccessLogSettings", {"Format": "$context.path"}),
    (access_log_lines_are_json, of("Api"), "AccessLogSettings", {"Format": '{"error":"$context.error.messageString"}'}),
    (access_log_lines_are_json, of("Api"), "AccessLogSettings", {"Format": '{"error":$context.error.message}'}),
    (cors_names_its_origins, of("Api"), "CorsConfiguration", {"AllowOrigins": ["*"]}),
]
