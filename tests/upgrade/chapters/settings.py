"""What belongs to no order: the store, the caller, addresses that there are not."""

from __future__ import annotations

from tests.upgrade.recorder import Recorder

GOOD = (
    {"name": "店铺 One", "time_zone": "America/New_York", "currency": "EUR"},
    {"business_days": [7, 1, 2], "holidays": ["2026-12-25", "2027-02-06"]},
    {"deadline_policy": {"mode": "watch", "payment": "P2D", "cancellation": "PT36H", "return": "P9D"}},
    {"deadline_policy": {"mode": "enforce"}},
    {"fee_rates": {"commission": "0.08", "affiliate": "0.02"}},
    {},
)
BAD = (
    {"name": None},
    {"name": ""},
    {"time_zone": "Mars/Base"},
    {"currency": "US"},
    {"business_days": [8]},
    {"business_days": []},
    {"holidays": ["2027-02-30"]},
    {"deadline_policy": {"mode": "off"}},
    {"deadline_policy": {"payment": "20 days"}},
    {"deadline_policy": {"payment": "P9999D"}},
    {"deadline_policy": {"shipment": "PT36H"}},
    {"deadline_policy": {"lunch": "P1D"}},
    {"fee_rates": {"commission": "0.6", "affiliate": "0.5"}},
    {"fee_rates": {"commission": 0.05}},
    {"store_id": "other"},
)


def record(recorder: Recorder) -> None:
    shop = recorder.shop("settings-a")
    recorder.shop("settings-b")
    nobody = recorder.caller({}, "nobody")
    several = recorder.caller({"settings-a": "owner", "settings-b": "viewer"}, "several")
    for caller in (nobody, several, shop.viewer):
        for path in ("/v1/health", "/v1/openapi.json", "/v1/me", "/v1/store"):
            caller.get(path)
    for store in ("settings-a", "settings-b", "settings-c", ""):
        several.get("/v1/store", headers={"X-Store-Id": store})
        several.patch("/v1/store", {"name": "Both"}, headers={"X-Store-Id": store})
    recorder.caller({"settings-new": "viewer"}, "viewer").get("/v1/store")
    recorder.caller({"settings-new": "platform"}, "platform").get("/v1/store")
    for body in GOOD:
        shop.owner.patch("/v1/store", body)
        shop.viewer.get("/v1/store")
    for body in BAD:
        shop.owner.patch("/v1/store", body)
    for caller in (shop.staff, shop.viewer, shop.platform):
        caller.patch("/v1/store", {"name": "Mine"})
    for method, path in (
        ("GET", "/v1/nothing"),
        ("GET", "/"),
        ("POST", "/v1/store"),
        ("DELETE", "/v1/orders"),
        ("PUT", "/v1/orders/1"),
        ("GET", "/v1/orders/1/actions/pay"),
        ("GET", "/v1/bulk/ship"),
        ("HEAD", "/v1/health"),
        ("GET", "/v1/store/"),
        ("POST", "/v1/orders/1/actions/fly"),
        ("POST", "/v1/bulk/fly"),
        ("POST", "/v1/disputes/1/actions/fly"),
    ):
        shop.owner.send(method, path)
    for origin in ("https://console.example", "http://localhost:5173", "null"):
        shop.owner.send("OPTIONS", "/v1/orders", headers={"Origin": origin, "Access-Control-Request-Method": "GET"})
