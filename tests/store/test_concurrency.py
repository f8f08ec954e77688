"""Many clients at once: against a whole server, and in process against the engine."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from tests.books.orders import audit
from tests.harness import Api, Server
from tests.proof import counted, size
from tests.store.crowd import Promises, act, check, place

CLIENTS, ORDERS, STEPS = 8, size(8, 200), size(6, 150)
"""So many clients, orders that they share, and steps of each client."""


EACH = size(3, 30)
"""Orders of each thread."""
KEYS = size(8, 25)


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Start together; the result of each, or what it raised."""
    gate = threading.Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return job()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_a_crowd_on_a_whole_server_leaves_legal_histories_and_exact_counts(server: Server) -> None:
    shop = Api(server.transport(), "local").shop()
    promises = [Promises() for _ in range(CLIENTS)]
    orders = [place(shop, promises[0]) for _ in range(ORDERS)]

    def client(number: int) -> Callable[[], None]:
        def work() -> None:
            mine = Api(server.transport(), "local")
            own = replace(shop, staff=mine.client("staff", shop.name), platform=mine.client("platform", shop.name))
            chance = random.Random(number)
            for _ in range(STEPS):
                act(own, chance.choice(orders), promises[number], chance)

        return work

    failed = [each for each in at_once(*(client(number) for number in range(CLIENTS))) if each is not None]
    assert not failed, failed
    figures: Counter[str] = sum((each.figures for each in promises), Counter())
    everything = Promises({}, figures)
    doubled = [key for each in promises for key in each.versions if key in everything.versions]
    for each in promises:
        everything.versions.update(each.versions)
    entries = check(shop, everything)
    print(json.dumps({"clients": CLIENTS, "orders": ORDERS, "history entries": entries, **figures}))
    counted("acknowledged to a crowd on a server", figures["acknowledged"], floor=ORDERS + size(6, 200))
    counted("refused to a crowd on a server", figures["refused"], floor=size(9, 300))
    assert not [status for status in figures if status in ("500", "502", "503")]
    assert len(doubled) <= figures["acknowledged"] // 20


def placement(order_id: str, fee: int = 300) -> Any:
    from shared.domain.order.model import Buyer, Line
    from shared.domain.order.placement import Placement

    at = datetime.now(UTC) - timedelta(minutes=1)
    lines = (Line("1", "P1", 3, 1000),)
    return Placement(order_id, at, Buyer("buyer-1", "US"), {"country": "US"}, "USD", lines, fee)


def test_threads_share_the_counters_without_losing_one(on_dynoxide: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from shared.domain.order.transitions import Actor
    from shared.operations import orders as operations
    from shared.settings import settings
    from shared.store import retries, stores
    from shared.store.orders import orders

    monkeypatch.setattr(retries, "LIMIT", 90.0)  # on any machine: this is about losing nothing
    shop, platform = on_dynoxide.shop(), Actor("platform", "platform")
    store = stores.load(shop.name).store

    def client(number: int) -> Callable[[], int]:
        def work() -> int:
            for each in range(EACH):
                order_id = f"{number}-{each}"
                operations.place_order(store, placement(order_id), platform, datetime.now(UTC))
                for action in ("pay", "pass_risk"):
                    ask = operations.Request(action, platform, datetime.now(UTC))
                    operations.change_order(store, orders.load(store.store_id, order_id), ask)
            return EACH

        return work

    results = at_once(*(client(number) for number in range(8)))
    assert results == [EACH] * 8, results
    books = audit(boto3.client("dynamodb"), settings().table_name)
    assert not books.wrong, books.wrong
    assert books.entries == 8 * EACH * 3
    counted("changes of eight threads", books.entries, floor=8 * EACH * 3)


def test_a_number_placed_twice_at_once_is_one_order(on_dynoxide: Api) -> None:
    from shared.domain.errors import Conflict
    from shared.domain.order.transitions import Actor
    from shared.operations import orders as operations
    from shared.settings import settings
    from shared.store import stores

    shop, platform = on_dynoxide.shop(), Actor("platform", "platform")
    store, seen = stores.load(shop.name).store, Counter[str]()
    for number in range(size(16, 40)):
        same = placement(f"n{number}")
        asked = [same, same if number % 2 else replace(same, shipping_fee=400)]
        results = at_once(
            *(lambda each=each: operations.place_order(store, each, platform, datetime.now(UTC)) for each in asked)
        )
        outcomes = sorted(
            "order_exists" if isinstance(each, Conflict) else "new" if each[1] else "the same" for each in results
        )
        assert outcomes == (["new", "the same"] if number % 2 else ["new", "order_exists"]), results
        seen.update(outcomes)
    assert not audit(boto3.client("dynamodb"), settings().table_name).wrong
    print(json.dumps(seen))


def test_one_key_from_eight_threads_has_one_effect(on_dynoxide: Api) -> None:
    from shared.domain.errors import Conflict
    from shared.domain.order.transitions import Actor
    from shared.operations import orders as operations
    from shared.settings import settings
    from shared.store import idempotency, stores
    from shared.store.dynamodb.errors import Answered, ClaimLost
    from shared.store.orders import orders

    shop, platform = on_dynoxide.shop(), Actor("platform", "platform")
    store, seen = stores.load(shop.name).store, Counter[str]()
    for number in range(KEYS):
        order_id = f"k{number}"
        operations.place_order(store, placement(order_id), platform, datetime.now(UTC))

        def ask(order_id: str = order_id) -> str:
            now = datetime.now(UTC)
            loaded = orders.load(store.store_id, order_id)
            try:
                pending = idempotency.look_up(store.store_id, ("u", order_id), {}, now)
                pending.render = lambda o: o.version
                try:
                    operations.change_order(store, loaded, operations.Request("pay", platform, now), pending)
                except (ClaimLost, Conflict):
                    pending.check()
                    raise
            except Answered as answered:
                assert answered.answer == 2
                return "replayed"
            return "done"

        results = at_once(*[ask] * 8)
        assert results.count("done") == 1 and set(results) <= {"done", "replayed"}, results
        assert orders.load(store.store_id, order_id).order.version == 2
        seen.update(results)
    assert not audit(boto3.client("dynamodb"), settings().table_name).wrong
    print(json.dumps({"keys": KEYS, **seen}))
