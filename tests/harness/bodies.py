"""Bodies of requests, and what they are made of."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

_names = itertools.count(1)


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


def ago(**length: float) -> str:
    return (datetime.now(UTC) - timedelta(**length)).isoformat().replace("+00:00", "Z")


def ahead(**length: float) -> str:
    return (datetime.now(UTC) + timedelta(**length)).isoformat().replace("+00:00", "Z")


def line(line_id: str = "1", quantity: int = 2, price: str = "10.00", **more: Any) -> dict[str, Any]:
    return {"line_id": line_id, "product_id": f"P{line_id}", "quantity": quantity, "unit_price": usd(price), **more}


def new_order(**changes: Any) -> dict[str, Any]:
    """A valid order of two lines, 28.50 USD in all, placed a minute ago."""
    number = f"3000{next(_names):04d}{uuid.uuid4().int % 10**8:08d}"
    return {
        "order_id": number,
        "placed_at": ago(minutes=1),
        "buyer": {"id": "buyer-1", "country": "US"},
        "recipient": {
            "country": "US",
            "name": "Alex Example",
            "city": "Springfield",
            "street": "1 Example Street",
            "zip": "00000",
            "phone": "5550100",
        },
        "currency": "USD",
        "lines": [line("1", 2, "10.00"), line("2", 1, "5.50")],
        "shipping_fee": usd("3.00"),
        **changes,
    }


def parcel(number: str = "LX000000001CN", **lines: int) -> dict[str, Any]:
    body: dict[str, Any] = {"carrier": "CAINIAO_STANDARD", "tracking_no": number}
    if lines:
        body["lines"] = [
            {"line_id": line_id.removeprefix("line"), "quantity": quantity} for line_id, quantity in lines.items()
        ]
    return body


def snapshot(order: Mapping[str, Any], status: str, **changes: Any) -> dict[str, Any]:
    """A `sync` body that shows the order as it was placed, in another status."""
    return {
        "changed_at": ago(seconds=1),
        "order": dict(order),
        "status": status,
        "overlays": [],
        "parcels": [],
        **changes,
    }
