"""The plug pulled before and after the calls of an import, and workers beside each other: the result is the same."""

from __future__ import annotations

import io
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bench import imports as bench_imports
from bench.export import pages
from functions.imports import worker
from functions.imports.readers import reader
from functions.imports.readers.reader import Spool
from shared.domain.imports import model
from shared.domain.order.model import FundState, Order, Status
from shared.operations.imports import imports
from shared.store.imports import imports as store
from tests import proof
from tests.baton import KILLED_AFTER, KILLED_BEFORE, LOST, Baton, Killed, Seeded, baton_calls
from tests.exports.bulk import write
from tests.exports.test_kill_points import Calls, counted, never
from tests.harness import BUCKET, Shop
from tests.imports.importer import Importer, workbook
from tests.imports.test_tracking_sheet import HEADINGS, C, number

ROWS, STEP = proof.size((4, 2), (500, 250))
"""The rows of the sheet, and those of a step."""
CUTS = proof.size(10, 40)
"""How many of the calls the plug is pulled at, spread over the whole import."""
EVERY = proof.size(0, 12)
"""The rows of a sheet at each of whose calls the plug is pulled: in full size alone."""
NOW = datetime.now(UTC)


@lru_cache
def sheet_of_tracking(rows: int) -> tuple[list[Order], bytes]:
    """The orders that a sheet of so many rows is of, and the sheet."""
    orders = [
        replace(
            pages.order(at, 2),
            status=Status.PLACE_ORDER_SUCCESS if at % 4 == 2 else Status.WAIT_SELLER_SEND_GOODS,
            fund_state=FundState.NONE,
            parcels=(),
            timers=(),
            shipped_at=None,
            received_at=None,
        )
        for at in range(rows - 1)
    ]
    cells = [[order.order_id, C, number(), 1 if at == 1 else None] for at, order in enumerate(orders)]
    return orders, workbook([HEADINGS, *cells, ["8999999999999999", C, number()]])


@lru_cache
def sheet_of_orders(rows: int) -> tuple[list[str], bytes]:
    """A file of the marketplace, and the orders of all its rows but the last."""
    headings = bench_imports.HEADINGS["B"]
    with tempfile.TemporaryDirectory() as folder:
        bench_imports.write(path := Path(folder) / "B.xlsx", "B", rows)
        book = openpyxl.load_workbook(path)
    book.active.cell(rows + 1, headings.index("订单状态") + 1).value = "？"
    for row in range(2, rows + 2):  # some of the invented discounts are larger than their orders
        book.active.cell(row, headings.index("满立减") + 1).value = "$0.00"
    content = io.BytesIO()
    book.save(content)
    return [str(row[0].value) for row in list(book.active.rows)[1:rows]], content.getvalue()


@dataclass
class Desk:
    """One import of a store of its own: queue and clock are played here."""

    importer: Importer
    shop: Shop
    orders: list[str]
    sheet: bytes
    import_id: str = ""
    now: datetime = NOW
    kind: str = "tracking"

    @classmethod
    def open(cls, importer: Importer, rows: int) -> Desk:
        """All but every fourth order await shipment; the last row is of no order."""
        shop, (orders, sheet) = importer.api.shop(), sheet_of_tracking(rows)
        write(replace(order, store_id=shop.name) for order in orders)
        return cls(importer, shop, [order.order_id for order in orders], sheet)

    @classmethod
    def of_orders(cls, importer: Importer, rows: int) -> Desk:
        """A file of the marketplace; its last row has no status."""
        ids, sheet = sheet_of_orders(rows)
        return cls(importer, importer.api.shop(), ids, sheet, kind="orders")

    def begin(self) -> None:
        waiting = self.importer.ask(self.shop.staff, kind=self.kind)
        self.importer.upload(waiting, self.sheet)
        self.import_id = waiting["id"]

    def work(self) -> None:
        imports.note_upload(self.shop.name, self.import_id, self.now)
        worker.run(self.shop.name, self.import_id, lambda: self.now)

    def resume(self) -> None:
        """The clock, until there is no work."""
        for _ in range(8):
            job = store.load(self.shop.name, self.import_id)
            if not job.open and job.state is not model.State.AWAITING_UPLOAD:
                return
            self.now += timedelta(minutes=6)
            imports.resume(self.now, never)
            self.importer.messages()
            self.work()

    def live(self, at: int = -1, fault: str = "") -> list[str]:
        """A preview and its application, with this fault at call number `at`."""
        made: list[str] = []
        for phase in (self.work, self._apply) if self.kind == "tracking" else (self.work,):
            self.importer.messages()
            with counted(Calls(at - len(made), fault)) as calls, suppress(Killed, Exception):
                phase()
            made += calls.made
            self.resume()
        self._apply_again()
        return made

    def _apply(self) -> None:
        imports.apply_import(self.shop.name, self.import_id, self.now)
        worker.run(self.shop.name, self.import_id, lambda: self.now)

    def _apply_again(self) -> None:
        """The seller asks again if the request died."""
        if store.load(self.shop.name, self.import_id).state is model.State.PREVIEW:
            self._apply()
            self.resume()

    def result(self) -> dict[str, Any]:
        """Everything that a seller can see of the import, and what is left in the bucket."""
        job = self.importer.read(self.shop.staff, self.import_id)
        listing = self.importer.s3.list_objects_v2(Bucket=BUCKET, Prefix=f"imports/{self.shop.name}/")
        kinds = Counter(each["Key"].split("/")[3] for each in listing["Contents"])
        found = [self.shop.staff.get(f"/v1/orders/{order}").json for order in self.orders]
        return {
            **{name: job[name] for name in ("state", "counts", "progress", "warnings", "layout")},
            "rows": sorted(self.importer.rows(self.shop.staff, job), key=lambda row: row["row"]),
            "failed": [row[0].value for row in self.importer.failed_rows(self.shop.staff, job).rows],
            "files": kinds,
            "orders": [(each["status"], each["version"], len(each["parcels"])) for each in found],
        }


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the same file is read once in a process: no call that can be cut is made meanwhile."""
    monkeypatch.setattr(worker, "STEP_ROWS", STEP)
    monkeypatch.setattr(reader, "read", read_once)


_read, _spools = reader.read, dict[bytes, tuple[Spool, bytes]]()


def read_once(path: Path, spool: Path) -> Spool:
    """As reader.read, which starts a process for each file, for files that it can read."""
    content = path.read_bytes()
    if content not in _spools:
        found = _read(path, spool)
        _spools[content] = found, spool.read_bytes()
        return found
    found, rows = _spools[content]
    spool.write_bytes(rows)
    return replace(found, path=spool)


def spread(calls: list[str], count: int) -> list[int]:
    """`count` places among the calls, of each operation at least the first."""
    first = {operation: at for at, operation in reversed(list(enumerate(calls)))}
    step = max(1, len(calls) // max(1, count - len(first)))
    return sorted({*first.values(), *range(0, len(calls), step)})[: 2 * count]


@pytest.mark.parametrize("open_desk", [Desk.open, Desk.of_orders], ids=["tracking", "orders"])
@pytest.mark.parametrize("fault", [KILLED_BEFORE, KILLED_AFTER, LOST])
def test_an_import_ends_the_same_wherever_it_is_cut(
    importer: Importer, small_steps: None, fault: str, open_desk: Callable[[Importer, int], Desk]
) -> None:
    for rows, cuts in ((ROWS, CUTS), (EVERY, 10_000)):
        if not rows:
            continue
        for _ in range(2):  # the first of a process reads what the later ones have
            desk = open_desk(importer, rows)
            desk.begin()
            calls = desk.live()
        assert store.load(desk.shop.name, desk.import_id).failed is None
        expected = desk.result()
        assert expected["state"] == "succeeded"
        assert expected["counts"]["failed"] == (1 + rows // 4 if desk.kind == "tracking" else 1)
        assert {"GetItem", "PutItem", "GetObject", "PutObject", "TransactWriteItems"} <= set(calls)
        cut: Counter[str] = Counter()
        for at in spread(calls, cuts):
            desk = open_desk(importer, rows)
            desk.begin()
            made = desk.live(at, fault)
            assert made[at] == calls[at], "each run makes the same calls"
            assert _same(desk.result()) == _same(expected), (at, calls[at], fault)
            cut[calls[at]] += 1
        print(f"\n{fault}: {dict(cut)}")
        proof.counted(f"imports {fault} of their calls", cut.total(), min(cuts, len(calls)) // 2)


def _same(result: dict[str, Any]) -> dict[str, Any]:
    """Without what differs from store to store."""
    return {**result, "rows": [{**row, "order_id": "", "value": ""} for row in result["rows"]]}


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

    def work(now: datetime) -> None:
        worker.run(desk.shop.name, desk.import_id, lambda: now)

    with baton_calls():
        Baton(Seeded(seed)).play(lambda: work(desk.now), lambda: work(late), lambda: work(late))
    desk.now = late
    desk.resume()
    found, expected = desk.result(), alone.result()
    for result in (found, expected):
        result.pop("files")
    assert _same(found) == _same(expected)
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
    from functions.imports import tracking_rows
    from functions.imports.kinds import KINDS, ImportKind

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
