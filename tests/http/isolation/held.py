"""A store that has one of everything, and requests for what it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.harness import Answer, Api, Client, Shop, parcel, usd


@dataclass(frozen=True)
class Held:
    """A store with an order that has a parcel and a dispute, one with a refund, an export, an import, a template and a
    channel."""

    shop: Shop
    ids: Mapping[str, str]
    """By the names that paths have for them."""

    @property
    def order_id(self) -> str:
        return self.ids["order_id"]


def unused(ids: Mapping[str, str]) -> dict[str, str]:
    """Ids of the same shapes that nothing has."""
    prefixed = {name: value[:4] + "0" * (len(value) - 4) for name, value in ids.items()}
    others = {"order_id": "9" * len(ids["order_id"]), "user_id": "0" * len(ids["user_id"])}
    return {**prefixed, **others, "n": "1", "buyer_id": "buyer-0"}


def hold(api: Api) -> Held:
    shop = api.shop()
    order_id, refunded_id = shop.platform.place()["order_id"], shop.platform.place()["order_id"]
    for action in ("pay", "pass_risk"):
        assert shop.platform.act(order_id, action).status == 200
    assert shop.staff.act(order_id, "ship", {"parcels": [parcel(f"LX{order_id}")]}).status == 200
    claim = {"kind": "not_received", "claim": usd("1.00"), "solution": "refund", "text": "not here"}
    disputed = shop.platform.act(order_id, "open_dispute", claim)
    assert disputed.status == 200, disputed.content
    assert shop.platform.act(refunded_id, "pay").status == 200
    refunded = shop.platform.act(refunded_id, "reject_risk").json
    asked = shop.staff.post("/v1/exports", {"format": "csv"})
    assert asked.status == 202, asked.content
    template = shop.staff.post("/v1/message-templates", {"name": "hello", "text": "Order {order_id}."})
    assert template.status == 201, template.content
    hook = {"kind": "webhook", "name": "a hook", "url": "https://hooks.example.com/x"}
    channel = shop.owner.post("/v1/alert-channels", hook)
    assert channel.status == 201, channel.content
    begun = shop.staff.post("/v1/imports", {"kind": "orders", "file_name": "orders.xlsx"})
    assert begun.status == 201, begun.content
    guest = {"user_id": f"{shop.name}-guest", "role": "viewer"}
    assert shop.owner.post("/v1/members", guest).status == 201
    ids = {
        "order_id": order_id,
        "refund_id": refunded["refunds"][0]["refund_id"],
        "dispute_id": disputed.json["dispute"]["dispute_id"],
        "evidence_id": "evd_0",
        "export_id": asked.json["id"],
        "template_id": template.json["template_id"],
        "alert_id": shop.viewer.get("/v1/alerts").json["data"][0]["alert_id"],
        "channel_id": channel.json["id"],
        "import_id": begun.json["id"],
        "delivery_id": "dlv_0",
        "n": "1",
        "buyer_id": "buyer-1",
        "user_id": guest["user_id"],
    }
    return Held(shop, ids)


def ask(client: Client, key: str, ids: Mapping[str, str], **kwargs: Any) -> Answer:
    """The route with a body that no route takes, so that nothing comes of it where it is let in."""
    method, _, path = key.partition(" ")
    for name, value in ids.items():
        path = path.replace(f"{{{name}}}", value)
    query = "?q=x" if path == "/v1/search" else ""
    return client.request(method, path + query, None if method == "GET" else {"colour": 1}, **kwargs)
