"""Every cell of every file equals what the API says of the order: each kind, format and layout, read back.

The expected cells come from `office.CELL_RULES` and the API's JSON, without the code that makes the cells.
"""

from __future__ import annotations

import io
import itertools
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from shared.domain.order.lifecycle import DISPUTE_ACTIONS
from tests import proof
from tests.exports.expected.cells import Share, differences, same_cell
from tests.exports.expected.customers import ExpectedBuyers
from tests.exports.expected.orders import Expected, Known
from tests.exports.files import about, typed
from tests.exports.office import Office, open_office
from tests.harness import Shop, new_order, snapshot

ZONE, FAR = "America/Los_Angeles", "Asia/Kathmandu"
NOW = datetime.fromisoformat("2026-12-01T12:00:00Z")
WINDOW = {"from": "2025-01-01T00:00:00Z", "to": "2026-12-01T00:00:00Z"}
FORMATS = ("xls", "xlsx", "csv")
LAYOUTS = {
    "orders": ("seller_centre_2016", "seller_centre_2026", "english", "chinese"),
    "lines": ("english", "chinese"),
    "shipments": ("english", "chinese"),
    "funds": ("english", "chinese"),
    "customers": ("english", "chinese"),
}
DIGITS = {"USD": 2, "JPY": 0, "KWD": 3}
COUNTRY = {"USD": "US", "JPY": "JP", "KWD": "KW"}
RESAVED = {
    ("orders", "seller_centre_2016"),
    ("orders", "seller_centre_2026"),
    ("lines", "english"),
    ("shipments", "chinese"),
    ("funds", "english"),
    ("customers", "english"),
}
"""What LibreOffice opens and writes again: it takes a second for each."""
SOFFICE = shutil.which("soffice")
FLOOR = 100_000

# Around both changes of the clock in Los Angeles in 2026, with the local time that a cell must show.
CHANGES = {
    "2026-03-08T07:59:59.999999Z": "2026-03-07 23:59:59",
    "2026-03-08T09:59:59Z": "2026-03-08 01:59:59",
    "2026-03-08T10:00:00Z": "2026-03-08 03:00:00",
    "2026-03-08T10:00:00.000001Z": "2026-03-08 03:00:00",
    "2026-03-09T07:00:00Z": "2026-03-09 00:00:00",
    "2026-11-01T08:00:00Z": "2026-11-01 01:00:00",
    "2026-11-01T08:59:59Z": "2026-11-01 01:59:59",
    "2026-11-01T09:00:00Z": "2026-11-01 01:00:00",
    "2026-11-01T09:59:59Z": "2026-11-01 01:59:59",
    "2026-11-01T10:00:00Z": "2026-11-01 02:00:00",
    "2026-11-02T08:00:00Z": "2026-11-02 00:00:00",
}

# The seller centre's headings (marketplace.md 5.1).
OLD = (
    "订单号/ 订单状态/ 负责人(业务员)/ 买家名称/ 下单时间/ 付款时间/ 产品总金额/ "
    "物流费用/ 订单金额/ 满立减/ 产品信息\n（双击单元格展开所有产品信息！）/ 订单备注/ 收货地址/ 收货人名称/ "
    "收货国家/ 州/省/ 城市/ 地址/ 邮编/ 联系电话/ 手机/ "
    "买家选择物流/ 发货期限/ 实际发货物流:运单号/ 发货时间/ 确认收货时间"
)
NEW = (
    "订单号/ 订单状态/ 负责人（业务员）/ 买家名称/ 下单时间/ 付款时间/ 支付方式/ "
    "供货价/ 产品总金额/ 物流费用/ 预计增值税/ 平台是否代征代缴/ 订单金额/ 买家实付金额/ "
    "DDP关税/ 店铺优惠/ 托管商家折扣/ 平台补贴/ 商品ID/ 商品信息/ EANcode/ "
    "商品编码/ 订单备注/ 完整收货地址/ 完整收货地址（常用语言）/ 收件人名称/ 联系电话/ 手机/ "
    "联系邮件/ 详细地址/ 邮编/ 扩展城市（德/意/波/墨为真实的城市）/ 城市/ 州/省/ 收货国家/ "
    "National address（仅沙特使用）/ 税号/ 买家选择物流/ 发货期限/ 实际发货单号/ 发货时间/ 确认收货时间/ "
    "订单业务模式/ 定制信息"
)

Step = tuple[str, Any]
PAID: tuple[Step, ...] = (("pay", {}), ("pass_risk", {}))


def box(number: str, carrier: str = "CAINIAO_STANDARD", **lines: int) -> dict[str, Any]:
    body: dict[str, Any] = {"carrier": carrier, "tracking_no": number}
    pieces = [{"line_id": name.removeprefix("line"), "quantity": quantity} for name, quantity in lines.items()]
    return body | ({"lines": pieces} if pieces else {})


def shipped(*boxes: dict[str, Any]) -> Step:
    return "ship", {"parcels": list(boxes)}


ALL = shipped(box("00340434161094042557"))
PART = shipped(box("000000000000000000000000000001", "EMS: express, 国际", line1=1))
DISPUTE = {"kind": "not_received", "claim": "1", "solution": "refund", "text": "It has not come.", "line_ids": ["1"]}
SITUATIONS: dict[str, tuple[Step, ...]] = {
    "unpaid": (),
    "paying": (("start_payment", {}),),
    "in risk control": (("pay", {}),),
    "held": (("pay", {}), ("hold_risk", {})),
    "short of money": (("pay", {}), ("report_short_payment", {"received": "7"})),
    "to ship": PAID,
    "shipped in part": (*PAID, PART),
    "shipped in parts": (
        *PAID,
        PART,
        shipped(box("RR000000000000000000002CN", "4PX", line1=1), box("0", "4PX", line3=1)),
    ),
    "shipped": (*PAID, ALL),
    "delivered": (*PAID, PART, ALL, ("report_delivery", {"parcel_id": "p2"}), ("report_delivery", {"parcel_id": "p1"})),
    "received": (*PAID, ALL, ("confirm_receipt", {})),
    "finished": (
        *PAID,
        ALL,
        ("confirm_receipt", {}),
        ("release_funds", {"commission": "1", "affiliate_fee": "2"}),
    ),
    "cancelling": (*PAID, ("request_cancellation", {"reason": "changed my mind"})),
    "cancelled": (*PAID, ("request_cancellation", {"reason": "x"}), ("accept_cancellation", {})),
    "refunded": (
        *PAID,
        ("request_cancellation", {"reason": "x"}),
        ("accept_cancellation", {}),
        ("complete_refund", {}),
    ),
    "rejected": (("pay", {}), ("reject_risk", {})),
    "not shipped in time": (*PAID, PART, ("expire_shipment", {})),
    "never shipped": (*PAID, ("expire_shipment", {})),
    "frozen": (*PAID, ("freeze", {"reason": "checked"})),
    "frozen in part": (*PAID, PART, ("freeze", {"reason": "checked"})),
    "disputed": (*PAID, ALL, ("open_dispute", DISPUTE)),
    "disputed in part": (*PAID, PART, ("open_dispute", DISPUTE)),
    "settled": (*PAID, ALL, ("open_dispute", DISPUTE), ("accept", {}), ("complete_refund", {"coupon": "1"})),
    "settled, released for less": (
        *PAID,
        ALL,
        ("confirm_receipt", {}),
        ("open_dispute", DISPUTE),
        ("accept", {}),
        ("release_funds", {"amount": "20", "commission": "2"}),
    ),
    "withdrawn": (*PAID, ALL, ("open_dispute", DISPUTE), ("withdraw", {})),
    "sent back": (
        *PAID,
        ALL,
        ("open_dispute", {**DISPUTE, "kind": "not_as_described", "solution": "return_and_refund"}),
        ("accept", {}),
        ("give_return_address", {"address": {"country": "CN"}}),
        ("buyer_returned", {"carrier": "EMS", "tracking_no": "RT1"}),
        ("confirm_return", {}),
    ),
    "cancelled unpaid": (("cancel_unpaid", {}),),
    "expired unpaid": (("expire_payment", {}),),
    "cheaper": (("adjust_price", {"total": "3"}),),
    "dearer": (("adjust_price", {"total": "99"}), *PAID),
}
MONEY = ("received", "claim", "total", "commission", "affiliate_fee", "amount", "coupon")


@dataclass
class Life:
    """Orders of one shop, placed and acted upon hour by hour; what was sent is exported."""

    office: Office
    shop: Shop
    bodies: list[dict[str, Any]] = field(default_factory=list)
    due: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def place(self, placed_at: str, currency: str = "USD", **changes: Any) -> dict[str, Any]:
        number = next(self.numbers)
        body = new_order(
            order_id=changes.pop("order_id", None) or f"{number:03}0000000000000017"[: 15 + number % 5],
            placed_at=placed_at,
            currency=currency,
            shipping_fee=money("3.05", currency),
            buyer={"id": f"b{number}", "country": "ES"} | ({"name": "Alex Example"} if number % 2 else {}),
            recipient={
                "country": COUNTRY[currency],
                "name": "Alex Example",
                "city": "Springfield" if number % 3 else "春田市",
                "street": "1 Example Street, Flat 2",
                "zip": f"0{number:04}",
                "phone": f"00{number:06}",
            },
            lines=[
                line("1", 3, "10.05", currency, sku=f"00{number}", title=f"标题 {number} \U0001f600"),
                line("2", 1, "0.00", currency, attributes={"Color": "Red", "尺寸": "L"}, handling_days=number % 9),
                line("3", 2, "5.55", currency, image_url="https://i.test/3.jpg"),
            ],
        )
        body |= changes
        self.bodies.append(body)
        answer = self.shop.platform.post("/v1/orders", body)
        assert answer.status == 201, answer.content
        return body

    def act(self, body: dict[str, Any], *steps: Step) -> None:
        order_id, at = body["order_id"], datetime.fromisoformat(body["placed_at"])
        for action, content in steps:
            at += timedelta(hours=1, seconds=7, microseconds=999_999)
            fields = {name: money(each, body["currency"]) if name in MONEY else each for name, each in content.items()}
            if action == "complete_refund":
                refunds = self.shop.platform.get(f"/v1/orders/{order_id}").json["refunds"]
                fields |= {"refund_id": refunds[-1]["refund_id"]}
            about = f"/v1/orders/{order_id}"
            if action in DISPUTE_ACTIONS:
                about = f"/v1/disputes/{self.shop.platform.get(about).json['dispute']['dispute_id']}"
            answer = self.shop.platform.post(f"{about}/actions/{action}", fields | {"at": at.isoformat()})
            assert answer.status == 200, (action, answer.content)
            for due in answer.json.get("deadlines", ()):
                if "due_at" in due:  # a held timer has none
                    self.due[order_id][due["kind"]] = due["due_at"]

    def known(self, body: dict[str, Any], *, masked: bool = False) -> Known:
        return Known.read(self.shop.staff, body, masked=masked, due=self.due[body["order_id"]])


def money(amount: str, currency: str) -> dict[str, str]:
    return {"amount": f"{Decimal(amount):.{DIGITS[currency]}f}", "currency": currency}


def line(line_id: str, quantity: int, price: str, currency: str, **more: Any) -> dict[str, Any]:
    body = {"line_id": line_id, "product_id": f"0{line_id}00500123456789", "quantity": quantity}
    return body | {"unit_price": money(price, currency)} | more


@dataclass
class ExportedFiles:
    """The orders, in full and masked, and every file with the job that made it."""

    orders: list[Known]
    masked: list[Known]
    customers: list[dict[str, Any]]
    files: dict[tuple[str, str, str, str], tuple[dict[str, Any], bytes]]
    many: str

    def expected(self, kind: str, layout: str, zone: str) -> Any:
        if kind == "customers":
            return ExpectedBuyers(self.customers, zone, layout != "english", masked=zone == FAR)
        return Expected(self.orders if zone == ZONE else self.masked, zone, layout != "english", kind)


def live(life: Life) -> str:
    """Orders of every sort; answers with the number of one that has 700 lines."""
    at = datetime.fromisoformat("2026-02-03T17:30:59Z")
    for name, steps in SITUATIONS.items():
        for currency in DIGITS:
            at += timedelta(days=3, hours=1, minutes=1)
            body = life.place(at.isoformat(), currency)
            life.act(body, *steps)
            if name in ("to ship", "finished"):
                note = {"note": "=SUM(A1)\nsecond line", "tags": ["vip", "大客户"], "assignee": "业务员 007"}
                assert life.shop.staff.patch(f"/v1/orders/{body['order_id']}", note).status == 200
    for number, change in enumerate(CHANGES):
        body = life.place(change, order_id=f"00000000000000000{number:02}")
        life.act(body, *(PAID if number % 2 else ()))
    for currency, digits in DIGITS.items():
        most = str((10**15 - 1) / Decimal(10**digits))
        life.place(
            "2026-05-05T05:05:05Z", currency, lines=[line("1", 1, most, currency)], shipping_fee=money("0", currency)
        )
        third = str((10**15 - 1) // 3 / Decimal(10**digits))
        more = {"tax": money("0", currency), "discount": money(third, currency)}
        body = life.place("2026-05-06T05:05:05.5Z", currency, lines=[line("1", 3, third, currency)], **more)
        life.act(body, *PAID, ("ship", {"parcels": [box("9" * 30, "DHL")]}), ("confirm_receipt", {}))
    life.place(
        "2026-06-01T00:00:00Z",
        order_id="9999999999999999999",
        buyer={"id": "0012", "country": "US", "name": "Alex Example", "email": "alex@example.com"},
        recipient={"country": "ZZ", "phone": "+44 00 0000", "mobile": "-00 11", "tax_id": "000123", "zip": "00501"},
        memo=" leading blank\nsecond line\ttabbed ",
        chosen_service="CAINIAO_STANDARD",
        delivery_days=30,
        tax={"amount": "1.10", "currency": "USD"},
        discount={"amount": "2.20", "currency": "USD"},
    )
    life.place("2026-06-01T00:00:00Z", order_id="0", recipient={"country": "DE"})
    presale = life.place("2026-06-02T00:00:00Z", order_id="A_-z")
    for changed_at, status in (
        ("2026-06-03T00:00:00Z", "IN_BOOK_SALE"),
        ("2026-06-04T00:00:00Z", "WAIT_GROUP_SUCCESS"),
    ):
        answer = life.shop.platform.act("A_-z", "sync", snapshot(presale, status, changed_at=changed_at))
        assert answer.status == 200, answer.content
    for number, currency in enumerate((*DIGITS, "USD")):
        again = life.place(f"2026-06-1{number}T00:00:00Z", currency, buyer={"id": "买家 0012", "country": "DE"})
        life.act(again, *(PAID if number < 3 else (("cancel_unpaid", {}),)))
    fields = {"tags": ["vip", "大客户"], "note": "=SUM(A1)\nsecond line", "blocked": True, "reminder_opt_out": True}
    assert life.shop.staff.patch("/v1/customers/0012", fields).status == 200
    lines = [
        line(str(n), n % 3 + 1, f"{n}.99", "USD", title=f"Title {n} 标题 \U0001f600", sku=f"S{n}") for n in range(700)
    ]
    many: dict[str, Any] = life.place("2026-07-04T12:00:00Z", order_id="0000700000000000000", lines=lines)
    life.act(many, *PAID, shipped(box("LX000000700CN", line0=1, line1=1, line699=1)))
    return str(many["order_id"])


@pytest.fixture(scope="module")
def exported() -> Iterator[ExportedFiles]:
    """Everything that the tests here look at; what made it is gone by then."""
    with open_office() as office:
        office.at(NOW)
        shop = office.api.shop(time_zone=ZONE, deadline_policy={"mode": "watch"})
        life = Life(office, shop)
        many = live(life)
        files = {}
        for kind, layouts in LAYOUTS.items():
            for layout, form, zone in itertools.product(layouts, FORMATS, (ZONE, FAR)):
                window = {} if kind in ("shipments", "customers") else {"window": WINDOW}
                far = {} if zone == ZONE else {"time_zone": FAR, "recipient": "masked"}
                export = office.make(shop.staff, kind=kind, layout=layout, format=form, **window, **far)
                assert len(export["files"]) == 1
                files[kind, layout, form, zone] = export, office.fetch(shop.staff, export)
        orders, masked = ([life.known(body, masked=mask) for body in life.bodies] for mask in (False, True))
        customers = shop.viewer.every("/v1/customers")
    yield ExportedFiles(orders, masked, customers, files, many)


def test_every_cell_equals_what_the_api_says(exported: ExportedFiles) -> None:
    cells, wrong = 0, []
    for (kind, layout, form, zone), (export, content) in exported.files.items():
        rows = typed(content, export)
        compared, differ = differences(rows, exported.expected(kind, layout, zone), form)
        assert compared > 500, (kind, layout, form, "hardly anything was compared")
        wrong += [f"{kind} {layout} {form} {zone}: {each}" for each in differ]
        cells += compared
    assert not wrong, "\n".join(wrong[:40])
    assert len(exported.files) == 72 and len(exported.orders) >= 90
    proof.counted("cells of exports equal to the API's answers", cells, FLOOR)


def test_openpyxl_reads_the_same(exported: ExportedFiles) -> None:
    """A second reader, which also says of what type each cell is and how it is shown."""
    cells = 0
    for (kind, layout, form, zone), (_, content) in exported.files.items():
        if form != "xlsx" or zone != ZONE:
            continue
        book = openpyxl.load_workbook(io.BytesIO(content))
        assert book.sheetnames == ["Sheet1", "About this file" if layout == "english" else "文件说明"]
        headings, *rows = book.worksheets[0].iter_rows()
        expected = exported.expected(kind, layout, zone)
        for row, values in zip(rows, expected.cells([str(cell.value) for cell in headings]), strict=True):
            for cell, said in zip(row, values, strict=True):
                cells += 1
                assert same_cell(cell.value, said), (kind, layout, cell.coordinate, cell.value, said)
                if isinstance(said, str):
                    assert (cell.data_type, cell.number_format) == ("s", "@")
                elif isinstance(said, datetime):
                    assert cell.is_date and cell.number_format == "yyyy-mm-dd hh:mm:ss"
                elif said is not None:
                    assert cell.data_type == "n"
                    wanted = "0" if isinstance(said, int) else "0.00%" if isinstance(said, Share) else "#,##0.00##"
                    assert cell.number_format == wanted
    proof.counted("cells of exports that openpyxl reads the same", cells, FLOOR // 5)


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed: soffice is not on the path")
def test_libreoffice_reads_the_same(exported: ExportedFiles, tmp_path: Path) -> None:
    """LibreOffice opens every workbook and writes it again; what it wrote says the same."""
    names = {}
    for place, ((kind, layout, form, zone), (_, content)) in enumerate(exported.files.items()):
        if form != "csv" and zone == ZONE and (kind, layout) in RESAVED:
            path = tmp_path / f"{place}.{form}"
            path.write_bytes(content)
            names[path] = exported.expected(kind, layout, zone)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    arguments = ["--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", tmp_path / "out", *names]
    subprocess.run([str(SOFFICE), profile, *arguments], check=True, capture_output=True, timeout=300)
    cells, wrong = 0, []
    for path, expected in names.items():
        content = (tmp_path / "out" / f"{path.stem}.xlsx").read_bytes()
        compared, differ = differences(typed(content, {"format": "xlsx"}), expected, "xlsx")
        wrong += [f"{path.name}: {each}" for each in differ]
        cells += compared
        shown = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
        assert shown.auto_filter.ref == shown.dimensions, "every row can be filtered by every column"
        assert shown.page_setup.orientation == "landscape" and shown.sheet_properties.pageSetUpPr.fitToPage
        assert (shown.print_title_rows, shown.print_title_cols) == ("$1:$1", "$A:$A")
        assert {cell.fill.fgColor.rgb for cell in shown[1]} == {"FF99CCFF"}
    assert not wrong, "\n".join(wrong[:20])
    assert len(names) == 12
    proof.counted("cells of exports that LibreOffice reads the same", cells, FLOOR // 3)


def test_the_headings_are_the_layouts_own(exported: ExportedFiles) -> None:
    """To the letter where other tools look for them; with the zone of their times where they are ours."""
    old, new, english, chinese = (
        typed(exported.files["orders", layout, "xls", ZONE][1], {"format": "xls"})[0] for layout in LAYOUTS["orders"]
    )
    assert old == OLD.split("/ ") and len(old) == 26
    assert new == NEW.split("/ ") and len(new) == 44
    assert {f"Placed at ({ZONE})", "Order no.", "Country code", "Order total"} <= set(english)
    assert {f"下单时间 ({ZONE})", "订单号", "国家代码", "订单金额"} <= set(chinese)
    assert len(english) == len(set(english)) == len(chinese) >= 40
    for (kind, layout, form, zone), (export, content) in exported.files.items():
        row = typed(content, export)[0]
        assert row == typed(exported.files[kind, layout, "xls", zone][1], {"format": "xls"})[0], (kind, layout, form)
        assert len(row) == len(set(row))


def test_local_times_on_both_sides_of_a_change_of_the_clock(exported: ExportedFiles) -> None:
    """By the literal: the hour that comes twice is shown twice, and the one that is left out never."""
    shown = 0
    for form in FORMATS:
        export, content = exported.files["orders", "english", form, ZONE]
        headings, *rows = typed(content, export)
        place = headings.index(f"Placed at ({ZONE})")
        found = {row[0]: str(row[place]) for row in rows}
        for number, local in enumerate(CHANGES.values()):
            assert found[f"00000000000000000{number:02}"] == local
            shown += 1
    assert shown == 33


def test_a_text_that_no_cell_holds_is_cut_and_the_order_is_named(exported: ExportedFiles) -> None:
    """700 products do not fit into one cell: it ends at the last character that does, and the file says so."""
    cut = 0
    for (kind, layout, form, _), (export, content) in exported.files.items():
        headings = typed(content, export)[0]
        column = next(
            (heading for heading in headings if heading.startswith(("产品信息", "商品信息", "Products in"))), None
        )
        warnings = [each for each in export["warnings"] if each["code"] == "shortened"]
        assert [(each["order_id"], each["column"]) for each in warnings] == (
            [(exported.many, column)] if column else []
        )
        if column and form != "csv":
            expected = dict(reversed(row) for row in typed(content, export, 1))
            assert f"{exported.many}: {column}" in expected, layout
        cut += bool(column)
        assert kind == "orders" or not column
    assert cut == 24


def test_counts_and_totals_are_those_of_the_orders(exported: ExportedFiles) -> None:
    for (kind, layout, form, zone), (export, content) in exported.files.items():
        expected = exported.expected(kind, layout, zone)
        found = {row.name: row.adds for row in expected.rows}
        count, totals = len(found), dict[str, Decimal]()
        for amount in itertools.chain(*found.values()):
            totals[amount["currency"]] = totals.get(amount["currency"], Decimal(0)) + Decimal(amount["amount"])
        (file,) = export["files"]
        assert (file["rows"], file["orders"]) == (len(expected.rows), count)
        assert export["coverage"]["orders"] == export["progress"]["done"] == count
        assert export["coverage"]["time_zone"] == zone and export["coverage"]["complete"]
        if kind != "shipments":
            assert {each["currency"]: Decimal(each["amount"]) for each in export["totals"]} == totals
        if form != "csv":
            summary = about(content, export)
            name = "Rows in this file" if layout == "english" else "本文件行数"
            assert summary[name] == len(expected.rows)
            said = ("Spent", "消费金额合计") if kind == "customers" else ("Order total", "订单金额合计")
            names = {f"{name} (KWD)" for name in said} & set(summary)
            if kind != "shipments":
                assert Decimal(repr(summary[names.pop()])) == totals["KWD"]


def test_the_second_sheet_tells_about_the_file_in_its_own_language(exported: ExportedFiles) -> None:
    seen = 0
    for (_, layout, form, _), (_, content) in exported.files.items():
        if form == "csv":
            continue
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        assert book.sheet_names == ["Sheet1", "About this file" if layout == "english" else "文件说明"]
        rows = typed(content, {"format": form}, 1)
        assert len(rows) >= 12 and all(row[0] for row in rows)
        assert any(FAR in row or ZONE in row for row in rows)
        assert ("Store" if layout == "english" else "店铺") == rows[0][0]
        seen += 1
    assert seen == 48
