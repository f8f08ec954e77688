"""Orders that change while an export runs: each of the window is in the files once, as it was at one moment."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import boto3
import pytest

from functions.exports import worker
from functions.exports.formats import csv
from shared.domain.exports.model import RESTARTS
from shared.operations import exports
from shared.store.dynamodb import keys
from shared.store.dynamodb.records import Record
from shared.store.orders import orders as store
from shared.store.orders import timeline
from tests import proof
from tests.exports.office import Office
from tests.exports.small_pages import small_pages
from tests.harness import Shop, ago, line, new_order, parcel, snapshot, usd

COLUMNS = ["order_id", "status_code", "tracking_nos", "note", "fund_state", "placed_at"]
SEEDS, MANY = proof.size(15, 60), proof.size(16, 64)
"""How many exports orders change under; in batches, which run as tests of their own."""
SEEDS_BATCH, MANY_BATCH = 15, 16


class Meanwhile:
    """Reads in small pages, and lets something happen before any of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, size: int = 3) -> None:
        self.happenings: list[Callable[[], object]] = []
        self.at: Callable[[int], bool] = lambda _: False
        self.requests = 0
        small_pages(monkeypatch, size, self.happen)

    def happen(self) -> None:
        self.requests += 1
        if self.happenings and self.at(self.requests):
            self.happenings.pop(0)()


def step(shop: Shop, order_ids: list[str], chosen: random.Random) -> Callable[[], object]:
    """Something that sellers, buyers or the platform may do to an order."""
    order_id, number = chosen.choice(order_ids), f"LX{chosen.randrange(10**9):09d}CN"

    def note() -> object:
        version = shop.staff.get(f"/v1/orders/{order_id}").json["version"]
        return shop.staff.patch(f"/v1/orders/{order_id}", {"note": f"version {version + 1}"})

    choices: tuple[Callable[[], object], ...] = (
        lambda: shop.platform.act(order_id, "pay"),
        lambda: shop.platform.act(order_id, "pass_risk"),
        lambda: shop.staff.act(order_id, "ship", {"parcels": [parcel(number, line1=1)]}),
        lambda: shop.platform.act(order_id, "request_cancellation", {"reason": "changed my mind"}),
        lambda: shop.platform.post("/v1/orders", new_order(placed_at=ago(hours=40))),
        note,
    )
    return chosen.choice(choices)


def versions(shop: Shop, order_id: str) -> set[tuple[str, int, str]]:
    """What the order has ever been, from its history: status, number of parcels and note after each step."""
    parcels, note, seen = 0, "", set()
    for entry in shop.owner.get(f"/v1/orders/{order_id}/history?limit=200").json["data"]:
        parcels += entry["action"] == "ship"
        note = f"version {entry['seq']}" if entry["action"] == "patch" else note
        seen.add((entry["to"], parcels, note))
    return seen


@pytest.mark.parametrize("batch", range(0, SEEDS, SEEDS_BATCH))
def test_every_order_is_there_once_in_one_version(office: Office, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    happened = 0
    monkeypatch.setattr(csv, "MAX_ROWS", 5)
    meanwhile = Meanwhile(monkeypatch)
    for seed in range(batch, batch + SEEDS_BATCH):
        chosen = random.Random(seed)
        shop = office.api.shop()
        order_ids = [shop.platform.place(placed_at=ago(hours=30 + number))["order_id"] for number in range(9)]
        for order_id in order_ids[::2]:
            shop.platform.act(order_id, "pay")
            shop.platform.act(order_id, "pass_risk")
        planned = [step(shop, order_ids, chosen) for _ in range(12)]
        meanwhile.happenings, meanwhile.at = list(planned), lambda _, chosen=chosen: chosen.random() < 0.5  # type: ignore[misc]
        export = office.make(shop.staff, format="csv", columns=COLUMNS)
        happened += len(planned) - len(meanwhile.happenings)
        meanwhile.happenings = []
        rows = office.rows(shop.staff, export)
        found = [row[0] for row in rows]
        assert len(found) == len(set(found)), seed
        assert set(order_ids) <= set(found), seed
        for order_id, status, numbers, note, *_ in rows:
            cells, lived = (status, len(numbers.split()), note), versions(shop, order_id)
            assert cells in lived, (seed, cells, lived)
    proof.counted("changes while an export ran", happened, SEEDS_BATCH * 4)


def made_in_the_end(office: Office, shop: Shop) -> dict[str, Any]:
    """An export that may have to begin anew, for which the clock has to come round."""
    request, now = office.ask(shop.staff, format="csv", columns=COLUMNS), datetime.now(UTC)
    while True:
        for body in office.messages():
            worker.write_next(body["store_id"], body["export_id"], body["n"], lambda now=now: now)  # type: ignore[misc]
        export = office.read(shop.staff, request["id"])
        if export["state"] not in ("queued", "running"):
            assert export["state"] == "succeeded", export
            assert len(office.keys()) >= len(export["files"])
            return export
        now += timedelta(seconds=20)
        exports.resume(now, lambda: False)


@pytest.mark.parametrize("hours", [20, 60, 24 * 200], ids=["later", "earlier", "out of the window"])
def test_an_order_that_is_moved_in_time_is_there_once_or_not_at_all(
    office: Office, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    shop = office.api.shop()
    bodies = [new_order(placed_at=ago(hours=30 + number)) for number in range(12)]
    for body in bodies:
        assert shop.platform.post("/v1/orders", body).status == 201
    moved = bodies[6]
    changed = snapshot({**moved, "placed_at": ago(hours=hours)}, "WAIT_SELLER_SEND_GOODS")
    monkeypatch.setattr(csv, "MAX_ROWS", 5)
    meanwhile = Meanwhile(monkeypatch, size=2)
    values = []
    for at in range(1, 14):
        meanwhile.requests = 0
        meanwhile.at = lambda number, at=at: number == at  # type: ignore[misc]
        changed["changed_at"] = ago(seconds=0)

        def move() -> None:
            there = store.load(shop.name, moved["order_id"]).order
            back = there.placed_at.isoformat() == changed["order"]["placed_at"].replace("Z", "+00:00")
            body = dict(changed, order={**moved, "placed_at": moved["placed_at"] if back else ago(hours=hours)})
            assert shop.platform.act(moved["order_id"], "sync", body).status == 200

        meanwhile.happenings = [move]
        export = made_in_the_end(office, shop)
        assert meanwhile.happenings == []
        found = [row[0] for row in office.rows(shop.staff, export)]
        assert len(found) == len(set(found)), at
        assert {body["order_id"] for body in bodies} - set(found) <= {moved["order_id"]}, at
        there = store.load(shop.name, moved["order_id"]).order
        inside = there.placed_at.isoformat() >= export["coverage"]["from"]
        assert (moved["order_id"] in found) == inside, at
        values.append(export["coverage"]["orders"])
    assert set(values) <= {11, 12}


def test_an_order_that_goes_back_to_a_status_that_was_read_is_met_there(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = office.api.shop()
    monkeypatch.setattr(timeline, "SPARSE", 0)
    order_id = shop.platform.place()["order_id"]
    for action in ("pay", "pass_risk"):
        shop.platform.act(order_id, action)
    assert shop.platform.act(order_id, "request_cancellation", {"reason": "no"}).status == 200
    meanwhile = Meanwhile(monkeypatch)
    meanwhile.at = lambda number: number == 2  # the first status has been read
    meanwhile.happenings = [lambda: shop.platform.act(order_id, "withdraw_cancellation")]
    both = "WAIT_SELLER_SEND_GOODS,IN_CANCEL"
    export = office.make(shop.staff, format="csv", columns=COLUMNS, status=both)
    assert [row[:2] for row in office.rows(shop.staff, export)] == [[order_id, "WAIT_SELLER_SEND_GOODS"]]


def test_what_left_its_status_is_left_out(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = office.api.shop()
    monkeypatch.setattr(timeline, "SPARSE", 0)
    order_ids = [shop.platform.place()["order_id"] for _ in range(4)]
    meanwhile = Meanwhile(monkeypatch)
    meanwhile.at = lambda number: number == 2
    meanwhile.happenings = [lambda: shop.platform.act(order_ids[0], "pay")]
    export = office.make(shop.staff, format="csv", columns=COLUMNS, status="PLACE_ORDER_SUCCESS")
    assert sorted(row[0] for row in office.rows(shop.staff, export)) == sorted(order_ids[1:])


TOLD = ["order_id", "status_code", "fund_state", "note", "tracking_nos", "refunded", "total", "pieces"]
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


def ended(office: Office, shop: Shop, request: dict[str, Any], now: datetime | None = None) -> dict[str, Any]:
    """What becomes of it when the clock comes round, requests and workers going by one time."""
    now = now or datetime.now(UTC)
    for _ in range(60):
        for body in office.messages():
            worker.write_next(body["store_id"], body["export_id"], body["n"], lambda now=now: now)  # type: ignore[misc]
        export = office.read(shop.staff, request["id"])
        if export["state"] not in ("queued", "running"):
            break
        now += timedelta(seconds=20)
        office.at(now)
        exports.resume(now, lambda: False)
    office.at(None)
    return export


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


@pytest.mark.parametrize("batch", range(0, MANY, MANY_BATCH))
def test_whatever_happens_each_row_is_one_version_of_its_order(
    office: Office, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    """Orders are paid, shipped, refunded, annotated, repriced, stripped of parcels, placed, and moved into the window,
    within it and out of it, between the pages of a read that is small."""
    monkeypatch.setattr(csv, "MAX_ROWS", 4)
    meanwhile, took, checked, anew = Meanwhile(monkeypatch, size=2), Counter[str](), 0, 0
    for seed in range(batch, batch + MANY_BATCH):
        chosen, past = random.Random(1_000 + seed), Past(office.api.shop())
        for hours in (*range(20, 90, 10), 5, 150):
            order_id = past.place(hours)
            for name, how in (("pay", ()), ("pass_risk", ()), ("ship", (f"A{hours}",)), ("ship", (f"B{hours}",))):
                likely = float(name != "ship") if hours in (20, 30) else 0.8
                if chosen.random() < likely:
                    past.change(order_id, name, *how)
        past.took.clear()
        happenings: list[Callable[[], object]] = []
        for number in range(14):
            name, how = chosen.choice(
                [
                    ("pay", ()),
                    ("pass_risk", ()),
                    ("ship", (f"C{number}",)),
                    ("cancel", ()),
                    ("accept", ()),
                    ("refund", ()),
                    ("note", ()),
                    ("sync", ()),
                    ("reprice", (f"{number}.50",)),
                ]
            )
            order_id = chosen.choice(list(past.bodies))
            happenings.append(partial(past.change, order_id, name, *how))
        for hours in (30.5, 5.5):
            place = chosen.randrange(len(happenings))
            happenings.insert(place, partial(past.come, hours))
        for order_id in list(past.bodies)[:2]:  # paid and not shipped, so that the money can go back
            for step in ("cancel", "accept", "refund"):
                happenings.append(partial(past.change, order_id, step))
        if seed % 2:
            for _ in range(2):
                order_id, hours = chosen.choice(list(past.bodies)), chosen.choice([15, 45.5, 95, 5, 150])
                happenings.insert(chosen.randrange(8), partial(past.change, order_id, "move", hours))
        request = office.ask(past.shop.staff, format="csv", columns=TOLD, window=window())
        began = {order_id: len(lived) for order_id, lived in past.versions.items()}
        meanwhile.happenings, meanwhile.at = happenings, lambda _, chosen=chosen: chosen.random() < 0.9  # type: ignore[misc]
        finished = ended(office, past.shop, request)
        meanwhile.happenings = []
        if finished["state"] == "failed":
            assert finished["failed"]["code"] == "orders_keep_moving" and past.took["move"], seed
            continue
        assert finished["state"] == "succeeded", (seed, finished)
        checked += check(past, office.rows(past.shop.staff, finished), began, finished, seed)
        anew += bool(past.took["move"])
        took += past.took
    print(f"\nchanges while they ran: {dict(took)}")
    proof.counted("rows of an export that are one version of their order", checked, MANY_BATCH * 5)
    proof.counted("changes of any kind while an export ran", took.total(), MANY_BATCH * 4)
    proof.counted("exports whose orders moved in time", anew, MANY_BATCH // 3)
    assert {"pay", "ship", "cancel", "accept", "refund", "note", "sync", "reprice", "move", "placed"} <= set(took), took


CHANGES: dict[str, tuple[Any, ...]] = {
    "ship": ("NEW",),
    "cancel": (),
    "sync": (),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_before_any_page_is_in_the_row_whole_or_not_at_all(
    office: Office, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    meanwhile = Meanwhile(monkeypatch, size=1)
    monkeypatch.setattr(csv, "MAX_ROWS", 2)
    before = after = 0
    for at in range(1, 40):
        past = Past(office.api.shop())
        order_ids = [past.place(hours) for hours in (60, 50, 40)]
        for step in ("pay", "pass_risk"):
            past.change(order_ids[1], step)
        if name != "cancel":
            past.change(order_ids[1], "ship", "OLD")
        past.took.clear()
        request = office.ask(past.shop.staff, format="csv", columns=TOLD, window=window())
        began = {order_id: len(lived) for order_id, lived in past.versions.items()}
        meanwhile.requests = 0
        meanwhile.happenings = [partial(past.change, order_ids[1], name, *CHANGES[name])]
        meanwhile.at = lambda number, at=at: number == at  # type: ignore[misc]
        export = ended(office, past.shop, request)
        if meanwhile.happenings:
            break
        assert past.took[name] == 1
        rows = office.rows(past.shop.staff, export)
        assert check(past, rows, began, export, (name, at)) == 3
        versions = past.versions[order_ids[1]]
        assert len(versions) == began[order_ids[1]] + 1
        row = next(version for order_id, version in map(read_row, rows) if order_id == order_ids[1])
        before, after = before + (row == versions[-2]), after + (row == versions[-1])
    proof.counted(f"exports with the order before its {name}", before, 3)
    proof.counted(f"exports with the order after its {name}", after, 2)


def test_parts_that_make_the_right_sum_by_chance_are_not_taken_for_the_orders_own(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parcels of versions 4 and 5; the platform replaces both with one, in version 9."""
    meanwhile = Meanwhile(monkeypatch, size=20)
    past = Past(office.api.shop())
    order_id = past.place(50)
    steps = (("pay", ()), ("pass_risk", ()), ("ship", ("OLD1",)), ("ship", ("OLD2",)), *[("note", ())] * 3)
    for name, how in steps:
        past.change(order_id, name, *how)
    assert past.took.total() == 7
    request = office.ask(past.shop.staff, format="csv", columns=TOLD, window=window())
    began = {order_id: len(past.versions[order_id])}
    meanwhile.at = lambda number: number == 2  # the parts have been read, the head has not
    meanwhile.happenings = [partial(past.change, order_id, "replace_parcels")]
    export = ended(office, past.shop, request)
    assert past.took["replace_parcels"] == 1 and meanwhile.happenings == [] and export["state"] == "succeeded"
    assert past.versions[order_id][-1][3] == {"SY8"}
    assert check(past, office.rows(past.shop.staff, export), began, export, "") == 1


def ready_to_ship(past: Past, *hours: float) -> list[str]:
    order_ids = []
    for each in hours:
        order_ids.append(past.place(each))
        for step in ("pay", "pass_risk"):
            past.change(order_ids[-1], step)
    return order_ids


@pytest.mark.parametrize("action", ["freeze", "unfreeze"])
def test_a_shipment_list_has_each_order_once_whatever_becomes_of_its_urgency(
    office: Office, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    """Between the first file and the second an order of the first is frozen, or thawed."""
    monkeypatch.setattr(csv, "MAX_ROWS", 2)
    past = Past(office.api.shop())
    first, *_ = order_ids = ready_to_ship(past, 60, 50, 40)
    if action == "unfreeze":
        assert past.shop.platform.act(first, "freeze", {"reason": "checked"}).status == 200
    request = office.ask(past.shop.staff, kind="shipments", format="csv", columns=["order_id", "line_id"])
    office.messages()
    worker.write_next(past.shop.name, request["id"], 1, lambda: datetime.now(UTC))
    assert past.shop.platform.act(first, action, {"reason": "checked"} if action == "freeze" else {}).status == 200
    export = ended(office, past.shop, request)
    assert export["state"] == "succeeded" and len(export["files"]) > 1
    found = [tuple(row) for row in office.rows(past.shop.staff, export)]
    assert sorted(found) == sorted((order_id, line_id) for order_id in order_ids for line_id in ("1", "2"))


def test_an_export_that_failed_since_orders_kept_moving_can_be_tried_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    past = Past(office.api.shop())
    monkeypatch.setattr(csv, "MAX_ROWS", 2)
    order_ids = [past.place(hours) for hours in (60, 50, 40, 30)]
    request, now = office.ask(past.shop.staff, format="csv", columns=TOLD, window=window()), datetime.now(UTC)
    for hours in range(RESTARTS + 1):
        office.at(now)
        for n in (1, 2):
            past.change(order_ids[1], "move", 50 + n / 10 + hours)
            assert worker.write_next(past.shop.name, request["id"], n, lambda now=now: now) is not None  # type: ignore[misc]
        now += timedelta(minutes=4)
    office.messages()
    office.at(now)
    export = office.read(past.shop.staff, request["id"])
    assert (export["state"], export["failed"]["code"], past.took["move"]) == ("failed", "orders_keep_moving", 8)
    assert past.shop.staff.post(f"/v1/exports/{request['id']}/retry").status == 200
    export = ended(office, past.shop, request, now)
    assert (export["state"], [file["orders"] for file in export["files"]]) == ("succeeded", [2, 2])
    assert check(past, office.rows(past.shop.staff, export), {}, export, "") == 4


def test_one_that_is_tried_again_after_weeks_has_each_order_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancelled after its first file; an order of that file is then moved behind it, and the record of it expires."""
    past = Past(office.api.shop())
    monkeypatch.setattr(csv, "MAX_ROWS", 2)
    order_ids = [past.place(hours) for hours in (60, 50, 40, 30)]
    request, now = office.ask(past.shop.staff, format="csv", columns=TOLD, window=window()), datetime.now(UTC)
    office.messages()
    assert worker.write_next(past.shop.name, request["id"], 1, lambda: now) is not None
    assert past.shop.staff.post(f"/v1/exports/{request['id']}/cancel").status == 200
    office.messages()
    past.change(order_ids[0], "move", 35)
    table, client = Record.Meta.table_name, boto3.client("dynamodb")
    (moved,) = client.query(
        TableName=table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": keys.moved_pk(past.shop.name)}},
    )["Items"]
    late = datetime.fromtimestamp(int(moved["expires_at"]["N"]), UTC) + timedelta(days=3)
    client.delete_item(TableName=table, Key={name: moved[name] for name in ("pk", "sk")})
    office.at(late)
    assert past.shop.staff.post(f"/v1/exports/{request['id']}/retry").status == 200
    for n in range(1, 4):
        worker.write_next(past.shop.name, request["id"], n, lambda: late)
    export = office.read(past.shop.staff, request["id"])
    office.at(None)
    found = [row[0] for row in office.rows(past.shop.staff, export)]
    assert export["state"] == "succeeded" and sorted(found) == sorted(order_ids)
