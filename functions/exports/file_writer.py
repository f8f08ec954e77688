"""Write one file of an export to disk: read its orders, make their rows, and count them for the second sheet."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from functions.exports.about_sheet import LABELS, about
from functions.exports.formats import csv, xls, xlsx
from functions.exports.formats.fit import fit
from functions.exports.formats.sheets import Heading, Sheet
from functions.exports.formats.widths import fit_widths, wide
from functions.exports.kinds import KINDS, ExportKind, Item
from shared.domain.exports.cells import Cell, Column, RenderContext
from shared.domain.exports.layouts import LAYOUTS, Layout, columns_of, named
from shared.domain.exports.model import ExportRequest, FileWarning, Format, Job
from shared.domain.messages.model import Message
from shared.domain.order.model import Order
from shared.store.messages import messages

FORMATS: dict[Format, Any] = {Format.XLS: xls, Format.XLSX: xlsx, Format.CSV: csv}
MAX_NAME_BYTES = 150
"""The part of a file name that the shop's name may take; file systems allow 255 bytes in all."""
RENEW_EVERY = 64
"""Orders between two renewals of the lease, which also check the time left."""
MAX_WARNINGS = 60_000
"""Warnings on the second sheet; an .xls has room for 65,536 rows."""
EMPTY = Column("", "", "text", lambda *_: None)
ONCE = {"en": " (first row only)", "zh-CN": "（仅首行）"}
"""What the heading of a column says whose values are of the whole order, in a file with several rows for an order."""
NAMES = {
    "orders": "orders",
    "lines": "order-lines",
    "shipments": "shipment-list",
    "funds": "funds",
    "customers": "customers",
    "picks": "pick-list",
}


@dataclass
class FileResult:
    """What a written file contains. `position` is where the next file begins; `ended`: this file is the last.
    `currencies` are those of the files before; `first` and `last` are ids of orders."""

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
        """Add a warning, at most one of a code for each column of an order."""
        warning = FileWarning(code, self.n, column, order_id)
        if not any(each.order_id == order_id for each in self._latest):
            self._latest.clear()
        if warning in self._latest:
            return
        self._latest.add(warning)
        if len(self.warnings) < MAX_WARNINGS:
            self.warnings.append(warning)
        else:
            self.more_warnings += 1


def layout_of(request: ExportRequest) -> Layout:
    if request.columns:
        return named(request.columns, request.language, columns_of(request.kind))
    return LAYOUTS[request.kind][request.layout]


def sheet_of(request: ExportRequest) -> Sheet:
    """The headings. Our own layouts name the time zone in the headings of times; the seller centre's layouts are copied
    exactly, and only the second sheet names the zone."""
    layout, known, kind = layout_of(request), columns_of(request.kind), KINDS[request.kind]
    headings = []
    for name, code in layout.columns:
        column, text = known.get(code, EMPTY), name
        if layout.names_zone and column.kind in ("minute", "day"):
            text += f" ({request.time_zone})"
        if kind.several_rows and column.once:
            text += ONCE[request.language]
        least = max((wide(names[request.language == "zh-CN"]) for names in column.texts), default=0)
        headings.append(Heading(text, column.kind, column.width, least))
    return Sheet(tuple(headings), kind.printed, LABELS["about"][request.language == "zh-CN"])


def write_file(
    job: Job, path: Path, renew: Callable[[int], None], out_of_time: Callable[[], bool] = lambda: False
) -> FileResult:
    """Write file `job.next_file` to `path`: as many whole orders as fit, from the end of the last file.

    `renew` is called every few orders and for every page, with the number of orders read so far. It renews the lease
    and may raise LeaseLost. The file ends early when `out_of_time()` is true.
    """
    request, kind = job.request, KINDS[job.request.kind]
    format_, sheet, result = (
        FORMATS[request.format],
        sheet_of(request),
        FileResult(job.next_file, job.position or "", frozenset(job.totals)),
    )

    def changed(_: int, column: int, why: str) -> None:
        result.warn(why, sheet.headings[column].text, result.last)

    rows = _rows(
        kind,
        _read(kind.orders(job, lambda: renew(result.orders)), renew, out_of_time, result),
        request,
        result,
        format_.MAX_ROWS,
    )
    options: dict[str, Any] = {"bom": request.bom} if request.format is Format.CSV else {}
    fitted: Iterable[Sequence[Cell]] = fit(rows, sheet.headings, changed)
    if request.format is not Format.CSV:
        sheet, fitted = fit_widths(sheet, fitted)
    format_.write(path, sheet, fitted, lambda: about(job, layout_of(request), result), **options)
    return result


def _read(
    orders: Iterable[Item], renew: Callable[[int], None], out_of_time: Callable[[], bool], result: FileResult
) -> Iterator[Item]:
    for number, item in enumerate(orders):
        if number % RENEW_EVERY == 0:
            renew(number)
            if number and out_of_time():
                result.ended = False
                return
        yield item


def _rows(
    kind: ExportKind,
    orders: Iterable[Item],
    request: ExportRequest,
    result: FileResult,
    max_rows: int,
) -> Iterator[list[Cell]]:
    context = RenderContext(ZoneInfo(request.time_zone), request.language, request.masked, _unread)
    known = columns_of(request.kind)
    columns = [known.get(code, EMPTY) for _, code in layout_of(request).columns]
    order_values = [EMPTY.value if column.of_line else column.value for column in columns]
    line_values = [(index, column.value) for index, column in enumerate(columns) if column.of_line]
    once = [index for index, column in enumerate(columns) if kind.several_rows and column.once]
    totals = result.totals
    for position, order in orders:
        lines = kind.lines(order)
        if result.orders and result.rows + len(lines) > max_rows:
            result.ended = False
            break
        result.last, result.position = kind.name(order), position
        result.first = result.first or result.last
        result.orders += 1
        result.rows += len(lines)
        for currency, minor in kind.amounts(order):
            totals[currency] = totals.get(currency, 0) + minor
        cells = [value(order, None, context) for value in order_values]  # once for all lines
        for number, line in enumerate(lines):
            row = cells.copy()
            for index, value in line_values:
                row[index] = value(order, line, context)
            if number:
                for index in once:
                    row[index] = None
            yield row
    if len(result.currencies) <= 1 < len(result.currencies | totals.keys()) and _lacks_currency(request):
        result.warn("several_currencies")


def _unread(order: Order) -> Iterator[Message]:
    """One query of the order's messages, page by page as they are needed."""
    return messages.unread(order.store_id, order.order_id, by_seller=True)


def _lacks_currency(request: ExportRequest) -> bool:
    codes = [code for _, code in layout_of(request).columns if code]
    known = columns_of(request.kind)
    return "currency" not in codes and any(known[code].kind == "money" for code in codes)


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_name(store_name: str, request: ExportRequest, n: int) -> str:
    """The name of the downloaded file: shop, kind, first and last day, number."""
    plain = "".join(char if char.isalnum() or char in "-. " else "_" for char in store_name)
    shop = plain.encode()[:MAX_NAME_BYTES].decode(errors="ignore").strip(" .")
    days = [shop or "store", NAMES[request.kind]]
    if request.since.year > 1970:  # some kinds have no window
        zone = ZoneInfo(request.time_zone)
        last = (request.until - timedelta(microseconds=1)).astimezone(zone)
        days += [f"{request.since.astimezone(zone):%Y-%m-%d}", f"{last:%Y-%m-%d}"]
    return "_".join([*days, str(n)]) + f".{request.format}"
