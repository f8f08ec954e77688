"""What API Gateway's HTTP API does between the socket and the function, as pure functions.

Events have payload format 2.0. As on AWS, the path is decoded and the query string is not, header names are
lower-case, repeated headers and parameters are joined by commas, and cookies are in a list of their own.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from local.resources import Cors, Route

_TEXT_TYPES = re.compile(r"text/.*|application/(json|xml|javascript|[^;]+\+(json|xml))", re.IGNORECASE)
Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Request:
    """One request from the socket. `target` is that of the request line, still encoded."""

    method: str
    target: str
    headers: Headers
    body: bytes = b""
    source_ip: str = "127.0.0.1"

    @property
    def path(self) -> str:
        return unquote(self.target.partition("?")[0])

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    def header(self, name: str) -> str | None:
        values = [value for key, value in self.headers if key.lower() == name]
        return ",".join(values) if values else None


@dataclass(frozen=True)
class Response:
    status: int
    headers: Headers
    body: bytes


@dataclass(frozen=True)
class Match:
    route: Route
    parameters: dict[str, str]


class Router:
    """The routes of the API. As on API Gateway, a route with fewer parameters is preferred, and `default` gets the
    requests that match no route."""

    def __init__(self, routes: Iterable[Route], default: Route | None = None) -> None:
        ordered = sorted(routes, key=lambda route: route.path.count("{"))
        self._routes = [(route, _path_pattern(route.path)) for route in ordered]
        self._default = default

    def match(self, method: str, path: str) -> Match | None:
        for route, pattern in self._routes:
            if route.method == method and (matched := pattern.fullmatch(path)):
                return Match(route, matched.groupdict())
        return Match(self._default, {}) if self._default else None


def _path_pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", path)
    return re.compile("".join(f"(?P<{part}>[^/]+)" if odd % 2 else re.escape(part) for odd, part in enumerate(parts)))


def event(
    request: Request,
    match: Match,
    claims: Mapping[str, Any] | None,
    request_id: str,
    now: datetime,
) -> dict[str, Any]:
    """The payload 2.0 event of a request. `claims` is None for a route without authorizer."""
    headers, cookies = _split_headers(request.headers)
    host = headers.get("host", "localhost")
    built: dict[str, Any] = {
        "version": "2.0",
        "routeKey": match.route.key,
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": host,
            "domainPrefix": host.partition(".")[0],
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.source_ip,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": request_id,
            "routeKey": match.route.key,
            "stage": "$default",
            "time": now.astimezone(UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(now.timestamp() * 1000),
        },
        "isBase64Encoded": False,
    }
    if claims is not None:
        jwt = {"claims": {name: _claim(value) for name, value in claims.items()}, "scopes": None}
        built["requestContext"]["authorizer"] = {"jwt": jwt}
    if cookies:
        built["cookies"] = cookies
    if parameters := _join(parse_qsl(request.query, keep_blank_values=True)):
        built["queryStringParameters"] = parameters
    if match.parameters:
        built["pathParameters"] = match.parameters
    if request.body:
        built["body"], built["isBase64Encoded"] = _body(request.body, headers.get("content-type", ""))
    return built


def _split_headers(pairs: Headers) -> tuple[dict[str, str], list[str]]:
    lowered = [(name.lower(), value) for name, value in pairs]
    cookies = [
        cookie.strip() for name, value in lowered if name == "cookie" for cookie in value.split(";") if cookie.strip()
    ]
    return _join((name, value) for name, value in lowered if name != "cookie"), cookies


def _join(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _claim(value: Any) -> str:
    """A claim as the JWT authorizer passes it on: always text, a list as `[a b]`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + " ".join(_claim(part) for part in value) + "]"
    return str(value)


def _body(body: bytes, content_type: str) -> tuple[str, bool]:
    if _TEXT_TYPES.fullmatch(content_type.partition(";")[0].strip()):
        try:
            return body.decode("utf-8"), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(body).decode("ascii"), True


def message(status: int, text: str, headers: Headers | None = None) -> Response:
    """An answer of API Gateway itself."""
    body = json.dumps({"message": text}, separators=(",", ":")).encode()
    return Response(status, [("content-type", "application/json"), *(headers or [])], body)


SERVER_ERROR = message(500, "Internal Server Error")
_UNSAFE_HEADER = re.compile(r"[\r\n\0]")


def response(result: Any) -> Response:
    """The HTTP answer for a function's result. Without a statusCode the whole result is the JSON body of a 200."""
    if not (isinstance(result, dict) and "statusCode" in result):
        text = result if isinstance(result, str) else json.dumps(result)
        return Response(200, [("content-type", "application/json")], text.encode("utf-8"))
    try:
        status = int(result["statusCode"])
        body = _result_body(result)
    except (TypeError, ValueError):
        return SERVER_ERROR
    if not 100 <= status <= 599:
        return SERVER_ERROR
    headers = [(str(name).lower(), str(value)) for name, value in (result.get("headers") or {}).items()]
    headers += [("set-cookie", str(cookie)) for cookie in result.get("cookies") or []]
    if any(_UNSAFE_HEADER.search(name + value) for name, value in headers):
        return SERVER_ERROR
    if not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", "text/plain;charset=UTF-8"))
    headers = [(name, value) for name, value in headers if name not in {"content-length", "connection"}]
    return Response(status, headers, body)


def _result_body(result: Mapping[str, Any]) -> bytes:
    body = result.get("body")
    text = "" if body is None else body if isinstance(body, str) else json.dumps(body)
    return base64.b64decode(text, validate=True) if result.get("isBase64Encoded") else text.encode("utf-8")


def preflight(cors: Cors, origin: str | None) -> Response:
    """The answer to any OPTIONS request; for an origin that is not allowed it has no CORS headers."""
    headers = cors_headers(cors, origin)
    if headers:
        headers += [
            ("access-control-allow-methods", ",".join(cors.methods)),
            ("access-control-allow-headers", ",".join(cors.headers)),
            ("access-control-max-age", str(cors.max_age)),
        ]
    return Response(204, headers, b"")


def cors_headers(cors: Cors, origin: str | None) -> Headers:
    """The CORS headers of an answer to a page of that origin."""
    if origin is None or origin not in cors.origins:
        return []
    return [
        ("access-control-allow-origin", origin),
        ("access-control-expose-headers", ",".join(cors.exposed)),
        ("vary", "origin"),
    ]
