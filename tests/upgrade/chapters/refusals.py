"""What every operation of the document refuses: the wrong caller, the wrong parameter, the wrong body."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.upgrade.contract import STORED, recorded_operations
from tests.upgrade.recorder import Recorder, Shop, usd

PARTS = 4


def record(recorder: Recorder, part: int) -> None:
    """Every fourth operation of the document."""
    shop = recorder.shop("refusals")
    recorder.shop("refusals-other")
    known = ids(shop)
    document = json.loads(STORED.read_text(encoding="utf-8"))
    for path, method in recorded_operations()[part::PARTS]:
        if path != "/v1/health":
            refuse(recorder, shop, method.upper(), path, document["paths"][path][method], known)


def ids(shop: Shop) -> dict[str, str]:
    """Something of each kind, for what stands in a path."""
    order_id, dispute_id = shop.disputed()
    form = shop.staff.post(f"/v1/disputes/{dispute_id}/evidence", {"media_type": "image/png"}).json
    cancelled = shop.paid()
    shop.platform.act(cancelled, "request_cancellation", {"reason": "No."})
    refunds = shop.staff.act(cancelled, "accept_cancellation").json["refunds"]
    export = shop.owner.post("/v1/exports", {"format": "csv"}).json
    template = shop.owner.post("/v1/message-templates", {"name": "a", "text": "Thank you."}).json
    url = shop.recorder.world.web.url
    channel = shop.owner.post("/v1/alert-channels", {"kind": "webhook", "name": "a", "url": url}).json
    shop.recorder.minutes(1)
    return {
        "order_id": order_id,
        "dispute_id": dispute_id,
        "evidence_id": form["evidence_id"],
        "refund_id": refunds[0]["refund_id"],
        "buyer_id": "buyer-1",
        "export_id": export["id"],
        "n": "1",
        "template_id": template["template_id"],
        "alert_id": shop.viewer.get("/v1/alerts").json["data"][0]["alert_id"],
        "channel_id": channel["id"],
        "delivery_id": shop.owner.get(f"/v1/alert-channels/{channel['id']}/deliveries").json["data"][0]["id"],
    }


def refuse(
    recorder: Recorder, shop: Shop, method: str, path: str, operation: dict[str, Any], known: dict[str, str]
) -> None:
    where = re.sub(r"\{(\w+)\}", lambda name: known[name[1]], path)
    stranger = recorder.caller({"refusals-other": "owner"}, "stranger")
    nobody = recorder.caller({}, "nobody")
    body = {} if method in ("POST", "PUT", "PATCH") else None
    for caller in (stranger, nobody):
        caller.send(method, where, body)
    own = recorder.caller({"refusals": "owner"}, "own")
    own.send(method, where, body, headers={"X-Store-Id": "refusals-other"})
    for caller in (shop.viewer, shop.platform, shop.staff):
        caller.send(method, where, body, query={"colour": "red"})
    if "{" in path:
        shop.owner.send(method, re.sub(r"\{(\w+)\}", "none", path), body)
    parameters = {each["name"] for each in operation.get("parameters", []) if each.get("in") == "query"}
    if "cursor" in parameters:
        for query in ({"cursor": "AAAA"}, {"limit": "0"}):
            shop.owner.send(method, where, query=query)
    if body is None:
        return
    seller = shop.platform if "/actions/" in path or path == "/v1/orders" else shop.owner
    for raw in (b"{", b"[]"):
        seller.send(method, where, raw=raw)
    seller.send(method, where, {"colour": "red"})
    seller.send(method, where, {}, headers={"content-type": "text/plain"}, raw=b"x")
    seller.send(method, where, {"text": 5, "total": usd("x"), "items": "none", "reason": 7, "enabled": 3})
    if method == "POST":
        seller.send(method, where, {"colour": "red"}, headers={"Idempotency-Key": "two words"})
    if "{order_id}" in path or "{dispute_id}" in path or "{buyer_id}" in path:
        seller.send(method, where, {}, headers={"If-Match": "not a tag"})
