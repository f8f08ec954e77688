"""The expected cells of an order's rows, from the API's answers alone, without the code that makes the cells."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.exports.expected.cells import COUNTRIES, FIRST_ROW_ONLY, CellValue, held, in_zone, joined
from tests.harness import Client

CARRIERS = {"CAINIAO_STANDARD": ("AliExpress Standard Shipping", "AliExpress 无忧物流-标准")}
"""Of the carriers that the tests use, EMS and DHL have their codes as names; others are texts of sellers."""
HOLDS = {"frozen": ("Frozen: do not ship", "冻结，勿发货"), "dispute": ("In dispute", "纠纷中")}
TIMERS = (
    "payment risk examination shipment cancellation receipt release "
    "dispute_answer dispute_buyer return_address return confirm_return decision"
).split()
"""In the order of the column of deadlines."""


@dataclass
class Known:
    """An order as the API returns it, in both languages, with the buyer's address, which only the platform sent."""

    order: dict[str, Any]
    both: tuple[dict[str, Any], dict[str, Any]]
    funds: dict[str, Any]
    email: str | None = None
    due: dict[str, str] = field(default_factory=dict)
    unread: str | None = None

    @classmethod
    def read(
        cls, client: Client, body: Mapping[str, Any], *, masked: bool = False, due: Mapping[str, str] | None = None
    ) -> Known:
        """`due`: when its timers were due before they were held, of which the API then says nothing."""
        path = f"/v1/orders/{body['order_id']}{'' if masked else '?reveal=recipient'}"
        english, chinese = (client.get(path, headers={"accept-language": tag}).json for tag in ("en", "zh-CN"))
        running = {each["kind"]: each.get("due_at") or (due or {})[each["kind"]] for each in english["deadlines"]}
        email = body["buyer"].get("email")
        funds = client.get(f"/v1/orders/{body['order_id']}/funds").json
        unread = _unread(client, str(body["order_id"])) if english["unread_messages"] else None
        if masked and unread:
            unread = f"+{english['unread_messages']}"
        return cls(english, (english, chinese), funds, "***" if masked and email else email, running, unread)

    @property
    def ship_by(self) -> str | None:
        return self.due.get("shipment")

    @property
    def place(self) -> tuple[datetime, str]:
        return datetime.fromisoformat(self.order["placed_at"]), self.order["order_id"]


def _unread(client: Client, order_id: str) -> str:
    """Each unread message of the buyer, the earliest first: its time, and its text as a JSON string."""
    found = client.every(f"/v1/orders/{order_id}/messages")
    waiting = [each for each in reversed(found) if each["from"] == "buyer" and "read_at" not in each]
    return "\n".join(f"{each['sent_at']} {_quoted(each['text'])}" for each in waiting)


def _quoted(text: str) -> str:
    """As JSON, on one line and with all that a cell or its reader might not keep as a code."""
    unsafe = {*map(chr, range(0x7F, 0xA0)), "\u2028", "\u2029", "\ufeff", "\ufffe", "\uffff"}
    return "".join(f"\\u{ord(sign):04x}" if sign in unsafe else sign for sign in json.dumps(text, ensure_ascii=False))


@dataclass
class ExpectedRow:
    """What a row is about: an order, one of its lines or None, and how the file tells of it."""

    known: Known
    line: dict[str, Any] | None
    zone: str
    chinese: bool
    first: bool = True

    @property
    def order(self) -> dict[str, Any]:
        return self.known.order

    @property
    def spoken(self) -> dict[str, Any]:
        """The order in the language of the file."""
        return self.known.both[self.chinese]

    @property
    def name(self) -> str:
        return str(self.order["order_id"])

    @property
    def adds(self) -> list[dict[str, str]]:
        """What it adds to the file's totals, once however many rows it has."""
        return [self.order["amounts"]["total"]]

    @property
    def deadlines(self) -> list[str]:
        names = {each["kind"]: each["kind_label"] for each in self.spoken["deadlines"]}
        local = {
            kind: datetime.fromisoformat(at).astimezone(ZoneInfo(self.zone)) for kind, at in self.known.due.items()
        }
        kinds = sorted(names, key=TIMERS.index)
        return [f"{names[kind]}: {local[kind].isoformat(sep=' ', timespec='seconds')}" for kind in kinds]

    def time(self, at: str | None) -> datetime | None:
        return in_zone(at, self.zone)


CellRule = Callable[[ExpectedRow], CellValue]


def _at(name: str) -> CellRule:
    return lambda row: row.time(row.order.get(name))


def _amount(name: str) -> CellRule:
    return lambda row: Decimal(row.order["amounts"][name]["amount"]) if name in row.order["amounts"] else None


def _field(name: str) -> CellRule:
    return lambda row: row.order.get(name) or None


def _to(name: str) -> CellRule:
    return lambda row: row.order["recipient"].get(name)


def _of_line(name: str) -> CellRule:
    return lambda row: row.line and row.line.get(name)


def _spelled(line: Mapping[str, Any]) -> str:
    return "、".join(f"{name}:{value}" for name, value in line.get("attributes", {}).items())


def _product(number: int, line: Mapping[str, Any], chinese: bool) -> str:
    attributes, sku, quantity = (
        ("产品属性: ", "商家编码:", "产品数量:") if chinese else ("Attributes: ", "SKU: ", "Quantity: ")
    )
    text = f"【{number}】 {line.get('title', line['product_id'])}\n({attributes}{_spelled(line)})\n"
    text += f"({sku}{line['sku']})\n" if "sku" in line else ""
    return text + f"({quantity}{line['quantity']} piece)"


def _label(name: str) -> CellRule:
    """As the API says it in the language of the file."""
    return lambda row: row.spoken.get(f"{name}_label")


def _refund(each: Mapping[str, Any]) -> str:
    amount = each["amount"]
    return f"{each['source_label']}: {amount['amount']} {amount['currency']}, {each['state_label']}"


def _address(row: ExpectedRow) -> str | None:
    to = row.order["recipient"]
    return joined([*(to.get(name) for name in ("street", "city", "state", "zip")), COUNTRIES[to["country"]][0]], ", ")


def _hold(row: ExpectedRow) -> str | None:
    return next((HOLDS[name][row.chinese] for name in ("frozen", "dispute") if name in row.order["overlays"]), None)


def _carrier(text: str | None, row: ExpectedRow) -> str | None:
    return CARRIERS[text][row.chinese] if text in CARRIERS else text


def _left(line: Mapping[str, Any]) -> int:
    return max(0, line["quantity"] - line["shipped"] - line["refunded"])


def _ship_to(row: ExpectedRow) -> str | None:
    to = row.order["recipient"]
    phones = joined([to.get("phone"), to.get("mobile")], " / ")
    return joined([to.get("name"), _address(row), phones])


def _delivered(row: ExpectedRow) -> datetime | None:
    delivered = [parcel["delivered_at"] for parcel in row.order["parcels"] if "delivered_at" in parcel]
    return row.time(max(delivered, key=datetime.fromisoformat, default=None))


def _line_amount(row: ExpectedRow) -> CellValue:
    return row.line and Decimal(row.line["unit_price"]["amount"]) * row.line["quantity"]


def _of_dispute(name: str) -> CellRule:
    return lambda row: row.spoken.get("dispute", {}).get(name)


def _refunded(row: ExpectedRow, state: str, part: str) -> Decimal:
    amounts = [Decimal(each[part]["amount"]) for each in row.order["refunds"] if each["state"] == state]
    return sum(amounts, 0 * Decimal(row.order["amounts"]["total"]["amount"]))  # with the digits of the currency


def _difference(row: ExpectedRow) -> CellValue:
    amounts = row.order["amounts"]
    if "released" not in amounts or "expected_release" not in amounts:
        return None
    return Decimal(amounts["released"]["amount"]) - Decimal(amounts["expected_release"]["amount"])


CELL_RULES: dict[str, CellRule] = {
    "Order no.|订单号": _field("order_id"),
    "Status|订单状态": _label("status"),
    "Status code|状态代码": _field("status"),
    "Funds code|资金状态代码": _field("fund_state"),
    "Funds|资金状态": _label("fund_state"),
    "Outcome code|结果代码": _field("outcome"),
    "Outcome|结果": _label("outcome"),
    "End reason code|结束原因代码": _field("end_reason"),
    "End reason|结束原因": _label("end_reason"),
    "Flag codes|标记代码": lambda row: joined(row.order["overlays"], ", "),
    "Flags|标记": lambda row: joined(row.spoken["overlays_label"], ", "),
    "Violation codes|违规代码": lambda row: joined([each["kind"] for each in row.order["violations"]]),
    "Violations|违规": lambda row: joined([each["kind_label"] for each in row.spoken["violations"]]),
    "Assignee|负责人|负责人(业务员)|负责人（业务员）": _field("assignee"),
    "Note|卖家备注": _field("note"),
    "Tags|标签": lambda row: joined(row.order["tags"], ", "),
    "Buyer's memo|订单备注": _field("memo"),
    "Unread messages|未读留言": lambda row: row.known.unread,
    "Buyer|买家名称": lambda row: row.order["buyer"].get("name", row.order["buyer"]["id"]),
    "Buyer id|买家编号": lambda row: row.order["buyer"]["id"],
    "Buyer's email|买家邮箱|联系邮件": lambda row: row.known.email,
    "Placed at|下单时间": _at("placed_at"),
    "Paid at|付款时间": _at("paid_at"),
    "Ship by|发货期限": lambda row: row.time(row.known.ship_by),
    "Deadlines|截止时间": lambda row: joined(row.deadlines),
    "Shipped at|发货时间": _at("shipped_at"),
    "Received at|确认收货时间": _at("received_at"),
    "Finished at|订单结束时间": _at("finished_at"),
    "Currency|币种": _field("currency"),
    "Products|产品总金额": _amount("lines"),
    "Shipping|物流费用": _amount("shipping"),
    "Discount|满立减|店铺优惠": _amount("discount"),
    "Tax|预计增值税": _amount("tax"),
    "Adjustment|改价": _amount("adjustment"),
    "Order total|订单金额": _amount("total"),
    "Buyer paid|买家实付金额": _amount("received"),
    "Refunded|已退款": _amount("refunded"),
    "Commission|平台佣金": _amount("commission"),
    "Affiliate fee|联盟佣金": _amount("affiliate_fee"),
    "Released|放款金额": _amount("released"),
    "Tax withheld|代扣税费": _amount("tax_withheld"),
    "Expected release|预计放款": _amount("expected_release"),
    "Released less expected|放款差额": _difference,
    "Release due|预计放款时间": lambda row: row.time(row.known.funds.get("expected_at")),
    "Held by the platform|平台待结金额": lambda row: Decimal(row.known.funds["held"]["amount"]),
    "Unexplained|差异金额": lambda row: Decimal(row.known.funds["unexplained"]["amount"]),
    "Refunds to be paid|待退款金额": lambda row: _refunded(row, "accepted", "amount"),
    "Refunded in cash|现金退款": lambda row: _refunded(row, "paid", "cash"),
    "Refunded in coupons|优惠券退款": lambda row: _refunded(row, "paid", "coupon"),
    "Refunds|退款记录": lambda row: joined([_refund(each) for each in row.spoken["refunds"]]),
    "Disputes|纠纷次数": lambda row: int("dispute" in row.order),
    "Dispute stage code|纠纷阶段代码": _of_dispute("stage"),
    "Dispute stage|纠纷阶段": _of_dispute("stage_label"),
    "Dispute kind code|纠纷类型代码": _of_dispute("kind"),
    "Dispute over|纠纷类型": _of_dispute("kind_label"),
    "Claimed|纠纷申请金额": lambda row: (
        Decimal(claim["amount"]) if (claim := row.order.get("dispute", {}).get("claim")) else None
    ),
    "Dispute result code|纠纷结果代码": _of_dispute("result"),
    "Dispute result|纠纷结果": _of_dispute("result_label"),
    "Dispute opened at|纠纷发起时间": lambda row: row.time(row.order.get("dispute", {}).get("opened_at")),
    "Dispute ended at|纠纷结束时间": lambda row: row.time(row.order.get("dispute", {}).get("ended_at")),
    "Returned|退货数量": _of_line("returned"),
    "Products in detail|产品信息|商品信息|产品信息\n（双击单元格展开所有产品信息！）": lambda row: "\n".join(
        _product(number, line, row.chinese) for number, line in enumerate(row.order["lines"], 1)
    ),
    "Pieces|产品数量": lambda row: sum(line["quantity"] for line in row.order["lines"]),
    "Product ids|全部商品ID": lambda row: joined([line["product_id"] for line in row.order["lines"]]),
    "SKUs|商品编码": lambda row: joined([line.get("sku") for line in row.order["lines"]]),
    "Address|收货地址|完整收货地址": _address,
    "Recipient|收货人名称|收件人名称": _to("name"),
    "Country|收货国家": lambda row: COUNTRIES[row.order["recipient"]["country"]][row.chinese],
    "Country code|国家代码": _to("country"),
    "State|州/省": _to("state"),
    "City|城市": _to("city"),
    "Street|地址|详细地址": _to("street"),
    "Postcode|邮编": _to("zip"),
    "Phone|联系电话": _to("phone"),
    "Mobile|手机": _to("mobile"),
    "Tax id|税号": _to("tax_id"),
    "Chosen service|买家选择物流": lambda row: _carrier(row.order.get("chosen_service"), row),
    "Carrier:tracking no.|实际发货物流:运单号|实际发货单号": lambda row: joined(
        [f"{parcel['carrier']}:{parcel['tracking_no']}" for parcel in row.order["parcels"]]
    ),
    "Shipped with|实际发货物流": lambda row: joined(
        [f"{_carrier(parcel['carrier'], row)}: {parcel['tracking_no']}" for parcel in row.order["parcels"]]
    ),
    "Tracking nos.|运单号": lambda row: joined([parcel["tracking_no"] for parcel in row.order["parcels"]]),
    "Last delivered at|妥投时间": _delivered,
    "Hold|提醒": _hold,
    "Ship to|收货信息": _ship_to,
    "Item|商品": lambda row: row.line and joined([row.line.get("title"), _spelled(row.line)]),
    "Remarks|备注": lambda row: joined([row.order.get("memo"), row.order.get("note")]),
    "Line|子订单号": _of_line("line_id"),
    "Product id|商品ID": lambda row: (
        row.line["product_id"] if row.line else joined([line["product_id"] for line in row.order["lines"]])
    ),
    "SKU|商家编码": _of_line("sku"),
    "Title|商品名称": _of_line("title"),
    "Attributes|产品属性": lambda row: (_spelled(row.line) or None) if row.line else None,
    "Quantity|数量": _of_line("quantity"),
    "Unit price|单价": lambda row: row.line and Decimal(row.line["unit_price"]["amount"]),
    "Line amount|商品金额": _line_amount,
    "Shipped|已发数量": _of_line("shipped"),
    "Not to ship|取消数量": _of_line("refunded"),
    "To ship|待发数量": lambda row: row.line and _left(row.line),
    "Handling days|备货天数": _of_line("handling_days"),
    "Image|图片": _of_line("image_url"),
    # What the seller centre's files have and nobody here knows: always empty.
    "支付方式|供货价|平台是否代征代缴|DDP关税|托管商家折扣|平台补贴|EANcode|完整收货地址（常用语言）": lambda _: None,
    "扩展城市（德/意/波/墨为真实的城市）|National address（仅沙特使用）|订单业务模式|定制信息": lambda _: None,
}
BY_HEADING = {heading: rule for headings, rule in CELL_RULES.items() for heading in headings.split("|")}


@dataclass
class Expected:
    """What a file of these orders must say, row by row and heading by heading."""

    orders: list[Known]
    zone: str
    chinese: bool
    kind: str
    rows: list[ExpectedRow] = field(init=False)

    def __post_init__(self) -> None:
        waiting = ("WAIT_SELLER_SEND_GOODS", "SELLER_PART_SEND_GOODS")
        chosen = sorted(self.orders, key=lambda known: known.place)
        if self.kind == "shipments":
            to_ship = [known for known in chosen if known.order["status"] in waiting]
            chosen = sorted(to_ship, key=lambda known: (datetime.fromisoformat(str(known.ship_by)), known.place[1]))
        if self.kind == "funds":
            chosen = [known for known in chosen if "received" in known.order["amounts"]]
        self.rows = [
            ExpectedRow(known, line, self.zone, self.chinese, place == 0)
            for known in chosen
            for place, line in enumerate(self.lines(known))
        ]

    def lines(self, known: Known) -> list[Any]:
        if self.kind in ("orders", "funds"):
            return [None]
        return [line for line in known.order["lines"] if self.kind != "shipments" or _left(line)]

    def rule(self, heading: str) -> CellRule:
        return BY_HEADING[FIRST_ROW_ONLY.sub("", heading).removesuffix(f" ({self.zone})")]

    def cells(self, headings: Sequence[str]) -> Iterator[list[CellValue]]:
        """A heading says where a column has the values of an order in the first of its rows only."""
        rules = [(self.rule(each), FIRST_ROW_ONLY.search(each)) for each in headings]
        for row in self.rows:
            cells = (rule(row) if row.first or not once else None for rule, once in rules)
            yield [held(cell) if isinstance(cell, str) else cell for cell in cells]
