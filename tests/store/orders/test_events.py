"""The event feed against the histories of all orders: with writers in parallel, clients that die, clocks that differ,
and an index that shows its entries late and in any order."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.client
import pytest
from botocore.exceptions import ReadTimeoutError

from shared.domain.errors import Conflict
from shared.domain.order.transitions import CLOCK, Actor
from shared.operations import orders as operations
from shared.store import stores
from shared.store.dynamodb.errors import Busy
from shared.store.orders import events, orders
from tests.baton import Killed
from tests.capacity import metered
from tests.harness import Api, Shop, parcel
from tests.proof import counted, size
from tests.store.test_concurrency import placement

WRITERS, ORDERS, STEPS = 6, size(12, 60), size(20, 200)
"""How many writers, orders that they share, and steps of each writer."""
SELLER, PLATFORM = Actor("staff", "s"), Actor("platform", "p")


class LateIndex:
    """Hides each new item of the index from its first reading on for a while of its own, at random."""

    def __init__(self, longest: float) -> None:
        self.longest, self.chance = longest, random.Random(3)
        self.shown_from: dict[tuple[str, str], float] = {}
        self.hidden = 0

    def query(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        for record in self.real(*args, **kwargs):
            now = time.monotonic()
            key = record.pk, record.sk
            if now >= self.shown_from.setdefault(key, now + self.chance.random() * self.longest):
                yield record
            else:
                self.hidden += 1

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.real = events.query_index
        monkeypatch.setattr(events, "query_index", self.query)


class Faults:
    """Loses answers of the store and kills clients before and after its calls, in threads that have taken part."""

    def __init__(self, likelihood: float) -> None:
        self.likelihood, self.threads = likelihood, threading.local()
        self.counts: Counter[str] = Counter()

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real = botocore.client.BaseClient._make_api_call

        def call(client: Any, operation: str, arguments: Any) -> Any:
            chance = getattr(self.threads, "chance", None)
            fault = chance.choice(("killed before", "killed after", "lost")) if chance else None
            if chance is None or chance.random() >= self.likelihood:
                return real(client, operation, arguments)
            self.counts[fault] += 1
            if fault != "killed before":
                with suppress(Exception):
                    real(client, operation, arguments)
            if fault == "lost":
                raise ReadTimeoutError(endpoint_url="faults")
            raise Killed

        monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", call)


def write(store_id: str, order_ids: list[str], seed: int, faults: Faults, seen: Counter[str]) -> None:
    """Steps of the seller, of the platform and of the clock, on machines whose clocks differ by up to 20 s."""
    chance = faults.threads.chance = random.Random(seed)
    skew = timedelta(seconds=chance.uniform(-20, 20))
    store = stores.load(store_id).store
    for number in range(STEPS):
        order_id, now = chance.choice(order_ids), datetime.now(UTC) + skew
        actor, action, body = chance.choice(
            [
                *[(SELLER, "patch", {"note": f"{seed}/{number}"})] * 3,
                (SELLER, "remind_payment", {}),
                (PLATFORM, "pay", {}),
                (PLATFORM, "pass_risk", {}),
                (SELLER, "ship", {"parcels": [{**parcel(f"LX{seed}N{number}"), "lines": None, "tracking_url": None}]}),
                (Actor(CLOCK, "c"), "lapse", {}),
            ]
        )
        try:
            if action == "lapse":
                lapsed = operations.lapse_order(store_id, order_id, before=now + timedelta(days=100), now=now)
                seen["lapsed"] += lapsed is not None
                continue
            loaded = orders.load(store_id, order_id)
            operations.change_order(store, loaded, operations.Request(action, actor, now, None, body))
            seen[action] += 1
        except (Conflict, Busy, Killed, ReadTimeoutError) as error:
            seen[type(error).__name__] += 1


def follow(store_id: str, done: threading.Event, read: list[tuple[str, int]], figures: Counter[str]) -> None:
    """Reads the feed while it is written. Dies at times before it has saved its position, and begins again there."""
    chance, saved = random.Random(1), events.START
    while True:
        last = done.is_set()
        page = events.after(store_id, saved, chance.randint(1, 20), datetime.now(UTC))
        read += [(each.order_id, each.record.seq) for each in page.items]
        figures["pages"] += 1
        if chance.random() < 0.1:
            figures["reader died"] += 1
            continue
        behind = page.more or page.end != saved
        saved = page.end
        if last and not behind and sum(saved) == sum(events._last_numbers(store_id)):
            return
        time.sleep(0.002)


def test_none_is_missed_and_none_is_out_of_order(on_dynoxide: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = on_dynoxide.shop(deadline_policy={"mode": "enforce"})
    order_ids = [f"e{number}" for number in range(ORDERS)]
    store = stores.load(shop.name).store
    for order_id in order_ids:
        operations.place_order(store, placement(order_id), PLATFORM, datetime.now(UTC))
    late, faults, seen = LateIndex(longest=0.4), Faults(0.03), Counter[str]()
    late.install(monkeypatch)
    faults.install(monkeypatch)
    done, read, figures = threading.Event(), list[tuple[str, int]](), Counter[str]()
    writers = [
        threading.Thread(target=write, args=(shop.name, order_ids, seed, faults, seen)) for seed in range(WRITERS)
    ]
    reader = threading.Thread(target=follow, args=(shop.name, done, read, figures), daemon=True)
    for each in (reader, *writers):
        each.start()
    for each in writers:
        each.join(300)
    assert not any(each.is_alive() for each in writers), "a writer hangs"
    done.set()
    reader.join(60)
    assert not reader.is_alive(), "the reader never came to the end"

    written = {
        (order_id, entry.seq)
        for order_id in order_ids
        for entry in orders.history(shop.name, order_id, after_seq=0, limit=10_000)
        if entry.is_event
    }
    first_read = list(dict.fromkeys(read))
    missed, invented = written - set(read), set(read) - written
    of_order: dict[str, list[int]] = {}
    for order_id, seq in first_read:
        of_order.setdefault(order_id, []).append(seq)
    disordered = [order_id for order_id, seqs in of_order.items() if seqs != sorted(seqs)]
    figures.update(seen)
    figures.update(faults.counts)
    print(json.dumps({**figures, "events": len(written), "read": len(read), "hidden": late.hidden}))
    assert (len(missed), len(invented), len(disordered)) == (0, 0, 0), (missed, invented, disordered)
    counted("events of parallel writers, 0 missed, 0 out of order", len(written), floor=size(30, 300))
    counted("index entries that came late", late.hidden, floor=size(25, 300))
    counted("clients of the event feed that died, or whose answers were lost", sum(faults.counts.values()), floor=5)
    counted("pages of the event feed that were read again", len(read) - len(first_read), floor=1)


def seller_notes(shop: Shop, count: int) -> list[tuple[str, int]]:
    """Orders, each with one note; their events in the order in which they are written."""
    placed = [str(shop.platform.place()["order_id"]) for _ in range(count)]
    for order_id in placed:
        assert shop.staff.patch(f"/v1/orders/{order_id}", {"note": "n"}).status == 200
    return [(order_id, 2) for order_id in placed]


def feed(shop: Shop, now: datetime | None = None, limit: int = 200) -> list[tuple[str, int]]:
    page = events.after(shop.name, events.START, limit, now or datetime.now(UTC))
    return [(each.order_id, each.record.seq) for each in page.items]


def test_a_reader_stops_where_the_index_lacks_an_entry_and_goes_on_from_there(
    in_process: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, real = in_process.shop(), events.query_index
    order_id = str(shop.platform.place()["order_id"])
    for number in range(4):
        assert shop.staff.patch(f"/v1/orders/{order_id}", {"note": str(number)}).status == 200
    without: Callable[..., Any] = lambda *args, **kwargs: (  # noqa: E731
        record for record in real(*args, **kwargs) if record.sort_key != "000000000002"
    )
    monkeypatch.setattr(events, "query_index", without)
    page = events.after(shop.name, events.START, 200, datetime.now(UTC))
    assert [each.record.seq for each in page.items] == [2] and not page.more
    again = events.after(shop.name, page.end, 200, datetime.now(UTC))
    assert not again.items and again.end == page.end
    monkeypatch.setattr(events, "query_index", real)
    assert [each.record.seq for each in events.after(shop.name, page.end, 200, datetime.now(UTC)).items] == [3, 4, 5]
    monkeypatch.setattr(events, "query_index", without)
    late = feed(shop, datetime.now(UTC) + events.LOST_AFTER)
    assert late == [(order_id, seq) for seq in (2, 4, 5)], "one entry that is lost for good stops no other"


def test_a_reader_that_keeps_up_pays_one_read_unit_and_a_change_one_write_unit(on_dynoxide: Api) -> None:
    shop = on_dynoxide.shop()
    written = seller_notes(shop, 20)
    with metered() as all_of_them:
        assert Counter(feed(shop)) == Counter(written)
    end = events.after(shop.name, events.START, 200, datetime.now(UTC)).end
    with metered() as idle:
        assert not events.after(shop.name, end, 200, datetime.now(UTC)).items
    assert (idle.reads, idle.calls) == (1, {"Query": 1})
    assert all_of_them.reads <= 1 + 8 * 0.5
    costs = {}
    for role in ("platform", "staff"):
        order_id = str(shop.platform.place()["order_id"])
        for action in ("pay", "pass_risk"):
            assert shop.platform.act(order_id, action).status == 200
        with metered() as costs[role]:
            assert getattr(shop, role).act(order_id, "ship", {"parcels": [parcel(f"LX{role}")]}).status == 200
    reported, done = costs["platform"], costs["staff"]
    assert (done.writes - reported.writes, done.reads - reported.reads) == (1, 1)
    assert done.indexes["by_state"] - reported.indexes["by_state"] == 1
    print(json.dumps({"idle": idle.reads, "20 events": all_of_them.reads}))
