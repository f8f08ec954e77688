"""Daily figures in the table: a recount comes to the same whatever happens, and the largest orders fit."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import boto3
import pytest

from bench import aged
from shared.domain.errors import DomainError
from shared.domain.order.model import Buyer, Order, Refund, RefundState, Status
from shared.domain.order.placement import Placement, place
from shared.domain.order.transitions import Actor
from shared.domain.reports import figures as domain
from shared.domain.stores import Store
from shared.operations import orders as operations
from shared.operations import stores as settings
from shared.operations.orders import Request
from shared.settings import settings as variables
from shared.store import stores
from shared.store.dynamodb.table import Put, Update
from shared.store.orders import figures, orders, parts
from tests.books.orders import audit
from tests.capacity import metered
from tests.domain.bodies import body_for
from tests.domain.build import Life, line
from tests.harness import Api
from tests.proof import counted, size
from tests.store.sizes import size_of

NOW = datetime(2025, 3, 1, tzinfo=UTC)
PLATFORM = Actor("platform", "p")
ZONES = ("UTC", "Asia/Shanghai", "America/Los_Angeles", "Pacific/Apia")
COUNTRIES = ("FR", "ES", "US")


def opened(name: str, **changes: Any) -> Store:
    store = replace(Store(name), **changes)
    settings.create_store(store, NOW)
    return store


def placement(order_id: str, at: datetime = NOW, lines: int = 2, country: str = "FR", **more: Any) -> Placement:
    bought = more.pop("bought", None) or tuple(line(str(number), 2, 100 + number) for number in range(lines))
    return Placement(order_id, at, Buyer("b", country), {"country": country}, "USD", bought, shipping_fee=10, **more)


def placed(store: Store, made: Placement) -> orders.Loaded:
    operations.place_order(store, made, PLATFORM, made.placed_at)
    return orders.load(store.store_id, made.order_id)


def act(store: Store, loaded: orders.Loaded, action: str, at: datetime, **body: Any) -> orders.Loaded:
    operations.change_order(store, loaded, Request(action, PLATFORM, at, at=at, body=body, reason="because"))
    return orders.load(store.store_id, loaded.order.order_id)


def summed(store: Store, by: str, first: str = "2000-01-01", until: str = "2100-01-01") -> Counter[tuple[str, str]]:
    total: Counter[tuple[str, str]] = Counter()
    for day in figures.days(store.store_id, by, date.fromisoformat(first), date.fromisoformat(until)):
        total.update(day.figures)
    return total


def audited() -> Any:
    books = audit(boto3.client("dynamodb"), variables().table_name)
    assert books.wrong == []
    return books


class Walk:
    """Orders of one store that change at random, and are moved by snapshots in time, place and content; the store's
    own zone changes meanwhile."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store, self.rng, self.now = store, Random(seed), NOW
        self.placed: dict[str, Placement] = {}
        self.seen: Counter[str] = Counter()

    def step(self) -> None:
        self.now += timedelta(hours=self.rng.choice((0, 1, 7, 30)))
        if len(self.placed) < 3 or self.rng.random() < 0.08:
            made = placement(f"o{len(self.placed)}", self.now, self.rng.randint(1, 4), self.rng.choice(COUNTRIES))
            self.placed[made.order_id] = made
            placed(self.store, made)
            return
        if self.rng.random() < 0.05:
            zone = self.rng.choice(ZONES)
            kept = stores.load(self.store.store_id)
            self.store = settings.change_store(kept, lambda store: replace(store, time_zone=zone), self.now)
            return
        order_id = self.rng.choice(sorted(self.placed))
        loaded = orders.load(self.store.store_id, order_id)
        life = Life.__new__(Life)
        life.store, life.placement, life.ids, life.now = self.store, self.placed[order_id], 0, self.now
        life.order, life.entries = loaded.order, []
        life = life.seen()
        moving = self.rng.random() < 0.25
        offered = sorted(life.may("platform") - {"sync"})
        action = "sync" if moving or not offered else self.rng.choice(offered)
        body = self.snapshot(life) if action == "sync" else body_for(action, life, self.rng)
        try:
            operations.change_order(
                self.store, loaded, Request(action, PLATFORM, self.now, body=body, reason="because")
            )
        except DomainError:
            self.seen["refused"] += 1
            return
        self.seen[action] += 1

    def snapshot(self, life: Life) -> dict[str, Any]:
        """Of any status, with another day, country or other lines of the same pieces."""
        was = self.placed[life.order.order_id]
        moved = replace(
            was,
            placed_at=was.placed_at - timedelta(hours=self.rng.choice((0, 0, 5, 40))),
            buyer=replace(was.buyer, country=self.rng.choice(COUNTRIES)),
            lines=tuple(replace(each, product_id=f"p{self.rng.randrange(6)}") for each in was.lines),
        )
        self.placed[was.order_id] = life.placement = moved
        ends = {
            "FUND_PROCESSING": self.rng.choice(("seller_send_goods_timeout", "buyer_accept_goods")),
            "FINISH": "cancel_order_close_trade",
        }
        status = self.rng.choice([str(life.order.status), *(each for each in Status if each != "IN_CANCEL")])
        return life.snapshot(
            status,
            placed_at=moved.placed_at,
            buyer=moved.buyer,
            lines=moved.lines,
            end_reason=ends.get(status) if status != life.order.status else None,
        )


def test_a_recount_comes_to_the_same_whatever_happens(in_process: Api) -> None:
    seen: Counter[str] = Counter()
    for seed, zone in enumerate(ZONES):
        walk = Walk(opened(f"walk{seed}", time_zone=zone), seed)
        for _ in range(size(60, 150)):
            walk.step()
        seen += walk.seen
    books = audited()
    days = {order.placed_at.date() for order in books.orders.values()}
    zones = {order.time_zone for order in books.orders.values()}
    print(json.dumps({"orders": len(books.orders), "days": len(days), **seen}))
    assert len(days) >= size(10, 25) and zones == set(ZONES) and seen["sync"] >= size(20, 60)
    counted("figures recounted after random walks", books.figures, floor=size(250, 700))
    counted("steps of random walks", sum(seen.values()) - seen["refused"], floor=size(100, 300))
    violations = sum(len(order.violations) for order in books.orders.values())
    counted("violations in random walks", violations, floor=size(1, 10))


def test_an_order_from_before_there_were_figures_is_counted_with_its_next_change(in_process: Api) -> None:
    store = opened("old")
    loaded = placed(store, placement("1"))
    act(store, loaded, "pay", NOW)
    table, client = variables().table_name, boto3.client("dynamodb")
    (detail,) = [each for each in client.scan(TableName=table)["Items"] if each["sk"]["S"] == "ORDER#DETAIL"]
    content = json.loads(detail["content"]["B"])
    del content["time_zone"]
    client.put_item(TableName=table, Item=detail | {"content": {"B": json.dumps(content).encode()}})
    for each in client.scan(TableName=table)["Items"]:
        if each["kind"]["S"] == "figures":
            client.delete_item(TableName=table, Key={"pk": each["pk"], "sk": each["sk"]})
    assert orders.load("old", "1").order.time_zone == "" and audited().figures == 0
    act(store, orders.load("old", "1"), "pass_risk", NOW + timedelta(hours=1))
    assert orders.load("old", "1").order.time_zone == "Asia/Shanghai" and audited().figures >= 10
    assert summed(store, "total")["", "received"] == 412 and summed(store, "total")["", "paid_orders"] == 1


def shapes() -> dict[str, list[str]]:
    rng = Random(1)
    return {
        "numbers in a row": [str(1005001234567000 + number) for number in range(1000)],
        "numbers ten apart": [str(1005001234567000 + 10 * number) for number in range(1000)],
        "padded": [f"{number:064d}" for number in range(1000)],
        "hexadecimal": [f"{rng.getrandbits(128):032x}" for _ in range(1000)],
        "one letter at the front": [f"{'abcdefghij'[number % 10]}{number // 10:03d}-X" for number in range(1000)],
        "as long and awkward as may be": [f"[%]{'#' * 57}{number:04d}" for number in range(1000)],
    }


def refunded(order: Order) -> Order:
    """Paid, and all of it closed again, in one step: what a snapshot can show of an order that was just placed."""
    amount = order.amounts.total
    refund = Refund("rfd_1", RefundState.PAID, "risk", amount, order.left(), "because", NOW, paid_at=NOW)
    return replace(
        order,
        version=2,
        refunds=(refund,),
        paid_at=NOW,
        amounts=replace(order.amounts, received=amount, refunded=amount),
    )


@pytest.mark.parametrize("shape", shapes())
def test_a_change_of_a_thousand_products_is_one_small_item(shape: str) -> None:
    bought = tuple(replace(line(str(n), 2, 100), product_id=name) for n, name in enumerate(shapes()[shape]))
    first, _ = place(placement("1", bought=bought), Store("s"), PLATFORM, NOW)
    writes = figures.delta_writes(first, refunded(first))
    (own,) = [each for each in writes if isinstance(each, Put)]
    updates = [each.record.sk for each in writes if isinstance(each, Update)]
    item = own.record.serialize()
    units = -(-size_of(item) // 1024) * 2
    print(json.dumps({shape: {"write units": units}}))
    assert updates == [f"COUNTRY#2025-03-01#USD#FR#{updates[0][-1]}", f"TOTAL#2025-03-01#USD#{updates[0][-1]}"]
    assert units <= 100
    found = Counter(dict(figures.of_item(item)))
    assert found == Counter({key: step for key, step in domain.figures(refunded(first)).items() if key.by == "product"})
    assert len(found) == 3 * 1000


def test_a_thousand_products_are_paid_refunded_and_moved_for_real(on_dynoxide: Api) -> None:
    store = opened("large")
    bought = tuple(replace(line(str(n), 2, 100), product_id=f"[{n}].{1005001234567000 + n}") for n in range(1000))
    made = placement("1", bought=bought)
    loaded = act(store, placed(store, made), "pay", NOW + timedelta(hours=1))
    assert len(summed(store, "product")) == 2000
    assert summed(store, "product")["[7].1005001234567007", "amount"] == 200
    moved = replace(made, placed_at=NOW - timedelta(days=2))
    life = Life(store)
    life.placement, life.order = moved, loaded.order
    shown = life.snapshot("FINISH", end_reason="risk_reject_closed")
    loaded = act(store, loaded, "sync", NOW + timedelta(days=1), **{**shown, "order": moved})
    assert loaded.order.amounts.refunded == loaded.order.amounts.received
    assert sum(value for (_, name), value in summed(store, "product").items() if name == "refunded_pieces") == 2000
    books = audited()
    assert books.figures >= 3000


def figure_writes(store: Store, loaded: orders.Loaded, action: str, at: datetime) -> float:
    """The write units of a step in the items of figures. The other items have no figures of former orders."""
    with metered() as units:
        act(store, loaded, action, at)
    return units.write


def test_a_step_costs_the_same_on_the_last_order_of_the_largest_day(on_dynoxide: Api) -> None:
    """Every product of the shop and every country has been sold that day, in each shard."""
    store, costs, products = opened("aged"), dict[str, list[float]](), size(60, 3_000)
    for number, when in enumerate(("first", "last")):
        loaded = placed(store, placement(f"o{number}", lines=3))
        costs[when] = [figure_writes(store, loaded, "pay", NOW)]
        loaded = orders.load("aged", f"o{number}")
        costs[when].append(figure_writes(store, loaded, "reject_risk", NOW + timedelta(hours=1)))
        if when == "first":
            aged.sell(store.store_id, NOW.date(), "USD", [f"P{number}" for number in range(products)])
    print(json.dumps(costs))
    assert costs["first"] == costs["last"]
    counted("products of an aged day", len(summed(store, "product")) // 2, products)


def test_items_of_the_former_layout_are_read_and_added_to(in_process: Api) -> None:
    """A bucket held many products, and an item of a shard all countries, in attributes with their names."""
    store = opened("former")
    loaded = placed(store, placement("1", lines=12))
    loaded = act(store, loaded, "pay", NOW)
    before = {by: summed(store, by) for by in ("total", "country", "product")}
    client, table = boto3.client("dynamodb"), variables().table_name
    items = [each for each in client.scan(TableName=table)["Items"] if "figures" in each["kind"]["S"]]
    former: dict[str, dict[str, Any]] = {}
    for item in items:
        client.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})
        for figure, amount in figures.of_item(item):
            bucket = f"#{len(figure.name) % 16:02d}" if figure.by == "product" else ""
            sk = f"{figure.by.upper()}#{figure.day}#{figure.currency}#3{bucket}"
            attribute = f"{figure.name}#{figure.figure}" if figure.name else figure.figure
            kept = former.setdefault(sk, {"pk": item["pk"], "sk": {"S": sk}, "kind": {"S": "figures"}})
            kept[attribute] = {"N": str(amount)}
    for item in former.values():
        client.put_item(TableName=table, Item=item)
    assert {by: summed(store, by) for by in before} == before and audited().figures == 11 + 12 * 2
    loaded = act(store, loaded, "reject_risk", NOW + timedelta(hours=1))
    act(store, loaded, "complete_refund", NOW + timedelta(hours=2), refund_id=loaded.order.refunds[0].refund_id)
    assert audited().figures > 11 + 12 * 2
    assert {key: amount for key, amount in summed(store, "product").items() if key[1] != "refunded_pieces"} == +before[
        "product"
    ]


def test_a_report_reads_its_own_days_however_many_orders_there_are(on_dynoxide: Api) -> None:
    """Once all its products have been sold in each of its shards, a day reads the same."""
    store, costs = opened("units"), {}
    viewer = on_dynoxide.client("viewer", "units")
    assert viewer.get("/v1/orders?limit=1").status == 200  # the secret of cursors is read once in a process
    few, many = size((40, 70), (150, 450))
    countries = COUNTRIES[: size(2, 3)]
    window = {"group_by": "week", "from": "2025-02-20", "to": "2025-03-10"}
    begun = 0
    for goal in (few, many):
        for number in range(begun, goal):
            bought = tuple(line(f"{number % len(countries)}-{n}", 1, 100) for n in range(4))
            at = NOW + timedelta(days=number % 2)
            made = placement(f"o{number}", at, bought=bought, country=countries[number % len(countries)])
            act(store, placed(store, made), "pay", at)
        begun, found = goal, {}
        for by in ("total", "country", "product"):
            assert sum(row["pieces"] for row in viewer.every("/v1/reports/sales", by=by, **window)) == 4 * goal
            with metered() as units:
                assert viewer.get("/v1/reports/sales", query={"by": by, **window}).status == 200
            found[by] = units.reads
        costs[goal] = found
    print(json.dumps(costs))
    for by in costs[few]:
        assert costs[many][by] <= costs[few][by] + 0.5, by  # counts grow longer by a digit
    assert costs[many]["total"] <= 3


def test_a_violation_has_a_record_that_no_order_is_read_for(on_dynoxide: Api) -> None:
    store = opened("violating")
    for number in range(3):
        loaded = placed(store, placement(str(number), NOW + timedelta(hours=number)))
        loaded = act(store, act(store, loaded, "pay", NOW + timedelta(hours=5)), "pass_risk", NOW + timedelta(hours=6))
        act(store, loaded, "expire_shipment", NOW + timedelta(days=number + 1))
    with metered() as units:
        page = figures.violations("violating", 2, None)
    assert [each.order_id for each in page.items] == ["2", "1"] and units.calls == {"Query": 1}
    assert [each.order_id for each in figures.violations("violating", 2, page.end).items] == ["0"]
    record = figures.violation_record(orders.load("violating", "2").order, 0)
    assert not isinstance(record, parts.PARTS)
    audited()
