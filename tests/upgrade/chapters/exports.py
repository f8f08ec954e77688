"""Exports: asked for, written, fetched, cancelled, tried again, and made regularly."""

from __future__ import annotations

from typing import Any

from tests.upgrade.recorder import Recorder, Shop, line, parcel

WINDOW = {"from": "2026-11-01T00:00:00+08:00", "to": "2026-12-31T00:00:00+08:00"}
TAKEN: tuple[dict[str, Any], ...] = (
    {},
    {"kind": "orders", "format": "xlsx", "language": "en"},
    {"kind": "lines", "format": "csv", "window": WINDOW},
    {"kind": "funds", "format": "csv", "window": WINDOW, "time_zone": "America/New_York", "language": "en"},
    {"kind": "customers", "format": "xlsx"},
    {"kind": "shipments", "format": "xls"},
    {"kind": "orders", "format": "csv", "columns": ["order_id", "status", "total"], "bom": False},
    {"kind": "orders", "format": "csv", "status": "FINISH,PLACE_ORDER_SUCCESS", "recipient": "masked"},
    {"kind": "orders", "format": "csv", "preset": "last_3_months", "layout": "seller_centre_2016"},
)
REFUSED: tuple[dict[str, Any], ...] = (
    {"kind": "secrets"},
    {"format": "pdf"},
    {"preset": "last_year"},
    {"window": {"from": WINDOW["to"], "to": WINDOW["from"]}},
    {"window": {"from": "2026-12-01"}},
    {"window": WINDOW, "preset": "last_3_months"},
    {"columns": ["nothing"]},
    {"columns": ["order_id", "order_id"]},
    {"columns": []},
    {"columns": ["order_id"], "layout": "seller_centre_2016"},
    {"layout": "seller_centre_1999"},
    {"status": "SLEEPING"},
    {"time_zone": "Mars/Base"},
    {"language": "fr"},
    {"kind": "shipments", "status": "FINISH"},
    {"kind": "customers", "window": WINDOW},
    {"bom": True},
    {"recipient": "all"},
    {"colour": "red"},
)


def record(recorder: Recorder) -> None:
    empty = recorder.shop("exports-empty")
    empty.owner.post("/v1/exports", {"kind": "shipments"})
    empty.viewer.get("/v1/shipment-list")
    shop = recorder.shop("exports", name='春田 "旗舰店"/1')
    fill(shop)
    for caller in shop.callers.values():
        caller.get("/v1/shipment-list")
        caller.get("/v1/exports")
        caller.post("/v1/exports", {"format": "csv"})
    recorder.work()
    for body in REFUSED:
        shop.owner.post("/v1/exports", body)
    for number, body in enumerate(TAKEN):
        key = {"Idempotency-Key": f"export-{number}"}
        asked = shop.staff.post("/v1/exports", body, headers=key)
        shop.staff.post("/v1/exports", body, headers=key)
        if asked.status == 202:
            shop.owner.get(f"/v1/exports/{asked.json['id']}")
            shop.owner.get(f"/v1/exports/{asked.json['id']}/files/1")
            recorder.work()
            fetch(shop, asked.json["id"])
    stop_and_go(shop)
    shop.owner.pages("/v1/exports", 4)
    schedule(shop)


def fill(shop: Shop) -> None:
    world = shop.recorder.world
    hostile = ("=1+1", "+cmd", "@x", "-2", "\t=1", "a\nb", "x" * 300, "名字 🎁")
    for number, text in enumerate(hostile):
        lines = [line("1", 2, "10.00", title=text[:500], sku=f"S-{number}"), line("2", 1, "5.50")]
        buyer = {"id": f"b{number % 3}", "name": text[:100], "country": "BR"}
        memo = {"memo": text, "placed_at": world.ago(days=number)}
        order_id = (
            shop.paid(lines=lines, buyer=buyer, **memo) if number % 2 else shop.place(lines=lines, buyer=buyer, **memo)
        )
        if number % 4 == 1:
            shop.staff.act(order_id, "ship", {"parcels": [parcel(f"LX{number}", line1=1), parcel(f"EE{number}")]})
            shop.platform.act(order_id, "report_delivery", {"parcel_id": "p1"})


def fetch(shop: Shop, export_id: str) -> None:
    job = shop.owner.get(f"/v1/exports/{export_id}").json
    for n in (*(file["n"] for file in job["files"]), 0, 9, "x"):
        answer = shop.staff.get(f"/v1/exports/{export_id}/files/{n}")
        if answer.status == 302:
            shop.recorder.file(answer)
    shop.owner.get(f"/v1/exports/{export_id}/files/1", headers={"Accept": "application/json"})
    shop.viewer.get(f"/v1/exports/{export_id}/files/1")


def stop_and_go(shop: Shop) -> None:
    """Cancelled before it began, cancelled twice, tried again, and gone after thirty days."""
    export_id = shop.owner.post("/v1/exports", {"format": "csv"}).json["id"]
    path = f"/v1/exports/{export_id}"
    for caller, step in (
        (shop.viewer, "cancel"),
        (shop.staff, "retry"),
        (shop.staff, "cancel"),
        (shop.staff, "cancel"),
        (shop.owner, "retry"),
    ):
        caller.post(f"{path}/{step}")
    shop.owner.post(f"{path}/cancel", {"why": "x"})
    shop.owner.get(path)
    shop.recorder.work()
    shop.owner.get(path)
    shop.owner.post(f"{path}/cancel")
    shop.recorder.world.tick(days=31)
    for method, address in (("GET", path), ("GET", f"{path}/files/1"), ("POST", f"{path}/retry")):
        shop.owner.send(method, address)
    shop.recorder.work()
    fetch(shop, export_id)
    for step in ("cancel", "retry"):
        shop.owner.post(f"/v1/exports/exp_none/{step}")
    shop.owner.get("/v1/exports/none")


def schedule(shop: Shop) -> None:
    path = "/v1/export-schedule"
    for caller in shop.callers.values():
        caller.get(path)
        caller.put(path, {"enabled": False})
    for body in (
        {"enabled": True, "cadence": "daily", "kind": "orders", "format": "csv", "hour": 9},
        {"enabled": True, "cadence": "weekly"},
        {"enabled": True, "cadence": "monthly", "hour": 0},
        {"enabled": True, "cadence": "hourly"},
        {"enabled": True, "hour": 24},
        {"enabled": "yes"},
        {"enabled": True, "kind": "secrets"},
        {},
        {"enabled": True, "cadence": "daily", "format": "csv", "hour": 9},
    ):
        shop.owner.put(path, body)
    for days in (0.5, 1, 3):
        shop.recorder.minutes(1, days=days)
        shop.owner.get(path)
        for job in shop.owner.get("/v1/exports", query={"limit": 2}).json["data"]:
            if job["scheduled"]:
                fetch(shop, job["id"])
    shop.owner.put(path, {"enabled": False})
