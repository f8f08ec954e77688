"""The read units of reports, totals and figures in a small and in a large store: `python -m bench.figures 1000 100000`
writes docs/figures.md.

A few orders are created through the API. The store is then filled with copies of the items of these orders and their
buyers, under other ids: heads, ledgers, refunds, disputes, messages and customers. Details, parcels and history are not
copied, because no figure reads them.
"""

from __future__ import annotations

import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import boto3

from tests.capacity import Units, metered
from tests.harness import (
    Answer,
    Api,
    InProcess,
    Shop,
    ago,
    ahead,
    create_table,
    dynoxide,
    environment,
    parcel,
    usd,
    use_table,
)

PAGE = Path(__file__).resolve().parent.parent / "docs" / "figures.md"
LIMIT = 20
READS: Mapping[str, str] = {
    "funds, all totals": "/v1/funds",
    "funds, entries of every kind": f"/v1/funds/entries?limit={LIMIT}",
    "funds, entries of one kind": f"/v1/funds/entries?flow=refund&limit={LIMIT}",
    "funds, orders of a held amount": f"/v1/funds/held?kind=awaiting_release&limit={LIMIT}",
    "funds, what is unexplained": f"/v1/funds/unexplained?limit={LIMIT}",
    "funds of one order": "/v1/orders/{order}/funds",
    "counters": "/v1/orders/counters",
    "orders of one fund state": f"/v1/orders?fund_state=released&limit={LIMIT}",
    "orders of one buyer": f"/v1/orders?buyer={{buyer}}&limit={LIMIT}",
    "refunds that are to be paid": f"/v1/refunds?state=accepted&limit={LIMIT}",
    "disputes": f"/v1/disputes?limit={LIMIT}",
    "messages": f"/v1/messages?limit={LIMIT}",
    "messages that wait for an answer": f"/v1/messages?unanswered_for=0&limit={LIMIT}",
    "messages, figures": "/v1/messages/figures",
    "customers by their last order": f"/v1/customers?limit={LIMIT}",
    "customers of one group": f"/v1/customers?frequency=once&amount=small&limit={LIMIT}",
    "one customer": "/v1/customers/{buyer}",
    "orders of one customer": f"/v1/customers/{{buyer}}/orders?limit={LIMIT}",
    "sales of 30 days": "/v1/reports/sales",
    "sales of 30 days by country and month": "/v1/reports/sales?by=country&group_by=month",
    "sales of 30 days by product and week": "/v1/reports/sales?by=product&group_by=week",
    "service level": "/v1/reports/service-level",
}
"""The path of every total, figure and list, by its name in the table."""
LEFT_OUT = ("HISTORY#", "ORDER#DETAIL", "ORDER#PARCEL#")

Item = dict[str, Any]


@dataclass
class Store:
    """A shop, the items to copy by order and buyer (`patterns`), and its number of orders."""

    shop: Shop
    order: str
    buyer: str
    patterns: list[tuple[str, str, list[Item]]] = field(default_factory=list)
    orders: int = 0

    def fill(self, count: int) -> None:
        """Add copies until there are `count` orders. Each copy has a buyer of its own."""
        from shared.settings import settings

        client, table = boto3.client("dynamodb"), settings().table_name
        copies = (
            _renamed(item, {order: f"39{number:014d}", buyer: f"buyer-{number:08d}"})
            for number in range(self.orders, count)
            for order, buyer, items in (self.patterns[number % len(self.patterns)],)
            for item in items
        )

        def write(batch: Sequence[Item]) -> None:
            requests: list[Any] = [{"PutRequest": {"Item": item}} for item in batch]
            assert not client.batch_write_item(RequestItems={table: requests})["UnprocessedItems"]

        with ThreadPoolExecutor(4) as pool:
            while window := list(islice(_batches(copies), 400)):
                list(pool.map(write, window))
        self.orders = max(self.orders, count)

    def measure(self) -> dict[str, Units]:
        measured: dict[str, Units] = {}
        for name, path in READS.items():
            with metered() as units:
                answer = self.shop.viewer.get(path.format(order=self.order, buyer=self.buyer))
            assert answer.status == 200, (name, answer.content)
            measured[name] = units
        return measured


def create_store(api: Api) -> Store:
    """A store with orders of some days ago that were paid, released, refunded in part and in full, disputed, and had
    messages. One order more waits for shipment and is not copied, because counters of such orders read each of them."""
    shop = api.shop()
    created = [_create(shop, number, days=8 - number) for number in range(8)]
    waiting = shop.platform.place(order_id="3900000000000999", placed_at=ago(days=20), buyer=_buyer(99999999))
    for action in ("pay", "pass_risk"):
        supplied = {"deadlines": [{"kind": "shipment", "due_at": ahead(hours=5)}]} if action == "pass_risk" else {}
        _checked(shop.platform.act(waiting["order_id"], action, {"at": ago(days=19), **supplied}))
    _send_message(shop, "platform", waiting["order_id"], {"from": "buyer", "text": "Where is it?", "at": ago(days=19)})
    store = Store(shop, *created[0])
    items = list(_items(shop.name))
    store.patterns = [
        (order, buyer, [item for item in items if order in item["pk"]["S"] or item["sk"]["S"].endswith(buyer)])
        for order, buyer in created
    ]
    assert all(len(own) >= 3 for _, _, own in store.patterns)
    store.orders = len(created) + 1
    _checked(shop.viewer.get("/v1/orders?limit=1"))  # a process reads the secret for cursors once
    return store


def _create(shop: Shop, number: int, days: int) -> tuple[str, str]:
    """Create one order and take it to its end: released, or disputed in part or in full before that."""
    order_id, buyer = f"38{number:014d}", _buyer(90000000 + number)
    shop.platform.place(order_id=order_id, placed_at=ago(days=days + 20), buyer=buyer)
    for action, content in (
        ("pay", {}),
        ("pass_risk", {}),
        ("ship", {"parcels": [parcel(f"LX{number:09d}CN")]}),
        ("confirm_receipt", {}),
    ):
        _checked(shop.platform.act(order_id, action, {"at": ago(days=days + 10), **content}))
    if number in (0, 3):
        message = {"from": "buyer", "text": "Thank you, but one is broken.", "at": ago(days=days + 9)}
        _send_message(shop, "platform", order_id, message)
        _send_message(shop, "staff", order_id, {"text": "We are sorry to hear that."})
        _checked(shop.staff.post(f"/v1/orders/{order_id}/messages/read", {}))
    if number in (1, 2, 3):
        claim = "28.50" if number == 1 else "5.50"
        dispute = {"kind": "not_as_described", "claim": usd(claim), "solution": "refund", "text": "Broken."}
        answer = _checked(shop.platform.act(order_id, "open_dispute", {"at": ago(days=days + 8), **dispute}))
        path = f"/v1/disputes/{answer.json['dispute']['dispute_id']}/actions/accept"
        _checked(shop.platform.post(path, {"at": ago(days=days + 7)}))
        (refund,) = shop.platform.get(f"/v1/orders/{order_id}").json["refunds"]
        paid = {"at": ago(days=days + 6), "refund_id": refund["refund_id"]}
        if number != 3:
            _checked(shop.platform.act(order_id, "complete_refund", paid))
    if number != 1:
        fees = {"commission": usd("1.00")} if number < 4 else {}
        _checked(shop.platform.act(order_id, "release_funds", {"at": ago(days=days + 5), **fees}))
    return order_id, str(buyer["id"])


def _buyer(number: int) -> dict[str, str]:
    return {"id": f"buyer-{number:08d}", "country": "US"}


def _send_message(shop: Shop, role: str, order_id: str, body: Mapping[str, Any]) -> None:
    _checked(getattr(shop, role).post(f"/v1/orders/{order_id}/messages", body))


def _checked(answer: Answer) -> Answer:
    assert answer.status in (200, 201), answer.content
    return answer


def _items(store_id: str) -> Iterator[Item]:
    from shared.settings import settings

    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=settings().table_name)
    for page in pages:
        for item in page["Items"]:
            if item["pk"]["S"].startswith(f"{store_id}#") and not item["sk"]["S"].startswith(LEFT_OUT):
                yield dict(item)


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """The item with other ids, at every place where they occur."""
    if isinstance(value, str):
        for was, now in names.items():
            value = value.replace(was, now)
        return value
    if isinstance(value, dict):
        return {name: _renamed(each, names) for name, each in value.items()}
    return [_renamed(each, names) for each in value] if isinstance(value, list) else value


def _batches(items: Iterator[Item]) -> Iterator[list[Item]]:
    while batch := list(islice(items, 25)):
        yield batch


def markdown(measured: Mapping[int, Mapping[str, Units]]) -> str:
    counts = list(measured)
    rows = [
        f"| read | {' | '.join(f'{count:,} orders' for count in counts)} | calls |",
        "|---" * (2 + len(counts)) + "|",
    ]
    for name, path in READS.items():
        units = " | ".join(f"{measured[count][name].reads:g}" for count in counts)
        calls = measured[counts[-1]][name].calls.total()
        rows.append(f"| {name}: `{path.replace('{', '').replace('}', '')}` | {units} | {calls} |")
    return "\n".join(
        [
            "# Read units of totals, reports and figures",
            "",
            "The read units of each request, in a small and in a large store. `python -m bench.figures` measures",
            "them and writes this page. `tests/store/test_units.py` fails when a request reads more in a store of",
            "2,000 orders than in one of 200. Each request includes its own reads: the store's settings, and the",
            "order if it names one.",
            "",
            *rows,
            "",
            f"- A page has {LIMIT} items. The cost depends on the size of these items: half a unit per 4 KB.",
            "- A page of several kinds or states reads each of them. If all its items are of one kind, it reads",
            "  that kind again. The items on the page decide the cost, not the items after it.",
            "- `counters` and the message figures count what is due, overdue or unanswered from the index. They read",
            "  what they count, here one order, up to 1,000: at most 110 units for each count.",
            "- Nine orders are created through the API. The others are copies of eight of them and of their buyers,",
            "  under other ids, without details, parcels and history. The totals have the real number of items;",
            "  their amounts are not adjusted.",
            "",
        ]
    )


def measure(api: Api, counts: Sequence[int]) -> Iterator[tuple[int, dict[str, Units]]]:
    store = create_store(api)
    for count in counts:
        store.fill(count)
        yield count, store.measure()


def main(counts: Sequence[int]) -> None:
    with dynoxide() as url, environment(url, table := f"t{uuid.uuid4().hex}"):
        create_table(boto3.client("dynamodb"), table)
        use_table(table)
        measured: dict[int, dict[str, Units]] = {}
        for count, units in measure(Api(InProcess(), "dynoxide"), counts):
            measured[count] = units
            PAGE.write_text(markdown(measured), "utf-8")
    print(markdown(measured))


if __name__ == "__main__":
    main([int(count) for count in sys.argv[1:]] or [1_000, 100_000])
