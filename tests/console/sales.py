"""Orders of a test's own store, brought to where a page of the console needs them."""

from __future__ import annotations

import base64
import time
from typing import Any

from tests.harness import Shop, new_order, parcel, usd

ALERT_SECONDS = 60

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""A PNG of one point."""


def awaiting_shipment(shop: Shop, **changes: Any) -> str:
    """An order that is paid and waits for its shipment: its number."""
    order_id: str = shop.platform.place(**new_order(**changes))["order_id"]
    for action in ("pay", "pass_risk"):
        assert shop.platform.act(order_id, action).status == 200
    return order_id


def in_cancellation(shop: Shop) -> str:
    order_id = awaiting_shipment(shop)
    assert shop.platform.act(order_id, "request_cancellation", {"reason": "Ordered twice"}).status == 200
    return order_id


def disputed(shop: Shop, number: str = "LX000000001CN") -> tuple[str, str]:
    """An order that the buyer has opened a dispute on: its number, and the dispute's id."""
    order_id = awaiting_shipment(shop)
    assert shop.owner.act(order_id, "ship", {"parcels": [parcel(number)]}).status == 200
    claim = {
        "kind": "not_as_described",
        "claim": usd("8.00"),
        "solution": "refund",
        "text": "One lamp is scratched.",
    }
    opened = shop.platform.act(order_id, "open_dispute", claim)
    assert opened.status == 200, opened.content
    return order_id, opened.json["dispute"]["dispute_id"]


def written_by_buyer(shop: Shop, order_id: str, text: str) -> None:
    answer = shop.platform.post(f"/v1/orders/{order_id}/messages", {"from": "buyer", "text": text})
    assert answer.status == 201, answer.content


def wait_for_alerts(shop: Shop, least: int) -> None:
    """Waits until the store has open alerts: a stream raises them after the change that they are about."""
    until = time.monotonic() + ALERT_SECONDS
    while len(shop.viewer.every("/v1/alerts")) < least:
        assert time.monotonic() < until, "no alert was raised"
        time.sleep(0.2)
