"""Rules for the definition of the API that SAM generates."""

from __future__ import annotations

from collections.abc import Iterator

from tests.template.document import GONE, Breaks, Document, of, properties, resource


def operations(document: Document) -> Iterator[tuple[str, Document]]:
    """Each route of the API by its key, and what the definition says of it."""
    for path, methods in resource(document, "Api")["Body"]["paths"].items():
        for method, operation in methods.items():
            yield path if path.startswith("$") else f"{method.upper()} {path}", operation


def open_routes_have_throttles_of_their_own(document: Document) -> Iterator[str]:
    """All of them together take a twentieth of the API's rate at most."""
    stage = resource(document, "ApiApiGatewayDefaultStage")
    whole, settings = stage["DefaultRouteSettings"], stage.get("RouteSettings", {})
    opened = [key for key, operation in operations(document) if not operation.get("security")]
    if len(opened) != 3:
        yield f"open: {opened}"
    for name in ("ThrottlingRateLimit", "ThrottlingBurstLimit"):
        rates = [settings.get(key, {}).get(name, whole[name]) for key in opened]
        if sum(rates) * 20 > whole[name] or min(rates) <= 0:
            yield f"{name}: {rates}"


def no_warning_about_the_generated_definition_stops_a_deployment(document: Document) -> Iterator[str]:
    for name, api in properties(document, "AWS::ApiGatewayV2::Api"):
        if api.get("FailOnWarnings"):
            yield name


def security_schemes_are_declared(document: Document) -> Iterator[str]:
    declared = resource(document, "Api")["Body"].get("components", {}).get("securitySchemes", {})
    used = {name for _, operation in operations(document) for each in operation.get("security", ()) for name in each}
    yield from used ^ set(declared)


BREAKS: Breaks = [
    (open_routes_have_throttles_of_their_own, of("ApiApiGatewayDefaultStage"), "RouteSettings", GONE),
    (open_routes_have_throttles_of_their_own, of("ApiApiGatewayDefaultStage", "RouteSettings"), "$default", GONE),
    (open_routes_have_throttles_of_their_own, of("Api", "Body", "paths", "/v1/me", "get"), "security", GONE),
    (no_warning_about_the_generated_definition_stops_a_deployment, of("Api"), "FailOnWarnings", True),
    (security_schemes_are_declared, of("Api", "Body", "paths", "/v1/health", "get"), "security", [{"NONE": []}]),
    (security_schemes_are_declared, of("Api", "Body"), "components", {}),
]
