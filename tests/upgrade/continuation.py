"""Everything of a filled table is read through the API, and goes on from where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.proof import size
from tests.upgrade.chapters import disputes, lifecycle
from tests.upgrade.recorder import Recorder, Shop

NAME = "former-table"
SHOPS = (
    "former-states",
    "former-money",
    "former-buyers",
    "former-alerts",
    "former-exports",
    "former-disputes",
)


@dataclass(frozen=True)
class Carried:
    """What its clients know of the table: the body of a request that was answered, an export that a worker has begun,
    and the cursor of a second page."""

    answered: dict[str, Any]
    running_export: str
    cursor: str


def go_on(recorder: Recorder, carried: Carried, *, to_the_end: bool, reads_alone: bool = False) -> None:
    """Without `to_the_end`, all but what two more months bring. `reads_alone`: until the first step. In `make test` the
    lists of the first store alone are read once more at the end."""
    shops = {name: recorder.shop(name) for name in SHOPS}
    keys_and_cursors(recorder, shops["former-exports"], carried)
    orders = {name: read_everything(shop) for name, shop in shops.items()}
    if reads_alone:
        return
    for name, shop in shops.items():
        for number, order_id in enumerate(orders[name]):
            take_a_step(shop, order_id, number)
    recorder.minutes(2)
    recorder.minutes(2, minutes=20)  # leases have run out, deliveries are tried again
    shops["former-exports"].owner.get(f"/v1/exports/{carried.running_export}")
    for job in shops["former-exports"].owner.pages("/v1/exports", 50):
        if job["state"] == "succeeded":
            shops["former-exports"].owner.get(f"/v1/exports/{job['id']}/files/1")
    for channel in shops["former-alerts"].owner.pages("/v1/alert-channels", 50):
        shops["former-alerts"].owner.patch(f"/v1/alert-channels/{channel['id']}", {"enabled": False})
    for days in (8, 60) if to_the_end else (8,):
        recorder.minutes(1, days=days)
        for shop in list(shops.values())[: size(1, len(SHOPS))]:
            read_lists(shop)


def read_everything(shop: Shop) -> list[str]:
    """The numbers of the store's orders."""
    viewer, owner = shop.viewer, shop.owner
    found = read_lists(shop)
    for order in found["/v1/orders"]:
        path = f"/v1/orders/{order['order_id']}"
        shop.staff.get(path, query={"reveal": "recipient"})
        viewer.get(f"{path}/history", query={"limit": 200})
        viewer.get(f"{path}/funds")
        if order["unread_messages"] or shop.name == "former-buyers":
            viewer.get(f"{path}/messages")
    viewer.get("/v1/orders", query={"sort": "deadline_at", "limit": 100})
    for dispute in found["/v1/disputes"]:
        shop.platform.get(f"/v1/disputes/{dispute['dispute_id']}")
        for piece in dispute["evidence"]:
            viewer.get(f"/v1/disputes/{dispute['dispute_id']}/evidence/{piece['evidence_id']}")
    for refund in found["/v1/refunds"][:10]:
        viewer.get(f"/v1/refunds/{refund['refund_id']}")
    for customer in found["/v1/customers"]:
        viewer.get(customer["href"])
        viewer.get(f"{customer['href']}/orders")
    for alert in found["/v1/alerts"][:5]:
        viewer.get(f"/v1/alerts/{alert['alert_id']}")
    for template in found["/v1/message-templates"]:
        viewer.get(f"/v1/message-templates/{template['template_id']}")
    for job in owner.pages("/v1/exports", 5):
        owner.get(f"/v1/exports/{job['id']}")
        for file in job["files"]:
            owner.get(f"/v1/exports/{job['id']}/files/{file['n']}")
    for channel in owner.pages("/v1/alert-channels", 50):
        owner.get(f"/v1/alert-channels/{channel['id']}")
        owner.pages(f"/v1/alert-channels/{channel['id']}/deliveries", 50)
    for path in ("/v1/export-schedule", "/v1/alert-rules"):
        owner.get(path)
    return [order["order_id"] for order in found["/v1/orders"]]


def read_lists(shop: Shop) -> dict[str, list[Any]]:
    viewer = shop.viewer
    for path in ("/v1/store", "/v1/orders/counters", "/v1/funds", "/v1/messages/figures", "/v1/shipment-list"):
        viewer.get(path)
    for path in ("/v1/reports/service-level", "/v1/reports/payment-reminders", "/v1/reports/violations"):
        viewer.get(path)
    for by in ("total", "country", "product"):
        viewer.get("/v1/reports/sales", query={"by": by})
    for state in ("acknowledged", "resolved"):
        viewer.pages("/v1/alerts", 50, state=state)
    paths = ("orders", "disputes", "refunds", "customers", "alerts", "message-templates", "deadlines", "parcels")
    lists = {f"/v1/{name}": viewer.pages(f"/v1/{name}", 40) for name in paths}
    for path in ("/v1/messages", "/v1/funds/entries", "/v1/funds/unexplained"):
        viewer.pages(path, 100)
    return lists


def keys_and_cursors(recorder: Recorder, shop: Shop, carried: Carried) -> None:
    """An answer that was kept is given again; what was begun and never answered may begin anew once its lease is over;
    a list goes on behind its cursor."""
    shop.owner.get("/v1/orders", query={"limit": 3, "cursor": carried.cursor})
    for body in (carried.answered, {**carried.answered, "memo": "Another"}):
        shop.platform.post("/v1/orders", body, headers={"Idempotency-Key": "answered"})
    for _ in range(2):
        shop.platform.act(carried.answered["order_id"], "pay", headers={"Idempotency-Key": "running"})
        recorder.world.tick(seconds=31)


def take_a_step(shop: Shop, order_id: str, number: int) -> None:
    """One of the steps that may be taken now, of the dispute where one is open; else a note and a message."""
    order = shop.platform.get(f"/v1/orders/{order_id}").json
    dispute = order.get("dispute")
    if dispute and "ended_at" not in dispute and "frozen" not in order["overlays"]:
        for caller in (shop.staff, shop.platform):
            for action in caller.get(f"/v1/disputes/{dispute['dispute_id']}").json["actions"]:
                if action != "add_evidence":
                    caller.dispute(dispute["dispute_id"], action, disputes.BODIES[action])
                    return
    actions = [action for action in order["actions"] if action not in ("sync", "freeze")]
    if actions:
        action = actions[number % len(actions)]
        shop.platform.act(order_id, action, lifecycle.body_of(shop, action, order, {}))
    shop.staff.patch(f"/v1/orders/{order_id}", {"note": "Seen."})
    shop.platform.post(f"/v1/orders/{order_id}/messages", {"text": "Still there?", "from": "buyer"})
