"""What tests of exports do: ask, let the workers run, fetch the files, read them with an independent reader."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from struct import iter_unpack, unpack_from
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import boto3
from python_calamine import CalamineWorkbook

from local import runtime
from tests.clock.memory_table import MemoryTable
from tests.harness import (
    BUCKET,
    QUEUE,
    Answer,
    Api,
    Client,
    InProcess,
    Shop,
    environment,
    use_table,
)

Row = list[Any]


@dataclass
class Office:
    api: Api
    sqs: Any
    s3: Any
    queue: str

    @classmethod
    def open(cls, api: Api) -> Office:
        sqs, s3 = boto3.client("sqs"), boto3.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        return cls(api, sqs, s3, sqs.create_queue(QueueName=QUEUE)["QueueUrl"])

    def at(self, now: datetime | None) -> None:
        """Every request comes in at this moment, until another is named; None for the time that it is."""
        self.api.transport.now = now  # type: ignore[attr-defined]

    def messages(self) -> list[dict[str, Any]]:
        """What lies in the queue; it is taken out."""
        found: list[dict[str, Any]] = []
        while received := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", []):
            for message in received:
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
                found.append(json.loads(message["Body"]))
        return found

    def deliver(self, *bodies: dict[str, Any]) -> dict[str, Any]:
        """Hand messages to the worker, as SQS does; its clock is the one that the requests come in by."""
        from functions.exports import worker

        records = [{"messageId": str(place), "body": json.dumps(body)} for place, body in enumerate(bodies)]
        at = getattr(self.api.transport, "now", None)
        clock = SimpleNamespace(now=lambda _: at) if at else datetime
        with patch.object(worker, "datetime", clock):
            answer: dict[str, Any] = worker.lambda_handler({"Records": records}, context())
        return answer

    def work(self) -> int:
        """Deliver whatever is sent, until nothing more is; answers with how many messages there were."""
        count = 0
        while bodies := self.messages():
            for body in bodies:
                self.deliver(body)
                count += 1
        return count

    def ask(self, client: Client, **body: Any) -> dict[str, Any]:
        answer = client.post("/v1/exports", body)
        assert answer.status == 202, answer.content
        answer_body: dict[str, Any] = answer.json
        return answer_body

    def make(self, client: Client, **body: Any) -> dict[str, Any]:
        """An export from the request to its files."""
        accepted = self.ask(client, **body)
        self.work()
        export = self.read(client, accepted["id"])
        assert export["state"] == "succeeded", export
        return export

    def read(self, client: Client, export_id: str) -> dict[str, Any]:
        answer = client.get(f"/v1/exports/{export_id}")
        assert answer.status == 200, answer.content
        answer_body: dict[str, Any] = answer.json
        return answer_body

    def fetch(self, client: Client, export: dict[str, Any], n: int = 1) -> bytes:
        answer = client.get(f"/v1/exports/{export['id']}/files/{n}")
        assert answer.status == 302, answer.content
        return self.follow(answer)

    def follow(self, answer: Answer) -> bytes:
        path = unquote(urlsplit(answer.headers["location"]).path).lstrip("/").removeprefix(f"{BUCKET}/")
        content: bytes = self.s3.get_object(Bucket=BUCKET, Key=path)["Body"].read()
        return content

    def keys(self) -> list[str]:
        return [item["Key"] for item in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]

    def uploads(self) -> list[str]:
        """Multipart uploads that were begun and neither ended nor abandoned."""
        return [item["Key"] for item in self.s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])]

    def rows(self, client: Client, export: dict[str, Any]) -> list[Row]:
        """All rows of all files, without their headings."""
        return [row for file in export["files"] for row in sheet(self.fetch(client, export, file["n"]), export)[1:]]


@contextmanager
def open_office() -> Iterator[Office]:
    """An office for a whole module, where there is much to make: its table is in memory, queue and bucket on moto."""
    from moto import mock_aws

    with environment(None, "orders"), mock_aws(), MemoryTable().installed():
        use_table("orders")
        yield Office.open(Api(InProcess(), "memory"))


def sheet(content: bytes, export: dict[str, Any], place: int = 0) -> list[Row]:
    """A sheet of a file, its heading row first. An empty sheet has none."""
    if export["format"] == "csv":
        return [list(row) for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))]
    found: list[Row] = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(place).to_python()
    return found


def about(content: bytes, export: dict[str, Any]) -> dict[str, Any]:
    return {row[0]: row[1] for row in sheet(content, export, 1)}


def typed(content: bytes, export: Mapping[str, Any], place: int = 0) -> list[Row]:
    """A sheet with every time as a datetime: calamine makes a date of midnight."""
    if export["format"] == "csv":
        return sheet(content, dict(export), place)
    found = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(place)
    rows = found.to_python(skip_empty_area=False)
    return [[datetime.combine(cell, time()) if type(cell) is date else cell for cell in row] for row in rows]


def unpacked(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The parts of a file as they are when nothing is packed any more: (name, bytes)."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            assert packed.testzip() is None
            for name in packed.namelist():
                yield name, packed.read(name)
    else:
        yield "all", content


def biff_records(content: bytes) -> list[int]:
    """The types of all records of an .xls: its workbook stream is found by way of the FAT, and read to its end."""
    sector, end = 512, 0xFFFFFFFE

    def part(index: int) -> bytes:
        return content[sector * (index + 1) : sector * (index + 2)]

    fats, directory = (unpack_from("<I", content, at)[0] for at in (44, 48))
    places = unpack_from("<109I", content, 76)[:fats]
    assert len(places) == fats, "a file this large needs a reader of its own"
    fat = [following for place in places for (following,) in iter_unpack("<I", part(place))]
    at, size = unpack_from("<IQ", part(directory)[128:256], 116)
    chain = []
    while at != end:
        chain.append(part(at))
        at = fat[at]
    stream, found, offset = b"".join(chain)[:size], [], 0
    while offset < len(stream):
        kind, length = unpack_from("<HH", stream, offset)
        found.append(kind)
        offset += 4 + length
    assert offset == len(stream) and found[-1] == 0x000A, "the stream ends with the end of its last sheet"
    return found


# ---- the expected cells of a file, from the API's answers alone, without the code that makes the cells

CellValue = str | Decimal | int | datetime | None


class Share(Decimal):
    """A part of a whole, which a sheet shows in per cent."""


COUNTRIES = {
    "US": ("United States", "美国"),
    "ES": ("Spain", "西班牙"),
    "JP": ("Japan", "日本"),
    "KW": ("Kuwait", "科威特"),
    "DE": ("Germany", "德国"),
    "ZZ": ("Unknown Region", "未知地区"),
    "XX": ("XX", "XX"),
}
FREQUENCIES = {
    "never": ("Never paid", "未付款"),
    "once": ("Once", "一次"),
    "repeat": ("Repeatedly", "多次"),
    "frequent": ("Often", "经常"),
}
AMOUNTS = {"small": ("Small", "低"), "middle": ("Middle", "中"), "large": ("Large", "高")}
CARRIERS = {"CAINIAO_STANDARD": ("AliExpress Standard Shipping", "AliExpress 无忧物流-标准")}
"""Of the carriers that the tests use, EMS and DHL have their codes as names; others are texts of sellers."""
HOLDS = {"frozen": ("Frozen: do not ship", "冻结，勿发货"), "dispute": ("In dispute", "纠纷中")}
LONGEST = 32_767
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
        return cls(english, (english, chinese), funds, "***" if masked and email else email, running)

    @property
    def ship_by(self) -> str | None:
        return self.due.get("shipment")

    @property
    def place(self) -> tuple[datetime, str]:
        return datetime.fromisoformat(self.order["placed_at"]), self.order["order_id"]


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
        return (
            datetime.fromisoformat(at).astimezone(ZoneInfo(self.zone)).replace(tzinfo=None, microsecond=0)
            if at
            else None
        )


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


def _joined(parts: Sequence[str | None], separator: str = "\n") -> str | None:
    return separator.join(part for part in parts if part) or None


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
    return _joined([*(to.get(name) for name in ("street", "city", "state", "zip")), COUNTRIES[to["country"]][0]], ", ")


def _hold(row: ExpectedRow) -> str | None:
    return next((HOLDS[name][row.chinese] for name in ("frozen", "dispute") if name in row.order["overlays"]), None)


def _carrier(text: str | None, row: ExpectedRow) -> str | None:
    return CARRIERS[text][row.chinese] if text in CARRIERS else text


def _left(line: Mapping[str, Any]) -> int:
    return max(0, line["quantity"] - line["shipped"] - line["refunded"])


def _ship_to(row: ExpectedRow) -> str | None:
    to = row.order["recipient"]
    phones = _joined([to.get("phone"), to.get("mobile")], " / ")
    return _joined([to.get("name"), _address(row), phones])


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
    "Flag codes|标记代码": lambda row: _joined(row.order["overlays"], ", "),
    "Flags|标记": lambda row: _joined(row.spoken["overlays_label"], ", "),
    "Violation codes|违规代码": lambda row: _joined([each["kind"] for each in row.order["violations"]]),
    "Violations|违规": lambda row: _joined([each["kind_label"] for each in row.spoken["violations"]]),
    "Assignee|负责人|负责人(业务员)|负责人（业务员）": _field("assignee"),
    "Note|卖家备注": _field("note"),
    "Tags|标签": lambda row: _joined(row.order["tags"], ", "),
    "Buyer's memo|订单备注": _field("memo"),
    "Buyer|买家名称": lambda row: row.order["buyer"].get("name", row.order["buyer"]["id"]),
    "Buyer id|买家编号": lambda row: row.order["buyer"]["id"],
    "Buyer's email|买家邮箱|联系邮件": lambda row: row.known.email,
    "Placed at|下单时间": _at("placed_at"),
    "Paid at|付款时间": _at("paid_at"),
    "Ship by|发货期限": lambda row: row.time(row.known.ship_by),
    "Deadlines|截止时间": lambda row: _joined(row.deadlines),
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
    "Refunds|退款记录": lambda row: _joined([_refund(each) for each in row.spoken["refunds"]]),
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
    "Product ids|全部商品ID": lambda row: _joined([line["product_id"] for line in row.order["lines"]]),
    "SKUs|商品编码": lambda row: _joined([line.get("sku") for line in row.order["lines"]]),
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
    "Carrier:tracking no.|实际发货物流:运单号|实际发货单号": lambda row: _joined(
        [f"{parcel['carrier']}:{parcel['tracking_no']}" for parcel in row.order["parcels"]]
    ),
    "Shipped with|实际发货物流": lambda row: _joined(
        [f"{_carrier(parcel['carrier'], row)}: {parcel['tracking_no']}" for parcel in row.order["parcels"]]
    ),
    "Tracking nos.|运单号": lambda row: _joined([parcel["tracking_no"] for parcel in row.order["parcels"]]),
    "Last delivered at|妥投时间": _delivered,
    "Hold|提醒": _hold,
    "Ship to|收货信息": _ship_to,
    "Item|商品": lambda row: row.line and _joined([row.line.get("title"), _spelled(row.line)]),
    "Remarks|备注": lambda row: _joined([row.order.get("memo"), row.order.get("note")]),
    "Line|子订单号": _of_line("line_id"),
    "Product id|商品ID": lambda row: (
        row.line["product_id"] if row.line else _joined([line["product_id"] for line in row.order["lines"]])
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
FIRST_ROW_ONLY = re.compile(r" \(first row only\)$|（仅首行）$")
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


OPENS_FORMULA = re.compile("'*[\\s\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]*[-=+@\\t\\r\\n＝＋－＠]")


def opens_formula(text: str) -> bool:
    """Whether a spreadsheet that reads a .csv would take it for a formula, or for one that was guarded already."""
    return OPENS_FORMULA.match(text) is not None


def held(text: str) -> str:
    """A text as a cell can hold it: line feeds for line ends, no control characters, so many UTF-16 units."""
    text = CONTROLS.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.encode("utf-16-le")[: 2 * LONGEST].decode("utf-16-le", "ignore")


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


@dataclass
class Buyer:
    """What a row of a file of customers is about: one as the API shows them, and an amount spent or None."""

    customer: dict[str, Any]
    spent: dict[str, str] | None
    zone: str
    chinese: bool
    masked: bool
    first: bool
    time = ExpectedRow.time

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
    "Tags|标签": lambda row: _joined(row.customer["tags"], ", "),
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


def same_cell(found: Any, said: CellValue) -> bool:
    """A typed cell: text is text, an amount is a number exact to its last digit, a time is a time."""
    if said is None:
        return found in ("", None)
    if isinstance(said, str | datetime):
        return type(found) is type(said) and found == said
    return type(found) in (float, int) and Decimal(repr(found)) == said


def same_text(found: str, said: CellValue) -> bool:
    """A cell of a .csv: a text that opens a formula has an apostrophe in front, amounts and times are spelled out."""
    if said is None:
        return found == ""
    if isinstance(said, str):
        return found == (f"'{said}" if opens_formula(said) else said)
    if isinstance(said, datetime):
        return found == said.strftime("%Y-%m-%d %H:%M:%S")
    digits = max(0, -int(said.as_tuple().exponent)) if isinstance(said, Decimal) else 0
    shape = rf"-?\d+\.\d{{{digits}}}" if digits else r"-?\d+"
    shape = r"[01](\.\d{1,4})?" if isinstance(said, Share) else shape
    return re.fullmatch(shape, found) is not None and Decimal(found) == said


def differences(rows: Sequence[Row], expected: Any, form: str) -> tuple[int, list[str]]:
    """How many cells were compared, and those that differ."""
    headings, *found = rows
    compared, wrong = 0, []
    values = list(expected.cells(headings))
    if len(found) != len(values):
        wrong.append(f"{len(found)} rows, where there should be {len(values)}")
    for number, (row, cells) in enumerate(zip(found, values, strict=False), 2):
        for heading, cell, said in zip(headings, row, cells, strict=True):
            compared += 1
            same = same_text(cell, said) if form == "csv" else same_cell(cell, said)
            if form == "xls" and isinstance(said, str) and "\ufeff" in said:
                # Calamine drops it where a text begins or is cut between records; LibreOffice reads what is there.
                same = cell.replace("\ufeff", "") == said.replace("\ufeff", "")
            if not same:
                wrong.append(f"row {number}, {heading}: {cell!r}, where {said!r} was expected"[:300])
    return compared, wrong


def context(seconds: int = 900) -> runtime.Context:
    return runtime.Context("ExportsFunction", 1769, seconds)


def now() -> datetime:
    return datetime.now(UTC)


def columns(rows: Sequence[Row], *places: int) -> Iterator[tuple[Any, ...]]:
    return (tuple(row[place] for place in places) for row in rows)


__all__ = [
    "Expected",
    "ExpectedBuyers",
    "Known",
    "Office",
    "Share",
    "Shop",
    "about",
    "biff_records",
    "columns",
    "context",
    "differences",
    "held",
    "now",
    "open_office",
    "opens_formula",
    "sheet",
    "typed",
    "unpacked",
]
