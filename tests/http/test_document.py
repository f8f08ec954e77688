"""The OpenAPI document: it lists exactly what is deployed, and answers are what it says they are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests import proof
from tests.harness import TEMPLATE, Answer, Api, Client, ago, parcel, snapshot, usd

KINDS = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


@pytest.fixture
def document(api: Api) -> dict[str, Any]:
    told: dict[str, Any] = Client(api.transport, {}, "nobody").get("/v1/openapi.json").json
    return told


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def mismatches(document: dict[str, Any], schema: Any, value: Any, where: str = "") -> Iterator[str]:
    """Where a value is not what its schema says: types, required and known properties, enums and alternatives."""
    if "$ref" in schema:
        part: Any = document
        for name in schema["$ref"].removeprefix("#/").split("/"):
            part = part[name]
        schema = part
    if alternatives := schema.get("anyOf") or schema.get("oneOf"):
        found = [list(mismatches(document, each, value, where)) for each in alternatives]
        yield from () if any(not each for each in found) else found[0]
        return
    kind = schema.get("type")
    if kind and (not isinstance(value, KINDS[kind]) or (kind == "integer" and isinstance(value, bool))):
        yield f"{where}: not of type {kind}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: not one of {schema['enum']}"
    if kind == "object":
        known, more = schema.get("properties", {}), schema.get("additionalProperties", True)
        yield from (f"{where}/{name}: required" for name in schema.get("required", ()) if name not in value)
        for name, each in value.items():
            if name in known or isinstance(more, dict):
                yield from mismatches(document, known.get(name, more), each, f"{where}/{name}")
            elif known:
                yield f"{where}/{name}: not in the document"
    if kind == "array":
        for place, each in enumerate(value):
            yield from mismatches(document, schema.get("items", {}), each, f"{where}/{place}")


def test_the_document_is_openapi_3_1_and_whole(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    assert {"title", "version"} <= set(document["info"])
    references, found = set(re.findall(r'"\$ref": ?"([^"]+)"', json.dumps(document))), 0
    for reference in references:
        part: Any = document
        for name in reference.removeprefix("#/").split("/"):
            part = part[name]
        found += 1
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names)) >= 50
    for method, path, operation in operations(document):
        told = {part["name"] for part in operation.get("parameters", []) if part["in"] == "path"}
        assert told == set(re.findall(r"\{(\w+)\}", path)), (method, path)
        assert any(status.startswith(("2", "302")) for status in operation["responses"]), (method, path)
        assert ("requestBody" in operation) == (method in ("POST", "PATCH", "PUT")), (method, path)
        headers = {part["name"] for part in operation.get("parameters", []) if part["in"] == "header"}
        assert ("Idempotency-Key" in headers) == (method == "POST"), (method, path)
    print(f"\n{len(names)} operations, {found} references")


def test_the_document_lists_exactly_the_routes_of_the_template(document: dict[str, Any]) -> None:
    patterns = {
        route.key: re.compile(f"{route.method} " + re.sub(r"\\{action\\}", r"\\w+", re.escape(route.path)))
        for route in TEMPLATE.routes
    }
    spelled = [f"{method} {path}" for method, path, _ in operations(document)]
    for told in spelled:
        assert any(pattern.fullmatch(told) for pattern in patterns.values()), told
    missing = {key for key, pattern in patterns.items() if not any(map(pattern.fullmatch, spelled))}
    assert missing == {"GET /v1/openapi.json"}


def test_answers_are_what_the_document_says(api: Api, document: dict[str, Any]) -> None:
    shop, count = api.shop(), 0
    templates = [
        (method, re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), operation)
        for method, path, operation in sorted(operations(document), key=lambda each: each[1].count("{"))
    ]

    def held(client: Client, method: str, path: str, body: Any = None, query: str = "") -> Answer:
        nonlocal count
        answer = client.request(method, f"{path}?{query}", body)
        operation = next(told for verb, pattern, told in templates if verb == method and pattern.fullmatch(path))
        assert str(answer.status) in operation["responses"], (method, path, answer.status)
        (media,) = operation["responses"][str(answer.status)]["content"].items()
        assert answer.headers["content-type"].partition(";")[0] == media[0], (method, path)
        assert list(mismatches(document, media[1]["schema"], answer.json)) == [], (method, path)
        count += 1
        return answer

    order_id, second = (shop.platform.place(placed_at=ago(hours=3))["order_id"] for _ in range(2))
    one, act = f"/v1/orders/{order_id}", f"/v1/orders/{order_id}/actions"
    for client, action, body in (
        (shop.staff, "adjust_price", {"total": usd("21.00")}),
        (shop.staff, "remind_payment", {}),
        (shop.platform, "pay", {}),
        (shop.platform, "pass_risk", {}),
        (shop.platform, "request_cancellation", {"reason": "changed my mind"}),
        (shop.staff, "reject_cancellation", {"reason": "packed"}),
        (shop.staff, "ship", {"parcels": [parcel(line1=1) | {"tracking_url": "https://t.test/1"}]}),
        (
            shop.platform,
            "open_dispute",
            {"kind": "not_received", "claim": usd("1.00"), "solution": "refund", "text": "x"},
        ),
        (shop.platform, "report_delivery", {"parcel_id": "p1"}),
        (shop.platform, "expire_shipment", {}),
        (shop.platform, "freeze", {"reason": "review"}),
        (shop.staff, "ship", {"parcels": [parcel()]}),
        (shop.viewer, "ship", {"parcels": [parcel()]}),
        (shop.staff, "ship", {"parcels": []}),
        (shop.platform, "unfreeze", {}),
    ):
        held(client, "POST", f"{act}/{action}", body)
    held(shop.staff, "PATCH", one, {"note": "n", "tags": ["a"], "assignee": "alex"})
    held(shop.staff, "POST", "/v1/bulk/remind_payment", {"items": [{"order_id": order_id}, {"order_id": second}]})
    held(shop.staff, "GET", one, query="reveal=recipient")
    held(shop.staff, "POST", "/v1/bulk/message", {"items": [{"order_id": order_id, "text": "Hi."}, {"order_id": "x"}]})
    template = {"name": "hello", "text": "Order {order_id}."}
    template_id = held(shop.staff, "POST", "/v1/message-templates", template).json["template_id"]
    one_template = f"/v1/message-templates/{template_id}"
    held(shop.staff, "PUT", one_template, {**template, "name": "hi"})
    held(shop.viewer, "POST", f"{one_template}/preview", {"order_id": order_id})
    held(shop.staff, "POST", f"{one}/messages", {"template_id": template_id})
    for path in ("/v1/messages", "/v1/message-templates", one_template, f"{one}/messages", "/v1/messages/figures"):
        held(shop.viewer, "GET", path)
    held(shop.staff, "DELETE", one_template)
    customer = "/v1/customers/buyer-1"
    held(shop.staff, "PATCH", customer, {"tags": ["vip"], "note": "n", "blocked": True})
    held(shop.owner, "POST", f"{customer}/erase", {"include_open": True})
    for path in ("/v1/customers", customer, f"{customer}/orders", "/v1/customers/nobody"):
        held(shop.viewer, "GET", path)
    alert_id = held(shop.viewer, "GET", "/v1/alerts").json["data"][0]["alert_id"]
    held(shop.viewer, "GET", f"/v1/alerts/{alert_id}")
    held(shop.staff, "POST", f"/v1/alerts/{alert_id}/acknowledge", {})
    rules = {"leads": {"shipment": ["PT12H"]}, "quiet_hours": {"start": "22:00", "end": "07:00"}}
    held(shop.owner, "PUT", "/v1/alert-rules", rules)
    held(shop.owner, "GET", "/v1/alert-rules")
    assert held(shop.viewer, "GET", "/v1/reports/payment-reminders").json["data"]
    hook = {"kind": "webhook", "name": "a hook", "url": "https://hooks.example.com/x"}
    channel_id = held(shop.owner, "POST", "/v1/alert-channels", hook).json["id"]
    one_channel = f"/v1/alert-channels/{channel_id}"
    delivery_id = held(shop.owner, "POST", f"{one_channel}/test", {}).json["id"]
    held(shop.owner, "PATCH", one_channel, {"min_severity": "info"})
    held(shop.owner, "POST", f"{one_channel}/rotate-secret", {})
    held(shop.owner, "POST", f"{one_channel}/deliveries/{delivery_id}/redeliver", {})
    for path in ("/v1/alert-channels", one_channel, f"{one_channel}/deliveries"):
        held(shop.owner, "GET", path)
    held(shop.owner, "DELETE", one_channel)
    paths = ("/v1/orders", "/v1/orders/counters", "/v1/deadlines", "/v1/parcels", "/v1/refunds", "/v1/store", "/v1/me")
    for path in (*paths, one, f"{one}/history", f"{one}/access", "/v1/health", "/v1/orders/nothing"):
        held(shop.owner, "GET", path)
    reports = [f"/v1/reports/{each}" for each in ("sales", "service-level", "violations")]
    for path in (*reports, *(f"{reports[0]}?by={each}&group_by=week" for each in ("country", "product"))):
        held(shop.viewer, "GET", path.partition("?")[0], query=path.partition("?")[2])
    refund_id = shop.owner.get("/v1/refunds").json["data"][0]["refund_id"]
    held(shop.owner, "GET", f"/v1/refunds/{refund_id}")
    held(shop.owner, "GET", "/v1/orders", query="limit=0")
    held(shop.owner, "PATCH", "/v1/store", {"name": "A shop"})
    shown = shop.staff.get(f"/v1/orders/{second}?reveal=recipient").json
    lines = [
        {name: line[name] for name in ("line_id", "product_id", "quantity", "unit_price")} for line in shown["lines"]
    ]
    body = {name: shown[name] for name in ("order_id", "placed_at", "buyer", "recipient", "currency")}
    body |= {"lines": lines, "shipping_fee": usd("3.00")}
    held(shop.platform, "POST", "/v1/orders", body)
    held(shop.platform, "POST", "/v1/orders", {**body, "order_id": f"{second}x"})
    held(
        shop.platform,
        "POST",
        f"/v1/orders/{second}/actions/sync",
        snapshot(body, "FINISH", end_reason="payment_refused"),
    )
    proof.counted("answers held against the OpenAPI document", count, 35)
