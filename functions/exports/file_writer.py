"""One file of an export: orders read, rows made, a sheet written to disk, and what there is to tell about it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from functions.exports.about_sheet import about
from functions.exports.formats import csv, xls, xlsx
from functions.exports.formats.fit import fit
from functions.exports.formats.sheets import About, Cell, Heading, Sheet
from functions.exports.kinds import KINDS, Placed, Reading
from shared.domain.exports.columns import Column, RenderContext
from shared.domain.exports.layouts import LAYOUTS, Layout, columns_of, named
from shared.domain.exports.model import ExportRequest, FileWarning, Format, Job

FORMATS: dict[Format, Any] = {Format.XLS: xls, Format.XLSX: xlsx, Format.CSV: csv}
MAX_NAME_BYTES = 150
"""Of a shop's name in a file's; file systems end at 255 bytes."""
LOOK_EVERY = 64
"""Orders between two looks at the time."""
MAX_TOLD = 60_000
"""Warnings on the second sheet, which ends where an .xls does."""
EMPTY = Column("", "", "text", lambda *_: None)
NAMES = {
    "orders": "orders",
    "lines": "order-lines",
    "shipments": "shipment-list",
    "funds": "funds",
    "customers": "customers",
}


@dataclass
class FileResult:
    """What a file came to. `position` is where the next one begins; `ended` says that there is none. `currencies` are
    those of the files before, `first` and `last` the names of orders."""

    n: int
    position: str = ""
    currencies: frozenset[str] = frozenset()
    rows: int = 0
    orders: int = 0
    first: str = ""
    last: str = ""
    ended: bool = True
    totals: dict[str, int] = field(default_factory=dict)
    warnings: list[FileWarning] = field(default_factory=list)
    more_warnings: int = 0
    _latest: set[FileWarning] = field(default_factory=set)

    def warn(self, code: str, column: str = "", order_id: str = "") -> None:
        """Once for each column of an order, however many lines it has."""
        warned = FileWarning(code, self.n, column, order_id)
        if not any(each.order_id == order_id for each in self._latest):
            self._latest.clear()
        if warned in self._latest:
            return
        self._latest.add(warned)
        if len(self.warnings) < MAX_TOLD:
            self.warnings.append(warned)
        else:
            self.more_warnings += 1


def layout_of(request: ExportRequest) -> Layout:
    if request.columns:
        return named(request.columns, request.language, columns_of(request.kind))
    return LAYOUTS[request.kind][request.layout]


def sheet_of(request: ExportRequest) -> Sheet:
    """The headings; ours name the zone of their times, those to the letter leave that to the second sheet."""
    layout, known = layout_of(request), columns_of(request.kind)
    headings = []
    for heading, code in layout.columns:
        column = known.get(code, EMPTY)
        zoned = layout.names_zone and column.kind in ("minute", "day")
        headings.append(Heading(f"{heading} ({request.time_zone})" if zoned else heading, column.kind, column.width))
    return Sheet(tuple(headings), KINDS[request.kind].printed)


def write_file(
    job: Job, path: Path, renew: Callable[[int], None], out_of_time: Callable[[], bool] = lambda: False
) -> FileResult:
    """Write file `job.next_file` to `path`: whole orders, as many as fit, from where the last file ended.

    `renew` is called every few orders and for every page, with the count of orders read so far. It renews the lease and
    may raise LeaseLost. When `out_of_time()` is true, the file ends there.
    """
    request, reading = job.request, KINDS[job.request.kind]
    format_, sheet, written = (
        FORMATS[request.format],
        sheet_of(request),
        FileResult(job.next_file, job.position or "", frozenset(job.totals)),
    )

    def changed(_: int, column: int, why: str) -> None:
        written.warn(why, sheet.headings[column].text, written.last)

    rows = _rows(
        reading,
        _read(reading.orders(job, lambda: renew(written.orders)), renew, out_of_time, written),
        request,
        written,
        format_.MAX_ROWS,
    )
    options: dict[str, Any] = {"bom": request.bom} if request.format is Format.CSV else {}
    format_.write(path, sheet, fit(rows, sheet.headings, changed), _told(job, written), **options)
    return written


def _told(job: Job, written: FileResult) -> About:
    return lambda: about(job, layout_of(job.request), written)


def _read(
    orders: Iterable[Placed], renew: Callable[[int], None], out_of_time: Callable[[], bool], written: FileResult
) -> Iterator[Placed]:
    for number, placed in enumerate(orders):
        if number % LOOK_EVERY == 0:
            renew(number)
            if number and out_of_time():
                written.ended = False
                return
        yield placed


def _rows(
    reading: Reading,
    orders: Iterable[Placed],
    request: ExportRequest,
    written: FileResult,
    max_rows: int,
) -> Iterator[list[Cell]]:
    shown = RenderContext(ZoneInfo(request.time_zone), request.language, request.masked)
    known = columns_of(request.kind)
    columns = [known.get(code, EMPTY) for _, code in layout_of(request).columns]
    of_order = [EMPTY.value if column.of_line else column.value for column in columns]
    of_line = [(index, column.value) for index, column in enumerate(columns) if column.of_line]
    totals = written.totals
    for position, order in orders:
        lines = reading.lines(order)
        if written.orders and written.rows + len(lines) > max_rows:
            written.ended = False
            break
        written.last, written.position = reading.name(order), position
        written.first = written.first or written.last
        written.orders += 1
        written.rows += len(lines)
        for currency, minor in reading.amounts(order):
            totals[currency] = totals.get(currency, 0) + minor
        cells = [value(order, None, shown) for value in of_order]  # once, however many lines there are
        for line in lines:
            row = cells.copy()
            for index, value in of_line:
                row[index] = value(order, line, shown)
            yield row
    if len(written.currencies) <= 1 < len(written.currencies | totals.keys()) and _says_no_currency(request):
        written.warn("several_currencies")


def _says_no_currency(request: ExportRequest) -> bool:
    codes = [code for _, code in layout_of(request).columns if code]
    known = columns_of(request.kind)
    return "currency" not in codes and any(known[code].kind == "money" for code in codes)


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_name(store_name: str, request: ExportRequest, n: int) -> str:
    """What the file is called when it is downloaded: shop, kind, the days that it holds, number."""
    plain = "".join(char if char.isalnum() or char in "-. " else "_" for char in store_name)
    kept = plain.encode()[:MAX_NAME_BYTES].decode(errors="ignore").strip(" .")
    days = [kept or "store", NAMES[request.kind]]
    if request.since.year > 1970:  # some kinds have no window
        zone = ZoneInfo(request.time_zone)
        last = (request.until - timedelta(microseconds=1)).astimezone(zone)
        days += [f"{request.since.astimezone(zone):%Y-%m-%d}", f"{last:%Y-%m-%d}"]
    return "_".join([*days, str(n)]) + f".{request.format}"
