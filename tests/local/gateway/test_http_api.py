"""The event builder against events recorded from HTTP APIs, and the mapping of results."""

import base64
import json
from datetime import UTC, datetime

import pytest

from local.gateway import http_api
from local.gateway.http_api import Request, Router
from local.resources import Cors, Route

ROUTES = [
    Route("GET", "/v1/orders/{order_id}", "F", True),
    Route("GET", "/v1/orders/counters", "F", True),
    Route("POST", "/v1/orders/{order_id}/actions/{action}", "F", True),
    Route("PUT", "/v1/export-schedule", "F", True),
    Route("GET", "/v1/health", "F", False),
]
ROUTER = Router(ROUTES)
NOW = datetime(2020, 3, 12, 19, 3, 58, 390000, tzinfo=UTC)
CORS = Cors(("https://shop.example",), ("GET", "POST"), ("authorization",), ("etag",), 600)


def build(request: Request, claims: dict | None = None) -> dict:
    match = ROUTER.match(request.method, request.path)
    assert match is not None
    return http_api.event(request, match, claims, "id-1", NOW)


def test_event_equals_a_recorded_one() -> None:
    request = Request(
        "POST",
        "/v1/orders/819%2D1/actions/ship?parameter1=value1&parameter1=value2&parameter2=value",
        [
            ("Host", "id.execute-api.us-east-1.amazonaws.com"),
            ("Header1", "value1"),
            ("HEADER2", "value1"),
            ("header2", "value2"),
            ("Cookie", "cookie1=a; cookie2=b"),
            ("User-Agent", "agent"),
            ("Content-Type", "application/json"),
        ],
        b'{"a":1}',
        "192.0.2.1",
    )
    claims = {
        "sub": "u",
        "exp": 1583798639,
        "cognito:groups": ["a:owner", "b:viewer"],
        "email_verified": True,
    }
    assert build(request, claims) == {
        "version": "2.0",
        "routeKey": "POST /v1/orders/{order_id}/actions/{action}",
        "rawPath": "/v1/orders/819-1/actions/ship",
        "rawQueryString": "parameter1=value1&parameter1=value2&parameter2=value",
        "cookies": ["cookie1=a", "cookie2=b"],
        "headers": {
            "host": "id.execute-api.us-east-1.amazonaws.com",
            "header1": "value1",
            "header2": "value1,value2",
            "user-agent": "agent",
            "content-type": "application/json",
        },
        "queryStringParameters": {"parameter1": "value1,value2", "parameter2": "value"},
        "pathParameters": {"order_id": "819-1", "action": "ship"},
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": "id.execute-api.us-east-1.amazonaws.com",
            "domainPrefix": "id",
            "authorizer": {
                "jwt": {
                    "claims": {
                        "sub": "u",
                        "exp": "1583798639",
                        "cognito:groups": "[a:owner b:viewer]",
                        "email_verified": "true",
                    },
                    "scopes": None,
                }
            },
            "http": {
                "method": "POST",
                "path": "/v1/orders/819-1/actions/ship",
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "agent",
            },
            "requestId": "id-1",
            "routeKey": "POST /v1/orders/{order_id}/actions/{action}",
            "stage": "$default",
            "time": "12/Mar/2020:19:03:58 +0000",
            "timeEpoch": 1584039838390,
        },
        "body": '{"a":1}',
        "isBase64Encoded": False,
    }


def test_what_is_absent_has_no_key() -> None:
    event = build(Request("GET", "/v1/health", []))
    assert not {"body", "cookies", "queryStringParameters", "pathParameters"} & event.keys()
    assert "authorizer" not in event["requestContext"]


@pytest.mark.parametrize(
    ("content_type", "body", "encoded"),
    [
        ("application/json", b"{}", False),
        ("application/merge-patch+json; charset=utf-8", b"{}", False),
        ("text/plain", "é".encode(), False),
        ("text/plain", b"\xff", True),
        ("application/octet-stream", b"abc", True),
        ("", b"abc", True),
    ],
)
def test_body_that_is_no_text_is_base64(content_type: str, body: bytes, encoded: bool) -> None:
    event = build(Request("POST", "/v1/orders/1/actions/x", [("content-type", content_type)], body))
    assert event["isBase64Encoded"] is encoded
    assert (base64.b64decode(event["body"]) if encoded else event["body"].encode()) == body


def test_literal_route_goes_before_a_parameter() -> None:
    found = ROUTER.match("GET", "/v1/orders/counters")
    assert found is not None and found.route.path == "/v1/orders/counters" and found.parameters == {}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("HEAD", "/v1/health"),
        ("PUT", "/v1/health"),
        ("GET", "/v1/orders/"),
        ("GET", "/v1/orders/a/b"),
        ("GET", "/"),
    ],
)
def test_no_route(method: str, path: str) -> None:
    assert ROUTER.match(method, path) is None
    default = Route("", "", "F", False)
    found = Router(ROUTES, default).match(method, path)
    assert found == http_api.Match(default, {}) and found.route.key == "$default"


def test_every_route_goes_before_the_default() -> None:
    router = Router(ROUTES, Route("", "", "F", False))
    for route in ROUTES:
        found = router.match(route.method, route.path.replace("{", "").replace("}", ""))
        assert found is not None and found.route == route


def test_result_with_status_headers_and_cookies() -> None:
    response = http_api.response(
        {
            "statusCode": 201,
            "headers": {"ETag": '"1"', "Content-Type": "a/b"},
            "cookies": ["a=1", "b=2"],
            "body": "é",
        }
    )
    assert response.status == 201
    assert response.headers == [
        ("etag", '"1"'),
        ("content-type", "a/b"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
    ]
    assert response.body == "é".encode()


def test_redirect_goes_out_as_it_is() -> None:
    link = "http://127.0.0.1:4566/bucket/a%2Fb?response-content-disposition=attachment%3B%20filename%3D%22a%22&X=%25E5"
    response = http_api.response({"statusCode": 302, "headers": {"Location": link}, "body": ""})
    assert (response.status, dict(response.headers)["location"], response.body) == (302, link, b"")


def test_result_without_status_is_the_body_of_a_200() -> None:
    response = http_api.response({"a": 1})
    assert (response.status, json.loads(response.body)) == (200, {"a": 1})
    assert http_api.response("text").body == b"text"


def test_base64_result_is_decoded() -> None:
    assert http_api.response({"statusCode": 200, "body": "AAE=", "isBase64Encoded": True}).body == b"\x00\x01"


@pytest.mark.parametrize(
    "result",
    [
        {"statusCode": "x"},
        {"statusCode": 99},
        {"statusCode": 200, "body": "*", "isBase64Encoded": True},
        {"statusCode": 200, "headers": {"a": "b\r\nset-cookie: c=d"}},
    ],
)
def test_result_that_is_no_response_is_a_500(result: dict) -> None:
    assert http_api.response(result) == http_api.SERVER_ERROR


def test_preflight_permits_the_configured_origin_only() -> None:
    allowed = dict(http_api.preflight(CORS, "https://shop.example").headers)
    assert allowed["access-control-allow-origin"] == "https://shop.example"
    assert allowed["access-control-allow-methods"] == "GET,POST"
    assert http_api.preflight(CORS, "https://other.example").headers == []
    assert http_api.preflight(CORS, None).status == 204
