"""Orders that change while an export runs: each of the window is in the files once, as it was at one moment."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.exports import worker
from functions.exports.formats import csv
from shared.operations import exports
from shared.store.orders import orders as store
from shared.store.orders import timeline
from tests import proof
from tests.exports.changing_orders.meanwhile import Meanwhile, ended
from tests.exports.changing_orders.past import Past
from tests.exports.office import Office
from tests.harness import Shop, ago, new_order, parcel, snapshot

COLUMNS = ["order_id", "status_code", "tracking_nos", "note", "fund_state", "placed_at"]
SEEDS, SEEDS_BATCH = proof.size((6, 6), (60, 15))
"""How many exports orders change under; in batches, which run as tests of their own."""


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
    third = hours // 30 % 3  # another one for each of the hours
    for at in proof.size(range(1, 14)[third::3], range(1, 14)):
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
