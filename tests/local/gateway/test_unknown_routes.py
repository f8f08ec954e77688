"""What no route of the API takes, through the template's default route: problem+json like every other refusal."""

import pytest

from tests.harness import TEMPLATE, Answer, Api


def problem(answer: Answer) -> tuple[int, str, str]:
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.headers["x-request-id"] == answer.json["request_id"]
    return answer.status, answer.json["code"], answer.headers.get("allow", "")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "PROPFIND"])
@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v2/orders", "/v1/orders/", "/v1/nothing", "/v1/orders/1/nothing", "/%2F"]
)
def test_unknown_path(api: Api, method: str, path: str) -> None:
    assert problem(api.client("owner", "a").request(method, path)) == (404, "not_found", "")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/v1/orders", "GET, POST"),
        ("DELETE", "/v1/orders/1", "GET, PATCH"),
        ("POST", "/v1/health", "GET"),
        ("PATCH", "/v1/me", "GET"),
        ("PUT", "/v1/store", "GET, PATCH"),
        ("GET", "/v1/orders/1/actions/pay", "POST"),
        ("GET", "/v1/bulk/ship", "POST"),
        ("POST", "/v1/openapi.json", "GET"),
    ],
)
def test_known_path_with_another_method(api: Api, method: str, path: str, allow: str) -> None:
    assert problem(api.client("owner", "a").request(method, path)) == (405, "method_not_allowed", allow)


def test_every_route_refuses_the_methods_it_does_not_have(api: Api) -> None:
    stranger = api.client("viewer")
    for route in TEMPLATE.routes:
        action = "accept" if "dispute" in route.path else "ship"
        path = route.path.replace("{action}", action).replace("{", "").replace("}", "")
        answer = stranger.request("TRACE", path)
        assert answer.status == 405 and route.method in answer.headers["allow"].split(", "), route


@pytest.mark.parametrize(("path", "status"), [("/v1/health", 405), ("/v1/orders", 405), ("/v1/nothing", 404)])
def test_head_is_answered_without_a_body(api: Api, path: str, status: int) -> None:
    answer = api.client("owner", "a").request("HEAD", path)
    assert (answer.status, answer.content) == (status, b"")
    assert answer.headers["x-request-id"]


def test_preflight_stays_the_gateways(api: Api) -> None:
    (origin,) = TEMPLATE.cors.origins
    for path in ("/v1/orders", "/v1/nothing"):
        answer = api.client("owner", "a").request("OPTIONS", path, headers={"origin": origin})
        assert (answer.status, answer.headers["access-control-allow-origin"]) == (204, origin)


def test_chinese_title(api: Api) -> None:
    answer = api.client("owner", "a").request("PUT", "/v1/orders", headers={"accept-language": "zh-CN"})
    assert (answer.status, answer.json["title"]) == (405, "方法不允许")
