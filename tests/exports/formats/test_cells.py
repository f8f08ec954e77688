"""Every cell of every file equals what the API says of the order: each kind, format and layout, read back.

The expected cells come from `office.CELL_RULES` and the API's JSON, without the code that makes the cells.
"""

from __future__ import annotations

import io
import itertools
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from tests import proof
from tests.exports.expected.cells import Share, differences, same_cell
from tests.exports.expected.customers import ExpectedBuyers
from tests.exports.expected.orders import Expected, Known
from tests.exports.files import about, typed
from tests.exports.office import open_office
from tests.exports.situations import CHANGES, Life, live

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
FLOOR = proof.size(60_000, 100_000)

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


def far_forms(kind: str, layout: str) -> tuple[str, ...]:
    """In which format an export is made for the other zone, and masked, in `make test`."""
    every = [(each, one) for each, layouts in LAYOUTS.items() for one in layouts]
    return (FORMATS[every.index((kind, layout)) % 3],)


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
                if zone == FAR and form not in proof.size(far_forms(kind, layout), FORMATS):
                    continue
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
    assert len(exported.files) == proof.size(48, 72) and len(exported.orders) >= proof.size(50, 90)
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
        here = typed(exported.files[kind, layout, "xls", ZONE][1], {"format": "xls"})[0]
        assert row == [heading.replace(ZONE, zone) for heading in here], (kind, layout, form)
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
    """So many products do not fit into one cell: it ends at the last character that does, and the file says so."""
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
    assert cut == proof.size(16, 24)


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
    assert seen == proof.size(32, 48)
