"""`GET /v1/codes`: the codes of the document, each with its label, and limits at which a request is really refused."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from functions.orders.models.codes import PARTS
from local.template import PROJECT
from tests.harness import Api, Client
from tests.proof import counted

HAN = re.compile(r"[\u4e00-\u9fff]")
LANGUAGES = ("en", "zh-CN")
ENUMS = {
    "overlays": "Overlay",
    "fund_states": "FundState",
    "end_reasons": "EndReason",
    "timers": "TimerKind",
    "refund_states": "RefundState",
    "dispute_stages": "Stage",
    "fund_flows": "Flow",
    "funds_held": "HeldKind",
    "alert_severities": "Severity",
    "alert_states": "State",
    "channel_kinds": "ChannelKind",
    "export_kinds": "Kind",
    "export_formats": "Format",
    "export_cadences": "Cadence",
    "import_kinds": "ImportKind",
    "report_groups": "By",
    "report_periods": "GroupBy",
    "customer_frequencies": "Frequency",
    "customer_amounts": "AmountGroup",
}
"""Parts, and the schema of the document that lists the same codes."""
FIELDS = {
    "dispute_kinds": ("OpenDispute", "kind", "enum"),
    "dispute_solutions": ("OpenDispute", "solution", "enum"),
    "import_layouts": ("NewImport", "layout", "enum"),
    "alert_kinds": ("ChannelBody", "kinds", "enum"),
    "languages": ("ChannelBody", "language", "enum"),
    "deadline_modes": ("PolicyBody", "mode", "enum"),
}
"""Parts, and the field of a body that takes one of the same codes."""
LIMITS = {
    "note_characters": ("PatchOrder", "note", "maxLength"),
    "tags": ("PatchOrder", "tags", "maxItems"),
    "tag_characters": ("PatchOrder", "tags", "maxLength"),
    "assignee_characters": ("PatchOrder", "assignee", "maxLength"),
    "reason_characters": ("Because", "reason", "maxLength"),
    "dispute_text_characters": ("OpenDispute", "text", "maxLength"),
    "carrier_characters": ("NewParcel", "carrier", "maxLength"),
    "tracking_no_characters": ("NewParcel", "tracking_no", "maxLength"),
    "template_name_characters": ("TemplateBody", "name", "maxLength"),
    "file_name_characters": ("NewImport", "file_name", "maxLength"),
    "parcels": ("Ship", "parcels", "maxItems"),
    "receipt_days": ("ExtendReceipt", "days", "maximum"),
    "bulk_items": ("BulkShip", "items", "maxItems"),
}
"""Limits, and where the document has the same number."""


@pytest.fixture
def viewer(api: Api) -> Client:
    return api.shop().viewer


def entries(view: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, part in view.items():
        yield from ((name, each) for each in part if isinstance(each, dict) and isinstance(part, list))


def values(schema: Any, keyword: str) -> list[Any]:
    """Every value of a keyword within a schema."""
    if isinstance(schema, list):
        return [each for part in schema for each in values(part, keyword)]
    if not isinstance(schema, dict):
        return []
    return [
        *([schema[keyword]] if keyword in schema else []),
        *(found for each in schema.values() for found in values(each, keyword)),
    ]


def test_every_code_has_its_label_in_the_language_asked_for(viewer: Client) -> None:
    english, chinese = (viewer.get("/v1/codes", headers={"Accept-Language": each}).json for each in LANGUAGES)
    assert list(english) == list(chinese) == list(PARTS)
    seen = 0
    for (part, ours), (_, theirs) in zip(entries(english), entries(chinese), strict=True):
        assert ours["code"] == theirs["code"]
        assert ours.keys() - {"last_day"} == theirs.keys() - {"last_day"}
        for name in [each for each in ours if each.endswith("label") and ours[each] is not None]:
            assert ours[name] and theirs[name]
            if part not in ("carriers", "countries"):  # some are known by one name in both
                assert not HAN.search(ours[name].replace("成交不卖", "")), (part, ours)
                assert HAN.search(theirs[name]), (part, theirs)
            seen += 1
    counted("labels of codes", seen, 800)
    for part, listed in english.items():
        codes = [each["code"] if isinstance(each, dict) else each for each in listed] if part != "limits" else []
        assert len(codes) == len(set(codes)) or part in ("export_columns", "export_layouts"), part


def test_the_codes_and_limits_are_those_of_the_document(viewer: Client) -> None:
    schemas = viewer.get("/v1/openapi.json").json["components"]["schemas"]
    view = viewer.get("/v1/codes").json
    compared = 0
    for part, name in ENUMS.items():
        assert [each["code"] for each in view[part]] == schemas[name]["enum"], part
        compared += 1
    assert {each["code"] for each in view["statuses"]} < set(schemas["SnapshotStatus"]["enum"])
    for part, (name, field, keyword) in FIELDS.items():
        (listed,) = values(schemas[name]["properties"][field], keyword)
        assert {each["code"] for each in view[part]} == set(listed), part
        compared += 1
    for limit, (name, field, keyword) in LIMITS.items():
        assert values(schemas[name]["properties"][field], keyword) == [view["limits"][limit]], limit
        compared += 1
    counted("codes and limits compared with the document", compared, 38)


def test_a_message_of_the_limit_is_sent_and_one_more_character_is_not(api: Api) -> None:
    shop = api.shop()
    most = shop.staff.get("/v1/codes?include=limits").json["limits"]["message_characters"]
    path = f"/v1/orders/{shop.platform.place()['order_id']}/messages"
    assert shop.staff.post(path, {"text": "x" * most}).status == 201
    assert shop.staff.post(path, {"text": "x" * (most + 1)}).code == "message_too_long"


def test_include_chooses_parts(viewer: Client) -> None:
    view = viewer.get("/v1/codes?include=carriers,statuses,carriers").json
    assert list(view) == ["statuses", "carriers"]
    assert view["statuses"][0] == {"code": "PLACE_ORDER_SUCCESS", "label": "Awaiting payment"}
    for wrong in ("colours", "statuses,", "", "statuses, carriers"):
        answer = viewer.get("/v1/codes", query={"include": wrong})
        assert (answer.status, answer.code, answer.fields) == (400, "invalid_request", ["/query/include"]), wrong
    chinese = viewer.get("/v1/codes?include=x", headers={"Accept-Language": "zh-CN"})
    assert HAN.search(chinese.json["detail"])


def test_what_a_caller_has_already_is_not_sent_again(viewer: Client) -> None:
    first = viewer.get("/v1/codes?include=statuses")
    assert first.headers["cache-control"] == "private, max-age=3600"
    assert first.headers["vary"] == "Accept-Language"
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", f'"1", {tag}'):
        again = viewer.get("/v1/codes?include=statuses", headers={"If-None-Match": known})
        assert (again.status, again.content, again.headers["etag"]) == (304, b"", tag)
    for other in ({"If-None-Match": '"1"'}, {"If-None-Match": tag, "Accept-Language": "zh-CN"}):
        assert viewer.get("/v1/codes?include=statuses", headers=other).status == 200
    assert viewer.get("/v1/codes", headers={"If-None-Match": tag}).status == 200


def test_it_needs_no_store(api: Api) -> None:
    nobody = Client(api.transport, {}, "nobody")
    assert nobody.get("/v1/codes?include=roles").json["roles"][0] == {"code": "owner", "label": "Owner"}


def test_everything_in_one_answer_is_small(viewer: Client) -> None:
    for language in LANGUAGES:
        body = viewer.get("/v1/codes", headers={"Accept-Language": language}).content
        small = len(gzip.compress(body))
        print(f"all codes in {language}: {len(body):,} bytes, {small:,} compressed")
        assert len(body) < 120_000 and small < 25_000


def test_no_other_route_loads_what_the_codes_need() -> None:
    script = (
        "from functions.orders import handler; handler.load(['orders.order']);"
        "import json, sys; print(json.dumps(sorted(sys.modules)))"
    )
    completed = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True)
    loaded = set(json.loads(completed.stdout.splitlines()[-1]))
    assert "functions.orders.routes.orders.order" in loaded
    for name in ("functions.orders.models.codes", "shared.domain.form_labels", "functions.orders.routes.codes"):
        assert name not in loaded, name
    assert "pydantic" not in loaded
