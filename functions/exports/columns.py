"""The columns of exports, as data: a new column is one row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.domain.labels import STATUSES
from shared.domain.money import CURRENCY_DIGITS
from shared.domain.orders import Line, Order, Status

Cell = str | int | float | datetime | None
FINISHED = "订单结束"
"""The seller centre's own files call FINISH this, its pages 已结束."""


@dataclass(frozen=True, slots=True)
class Column:
    """`kind` is text, money, minute (a date and time) or day; `value` is given the order and the store's zone."""

    heading: str
    kind: str
    value: Callable[[Order, ZoneInfo], Cell]


def _status(order: Order, _: ZoneInfo) -> Cell:
    return FINISHED if order.status is Status.FINISH else STATUSES[order.status][1]


def _money(minor: int, order: Order) -> float:
    """A spreadsheet's number is a float: exact to the cent up to 2**53 minor units, far above MAX_MINOR."""
    return float(minor / 10 ** CURRENCY_DIGITS[order.currency])


def _local(at: datetime | None, zone: ZoneInfo) -> datetime | None:
    return at.astimezone(zone).replace(tzinfo=None) if at else None


def _recipient(name: str) -> Callable[[Order, ZoneInfo], Cell]:
    return lambda order, _: order.recipient.get(name)


def _address(order: Order, _: ZoneInfo) -> Cell:
    parts = [order.recipient.get(name) for name in ("street", "city", "state", "zip", "country")]
    return ", ".join(part for part in parts if part)


def product_cell(order: Order, _: ZoneInfo) -> Cell:
    """All products in one cell, in the marketplace's own grammar (marketplace.md 5.2)."""
    return "\n".join(_product(number, line) for number, line in enumerate(order.lines, 1))


def _product(number: int, line: Line) -> str:
    attributes = "、".join(f"{name}:{value}" for name, value in (line.attributes or {}).items())
    told = [f"【{number}】 {line.title or line.product_id}", f"(产品属性: {attributes})"]
    if line.sku:
        told.append(f"(商家编码:{line.sku})")
    return "\n".join([*told, f"(产品数量:{line.quantity} piece)"])


def _shipments(order: Order, _: ZoneInfo) -> Cell:
    return "\n".join(f"{parcel.carrier}:{parcel.tracking_no}" for parcel in order.parcels)


def _ship_by(order: Order, zone: ZoneInfo) -> Cell:
    timer = order.timer("shipment")
    return _local(timer.due_at if timer else None, zone)


LAYOUT_2016: tuple[Column, ...] = (
    Column("订单号", "text", lambda order, _: order.order_id),
    Column("订单状态", "text", _status),
    Column("负责人(业务员)", "text", lambda order, _: order.assignee),
    Column("买家名称", "text", lambda order, _: order.buyer.name or order.buyer.id),
    Column("下单时间", "minute", lambda order, zone: _local(order.placed_at, zone)),
    Column("付款时间", "minute", lambda order, zone: _local(order.paid_at, zone)),
    Column("产品总金额", "money", lambda order, _: _money(order.amounts.lines, order)),
    Column("物流费用", "money", lambda order, _: _money(order.amounts.shipping, order)),
    Column("订单金额", "money", lambda order, _: _money(order.amounts.total, order)),
    Column("满立减", "money", lambda order, _: _money(order.amounts.discount, order)),
    Column("产品信息\n（双击单元格展开所有产品信息！）", "text", product_cell),
    Column("订单备注", "text", lambda order, _: order.memo),
    Column("收货地址", "text", _address),
    Column("收货人名称", "text", _recipient("name")),
    Column("收货国家", "text", _recipient("country")),
    Column("州/省", "text", _recipient("state")),
    Column("城市", "text", _recipient("city")),
    Column("地址", "text", _recipient("street")),
    Column("邮编", "text", _recipient("zip")),
    Column("联系电话", "text", _recipient("phone")),
    Column("手机", "text", _recipient("mobile")),
    Column("买家选择物流", "text", lambda order, _: order.chosen_service),
    Column("发货期限", "day", _ship_by),
    Column("实际发货物流:运单号", "text", _shipments),
    Column("发货时间", "day", lambda order, zone: _local(order.shipped_at, zone)),
    Column("确认收货时间", "minute", lambda order, zone: _local(order.received_at, zone)),
)
"""The seller centre's own 26 columns of 2016 to 2019, to the letter: the tools that read those files read ours."""
