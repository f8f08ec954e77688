"""The second sheet, "About this file": what is in it, of when, by whose clock, and what could not be held as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from functions.exports.formats.sheets import Cell
from shared.domain.exports.layouts import Layout
from shared.domain.exports.model import WINDOWLESS, Job, Kind
from shared.domain.labels import STATUSES
from shared.domain.money import CURRENCY_DIGITS

if TYPE_CHECKING:
    from functions.exports.file_writer import FileResult

LABELS: dict[str, tuple[str, str]] = {
    "store": ("Store", "店铺"),
    "kind": ("Kind", "类型"),
    "orders": ("Orders", "订单"),
    "lines": ("Order lines", "订单明细"),
    "shipments": ("Shipment list", "发货单"),
    "funds": ("Funds", "资金明细"),
    "customers": ("Customers", "客户"),
    "from": ("Placed from", "下单时间从"),
    "to": ("Placed before (not included)", "下单时间到（不含）"),
    "zone": ("Time zone of all times", "所有时间的时区"),
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
    "yes": ("yes", "是"),
    "no": ("no", "否"),
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
class Words:
    """Which labels a kind is told about with, where kinds differ."""

    masked: str
    here: str
    before: str
    first: str
    last: str
    total: str


OF_ORDERS = Words("recipients", "orders_here", "orders_before", "first", "last_order", "total")
WORDS = {
    Kind.CUSTOMERS: Words("names", "customers_here", "customers_before", "first_customer", "last_customer", "spent")
}


def about(job: Job, layout: Layout, written: FileResult) -> Sequence[tuple[str, Cell]]:
    """Names and values, top to bottom, in the file's own language."""
    request, zone = job.request, ZoneInfo(job.request.time_zone)
    chinese = request.language == "zh-CN"

    def said(code: str) -> str:
        return LABELS[code][chinese]

    told: list[tuple[str, Cell]] = [
        (said("store"), job.store_id),
        (said("kind"), said(request.kind)),
        (said("export"), job.export_id),
        (said("asked"), job.requested_at.astimezone(zone).isoformat(timespec="seconds")),
    ]
    if request.kind not in WINDOWLESS:
        told += [
            (said("from"), request.since.astimezone(zone).isoformat()),
            (said("to"), request.until.astimezone(zone).isoformat()),
        ]
    words = WORDS.get(request.kind, OF_ORDERS)
    told.append((said("zone"), request.time_zone))
    if request.kind is not Kind.CUSTOMERS:
        statuses = ", ".join(STATUSES[status][chinese] for status in request.statuses)
        told.append((said("statuses"), statuses or said("every")))
    told += [
        (said(words.masked), said("masked" if request.masked else "full")),
        (said("file"), written.n),
        (said("last"), said("yes" if written.ended else "no")),
        (said(words.here), written.orders),
        (said("rows_here"), written.rows),
        (said(words.before), job.orders),
    ]
    if written.orders:
        told += [(said(words.first), written.first), (said(words.last), written.last)]
    for currency, minor in sorted(written.totals.items()):
        told.append((f"{said(words.total)} ({currency})", minor / 10 ** CURRENCY_DIGITS[currency]))
    if layout.unknown:
        told.append((said("unknown"), ", ".join(layout.unknown)))
    for warned in written.warnings:
        told.append((said(warned.code), ": ".join(part for part in (warned.order_id, warned.column) if part)))
    if written.more_warnings:
        told.append((said("more"), written.more_warnings))
    return told
