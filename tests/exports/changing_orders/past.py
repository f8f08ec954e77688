"""Every version that the orders of a shop have ever had, and the rows of an export that show them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.harness import Shop, ago, line, new_order, parcel, snapshot, usd

COLUMNS = ["order_id", "status_code", "fund_state", "note", "tracking_nos", "refunded", "total", "pieces"]
WINDOW_HOURS = 100, 10
Version = tuple[Any, ...]


@dataclass
class Past:
    """Every version that the orders of a shop have ever had, read through the API after each change."""

    shop: Shop
    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)
    versions: dict[str, list[Version]] = field(default_factory=lambda: defaultdict(list))
    placed: dict[str, datetime] = field(default_factory=dict)
    took: Counter[str] = field(default_factory=Counter)

    def place(self, hours: float) -> str:
        body = new_order(placed_at=ago(hours=hours), lines=[line("1", 2), line("2", 1)])
        assert self.shop.platform.post("/v1/orders", body).status == 201
        self.bodies[body["order_id"]] = body
        self.remember(body["order_id"])
        return str(body["order_id"])

    def come(self, hours: float) -> None:
        self.place(hours)
        self.took["placed"] += 1

    def change(self, order_id: str, name: str, *how: Any) -> None:
        answer = getattr(self, name)(order_id, *how)
        if answer.status == 200:
            self.took[name] += 1
            self.remember(order_id)

    def remember(self, order_id: str) -> None:
        order = self.shop.platform.get(f"/v1/orders/{order_id}").json
        self.placed[order_id] = datetime.fromisoformat(order["placed_at"])
        amounts = order["amounts"]
        self.versions[order_id].append(
            (
                order["status"],
                order["fund_state"],
                order.get("note") or "",
                frozenset(each["tracking_no"] for each in order["parcels"]),
                Decimal(amounts.get("refunded", {}).get("amount", 0)),
                Decimal(amounts["total"]["amount"]),
                sum(each["quantity"] for each in order["lines"]),
            )
        )

    def pay(self, order_id: str) -> Any:
        return self.shop.platform.act(order_id, "pay")

    def pass_risk(self, order_id: str) -> Any:
        return self.shop.platform.act(order_id, "pass_risk")

    def ship(self, order_id: str, number: str) -> Any:
        return self.shop.staff.act(order_id, "ship", {"parcels": [parcel(number, line1=1)]})

    def cancel(self, order_id: str) -> Any:
        return self.shop.platform.act(order_id, "request_cancellation", {"reason": "changed my mind"})

    def accept(self, order_id: str) -> Any:
        return self.shop.staff.act(order_id, "accept_cancellation")

    def refund(self, order_id: str) -> Any:
        refunds = self.shop.staff.get(f"/v1/orders/{order_id}").json["refunds"]
        body = {"refund_id": refunds[-1]["refund_id"] if refunds else "none"}
        return self.shop.platform.act(order_id, "complete_refund", body)

    def note(self, order_id: str) -> Any:
        return self.shop.staff.patch(f"/v1/orders/{order_id}", {"note": f"{len(self.versions[order_id])} before"})

    def sync(self, order_id: str, **changes: Any) -> Any:
        """The platform shows the order as it was placed, with these differences, and one parcel or none."""
        body_now, order = {**self.bodies[order_id], **changes}, self.shop.staff.get(f"/v1/orders/{order_id}").json
        status = order["status"] if order["parcels"] else "WAIT_SELLER_SEND_GOODS"
        kept = [parcel(f"SY{len(self.versions[order_id])}", line1=1) | {"shipped_at": ago(hours=1)}]
        body = snapshot(body_now, status, changed_at=ago(seconds=0), parcels=kept if order["parcels"] else [])
        answer = self.shop.platform.act(order_id, "sync", body)
        if answer.status == 200:
            self.bodies[order_id] = body_now
        return answer

    def reprice(self, order_id: str, price: str) -> Any:
        return self.sync(order_id, lines=[line("1", 3, price), line("2", 1)])

    def replace_parcels(self, order_id: str) -> Any:
        """One parcel for all, and dearer to ship: the lines stay as they are."""
        return self.sync(order_id, shipping_fee=usd("9.00"))

    def move(self, order_id: str, hours: float) -> Any:
        return self.sync(order_id, placed_at=ago(hours=hours))


def read_row(row: list[str]) -> tuple[str, Version]:
    order_id, status, funds, note, numbers, refunded, total, pieces = row
    return order_id, (
        status,
        funds,
        note,
        frozenset(numbers.split()),
        Decimal(refunded or 0),
        Decimal(total),
        int(pieces),
    )


def window() -> dict[str, str]:
    return {"from": ago(hours=WINDOW_HOURS[0]), "to": ago(hours=WINDOW_HOURS[1])}


def check(past: Past, rows: list[Any], began: dict[str, int], export: dict[str, Any], where: Any) -> int:
    """Each order of the window once, in a version that it has had since the export began."""
    found = [read_row(row) for row in rows]
    numbers = [order_id for order_id, _ in found]
    assert len(numbers) == len(set(numbers)), (where, "met twice")
    since, until = (datetime.fromisoformat(export["coverage"][name]) for name in ("from", "to"))
    inside = {order_id for order_id, at in past.placed.items() if since <= at < until}
    assert set(numbers) <= inside, (where, "outside the window")
    assert {order_id for order_id in began if order_id in inside} <= set(numbers), (where, "left out")
    for order_id, version in found:
        lived = past.versions[order_id][began.get(order_id, 1) - 1 :]
        assert version in lived, (where, version, lived)
    return len(found)
