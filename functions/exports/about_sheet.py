"""The second sheet, "About this file": window, time zone, filter, counts, totals and warnings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from shared.domain.exports.about import SHEET, ZONE
from shared.domain.exports.cells import Cell, amount
from shared.domain.exports.layouts import Layout
from shared.domain.exports.model import WINDOWLESS, Job, Kind
from shared.domain.labels import label as code_label

if TYPE_CHECKING:
    from functions.exports.file_writer import FileResult

LABELS: dict[str, tuple[str, str]] = {
    "about": SHEET,
    "store": ("Store", "店铺"),
    "kind": ("Kind", "类型"),
    "from": ("Placed from", "下单时间从"),
    "to": ("Placed before (not included)", "下单时间到（不含）"),
    "zone": ZONE,
    "statuses": ("Statuses", "订单状态"),
    "every": ("all", "全部"),
    "recipients": ("Recipients", "收货人信息"),
    "names": ("Names", "姓名"),
    "full": ("in full", "完整"),
    "masked": ("masked", "已脱敏"),
    "export": ("Export", "导出编号"),
    "asked": ("Asked for at", "导出时间"),
    "file": ("File", "文件"),
    "last": ("Is this the last file?", "是否为最后一个文件"),
    "orders_here": ("Orders in this file", "本文件订单数"),
    "rows_here": ("Rows in this file", "本文件行数"),
    "orders_before": ("Orders in the files before", "之前文件的订单数"),
    "first": ("First order", "第一个订单"),
    "last_order": ("Last order", "最后一个订单"),
    "total": ("Order total", "订单金额合计"),
    "customers_here": ("Customers in this file", "本文件客户数"),
    "customers_before": ("Customers in the files before", "之前文件的客户数"),
    "first_customer": ("First customer", "第一个客户"),
    "last_customer": ("Last customer", "最后一个客户"),
    "spent": ("Spent", "消费金额合计"),
    "products_here": ("Products in this file", "本文件商品数"),
    "products_before": ("Products in the files before", "之前文件的商品数"),
    "first_product": ("First product", "第一个商品"),
    "last_product": ("Last product", "最后一个商品"),
    "unknown": ("Columns that are empty because Orderkeep does not know them", "系统没有数据、留空的列"),
    "cleaned": ("Characters that no cell can hold were replaced", "已替换单元格无法保存的字符"),
    "shortened": ("Text was cut at 32,767 characters", "文本超过 32,767 个字符，已截断"),
    "several_currencies": (
        "Amounts are in several currencies, and no column says in which",
        "金额包含多个币种，且没有币种列",
    ),
    "more": ("More such warnings", "更多同类提示"),
}


@dataclass(frozen=True, slots=True)
class KindLabels:
    """The labels that differ between kinds of export; `masked` is empty if no cell is of a person."""

    masked: str
    here: str
    before: str
    first: str
    last: str
    total: str


OF_ORDERS = KindLabels("recipients", "orders_here", "orders_before", "first", "last_order", "total")
OF_CUSTOMERS = KindLabels("names", "customers_here", "customers_before", "first_customer", "last_customer", "spent")
OF_PICKS = KindLabels("", "products_here", "products_before", "first_product", "last_product", "total")
LABELS_OF = {Kind.CUSTOMERS: OF_CUSTOMERS, Kind.PICKS: OF_PICKS}


def about(job: Job, layout: Layout, result: FileResult) -> Sequence[tuple[str, Cell]]:
    """Names and values, from top to bottom, in the language of the file."""
    request, zone = job.request, ZoneInfo(job.request.time_zone)
    chinese = request.language == "zh-CN"

    def label(code: str) -> str:
        return LABELS[code][chinese]

    rows: list[tuple[str, Cell]] = [
        (label("store"), job.store_id),
        (label("kind"), code_label("export_kind", request.kind, request.language)),
        (label("export"), job.export_id),
        (label("asked"), job.requested_at.astimezone(zone).isoformat(timespec="seconds")),
    ]
    if request.kind not in WINDOWLESS:
        rows += [
            (label("from"), request.since.astimezone(zone).isoformat()),
            (label("to"), request.until.astimezone(zone).isoformat()),
        ]
    labels = LABELS_OF.get(request.kind, OF_ORDERS)
    rows.append((label("zone"), request.time_zone))
    if labels is OF_ORDERS:
        statuses = ", ".join(code_label("status", status, request.language) for status in request.statuses)
        rows.append((label("statuses"), statuses or label("every")))
    if labels.masked:
        rows.append((label(labels.masked), label("masked" if request.masked else "full")))
    rows += [
        (label("file"), result.n),
        (label("last"), code_label("answer", "yes" if result.ended else "no", request.language)),
        (label(labels.here), result.orders),
        (label("rows_here"), result.rows),
        (label(labels.before), job.orders),
    ]
    if result.orders:
        rows += [(label(labels.first), result.first), (label(labels.last), result.last)]
    for currency, minor in sorted(result.totals.items()):
        rows.append((f"{label(labels.total)} ({currency})", amount(minor, currency)))
    if layout.unknown:
        rows.append((label("unknown"), ", ".join(layout.unknown)))
    for warning in result.warnings:
        rows.append((label(warning.code), ": ".join(part for part in (warning.order_id, warning.column) if part)))
    if result.more_warnings:
        rows.append((label("more"), result.more_warnings))
    return rows
