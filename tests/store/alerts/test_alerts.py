"""Alerts in the table: each once however often anything repeats, over with their cause, and sent to a person."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import boto3
import pytest

from tests import permissions
from tests.books.orders import audit
from tests.capacity import metered
from tests.harness import Api, Shop, new_order, parcel, snapshot, usd

H = timedelta(hours=1)
NOW = datetime.now(UTC).replace(microsecond=0)
DUE = NOW + 60 * H
SHIP_BY = {"deadlines": [{"kind": "shipment", "due_at": DUE.isoformat()}]}


@pytest.fixture(autouse=True)
def from_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """NOW is when the test begins: this module may have been loaded long before."""
    now = datetime.now(UTC).replace(microsecond=0)
    monkeypatch.setitem(globals(), "NOW", now)
    monkeypatch.setitem(globals(), "DUE", now + 60 * H)
    monkeypatch.setitem(globals(), "SHIP_BY", {"deadlines": [{"kind": "shipment", "due_at": DUE.isoformat()}]})


@pytest.fixture
def desk(in_process: Api) -> Api:
    return in_process


def waiting(shop: Shop, **order: Any) -> str:
    order_id = str(shop.platform.place(**order)["order_id"])
    for action, body in (("pay", {}), ("pass_risk", SHIP_BY)):
        assert shop.platform.act(order_id, action, body).status == 200
    return order_id


def remind(moment: datetime, **more: Any) -> Any:
    from functions.deadlines.reminders import remind

    return remind(moment, lambda: False, **more)


def sweep(moment: datetime, **more: Any) -> Any:
    from functions.deadlines.sweep import sweep

    return sweep(moment, lambda: False, **more)


def told(shop: Shop, kind: str | None = None, states: str = "open acknowledged resolved") -> list[dict[str, Any]]:
    found = [each for state in states.split() for each in shop.viewer.every("/v1/alerts", state=state)]
    return [each for each in found if each["kind"] != "digest" and kind in (None, each["kind"])]


def assert_books() -> None:
    from shared.settings import settings

    assert not (wrong := audit(boto3.client("dynamodb"), settings().table_name).wrong), wrong


def test_each_lead_is_raised_once_however_often_and_late_the_runs_come(desk: Api) -> None:
    shop = desk.shop()
    orders = [waiting(shop) for _ in range(3)]
    for hours in (11, 12.01, 12.01, 11, 37, 57, 57, 36.5):
        assert remind(NOW + hours * H).failed == 0
    leads = Counter((each["order_id"], each["lead"]) for each in told(shop, "deadline"))
    assert leads == Counter((order_id, lead) for order_id in orders for lead in ("P2D", "P1D", "PT4H"))
    moments = {each["lead"]: each["raised_at"] for each in told(shop, "deadline")}
    assert datetime.fromisoformat(moments["PT4H"]) == DUE - 4 * H, "its own moment, not that of the run"
    assert {each["severity"] for each in told(shop, "deadline")} == {"info", "warning", "critical"}
    assert_books()
    late = desk.shop()
    behind = waiting(late)
    assert remind(NOW + 59 * H).done >= 3
    assert Counter(each["lead"] for each in told(late, "deadline")) == Counter(["P2D", "P1D", "PT4H"])
    assert {each["order_id"] for each in told(late, "deadline")} == {behind}
    assert_books()


def test_what_is_tight_as_its_timer_is_set_is_told_with_the_step_and_once(desk: Api) -> None:
    shop = desk.shop()
    soon = {"deadlines": [{"kind": "shipment", "due_at": (datetime.now(UTC) + 3 * H).isoformat()}]}
    order_id, keyed = str(shop.platform.place()["order_id"]), {"idempotency-key": "pass-1"}
    assert shop.platform.act(order_id, "pay").status == 200
    for _ in range(2):
        assert shop.platform.act(order_id, "pass_risk", soon, headers=keyed).status == 200
    (alert,) = told(shop, "deadline", "open")
    assert (alert["order_id"], alert["timer"], alert["lead"], alert["severity"]) == (
        order_id,
        "shipment",
        "PT4H",
        "critical",
    )
    assert "in 3 h" in alert["message"] and alert["facts"]["on_lapse"] == "expire_shipment"
    remind(datetime.now(UTC) + 2 * H)
    assert shop.platform.act(order_id, "freeze", {"reason": "review"}).status == 200
    assert not told(shop, "deadline", "open")
    assert shop.platform.act(order_id, "unfreeze").status == 200
    remind(datetime.now(UTC) + 2 * H)
    (again,) = told(shop, "deadline", "open")
    assert again["lead"] == "PT4H" and again["due_at"] > alert["due_at"]
    assert len(told(shop, "deadline")) == 2
    assert_books()


def test_an_import_is_told_of_only_where_time_is_left(desk: Api) -> None:
    shop, old = desk.shop(), datetime.now(UTC) - timedelta(days=400)

    def imported(status: str, at: datetime, due: datetime | None = None, **shown: Any) -> str:
        body = new_order(placed_at=(at - H).isoformat())
        assert shop.platform.post("/v1/orders", body).status == 201
        told = {"deadlines": [{"kind": "shipment", "due_at": due.isoformat()}]} if due else {}
        picture = snapshot(body | told, status, changed_at=at.isoformat(), **shown)
        assert shop.platform.act(body["order_id"], "sync", picture).status == 200
        return str(body["order_id"])

    for status in ("PLACE_ORDER_SUCCESS", "WAIT_SELLER_SEND_GOODS", "IN_CANCEL", "FUND_PROCESSING", "FINISH"):
        ended = {"end_reason": "buyer_accept_goods"} if status in ("FUND_PROCESSING", "FINISH") else {}
        imported(status, old, **ended)
    recently = datetime.now(UTC) - 40 * H
    imported("WAIT_SELLER_SEND_GOODS", recently)
    imported("WAIT_SELLER_SEND_GOODS", recently, due=datetime.now(UTC) - H)
    assert told(shop, "deadline") == []
    tight = imported("WAIT_SELLER_SEND_GOODS", recently, due=datetime.now(UTC) + 20 * H)
    found = [(each["order_id"], each["timer"], each["lead"]) for each in told(shop, "deadline")]
    assert found == [(tight, "shipment", "P1D")]
    assert_books()


def test_runs_side_by_side_raise_each_alert_once(on_dynoxide: Api) -> None:
    shop = on_dynoxide.shop()
    orders = [waiting(shop) for _ in range(12)]
    results: list[Any] = []
    runs = [threading.Thread(target=lambda: results.append(remind(NOW + 57 * H))) for _ in range(4)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert len(results) == 4 and sum(run.failed for run in results) == 0
    assert len(told(shop, "deadline")) == 3 * len(orders)
    assert_books()


def test_alerts_end_with_their_cause_whoever_has_seen_them(desk: Api) -> None:
    shop = desk.shop()
    order_id = waiting(shop)
    remind(NOW + 37 * H)
    first, second = told(shop, "deadline")
    seen = shop.staff.post(f"/v1/alerts/{first['alert_id']}/acknowledge", {})
    assert (seen.status, seen.json["state"], seen.json["acknowledged_by"]) == (200, "acknowledged", "staff")
    assert shop.staff.act(order_id, "ship", {"parcels": [parcel()]}).status == 200
    assert {each["state"] for each in told(shop, "deadline")} == {"resolved"}
    again = shop.staff.post(f"/v1/alerts/{second['alert_id']}/acknowledge", {}).json
    assert (again["state"], "acknowledged_at" in again) == ("resolved", False)
    assert shop.viewer.get(f"/v1/alerts/{first['alert_id']}").json["acknowledged_by"] == "staff"
    assert_books()


def test_a_watch_store_is_told_and_nothing_lapses_there(desk: Api) -> None:
    shop = desk.shop(deadline_policy={"mode": "watch"})
    sweep(datetime.now(UTC) + timedelta(minutes=2))
    order_id = waiting(shop)
    sweep(DUE + H)
    remind(DUE + H)
    assert [each["lead"] for each in told(shop, "deadline", "open")] == ["PT0S", "PT4H", "P1D", "P2D"]
    assert shop.viewer.get(f"/v1/orders/{order_id}").json["status"] == "WAIT_SELLER_SEND_GOODS"
    assert_books()


def test_nothing_is_told_while_frozen_or_held_by_a_dispute(desk: Api) -> None:
    shop = desk.shop()
    frozen, disputed = waiting(shop), waiting(shop)
    assert shop.platform.act(frozen, "freeze", {"reason": "review"}).status == 200
    assert shop.staff.act(disputed, "ship", {"parcels": [parcel("LX9", line1=1)]}).status == 200
    claim = {"kind": "not_received", "claim": usd("1.00"), "solution": "refund", "text": "where is it"}
    assert shop.platform.act(disputed, "open_dispute", claim).status == 200
    remind(NOW + 59 * H)
    assert {each["timer"] for each in told(shop, "deadline")} <= {"dispute_answer"}
    assert [each["order_id"] for each in told(shop, "dispute_opened", "open")] == [disputed]
    assert_books()
    assert shop.platform.act(disputed, "withdraw").status in (200, 404)


def test_what_the_clock_closes_is_told_in_the_same_transaction(desk: Api) -> None:
    shop = desk.shop()
    order_id = waiting(shop)
    sweep(DUE + 2 * H)
    (closed,) = told(shop, "closed_by_clock")
    assert (closed["order_id"], closed["severity"], closed["state"]) == (order_id, "critical", "open")
    assert closed["facts"]["cost"] == usd("28.50") and closed["facts"]["violation"] == "transaction_non_fulfilment"
    assert "28.50 USD" in closed["message"]
    chinese = shop.viewer.get(f"/v1/alerts/{closed['alert_id']}", headers={"Accept-Language": "zh-CN"}).json
    assert "超时" in chinese["message"]
    assert {each["state"] for each in told(shop, "deadline")} == {"resolved"}, "told and over, however late the sweep"
    assert_books()


def test_a_buyer_who_waits_is_told_of_once_a_wait(desk: Api) -> None:
    shop = desk.shop()
    order_id = waiting(shop)
    written = {"text": "where is it", "from": "buyer"}
    assert shop.platform.post(f"/v1/orders/{order_id}/messages", written).status == 201
    for hours in (11, 12.1, 12.2, 14):
        remind(NOW + hours * H)
    (alert,) = told(shop, "message_unanswered", "open")
    assert (alert["order_id"], alert["severity"]) == (order_id, "warning")
    assert "where is it" not in json.dumps(alert)
    assert_books()
    assert shop.platform.post(f"/v1/orders/{order_id}/messages", written).status == 201
    assert shop.staff.post(f"/v1/orders/{order_id}/messages", {"text": "On its way."}).status == 201
    assert [each["state"] for each in told(shop, "message_unanswered")] == ["resolved"]
    assert shop.platform.post(f"/v1/orders/{order_id}/messages", written).status == 201
    remind(NOW + 14 * H)
    assert len(told(shop, "message_unanswered", "open")) == 1
    assert_books()


def test_an_answer_that_comes_before_any_run_leaves_the_same_alert(in_process: Api) -> None:
    from shared.domain.alerts import message_alerts
    from shared.domain.messages.model import BUYER, SELLER, Message, Thread

    def talk(*looks: datetime) -> list[tuple[datetime, datetime | None]]:
        thread, found = Thread(), dict[str, tuple[datetime, datetime | None]]()
        for sender, at in ((BUYER, NOW), (SELLER, NOW + 20 * H)):
            for moment in looks:
                if thread.unanswered and moment < at:
                    looked = message_alerts.at("s", "1", thread, moment)
                    found |= {each.alert_id: (each.raised_at, each.resolved_at) for each in looked.raised}
                    thread = looked.thread
            after = thread.with_message(Message("m", sender, "x", at))
            told = message_alerts.for_change("s", "1", thread, after, 12 * H, at)
            found |= {each.alert_id: (each.raised_at, each.resolved_at) for each in told.raised}
            found |= {cause.alert_id("s"): (cause.at, over) for cause, over in told.resolved}
            thread = told.thread
        return list(found.values())

    assert talk() == talk(NOW + 12 * H, NOW + 13 * H) == talk(NOW + 19 * H) == [(NOW + 12 * H, NOW + 20 * H)]


def test_an_export_that_failed_is_told_of_until_it_is_tried_again(in_process: Api) -> None:
    from shared.domain.exports import model as life
    from shared.operations import exports as operations
    from shared.store.exports import exports

    shop = in_process.shop()
    asked = shop.staff.post("/v1/exports", {"format": "csv"}).json
    job = exports.load(shop.name, asked["id"])
    operations.save(job, life.fail(job, "gave_up", NOW))
    (alert,) = told(shop, "export_failed", "open")
    assert (alert["subject"], alert["facts"]["code"]) == (asked["id"], "gave_up")
    assert shop.staff.post(f"/v1/exports/{asked['id']}/retry", {}).status == 200
    assert [each["state"] for each in told(shop, "export_failed")] == ["resolved"]


def test_orders_that_leave_the_window_are_told_of_until_an_export_has_them(in_process: Api) -> None:
    from dataclasses import replace

    from shared.domain.exports import model as life
    from shared.operations.exports import check_leaving_orders
    from shared.store.exports import exports

    shop = in_process.shop()
    leaving = (NOW - timedelta(days=88)).isoformat()
    shop.platform.place(placed_at=leaving)
    tomorrow = NOW + timedelta(days=1)
    assert remind(tomorrow).failed == 0
    (alert,) = told(shop, "orders_leaving_window", "open")
    assert alert["facts"]["orders"] == 1 and alert["severity"] == "warning"
    remind(NOW + timedelta(days=2))
    assert len(told(shop, "orders_leaving_window")) == 1, "not again every day"
    shop.platform.place(placed_at=(NOW - timedelta(days=78)).isoformat())
    remind(NOW + timedelta(days=9))
    states = [each["state"] for each in told(shop, "orders_leaving_window")]
    assert states == ["open", "resolved"], "others leave now, and those of last week have left"
    asked = shop.staff.post("/v1/exports", {"format": "csv"}).json
    job = exports.load(shop.name, asked["id"])
    window = replace(job.request, since=NOW - timedelta(days=200), until=NOW)
    job = exports.save(job, replace(life.succeed(replace(job, request=window), NOW), watch_at=None))
    check_leaving_orders(shop.name, NOW + timedelta(days=9))
    remind(NOW + timedelta(days=9, minutes=5))
    assert [each["state"] for each in told(shop, "orders_leaving_window")] == ["resolved"] * 2
    assert_books()


def test_orders_of_an_imported_file_do_not_leave_unnoticed(in_process: Api) -> None:
    """The seller has the file; an order that the file does not have still raises the alert."""
    from shared.domain.imports import model as life
    from shared.operations.exports import check_leaving_orders
    from shared.store.imports import imports

    shop = in_process.shop()
    placed = NOW - timedelta(days=88)
    shop.platform.place(placed_at=placed.isoformat())
    remind(NOW + timedelta(days=1))
    assert len(told(shop, "orders_leaving_window", "open")) == 1
    asked = shop.staff.post("/v1/imports", {"kind": "orders", "file_name": "orders.xls"}).json
    job = imports.load(shop.name, asked["id"])
    zone = ZoneInfo(shop.owner.get("/v1/store").json["time_zone"])
    row = life.RowResult(2, "1", life.RowState.CREATED, placed_on=placed.astimezone(zone).date().isoformat())
    old = life.RowResult(3, "2", life.RowState.CREATED, placed_on="2001-01-01")
    stepped = life.stepped(job, life.Step("key", 2, 3, {"created": 2}), [row, old])
    assert list(stepped.days) == [row.placed_on], "days that have left long ago are not counted"
    imports.save(job, life.finish(stepped, None, NOW))
    check_leaving_orders(shop.name, NOW + timedelta(days=1, minutes=1))
    remind(NOW + timedelta(days=1, minutes=5))
    assert [each["state"] for each in told(shop, "orders_leaving_window")] == ["resolved"]
    shop.platform.place(placed_at=placed.isoformat())
    remind(NOW + timedelta(days=2))
    assert len(told(shop, "orders_leaving_window", "open")) == 1
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
        after = life.fail(job, "file_damaged", {}, NOW)
        operations.save(job, after if failed is None else life.finish(life.stepped(job, step), None, NOW))
    (rows,), (whole,) = (told(shop, kind, "open") for kind in ("import_rows_failed", "import_failed"))
    assert (rows["subject"], rows["facts"]["rows"]) == (ended[1], 3)
    assert (whole["subject"], whole["facts"]["code"]) == (ended[2], "file_damaged")
    preview = imports.load(
        shop.name, shop.staff.post("/v1/imports", {"kind": "tracking", "file_name": "a.csv"}).json["id"]
    )
    operations.save(preview, life.finish(life.stepped(preview, life.Step("key", 2, 2, {"failed": 1})), None, NOW))
    assert len(told(shop, "import_rows_failed")) == 1, "a preview is looked at by the person who asked for it"
    assert_books()


def test_what_is_cut_off_is_told_as_at_least(in_process: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from shared.domain.alerts.model import sentence
    from shared.operations.alerts import daily_alerts
    from shared.store.alerts import alerts

    monkeypatch.setattr(daily_alerts, "MAX_COUNT", 2)
    shop = in_process.shop()
    for _ in range(3):
        shop.platform.place(placed_at=(NOW - timedelta(days=88)).isoformat())
        shop.platform.place(placed_at=(NOW - H).isoformat())
    remind(NOW + timedelta(days=1))
    (leaving,) = told(shop, "orders_leaving_window", "open")
    assert (leaving["facts"]["orders"], leaving["facts"]["at_least"]) == (2, ["orders"])
    said = [sentence(alerts.load(shop.name, leaving["alert_id"]), language, "UTC") for language in ("en", "zh-CN")]
    assert said[0].startswith("2+ orders ") and " 2+ 个订单" in said[1]
    (digest, *_) = [each for each in shop.viewer.every("/v1/alerts", state="resolved") if each["kind"] == "digest"]
    assert "open" in digest["facts"]["at_least"] and "2+ open alerts" in digest["message"]


def test_workers_tell_stores_days_too(in_process: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.deadlines import due_items

    monkeypatch.setattr(due_items, "INLINE", 0)
    shops, (slices, send) = [in_process.shop() for _ in range(3)], sliced()
    remind(NOW + timedelta(days=1), send=send)
    for each in slices:
        assert due_items.process_slice(each, NOW + timedelta(days=1), lambda: False).failed == 0
    for shop in shops:
        assert "digest" in {each["kind"] for each in shop.viewer.every("/v1/alerts", state="resolved")}


def test_a_digest_is_told_once_a_day_at_the_stores_hour(in_process: Api) -> None:
    shop = in_process.shop()
    waiting(shop)
    for hours in range(0, 72, 5):
        remind(NOW + hours * H)
        remind(NOW + hours * H)
    digests = [each for each in shop.viewer.every("/v1/alerts", state="resolved") if each["kind"] == "digest"]
    assert len({each["facts"]["day"] for each in digests}) == len(digests) >= 2
    assert all(datetime.fromisoformat(each["raised_at"]).hour == 1 for each in digests), "nine in Shanghai"
    assert "digest" not in {each["kind"] for each in shop.viewer.every("/v1/alerts")}


def enabled(shop: Shop, **rule: Any) -> None:
    body = {"remind_payment": {"enabled": True, "after": "PT2H", **rule}}
    assert shop.owner.request("PUT", "/v1/alert-rules", body).status == 200
    sweep(datetime.now(UTC) + timedelta(minutes=2))


def actions(shop: Shop, order_id: str) -> list[tuple[str, str]]:
    return [(each["action"], each["actor"]["role"]) for each in shop.viewer.every(f"/v1/orders/{order_id}/history")]


def buyer(name: str, country: str = "US") -> dict[str, Any]:
    return {"buyer": {"id": name, "country": country}}


def test_the_rule_reminds_whom_it_should_once_and_nobody_else(desk: Api) -> None:
    shop = desk.shop()
    enabled(shop, exempt_countries=["BR"])
    plain = shop.platform.place(**buyer("plain"))["order_id"]
    exempt = shop.platform.place(**buyer("exempt", "BR"))["order_id"]
    talking = shop.platform.place(**buyer("talking"))["order_id"]
    shop.platform.post(f"/v1/orders/{talking}/messages", {"text": "discount?", "from": "buyer"})
    paid_since, by_hand = shop.platform.place(**buyer("again"))["order_id"], shop.platform.place(**buyer("hand"))
    other = shop.platform.place(**buyer("again"))["order_id"]
    assert shop.platform.act(other, "pay").status == 200
    assert shop.staff.act(by_hand["order_id"], "remind_payment").status == 200
    for minutes in (110, 125, 130, 600):
        assert remind(NOW + timedelta(minutes=minutes)).failed == 0
    assert actions(shop, plain).count(("remind_payment", "clock")) == 1
    for order_id in (exempt, talking, paid_since, by_hand["order_id"], other):
        assert ("remind_payment", "clock") not in actions(shop, order_id), order_id
    written = {each["order_id"]: each["text"] for each in shop.viewer.every("/v1/messages") if each["from"] == "seller"}
    assert written.keys() == {plain, by_hand["order_id"]}, "each reminder is a message, and there is no other"
    assert plain in written[plain]
    fed = [(each["order_id"], each["actor"]["role"]) for each in shop.owner.get("/v1/events").json["data"]]
    assert sorted(fed) == sorted([(plain, "clock"), (by_hand["order_id"], "staff")])
    assert shop.platform.act(plain, "pay").status == 200
    day = (NOW + timedelta(days=1)).date()
    report = shop.viewer.get("/v1/reports/payment-reminders", query={"to": day.isoformat()}).json
    figures = {name: report[name] for name in ("reminded", "by_rule", "paid", "paid_share", "passed_over")}
    assert figures == {"reminded": 2, "by_rule": 1, "paid": 1, "paid_share": 0.5, "passed_over": 2}
    assert {each["order_id"]: (each["by"], "paid_at" in each) for each in report["data"]} == {
        plain: ("rule", True),
        by_hand["order_id"]: ("hand", False),
    }
    assert_books()


@pytest.mark.parametrize("inline", [100, 0])
def test_runs_and_workers_ask_for_no_more_than_their_roles_allow(
    in_process: Api, monkeypatch: pytest.MonkeyPatch, inline: int
) -> None:
    from functions.deadlines import due_items

    monkeypatch.setattr(due_items, "INLINE", inline)
    shop, slices, _ = in_process.shop(), sliced(), sent(monkeypatch)
    enabled(shop)
    waiting(shop)
    unpaid = shop.platform.place(**buyer("plain"))["order_id"]
    talking = shop.platform.place(**buyer("talking"))["order_id"]
    shop.platform.post(f"/v1/orders/{talking}/messages", {"text": "where?", "from": "buyer"})
    asked: dict[str, set[str]] = {}
    with permissions.asked() as asked["RemindersRole"]:
        remind(DUE, send=slices[1])
    with permissions.asked() as asked["AlertsRole"]:
        sweep(DUE + 30 * 24 * H, send=slices[1])
    with permissions.asked() as asked["OutboxRole"]:
        enqueue_alerts(DUE)
    with permissions.asked() as asked["WorkRole"]:
        for each in slices[0]:
            due_items.process_slice(each, DUE + 30 * 24 * H, lambda: False)
    assert ("remind_payment", "clock") in actions(shop, unpaid)
    assert bool(slices[0]) is (inline == 0)
    for role, actions_ in asked.items():
        assert actions_ <= permissions.allowed(role), (role, actions_ - permissions.allowed(role))
    by_rule = asked["WorkRole" if inline == 0 else "RemindersRole"]
    # Terms, which need the secret, are written for orders of former code alone.
    assert by_rule == permissions.allowed("RemindersRole") - {"search"}, "and for all that they allow"


def test_the_rule_is_off_until_it_is_set_and_looks_at_nothing_from_before(desk: Api) -> None:
    shop = desk.shop()
    old = shop.platform.place(placed_at=(NOW - 3 * H).isoformat())["order_id"]
    young = shop.platform.place()["order_id"]
    remind(NOW + 30 * H)
    assert ("remind_payment", "clock") not in actions(shop, old) + actions(shop, young)
    other = desk.shop()
    old = other.platform.place(placed_at=(NOW - 3 * H).isoformat(), **buyer("a"))["order_id"]
    young = other.platform.place(**buyer("b"))["order_id"]
    enabled(other)
    remind(NOW + 30 * H)
    assert ("remind_payment", "clock") not in actions(other, old)
    assert ("remind_payment", "clock") in actions(other, young)
    assert_books()


def test_changed_leads_reach_the_orders_that_are_there(desk: Api) -> None:
    shop = desk.shop()
    waiting(shop)
    assert shop.owner.request("PUT", "/v1/alert-rules", {"leads": {"shipment": ["PT30H"]}}).status == 200
    sweep(datetime.now(UTC) + timedelta(minutes=2))
    assert_books()
    remind(NOW + 59 * H)
    assert [each["lead"] for each in told(shop, "deadline")] == ["PT30H"]
    rules = shop.owner.get("/v1/alert-rules").json
    assert rules["leads"]["shipment"] == ["PT30H"] and rules["leads"]["payment"] == ["P2D", "P1D", "PT4H"]


# ---- the outbox and the workers


def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    from shared.store import queues

    messages: list[tuple[str, str]] = []
    monkeypatch.setattr(queues, "send_alerts", messages.extend)
    return messages


def enqueue_alerts(moment: datetime) -> int:
    from functions.alerts.outbox import enqueue_alerts

    return enqueue_alerts(moment, lambda: False)


def test_an_alert_waits_in_the_outbox_until_it_is_handed_over(desk: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from shared.store.alerts import alerts
    from shared.store.dynamodb import table

    shop, messages = desk.shop(), sent(monkeypatch)
    shop.platform.place()
    (alert,) = told(shop, "new_order", "open")
    soon = datetime.now(UTC) + timedelta(minutes=1)
    assert enqueue_alerts(soon) == 1 and messages == [(shop.name, alert["alert_id"])]
    assert enqueue_alerts(soon + timedelta(minutes=2)) == 0, "it is on its way"
    assert enqueue_alerts(soon + timedelta(minutes=4)) == 1, "nobody has dealt with it"
    handed = alerts.handed_over(shop.name, alert["alert_id"])
    assert isinstance(handed, table.Update)
    table.update(handed)
    assert enqueue_alerts(soon + timedelta(hours=9)) == 0
    assert_books()


def test_nobody_is_sent_to_what_was_over_before_it_could_be_told(desk: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    shop, messages = desk.shop(), sent(monkeypatch)
    waiting(shop)
    sweep(DUE + 2 * H)
    enqueue_alerts(DUE + 3 * H)
    kinds = Counter(each["kind"] for each in told(shop) if (shop.name, each["alert_id"]) in messages)
    assert kinds == Counter(new_order=1, closed_by_clock=1) and len(told(shop, "deadline")) == 3


def sliced() -> tuple[list[Mapping[str, str]], Callable[[Sequence[Mapping[str, str]]], None]]:
    slices: list[Mapping[str, str]] = []
    return slices, slices.extend


def test_more_than_a_run_can_do_is_done_by_workers_once(on_dynoxide: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.deadlines import due_items

    monkeypatch.setattr(due_items, "INLINE", 2)
    monkeypatch.setattr(due_items, "SLICE", 3)
    shop = on_dynoxide.shop()
    orders = [waiting(shop) for _ in range(60)]
    for due, run in ((NOW + 57 * H, remind), (DUE + H, sweep)):
        slices, send = sliced()
        done = run(due, send=send)
        assert done.failed == 0 and done.sent == len(slices) >= 6 and done.oldest is not None
        for each in [*slices[::2], *slices, *reversed(slices)]:
            finished = due_items.process_slice(each, due + H, lambda: False)
            assert finished.failed == 0 and finished.complete
            done.done += finished.done
        assert run(due, send=send).checked == 0, "nothing is left"
        if run is sweep:
            assert done.done == len(orders)
    assert len(told(shop, "deadline")) == 3 * len(orders)
    assert all(actions(shop, order_id).count(("expire_shipment", "clock")) == 1 for order_id in orders)
    assert_books()


def test_a_lost_slice_is_found_by_the_next_run(in_process: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.deadlines import due_items

    monkeypatch.setattr(due_items, "INLINE", 1)
    shop = in_process.shop()
    orders = [waiting(shop) for _ in range(20)]
    lost, send = sliced()
    first = sweep(DUE + H, send=send)
    assert first.done < len(orders) and lost

    def down(slices: Sequence[Mapping[str, str]]) -> None:
        raise ConnectionError("no queue today")

    second = sweep(DUE + H, send=down)
    assert second.failed and second.done > 0
    assert first.done + second.done + sweep(DUE + H).done == len(orders)
    assert_books()


def test_what_there_is_no_time_for_goes_back_to_the_queue(in_process: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.deadlines import due_items, slice_worker
    from local.runtime import Context

    shop = in_process.shop()
    orders = [waiting(shop) for _ in range(12)]
    monkeypatch.setattr(due_items, "INLINE", 0)
    monkeypatch.setattr(due_items, "SLICE", 5)
    slices, send = sliced()
    assert sweep(DUE + H, send=send).done == 0
    event = {
        "Records": [
            {"messageId": str(n), "body": body}
            for n, body in enumerate([*map(json.dumps, slices), "not json", json.dumps({"work": "nothing"})])
        ]
    }
    spent = slice_worker.lambda_handler(event, Context("WorkFunction", 512, 1))
    assert len(spent["batchItemFailures"]) == len(event["Records"]), "no time at all"
    answer = slice_worker.lambda_handler(event, Context("WorkFunction", 512, 50))
    bad = [each["itemIdentifier"] for each in answer["batchItemFailures"]]
    assert bad == [str(len(slices)), str(len(slices) + 1)]
    assert sweep(DUE + H).checked == 0 and len(orders) == 12
    assert_books()


def test_an_idle_reminder_run_and_an_idle_outbox_are_one_query_a_shard(on_dynoxide: Api) -> None:
    shop = on_dynoxide.shop()
    for _ in range(10):
        waiting(shop)
    for run in (lambda: remind(NOW), lambda: enqueue_alerts(NOW - H)):
        with metered() as units:
            run()
        print(json.dumps({"calls": dict(units.calls), "read units": units.reads}))
        assert dict(units.calls) == {"Query": 8} and units.reads <= 4


def test_an_order_that_cannot_be_read_stops_no_other_and_is_seen_to_be_late(in_process: Api) -> None:
    from tests.store.orders.test_sweep import spoil

    shop = in_process.shop()
    orders = [waiting(shop) for _ in range(5)]
    spoil((shop.name, orders[0]))
    swept = sweep(DUE + H)
    assert (swept.lapsed, swept.failed, swept.oldest) == (4, 1, DUE)
    assert sweep(DUE + 2 * H).oldest == DUE


def test_what_passed_before_goes_first_where_all_of_it_is_more_than_a_transaction_holds(
    in_process: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shared.domain.order.transitions import Actor
    from shared.operations import orders as operations
    from shared.store import stores
    from shared.store.dynamodb import table
    from shared.store.orders import orders

    shop, sizes = in_process.shop(), list[int]()
    plain, behind, hopeless = (waiting(shop) for _ in range(3))
    real = table.transact

    def counting(writes: Sequence[table.Write], **more: Any) -> None:
        real(writes, **more)
        sizes.append(len(writes))

    def ship(order_id: str, now: datetime) -> None:
        ask = operations.Request("ship", Actor("staff", "staff"), now, body={"parcels": [shipped]})
        operations.change_order(stores.load(shop.name).store, orders.load(shop.name, order_id), ask)

    shipped = {"carrier": "EMS", "tracking_no": "LX9"}
    monkeypatch.setattr(table, "transact", counting)
    ship(plain, NOW)
    monkeypatch.setattr(table, "MAX_ITEMS", sizes[-1] + 3)  # three alerts are to be ended, and as many to be made
    ship(behind, NOW + 59 * H)
    assert [each["state"] for each in told(shop, "deadline")] == ["resolved"] * 3
    assert actions(shop, behind).count(("ship", "staff")) == 1
    monkeypatch.setattr(table, "MAX_ITEMS", 5)
    with pytest.raises(table.TooLarge):
        ship(hopeless, NOW + 59 * H)
    assert_books()
