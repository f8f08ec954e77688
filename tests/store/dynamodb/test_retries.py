"""Retries: one limit of time for a request, the same token after a conflict, and no conflict that is called stale."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import botocore.client
import pytest
from botocore.exceptions import ClientError

from tests.harness import Api, parcel

PAID = (("pay", {}), ("pass_risk", {}))
SHIPPED = {"parcels": [parcel("LX1")]}


class Clock:
    """Time passes only while somebody waits, or where a test says so."""

    def __init__(self) -> None:
        self.now, self.waits = 1_000.0, list[float]()

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    from shared.store import retries

    made = Clock()
    monkeypatch.setattr(retries, "sleep", made.sleep)
    monkeypatch.setattr(retries, "monotonic", lambda: made.now)
    return made


def conflict(arguments: Any) -> ClientError:
    reasons = [{"Code": "TransactionConflict"}, *({"Code": "None"} for _ in arguments["TransactItems"][1:])]
    error = {"Code": "TransactionCanceledException", "Message": "conflict"}
    return ClientError({"Error": error, "CancellationReasons": reasons}, "TransactWriteItems")  # type: ignore[typeddict-item]


@pytest.fixture
def conflicts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], list[tuple[str, Any]]]]:
    """From the call on, so many transactions meet another one first; answers with the calls that are made."""
    real, left, calls = botocore.client.BaseClient._make_api_call, [0], list[tuple[str, Any]]()

    def call(api: Any, operation: str, arguments: Any) -> Any:
        calls.append((operation, arguments))
        if operation == "TransactWriteItems" and left[0] > 0:
            left[0] -= 1
            raise conflict(arguments)
        return real(api, operation, arguments)

    def begin(times: int) -> list[tuple[str, Any]]:
        left[0] = times
        calls.clear()
        return calls

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", call)
    yield begin


def paid(shop: Any) -> str:
    order_id = str(shop.platform.place()["order_id"])
    for action, body in PAID:
        assert shop.platform.act(order_id, action, body).status == 200
    return order_id


def test_a_conflict_is_sent_again_with_the_same_token_and_nothing_is_read_again(
    in_process: Api, clock: Clock, conflicts: Callable[[int], list[tuple[str, Any]]]
) -> None:
    shop = in_process.shop()
    order_id = paid(shop)
    assert shop.staff.get("/v1/store").status == 200  # its membership is read once
    calls = conflicts(6)
    assert shop.staff.act(order_id, "ship", SHIPPED).status == 200
    sent = [arguments["ClientRequestToken"] for operation, arguments in calls if operation == "TransactWriteItems"]
    reads = Counter(operation for operation, _ in calls if operation in ("GetItem", "Query"))
    assert len(sent) == 7 and len(set(sent)) == 1 and len(clock.waits) == 6
    calls = conflicts(0)
    other = paid(shop)
    calls = conflicts(0)
    assert shop.staff.act(other, "ship", {"parcels": [parcel("LX000000002CN")]}).status == 200
    assert Counter(operation for operation, _ in calls if operation in ("GetItem", "Query")) == reads


def test_a_request_waits_no_longer_than_its_limit_and_then_answers_busy(
    in_process: Api, clock: Clock, conflicts: Callable[[int], list[tuple[str, Any]]]
) -> None:
    from shared.store.retries import LIMIT

    shop = in_process.shop()
    order_id = paid(shop)
    conflicts(10**9)
    began = clock.now
    answer = shop.staff.act(order_id, "ship", SHIPPED)
    assert (answer.status, answer.code) == (503, "busy") and answer.headers["retry-after"] == "1"
    assert 0 < clock.now - began <= LIMIT and len(clock.waits) >= 10
    conflicts(0)
    assert shop.viewer.get(f"/v1/orders/{order_id}").json["status"] == "WAIT_SELLER_SEND_GOODS"
    print(json.dumps({"waited": clock.now - began, "waits": len(clock.waits)}))


def test_reading_again_and_sending_again_share_one_limit(clock: Clock) -> None:
    from shared.store.dynamodb.errors import Busy, Stale
    from shared.store.retries import LIMIT, attempts, retry, time_limit

    began, tried = clock.now, []

    def step(number: int) -> None:
        tried.append(number)
        for _ in attempts():
            clock.now += 0.5
        raise Stale("and then it was stale, too")

    with pytest.raises(Busy), time_limit(4.0):
        retry(step, lambda: len(tried))
    assert tried == [0] and 4.0 <= clock.now - began < 5.0, "the inner loop has used up the limit of both"
    began = clock.now
    with pytest.raises(Busy), time_limit(1_000):
        retry(step, lambda: 0)
    assert LIMIT <= clock.now - began < LIMIT + 1, "a longer limit around it lengthens none"


def test_the_first_attempt_is_made_even_without_time(clock: Clock) -> None:
    from shared.store.dynamodb.errors import Busy, Stale
    from shared.store.retries import retry, time_limit

    def stale(value: int) -> int:
        raise Stale("always")

    with time_limit(-5.0):
        assert retry(lambda value: value + 1, lambda: 1) == 2
        with pytest.raises(Busy):
            retry(stale, lambda: 1)
    assert clock.waits == []


def test_what_is_known_is_not_read_and_each_further_attempt_reads(clock: Clock) -> None:
    from shared.store.dynamodb.errors import Stale
    from shared.store.retries import retry

    read, seen = iter(range(1, 10)), []

    def step(value: int) -> int:
        seen.append(value)
        if value < 3:
            raise Stale("too old")
        return value

    assert retry(step, lambda: next(read), 0) == 3 and seen == [0, 1, 2, 3] and len(clock.waits) == 3


def test_an_optional_write_that_is_refused_leaves_the_rest(in_process: Api) -> None:
    from shared.store.dynamodb.errors import Exists, Stale
    from shared.store.dynamodb.records import KeyRecord
    from shared.store.dynamodb.table import ABSENT, Put, get, put, stale, transact

    put(Put(KeyRecord("#b", "KEY", secret="first"), ABSENT, stale))
    there = [
        Put(KeyRecord(f"#{name}", "KEY", secret="second"), ABSENT, lambda: Exists("there"), optional=name != "d")
        for name in "abcd"
    ]
    transact(there)
    found = {name: record.secret for name in "abcd" if (record := get(KeyRecord, f"#{name}", "KEY"))}
    assert found == {"a": "second", "b": "first", "c": "second", "d": "second"}
    needed = Put(KeyRecord("#d", "KEY", secret="third"), ABSENT, stale)
    with pytest.raises(Stale):
        transact([there[0], needed, Put(KeyRecord("#e", "KEY", secret="third"), ABSENT, stale)])
    assert get(KeyRecord, "#e", "KEY") is None
