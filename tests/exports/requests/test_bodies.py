"""Bodies of requests: defaults, choices that belong together, and every wrong body by its field."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests import proof
from tests.exports.office import Office
from tests.exports.requests.steps import exports_of

WINDOW = {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z"}
# Body, status, and the field that the problem names.
BAD: list[tuple[Any, int, str]] = [
    ({"kind": "customers_and_more"}, 400, "/kind"),
    ({"kind": "ORDERS"}, 400, "/kind"),
    ({"kind": ""}, 400, "/kind"),
    ({"kind": None}, 400, "/kind"),
    ({"kind": 1}, 400, "/kind"),
    ({"kind": ["orders"]}, 400, "/kind"),
    ({"format": "pdf"}, 400, "/format"),
    ({"format": "XLS"}, 400, "/format"),
    ({"format": ".xls"}, 400, "/format"),
    ({"format": {}}, 400, "/format"),
    ({"format": True}, 400, "/format"),
    ({"preset": "last_4_months"}, 400, "/preset"),
    ({"preset": 3}, 400, "/preset"),
    ({"preset": ""}, 400, "/preset"),
    ({"preset": "last_3_months", "window": WINDOW}, 422, "/preset"),
    ({"window": "2026-01"}, 400, "/window"),
    ({"window": []}, 400, "/window"),
    ({"window": {}}, 400, "/window/from"),
    ({"window": {"from": WINDOW["from"]}}, 400, "/window/to"),
    ({"window": {"to": WINDOW["to"]}}, 400, "/window/from"),
    ({"window": {**WINDOW, "until": WINDOW["to"]}}, 400, "/window/until"),
    ({"window": {**WINDOW, "from_": WINDOW["to"]}}, 400, "/window/from_"),
    ({"window": {**WINDOW, "to": WINDOW["from"]}}, 422, "/window/to"),
    ({"window": {"from": WINDOW["to"], "to": WINDOW["from"]}}, 422, "/window/to"),
    ({"window": {"from": "2026-01-01T08:00:00+08:00", "to": "2026-01-01T00:00:00Z"}}, 422, "/window/to"),
    ({"window": {**WINDOW, "from": "2026-01-01T00:00:00"}}, 400, "/window/from"),
    ({"window": {**WINDOW, "to": "2026-02-01T00:00:00"}}, 400, "/window/to"),
    ({"window": {**WINDOW, "from": "2026-01-01"}}, 400, "/window/from"),
    ({"window": {**WINDOW, "from": "yesterday"}}, 400, "/window/from"),
    ({"window": {**WINDOW, "from": 1_767_225_600}}, 400, "/window/from"),
    ({"window": {**WINDOW, "from": None}}, 400, "/window/from"),
    ({"window": {**WINDOW, "from": "2026-02-30T00:00:00Z"}}, 400, "/window/from"),
    ({"window": {**WINDOW, "from": "1969-12-31T23:59:59Z"}}, 400, "/window/from"),
    ({"window": {**WINDOW, "to": "2100-01-01T00:00:00Z"}}, 400, "/window/to"),
    ({"window": {**WINDOW, "to": "9999-12-31T23:59:59-14:00"}}, 400, "/window/to"),
    ({"status": ""}, 400, "/status"),
    ({"status": "SHIPPED"}, 400, "/status"),
    ({"status": "finish"}, 400, "/status"),
    ({"status": "FINISH,"}, 400, "/status"),
    ({"status": ",FINISH"}, 400, "/status"),
    ({"status": "FINISH, IN_CANCEL"}, 400, "/status"),
    ({"status": "FINISH;IN_CANCEL"}, 400, "/status"),
    ({"status": ["FINISH"]}, 400, "/status"),
    ({"status": 11}, 400, "/status"),
    ({"status": "ARCHIVE"}, 400, "/status"),
    ({"status": "FINISH," * 100}, 400, "/status"),
    ({"columns": []}, 400, "/columns"),
    ({"columns": "order_id"}, 400, "/columns"),
    ({"columns": {"order_id": True}}, 400, "/columns"),
    ({"columns": [1]}, 400, "/columns/0"),
    ({"columns": ["order_id", None]}, 400, "/columns/1"),
    ({"columns": ["order_id", "colour"]}, 422, "/columns/1"),
    ({"columns": ["订单号"]}, 422, "/columns/0"),
    ({"columns": [""]}, 422, "/columns/0"),
    ({"columns": ["order_id", "total", "order_id"]}, 422, "/columns/2"),
    ({"columns": ["order_id", "line_id"]}, 422, "/columns/1"),
    ({"columns": ["order_id"] * 500}, 400, "/columns"),
    ({"columns": ["order_id"], "layout": "english"}, 422, "/layout"),
    ({"layout": "seller_centre_1999"}, 422, "/layout"),
    ({"layout": "English"}, 422, "/layout"),
    ({"layout": ""}, 400, "/layout"),
    ({"layout": 2016}, 400, "/layout"),
    ({"layout": "x" * 65}, 400, "/layout"),
    ({"kind": "lines", "layout": "seller_centre_2016"}, 422, "/layout"),
    ({"time_zone": "Springfield"}, 400, "/time_zone"),
    ({"time_zone": "+08:00"}, 400, "/time_zone"),
    ({"time_zone": "../../etc/passwd"}, 400, "/time_zone"),
    ({"time_zone": "/etc/localtime"}, 400, "/time_zone"),
    ({"time_zone": ""}, 400, "/time_zone"),
    ({"time_zone": 8}, 400, "/time_zone"),
    ({"time_zone": "A" * 65}, 400, "/time_zone"),
    ({"language": "zh"}, 400, "/language"),
    ({"language": "fr"}, 400, "/language"),
    ({"language": "EN"}, 400, "/language"),
    ({"recipient": "hidden"}, 400, "/recipient"),
    ({"recipient": True}, 400, "/recipient"),
    ({"recipient": None}, 400, "/recipient"),
    ({"bom": "yes", "format": "csv"}, 400, "/bom"),
    ({"bom": 1, "format": "csv"}, 400, "/bom"),
    ({"bom": True}, 422, "/bom"),
    ({"bom": False, "format": "xlsx"}, 422, "/bom"),
    ({"kind": "shipments", "preset": "last_3_months"}, 422, "/preset"),
    ({"kind": "shipments", "window": WINDOW}, 422, "/window"),
    ({"kind": "shipments", "status": "FINISH"}, 422, "/status"),
    ({"kind": "picks", "status": "FINISH"}, 422, "/status"),
    ({"kind": "picks", "window": WINDOW}, 422, "/window"),
    ({"kind": "picks", "columns": ["sku", "order_id"]}, 422, "/columns/1"),
    ({"kind": "customers", "preset": "last_3_months"}, 422, "/preset"),
    ({"kind": "customers", "window": WINDOW}, 422, "/window"),
    ({"kind": "customers", "status": "FINISH"}, 422, "/status"),
    ({"kind": "customers", "layout": "seller_centre_2016"}, 422, "/layout"),
    ({"kind": "customers", "columns": ["buyer_id", "order_id"]}, 422, "/columns/1"),
    ({"kind": "orders", "columns": ["refund_rate"]}, 422, "/columns/0"),
    ({"colour": 1}, 400, "/colour"),
    ({"store_id": "another"}, 400, "/store_id"),
    ({"masked": True}, 400, "/masked"),
    ({"Kind": "orders"}, 400, "/Kind"),
    ([], 400, ""),
    ("orders", 400, ""),
]


def test_an_export_is_accepted_with_every_default_filled_in(office: Office) -> None:
    shop = office.api.shop(time_zone="Asia/Tokyo")
    now = datetime(2026, 11, 24, 3, 4, 5, tzinfo=UTC)
    office.at(now)
    answer = shop.staff.post("/v1/exports")
    answer_body = answer.json
    assert answer.status == 202 and answer.headers["location"] == f"/v1/exports/{answer_body['id']}"
    assert (
        answer_body["id"].startswith("exp_")
        and shop.staff.get(answer.headers["location"]).json["id"] == answer_body["id"]
    )
    assert answer_body == {
        "id": answer_body["id"],
        "kind": "orders",
        "kind_label": "Orders",
        "format": "xls",
        "state": "queued",
        "state_label": "Queued",
        "progress": {"done": 0, "total": None, "percent": 0},
        "files": [],
        "coverage": {
            "from": "2026-08-23T15:00:00Z",
            "to": "2026-11-24T03:04:05Z",
            "time_zone": "Asia/Tokyo",
            "orders": 0,
            "complete": False,
        },
        "totals": [],
        "warnings": [],
        "more_warnings": 0,
        "layout": "seller_centre_2016",
        "columns": [],
        "statuses": [],
        "language": "zh-CN",
        "recipient": "full",
        "scheduled": False,
        "requested_by": {"role": "staff", "id": "staff"},
        "requested_at": "2026-11-24T03:04:05Z",
        "started_at": None,
        "finished_at": None,
        "expires_at": "2026-12-24T03:04:05Z",
        "failed": None,
    }
    assert office.messages() == [{"store_id": shop.name, "export_id": answer_body["id"], "n": 1}]


@pytest.mark.parametrize(
    ("body", "layout", "language"),
    [
        ({"kind": "lines"}, "chinese", "zh-CN"),
        ({"kind": "lines", "language": "en"}, "english", "en"),
        ({"kind": "customers"}, "chinese", "zh-CN"),
        ({"kind": "customers", "language": "en"}, "english", "en"),
        ({"language": "en"}, "english", "en"),
        ({"language": "zh-CN"}, "seller_centre_2016", "zh-CN"),
        ({"layout": "english"}, "english", "en"),
        ({"layout": "seller_centre_2026"}, "seller_centre_2026", "zh-CN"),
        ({"layout": "seller_centre_2016", "language": "en"}, "seller_centre_2016", "en"),
        ({"columns": ["order_id"]}, None, "zh-CN"),
        ({"columns": ["order_id"], "language": "en"}, None, "en"),
        ({"preset": None, "window": None, "status": None, "columns": None}, "seller_centre_2016", "zh-CN"),
    ],
)
def test_a_layout_and_a_language_choose_each_other(
    office: Office, body: dict[str, Any], layout: str | None, language: str
) -> None:
    export = office.ask(office.api.shop().owner, **body)
    assert (export["layout"], export["language"]) == (layout, language)


def test_every_wrong_body_is_refused_by_its_field_and_nothing_comes_of_it(office: Office) -> None:
    shop = office.api.shop()
    wrong = []
    for body, status, pointer in BAD:
        answer = shop.owner.post("/v1/exports", body)
        problem = answer.json
        named = answer.fields == [pointer] or (pointer and any(each.startswith(pointer) for each in answer.fields))
        if answer.status != status or not named or answer.headers["content-type"] != "application/problem+json":
            wrong.append(f"{str(body)[:80]}: {answer.status} {answer.fields}, not {status} {pointer}")
        elif problem["status"] != status or problem["request_id"] != answer.headers["x-request-id"]:
            wrong.append(f"{body}: {problem}")
    assert not wrong, "\n".join(wrong)
    assert exports_of(shop) == [] and office.messages() == []
    proof.counted("bad bodies of export requests", len(BAD), 90)


def test_bodies_that_are_no_json_and_unknown_parameters_are_refused(office: Office) -> None:
    shop = office.api.shop()
    made = office.ask(shop.owner)
    for raw, status in ((b"{", 400), (b"\xff", 400), (b'{"kind": "orders", "kind": "lines"}', 400), (b"null", 400)):
        assert shop.owner.post("/v1/exports", raw=raw).status == status, raw
    assert shop.owner.post("/v1/exports", {}, headers={"content-type": "text/plain"}).status == 415
    assert shop.owner.post("/v1/exports", {"layout": "x" * 1_100_000}).status == 413
    for path in ("/v1/exports?colour=1", f"/v1/exports/{made['id']}?colour=1", "/v1/shipment-list?colour=1"):
        refused = shop.owner.get(path)
        assert (refused.status, refused.fields) == (400, ["/query/colour"])
    for step in ("cancel", "retry"):
        refused = shop.owner.post(f"/v1/exports/{made['id']}/{step}", {"colour": 1})
        assert (refused.status, refused.fields) == (400, ["/colour"])
    assert [each["state"] for each in exports_of(shop)] == ["queued"]


def test_the_regular_export_is_read_and_set_by_the_owner(office: Office) -> None:
    shop = office.api.shop(time_zone="Asia/Tokyo")
    before = shop.owner.get("/v1/export-schedule")
    assert before.status == 200 and before.json["time_zone"] == "Asia/Tokyo" and before.json["last_export_id"] is None
    result = {"enabled": True, "cadence": "daily", "kind": "lines", "format": "csv", "hour": 0}
    after = shop.owner.request("PUT", "/v1/export-schedule", result)
    assert after.status == 200 and {name: after.json[name] for name in result} == result
    assert shop.owner.get("/v1/export-schedule").json == after.json
    bad = [
        ({}, "/enabled"),
        ({"enabled": 1}, "/enabled"),
        ({"enabled": None}, "/enabled"),
        ({"enabled": True, "hour": -1}, "/hour"),
        ({"enabled": True, "hour": "2"}, "/hour"),
        ({"enabled": True, "hour": 2.0}, "/hour"),
        ({"enabled": True, "kind": "funds_"}, "/kind"),
        ({"enabled": True, "format": "pdf"}, "/format"),
        ({"enabled": True, "cadence": "hourly"}, "/cadence"),
        ({"enabled": True, "time_zone": "UTC"}, "/time_zone"),
        ({"enabled": True, "next_at": WINDOW["from"]}, "/next_at"),
    ]
    for body, pointer in bad:
        refused = shop.owner.request("PUT", "/v1/export-schedule", body)
        assert (refused.status, refused.fields) == (400, [pointer]), body
    assert shop.owner.get("/v1/export-schedule").json == after.json and len(bad) == 11
