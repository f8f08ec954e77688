"""An idle sweep over very many waiting orders: `python -m bench.sweep 100000`."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from tests.capacity import metered
from tests.harness import create_table, dynoxide, environment, use_table

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def fill(store_id: str, count: int, due: datetime, *, placed: datetime | None = None) -> None:
    """Heads of orders that await shipment, nothing else of them, in batches of 25."""
    from shared.domain.orders import Amounts, Buyer, Order, Status, Timer
    from shared.settings import settings
    from shared.store import items

    client, table = boto3.client("dynamodb"), settings().table_name
    placed = placed or datetime.now(UTC)
    template = Order(
        store_id=store_id,
        order_id="",
        placed_at=placed,
        buyer=Buyer("buyer-1", "US"),
        recipient={"country": "US"},
        currency="USD",
        amounts=Amounts(lines=2999, shipping=0),
        lines=(),
        platform_at=placed,
        placed_digest="",
        version=3,
        status=Status.WAIT_SELLER_SEND_GOODS,
        timers=(Timer("shipment", due),),
    )
    batch: list[Any] = []
    for number in range(count):
        at = placed + timedelta(seconds=number)
        order = replace(template, order_id=f"3{at:%y%m%d}{number:09d}", placed_at=at)
        head = items.head_of(order, part_versions=1, armed=True)
        batch.append({"PutRequest": {"Item": head.serialize()}})
        if len(batch) == 25 or number == count - 1:
            assert not client.batch_write_item(RequestItems={table: batch})["UnprocessedItems"]
            batch = []


def idle(store_id: str, count: int) -> dict[str, Any]:
    """Fill a table with orders that are due tomorrow, and sweep it once."""
    from functions.alerts.deadlines import sweep

    now = datetime.now(UTC)
    began = time.monotonic()
    fill(store_id, count, now + timedelta(days=1))
    filled, began = time.monotonic() - began, time.monotonic()
    with metered() as units:
        swept = sweep(now, lambda: False)
    assert (swept.looked, swept.complete) == (0, True)
    took = time.monotonic() - began
    return {
        "waiting orders": count,
        "calls": dict(units.calls),
        "read units": units.reads,
        "milliseconds": round(took * 1000, 1),
        "seconds to fill": round(filled, 1),
    }


def main() -> None:
    with dynoxide() as url, environment(url, "bench-sweep"):
        create_table(boto3.client("dynamodb"), "bench-sweep")
        use_table("bench-sweep")
        print(json.dumps(idle("bench", int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)))


if __name__ == "__main__":
    main()
