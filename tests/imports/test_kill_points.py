"""An import that is interrupted at its calls: the result is the same."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from functions.imports import tracking_rows, worker
from functions.imports.kinds import KINDS, ImportKind
from functions.imports.readers import reader
from shared.domain.imports import model
from shared.operations.imports import imports
from tests import proof
from tests.baton import KILLED_AFTER, KILLED_BEFORE, LOST, Baton, Seeded, baton_calls
from tests.clock.memory_table import MemoryTable
from tests.copies import Copies
from tests.exports.test_kill_points import Calls, counted
from tests.harness import Api
from tests.imports.desk import Desk, Progress, read_once
from tests.imports.importer import Importer

ROWS, STEP = proof.size((4, 3), (500, 250))
"""The rows of the sheet, and those of a step."""
SPREAD = proof.size(20, 200)
"""At every so many calls an answer is lost, and a second worker comes."""
READS = ("GetItem", "Query", "BatchGetItem", "GetObject")
AGAIN, LATE = "the message comes again", "the message comes late"
COMES_AGAIN = {AGAIN: timedelta(), LATE: model.LEASE + timedelta(seconds=1)}
"""To another worker, while the first has the import, or has lost its lease and does not know."""


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the same file is read once in a process: no call that can be cut is made meanwhile."""
    monkeypatch.setattr(worker, "STEP_ROWS", STEP)
    monkeypatch.setattr(reader, "read", read_once)


@dataclass
class Interrupted(Calls):
    """The calls of a process, at which copies of it are interrupted.

    A process that dies leaves the table, the bucket and the queue, and nothing else. So all calls between two writes
    are one place to die at: it dies before its first call and after each write, which are the states before and after
    every call.
    """

    desk: Desk = field(kw_only=True)
    copies: Copies = field(kw_only=True)
    table: MemoryTable = field(kw_only=True)
    progress: Progress = field(kw_only=True)

    def call(self, client: Any, operation: str, arguments: Any) -> Any:
        if self.copies.is_copy:
            return super().call(client, operation, arguments)
        at, writes = len(self.made), self.table.writes
        for fault in self._faults(operation):
            if self.copies.make(f"{self.desk.now} {at} {operation}: {fault}"):
                if fault in COMES_AGAIN:
                    self.desk.work_at(self.desk.now + COMES_AGAIN[fault])
                else:
                    self.at, self.fault = at, fault
                    if fault != LOST and self.progress.now_at:
                        self.progress.on_passing = partial(self._end_after, self.progress.now_at)
                return super().call(client, operation, arguments)
        answer = super().call(client, operation, arguments)
        assert operation not in READS or self.table.writes == writes
        return answer

    def _end_after(self, died: tuple[bool, int], place: tuple[bool, int], state: str) -> None:
        if place[0] == died[0] and place[1] > died[1]:
            self.copies.end(state)

    def _faults(self, operation: str) -> Iterator[str]:
        if not self.made:
            yield KILLED_BEFORE
        if operation not in READS:
            yield KILLED_AFTER
        if len(self.made) % SPREAD == SPREAD // 2:
            yield from (LOST, *COMES_AGAIN)


@pytest.mark.parametrize("open_desk", [Desk.open, Desk.of_orders], ids=["tracking", "orders"])
def test_an_import_ends_the_same_wherever_it_is_interrupted(
    memory_table: MemoryTable,
    on_memory: Api,
    small_steps: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    open_desk: Callable[[Importer, int], Desk],
) -> None:
    desk, copies, calls = open_desk(Importer.open(on_memory), ROWS), Copies(tmp_path), list[Calls]()
    desk.begin()
    upload, kept = tmp_path / "upload", tmp_path / "undisturbed"
    upload.write_bytes(desk.sheet)
    read_once(upload, tmp_path / "rows")
    if copies.make("undisturbed"):
        copies.run(lambda: desk.live() and str(kept.write_bytes(pickle.dumps(desk.left(memory_table)))))
    copies.wait()
    undisturbed: Counter[str] = pickle.loads(kept.read_bytes())
    progress = Progress(memory_table, desk.kind)
    monkeypatch.setitem(KINDS, model.Kind(desk.kind), progress.watched())

    def life() -> str:
        calls.extend(desk.live(lambda: Interrupted(desk=desk, copies=copies, table=memory_table, progress=progress)))
        left = desk.left(memory_table)
        lacks, more = [*undisturbed - left], [*left - undisturbed]
        if copies.name.endswith(LATE):  # who does not know may write results that no import refers to
            more = [each for each in more if not each.startswith("imports/")]
        return f"lacks {lacks[:3]}, has {more[:3]}" if lacks or more else "the same"

    assert copies.run(life) == "the same"
    result = desk.result()
    assert (result["state"], result["counts"]["failed"]) == ("succeeded", desk.failed)
    del copies.ended["undisturbed"]
    assert {name: end for name, end in copies.ended.items() if end not in {"the same", *progress.passed}} == {}
    faults = Counter(name.rpartition(": ")[2] for name in copies.ended)
    made = sum(len(each.made) for each in calls)
    to_the_end = sum(end == "the same" for end in copies.ended.values())
    print(f"\n{desk.kind}: {made} calls, copies {dict(faults)}, {to_the_end} to the end")
    proof.counted("calls of an import that was killed before and after each", made, 3 * ROWS)
    proof.counted("states in which an import was killed", faults[KILLED_BEFORE] + faults[KILLED_AFTER], ROWS // 2)
    for fault in (LOST, *COMES_AGAIN):
        proof.counted(f"calls of an import: {fault}", faults[fault], 1)


@pytest.mark.parametrize("seed", range(proof.size(3, 60)))
def test_workers_beside_each_other_come_to_one_result(importer: Importer, small_steps: None, seed: int) -> None:
    """The second has the import after the first has lost its lease, and the first does not know."""
    alone = Desk.open(importer, 4)
    alone.begin()
    alone.live()
    desk = Desk.open(importer, 4)
    desk.begin()
    desk.work()
    imports.apply_import(desk.shop.name, desk.import_id, desk.now)
    late = desk.now + model.LEASE + timedelta(seconds=1)

    with baton_calls():
        Baton(Seeded(seed)).play(lambda: desk.work_at(desk.now), lambda: desk.work_at(late), lambda: desk.work_at(late))
    desk.now = late
    desk.resume()
    found, expected = desk.result(), alone.result()
    for result in (found, expected):
        result.pop("files")
        result["rows"] = [{**row, "order_id": "", "value": ""} for row in result["rows"]]
    assert found == expected
    proof.counted("interleavings of workers of one import", 1, 1)


def test_a_message_that_comes_again_finds_nothing_to_do(importer: Importer) -> None:
    desk = Desk.open(importer, 4)
    desk.begin()
    desk.live()
    before = desk.result()
    with counted(Calls()) as calls:
        desk.work()
    assert calls.made == ["GetItem", "GetItem"]
    assert desk.result() == before


def test_a_cancelled_import_stops_before_the_next_order(importer: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what took effect until then has its results."""
    desk = Desk.open(importer, 8)
    desk.begin()
    desk.work()
    imports.apply_import(desk.shop.name, desk.import_id, desk.now)
    seen: list[int] = []

    def carry_out(*args: Any) -> list[model.RowResult]:
        results = tracking_rows.carry_out(*args)
        seen.extend(result.row for result in results)
        if len(seen) == 2:
            desk.importer.api.client("staff", desk.shop.name).post(f"/v1/imports/{desk.import_id}/cancel", {})
        return results

    monkeypatch.setitem(KINDS, model.Kind.TRACKING, ImportKind(tracking_rows.groups, carry_out))
    clock = iter(desk.now + timedelta(seconds=2 * second) for second in range(1_000))
    worker.run(desk.shop.name, desk.import_id, lambda: next(clock))
    assert seen == [2, 3]
    job = desk.importer.read(desk.shop.staff, desk.import_id)
    assert (job["state"], job["progress"]["done"], job["counts"]["created"]) == ("cancelled", 2, 2)
    assert [row["row"] for row in desk.importer.rows(desk.shop.staff, job)] == [2, 3]
    shipped = [desk.shop.staff.get(f"/v1/orders/{order}").json["parcels"] for order in desk.orders]
    assert [len(parcels) for parcels in shipped] == [1, 1, 0, 0, 0, 0, 0]
