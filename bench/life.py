"""The capacity units of an order from its placement to its end: `python -m bench.life` writes docs/capacity.md.

Measured on Dynoxide, which reports the same units as DynamoDB for puts, queries, transactions and indexes.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import boto3

from bench import aged
from bench.partitions import entry_of
from local.template import Template
from shared.settings import settings
from shared.store.dynamodb.indexes import CLOCK
from tests.capacity import Units, metered
from tests.harness import (
    Api,
    InProcess,
    Shop,
    create_table,
    dynoxide,
    environment,
    line,
    new_order,
    parcel,
    usd,
    use_table,
)
from tests.store.sizes import size_of

PAGE = Path(__file__).resolve().parent.parent / "docs" / "capacity.md"
AGED = (0, 10, 1_000, 20_000)
"""Products sold on the day of an order."""


def realistic_line(number: int) -> dict[str, Any]:
    """A line of a realistic size: title, sku, attributes and picture."""
    return line(
        f"80{number:014d}",
        1,
        "9.99",
        sku=f"SKU-{number:05d}",
        title=f"Replacement strap for sports watch, soft silicone, model {number}",
        attributes={"Color": "Black", "Size": f"{18 + number % 6} mm"},
        handling_days=5,
        image_url=f"https://img.example/{number:08d}.jpg",
    )


LONG: dict[str, Any] = {
    "buyer": {
        "id": "0123456789abcdef0123456789abcdef",
        "name": "Maximiliano Alejandro Fernández de Córdoba y Villanueva",
        "country": "ES",
        "email": "maximiliano.fernandez.de.cordoba@mail.example",
    },
    "recipient": {
        "country": "ES",
        "name": "Maximiliano Alejandro Fernández de Córdoba y Villanueva",
        "state": "Comunidad Valenciana",
        "city": "San Vicente del Raspeig",
        "street": "Avenida de la Constitución Española 1234, escalera izquierda, piso 12, puerta 3",
        "zip": "03690",
        "phone": "34600000100",
    },
}
"""A buyer with a long name and address."""


def life(api: Api, lines: int, *, keyed: bool = False, shop: Shop | None = None, **changes: Any) -> dict[str, Units]:
    """The units of each step from the placement to the end, and of reading the order."""
    shop = shop or api.shop()
    for role in ("staff", "viewer"):  # a process reads a membership once in some seconds
        assert getattr(shop, role).get("/v1/store").status == 200
    shop.platform.place(buyer={"id": "somebody else", "country": "US"})  # a process reads its secrets once
    body = new_order(
        order_id=f"3{uuid.uuid4().int % 10**15:015d}",
        lines=[realistic_line(number) for number in range(lines)],
        **changes,
    )
    order_id = body["order_id"]
    key = {"Idempotency-Key": "step"} if keyed else {}
    steps: dict[str, Callable[[], Any]] = {
        "place": lambda: shop.platform.post("/v1/orders", body, headers=key),
        **{
            action: lambda role=role, action=action, content=content: getattr(shop, role).act(  # type: ignore[misc]
                order_id, action, content, headers=key
            )
            for role, action, content in (
                ("platform", "pay", {}),
                ("platform", "pass_risk", {}),
                ("staff", "ship", {"parcels": [parcel("LX000000001CN")]}),
                ("platform", "report_delivery", {"parcel_id": "p1"}),
                ("platform", "confirm_receipt", {}),
                ("platform", "release_funds", {"commission": usd("1.00")}),
            )
        },
        "GET order": lambda: shop.staff.get(f"/v1/orders/{order_id}"),
        "GET history": lambda: shop.staff.get(f"/v1/orders/{order_id}/history"),
        "GET counters": lambda: shop.staff.get("/v1/orders/counters"),
        "GET list": lambda: shop.staff.get("/v1/orders?status=FINISH"),
    }
    measured: dict[str, Units] = {}
    for name, step in steps.items():
        with metered() as units:
            answer = step()
        assert answer.status in (200, 201), answer.content
        measured[name] = units
    return measured


def by_index(steps: dict[str, Units]) -> list[str]:
    """A table of the indexes that the steps write, the dearest first."""
    total: Counter[str] = sum((units.written for units in steps.values()), Counter())
    rows = [f"| {name} | {number(total[name])} |" for name in sorted(total, key=lambda name: (-total[name], name))]
    return ["| index | write units in the life of an order of 3 lines |", "|---|---|", *rows]


def ended(api: Api) -> dict[str, tuple[int, int]]:
    """(items, bytes) of an order of 3 lines that has ended, in the table and in each index, by DynamoDB's rules. What
    does not stay is left out: idempotency keys, and scheduled work."""
    shop = api.shop()
    life(api, 3, shop=shop)
    order_id = shop.viewer.get("/v1/orders?status=FINISH").json["data"][0]["order_id"]
    (table,) = Template.load().tables
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=settings().table_name)
    own = [item for page in pages for item in page["Items"] if order_id in str(item)]
    found = {"table": (len(own), sum(map(size_of, own)))}
    for index in table.create_arguments["GlobalSecondaryIndexes"]:
        if index["IndexName"] == CLOCK:
            continue
        if entries := [size_of(dict(entry)) for item in own if (entry := entry_of(item, index))]:
            found[index["IndexName"]] = len(entries), sum(entries)
    return found


def ended_markdown(found: dict[str, tuple[int, int]], ordinary: float, long: float) -> str:
    """`ordinary` and `long`: write units of a life with keys."""
    rows = [f"| {name} | {count} | {size:,} |" for name, (count, size) in found.items()]
    count, size = (sum(column) for column in zip(*found.values(), strict=True))
    return "\n".join(
        [
            "## A whole life, and what stays of it",
            "",
            f"With idempotency keys, the life of an order of 3 lines costs {number(ordinary)} write units. It costs",
            f"{number(long)} where the buyer has a long name and address, so its head is above 1 KB. An order that",
            "has ended keeps:",
            "",
            "| | items | bytes |",
            "|---|---|---|",
            *rows,
            f"| **together** | {count} | {size:,} |",
            "",
            f"DynamoDB adds 100 bytes to each item for what it charges: {(size + 100 * count) / 1000:.1f} KB.",
            "",
        ]
    )


def number(units: float) -> str:
    return f"{units:g}"


def total(steps: dict[str, Units]) -> float:
    """The write units of a whole life."""
    return sum(units.writes for units in steps.values())


def markdown(lives: dict[int, dict[str, Units]], keyed: dict[str, Units]) -> str:
    counts = list(lives)
    head = " | ".join(f"{count} lines: read | table write | index write" for count in counts)
    rows = [f"| step | {head} |", "|---" * (1 + 3 * len(counts)) + "|"]
    for step in lives[counts[0]]:
        cells = (lives[count][step] for count in counts)
        columns = " | ".join(f"{number(u.reads)} | {number(u.write)} | {number(u.index_write)}" for u in cells)
        rows.append(f"| {step} | {columns} |")
    total = " | ".join(
        " | ".join(
            number(sum(getattr(u, part) for step, u in lives[count].items() if not step.startswith("GET")))
            for part in ("reads", "write", "index_write")
        )
        for count in counts
    )
    extra = {
        step: units.writes - lives[counts[0]][step].writes
        for step, units in keyed.items()
        if not step.startswith("GET")
    }
    return "\n".join(
        [
            "# What an order costs in capacity units",
            "",
            "The read and write units of each step of an order, with 3 and with 700 lines. `python -m bench.life`",
            "measures them and writes this page. `tests/store/test_units.py` fails when a step costs more. Each",
            "step includes the reads of the request itself: the store's settings and the order.",
            "",
            *rows,
            f"| **the whole life** | {total} |",
            "",
            f"- An `Idempotency-Key` adds {number(min(extra.values()))} write units to most changes, and",
            f"  {number(sum(extra.values()))} to the whole life of an order of 3 lines.",
            "- Terms of the search are at most 12 of the units of `place`: with 3 lines 9, and 2 for each word of",
            "  a buyer's name. The term of the country is 2 more.",
            "- A counter change is one item of the transaction: 2 write units.",
            "- A list page costs half a read unit per 4 KB of the index items on the page. The number of orders",
            "  does not matter.",
            "- An idle sweep costs half a read unit per shard.",
            "- [figures.md](figures.md) has the read units of totals, reports and figures.",
            "",
            "A change of the head is one unit in each index that has it, and two where its key changes. An index with",
            "keys alone is written only where a key changes.",
            "",
            *by_index(lives[counts[0]]),
            "",
        ]
    )


def aged_day(api: Api, products: int) -> tuple[dict[str, Units], dict[str, Units]]:
    """The steps of an order of 3 lines on a day on which every country has bought each of so many products, and the
    reports of that day."""
    shop = api.shop()
    now = datetime.now(ZoneInfo(shop.viewer.get("/v1/store").json["time_zone"]))
    day = (now - timedelta(minutes=1)).date()
    if products:
        aged.sell(shop.name, day, "USD", (f"P80{number:014d}" for number in range(products)))
    steps = {name: units for name, units in life(api, 3, shop=shop).items() if not name.startswith("GET")}
    reports = {}
    for by in ("total", "country", "product"):
        path = f"/v1/reports/sales?by={by}&from={day}&to={day + timedelta(days=1)}"
        shop.viewer.get(path)  # a process reads the secret of cursors once
        with metered() as units:
            answer = shop.viewer.get(path)
        assert answer.status == 200 and answer.json["data"], answer.content
        reports[f"sales of the day by {by}"] = units
    return steps, reports


def aged_markdown(days: dict[int, tuple[dict[str, Units], dict[str, Units]]]) -> str:
    """A table of the last order of each day; the day without products is that of the first order."""
    heads = [f"last of {products:,} products" if products else "first order" for products in days]
    steps, reports = days[0]
    rows = [
        f"| {step} | {' | '.join(number(steps[step].writes) for steps, _ in days.values())} |" for step in steps
    ] + [f"| {read} | {' | '.join(number(reports[read].reads) for _, reports in days.values())} |" for read in reports]
    return "\n".join(
        [
            "## The last order of the largest day",
            "",
            "An update pays for the whole item. So each product and each country has its own small item for a day, and",
            "a step costs the same on the first order of a day and on the last. Here each product was sold in each of",
            "the 8 shards, and so was something to each country. Steps of an order of 3 lines: write units. Reports of",
            "the day: read units.",
            "",
            f"| | {' | '.join(heads)} |",
            "|---" * (1 + len(heads)) + "|",
            *rows,
            "",
            "- A product takes at most one small item a day and shard, 35 of them a read unit. A change of more than",
            "  10 products writes one item for all of them.",
            "- Before 2026-11-29 an item held many products. With 3,000 products sold, an update of it was 20 units,",
            "  and `pay` of an order of 3 products updated up to 3 items.",
            "",
        ]
    )


def measure(api: Api) -> tuple[dict[int, dict[str, Units]], dict[str, Units]]:
    return {count: life(api, count) for count in (3, 700)}, life(api, 3, keyed=True)


def main() -> None:
    with dynoxide() as url, environment(url, "bench-life"):
        create_table(boto3.client("dynamodb"), "bench-life")
        use_table("bench-life")
        api = Api(InProcess(), "dynoxide")
        days = {products: aged_day(api, products) for products in AGED}
        lives, keyed = measure(api)
        totals = [total(keyed), total(life(api, 3, keyed=True, **LONG))]
        text = "\n".join([markdown(lives, keyed), ended_markdown(ended(api), *totals), aged_markdown(days)])
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
