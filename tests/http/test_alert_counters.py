"""The counts of open alerts."""

from __future__ import annotations

from tests.harness import Api, usd


def test_every_count_of_alerts_is_what_its_query_lists(api: Api) -> None:
    shop = api.shop()
    for _ in range(3):
        order_id = shop.platform.place()["order_id"]
    shop.platform.act(order_id, "pay")
    shop.platform.act(order_id, "report_short_payment", {"received": usd("10.00")})
    alert_id = shop.viewer.get("/v1/alerts?severity=info").json["data"][0]["alert_id"]
    assert shop.staff.post(f"/v1/alerts/{alert_id}/acknowledge", {}).status == 200
    counters = shop.viewer.get("/v1/alerts/counters").json
    assert counters.pop("as_of")
    assert list(counters) == ["open", "info", "warning", "critical"]
    for name, entry in counters.items():
        rows = shop.viewer.get(f"/v1/alerts?{entry['query']}&limit=200").json["data"]
        assert len(rows) == entry["count"], name
    counts = {name: entry["count"] for name, entry in counters.items()}
    assert counts["open"] == counts["info"] + counts["warning"] + counts["critical"]
    assert counts["info"] >= 1 and counts["warning"] >= 1
    chinese = shop.viewer.get("/v1/alerts/counters", headers={"Accept-Language": "zh-CN"}).json
    assert (counters["open"]["label"], chinese["critical"]["label"]) == ("Open", "紧急")
