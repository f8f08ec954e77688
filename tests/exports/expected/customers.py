"""The expected cells of a customer's rows, from the API's answers alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.exports.expected.cells import COUNTRIES, FIRST_ROW_ONLY, CellValue, Share, in_zone, joined
from tests.exports.expected.orders import Expected

FREQUENCIES = {
    "never": ("Never paid", "未付款"),
    "once": ("Once", "一次"),
    "repeat": ("Repeatedly", "多次"),
    "frequent": ("Often", "经常"),
}
AMOUNTS = {"small": ("Small", "低"), "middle": ("Middle", "中"), "large": ("Large", "高")}


@dataclass
class Buyer:
    """What a row of a file of customers is about: one as the API shows them, and an amount spent or None."""

    customer: dict[str, Any]
    spent: dict[str, str] | None
    zone: str
    chinese: bool
    masked: bool
    first: bool

    def time(self, at: str | None) -> datetime | None:
        return in_zone(at, self.zone)

    @property
    def name(self) -> str:
        return str(self.customer["buyer_id"])

    @property
    def adds(self) -> list[dict[str, str]]:
        return list(self.customer["spend"])

    @property
    def shown_name(self) -> str | None:
        name = self.customer.get("name")
        return f"{name[0]}***" if name and self.masked else name


def _of_buyer(name: str) -> Callable[[Buyer], CellValue]:
    return lambda row: row.customer[name]


def _share(name: str) -> Callable[[Buyer], CellValue]:
    return lambda row: None if row.customer[name] is None else Share(repr(row.customer[name]))


def _yes(name: str) -> Callable[[Buyer], CellValue]:
    return lambda row: (("no", "yes"), ("否", "是"))[row.chinese][row.customer[name]]


BUYER_TELLERS: dict[str, Callable[[Buyer], CellValue]] = {
    "Buyer id|买家编号": _of_buyer("buyer_id"),
    "Buyer|买家名称": lambda row: row.shown_name,
    "Country|国家": lambda row: COUNTRIES[row.customer["country"]][row.chinese],
    "Country code|国家代码": _of_buyer("country"),
    "Orders|订单数": _of_buyer("orders"),
    "Paid orders|已付款订单数": _of_buyer("paid_orders"),
    "Refunded orders|退款订单数": _of_buyer("refunded_orders"),
    "Disputed orders|纠纷订单数": _of_buyer("disputed_orders"),
    "Cancelled orders|取消订单数": _of_buyer("cancelled_orders"),
    "Closed unpaid|未付款关闭订单数": _of_buyer("closed_unpaid_orders"),
    "Currency|币种": lambda row: row.spent and row.spent["currency"],
    "Spent|消费金额": lambda row: row.spent and Decimal(row.spent["amount"]),
    "Refund rate|退款率": _share("refund_rate"),
    "Dispute rate|纠纷率": _share("dispute_rate"),
    "First order at|首次下单时间": lambda row: row.time(row.customer["first_order_at"]),
    "Last order at|最近下单时间": lambda row: row.time(row.customer["last_order_at"]),
    "How often, code|购买频次代码": _of_buyer("frequency"),
    "How often|购买频次": lambda row: FREQUENCIES[row.customer["frequency"]][row.chinese],
    "How much, code|消费水平代码": _of_buyer("amount"),
    "How much|消费水平": lambda row: AMOUNTS[row.customer["amount"]][row.chinese],
    "Tags|标签": lambda row: joined(row.customer["tags"], ", "),
    "Note|卖家备注": _of_buyer("note"),
    "Blocked|已拉黑": _yes("blocked"),
    "Wants no reminders|不接受提醒": _yes("reminder_opt_out"),
}
BUYER_BY_HEADING = {heading: rule for headings, rule in BUYER_TELLERS.items() for heading in headings.split("|")}


@dataclass
class ExpectedBuyers:
    """What a file of customers must say; `Expected` is the same for orders. By id, as UTF-8 sorts."""

    customers: list[dict[str, Any]]
    zone: str
    chinese: bool
    masked: bool = False
    rows: list[Buyer] = field(init=False)

    def __post_init__(self) -> None:
        self.rows = [
            Buyer(each, spent, self.zone, self.chinese, self.masked, place == 0)
            for each in sorted(self.customers, key=lambda each: str(each["buyer_id"]).encode())
            for place, spent in enumerate(each["spend"] or [None])
        ]

    def rule(self, heading: str) -> Any:
        return BUYER_BY_HEADING[FIRST_ROW_ONLY.sub("", heading).removesuffix(f" ({self.zone})")]

    cells = Expected.cells
