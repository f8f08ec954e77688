"""The table in memory is what it stands in for: the same script on Dynoxide ends with the same items and answers."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest
from pynamodb.exceptions import TransactWriteError

from tests.clock.expressions import raw
from tests.clock.memory_client import EVERYTHING
from tests.clock.memory_table import MemoryTable
from tests.harness import Api
from tests.proof import size

BEGUN = datetime.fromisoformat("2026-03-01T00:00:00+00:00")
Script = Callable[[], Any]


def scanned(table: str) -> dict[tuple[str, str], Any]:
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return {(item["pk"]["S"], item["sk"]["S"]): item for page in pages for item in page["Items"]}


def indexed(table: str, name: str, hash_key: str, partition: str) -> list[Any]:
    pages = (
        boto3.client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=table,
            IndexName=name,
            KeyConditionExpression="#key = :key",
            ExpressionAttributeNames={"#key": hash_key},
            ExpressionAttributeValues={":key": {"S": partition}},
        )
    )
    return [item for page in pages for item in page["Items"]]


def assert_same(memory: MemoryTable) -> Counter[str]:
    """Every item, and every item of every partition of every index."""
    from shared.settings import settings

    table, counts = settings().table_name, Counter[str]()
    there = scanned(table)
    assert there == {key: raw(item) for key, item in memory.items.items()}
    counts["items"] = len(there)
    for name, index in memory.indexes.items():
        index.catch_up(memory.writes)
        partitions = {item[index.hash_key]["S"] for item in there.values() if index.hash_key in item}
        assert index.partitions.keys() <= partitions
        for partition in partitions:
            found = indexed(table, name, index.hash_key, partition)
            ours, _ = memory.page(name, partition, None, forward=True, after=None, limit=EVERYTHING)
            assert [item[index.range_key]["S"] for item in found] == [item[index.range_key] for item in ours]

            def by_key(item: Any) -> Any:
                return item["pk"]["S"], item["sk"]["S"]

            assert sorted(found, key=by_key) == sorted(map(raw, ours), key=by_key), (name, partition)
            counts["index items"] += len(found)
            assert_same_on_the_wire(memory, name, partition)
    for partition in memory.partitions:
        counts["on the wire"] += assert_same_on_the_wire(memory, None, partition)
    return counts


def assert_same_on_the_wire(memory: MemoryTable, name: str | None, partition: str) -> int:
    """Some of what is there, and how many there are."""
    from shared.store.dynamodb import wire

    def read() -> tuple[list[Any], int]:
        asked = (name, partition, "2", "B9")
        found = list(wire.items(*asked, wire.pages_of(dict)))  # type: ignore[type-var]
        return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"])), wire.count(*asked)

    there = read()
    with memory.installed():
        assert read() == there
    return there[1]


class Scribbler:
    """Reads and writes of every kind that table.py knows, on few keys, so that many are refused."""

    def __init__(self, seed: int) -> None:
        self.chance, self.counts = random.Random(seed), Counter[str]()

    def act(self) -> Any:
        kind = self.chance.choice(
            ["transact"] * 6 + ["put", "update", "get", "query", "query", "index", "keys", "count"]
        )
        answer = getattr(self, kind)()
        self.counts[kind] += 1
        self.counts["refused"] += kind in ("transact", "put", "update") and answer != "done"
        self.counts["found"] += isinstance(answer, list) and bool(answer)
        return answer

    def key(self) -> tuple[str, str]:
        return f"pk{self.chance.randrange(3)}", f"{self.chance.choice('ABÄ~')}{self.chance.randrange(8)}"

    def maybe(self, value: Any) -> Any:
        return value if self.chance.random() < 0.6 else None

    def moment(self) -> datetime:
        return BEGUN + timedelta(seconds=self.chance.randrange(30), microseconds=self.chance.choice((0, 1)))

    def record(self) -> Any:
        from shared.store.dynamodb.records import CounterRecord, DetailRecord, ThreadRecord

        chance = self.chance
        spread: dict[str, Any] = {
            "timeline": self.maybe(f"t{chance.randrange(2)}"),
            "placed_key": self.maybe(f"{chance.randrange(9)}"),
            "status_key": self.maybe(f"t{chance.randrange(2)}"),
            "due_key": self.maybe(f"{chance.randrange(9)}"),
            "clock_shard": self.maybe("CLOCK#0"),
            "fires_at": self.maybe(f"{chance.randrange(9)}"),
        }
        what = chance.randrange(3)
        if what == 0:
            return CounterRecord(*self.key(), total=chance.randrange(9), status_FINISH=self.maybe(3), **spread)
        if what == 1:
            content = {"lines": ["é" * chance.choice((1, 3_000))]}
            return DetailRecord(*self.key(), version=chance.randrange(3), placed_digest="d", content=content, **spread)
        since = self.maybe(self.moment())
        return ThreadRecord(*self.key(), version=chance.randrange(3), unanswered_since=since, **spread)

    def condition(self) -> Any:
        from shared.store.dynamodb.records import OrderRecord, Record, ThreadRecord
        from shared.store.dynamodb.table import ABSENT, ALWAYS, PRESENT

        moment, number = self.moment(), self.chance.randrange(3)
        version, since = OrderRecord.version, ThreadRecord.unanswered_since
        conditions = [
            ABSENT,
            PRESENT,
            ALWAYS,
            version == number,
            version.exists() & (version < number),
            version.does_not_exist() | (version >= number),
            since <= moment,
            since > moment,
            since.between(moment, moment + timedelta(seconds=9)),
            Record.due_key.startswith("4"),
            ~(version == number),
            version != number,
        ]
        return self.chance.choice(conditions)

    def write(self, number: int) -> Any:
        from shared.store.dynamodb.errors import Stale
        from shared.store.dynamodb.records import CounterRecord
        from shared.store.dynamodb.table import Check, Delete, Put, Update

        def refuse() -> Stale:
            return Stale(str(number))

        what, condition = self.chance.random(), self.condition()
        if what < 0.6:
            return Put(self.record(), condition, refuse)
        if what < 0.7:
            return Delete(self.record(), condition, refuse)
        if what < 0.75:
            return Check(self.record(), condition, refuse)
        return Update(CounterRecord(*self.key()), self.actions(), condition, refuse)

    def actions(self) -> list[Any]:
        from shared.store.dynamodb.records import CounterRecord, Record, ThreadRecord

        actions = [Record.kind.set(CounterRecord), CounterRecord.total.add(self.chance.randint(-3, 3))]
        if self.chance.random() < 0.5:
            actions.append(self.chance.choice((Record.due_key.remove(), Record.due_key.set("5"))))
        if self.chance.random() < 0.3:
            actions.append(ThreadRecord.unanswered_since.set(self.moment()))
        return actions

    def transact(self) -> str:
        from shared.store.dynamodb.errors import Stale
        from shared.store.dynamodb.table import transact

        writes = [self.write(number) for number in range(self.chance.choice((1, 1, 2, 3)))]
        try:
            transact(writes)
        except Stale as stale:
            return f"refused by {stale}"
        except TransactWriteError as error:
            assert len({(write.record.pk, write.record.sk) for write in writes}) < len(writes), error
            return "the same item twice"
        return "done"

    def put(self) -> str:
        from shared.store.dynamodb.errors import Stale
        from shared.store.dynamodb.table import Put, put, stale

        try:
            put(Put(self.record(), self.condition(), stale))
        except Stale:
            return "refused"
        return "done"

    def update(self) -> str:
        from shared.store.dynamodb.errors import Stale
        from shared.store.dynamodb.records import CounterRecord
        from shared.store.dynamodb.table import Update, stale, update

        try:
            update(Update(CounterRecord(*self.key()), self.actions(), self.condition(), stale))
        except Stale:
            return "refused"
        return "done"

    def get(self) -> Any:
        from shared.store.dynamodb.records import Record
        from shared.store.dynamodb.table import get

        found = get(Record, *self.key())
        return found and found.attribute_values

    def query(self) -> list[Any]:
        from shared.store.dynamodb.records import Record
        from shared.store.dynamodb.table import query

        pk, sk = self.key()
        ranges = [None, Record.sk.startswith(sk[0]), Record.sk.between("A2", "Ä"), Record.sk > sk, Record.sk <= sk]
        after = self.maybe({"pk": {"S": pk}, "sk": {"S": "B2"}})
        limit, forward = self.maybe(self.chance.randint(1, 9)), self.chance.random() < 0.5
        condition = self.chance.choice(ranges)
        if after and condition is not None:
            after = None  # a start outside of the condition's range is refused
        return [
            each.attribute_values for each in query(Record, pk, condition, limit=limit, forward=forward, after=after)
        ]

    def index(self) -> list[Any]:
        from shared.store.dynamodb.records import Record
        from shared.store.dynamodb.table import query_index

        name, attribute = self.chance.choice((("by_placed", Record.placed_key), ("by_status_due", Record.due_key)))
        ranges = [None, attribute.between("2", "6"), attribute > "3", attribute < "6", attribute == "4"]
        found = query_index(
            name,
            f"t{self.chance.randrange(2)}",
            self.chance.choice(ranges),
            page_size=self.chance.choice((1, 3, 50)),
            forward=self.chance.random() < 0.5,
        )
        return [each.attribute_values for each in tied(found, name)]

    def keys(self) -> list[Any]:
        from shared.store.dynamodb.records import Record
        from shared.store.dynamodb.table import query_keys

        until = Record.fires_at < str(self.chance.randrange(9))
        return sorted(query_keys("by_clock", "CLOCK#0", until))

    def count(self) -> int:
        from shared.store.dynamodb.records import Record
        from shared.store.dynamodb.table import count_index

        due, most = Record.due_key >= str(self.chance.randrange(9)), self.chance.randrange(1, 9)
        return count_index("by_status_due", f"t{self.chance.randrange(2)}", due, most)


def tied(found: Any, name: str) -> list[Any]:
    """Items of one sort key in an index come in no order that anybody has promised."""
    attribute = {"by_placed": "placed_key", "by_status_due": "due_key"}[name]
    places: dict[str, list[Any]] = {}
    for record in found:
        places.setdefault(getattr(record, attribute), []).append(record)
    return [each for place in places.values() for each in sorted(place, key=lambda one: (one.pk, one.sk))]


def test_the_same_scribble_comes_to_the_same(on_dynoxide: Api) -> None:
    memory = MemoryTable()
    theirs, ours = Scribbler(7), Scribbler(7)
    for number in range(size(400, 2_500)):
        answer = theirs.act()
        with memory.installed():
            assert ours.act() == answer, number
    counts = theirs.counts + assert_same(memory)
    print(json.dumps(counts))
    assert counts["transact"] >= size(150, 1_000) and counts["refused"] >= size(45, 300)
    assert ours.counts == theirs.counts and counts["found"] >= size(30, 200) and counts["index items"] >= size(15, 50)


def test_the_same_orders_come_to_the_same(on_dynoxide: Api) -> None:
    """Placed, paid, shipped, disputed and let lapse by the operations themselves."""
    from functions.deadlines.reminders import remind
    from functions.deadlines.sweep import sweep
    from shared.operations.stores import create_store
    from tests.clock import month
    from tests.clock.run import Month, Run, same_ids, same_secret

    shops = month.shops(5, size(2, 4))
    steps, often = month.plan(5, shops, size(8, 120)), timedelta(hours=size(120, 3))

    def play() -> list[str]:
        played = Month(Run(MemoryTable(), [shop.store for shop in shops]))
        swept = month.BEGIN
        same_secret()
        with same_ids():
            for shop in shops:
                create_store(shop.store, month.BEGIN)
            for step in steps:
                while swept + often < step.moment:
                    swept += often
                    sweep(swept, lambda: False)
                    remind(swept, lambda: False)
                played.step(step, step.moment)
        return played.run.answers

    memory = MemoryTable()
    answers = play()
    with memory.installed():
        assert play() == answers
    counts = assert_same(memory) + Counter({"transactions": memory.writes, "steps": len(answers)})
    counts["refused"] = len(answers) - answers.count("done")
    print(json.dumps(counts))
    assert memory.writes >= size(45, 400) and counts["refused"] >= size(4, 60) and counts["items"] >= size(80, 800)


def test_an_index_is_some_writes_behind_and_never_shows_what_never_was() -> None:
    from shared.store.dynamodb.records import CounterRecord, Record
    from shared.store.dynamodb.table import ALWAYS, Put, put, query_index, stale

    memory, shown = MemoryTable(seed=3, lag=5), Counter[int]()
    with memory.installed():
        for number in range(1, 400):
            put(Put(CounterRecord("pk", "sk", total=number, timeline="t", placed_key="1"), ALWAYS, stale))
            seen = [int(record.total) for record in query_index("by_placed", "t", page_size=10)]  # type: ignore[attr-defined]
            shown[number - max(seen, default=0)] += 1
            assert len(seen) <= 1 and Record.get("pk", "sk", consistent_read=True).total == number
    print(json.dumps(shown))
    assert set(shown) == set(range(6)) and shown[0] < 200


def test_what_the_stand_in_was_not_made_for_it_refuses() -> None:
    from pynamodb.expressions.condition import size

    from shared.store.dynamodb.records import CounterRecord, Record
    from shared.store.dynamodb.table import Put, put, stale

    for condition in (Record.due_key.contains("5"), size("due_key") > 1, Record.due_key.is_in("5", "6")):
        with MemoryTable().installed(), pytest.raises(NotImplementedError):
            put(Put(CounterRecord("pk", "sk", total=1, due_key="5"), condition, stale))


def test_the_stand_in_is_fast_enough_for_a_month() -> None:
    from shared.store.dynamodb.records import CounterRecord
    from shared.store.dynamodb.table import ALWAYS, Put, Update, stale, transact

    memory, began = MemoryTable(), time.process_time()
    with memory.installed():
        for number in range(3_000):
            record = CounterRecord("pk", f"{number % 500}", total=number, timeline="t", placed_key=f"{number:05d}")
            counter = Update(CounterRecord("counter", "1"), [CounterRecord.total.add(1)], ALWAYS, stale)
            transact([Put(record, ALWAYS, stale), counter])
    a_second = round(3_000 / (time.process_time() - began))
    print(json.dumps({"transactions a second of processor time": a_second}))
    assert memory.items["counter", "1"]["total"] == 3_000 and a_second >= 1_000
