"""The rule by which buyers who have not paid are reminded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests import permissions
from tests.harness import Api, Shop
from tests.store.alerts import times
from tests.store.alerts.runs import actions, assert_books, enqueue_alerts, remind, sent, sliced, sweep, waiting
from tests.store.alerts.times import H


def enabled(shop: Shop, **rule: Any) -> None:
    body = {"remind_payment": {"enabled": True, "after": "PT2H", **rule}}
    assert shop.owner.request("PUT", "/v1/alert-rules", body).status == 200
    sweep(datetime.now(UTC) + timedelta(minutes=2))


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
        assert remind(times.NOW + timedelta(minutes=minutes)).failed == 0
    assert actions(shop, plain).count(("remind_payment", "clock")) == 1
    for order_id in (exempt, talking, paid_since, by_hand["order_id"], other):
        assert ("remind_payment", "clock") not in actions(shop, order_id), order_id
    written = {each["order_id"]: each["text"] for each in shop.viewer.every("/v1/messages") if each["from"] == "seller"}
    assert written.keys() == {plain, by_hand["order_id"]}, "each reminder is a message, and there is no other"
    assert plain in written[plain]
    fed = [(each["order_id"], each["actor"]["role"]) for each in shop.owner.get("/v1/events").json["data"]]
    assert sorted(fed) == sorted([(plain, "clock"), (by_hand["order_id"], "staff")])
    assert shop.platform.act(plain, "pay").status == 200
    day = (times.NOW + timedelta(days=1)).date()
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
        remind(times.DUE, send=slices[1])
    with permissions.asked() as asked["AlertsRole"]:
        sweep(times.DUE + 30 * 24 * H, send=slices[1])
    with permissions.asked() as asked["OutboxRole"]:
        enqueue_alerts(times.DUE)
    with permissions.asked() as asked["WorkRole"]:
        for each in slices[0]:
            due_items.process_slice(each, times.DUE + 30 * 24 * H, lambda: False)
    assert ("remind_payment", "clock") in actions(shop, unpaid)
    assert bool(slices[0]) is (inline == 0)
    for role, actions_ in asked.items():
        assert actions_ <= permissions.allowed(role), (role, actions_ - permissions.allowed(role))
    by_rule = asked["WorkRole" if inline == 0 else "RemindersRole"]
    # Terms, which need the secret, are written for orders of former code alone.
    assert by_rule == permissions.allowed("RemindersRole") - {"search"}, "and for all that they allow"


def test_the_rule_is_off_until_it_is_set_and_looks_at_nothing_from_before(desk: Api) -> None:
    shop = desk.shop()
    old = shop.platform.place(placed_at=(times.NOW - 3 * H).isoformat())["order_id"]
    young = shop.platform.place()["order_id"]
    remind(times.NOW + 30 * H)
    assert ("remind_payment", "clock") not in actions(shop, old) + actions(shop, young)
    other = desk.shop()
    old = other.platform.place(placed_at=(times.NOW - 3 * H).isoformat(), **buyer("a"))["order_id"]
    young = other.platform.place(**buyer("b"))["order_id"]
    enabled(other)
    remind(times.NOW + 30 * H)
    assert ("remind_payment", "clock") not in actions(other, old)
    assert ("remind_payment", "clock") in actions(other, young)
    assert_books()
