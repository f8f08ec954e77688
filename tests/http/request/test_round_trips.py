"""What a GET of a setting answers may be sent back; what it cannot set is refused where it differs."""

from __future__ import annotations

from typing import Any

import pytest

from tests import proof
from tests.harness import Api, Client, Shop

RULES = {
    "leads": {"shipment": ["PT12H"], "release": []},
    "quiet_hours": {"start": "22:00", "end": "07:00"},
    "digest_hour": None,
    "unanswered_after": "PT6H",
    "remind_payment": {"enabled": True, "after": "P2D", "exempt_countries": ["ES"]},
}
SCHEDULE = {"enabled": True, "cadence": "daily", "kind": "lines", "format": "csv", "hour": 23}
STORE = {
    "name": "店铺",
    "time_zone": "Asia/Tokyo",
    "business_days": [1, 7],
    "holidays": ["2027-02-06"],
    "deadline_policy": {"mode": "watch", "return": "P11D", "shipment": "P3D"},
    "fee_rates": {"commission": "0.05", "affiliate": "0.01"},
    "service_limits": {"on_time_shipment": "0.95", "dispute": "0.02"},
}


def settings_of(shop: Shop) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Each setting: the method that sets it, its address, and values that are no defaults."""
    template = {"name": "t", "text": "Order {order_id}."}
    hook = {"kind": "webhook", "name": "h", "url": "https://hooks.example.com/x", "kinds": ["digest"]}
    template_id = shop.staff.post("/v1/message-templates", template).json["template_id"]
    channel_id = shop.owner.post("/v1/alert-channels", hook).json["id"]
    return {
        "put_alert_rules": ("PUT", "/v1/alert-rules", RULES),
        "put_export_schedule": ("PUT", "/v1/export-schedule", SCHEDULE),
        "change_template": ("PUT", f"/v1/message-templates/{template_id}", {**template, "name": "other"}),
        "patch_store": ("PATCH", "/v1/store", STORE),
        "change_alert_channel": ("PATCH", f"/v1/alert-channels/{channel_id}", {"name": "other", "enabled": False}),
    }


@pytest.fixture
def document(api: Api) -> dict[str, Any]:
    openapi: dict[str, Any] = Client(api.transport, {}, "nobody").get("/v1/openapi.json").json
    return openapi


def bodies(document: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    """The method and the body's schema of each operation that has read-only fields in its body, where a GET answers
    them. A member has none."""
    schemas, found = document["components"]["schemas"], {}
    for operations in document["paths"].values():
        for method, operation in operations.items():
            if method in ("put", "patch") and "get" in operations:
                reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
                schema = schemas[reference.rpartition("/")[2]]
                if method == "put" or any(each.get("readOnly") for each in schema["properties"].values()):
                    found[operation["operationId"]] = (method.upper(), schema)
    return found


def test_each_setting_takes_back_what_its_get_answers(api: Api, document: dict[str, Any]) -> None:
    shop, count = api.shop(), 0
    settings = settings_of(shop)
    assert settings.keys() == bodies(document).keys()
    for name, (method, path, values) in settings.items():
        assert shop.owner.request(method, path, values).status == 200, name
        shown = shop.owner.get(path).json
        again = shop.owner.request(method, path, shown)
        assert again.status == 200, (name, again.content)
        assert again.json == shown == shop.owner.get(path).json, name
        for field, schema in bodies(document)[name][1]["properties"].items():
            if schema.get("readOnly"):
                refused = shop.owner.request(method, path, {**shown, field: "other"})
                if field.endswith("_label"):  # it may come back in another language
                    assert refused.json == shown, (name, field)
                    continue
                assert (refused.status, refused.fields) == (400, [f"/{field}"]), (name, field)
                assert refused.json["errors"][0]["code"] == "read_only"
                count += 1
        unknown = shop.owner.request(method, path, {**shown, "colour": "red"})
        assert (unknown.status, unknown.fields) == (400, ["/colour"]), name
        assert shop.owner.get(path).json == shown, "nothing changed"
    proof.counted("read-only fields that a setting takes back", count, 15)


def test_a_read_only_field_within_a_setting_comes_back_too(api: Api) -> None:
    shop = api.shop()
    shown = shop.owner.request("PUT", "/v1/alert-rules", RULES).json
    assert shown["remind_payment"]["since"]
    assert shop.owner.request("PUT", "/v1/alert-rules", shown).json == shown
    shown["remind_payment"]["since"] = "2026-01-01T00:00:00Z"
    refused = shop.owner.request("PUT", "/v1/alert-rules", shown)
    assert (refused.status, refused.fields) == (400, ["/remind_payment/since"])


def test_the_document_says_which_default_a_put_sets(api: Api, document: dict[str, Any]) -> None:
    """A field left out gets its default, and the document has it."""
    shop, count = api.shop(), 0
    schemas = document["components"]["schemas"]
    for name, (method, path, values) in settings_of(shop).items():
        if method != "PUT":
            continue
        shop.owner.request(method, path, values)
        schema = bodies(document)[name][1]
        required = {field: values[field] for field in schema.get("required", [])}
        shown = shop.owner.request(method, path, required).json
        for field, field_schema in schema["properties"].items():
            if field not in required and not field_schema.get("readOnly"):
                given = shown[field]
                if "$ref" in field_schema and isinstance(given, dict):
                    writable = schemas[field_schema["$ref"].rpartition("/")[2]]["properties"]
                    given = {each: given[each] for each in given if not writable[each].get("readOnly")}
                assert given == field_schema["default"], (name, field)
                count += 1
    proof.counted("defaults that a PUT sets and the document has", count, 9)
