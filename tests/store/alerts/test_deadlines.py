"""Alerts of deadlines: each once however often anything repeats, and over with their cause."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.harness import Api, parcel, usd
from tests.store.alerts import times
from tests.store.alerts.runs import actions, alerts_of, assert_books, remind, sweep, waiting
from tests.store.alerts.times import H


def test_each_lead_is_raised_once_however_often_and_late_the_runs_come(desk: Api) -> None:
    shop = desk.shop()
    orders = [waiting(shop) for _ in range(3)]
    for hours in (11, 12.01, 12.01, 11, 37, 57, 57, 36.5):
        assert remind(times.NOW + hours * H).failed == 0
    leads = Counter((each["order_id"], each["lead"]) for each in alerts_of(shop, "deadline"))
    assert leads == Counter((order_id, lead) for order_id in orders for lead in ("P2D", "P1D", "PT4H"))
    moments = {each["lead"]: each["raised_at"] for each in alerts_of(shop, "deadline")}
    assert datetime.fromisoformat(moments["PT4H"]) == times.DUE - 4 * H, "its own moment, not that of the run"
    assert {each["severity"] for each in alerts_of(shop, "deadline")} == {"info", "warning", "critical"}
    assert_books()
    late = desk.shop()
    behind = waiting(late)
    assert remind(times.NOW + 59 * H).done >= 3
    assert Counter(each["lead"] for each in alerts_of(late, "deadline")) == Counter(["P2D", "P1D", "PT4H"])
    assert {each["order_id"] for each in alerts_of(late, "deadline")} == {behind}
    assert_books()


def test_what_is_tight_as_its_timer_is_set_is_raised_with_the_step_and_once(desk: Api) -> None:
    shop = desk.shop()
    soon = {"deadlines": [{"kind": "shipment", "due_at": (datetime.now(UTC) + 3 * H).isoformat()}]}
    order_id, keyed = str(shop.platform.place()["order_id"]), {"idempotency-key": "pass-1"}
    assert shop.platform.act(order_id, "pay").status == 200
    for _ in range(2):
        assert shop.platform.act(order_id, "pass_risk", soon, headers=keyed).status == 200
    (alert,) = alerts_of(shop, "deadline", "open")
    assert (alert["order_id"], alert["timer"], alert["lead"], alert["severity"]) == (
        order_id,
        "shipment",
        "PT4H",
        "critical",
    )
    assert "in 3 h" in alert["message"] and alert["facts"]["on_lapse"] == "expire_shipment"
    remind(datetime.now(UTC) + 2 * H)
    assert shop.platform.act(order_id, "freeze", {"reason": "review"}).status == 200
    assert not alerts_of(shop, "deadline", "open")
    assert shop.platform.act(order_id, "unfreeze").status == 200
    remind(datetime.now(UTC) + 2 * H)
    (again,) = alerts_of(shop, "deadline", "open")
    assert again["lead"] == "PT4H" and again["due_at"] > alert["due_at"]
    assert len(alerts_of(shop, "deadline")) == 2
    assert_books()


def test_runs_side_by_side_raise_each_alert_once(on_dynoxide: Api) -> None:
    shop = on_dynoxide.shop()
    orders = [waiting(shop) for _ in range(12)]
    results: list[Any] = []
    runs = [threading.Thread(target=lambda: results.append(remind(times.NOW + 57 * H))) for _ in range(4)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert len(results) == 4 and sum(run.failed for run in results) == 0
    assert len(alerts_of(shop, "deadline")) == 3 * len(orders)
    assert_books()


def test_alerts_end_with_their_cause_whoever_has_seen_them(desk: Api) -> None:
    shop = desk.shop()
    order_id = waiting(shop)
    remind(times.NOW + 37 * H)
    first, second = alerts_of(shop, "deadline")
    seen = shop.staff.post(f"/v1/alerts/{first['alert_id']}/acknowledge", {})
    assert (seen.status, seen.json["state"], seen.json["acknowledged_by"]) == (200, "acknowledged", "staff")
    assert shop.staff.act(order_id, "ship", {"parcels": [parcel()]}).status == 200
    assert {each["state"] for each in alerts_of(shop, "deadline")} == {"resolved"}
    again = shop.staff.post(f"/v1/alerts/{second['alert_id']}/acknowledge", {}).json
    assert (again["state"], "acknowledged_at" in again) == ("resolved", False)
    assert shop.viewer.get(f"/v1/alerts/{first['alert_id']}").json["acknowledged_by"] == "staff"
    assert_books()


def test_a_watch_store_has_alerts_and_nothing_lapses_there(desk: Api) -> None:
    shop = desk.shop(deadline_policy={"mode": "watch"})
    sweep(datetime.now(UTC) + timedelta(minutes=2))
    order_id = waiting(shop)
    sweep(times.DUE + H)
    remind(times.DUE + H)
    assert [each["lead"] for each in alerts_of(shop, "deadline", "open")] == ["PT0S", "PT4H", "P1D", "P2D"]
    assert shop.viewer.get(f"/v1/orders/{order_id}").json["status"] == "WAIT_SELLER_SEND_GOODS"
    assert_books()


def test_nothing_is_raised_while_frozen_or_held_by_a_dispute(desk: Api) -> None:
    shop = desk.shop()
    frozen, disputed = waiting(shop), waiting(shop)
    assert shop.platform.act(frozen, "freeze", {"reason": "review"}).status == 200
    assert shop.staff.act(disputed, "ship", {"parcels": [parcel("LX9", line1=1)]}).status == 200
    claim = {"kind": "not_received", "claim": usd("1.00"), "solution": "refund", "text": "where is it"}
    assert shop.platform.act(disputed, "open_dispute", claim).status == 200
    remind(times.NOW + 59 * H)
    assert {each["timer"] for each in alerts_of(shop, "deadline")} <= {"dispute_answer"}
    assert [each["order_id"] for each in alerts_of(shop, "dispute_opened", "open")] == [disputed]
    assert_books()
    assert shop.platform.act(disputed, "withdraw").status in (200, 404)


def test_what_the_clock_closes_is_raised_in_the_same_transaction(desk: Api) -> None:
    shop = desk.shop()
    order_id = waiting(shop)
    sweep(times.DUE + 2 * H)
    (closed,) = alerts_of(shop, "closed_by_clock")
    assert (closed["order_id"], closed["severity"], closed["state"]) == (order_id, "critical", "open")
    assert closed["facts"]["cost"] == usd("28.50") and closed["facts"]["violation"] == "transaction_non_fulfilment"
    assert "28.50 USD" in closed["message"]
    chinese = shop.viewer.get(f"/v1/alerts/{closed['alert_id']}", headers={"Accept-Language": "zh-CN"}).json
    assert "超时" in chinese["message"]
    assert {each["state"] for each in alerts_of(shop, "deadline")} == {"resolved"}, (
        "raised and over, however late the sweep"
    )
    assert_books()


def test_changed_leads_reach_the_orders_that_are_there(desk: Api) -> None:
    shop = desk.shop()
    waiting(shop)
    assert shop.owner.request("PUT", "/v1/alert-rules", {"leads": {"shipment": ["PT30H"]}}).status == 200
    sweep(datetime.now(UTC) + timedelta(minutes=2))
    assert_books()
    remind(times.NOW + 59 * H)
    assert [each["lead"] for each in alerts_of(shop, "deadline")] == ["PT30H"]
    rules = shop.owner.get("/v1/alert-rules").json
    assert rules["leads"]["shipment"] == ["PT30H"] and rules["leads"]["payment"] == ["P2D", "P1D", "PT4H"]


def test_an_order_that_cannot_be_read_stops_no_other_and_is_seen_to_be_late(in_process: Api) -> None:
    from tests.store.orders.test_sweep import spoil

    shop = in_process.shop()
    orders = [waiting(shop) for _ in range(5)]
    spoil((shop.name, orders[0]))
    swept = sweep(times.DUE + H)
    assert (swept.done, swept.failed, swept.oldest) == (4, 1, times.DUE)
    assert sweep(times.DUE + 2 * H).oldest == times.DUE


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
    ship(plain, times.NOW)
    monkeypatch.setattr(table, "MAX_ITEMS", sizes[-1] + 3)  # three alerts are to be ended, and as many to be made
    ship(behind, times.NOW + 59 * H)
    assert [each["state"] for each in alerts_of(shop, "deadline")] == ["resolved"] * 3
    assert actions(shop, behind).count(("ship", "staff")) == 1
    monkeypatch.setattr(table, "MAX_ITEMS", 5)
    with pytest.raises(table.TooLarge):
        ship(hopeless, times.NOW + 59 * H)
    assert_books()
