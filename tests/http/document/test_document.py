"""The OpenAPI document: it is valid, it lists exactly what is deployed, and it says all that an answer can be.

The harness holds every answer of every test against it (tests/documented.py).
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from functions.orders.document.actions import DOES
from functions.orders.document.refusals import REFUSALS
from functions.orders.request.validation import OWN_CODES
from local.template import PROJECT
from shared.domain.order import lifecycle
from shared.store.alerts import channels
from tests import documented, proof
from tests.documented import Contract
from tests.harness import TEMPLATE, Answer, Api, Client, ago, parcel, snapshot, usd

CODE_IS = dict.fromkeys(("Conflict", "TooOften", "Unprocessable", "BadTarget", "_bad", "Refusal"), 0)
CODE_IS |= {"Problem": 1, "Guard": 1, "Limit": 1}
"""What makes an error, and which of its arguments is the code."""
OF_BUGS = "internal_error"


@pytest.fixture
def document(api: Api) -> dict[str, Any]:
    openapi: dict[str, Any] = Client(api.transport, {}, "nobody").get("/v1/openapi.json").json
    return openapi


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def headers_of(document: dict[str, Any], operation: dict[str, Any]) -> set[str]:
    """The request headers of an operation; each is a reference to a component."""
    references = [part["$ref"] for part in operation["parameters"] if "$ref" in part]
    return {document["components"]["parameters"][each.rpartition("/")[2]]["name"] for each in references}


def documented_codes(document: dict[str, Any]) -> dict[str, set[str]]:
    """The error codes of each operation."""
    found: dict[str, set[str]] = {}
    for _, _, operation in operations(document):
        answers = json.dumps(operation["responses"])
        shared = {name for name in document["components"]["responses"] if f"/responses/{name}" in answers}
        answers += json.dumps([document["components"]["responses"][name] for name in sorted(shared)])
        lists = re.findall(r'"code": {"enum": (\[.*?\])}', answers)
        found[operation["operationId"]] = {code for each in lists for code in json.loads(each)}
    return found


def raised_codes() -> Iterator[str]:
    """The codes in the sources, as patterns."""
    for folder in ("shared", "functions/orders"):
        for path in sorted((PROJECT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                place = CODE_IS.get(getattr(node.func, "id", getattr(node.func, "attr", "")))
                if place is None or len(node.args) <= place:
                    continue
                code = node.args[place]
                if isinstance(code, ast.Constant):
                    yield re.escape(str(code.value))
                elif isinstance(code, ast.JoinedStr):
                    parts = [
                        re.escape(str(each.value)) if isinstance(each, ast.Constant) else "[a-z_]+"
                        for each in code.values
                    ]
                    yield "".join(parts)


def test_a_validator_finds_nothing_wrong(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_every_operation_says_what_it_takes_and_answers(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names)) >= 110
    for method, path, operation in operations(document):
        where = f"{method} {path}"
        assert operation["summary"] and "_" not in operation["summary"], where
        roles = re.search(r"Roles: |Every role\.|without a token\.|with a token may", operation["description"])
        assert roles and roles.start() > 15, f"{where} has no description of its own: give its route a docstring"
        path_parameters = {part["name"] for part in operation["parameters"] if part.get("in") == "path"}
        assert path_parameters == set(re.findall(r"\{(\w+)\}", path)), where
        assert all(part.get("description") for part in operation["parameters"] if "name" in part), where
        assert any(status.startswith(("2", "302")) for status in operation["responses"]), where
        assert ("requestBody" in operation) == (method in ("POST", "PATCH", "PUT")), where
        headers, anyone = headers_of(document, operation), operation.get("security") == []
        assert ("Idempotency-Key" in headers) == (method == "POST"), where
        of_no_store = path in ("/v1/me", "/v1/codes", "/v1/health", "/v1/openapi.json")
        assert ("X-Store-Id" in headers) != of_no_store, where
        assert ("401" not in operation["responses"]) == anyone == (path in ("/v1/health", "/v1/openapi.json")), where
        assert ("412" in operation["responses"]) == ("If-Match" in headers), where
        assert {"405", "429", "503"} <= operation["responses"].keys(), where
        assert ("415" in operation["responses"]) == ("413" in operation["responses"]) == ("requestBody" in operation), (
            where
        )


def test_what_api_gateway_answers_itself_has_its_shape(document: dict[str, Any]) -> None:
    count = 0
    for method, path, operation in operations(document):
        for status in sorted({"401", "413", "429", "503"} & operation["responses"].keys()):
            answer = operation["responses"][status]
            answer = document["components"]["responses"].get(answer.get("$ref", "").rpartition("/")[2], answer)
            shape = answer["content"]["application/json"]["schema"]
            assert shape == {"$ref": "#/components/schemas/GatewayMessage"}, (method, path, status)
            count += 1
    proof.counted("answers of API Gateway itself", count, 350)


def test_an_item_of_a_bulk_has_the_fields_of_its_action(document: dict[str, Any]) -> None:
    def body(operation: dict[str, Any]) -> dict[str, Any]:
        return schema(operation["requestBody"]["content"]["application/json"]["schema"])

    def schema(part: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = document["components"]["schemas"].get(part.get("$ref", "").rpartition("/")[2], part)
        return found

    bulks = {path: methods["post"] for path, methods in document["paths"].items() if path.startswith("/v1/bulk/")}
    for path, operation in bulks.items():
        action = path.rpartition("/")[2]
        single = "/v1/orders/{order_id}/" + ("messages" if action == "message" else f"actions/{action}")
        of_platform = {"at", "from"}
        expected = body(document["paths"][single]["post"])["properties"].keys() | {"order_id", "if_match"}
        item = schema(body(operation)["properties"]["items"]["items"])
        assert expected - of_platform <= item["properties"].keys() <= expected, path
        assert "order_id" in item["required"] and item["additionalProperties"] is False, path
    proof.counted("bulks", len(bulks), 6)


def test_every_change_of_an_order_a_dispute_or_a_customer_takes_if_match(document: dict[str, Any]) -> None:
    versioned = ("/v1/orders/{order_id}", "/v1/disputes/{dispute_id}/actions", "/v1/customers/{buyer_id}")
    for method, path, operation in operations(document):
        changes = method != "GET" and path.startswith(versioned)
        assert ("If-Match" in headers_of(document, operation)) == changes, (method, path)


def test_the_document_lists_exactly_the_routes_of_the_template(document: dict[str, Any]) -> None:
    patterns = {
        route.key: re.compile(f"{route.method} " + re.sub(r"\\{action\\}", r"\\w+", re.escape(route.path)))
        for route in TEMPLATE.routes
    }
    spelled = [f"{method} {path}" for method, path, _ in operations(document)]
    for each in spelled:
        assert any(pattern.fullmatch(each) for pattern in patterns.values()), each
    assert {key for key, pattern in patterns.items() if not any(map(pattern.fullmatch, spelled))} == set()


def test_no_two_schemas_share_a_title(document: dict[str, Any]) -> None:
    titles = Counter(re.findall(r'"title": "([^"]*)"', json.dumps({**document, "info": {}})))
    assert [title for title, count in titles.items() if count > 1] == []
    modules = [title for title in titles if "__" in title]
    assert not modules, f"two classes have one name: give each a name in PUBLISHED_NAMES: {modules}"
    assert set(titles) == set(document["components"]["schemas"]) and len(titles) > 150


def test_every_reference_leads_somewhere_and_nothing_is_left_over(document: dict[str, Any]) -> None:
    references = set(re.findall(r'"\$ref": "#/components/([^"]+)"', json.dumps(document)))
    components = {
        f"{kind}/{name}"
        for kind in ("schemas", "headers", "parameters", "responses")
        for name in document["components"][kind]
    }
    assert references == components


def test_every_code_that_is_raised_is_in_the_document(document: dict[str, Any]) -> None:
    listed_codes = set().union(*documented_codes(document).values())
    raised = sorted(set(raised_codes()))
    for pattern in raised:
        known = any(re.fullmatch(pattern, code) for code in (*listed_codes, *OWN_CODES, OF_BUGS))
        assert known, f"{pattern} is in no row of functions/orders/document/refusals.py"
    for code in {code for codes in REFUSALS.values() for code in codes}:
        assert any(re.fullmatch(pattern, code) for pattern in raised), f"nothing raises {code}"
    proof.counted("error codes that the document has", len(listed_codes), 100)


def test_every_row_of_the_refusals_names_operations(document: dict[str, Any]) -> None:
    names = {operation["operationId"] for _, _, operation in operations(document)}
    for codes in REFUSALS.values():
        for code, patterns in codes.items():
            for pattern in patterns.split():
                assert any(re.fullmatch(pattern.replace("*", ".*"), name) for name in names), (code, pattern)
    assert set(DOES) == {*lifecycle.ROWS, "message"}


@pytest.mark.parametrize(
    ("status", "headers", "body", "fault"),
    [
        (200, {}, {"status": "ok"}, None),
        (202, {}, {"status": "ok"}, "is not documented"),
        (200, {"content-type": "text/plain"}, {"status": "ok"}, "has the content type"),
        (200, {"etag": '"1"'}, {"status": "ok"}, "has the header etag"),
        (200, {}, {"status": 1}, "is not of type"),
        (400, {"content-type": "application/problem+json"}, {"code": "invalid_request"}, "is not one of"),
        (429, {}, {"message": "Too Many Requests", "more": 1}, "Additional properties"),
        (405, {"content-type": "application/problem+json"}, {}, "lacks the header allow"),
    ],
)
def test_an_answer_that_the_document_does_not_have_is_found(
    document: dict[str, Any], status: int, headers: dict[str, str], body: Any, fault: str | None
) -> None:
    contract = Contract(document)
    sent = {"x-request-id": "r", "content-type": "application/json", **headers}
    operation = contract.operation("GET", "/v1/health")
    found = list(contract.faults(operation, status, sent, json.dumps(body).encode()))
    assert any(fault in each for each in found) if fault else found == [], found


def test_answers_are_what_the_document_says(api: Api, document: dict[str, Any]) -> None:
    """The harness holds them; here most operations are asked once."""
    shop, before = api.shop(), sum(documented.HELD.values())

    def ask(client: Client, method: str, path: str, body: Any = None, query: str = "") -> Answer:
        return client.request(method, f"{path}?{query}", body)

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
        ask(client, "POST", f"{act}/{action}", body)
    ask(shop.staff, "PATCH", one, {"note": "n", "tags": ["a"], "assignee": "alex"})
    ask(shop.staff, "POST", "/v1/bulk/remind_payment", {"items": [{"order_id": order_id}, {"order_id": second}]})
    ask(shop.staff, "GET", one, query="reveal=recipient")
    ask(shop.staff, "POST", "/v1/bulk/message", {"items": [{"order_id": order_id, "text": "Hi."}, {"order_id": "x"}]})
    template = {"name": "hello", "text": "Order {order_id}."}
    template_id = ask(shop.staff, "POST", "/v1/message-templates", template).json["template_id"]
    one_template = f"/v1/message-templates/{template_id}"
    ask(shop.staff, "PUT", one_template, {**template, "name": "hi"})
    ask(shop.viewer, "POST", f"{one_template}/preview", {"order_id": order_id})
    ask(shop.staff, "POST", f"{one}/messages", {"template_id": template_id})
    for path in ("/v1/messages", "/v1/message-templates", one_template, f"{one}/messages", "/v1/messages/figures"):
        ask(shop.viewer, "GET", path)
    ask(shop.staff, "DELETE", one_template)
    customer = "/v1/customers/buyer-1"
    ask(shop.staff, "PATCH", customer, {"tags": ["vip"], "note": "n", "blocked": True})
    ask(shop.owner, "POST", f"{customer}/erase", {"include_open": True})
    for path in ("/v1/customers", customer, f"{customer}/orders", "/v1/customers/nobody"):
        ask(shop.viewer, "GET", path)
    alert_id = ask(shop.viewer, "GET", "/v1/alerts").json["data"][0]["alert_id"]
    ask(shop.viewer, "GET", f"/v1/alerts/{alert_id}")
    ask(shop.staff, "POST", f"/v1/alerts/{alert_id}/acknowledge", {})
    rules = {"leads": {"shipment": ["PT12H"]}, "quiet_hours": {"start": "22:00", "end": "07:00"}}
    ask(shop.owner, "PUT", "/v1/alert-rules", rules)
    ask(shop.owner, "GET", "/v1/alert-rules")
    assert ask(shop.viewer, "GET", "/v1/reports/payment-reminders").json["data"]
    hook = {"kind": "webhook", "name": "a hook", "url": "https://hooks.example.com/x"}
    channel_id = ask(shop.owner, "POST", "/v1/alert-channels", hook).json["id"]
    one_channel = f"/v1/alert-channels/{channel_id}"
    delivery_id = ask(shop.owner, "POST", f"{one_channel}/test", {}).json["id"]
    ask(shop.owner, "PATCH", one_channel, {"min_severity": "info"})
    ask(shop.owner, "POST", f"{one_channel}/rotate-secret", {})
    email = {"kind": "email", "name": "n", "address": "owner@shop.example"}
    one_email = f"/v1/alert-channels/{ask(shop.owner, 'POST', '/v1/alert-channels', email).json['id']}"
    ask(shop.owner, "POST", f"{one_email}/confirmation", {})
    ask(shop.owner, "POST", f"{one_email}/confirm", {"code": "00000000"})
    if api.engine != "local":  # the code is in an email
        code = channels.load(shop.name, one_email.rpartition("/")[2]).code
        ask(shop.owner, "POST", f"{one_email}/confirm", {"code": code})
    ask(shop.owner, "POST", f"{one_channel}/deliveries/{delivery_id}/redeliver", {})
    for path in ("/v1/alert-channels", one_channel, f"{one_channel}/deliveries"):
        ask(shop.owner, "GET", path)
    ask(shop.owner, "DELETE", one_channel)
    paths = ("/v1/orders", "/v1/orders/counters", "/v1/deadlines", "/v1/parcels", "/v1/refunds", "/v1/store", "/v1/me")
    for path in (*paths, one, f"{one}/history", f"{one}/access", "/v1/health", "/v1/orders/nothing"):
        ask(shop.owner, "GET", path)
    reports = [f"/v1/reports/{each}" for each in ("sales", "service-level", "violations")]
    for path in (*reports, *(f"{reports[0]}?by={each}&group_by=week" for each in ("country", "product"))):
        ask(shop.viewer, "GET", path.partition("?")[0], query=path.partition("?")[2])
    refund_id = shop.owner.get("/v1/refunds").json["data"][0]["refund_id"]
    ask(shop.owner, "GET", f"/v1/refunds/{refund_id}")
    ask(shop.owner, "GET", "/v1/orders", query="limit=0")
    ask(shop.owner, "PATCH", "/v1/store", {"name": "A shop"})
    shown = shop.staff.get(f"/v1/orders/{second}?reveal=recipient").json
    lines = [
        {name: line[name] for name in ("line_id", "product_id", "quantity", "unit_price")} for line in shown["lines"]
    ]
    body = {name: shown[name] for name in ("order_id", "placed_at", "buyer", "recipient", "currency")}
    body |= {"lines": lines, "shipping_fee": usd("3.00")}
    ask(shop.platform, "POST", "/v1/orders", body)
    ask(shop.platform, "POST", "/v1/orders", {**body, "order_id": f"{second}x"})
    ask(
        shop.platform,
        "POST",
        f"/v1/orders/{second}/actions/sync",
        snapshot(body, "FINISH", end_reason="payment_refused"),
    )
    proof.counted("answers held against the OpenAPI document", sum(documented.HELD.values()) - before, 70)


def fields(schema: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The fields of a schema and of those within it, with their paths."""
    if isinstance(schema, dict):
        for name, each in schema.get("properties", {}).items():
            yield f"{path}.{name}", each
        for name, each in schema.items():
            yield from fields(each, f"{path}.{name}" if name not in ("properties", "anyOf", "items") else path)
    elif isinstance(schema, list):
        for each in schema:
            yield from fields(each, path)


def test_no_field_is_an_object_of_anything(document: dict[str, Any]) -> None:
    """A client that is generated from the document has a type for each."""
    seen = 0
    for path, schema in fields(document["components"]["schemas"], ""):
        typed = {"type", "$ref", "anyOf", "oneOf", "allOf", "const", "enum"} & schema.keys()
        closed = schema.get("type") != "object" or isinstance(schema.get("additionalProperties"), dict)
        assert typed and (closed or "properties" in schema), path
        seen += 1
    proof.counted("fields of the document with a type", seen, 900)
