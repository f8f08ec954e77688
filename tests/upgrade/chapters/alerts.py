"""What the clock does and what people hear of it: lapses, leads, reminders, digests, channels and their deliveries."""

from __future__ import annotations

from typing import Any

from tests.upgrade.recorder import Recorder, Shop, usd

RULES: tuple[dict[str, Any], ...] = (
    {"leads": {"shipment": ["PT48H", "PT4H", "PT0S"], "payment": []}, "digest_hour": 9},
    {"quiet_hours": {"start": "22:00", "end": "08:00"}, "digest_hour": None, "unanswered_after": "PT6H"},
    {"remind_payment": {"enabled": True, "after": "PT12H", "exempt_countries": ["DE", "FR"]}},
    {},
    {"leads": {"lunch": ["PT1H"]}},
    {"leads": {"shipment": ["P31D"]}},
    {"leads": {"shipment": ["soon"]}},
    {"quiet_hours": {"start": "22:00", "end": "22:00"}},
    {"quiet_hours": {"start": "T22", "end": "08:00"}},
    {"digest_hour": 24},
    {"unanswered_after": "PT0S"},
    {"remind_payment": {"enabled": True, "exempt_countries": ["XX"]}},
    {"colour": "red"},
)
OPEN = {"remind_payment": {"enabled": True, "after": "PT12H"}, "digest_hour": 9}


def record(recorder: Recorder) -> None:
    shop = recorder.shop("alerts", name="Springfield Goods")
    rules(shop)
    channels = make_channels(shop)
    for robot in channels[3:]:  # each delivery costs several calls of the table
        shop.owner.patch(f"/v1/alert-channels/{robot}", {"min_severity": "critical"})
    shop.owner.put("/v1/alert-rules", OPEN)
    waiting(shop)
    recorder.minutes(2)
    acknowledge(shop)
    for days in (0.5, 1, 2, 5, 12):
        later(shop, days)
    for channel in channels:
        deliveries = shop.owner.pages(f"/v1/alert-channels/{channel}/deliveries", 10)
        ended = [delivery for delivery in deliveries if delivery["state"] in ("delivered", "failed")]
        for delivery in (*deliveries[:1], *ended[:1]):
            for _ in range(2):
                path = f"/v1/alert-channels/{channel}/deliveries/{delivery['id']}/redeliver"
                shop.owner.post(path, headers={"Idempotency-Key": "again"})
    recorder.minutes(1)
    later(shop, 40)  # deliveries are kept for 30 days
    failing(shop, channels[0])
    change_channels(shop, channels)
    lists(shop)
    watched(recorder)


def later(shop: Shop, days: float) -> None:
    shop.recorder.minutes(1, days=days)
    shop.viewer.get("/v1/alerts")
    shop.viewer.get("/v1/orders/counters")


def rules(shop: Shop) -> None:
    for caller in shop.callers.values():
        caller.get("/v1/alert-rules")
        caller.put("/v1/alert-rules", {})
    for body in RULES:
        shop.owner.put("/v1/alert-rules", body)
    shown = shop.owner.get("/v1/alert-rules").json
    shop.owner.put("/v1/alert-rules", shown)


def make_channels(shop: Shop) -> list[str]:
    url = shop.recorder.world.web.url
    path, made = "/v1/alert-channels", []
    for body in (
        {"kind": "webhook", "name": "all", "url": url, "min_severity": "info", "quiet_hours": False},
        {"kind": "email", "name": "owner", "address": "owner@shop.example", "language": "en"},
        {"kind": "webhook", "name": "disputes", "url": url, "kinds": ["dispute_opened"], "digest": True},
        {"kind": "dingtalk", "name": "robot", "url": url, "secret": "SEC1"},
        {"kind": "slack", "name": "robot", "url": url},
        {"kind": "wecom", "name": "robot", "url": url},
        {"kind": "feishu", "name": "robot", "url": url},
        {"kind": "webhook", "name": "x"},
        {"kind": "webhook", "name": "x", "url": "http://10.0.0.1/"},
        {"kind": "webhook", "name": "x", "url": "ftp://shop.example/"},
        {"kind": "webhook", "name": "x", "url": url, "address": "a@shop.example"},
        {"kind": "webhook", "name": "x", "url": url, "secret": "mine"},
        {"kind": "email", "name": "x", "address": "nowhere"},
        {"kind": "email", "name": "x", "url": url},
        {"kind": "pigeon", "name": "x", "url": url},
        {"kind": "webhook", "name": "x", "url": url, "kinds": ["nothing"]},
        {"kind": "webhook", "name": "x", "url": url, "min_severity": "loud"},
    ):
        answer = shop.owner.post(path, body, headers={"Idempotency-Key": f"channel-{len(str(body))}"})
        made += [answer.json["id"]] if answer.status == 201 else []
    for caller in (shop.staff, shop.viewer, shop.platform):
        caller.get(path)
        caller.post(path, {"kind": "webhook", "name": "x", "url": url})
    shop.owner.pages(path, 2)
    for channel in (*made, "chn_none"):
        shop.owner.get(f"{path}/{channel}")
        shop.owner.post(f"{path}/{channel}/test", headers={"Idempotency-Key": "test"})
        shop.staff.post(f"{path}/{channel}/test")
        shop.owner.get(f"{path}/{channel}/deliveries")
    shop.recorder.minutes(1)
    return made


def waiting(shop: Shop) -> None:
    """An order for each thing that somebody waits for."""
    world = shop.recorder.world
    shop.place()
    shop.place(buyer={"id": "b-de", "country": "DE"})
    shop.platform.act(shop.place(), "pay")
    shop.platform.act(shop.place(), "pay", {"amount": usd("5.00")})
    short = shop.place()
    shop.platform.act(short, "pay")
    shop.platform.act(short, "report_short_payment", {"received": usd("5.00")})
    shop.paid()
    shop.paid(deadlines=[{"kind": "shipment", "due_at": world.ahead(hours=3)}])
    order_id = shop.paid()
    shop.platform.act(order_id, "request_cancellation", {"reason": "Wrong size."})
    order_id = shop.sent()
    shop.platform.act(order_id, "report_delivery", {"parcel_id": "p1"})
    order_id = shop.sent()
    shop.platform.act(order_id, "confirm_receipt")
    shop.disputed()
    _, dispute_id = shop.disputed(solution="return_and_refund")
    shop.staff.dispute(dispute_id, "accept")
    order_id, dispute_id = shop.disputed()
    shop.platform.dispute(dispute_id, "escalate")
    shop.platform.act(order_id, "freeze", {"reason": "Review."})
    shop.platform.post(f"/v1/orders/{order_id}/messages", {"text": "Well?", "from": "buyer"})


def acknowledge(shop: Shop) -> None:
    alerts = shop.viewer.pages("/v1/alerts", 4)
    for alert in alerts[:4]:
        path = f"/v1/alerts/{alert['alert_id']}"
        shop.viewer.get(path)
        for caller in (shop.viewer, shop.platform, shop.staff, shop.owner):
            caller.post(f"{path}/acknowledge", headers={"Idempotency-Key": "seen"})
    shop.staff.post("/v1/alerts/alr_none/acknowledge")
    shop.viewer.get("/v1/alerts/none")


def failing(shop: Shop, channel: str) -> None:
    """A server that is down, throttles, and is gone at last."""
    shop.recorder.world.web.statuses = [500, 503, 429, 302]
    _, dispute_id = shop.disputed()
    for minutes in (1, 2, 10, 60, 240):
        shop.recorder.minutes(1, minutes=minutes)
    shop.platform.dispute(dispute_id, "withdraw")
    shop.recorder.world.web.statuses = [410] * 20
    shop.disputed()
    shop.recorder.minutes(2)
    shop.recorder.world.web.statuses = []
    shop.owner.get(f"/v1/alert-channels/{channel}")
    shop.owner.pages(f"/v1/alert-channels/{channel}/deliveries", 10)


def change_channels(shop: Shop, channels: list[str]) -> None:
    path = f"/v1/alert-channels/{channels[0]}"
    for body in (
        {"enabled": True},
        {"name": "renamed", "min_severity": "critical", "digest": True},
        {"enabled": False},
        {"secret": None},
        {"address": "a@shop.example"},
        {"url": "http://127.0.0.1:1/"},
        {"kinds": ["nothing"]},
        {"kind": "email"},
        {"name": ""},
        {},
    ):
        shop.owner.patch(path, body)
    shop.owner.patch(f"/v1/alert-channels/{channels[3]}", {"secret": None})
    for channel in channels[:2]:
        for _ in range(2):
            shop.owner.post(f"/v1/alert-channels/{channel}/rotate-secret", headers={"Idempotency-Key": "new"})
    shop.staff.patch(path, {"name": "mine"})
    shop.staff.delete(path)
    for _ in range(2):
        shop.owner.delete(path)
    shop.owner.get("/v1/alert-channels")


def lists(shop: Shop) -> None:
    for query in (
        {"state": "acknowledged"},
        {"state": "resolved", "severity": "warning"},
        {"severity": "critical"},
        {"state": "lost"},
        {"severity": "loud"},
    ):
        shop.viewer.pages("/v1/alerts", 10, **query)
    for query in (
        {},
        {"from": "2026-12-01", "to": "2026-12-31", "limit": 1},
        {"from": "2026-12-31", "to": "2026-12-01"},
        {"from": "x"},
    ):
        shop.viewer.get("/v1/reports/payment-reminders", query=query)
    shop.viewer.get("/v1/reports/service-level")
    shop.viewer.pages("/v1/reports/violations", 2)
    shop.viewer.pages("/v1/orders", 10, status="FINISH")
    shop.viewer.pages("/v1/orders", 10, status="FUND_PROCESSING")
    shop.viewer.get("/v1/funds")
    for order in shop.viewer.get("/v1/orders").json["data"]:
        shop.viewer.get(f"/v1/orders/{order['order_id']}")
        shop.viewer.get(f"/v1/orders/{order['order_id']}/history")


def watched(recorder: Recorder) -> None:
    """A store that only watches; what has lapsed takes effect when it enforces again."""
    shop = recorder.shop("alerts-watched", deadline_policy={"mode": "watch", "payment": "P1D"})
    orders = [shop.place(), shop.paid(), shop.sent()]
    recorder.minutes(1, days=15)
    shop.viewer.get("/v1/orders/counters")
    shop.viewer.get("/v1/alerts")
    shop.viewer.get("/v1/deadlines")
    shop.owner.patch("/v1/store", {"deadline_policy": {"mode": "enforce"}})
    recorder.minutes(3)
    for order_id in orders:
        shop.viewer.get(f"/v1/orders/{order_id}/history")
    late = {"at": recorder.world.ago(days=14, hours=12)}
    shop.platform.act(orders[0], "pay", late)  # the buyer had paid in time after all
    shop.viewer.get(f"/v1/orders/{orders[0]}/history")
