"""One import of a store of its own, whose queue and clock are played, and all that is left of it at its end."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from bench.export import pages
from functions.imports import worker
from functions.imports.kinds import KINDS, ImportKind
from functions.imports.readers import reader
from functions.imports.readers.reader import Row, Spool
from functions.imports.sheet import Sheet, Values
from shared.domain.imports import model
from shared.domain.order.model import FundState, Order, Status
from shared.domain.stores import Store
from shared.operations.imports import imports
from shared.store.imports import imports as store
from shared.store.secrets import search_secret
from tests.baton import Killed
from tests.clock.expressions import Item, record_of
from tests.clock.memory_table import MemoryTable
from tests.exports.bulk import write
from tests.exports.test_kill_points import Calls, counted, never
from tests.harness import BUCKET, Shop
from tests.imports.importer import Importer, workbook
from tests.imports.test_order_rows import HEADINGS as LINE_HEADINGS
from tests.imports.test_order_rows import row
from tests.imports.tracking.test_tracking_sheet import HEADINGS, C, number

NOON = datetime.combine(datetime.now(UTC).date() + timedelta(days=1), time(4), tzinfo=UTC)
"""When the clock begins: no day of a store in Shanghai ends while it goes on."""
MESSAGES = ('2026-11-01T09:00:00Z "Where is it?"', '2026-11-01T10:00:00Z "Hello?"')
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?")
_BY_CHANCE = re.compile(r"(?:alr|msg)_[0-9A-Z]{26}|OUTBOX#\d+|[0-9a-f]{32}")
_APART = ("IMPORT", "SEMAPHORE#imports")
"""The items that count attempts: the import is compared by what it says."""


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
    """A file of ours with unread messages in two of three orders, and the orders of all its rows but the last."""
    ids, statuses = [f"70{at:05}" for at in range(rows)], ("WAIT_SELLER_SEND_GOODS", "PLACE_ORDER_SUCCESS")
    cells = [
        [*row(order_id, status=statuses[at % 2]), "\n".join(MESSAGES[: at % 3]) or None]
        for at, order_id in enumerate(ids)
    ]
    cells[-1] = [*row(ids[-1], status="NOWHERE"), None]
    return ids[:-1], workbook([[*LINE_HEADINGS, "Unread messages"], *cells])


@dataclass
class Desk:
    importer: Importer
    shop: Shop
    orders: list[str]
    sheet: bytes
    import_id: str = ""
    now: datetime = NOON
    kind: str = "tracking"

    @classmethod
    def open(cls, importer: Importer, rows: int) -> Desk:
        """All but every fourth order await shipment; the last row is of no order."""
        shop, (orders, sheet) = importer.api.shop(), sheet_of_tracking(rows)
        write(replace(order, store_id=shop.name) for order in orders)
        return cls(importer, shop, [order.order_id for order in orders], sheet)

    @classmethod
    def of_orders(cls, importer: Importer, rows: int) -> Desk:
        """A file of ours with unread messages; its last row has a status that there is not."""
        ids, sheet = sheet_of_orders(rows)
        return cls(importer, importer.api.shop(), ids, sheet, kind="orders")

    @property
    def failed(self) -> int:
        """How many rows fail."""
        return 1 + (len(self.orders) + 1) // 4 if self.kind == "tracking" else 1

    def begin(self) -> None:
        search_secret()  # made by the first process that needs it
        waiting = self.importer.ask(self.shop.staff, kind=self.kind)
        self.importer.upload(waiting, self.sheet)
        self.import_id = waiting["id"]

    def work(self) -> None:
        """What a message does."""
        imports.note_upload(self.shop.name, self.import_id, self.now)
        self.work_at(self.now)

    def work_at(self, now: datetime) -> None:
        worker.run(self.shop.name, self.import_id, lambda: now)

    def resume(self) -> None:
        """The message that a dead worker left behind comes again, then the clock, until there is no work."""
        self.work()
        for _ in range(8):
            job = store.load(self.shop.name, self.import_id)
            if not job.open and job.state is not model.State.AWAITING_UPLOAD:
                return
            self.now += timedelta(minutes=6)
            imports.resume(self.now, never)
            self.importer.messages()
            self.work()

    def live(self, calls: Callable[[], Calls] = Calls) -> list[Calls]:
        """A preview and its application, or an import without one. Returns the calls of each of these processes, but
        not of what follows where one of them has died."""
        lives = []
        for process in (self.work, self.apply) if self.kind == "tracking" else (self.work,):
            self.importer.messages()
            lives.append(calls())
            with counted(lives[-1]), suppress(Killed, Exception):
                process()
            self.resume()
        if store.load(self.shop.name, self.import_id).state is model.State.PREVIEW:  # the request to apply it has died
            self.apply()
            self.resume()
        return lives

    def apply(self) -> None:
        """The seller's request, and the work that follows."""
        imports.apply_import(self.shop.name, self.import_id, self.now)
        self.work_at(self.now)

    # What is left at the end.

    def result(self) -> dict[str, Any]:
        """Everything that a seller can see of the import, and what is left in the bucket."""
        job = self.importer.read(self.shop.staff, self.import_id)
        kinds = Counter(key.split("/")[3] for key in self._keys())
        found = [self.shop.staff.get(f"/v1/orders/{order}").json for order in self.orders]
        return {
            **{name: job[name] for name in ("state", "counts", "progress", "warnings", "layout")},
            "rows": sorted(self.importer.rows(self.shop.staff, job), key=lambda row: row["row"]),
            "failed": [row[0].value for row in self.importer.failed_rows(self.shop.staff, job).rows],
            "files": kinds,
            "orders": [(each["status"], each["version"], len(each["parcels"])) for each in found],
        }

    def left(self, table: MemoryTable) -> Counter[str]:
        """Every item of the table, what the import says, and every file, each as text: without what is by chance, and
        without the times at which the work was done, which go by when it was interrupted."""
        found = Counter(_same(_text(item)) for (_, sk), item in table.items.items() if sk not in _APART)
        job = store.load(self.shop.name, self.import_id)
        said = asdict(replace(job, lease=None, version=0, attempts=0, watch_at=None, leftovers=()))
        found[_same(json.dumps(said, sort_keys=True, default=str))] += 1
        for key in self._keys():
            content = self.importer.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
            found[_same(f"{key} {_file(key, content)}")] += 1
        return found

    def _keys(self) -> list[str]:
        listing = self.importer.s3.list_objects_v2(Bucket=BUCKET, Prefix=f"imports/{self.shop.name}/")
        return [each["Key"] for each in listing["Contents"]]


def _text(item: Item) -> str:
    if any(type(value) is bytes for value in item.values()):  # attributes that are compressed
        item = record_of(item).attribute_values
    return json.dumps(item, sort_keys=True, default=str)


def _file(key: str, content: bytes) -> Any:
    if key.endswith(".gz"):
        return json.loads(gzip.decompress(content))
    if key.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return [(name, parts.read(name)) for name in sorted(parts.namelist()) if not name.startswith("docProps")]
    return content


def _same(text: str) -> str:
    begin = NOON.isoformat()[:10]
    return _BY_CHANCE.sub("?", _TIME.sub(lambda found: "now" if found[0] >= begin else found[0], text))


class Progress:
    """Where an import stands after each order: a hash of the table, of the results of the step so far, and of their
    warnings. What a worker does next goes by these, the file and the clock, and by nothing else."""

    def __init__(self, table: MemoryTable, kind: str) -> None:
        self.passed: set[str] = set()
        """Where this process was."""
        self.now_at: tuple[bool, int] | None = None
        """What is being carried out: is it applied, and which row."""
        self.on_passing: Callable[[tuple[bool, int], str], None] = lambda place, state: None
        self._table_sum = sum(map(_hash, table.items.values()))
        self._keep, self._results, self._step = table._keep, list[model.RowResult](), ("", False, 0)
        table._keep = self._note  # type: ignore[method-assign]
        self._kind = KINDS[model.Kind(kind)]

    def _note(self, key: tuple[str, str], was: Item | None, item: Item | None) -> None:
        self._table_sum += _hash(item) - _hash(was)
        self._keep(key, was, item)

    def watched(self) -> ImportKind:
        return ImportKind(self._kind.groups, self._carry_out)

    def _carry_out(
        self, stored: Store, job: model.Import, sheet: Sheet, group: Sequence[Values], now: datetime
    ) -> list[model.RowResult]:
        assert job.lease
        if self._step != (step := (job.lease.owner, job.applies, len(job.steps))):
            self._step, self._results = step, []
        self.now_at = place = job.applies, group[-1].row
        results = self._kind.carry_out(stored, job, sheet, group, now)
        self.now_at = None
        self._results += results
        warnings = sorted({str(each) for each in sheet._new} - {str(each) for each in job.warnings})
        said = hashlib.blake2b(f"{self._results} {warnings}".encode(), digest_size=8).hexdigest()
        state = f"{place} {self._table_sum % 2**64:x} {said}"
        self.passed.add(state)
        self.on_passing(place, state)
        return results


def _hash(item: Item | None) -> int:
    if item is None or item["sk"] in _APART:
        return 0
    return int.from_bytes(hashlib.blake2b(_same(_text(item)).encode(), digest_size=8).digest())


# Files are read once.


@dataclass(frozen=True, slots=True)
class HeldSpool(Spool):
    """Rows that are held in memory."""

    held: tuple[Row, ...] = ()

    def rows(self) -> Iterator[Row]:
        yield from self.held


_read, _held = reader.read, dict[bytes, HeldSpool]()


def read_once(path: Path, spool: Path) -> Spool:
    """As reader.read, which starts a process for each file; the rows of a file that was read before are held."""
    content = path.read_bytes()
    if content not in _held:
        found = _read(path, spool)
        _held[content] = HeldSpool(spool, found.count, found.is_text, found.zone, tuple(found.rows()))
    return _held[content]
