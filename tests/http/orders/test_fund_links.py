"""Every amount in /v1/funds has a link, and what is behind the link adds up to the amount."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.order.funds.ledger import FLOWS, HELD
from shared.store.dynamodb import indexes
from tests import proof
from tests.exports.situations import DIGITS, SITUATIONS, Life
from tests.harness import Client, Shop, new_order, snapshot

LIMIT = 7
"""A small page, so that every list has several."""
FROZEN = proof.size([*DIGITS][:1], [*DIGITS])
"""The currencies in which some orders are frozen."""


@dataclass
class Link:
    """An amount of /v1/funds, and the entries that its link leads to."""

    kind: str
    currency: str
    amount: Decimal
    entries: list[dict[str, Any]] = field(default_factory=list)

    @property
    def sum(self) -> Decimal:
        return sum((Decimal(entry["amount"]["amount"]) for entry in self.entries), Decimal(0))


def every(client: Client, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = client.get(f"{path}&limit={LIMIT}" + (f"&cursor={cursor}" if cursor else ""))
        assert page.status == 200, page.content
        assert len(page.json["data"]) <= LIMIT
        found += page.json["data"]
        cursor = page.json["page"]["next_cursor"]
        if cursor is None:
            return found


def links(client: Client, part: str) -> Iterator[Link]:
    for each in client.get("/v1/funds").json["data"]:
        for kind, total in each[part].items():
            assert total["amount"]["currency"] == each["currency"]
            yield Link(kind, each["currency"], Decimal(total["amount"]["amount"]), every(client, total["query"]))


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """Orders in every situation and three currencies; some of each are frozen, and one has money that nobody
    explains."""
    from tests.exports.office import open_office

    with open_office() as office:
        shop = office.api.shop(deadline_policy={"mode": "watch"})
        life = Life(office, shop)
        day = 0
        for name, steps in SITUATIONS.items():
            for currency in DIGITS:
                for freeze in (False, True) if "frozen" not in name and currency in FROZEN else (False,):
                    day += 1
                    at = datetime.fromordinal(datetime(2026, 1, 1).toordinal() + day // 2)
                    body = life.place(f"{at:%Y-%m-%d}T0{day % 2}:00:00Z", currency)
                    life.act(body, *steps)
                    if freeze:
                        shop.platform.act(body["order_id"], "freeze", {"reason": "checked"})
        body = new_order()
        shop.platform.place(**body)
        shop.platform.act(body["order_id"], "sync", snapshot(body, "FINISH", end_reason="buyer_accept_goods"))
        yield shop


def test_the_orders_behind_every_held_amount_add_up_to_it(shop: Shop) -> None:
    linked, orders, zero = 0, 0, 0
    for link in links(shop.viewer, "held"):
        assert link.sum == link.amount, (link.kind, link.currency, link.sum, link.amount)
        assert {entry["amount"]["currency"] for entry in link.entries} <= {link.currency}
        assert {entry["kind"] for entry in link.entries} <= {link.kind}
        assert all(Decimal(entry["amount"]["amount"]) > 0 for entry in link.entries)
        assert len({entry["order_id"] for entry in link.entries}) == len(link.entries)
        times = [entry["placed_at"] for entry in link.entries]
        assert link.kind == "unexplained" or times == sorted(times, reverse=True)
        linked, orders, zero = linked + 1, orders + len(link.entries), zero + (link.amount == 0)
    assert linked == len(HELD) * len(DIGITS)
    assert zero <= len(DIGITS), "every kind of money is held in every currency; but for what is unexplained"
    proof.counted("orders behind the held amounts of a shop", orders, proof.size(70, 120))


def test_the_movements_behind_every_moved_amount_add_up_to_it(shop: Shop) -> None:
    linked, movements = 0, 0
    for link in links(shop.viewer, "moved"):
        _, sign = FLOWS[link.kind]
        assert link.sum == sign * link.amount, (link.kind, link.currency, link.sum, link.amount)
        assert {entry["amount"]["currency"] for entry in link.entries} <= {link.currency}
        assert {entry["flow"] for entry in link.entries} <= {link.kind}
        linked, movements = linked + 1, movements + len(link.entries)
    assert linked == len(FLOWS) * len(DIGITS)
    proof.counted("movements behind the moved amounts of a shop", movements, proof.size(100, 150))


def test_all_that_is_held_of_an_order_is_in_the_lists(shop: Shop) -> None:
    """Each order's own answer against the lists: nothing is left out, and nothing counted twice."""
    listed: dict[str, Decimal] = {}
    for link in links(shop.viewer, "held"):
        for entry in link.entries:
            listed[entry["order_id"]] = listed.get(entry["order_id"], Decimal(0)) + Decimal(entry["amount"]["amount"])
    orders = shop.viewer.every("/v1/orders")
    for order in orders:
        own = Decimal(shop.viewer.get(f"/v1/orders/{order['order_id']}/funds").json["held"]["amount"])
        assert listed.get(order["order_id"], 0) == own, order["order_id"]
    assert len(orders) > proof.size(100, 150)


def test_a_page_that_passes_many_orders_over_goes_on_at_its_cursor(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    unpaid = "/v1/orders?fund_state=none"
    paths = ("/v1/funds/held?kind=in_progress&currency=KWD", unpaid, f"{unpaid}&sort=placed_at")
    wholes = [every(shop.viewer, path) for path in paths]
    assert wholes[1] == wholes[2][::-1] and {order["fund_state"] for order in wholes[1]} == {"none"}
    monkeypatch.setattr(indexes, "MOST_READ", 5)
    for path, whole in zip(paths, wholes, strict=True):
        assert every(shop.viewer, path) == whole and len(whole) > LIMIT
    assert len(wholes[1]) == shop.viewer.get("/v1/orders/counters").json["fund_states"]["none"]["count"]
