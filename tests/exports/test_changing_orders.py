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
from shared.store import orders as store
from shared.store import timeline, wire
from tests.exports.office import Office
from tests.harness import Shop, ago, new_order, parcel, snapshot

COLUMNS = ["order_id", "status_code", "tracking_nos", "note", "fund_state", "placed_at"]
SEEDS = 60


class Meanwhile:
    """Reads in small pages, and lets something happen before any of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, size: int = 3) -> None:
        self.happenings: list[Callable[[], object]] = []
        self.at: Callable[[int], bool] = lambda _: False
        self.requests = 0
        client = wire._client

        def small(beside: Any) -> Any:
            real = client(beside)
            meanwhile = self

            class Small:
                def query(self, **asked: Any) -> Any:
                    meanwhile.requests += 1
                    if meanwhile.happenings and meanwhile.at(meanwhile.requests):
                        meanwhile.happenings.pop(0)()
                    return real.query(**asked, Limit=size)

            return Small()

        monkeypatch.setattr(wire, "_client", small)


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


def test_every_order_is_there_once_in_one_version(office_on_dynoxide: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office, happened = office_on_dynoxide, 0
    monkeypatch.setattr(csv, "MAX_ROWS", 5)
    meanwhile = Meanwhile(monkeypatch)
    for seed in range(SEEDS):
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
            told = (status, len(numbers.split()), note)
            assert told in versions(shop, order_id), (seed, told, versions(shop, order_id))
    print(f"\n{SEEDS} exports, {happened} changes while they ran")
    assert happened >= SEEDS * 4


def made_in_the_end(office: Office, shop: Shop) -> dict[str, Any]:
    """An export that may have to begin anew, for which the clock has to come round."""
    asked, now = office.ask(shop.staff, format="csv", columns=COLUMNS), datetime.now(UTC)
    while True:
        for body in office.messages():
            worker.write_next(body["store_id"], body["export_id"], body["n"], lambda now=now: now)  # type: ignore[misc]
        told = office.read(shop.staff, asked["id"])
        if told["state"] not in ("queued", "running"):
            assert told["state"] == "succeeded", told
            assert len(office.keys()) >= len(told["files"])
            return told
        now += timedelta(seconds=20)
        exports.drive_on(now, lambda: False)


@pytest.mark.parametrize("hours", [20, 60, 24 * 200], ids=["later", "earlier", "out of the window"])
def test_an_order_that_is_moved_in_time_is_there_once_or_not_at_all(
    office_on_dynoxide: Office, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    office, shop = office_on_dynoxide, office_on_dynoxide.api.shop()
    bodies = [new_order(placed_at=ago(hours=30 + number)) for number in range(12)]
    for body in bodies:
        assert shop.platform.post("/v1/orders", body).status == 201
    moved = bodies[6]
    changed = snapshot({**moved, "placed_at": ago(hours=hours)}, "WAIT_SELLER_SEND_GOODS")
    monkeypatch.setattr(csv, "MAX_ROWS", 5)
    meanwhile = Meanwhile(monkeypatch, size=2)
    told = []
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
        told.append(export["coverage"]["orders"])
    assert set(told) <= {11, 12}


def test_an_order_that_goes_back_to_a_status_that_was_read_is_met_there(
    office_on_dynoxide: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, shop = office_on_dynoxide, office_on_dynoxide.api.shop()
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


def test_what_left_its_status_is_left_out(office_on_dynoxide: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office, shop = office_on_dynoxide, office_on_dynoxide.api.shop()
    monkeypatch.setattr(timeline, "SPARSE", 0)
    order_ids = [shop.platform.place()["order_id"] for _ in range(4)]
    meanwhile = Meanwhile(monkeypatch)
    meanwhile.at = lambda number: number == 2
    meanwhile.happenings = [lambda: shop.platform.act(order_ids[0], "pay")]
    export = office.make(shop.staff, format="csv", columns=COLUMNS, status="PLACE_ORDER_SUCCESS")
    assert sorted(row[0] for row in office.rows(shop.staff, export)) == sorted(order_ids[1:])
