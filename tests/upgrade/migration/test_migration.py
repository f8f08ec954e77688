"""A table of former code is rewritten as today's code writes it: wherever the script ends, and whoever else writes."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from local.commands import migrate as command
from shared.domain.countries import iso_country
from shared.domain.order.shipments import MAX_PARCELS
from shared.operations.migration import Migrated, migrate
from shared.store.dynamodb import keys
from shared.store.former.steps import OF_KIND
from shared.store.orders import items, orders, parts
from shared.store.secrets import search_secret
from tests.baton import FAULTS, Baton, FaultAt, Killed, baton_calls
from tests.clock.expressions import raw
from tests.clock.memory_client import plain
from tests.clock.memory_table import Key, MemoryTable
from tests.harness import Api, ago, line, parcel
from tests.proof import FULL, counted, size
from tests.schedules import schedules
from tests.upgrade.continuation import NAME
from tests.upgrade.downgrade import downgrade, sums
from tests.upgrade.former import Stored, continued, load
from tests.upgrade.migration.results import complete
from tests.upgrade.record import load as recorded

LATER_IN_LISTS = ("held_since", "on_lapse", "on_lapse_label")
"""Lists show these of a timer from fields that former heads have not; `GET /v1/orders/{order_id}` always did."""
BEFORE_STEPS = 450
"""Lines of the recording in which orders are only read."""
LABELS = ("actor_label", "kind_label", "on_lapse_label")


@pytest.fixture(scope="module")
def stored() -> Stored:
    return load()


@pytest.fixture
def table(memory_table: MemoryTable, stored: Stored, monkeypatch: pytest.MonkeyPatch) -> MemoryTable:
    """The former table."""
    from shared.store import retries

    monkeypatch.setattr(retries, "sleep", lambda seconds: None)
    for item in stored.items:
        memory_table.place(plain(item))
    search_secret()  # it is created at first use: before anything is compared
    return memory_table


def test_every_item_is_what_todays_code_writes(table: MemoryTable) -> None:
    before = sums(table.items)
    done = complete(migrate(page_size=97))
    for name, floor in {"orders": 120, "figures": 130, "channels": 3, "exports": 5}.items():
        counted(f"former {name} rewritten", done.former[name], floor)
    assert sums(table.items) == before
    compared: Counter[str] = Counter()
    for (pk, sk), item in table.items.items():
        kind = str(item["kind"])
        if kind == "order":
            compared.update(_as_written(table, *keys.split_pk(pk)))
        elif kind in ("figures", "change_figures"):
            assert not any("#" in name for name in item), sk
            compared[kind] += 1
        elif kind == "channel":
            assert pk.startswith(keys.CHANNELS_PK)
        elif kind == "customer":
            assert item["country"] == iso_country(str(item["country"]))
    counted("items compared with what today's code writes", compared.total(), 500)
    assert compared.keys() >= {"order", "detail", "parcel", "refund", "dispute", "figures", "change_figures"}


def _as_written(table: MemoryTable, store_id: str, order_id: str) -> Iterator[str]:
    """Compares every attribute of an order's items, index keys among them, and yields the kinds."""
    loaded = orders.load(store_id, order_id)
    order = loaded.order
    assert loaded.in_customer and loaded.has_terms
    head = items.head_of(
        order,
        part_versions=parts.versions_checksum(loaded.versions),
        armed=loaded.armed is not None,
        revision=loaded.revision,
        progress=loaded.progress,
    ).serialize()
    stored = raw(table.items[keys.order_pk(store_id, order_id), keys.ORDER])
    later = ("reminder_shard", "remind_at")
    assert {name: value for name, value in stored.items() if name not in later} == head
    yield "order"
    for sk, part in parts.parts_of(order).items():
        record = parts.part_record(order, sk, part, loaded.versions[sk])
        assert raw(table.items[keys.order_pk(store_id, order_id), sk]) == record.serialize(), (order_id, sk)
        yield str(raw(table.items[keys.order_pk(store_id, order_id), sk])["kind"]["S"])


def test_a_second_run_and_a_dry_run_write_nothing(table: MemoryTable) -> None:
    before, writes = dict(table.items), table.writes
    found = complete(migrate(dry_run=True))
    assert (table.items, table.writes) == (before, writes)
    done = complete(migrate())
    assert done.former == found.former and done.written.total() > 700
    after, writes = dict(table.items), table.writes
    again = complete(migrate())
    assert not again.former and not again.written and (table.items, table.writes) == (after, writes)
    counted("units of a migrated table that nothing is written of", again.seen.total(), 300)


def test_the_answers_stay_and_lists_show_what_the_order_shows(stored: Stored) -> None:
    """In full size until the last two months, in `make test` until the first step. The clock has fewer messages: the
    terms are written."""
    lines, requests = continued(stored, to_the_end=False, reads_alone=not FULL, prepare=lambda: complete(migrate()))
    before = recorded(NAME)
    changed = shown = 0
    for was, now in zip(before, lines, strict=False):
        first, second = json.loads(was), json.loads(now)
        left_out = ("messages",) if "note" in first else LATER_IN_LISTS
        assert _without(first, left_out) == _without(second, left_out), now[:200]
        changed += "note" not in first and first != second
    read = [_without(content, LABELS) for content in _contents(lines[:BEFORE_STEPS])]
    own = {each["order_id"]: each["deadlines"] for each in read if "order_id" in each and "version" in each}
    for content in read:
        for each in content.get("data", ()):
            if isinstance(each, dict) and "deadlines" in each and each["order_id"] in own:
                assert each["deadlines"] == own[each["order_id"]], each["order_id"]
                shown += 1
    counted("answers over the migrated table compared", requests, 400)
    counted("lists that show a held or silent timer only now", changed, 5)
    counted("orders in lists compared with the order itself", shown, 100)


def _contents(lines: list[str]) -> Iterator[dict[str, Any]]:
    for each in lines:
        read = json.loads(each)
        if read.get("note"):
            return  # the clock's runs have come
        if isinstance(read.get("content"), dict):
            yield read["content"]


def _without(value: Any, names: tuple[str, ...]) -> Any:
    if isinstance(value, dict):
        return {name: _without(each, names) for name, each in value.items() if name not in names}
    return [_without(each, names) for each in value] if isinstance(value, list) else value


# ---- a small table that has one of each


@pytest.fixture
def small(table: MemoryTable) -> MemoryTable:
    """Of each step what differs in another way: some orders, an item of countries and one of products, a channel, an
    export."""
    chosen: dict[Any, str] = {}
    for (pk, sk), item in table.items.items():
        kind, content = str(item["kind"]), item.get("content", b"")
        if kind == "dispute" and b'"ended"' in bytes(content) and b'"state":"open"' in bytes(content):  # type: ignore[arg-type]
            chosen.setdefault("a dispute that ended with open proposals", pk)
        if kind in ("parcel", "refund"):
            chosen.setdefault(kind, pk)
        if kind == "detail" and len(content) > 768:  # type: ignore[arg-type]
            chosen.setdefault("long", pk)
        if kind == "figures" and "#" in "".join(set(item) - {"pk"}):
            chosen.setdefault(sk.partition("#")[0], sk)
        if kind in ("channel", "export"):
            chosen.setdefault(kind, sk if kind == "channel" else pk)
    wanted = set(chosen.values())
    for pk, sk in list(table.items):
        if not wanted & {pk, sk} and sk not in ("KEY", keys.STORE, keys.CHANNELS) and not sk.startswith(keys.CUSTOMER):
            table.place(None, (pk, sk))
    assert len(chosen) == 8, chosen
    return table


def test_it_may_end_before_or_after_every_call_and_goes_on(small: MemoryTable) -> None:
    """In `make test` each call has one of the faults."""
    former = dict(small.items)
    complete(migrate())
    wanted = dict(small.items)
    tried: Counter[str] = Counter()
    with baton_calls():
        for kind in FAULTS:
            for at in range(size(FAULTS.index(kind), 0), 200, size(len(FAULTS), 1)):
                small.restore(former)
                chooser = FaultAt(at, kind)
                (came_to,) = Baton(chooser).play(migrate)
                if chooser.calls <= at:
                    break
                tried[kind] += 1
                assert isinstance(came_to, Killed) == (kind != "answer lost"), f"{kind}, call {at}"
                if isinstance(came_to, Migrated):  # an answer that was lost is asked for again
                    assert not came_to.failed and small.items == wanted, f"{kind}, call {at}"
                complete(migrate())
                assert small.items == wanted, f"{kind}, call {at}"
    for kind in FAULTS:
        counted(f"faults of a migration: {kind}", tried[kind], floor=size(5, 15))


@pytest.mark.parametrize("step", ["order", "figures", "channel", "export"])
def test_two_scripts_at_once_come_to_what_one_does(small: MemoryTable, step: str) -> None:
    of_step = [key for key, item in small.items.items() if item["kind"] == step and "TOTAL" not in key[1]]
    for key in [key for key, item in small.items.items() if item["kind"] in OF_KIND]:
        if (key != of_step[0] and step != "order") or key[0] != of_step[0][0]:
            small.place(None, key)
    former = dict(small.items)
    assert complete(migrate()).former.total() == 1
    wanted, played = dict(small.items), 0
    with baton_calls():
        for schedule in schedules():
            small.restore(former)
            for each in Baton(schedule).play(migrate, migrate):
                complete(each)
            assert small.items == wanted, schedule.trace
            played += 1
    counted(f"interleavings of two migrations, {step}", played, floor=3)


@pytest.mark.parametrize("seed", range(3))
def test_throttling_is_waited_for(small: MemoryTable, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from botocore.exceptions import ClientError

    from tests.clock import seam

    real, chance, throttled = seam.call, random.Random(seed), Counter[str]()

    def call(operation: str, arguments: Any, run: Any, *, wrapped: bool = True) -> Any:
        def answered() -> Any:
            if chance.random() < 0.3:
                throttled[operation] += 1
                raise ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, operation)
            return run()

        return real(operation, arguments, answered, wrapped=wrapped)

    with baton_calls():
        monkeypatch.setattr(seam, "call", call)
        complete(migrate(page_size=20))
        assert not complete(migrate()).former
    counted("throttled calls of a migration", throttled.total(), floor=5)


# ---- what this code does not know


def unknown(table: MemoryTable) -> dict[str, Key]:
    """Items of newer code: an attribute, a kind of part, a figure and a whole kind that this code does not know."""
    heads = [key for key, item in table.items.items() if item["kind"] == "order"]
    wide = next(key for key in table.items if key[1].startswith("PRODUCT#"))
    part = (heads[1][0], "ORDER#PROMISE#1")
    table.place({**table.items[heads[0]], "later": 1})
    table.place({"pk": part[0], "sk": part[1], "kind": "promise", "version": 1})
    table.place({**table.items[wide], "P1#weight": 7})
    table.place({"pk": "x", "sk": "y", "kind": "later", "a#pieces": 1})
    return {"head": heads[0], "part": heads[1], "figure": wide, "kind": ("x", "y")}


def test_what_newer_code_wrote_is_left_alone_and_named(table: MemoryTable) -> None:
    there = unknown(table)
    before = {name: table.items[key] for name, key in there.items()}
    done = migrate()
    failed = sorted(line.rpartition(" ")[2] for line in done.failed)
    assert failed == sorted(there[name][0] for name in ("head", "part"))
    for name in ("head", "part", "kind"):
        assert table.items[there[name]] == before[name]
    assert table.items[there["figure"]]["P1#weight"] == 7 and done.former["orders"] >= 120
    assert migrate().failed == done.failed and migrate(dry_run=True).former == {"orders": 1}


def test_the_command_says_what_it_did_and_whether_anything_is_left(
    small: MemoryTable, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.run(dry_run=True, workers=1) == 0
    assert "Without DRY_RUN=1 these are rewritten." in capsys.readouterr().out
    assert command.run(dry_run=False, workers=1) == 0
    printed = capsys.readouterr().out
    assert "1 channel, " in printed and " order, " in printed and "Nothing of former code is left." in printed
    head = next(key for key, item in small.items.items() if item["kind"] == "order")
    small.place({**small.items[head], "later": 1})
    assert command.run(dry_run=False, workers=1) == 1
    captured = capsys.readouterr()
    assert "rewritten: nothing" in captured.out and "Something is left" in captured.out
    assert f"left alone: ValueError: orders {head[0]}" in captured.err


# ---- older tables, and large orders


def test_orders_from_before_there_were_customers_are_counted_once(on_memory: Api, memory_table: MemoryTable) -> None:
    shop = on_memory.shop()
    for days, (name, steps) in enumerate({"a": 0, "b": 1, "c": 2, "d": 2}.items()):
        buyer = {"id": "buyer-2" if name == "d" else "buyer-1", "country": "US", "name": "Alex Example"}
        order_id = shop.platform.place(placed_at=ago(days=1 + days), buyer=buyer)["order_id"]
        for action in ("pay", "pass_risk")[:steps]:
            assert shop.platform.act(order_id, action, {}).status == 200
    before = shop.viewer.get("/v1/customers").json
    for key, item in list(memory_table.items.items()):
        if item["kind"] == "customer":
            memory_table.place(None, key)
        if item["kind"] == "order":
            older = {name: value for name, value in item.items() if name not in ("in_customer", "revision")}
            parts = [each for (pk, sk), each in memory_table.items.items() if pk == key[0] and sk.startswith("ORDER#")]
            memory_table.place({**older, "part_versions": sum(int(each["version"]) for each in parts)})
    assert not shop.viewer.get("/v1/customers").json["data"]
    done = complete(migrate())
    assert done.written["orders that no customer counted"] == done.former["orders"] == 4
    after = shop.viewer.get("/v1/customers").json["data"]
    assert _without(after, ("version",)) == _without(before["data"], ("version",)) and len(after) == 2
    assert not complete(migrate()).former


def test_an_order_of_the_most_parcels_is_one_transaction(on_memory: Api, memory_table: MemoryTable) -> None:
    shop = on_memory.shop()
    lines = [line(str(number), 1) for number in range(MAX_PARCELS)]
    order_id = shop.platform.place(lines=lines)["order_id"]
    for action in ("pay", "pass_risk"):
        assert shop.platform.act(order_id, action, {}).status == 200
    sent = [parcel(f"lx {number}", **{f"line{number}": 1}) for number in range(MAX_PARCELS)]
    assert shop.staff.act(order_id, "ship", {"parcels": sent}).status == 200
    wanted = dict(memory_table.items)
    downgrade(memory_table)
    assert complete(migrate()).written["parcel"] == MAX_PARCELS
    parcels = [key for key, item in wanted.items() if item["kind"] == "parcel"]
    assert len(parcels) == MAX_PARCELS and all(memory_table.items[key] == wanted[key] for key in parcels)
    assert not complete(migrate()).former


def test_an_item_without_a_kind_stops_nothing(memory_table: MemoryTable) -> None:
    search_secret()
    memory_table.place({"pk": "by", "sk": "hand"})
    assert complete(migrate()) == Migrated()
