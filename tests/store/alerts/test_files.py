"""Alerts of exports and imports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.harness import Api, new_order, snapshot
from tests.store.alerts import times
from tests.store.alerts.runs import alerts_of, assert_books, remind
from tests.store.alerts.times import H


def test_an_import_raises_alerts_only_where_time_is_left(desk: Api) -> None:
    shop, old = desk.shop(), datetime.now(UTC) - timedelta(days=400)

    def imported(status: str, at: datetime, due: datetime | None = None, **shown: Any) -> str:
        body = new_order(placed_at=(at - H).isoformat())
        assert shop.platform.post("/v1/orders", body).status == 201
        deadlines = {"deadlines": [{"kind": "shipment", "due_at": due.isoformat()}]} if due else {}
        picture = snapshot(body | deadlines, status, changed_at=at.isoformat(), **shown)
        assert shop.platform.act(body["order_id"], "sync", picture).status == 200
        return str(body["order_id"])

    for status in ("PLACE_ORDER_SUCCESS", "WAIT_SELLER_SEND_GOODS", "IN_CANCEL", "FUND_PROCESSING", "FINISH"):
        ended = {"end_reason": "buyer_accept_goods"} if status in ("FUND_PROCESSING", "FINISH") else {}
        imported(status, old, **ended)
    recently = datetime.now(UTC) - 40 * H
    imported("WAIT_SELLER_SEND_GOODS", recently)
    imported("WAIT_SELLER_SEND_GOODS", recently, due=datetime.now(UTC) - H)
    assert alerts_of(shop, "deadline") == []
    tight = imported("WAIT_SELLER_SEND_GOODS", recently, due=datetime.now(UTC) + 20 * H)
    found = [(each["order_id"], each["timer"], each["lead"]) for each in alerts_of(shop, "deadline")]
    assert found == [(tight, "shipment", "P1D")]
    assert_books()


def test_an_export_that_failed_has_an_alert_until_it_is_tried_again(in_process: Api) -> None:
    from shared.domain.exports import model as life
    from shared.operations import exports as operations
    from shared.store.exports import exports

    shop = in_process.shop()
    asked = shop.staff.post("/v1/exports", {"format": "csv"}).json
    job = exports.load(shop.name, asked["id"])
    operations.save(job, life.fail(job, "gave_up", times.NOW))
    (alert,) = alerts_of(shop, "export_failed", "open")
    assert (alert["subject"], alert["facts"]["code"]) == (asked["id"], "gave_up")
    assert shop.staff.post(f"/v1/exports/{asked['id']}/retry", {}).status == 200
    assert [each["state"] for each in alerts_of(shop, "export_failed")] == ["resolved"]


def test_orders_that_leave_the_window_have_an_alert_until_an_export_has_them(in_process: Api) -> None:
    from dataclasses import replace

    from shared.domain.exports import model as life
    from shared.operations.exports import check_leaving_orders
    from shared.store.exports import exports

    shop = in_process.shop()
    leaving = (times.NOW - timedelta(days=88)).isoformat()
    shop.platform.place(placed_at=leaving)
    tomorrow = times.NOW + timedelta(days=1)
    assert remind(tomorrow).failed == 0
    (alert,) = alerts_of(shop, "orders_leaving_window", "open")
    assert alert["facts"]["orders"] == 1 and alert["severity"] == "warning"
    remind(times.NOW + timedelta(days=2))
    assert len(alerts_of(shop, "orders_leaving_window")) == 1, "not again every day"
    shop.platform.place(placed_at=(times.NOW - timedelta(days=78)).isoformat())
    remind(times.NOW + timedelta(days=9))
    states = [each["state"] for each in alerts_of(shop, "orders_leaving_window")]
    assert states == ["open", "resolved"], "others leave now, and those of last week have left"
    asked = shop.staff.post("/v1/exports", {"format": "csv"}).json
    job = exports.load(shop.name, asked["id"])
    window = replace(job.request, since=times.NOW - timedelta(days=200), until=times.NOW)
    job = exports.save(job, replace(life.succeed(replace(job, request=window), times.NOW), watch_at=None))
    check_leaving_orders(shop.name, times.NOW + timedelta(days=9))
    remind(times.NOW + timedelta(days=9, minutes=5))
    assert [each["state"] for each in alerts_of(shop, "orders_leaving_window")] == ["resolved"] * 2
    assert_books()


def test_orders_of_an_imported_file_do_not_leave_unnoticed(in_process: Api) -> None:
    """The seller has the file; an order that the file does not have still raises the alert."""
    from shared.domain.imports import model as life
    from shared.operations.exports import check_leaving_orders
    from shared.store.imports import imports

    shop = in_process.shop()
    placed = times.NOW - timedelta(days=88)
    shop.platform.place(placed_at=placed.isoformat())
    remind(times.NOW + timedelta(days=1))
    assert len(alerts_of(shop, "orders_leaving_window", "open")) == 1
    asked = shop.staff.post("/v1/imports", {"kind": "orders", "file_name": "orders.xls"}).json
    job = imports.load(shop.name, asked["id"])
    zone = ZoneInfo(shop.owner.get("/v1/store").json["time_zone"])
    row = life.RowResult(2, "1", life.RowState.CREATED, placed_on=placed.astimezone(zone).date().isoformat())
    old = life.RowResult(3, "2", life.RowState.CREATED, placed_on="2001-01-01")
    stepped = life.stepped(job, life.Step("key", 2, 3, {"created": 2}), [row, old])
    assert list(stepped.days) == [row.placed_on], "days that have left long ago are not counted"
    imports.save(job, life.finish(stepped, None, times.NOW))
    check_leaving_orders(shop.name, times.NOW + timedelta(days=1, minutes=1))
    remind(times.NOW + timedelta(days=1, minutes=5))
    assert [each["state"] for each in alerts_of(shop, "orders_leaving_window")] == ["resolved"]
    shop.platform.place(placed_at=placed.isoformat())
    remind(times.NOW + timedelta(days=2))
    assert len(alerts_of(shop, "orders_leaving_window", "open")) == 1
    assert_books()


def test_an_import_that_failed_or_has_failed_rows_raises_an_alert(in_process: Api) -> None:
    from shared.domain.imports import model as life
    from shared.operations.imports import imports as operations
    from shared.store.imports import imports

    shop = in_process.shop()
    ended = []
    for failed in (0, 3, None):
        asked = shop.staff.post("/v1/imports", {"kind": "orders", "file_name": "orders.xls"}).json
        job = imports.load(shop.name, asked["id"])
        step = life.Step("key", 2, 9, {"created": 5, "failed": failed or 0})
        ended.append(asked["id"])
        after = life.fail(job, "file_damaged", {}, times.NOW)
        operations.save(job, after if failed is None else life.finish(life.stepped(job, step), None, times.NOW))
    (rows,), (whole,) = (alerts_of(shop, kind, "open") for kind in ("import_rows_failed", "import_failed"))
    assert (rows["subject"], rows["facts"]["rows"]) == (ended[1], 3)
    assert (whole["subject"], whole["facts"]["code"]) == (ended[2], "file_damaged")
    preview = imports.load(
        shop.name, shop.staff.post("/v1/imports", {"kind": "tracking", "file_name": "a.csv"}).json["id"]
    )
    operations.save(preview, life.finish(life.stepped(preview, life.Step("key", 2, 2, {"failed": 1})), None, times.NOW))
    assert len(alerts_of(shop, "import_rows_failed")) == 1, "a preview is looked at by the person who asked for it"
    assert_books()


def test_what_is_cut_off_is_counted_as_at_least(in_process: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from shared.domain.alerts.model import sentence
    from shared.operations.alerts import daily_alerts
    from shared.store.alerts import alerts

    monkeypatch.setattr(daily_alerts, "MAX_COUNT", 2)
    shop = in_process.shop()
    for _ in range(3):
        shop.platform.place(placed_at=(times.NOW - timedelta(days=88)).isoformat())
        shop.platform.place(placed_at=(times.NOW - H).isoformat())
    remind(times.NOW + timedelta(days=1))
    (leaving,) = alerts_of(shop, "orders_leaving_window", "open")
    assert (leaving["facts"]["orders"], leaving["facts"]["at_least"]) == (2, ["orders"])
    said = [sentence(alerts.load(shop.name, leaving["alert_id"]), language, "UTC") for language in ("en", "zh-CN")]
    assert said[0].startswith("2+ orders ") and " 2+ 个订单" in said[1]
    (digest, *_) = [each for each in shop.viewer.every("/v1/alerts", state="resolved") if each["kind"] == "digest"]
    assert "open" in digest["facts"]["at_least"] and "2+ open alerts" in digest["message"]
