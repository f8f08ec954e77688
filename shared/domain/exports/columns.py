"""The columns that a file of orders can have, as a table: a new column is one row. The columns of customers are in
customer_columns.py. layouts.py combines columns to layouts.

The value of a cell is computed from an order, one of its lines (None if a row is a whole order), and the RenderContext.
Amounts become numbers, times become local date and time, ids stay text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from shared.domain.carriers import carrier_name
from shared.domain.countries import country_name, iso_country
from shared.domain.exports.cells import Cell, Column, RenderContext, Value, amount, field_of, label_of, local_time_of
from shared.domain.labels import LABELS, Label, label
from shared.domain.messages.cell import hidden, spelled
from shared.domain.money import Money
from shared.domain.order.funds import ledger
from shared.domain.order.model import Order

ATTRIBUTES = ("(Attributes: {})", "(产品属性: {})")
SKU = ("(SKU: {})\n", "(商家编码:{})\n")
QUANTITY = ("(Quantity: {} piece)", "(产品数量:{} piece)")
HIDDEN = "***"


def _amount(name: str) -> Value:
    return lambda order, _, __: amount(getattr(order.amounts, name), order.currency)


def _line(name: str) -> Value:
    return lambda _, line, __: getattr(line, name)


def _recipient(name: str) -> Value:
    return lambda order, _, context: context.recipient(order).get(name)


def _texts(kind: str) -> list[Label]:
    """All texts of a column of labels."""
    return list(LABELS[kind].values())


def _codes(kind: str) -> list[Label]:
    """All texts of a column of codes, in both languages."""
    return [(code, code) for code in LABELS[kind]]


def _joined(values: Iterable[str | None], separator: str = "\n") -> str | None:
    return separator.join(filter(None, values)) or None


def _address(order: Order, _: Any, context: RenderContext) -> Cell:
    get = context.recipient(order).get
    return _joined((get("street"), get("city"), get("state"), get("zip"), country_name(get("country"), "en")), ", ")


def _ship_to(order: Order, line: Any, context: RenderContext) -> Cell:
    """Name, address and phone numbers, one per line of text, as on a shipping label."""
    get = context.recipient(order).get
    phones = _joined((get("phone"), get("mobile")), " / ")
    return _joined((get("name"), _address(order, line, context), phones))  # type: ignore[arg-type]


def _products(order: Order, _: Any, context: RenderContext) -> Cell:
    """All products in one cell, in the format of the seller centre's own files."""
    attributes, sku, quantity = (each[context.language == "zh-CN"] for each in (ATTRIBUTES, SKU, QUANTITY))
    products = [
        f"【{number}】 {line.title or line.product_id}\n{attributes.format(spell_attributes(line.attributes))}\n"
        f"{sku.format(line.sku) if line.sku else ''}{quantity.format(line.quantity)}"
        for number, line in enumerate(order.lines, 1)
    ]
    return "\n".join(products)


def spell_attributes(attributes: Mapping[str, str] | None) -> str:
    return "、".join([f"{name}:{value}" for name, value in attributes.items()]) if attributes else ""


def _due(kind: str) -> Value:
    def value(order: Order, _: Any, context: RenderContext) -> Cell:
        timer = order.timer(kind)
        return context.local(timer.due_at) if timer else None

    return value


def _deadlines(order: Order, _: Any, context: RenderContext) -> Cell:
    """Each timer, running or held, with its time in the file's zone and the offset of that time."""
    return _joined(
        f"{label('timer', timer.kind, context.language)}: "
        f"{timer.due_at.astimezone(context.zone).isoformat(' ', 'seconds')}"
        for timer in order.timers
    )


def _funds(minor: Callable[[Order], int | None]) -> Value:
    def value(order: Order, _: Any, __: Any) -> Cell:
        funds = minor(order)
        return None if funds is None else amount(funds, order.currency)

    return value


def _difference(order: Order) -> int | None:
    released, expected = order.amounts.released, ledger.expected_release(order)
    return None if released is None or expected is None else released - expected


def _coupons(order: Order) -> int:
    return sum(refund.coupon for refund in order.refunds if refund.paid_at)


def _cash(order: Order) -> int:
    return order.amounts.refunded - _coupons(order)


def _claimed(order: Order) -> int | None:
    return order.dispute.claim if order.dispute else None


def _refunds(order: Order, _: Any, context: RenderContext) -> Cell:
    return _joined(
        f"{label('refund_source', refund.source, context.language)}: "
        f"{Money(refund.amount, order.currency)} {order.currency}, "
        f"{label('refund_state', refund.state, context.language)}"
        for refund in order.refunds
    )


def _dispute(name: str, labels: str | None = None) -> Value:
    """A field of the latest dispute; its label where `labels` names the kind of code."""

    def value(order: Order, _: Any, context: RenderContext) -> Cell:
        cell = getattr(order.dispute, name) if order.dispute else None
        if labels and cell:
            return label(labels, cell, context.language)
        return context.local(cell) if isinstance(cell, datetime) else cell

    return value


def _hold(order: Order, _: Any, context: RenderContext) -> Cell:
    held = "frozen" if order.frozen else "dispute" if order.disputed else None
    return held and label("hold", held, context.language)


def _labels(kind: str, codes: Callable[[Order], Iterable[str | None]], separator: str = "\n") -> Value:
    """The labels of codes in the language of the file."""
    return lambda order, _, context: _joined(
        (label(kind, code, context.language) for code in codes(order) if code), separator
    )


def _shipped_with(order: Order, _: Any, context: RenderContext) -> Cell:
    """Each parcel's carrier by its name, and its number."""
    return _joined(f"{carrier_name(p.carrier, context.language)}: {p.tracking_no}" for p in order.parcels)


def _unread_messages(order: Order, _: Any, context: RenderContext) -> Cell:
    if not order.unread_messages:
        return None
    return hidden(order.unread_messages) if context.mask else spelled(context.unread(order), order.unread_messages)


def _line_count(name: str) -> Value:
    return lambda order, line, context: getattr(context.progress(order, line.line_id), name)


COLUMNS: dict[str, Column] = {
    # the order
    "order_id": Column("Order no.", "订单号", "text", field_of("order_id")),
    "status": Column("Status", "订单状态", "text", label_of("status"), texts=_texts("status")),
    "status_code": Column("Status code", "状态代码", "text", field_of("status"), texts=_codes("status")),
    "fund_state": Column("Funds code", "资金状态代码", "text", field_of("fund_state"), texts=_codes("fund_state")),
    "fund_state_label": Column("Funds", "资金状态", "text", label_of("fund_state"), texts=_texts("fund_state")),
    "outcome": Column("Outcome code", "结果代码", "text", field_of("outcome"), texts=_codes("outcome")),
    "outcome_label": Column("Outcome", "结果", "text", label_of("outcome"), texts=_texts("outcome")),
    "end_reason": Column("End reason code", "结束原因代码", "text", field_of("end_reason"), texts=_codes("end_reason")),
    "end_reason_label": Column("End reason", "结束原因", "text", label_of("end_reason"), texts=_texts("end_reason")),
    "overlays": Column("Flag codes", "标记代码", "text", lambda order, _, __: _joined(order.overlays, ", ")),
    "overlays_label": Column("Flags", "标记", "text", _labels("overlay", lambda order: order.overlays, ", ")),
    "violations": Column(
        "Violation codes", "违规代码", "text", lambda order, _, __: _joined(v.kind for v in order.violations)
    ),
    "violations_label": Column(
        "Violations", "违规", "text", _labels("violation", lambda order: [each.kind for each in order.violations])
    ),
    "assignee": Column("Assignee", "负责人", "text", field_of("assignee")),
    "note": Column("Note", "卖家备注", "text", field_of("note"), 24),
    "tags": Column("Tags", "标签", "text", lambda order, _, __: _joined(order.tags, ", ")),
    "memo": Column("Buyer's memo", "订单备注", "text", field_of("memo"), 24),
    "unread_messages": Column("Unread messages", "未读留言", "text", _unread_messages, 48, first_row=True),
    # the buyer
    "buyer": Column("Buyer", "买家名称", "text", lambda order, _, __: order.buyer.name or order.buyer.id),
    "buyer_id": Column("Buyer id", "买家编号", "text", lambda order, _, __: order.buyer.id),
    "buyer_email": Column(
        "Buyer's email",
        "买家邮箱",
        "text",
        lambda order, _, context: HIDDEN if context.mask and order.buyer.email else order.buyer.email,
    ),
    # times
    "placed_at": Column("Placed at", "下单时间", "minute", local_time_of("placed_at")),
    "paid_at": Column("Paid at", "付款时间", "minute", local_time_of("paid_at")),
    "ship_by": Column("Ship by", "发货期限", "minute", _due("shipment")),
    "deadlines": Column("Deadlines", "截止时间", "text", _deadlines, 60),
    "shipped_at": Column("Shipped at", "发货时间", "minute", local_time_of("shipped_at")),
    "received_at": Column("Received at", "确认收货时间", "minute", local_time_of("received_at")),
    "finished_at": Column("Finished at", "订单结束时间", "minute", local_time_of("finished_at")),
    # money
    "currency": Column("Currency", "币种", "text", field_of("currency")),
    "lines_amount": Column("Products", "产品总金额", "money", _amount("lines")),
    "shipping": Column("Shipping", "物流费用", "money", _amount("shipping")),
    "discount": Column("Discount", "满立减", "money", _amount("discount")),
    "tax": Column("Tax", "预计增值税", "money", _amount("tax")),
    "adjustment": Column("Adjustment", "改价", "money", _amount("adjustment")),
    "total": Column("Order total", "订单金额", "money", _amount("total")),
    "received": Column("Buyer paid", "买家实付金额", "money", _amount("received")),
    "refunded": Column("Refunded", "已退款", "money", _amount("refunded")),
    "commission": Column("Commission", "平台佣金", "money", _amount("commission")),
    "affiliate_fee": Column("Affiliate fee", "联盟佣金", "money", _amount("affiliate_fee")),
    "tax_withheld": Column("Tax withheld", "代扣税费", "money", _amount("tax_withheld")),
    "released": Column("Released", "放款金额", "money", _amount("released")),
    "expected_release": Column("Expected release", "预计放款", "money", _funds(ledger.expected_release)),
    "release_difference": Column("Released less expected", "放款差额", "money", _funds(_difference)),
    "release_due": Column("Release due", "预计放款时间", "minute", _due("release")),
    "held": Column("Held by the platform", "平台待结金额", "money", _funds(lambda order: order.amounts.held)),
    "unexplained": Column("Unexplained", "差异金额", "money", _funds(ledger.unexplained)),
    # refunds and disputes
    "promised": Column("Refunds to be paid", "待退款金额", "money", _funds(lambda order: order.promised)),
    "refunded_cash": Column("Refunded in cash", "现金退款", "money", _funds(_cash)),
    "refunded_coupons": Column("Refunded in coupons", "优惠券退款", "money", _funds(_coupons)),
    "refunds": Column("Refunds", "退款记录", "text", _refunds, 48),
    "disputes": Column("Disputes", "纠纷次数", "number", lambda order, _, __: len(order.disputes)),
    "dispute_stage": Column("Dispute stage code", "纠纷阶段代码", "text", _dispute("stage"), texts=_codes("stage")),
    "dispute_stage_label": Column(
        "Dispute stage", "纠纷阶段", "text", _dispute("stage", "stage"), texts=_texts("stage")
    ),
    "dispute_kind": Column("Dispute kind code", "纠纷类型代码", "text", _dispute("kind"), texts=_codes("dispute_kind")),
    "dispute_kind_label": Column(
        "Dispute over", "纠纷类型", "text", _dispute("kind", "dispute_kind"), texts=_texts("dispute_kind")
    ),
    "dispute_claim": Column("Claimed", "纠纷申请金额", "money", _funds(_claimed)),
    "dispute_result": Column(
        "Dispute result code", "纠纷结果代码", "text", _dispute("result"), texts=_codes("dispute_result")
    ),
    "dispute_result_label": Column(
        "Dispute result", "纠纷结果", "text", _dispute("result", "dispute_result"), texts=_texts("dispute_result")
    ),
    "dispute_opened_at": Column("Dispute opened at", "纠纷发起时间", "minute", _dispute("opened_at")),
    "dispute_ended_at": Column("Dispute ended at", "纠纷结束时间", "minute", _dispute("ended_at")),
    # what was bought
    "products": Column("Products in detail", "产品信息", "text", _products),
    "pieces": Column("Pieces", "产品数量", "number", lambda order, _, __: sum(line.quantity for line in order.lines)),
    "product_ids": Column(
        "Product ids", "全部商品ID", "text", lambda o, _, __: _joined(line.product_id for line in o.lines)
    ),
    "skus": Column("SKUs", "商品编码", "text", lambda order, _, __: _joined(line.sku for line in order.lines)),
    # where it goes
    "address": Column("Address", "收货地址", "text", _address),
    "ship_to": Column("Ship to", "收货信息", "text", _ship_to, 38),
    "recipient_name": Column("Recipient", "收货人名称", "text", _recipient("name")),
    "country": Column(
        "Country",
        "收货国家",
        "text",
        lambda order, _, context: country_name(order.recipient.get("country"), context.language),
    ),
    "country_code": Column(
        "Country code",
        "国家代码",
        "text",
        lambda order, _, __: iso_country(order.recipient.get("country", "")) or None,
    ),
    "state": Column("State", "州/省", "text", _recipient("state")),
    "city": Column("City", "城市", "text", _recipient("city")),
    "street": Column("Street", "地址", "text", _recipient("street")),
    "zip": Column("Postcode", "邮编", "text", _recipient("zip")),
    "phone": Column("Phone", "联系电话", "text", _recipient("phone")),
    "mobile": Column("Mobile", "手机", "text", _recipient("mobile")),
    "tax_id": Column("Tax id", "税号", "text", _recipient("tax_id")),
    # how it goes
    "chosen_service": Column(
        "Chosen service",
        "买家选择物流",
        "text",
        lambda order, _, context: carrier_name(order.chosen_service, context.language),
        30,
    ),
    "shipments": Column(
        "Carrier:tracking no.",
        "实际发货物流:运单号",
        "text",
        lambda order, _, __: _joined(f"{parcel.carrier}:{parcel.tracking_no}" for parcel in order.parcels),
        48,
    ),
    "shipped_with": Column("Shipped with", "实际发货物流", "text", _shipped_with, 48),
    "tracking_nos": Column(
        "Tracking nos.", "运单号", "text", lambda order, _, __: _joined(p.tracking_no for p in order.parcels)
    ),
    "delivered_at": Column(
        "Last delivered at",
        "妥投时间",
        "minute",
        lambda order, _, context: context.local(
            max((p.delivered_at for p in order.parcels if p.delivered_at), default=None)
        ),
    ),
    "hold": Column("Hold", "提醒", "text", _hold, 10),
    "remarks": Column("Remarks", "备注", "text", lambda order, _, __: _joined((order.memo, order.note)), 22),
    # one line
    "line_id": Column("Line", "子订单号", "text", _line("line_id"), of_line=True),
    "product_id": Column("Product id", "商品ID", "text", _line("product_id"), of_line=True),
    "sku": Column("SKU", "商家编码", "text", _line("sku"), 24, of_line=True),
    "title": Column("Title", "商品名称", "text", _line("title"), of_line=True),
    "attributes": Column(
        "Attributes",
        "产品属性",
        "text",
        lambda _, line, __: spell_attributes(line.attributes) or None,
        24,
        of_line=True,
    ),
    "item": Column(
        "Item",
        "商品",
        "text",
        lambda _, line, __: _joined((line.title, spell_attributes(line.attributes))),
        32,
        of_line=True,
    ),
    "quantity": Column("Quantity", "数量", "number", _line("quantity"), of_line=True),
    "unit_price": Column(
        "Unit price", "单价", "money", lambda order, line, _: amount(line.unit_price, order.currency), of_line=True
    ),
    "line_amount": Column(
        "Line amount",
        "商品金额",
        "money",
        lambda order, line, _: amount(line.amount, order.currency),
        of_line=True,
    ),
    "shipped": Column("Shipped", "已发数量", "number", _line_count("shipped"), of_line=True),
    "line_refunded": Column("Not to ship", "取消数量", "number", _line_count("refunded"), of_line=True),
    "returned": Column("Returned", "退货数量", "number", _line_count("returned"), of_line=True),
    "left": Column("To ship", "待发数量", "number", _line_count("left"), of_line=True),
    "handling_days": Column("Handling days", "备货天数", "number", _line("handling_days"), of_line=True),
    "image_url": Column("Image", "图片", "text", _line("image_url"), of_line=True),
}
"""The columns by code. `columns` in POST /v1/exports are these codes, so a code is never renamed."""
