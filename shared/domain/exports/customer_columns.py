"""The columns that a file of customers can have, as a table: a new column is one row.

A row is a customer and one currency in which the customer has spent, so that the amount is a number. A customer who has
spent nothing has one row without a currency. The other columns are repeated in each row of the customer.
"""

from __future__ import annotations

from typing import Any

from shared.domain.countries import country_name
from shared.domain.customers.model import Customer
from shared.domain.exports.cells import Cell, Column, RenderContext, Value, amount, field_of, label_of, local_time_of
from shared.domain.labels import label
from shared.domain.order.recipients import masked

Spent = tuple[str, int] | None
"""A currency, and an amount in its minor units."""


def spent(customer: Customer) -> tuple[Spent, ...]:
    """What the customer has spent, one item for each row of the file."""
    return tuple(customer.spend.items()) or (None,)


def _count(name: str) -> Value:
    return lambda customer, _, __: customer.counts.get(name, 0)


def _rate(name: str) -> Value:
    return lambda customer, _, __: customer.rate(name)


def _yes(name: str) -> Value:
    def value(customer: Customer, _: Any, context: RenderContext) -> Cell:
        return label("answer", "yes" if getattr(customer, name) else "no", context.language)

    return value


def _name(customer: Customer, _: Any, context: RenderContext) -> Cell:
    return masked({"name": customer.name})["name"] if context.mask and customer.name else customer.name


COLUMNS: dict[str, Column] = {
    "buyer_id": Column("Buyer id", "买家编号", "text", field_of("buyer_id")),
    "name": Column("Buyer", "买家名称", "text", _name),
    "country": Column(
        "Country", "国家", "text", lambda buyer, _, context: country_name(buyer.country, context.language)
    ),
    "country_code": Column("Country code", "国家代码", "text", field_of("country")),
    "orders": Column("Orders", "订单数", "number", _count("orders")),
    "paid_orders": Column("Paid orders", "已付款订单数", "number", _count("paid")),
    "refunded_orders": Column("Refunded orders", "退款订单数", "number", _count("refunded")),
    "disputed_orders": Column("Disputed orders", "纠纷订单数", "number", _count("disputed")),
    "cancelled_orders": Column("Cancelled orders", "取消订单数", "number", _count("cancelled")),
    "closed_unpaid_orders": Column("Closed unpaid", "未付款关闭订单数", "number", _count("closed_unpaid")),
    "currency": Column("Currency", "币种", "text", lambda _, part, __: part and part[0], of_line=True),
    "spend": Column("Spent", "消费金额", "money", lambda _, part, __: part and amount(part[1], part[0]), of_line=True),
    "refund_rate": Column("Refund rate", "退款率", "share", _rate("refunded")),
    "dispute_rate": Column("Dispute rate", "纠纷率", "share", _rate("disputed")),
    "first_order_at": Column("First order at", "首次下单时间", "minute", local_time_of("first_at")),
    "last_order_at": Column("Last order at", "最近下单时间", "minute", local_time_of("last_at")),
    "frequency": Column("How often, code", "购买频次代码", "text", field_of("frequency")),
    "frequency_label": Column("How often", "购买频次", "text", label_of("frequency")),
    "amount": Column("How much, code", "消费水平代码", "text", field_of("amount")),
    "amount_label": Column("How much", "消费水平", "text", label_of("amount")),
    "tags": Column("Tags", "标签", "text", lambda buyer, _, __: ", ".join(buyer.tags) or None),
    "note": Column("Note", "卖家备注", "text", field_of("note")),
    "blocked": Column("Blocked", "已拉黑", "text", _yes("blocked")),
    "reminder_opt_out": Column("Wants no reminders", "不接受提醒", "text", _yes("reminder_opt_out")),
}
"""The columns by code. A code is the name of the same field in the API, and is never renamed."""
