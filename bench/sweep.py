"""Sweeps and reminder runs in stores with many waiting orders: idle ones, and ones with a thousand due orders.

`python -m bench.sweep 10000 100000` prints a row of docs/clock.md for each number of orders.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from tests.capacity import metered
from tests.harness import create_table, dynoxide, environment, use_table

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def fill(
    store_id: str,
    count: int,
    due: datetime,
    *,
    placed: datetime | None = None,
    with_parts: bool = False,
    status: str = "WAIT_SELLER_SEND_GOODS",
) -> None:
    """Write heads of orders in a status, in batches of 25; `with_parts` writes their other items, too. Counters do not
    count them."""
    from shared.domain.alerts import order_alerts
    from shared.domain.order.deadlines import TIMERS
    from shared.domain.order.funds.amounts import Amounts
    from shared.domain.order.model import Buyer, Line, Order, Status, Timer
    from shared.domain.stores import Store
    from shared.settings import settings
    from shared.store.orders.items import head_of
    from shared.store.orders.parts import part_record, parts_of, versions_checksum

    client, table = boto3.client("dynamodb"), settings().table_name
    placed = placed or datetime.now(UTC)
    in_status = Status(status)
    timer = next(kind for kind, rule in TIMERS.items() if in_status in rule.runs_in)
    template = Order(
        store_id=store_id,
        order_id="",
        placed_at=placed,
        paid_at=placed,
        buyer=Buyer("buyer-1", "US", "Alex Example"),
        recipient={"country": "US"},
        currency="USD",
        amounts=Amounts(lines=2999, shipping=0, received=2999),
        lines=(Line("1", "P1", 1, 2999),),
        platform_at=placed,
        placed_digest="",
        version=3,
        status=in_status,
        timers=(Timer(timer, due),),
    )
    progress = order_alerts.AlertProgress(placed)
    remind_at = order_alerts.next_check_at(template, Store(store_id), progress)
    batch: list[Any] = []
    for number in range(count):
        at = placed + timedelta(seconds=number)
        order = replace(template, order_id=f"3{at:%y%m%d}{due:%H%M}{number:09d}", placed_at=at)
        parts = parts_of(order) if with_parts else {}
        versions = versions_checksum(dict.fromkeys(parts, order.version)) if with_parts else 1
        head = head_of(order, part_versions=versions, armed=True, progress=progress, remind_at=remind_at)
        records = [head, *(part_record(order, sk, part, order.version) for sk, part in parts.items())]
        batch += [{"PutRequest": {"Item": record.serialize()}} for record in records]
        if len(batch) >= 24 or number == count - 1:
            assert not client.batch_write_item(RequestItems={table: batch})["UnprocessedItems"]
            batch = []


def idle(store_id: str, count: int) -> dict[str, Any]:
    """Fill a table with orders that are due tomorrow and sweep it once."""
    from functions.deadlines.sweep import sweep

    now = datetime.now(UTC)
    began = time.monotonic()
    fill(store_id, count, now + timedelta(days=1))
    filled, began = time.monotonic() - began, time.monotonic()
    with metered() as units:
        swept = sweep(now, lambda: False)
    assert (swept.checked, swept.complete) == (0, True)
    took = time.monotonic() - began
    return {
        "waiting orders": count,
        "calls": dict(units.calls),
        "read units": units.reads,
        "milliseconds": round(took * 1000, 1),
        "seconds to fill": round(filled, 1),
    }


def busy(store_id: str, waiting: int, lapses: int) -> dict[str, Any]:
    """The cost of the reminder run and the sweep in a store with `waiting` orders, of which `lapses` more are due."""
    from functions.deadlines.reminders import remind
    from functions.deadlines.sweep import sweep
    from shared.domain.stores import Store
    from shared.operations.stores import create_store
    from shared.store.dynamodb.errors import Exists

    now = datetime.now(UTC).replace(microsecond=0)
    with suppress(Exists):
        create_store(Store(store_id), now)
    fill(store_id, waiting, now + timedelta(days=9), placed=now - timedelta(days=30))
    due = now + timedelta(hours=3)
    fill(store_id, lapses, due, placed=now - timedelta(hours=2), with_parts=True)
    result: dict[str, Any] = {"waiting orders": waiting, "due": lapses}
    runs: tuple[tuple[str, Callable[[], Any]], ...] = (
        ("reminders", lambda: remind(now, lambda: False)),
        ("idle reminders", lambda: remind(now, lambda: False)),
        ("idle sweep", lambda: sweep(now, lambda: False)),
        ("sweep", lambda: sweep(due + timedelta(minutes=1), lambda: False)),
    )
    for name, run in runs:
        began = time.monotonic()
        with metered() as units:
            done = run()
        assert done.complete and done.done == (0 if name.startswith("idle") else lapses), (name, done)
        result[name] = {
            "read units": units.reads,
            "write units": units.writes,
            "calls": dict(units.calls),
            "seconds": round(time.monotonic() - began, 2),
        }
    return result


def main() -> None:
    with dynoxide() as url, environment(url, "bench-sweep"):
        create_table(boto3.client("dynamodb"), "bench-sweep")
        use_table("bench-sweep")
        for number, waiting in enumerate(map(int, sys.argv[1:] or ["10000"])):
            print(json.dumps(busy(f"bench{number}", waiting, 1_000)))


if __name__ == "__main__":
    main()
