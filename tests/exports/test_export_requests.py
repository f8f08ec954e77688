"""The nine routes of exports over HTTP: what is made, what is refused, and that a refusal leaves nothing behind."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from functions.exports import worker
from tests import proof
from tests.exports.files import about, sheet, unpacked
from tests.exports.office import Office, open_office
from tests.harness import Answer, Client, Shop, ago, ahead, line, parcel, usd

FORMATS = ("xls", "xlsx", "csv")
WINDOW = {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z"}
SECRET = {
    "name": "Alexandra Examplename",
    "street": "77 Unlisted Street",
    "zip": "QZ9-7XY",
    "phone": "5550177123",
    "mobile": "5550188456",
    "tax_id": "TAX-77-1",
}
EMAIL = "alexandra@example.com"

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


@pytest.fixture(scope="module")
def opened() -> Iterator[Office]:
    with open_office() as office:
        yield office


@pytest.fixture
def office(opened: Office) -> Iterator[Office]:
    """One office for all tests here, each with a shop of its own; its clock goes right again, its queue is empty."""
    opened.messages()
    yield opened
    opened.at(None)


def exports_of(shop: Shop) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.owner.every("/v1/exports")
    return found


def post(client: Client, export: dict[str, Any], step: str, **kwargs: Any) -> Answer:
    return client.post(f"/v1/exports/{export['id']}/{step}", {}, **kwargs)


def fail(office: Office, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """An export that was tried as often as it is, in vain."""
    request = office.ask(shop.owner, format="csv")
    (message,) = office.messages()
    with monkeypatch.context() as broken:
        broken.setattr(worker, "write_file", lambda *_: 1 / 0)
        for attempt in range(6):  # each some time after the last, when nobody has the file in hand any more
            office.at(datetime.now(UTC) + timedelta(minutes=20 * attempt))
            office.deliver(message)
    office.at(None)
    return office.read(shop.owner, request["id"])


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


def test_viewers_and_reporters_get_nothing_but_the_shipment_list(office: Office) -> None:
    shop = office.api.shop()
    made = office.make(shop.owner, format="csv")
    running = office.ask(shop.owner)
    refused = 0
    for client in (shop.viewer, shop.platform):
        for method, path, body in (
            ("POST", "/v1/exports", {}),
            ("POST", "/v1/exports", {"colour": 1}),
            ("GET", "/v1/exports", None),
            ("GET", f"/v1/exports/{made['id']}", None),
            ("GET", f"/v1/exports/{made['id']}/files/1", None),
            ("POST", f"/v1/exports/{running['id']}/cancel", {}),
            ("POST", f"/v1/exports/{running['id']}/retry", {}),
            ("GET", "/v1/export-schedule", None),
            ("PUT", "/v1/export-schedule", {"enabled": False}),
        ):
            answer = client.request(method, path, body)
            assert (answer.status, answer.code) == (403, "forbidden"), (method, path)
            refused += 1
        assert client.get("/v1/shipment-list").status == 200
    for method, body in (("GET", None), ("PUT", {"enabled": False})):
        assert shop.staff.request(method, "/v1/export-schedule", body).json["required_role"] == ["owner"]
    assert refused == 18 and len(exports_of(shop)) == 2
    assert office.read(shop.owner, running["id"])["state"] == "queued"


def test_a_key_makes_one_export_however_often_it_is_sent(office: Office) -> None:
    shop = office.api.shop()
    key = {"idempotency-key": "once"}
    first = shop.owner.post("/v1/exports", {"format": "csv"}, headers=key)
    again = shop.owner.post("/v1/exports", {"format": "csv"}, headers=key)
    assert (first.status, again.status) == (202, 202) and first.content == again.content
    assert again.headers["idempotent-replayed"] == "true" and "idempotent-replayed" not in first.headers
    assert again.headers["location"] == first.headers["location"]
    other = shop.owner.post("/v1/exports", {"format": "xls"}, headers=key)
    assert (other.status, other.code) == (422, "idempotency_key_reused")
    assert len(exports_of(shop)) == 1 and len(office.messages()) == 1
    theirs = shop.staff.post("/v1/exports", {"format": "csv"}, headers=key)
    assert theirs.json["id"] != first.json["id"], "another caller's key is another key"
    office.at(datetime.now(UTC) + timedelta(hours=25))
    late = shop.owner.post("/v1/exports", {"format": "csv"}, headers=key)
    assert late.json["id"] != first.json["id"] and len(exports_of(shop)) == 3


def test_cancelling_and_retrying_with_a_key_happen_once(office: Office) -> None:
    shop = office.api.shop()
    made = office.ask(shop.owner, format="csv")
    office.messages()
    for step, state in (("cancel", "cancelled"), ("retry", "queued")):
        answers = [post(shop.owner, made, step, headers={"idempotency-key": step}) for _ in range(3)]
        assert {(each.status, each.json["state"]) for each in answers} == {(200, state)}
        assert [each.headers.get("idempotent-replayed") for each in answers] == [None, "true", "true"]
    assert len(office.messages()) == 1


def test_a_conflict_is_not_kept_for_its_key(office: Office) -> None:
    shop = office.api.shop()
    key = {"idempotency-key": "later"}
    assert shop.owner.post("/v1/exports", {"kind": "shipments"}, headers=key).code == "nothing_to_ship"
    order_id = shop.platform.place()["order_id"]
    for action in ("pay", "pass_risk"):
        shop.platform.act(order_id, action)
    assert shop.owner.post("/v1/exports", {"kind": "shipments"}, headers=key).status == 202


def test_what_has_ended_is_not_cancelled_and_what_has_its_files_is_not_tried_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = office.api.shop()
    queued = office.ask(shop.owner, format="csv")
    assert post(shop.owner, queued, "retry").code == "export_running"
    cancelled = post(shop.staff, queued, "cancel")
    assert (cancelled.status, cancelled.json["state"]) == (200, "cancelled") and cancelled.json["finished_at"]
    assert (post(shop.owner, queued, "cancel").status, post(shop.owner, queued, "cancel").code) == (409, "export_ended")
    office.work()
    assert office.read(shop.owner, queued["id"])["files"] == [], "a message that is late does nothing"
    again = post(shop.owner, queued, "retry")
    assert (again.status, again.json["state"], again.json["finished_at"]) == (200, "queued", None)
    assert post(shop.owner, queued, "retry").code == "export_running"
    office.work()
    assert office.read(shop.owner, queued["id"])["state"] == "succeeded"
    assert (post(shop.owner, queued, "cancel").status, post(shop.owner, queued, "cancel").code) == (409, "export_ended")
    assert post(shop.owner, queued, "retry").code == "export_succeeded"
    failed = fail(office, shop, monkeypatch)
    assert (failed["state"], failed["failed"]["code"]) == ("failed", "gave_up") and failed["failed"]["message"]
    assert post(shop.owner, failed, "cancel").code == "export_ended"
    assert post(shop.owner, failed, "retry").json["failed"] is None
    office.work()
    assert office.read(shop.owner, failed["id"])["state"] == "succeeded"


def test_cancelling_stops_a_worker_that_is_at_it(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = office.api.shop()
    shop.platform.place()
    request = office.ask(shop.owner, format="csv")
    upload, states = worker.files.upload, []

    def cancelled_meanwhile(*args: Any) -> None:
        states.append(office.read(shop.owner, request["id"])["state"])
        assert post(shop.owner, request, "retry").code == "export_running"
        assert post(shop.owner, request, "cancel").status == 200
        upload(*args)

    monkeypatch.setattr(worker.files, "upload", cancelled_meanwhile)
    assert office.work() == 1
    export = office.read(shop.owner, request["id"])
    assert states == ["running"] and (export["state"], export["files"]) == ("cancelled", [])
    assert export["finished_at"] and not export["coverage"]["complete"] and export["progress"]["percent"] < 100
    left = [key for key in office.keys() if request["id"] in key]  # noqa: SIM118  an office is no dict
    assert left == [] and office.messages() == []


def test_exports_are_listed_latest_first_a_page_at_a_time(office: Office) -> None:
    shop, other = office.api.shop(), office.api.shop()
    request = [office.ask(shop.owner, format=FORMATS[number % 3])["id"] for number in range(7)]
    office.ask(other.owner)
    assert [each["id"] for each in exports_of(shop)] == request[::-1]
    found, cursor = [], {}
    for size in (3, 3, 1):
        page = shop.staff.get("/v1/exports", query={"limit": 3, **cursor}).json
        assert len(page["data"]) == size and page["page"]["limit"] == 3
        found += [each["id"] for each in page["data"]]
        cursor = {"cursor": page["page"]["next_cursor"]}
    assert found == request[::-1] and cursor == {"cursor": None}
    sealed = shop.owner.get("/v1/exports?limit=2").json["page"]["next_cursor"]
    assert other.owner.get("/v1/exports", query={"cursor": sealed}).code == "cursor_invalid"
    assert shop.owner.get("/v1/orders", query={"cursor": sealed}).code == "cursor_invalid"
    assert shop.owner.get("/v1/exports", query={"cursor": sealed + "x"}).code == "cursor_invalid"
    for limit in ("0", "201", "-1", "x", "1.5", ""):
        refused = shop.owner.get("/v1/exports", query={"limit": limit})
        assert (refused.status, refused.fields) == (400, ["/query/limit"]), limit
    office.at(datetime.now(UTC) + timedelta(hours=25))
    late = shop.owner.get("/v1/exports", query={"cursor": sealed})
    assert (late.status, late.code) == (410, "cursor_expired")


def test_a_shipment_list_is_there_only_while_some_order_awaits_shipment(office: Office) -> None:
    shop = office.api.shop()
    order_id, other_id = (shop.platform.place()["order_id"] for _ in range(2))
    for client in (shop.owner, shop.staff, shop.viewer, shop.platform):
        assert client.get("/v1/shipment-list").json == {"available": False, "orders": 0}
    refused = shop.owner.post("/v1/exports", {"kind": "shipments"})
    assert (refused.status, refused.code) == (409, "nothing_to_ship") and exports_of(shop) == []
    for each in (order_id, other_id):
        for action in ("pay", "pass_risk"):
            shop.platform.act(each, action)
    assert shop.owner.get("/v1/shipment-list").json == {"available": True, "orders": 2}
    shop.staff.act(order_id, "ship", {"parcels": [parcel("LX1", line1=2)]})
    made = office.make(shop.owner, kind="shipments", format="csv", language="en")
    assert (made["coverage"]["from"], made["coverage"]["to"], made["coverage"]["orders"]) == (None, None, 2)
    headings, *rows = sheet(office.fetch(shop.owner, made), made)
    number, left = headings.index("Order no."), headings.index("To ship")
    found = sorted((row[number], row[left]) for row in rows)
    assert found == sorted([(order_id, "1"), (other_id, "2"), (other_id, "1")])
    for each in (order_id, other_id):
        assert shop.staff.act(each, "ship", {"parcels": [parcel(f"LX9{each}")]}).status == 200
    assert shop.owner.get("/v1/shipment-list").json == {"available": False, "orders": 0}
    assert shop.owner.post("/v1/exports", {"kind": "shipments"}).code == "nothing_to_ship"


def test_a_frozen_order_awaits_no_shipment(office: Office) -> None:
    """Nothing may be shipped while it is frozen, so a list of such orders alone is not there."""
    shop = office.api.shop()
    frozen, disputed = (str(shop.platform.place()["order_id"]) for _ in range(2))
    for action in ("pay", "pass_risk"):
        shop.platform.act(frozen, action)
    shop.platform.act(frozen, "freeze", {"reason": "review"})
    assert shop.owner.get("/v1/shipment-list").json == {"available": False, "orders": 0}
    assert shop.owner.post("/v1/exports", {"kind": "shipments"}).code == "nothing_to_ship"
    for action in ("pay", "pass_risk"):
        shop.platform.act(disputed, action)
    shop.staff.act(disputed, "ship", {"parcels": [parcel("LX1", line1=1)]})
    claim = {"kind": "not_received", "claim": usd("1.00"), "solution": "refund", "text": "It has not come."}
    assert shop.platform.act(disputed, "open_dispute", claim).status == 200
    assert shop.owner.get("/v1/shipment-list").json == {"available": True, "orders": 1}, "a dispute stops no parcel"
    shop.platform.act(frozen, "unfreeze")
    assert shop.owner.get("/v1/shipment-list").json == {"available": True, "orders": 2}
    shop.platform.act(str(shop.platform.place()["order_id"]), "freeze", {"reason": "review"})
    assert shop.owner.get("/v1/shipment-list").json == {"available": True, "orders": 2}, "one that awaits payment"


def test_the_progress_of_funds_counts_the_orders_of_the_file(office: Office) -> None:
    shop = office.api.shop()
    paid, _ = (str(shop.platform.place()["order_id"]) for _ in range(2))
    shop.platform.act(paid, "pay")
    made = office.make(shop.owner, kind="funds", format="csv")
    assert (made["progress"], made["coverage"]["orders"]) == ({"done": 1, "total": 1, "percent": 100}, 1)


def test_a_window_that_ends_in_the_future_is_not_complete(office: Office) -> None:
    shop = office.api.shop()
    shop.platform.place()
    past, future = {"from": ago(days=9), "to": ago(minutes=1)}, {"from": ago(days=9), "to": ahead(days=1)}
    assert [office.make(shop.owner, window=each)["coverage"]["complete"] for each in (past, future)] == [True, False]
    assert office.make(shop.owner)["coverage"]["complete"], "the preset ends now"


@pytest.mark.parametrize("kind", ["orders", "lines", "shipments"])
def test_a_masked_export_shows_no_recipient_anywhere_in_its_bytes(office: Office, kind: str) -> None:
    """Unpacked, in UTF-8 and UTF-16 alike; the same search finds all of it in a full one."""
    shop = office.api.shop()
    buyer = {"id": "b", "country": "US", "email": EMAIL}
    order_id = shop.platform.place(recipient={"country": "US", "city": "Springfield", **SECRET}, buyer=buyer)[
        "order_id"
    ]
    for action in ("pay", "pass_risk"):
        shop.platform.act(order_id, action)
    hidden = (*SECRET.values(), EMAIL, *SECRET["name"].split(), SECRET["phone"][:8], SECRET["street"][3:])
    every = [
        "order_id",
        "buyer_email",
        "address",
        "recipient_name",
        "street",
        "zip",
        "phone",
        "mobile",
        "tax_id",
        "city",
    ]
    searched = 0
    for form in FORMATS:
        for chosen in ({}, {"columns": every}, {"language": "en"}):
            content = {}
            for recipient in ("full", "masked"):
                made = office.make(shop.owner, kind=kind, format=form, recipient=recipient, **chosen)
                assert made["recipient"] == recipient
                parts = unpacked(office.fetch(shop.owner, made))
                content[recipient] = b"".join(name.encode() + part for name, part in parts)
            for text in hidden:
                spellings = (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"))
                assert not any(spelling in content["masked"] for spelling in spellings), (form, chosen, text)
                if "columns" in chosen:
                    assert any(spelling in content["full"] for spelling in spellings), (form, text)
                searched += 1
            assert b"***" in content["masked"] and (not chosen.get("columns") or b"Springfield" in content["masked"])
    print(f"\n{searched} searches")
    assert searched == 9 * len(hidden)


def test_a_filter_of_statuses_lets_through_those_alone(office: Office) -> None:
    shop = office.api.shop()
    orders = {name: shop.platform.place()["order_id"] for name in ("unpaid", "risk", "ship", "ended")}
    for name, steps in {"risk": "pay", "ship": "pay pass_risk", "ended": "cancel_unpaid"}.items():
        for step in steps.split():
            assert shop.platform.act(orders[name], step).status == 200
    for request, expected in (
        ("RISK_CONTROL", {"risk"}),
        ("FINISH,WAIT_SELLER_SEND_GOODS", {"ended", "ship"}),
        ("FINISH,FINISH", {"ended"}),
        ("IN_CANCEL", set()),
    ):
        for kind in ("orders", "lines"):
            made = office.make(shop.owner, format="csv", status=request, kind=kind)
            assert made["statuses"] == list(dict.fromkeys(request.split(",")))
            assert {row[0] for row in office.rows(shop.owner, made)} == {orders[name] for name in expected}
            assert made["progress"] == {"done": len(expected), "total": len(expected), "percent": 100}


def test_columns_of_ones_own_stand_in_the_order_asked_for(office: Office) -> None:
    office.at(datetime(2026, 11, 24, tzinfo=UTC))
    shop = office.api.shop(time_zone="Asia/Tokyo")
    placed = shop.platform.place(placed_at="2026-11-01T00:00:00Z")
    for form in FORMATS:
        codes = ["total", "order_id", "placed_at", "currency"]
        made = office.make(shop.owner, format=form, columns=codes, language="en", layout=None)
        assert (made["columns"], made["layout"]) == (codes, None)
        rows = sheet(office.fetch(shop.owner, made), made)
        assert rows[0] == ["Order total", "Order no.", "Placed at (Asia/Tokyo)", "Currency"]
        assert Decimal(str(rows[1][0])) == Decimal("28.50") and rows[1][1] == placed["order_id"]
        assert str(rows[1][2]) == "2026-11-01 09:00:00" and rows[1][3] == "USD"
    chinese = office.make(shop.owner, kind="lines", format="csv", columns=["line_id", "quantity"])
    assert sheet(office.fetch(shop.owner, chinese), chinese)[0] == ["子订单号", "数量"]


def test_amounts_in_several_currencies_are_warned_of_where_no_column_says_which(office: Office) -> None:
    shop = office.api.shop()
    shop.platform.place()
    yen = {"amount": "500", "currency": "JPY"}
    shop.platform.place(currency="JPY", shipping_fee=yen, lines=[line("1", 1) | {"unit_price": yen}])
    warned = 0
    for body, expected in (
        ({}, True),
        ({"layout": "seller_centre_2026"}, True),
        ({"layout": "english"}, False),
        ({"columns": ["order_id", "total"]}, True),
        ({"columns": ["order_id", "total", "currency"]}, False),
        ({"columns": ["order_id", "status"]}, False),
        ({"kind": "lines"}, False),
    ):
        for form in FORMATS:
            made = office.make(shop.owner, format=form, **body)
            assert [each["code"] for each in made["warnings"]] == ["several_currencies"] * expected, body
            assert made["totals"] == [{"amount": "1000", "currency": "JPY"}, usd("28.50")]
            if form != "csv":
                summary = about(office.fetch(shop.owner, made), made)
                assert any("several currencies" in str(name) or "多个币种" in str(name) for name in summary) == expected
            warned += expected
    chinese = shop.owner.get("/v1/exports?limit=200", headers={"accept-language": "zh-CN"}).json["data"]
    english = shop.owner.get("/v1/exports?limit=200").json["data"]
    assert any("币种" in each["warnings"][0]["message"] for each in chinese if each["warnings"])
    assert any("currencies" in each["warnings"][0]["message"] for each in english if each["warnings"])
    assert warned == 9


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_told_of_a_file_is_what_the_file_is(office: Office, form: str) -> None:
    """Bytes and digest, rows and orders, how far it came and what it adds up to."""
    shop = office.api.shop()
    for days in (1, 2, 3, 200):
        shop.platform.place(placed_at=ago(days=days))
    for kind, rows in (("orders", 3), ("lines", 6)):
        made = office.make(shop.owner, kind=kind, format=form)
        (file,) = made["files"]
        content = office.fetch(shop.owner, made)
        assert (file["bytes"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
        assert (file["n"], file["rows"], file["orders"]) == (1, rows, 3)
        assert len(sheet(content, made)) == rows + 1
        assert made["progress"] == {"done": 3, "total": 3, "percent": 100}
        assert (made["coverage"]["orders"], made["coverage"]["complete"]) == (3, True)
        assert made["totals"] == [usd("85.50")] and made["warnings"] == [] and made["more_warnings"] == 0
        assert made["started_at"] and made["finished_at"] >= made["started_at"]
        listed = exports_of(shop)[0]
        assert {name: value for name, value in made.items() if name != "downloads"} == listed


def test_an_id_that_is_none_is_not_found_on_any_route(office: Office) -> None:
    shop, other = office.api.shop(), office.api.shop()
    theirs = office.ask(other.owner)["id"]
    tried = 0
    for export_id in ("exp_00000000000000000000000000", "x", "%00", "a" * 65, "..%2F..", theirs):
        for method, path in (("GET", ""), ("GET", "/files/1"), ("POST", "/cancel"), ("POST", "/retry")):
            answer = shop.owner.request(method, f"/v1/exports/{export_id}{path}")
            assert (answer.status, answer.code) == (404, "not_found"), (export_id, path)
            tried += 1
    assert tried == 24 and office.read(other.owner, theirs)["state"] == "queued"


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
