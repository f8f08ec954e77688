"""The columns that a file of orders can have, as a table: a new column is one row. The columns of customers are in
customer_columns.py. layouts.py combines columns to layouts.

The value of a cell is computed from an order, one of its lines (None if a row is a whole order), and the RenderContext.
Amounts become numbers, times become local date and time, ids stay text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from shared.domain.countries import country_name, iso_country
from shared.domain.labels import label
from shared.domain.money import CURRENCY_DIGITS, Money
from shared.domain.order import ledger
from shared.domain.order.model import LineProgress, Order
from shared.domain.order.recipients import masked

Cell = str | int | float | datetime | None
"""A datetime is naive, without microseconds: the local time in the file's zone. None is an empty cell."""
CellKind = Literal["text", "money", "number", "minute", "day", "share"]

ATTRIBUTES = ("(Attributes: {})", "(产品属性: {})")
SKU = ("(SKU: {})\n", "(商家编码:{})\n")
QUANTITY = ("(Quantity: {} piece)", "(产品数量:{} piece)")
HIDDEN = "***"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = datetime(1970, 1, 1)
_DIVISORS = {currency: 10**digits for currency, digits in CURRENCY_DIGITS.items()}


@dataclass(slots=True)
class RenderContext:
    """How values are written: in which zone and language (`en` or `zh-CN`), and whether recipients are masked."""

    zone: ZoneInfo
    language: str = "zh-CN"
    mask: bool = False
    _counted: tuple[Order, dict[str, LineProgress]] | None = None
    _shifts: dict[int, int | None] = field(default_factory=dict)

    def local(self, at: datetime | None) -> datetime | None:
        """The local time as a cell. A file may have half a million times, so the offset of each UTC day is computed
        once, unless the clock changes on that day."""
        if at is None:
            return None
        since = at - _EPOCH
        shift = self._shifts.get(since.days, -1)
        if shift == -1:
            shift = self._shifts[since.days] = self._shift_of(since.days)
        if shift is None:
            return at.astimezone(self.zone).replace(tzinfo=None, microsecond=0)
        return _NAIVE_EPOCH + timedelta(since.days, since.seconds + shift)

    def _shift_of(self, day: int) -> int | None:
        """The offset from UTC in seconds during a UTC day; None if it changes on that day."""
        begin = _EPOCH + timedelta(day)
        shift, later = ((begin + timedelta(days)).astimezone(self.zone).utcoffset() for days in (0, 1))
        return int(shift.total_seconds()) if shift == later and shift is not None else None

    def recipient(self, order: Order) -> Mapping[str, str]:
        return masked(order.recipient) if self.mask else order.recipient

    def progress(self, order: Order, line_id: str) -> LineProgress:
        """The progress of a line. Computed once for all lines of an order, because there may be a thousand."""
        if self._counted is None or self._counted[0] is not order:
            self._counted = order, order.line_progress()
        return self._counted[1][line_id]


Value = Callable[[Any, Any, RenderContext], Cell]
"""The value of a cell, from an order, one of its lines or None, and the context. In files of customers: from a customer
and a currency with its amount."""


@dataclass(frozen=True, slots=True)
class Column:
    """`of_line`: exists only if a row is a line. `width` is in characters."""

    english: str
    chinese: str
    kind: CellKind
    value: Value
    width: int = 16
    of_line: bool = False


def amount(minor: int | None, currency: str) -> float | None:
    """The amount as a number in major units. Spreadsheets store floats, which are exact to the minor unit up to 2**53
    minor units, far above MAX_MINOR."""
    return None if minor is None else minor / _DIVISORS[currency]


def _amount(name: str) -> Value:
    return lambda order, _, __: amount(getattr(order.amounts, name), order.currency)


def _order(name: str) -> Value:
    return lambda order, _, __: getattr(order, name)


def _time(name: str) -> Value:
    return lambda order, _, context: context.local(getattr(order, name))


def _line(name: str) -> Value:
    return lambda _, line, __: getattr(line, name)


def _recipient(name: str) -> Value:
    return lambda order, _, context: context.recipient(order).get(name)


def _joined(values: Iterable[str | None], separator: str = "\n") -> str | None:
    return separator.join(filter(None, values)) or None


def _status(order: Order, _: Any, context: RenderContext) -> Cell:
    return label("status", order.status, context.language)


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
        f"【{number}】 {line.title or line.product_id}\n{attributes.format(_attributes(line.attributes))}\n"
        f"{sku.format(line.sku) if line.sku else ''}{quantity.format(line.quantity)}"
        for number, line in enumerate(order.lines, 1)
    ]
    return "\n".join(products)


def _attributes(attributes: Mapping[str, str] | None) -> str:
    return "、".join([f"{name}:{value}" for name, value in attributes.items()]) if attributes else ""


def _due(kind: str) -> Value:
    def value(order: Order, _: Any, context: RenderContext) -> Cell:
        timer = order.timer(kind)
        return context.local(timer.due_at) if timer else None

    return value


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


def _line_count(name: str) -> Value:
    return lambda order, line, context: getattr(context.progress(order, line.line_id), name)


COLUMNS: dict[str, Column] = {
    # the order
    "order_id": Column("Order no.", "订单号", "text", _order("order_id"), 20),
    "status": Column("Status", "订单状态", "text", _status),
    "status_code": Column("Status code", "状态代码", "text", _order("status"), 26),
    "fund_state": Column("Funds code", "资金状态代码", "text", _order("fund_state")),
    "fund_state_label": Column("Funds", "资金状态", "text", _labels("fund_state", lambda order: (order.fund_state,))),
    "outcome": Column("Outcome code", "结果代码", "text", _order("outcome")),
    "outcome_label": Column("Outcome", "结果", "text", _labels("outcome", lambda order: (order.outcome,))),
    "end_reason": Column("End reason code", "结束原因代码", "text", _order("end_reason"), 28),
    "end_reason_label": Column(
        "End reason", "结束原因", "text", _labels("end_reason", lambda order: (order.end_reason,)), 28
    ),
    "overlays": Column("Flag codes", "标记代码", "text", lambda order, _, __: _joined(order.overlays, ", ")),
    "overlays_label": Column("Flags", "标记", "text", _labels("overlay", lambda order: order.overlays, ", ")),
    "violations": Column(
        "Violation codes", "违规代码", "text", lambda order, _, __: _joined(v.kind for v in order.violations)
    ),
    "violations_label": Column(
        "Violations", "违规", "text", _labels("violation", lambda order: [each.kind for each in order.violations])
    ),
    "assignee": Column("Assignee", "负责人", "text", _order("assignee")),
    "note": Column("Note", "卖家备注", "text", _order("note"), 30),
    "tags": Column("Tags", "标签", "text", lambda order, _, __: _joined(order.tags, ", ")),
    "memo": Column("Buyer's memo", "订单备注", "text", _order("memo"), 30),
    # the buyer
    "buyer": Column("Buyer", "买家名称", "text", lambda order, _, __: order.buyer.name or order.buyer.id),
    "buyer_id": Column("Buyer id", "买家编号", "text", lambda order, _, __: order.buyer.id),
    "buyer_email": Column(
        "Buyer's email",
        "买家邮箱",
        "text",
        lambda order, _, context: HIDDEN if context.mask and order.buyer.email else order.buyer.email,
        26,
    ),
    # times
    "placed_at": Column("Placed at", "下单时间", "minute", _time("placed_at"), 20),
    "paid_at": Column("Paid at", "付款时间", "minute", _time("paid_at"), 20),
    "ship_by": Column("Ship by", "发货期限", "minute", _due("shipment"), 20),
    "shipped_at": Column("Shipped at", "发货时间", "minute", _time("shipped_at"), 20),
    "received_at": Column("Received at", "确认收货时间", "minute", _time("received_at"), 20),
    "finished_at": Column("Finished at", "订单结束时间", "minute", _time("finished_at"), 20),
    # money
    "currency": Column("Currency", "币种", "text", _order("currency"), 8),
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
    "release_due": Column("Release due", "预计放款时间", "minute", _due("release"), 20),
    "held": Column("Held by the platform", "平台待结金额", "money", _funds(lambda order: order.amounts.held)),
    "unexplained": Column("Unexplained", "差异金额", "money", _funds(ledger.unexplained)),
    # refunds and disputes
    "promised": Column("Refunds to be paid", "待退款金额", "money", _funds(lambda order: order.promised)),
    "refunded_cash": Column("Refunded in cash", "现金退款", "money", _funds(_cash)),
    "refunded_coupons": Column("Refunded in coupons", "优惠券退款", "money", _funds(_coupons)),
    "refunds": Column("Refunds", "退款记录", "text", _refunds, 40),
    "disputes": Column("Disputes", "纠纷次数", "number", lambda order, _, __: len(order.disputes), 8),
    "dispute_stage": Column("Dispute stage code", "纠纷阶段代码", "text", _dispute("stage")),
    "dispute_stage_label": Column("Dispute stage", "纠纷阶段", "text", _dispute("stage", "stage")),
    "dispute_kind": Column("Dispute kind code", "纠纷类型代码", "text", _dispute("kind")),
    "dispute_kind_label": Column("Dispute over", "纠纷类型", "text", _dispute("kind", "dispute_kind")),
    "dispute_claim": Column("Claimed", "纠纷申请金额", "money", _funds(_claimed)),
    "dispute_result": Column("Dispute result code", "纠纷结果代码", "text", _dispute("result"), 28),
    "dispute_result_label": Column("Dispute result", "纠纷结果", "text", _dispute("result", "dispute_result"), 28),
    "dispute_opened_at": Column("Dispute opened at", "纠纷发起时间", "minute", _dispute("opened_at"), 20),
    "dispute_ended_at": Column("Dispute ended at", "纠纷结束时间", "minute", _dispute("ended_at"), 20),
    # what was bought
    "products": Column("Products in detail", "产品信息", "text", _products, 48),
    "pieces": Column(
        "Pieces", "产品数量", "number", lambda order, _, __: sum(line.quantity for line in order.lines), 8
    ),
    "product_ids": Column(
        "Product ids", "全部商品ID", "text", lambda o, _, __: _joined(line.product_id for line in o.lines)
    ),
    "skus": Column("SKUs", "商品编码", "text", lambda order, _, __: _joined(line.sku for line in order.lines)),
    # where it goes
    "address": Column("Address", "收货地址", "text", _address, 40),
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
        8,
    ),
    "state": Column("State", "州/省", "text", _recipient("state")),
    "city": Column("City", "城市", "text", _recipient("city")),
    "street": Column("Street", "地址", "text", _recipient("street"), 30),
    "zip": Column("Postcode", "邮编", "text", _recipient("zip"), 12),
    "phone": Column("Phone", "联系电话", "text", _recipient("phone")),
    "mobile": Column("Mobile", "手机", "text", _recipient("mobile")),
    "tax_id": Column("Tax id", "税号", "text", _recipient("tax_id")),
    # how it goes
    "chosen_service": Column("Chosen service", "买家选择物流", "text", _order("chosen_service"), 18),
    "shipments": Column(
        "Shipped with",
        "实际发货物流:运单号",
        "text",
        lambda order, _, __: _joined(f"{parcel.carrier}:{parcel.tracking_no}" for parcel in order.parcels),
        30,
    ),
    "tracking_nos": Column(
        "Tracking nos.", "运单号", "text", lambda order, _, __: _joined(p.tracking_no for p in order.parcels), 24
    ),
    "delivered_at": Column(
        "Last delivered at",
        "妥投时间",
        "minute",
        lambda order, _, context: context.local(
            max((p.delivered_at for p in order.parcels if p.delivered_at), default=None)
        ),
        20,
    ),
    "hold": Column("Hold", "提醒", "text", _hold, 10),
    "remarks": Column("Remarks", "备注", "text", lambda order, _, __: _joined((order.memo, order.note)), 22),
    # one line
    "line_id": Column("Line", "子订单号", "text", _line("line_id"), of_line=True),
    "product_id": Column("Product id", "商品ID", "text", _line("product_id"), 20, of_line=True),
    "sku": Column("SKU", "商家编码", "text", _line("sku"), 14, of_line=True),
    "title": Column("Title", "商品名称", "text", _line("title"), 40, of_line=True),
    "attributes": Column(
        "Attributes", "产品属性", "text", lambda _, line, __: _attributes(line.attributes) or None, 24, of_line=True
    ),
    "item": Column(
        "Item",
        "商品",
        "text",
        lambda _, line, __: _joined((line.title, _attributes(line.attributes))),
        32,
        of_line=True,
    ),
    "quantity": Column("Quantity", "数量", "number", _line("quantity"), 8, of_line=True),
    "unit_price": Column(
        "Unit price", "单价", "money", lambda order, line, _: amount(line.unit_price, order.currency), of_line=True
    ),
    "line_amount": Column(
        "Line amount",
        "商品金额",
        "money",
        lambda order, line, _: amount(line.unit_price * line.quantity, order.currency),
        of_line=True,
    ),
    "shipped": Column("Shipped", "已发数量", "number", _line_count("shipped"), 8, of_line=True),
    "line_refunded": Column("Not to ship", "取消数量", "number", _line_count("refunded"), 8, of_line=True),
    "returned": Column("Returned", "退货数量", "number", _line_count("returned"), 8, of_line=True),
    "left": Column("To ship", "待发数量", "number", _line_count("left"), 8, of_line=True),
    "handling_days": Column("Handling days", "备货天数", "number", _line("handling_days"), 8, of_line=True),
    "image_url": Column("Image", "图片", "text", _line("image_url"), 30, of_line=True),
}
"""The columns by code. `columns` in POST /v1/exports are these codes, so a code is never renamed."""
