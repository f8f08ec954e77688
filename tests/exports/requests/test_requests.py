"""An export from its request to its end over HTTP: keys, cancelling, retrying, lists, and who may do it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.exports import worker
from tests.exports.office import Office
from tests.exports.requests.steps import FORMATS, exports_of, fail, post


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
