"""Ask for an erasure, and let the clock end it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from functions.orders.request.segments import segment_of
from shared.operations.customers import erasures
from tests.harness import Shop


def never() -> bool:
    return False


def asked(shop: Shop, buyer: str, **body: Any) -> dict[str, Any]:
    answer = shop.owner.post(f"/v1/customers/{segment_of(buyer)}/erase", body)
    assert answer.status == 202, answer.content
    customer: dict[str, Any] = answer.json
    return customer


def run(shop: Shop, buyer: str, now: datetime | None = None) -> dict[str, Any]:
    """The clock's runs, minute by minute, until the erasure is done or waits; answers with what the API says of it."""
    now = now or datetime.now(UTC) + timedelta(seconds=1)
    for _ in range(30):
        erasure: dict[str, Any] = shop.viewer.get(f"/v1/customers/{segment_of(buyer)}").json["erasure"]
        if erasure["state"] in ("done", "waiting"):
            return erasure
        erasures.resume(now, never)
        now += timedelta(seconds=61)
    raise AssertionError("the erasure does not end")
