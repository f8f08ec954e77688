"""Figures of former code are right in every report, before, between and after the writes of a migration."""

from __future__ import annotations

import json
import zlib
from datetime import date
from typing import Any

import pytest
from pynamodb.expressions.operand import Path

from shared.operations.migration import migrate
from shared.store.dynamodb.attributes import PackedAttribute
from shared.store.dynamodb.figure_records import FiguresRecord
from shared.store.dynamodb.records import Record
from shared.store.dynamodb.table import ALWAYS, Update, stale, update
from shared.store.orders import figures
from shared.store.secrets import search_secret
from tests.baton import Baton, baton_calls
from tests.clock.memory_table import MemoryTable
from tests.proof import counted
from tests.schedules import schedules
from tests.upgrade.migration.results import complete

PK = "s#figures#"
FORMER = "PRODUCT#2026-12-01#USD#3#07"
"""The key of a former item of many products, in one shard of a day."""


@pytest.fixture
def table(memory_table: MemoryTable) -> MemoryTable:
    search_secret()  # it is created at first use: before anything is compared
    return memory_table


def place(table: MemoryTable, sk: str, attributes: dict[str, Any]) -> None:
    table.place({"pk": PK, "sk": sk, "kind": "figures", **attributes})


def wide(names: int) -> dict[str, Any]:
    """A former item of many products, and one of countries, in one shard of a day."""
    products = {f"P{n}#{figure}": n + 1 for n in range(names) for figure in ("pieces", "amount", "refunded_pieces")}
    return {
        FORMER: products,
        "COUNTRY#2026-12-01#USD#3": {"UK#orders": 2, "GB#orders": 3, "UK#ordered": 500, "ES#paid": 1, "ES#received": 9},
    }


@pytest.mark.parametrize("names", [2, 120])
def test_a_report_is_right_before_between_and_after_the_writes(table: MemoryTable, names: int) -> None:
    """Today's items are added to while the script runs."""
    for sk, amounts in wide(names).items():
        place(table, sk, amounts)
    for sk in ("PRODUCT#2026-12-01#USD#P1#2", "COUNTRY#2026-12-01#USD#GB#2"):
        place(table, sk, {"pieces": 40})
    former, wanted = dict(table.items), report()
    assert wanted["product", "P1", "pieces"] == 42 and wanted["country", "GB", "orders"] == 5
    assert wanted["country", "GB", "ordered"] == 500 and len(wanted) == 3 * names + 5
    seen, played = set[int](), 0
    with baton_calls():
        for schedule in schedules():
            table.restore(former)
            done, shown = Baton(schedule).play(lambda: complete(migrate()), report)
            assert shown == wanted and report() == wanted, schedule.trace
            seen.add(done.written["figures"])
            played += 1
    assert seen == {3 * names + 5}
    assert all(len(item) < 7 for key, item in table.items.items() if "figures" in key[0])
    counted("reports beside a migration of figures", played, floor=2)


def report() -> dict[tuple[str, str, str], int]:
    first, until = date(2026, 12, 1), date(2026, 12, 2)
    found = {
        (by, name, figure): amount
        for by in ("product", "country")
        for day in figures.days("s", by, first, until)
        for (name, figure), amount in day.figures.items()
    }
    return found


def test_figures_that_former_code_adds_later_are_counted_and_packed(table: MemoryTable) -> None:
    """Two versions ran side by side longer than the operator thought."""
    for sk, amounts in wide(3).items():
        place(table, sk, amounts)
    complete(migrate())
    before = report()
    place(table, FORMER, {**table.items[PK, FORMER], "kind": "figures", "P1#pieces": 10, "P9#pieces": 1})
    wanted = before | {("product", "P1", "pieces"): 12, ("product", "P9", "pieces"): 1}
    assert report() == wanted
    assert complete(migrate()).written == {"figures": 2} and report() == wanted
    assert not any("#" in name for name in table.items[PK, FORMER])


@pytest.mark.parametrize("scripts", [1, 2])
def test_what_former_code_adds_beside_a_script_is_not_lost(table: MemoryTable, scripts: int) -> None:
    """With two, it adds the same amount again, after one script has packed what the other has read."""
    place(table, FORMER, {"P0#pieces": 1})
    former, played = dict(table.items), 0

    def add() -> None:
        if scripts == 2:
            complete(migrate())
        actions = [Record.kind.set(FiguresRecord), Path(["P0#pieces"]).add(1)]
        update(Update(FiguresRecord(PK, FORMER), actions, ALWAYS, stale))

    with baton_calls():
        for schedule in schedules():
            table.restore(former)
            Baton(schedule).play(lambda: complete(migrate()), add)
            assert report() == {("product", "P0", "pieces"): 2}, schedule.trace
            played += 1
    counted(f"interleavings of former code and {scripts} scripts", played, floor=(2, 8)[scripts - 1])


def test_figures_that_another_machine_has_packed_are_packed_on(table: MemoryTable) -> None:
    """Its zlib makes other bytes of the same JSON."""
    names = {f"P{n}": [n + 1, 100, 0] for n in range(200)}
    packed = zlib.compress(json.dumps(names).encode(), 1)
    assert packed != PackedAttribute().serialize(names)
    place(table, FORMER, {"kind": "change_figures", "products": packed, "P1#pieces": 10, "P900#amount": 3})
    wanted = report() | {("product", "P1", "pieces"): 12}
    assert wanted == report() and wanted["product", "P900", "amount"] == 3
    assert complete(migrate()).written == {"figures": 2} and report() == wanted
    assert not any("#" in name for name in table.items[PK, FORMER])
