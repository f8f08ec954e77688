"""Every layout of the marketplace's exports, in each kind of file: each field is what an independent reader finds."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import xlwt

from functions.imports.order_rows import groups, order_rows
from functions.imports.readers import reader
from functions.imports.sheet import open_sheet
from shared.domain.imports.model import Import, ImportRequest, Kind, new
from shared.domain.imports.orders import OrderRows
from shared.domain.order.transitions import Actor
from shared.domain.stores import Store
from tests import proof

ZONE = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 11, 29, tzinfo=UTC)
ERAS = ("A", "B", "C", "D", "E")
COUNT = proof.size(150, 50_000)
STATUSES = {
    "等待买家付款": "PLACE_ORDER_SUCCESS",
    "等待您发货": "WAIT_SELLER_SEND_GOODS",
    "部分发货": "SELLER_PART_SEND_GOODS",
    "等待买家收货": "WAIT_BUYER_ACCEPT_GOODS",
    "买家申请取消": "IN_CANCEL",
    "订单结束": "FINISH",
}
COUNTRIES = {"Russian Federation": "RU", "西班牙": "ES", "BR": "BR", "Korea": "KR", "United Kingdom": "GB", "UK": "GB"}


def order(number: int, chance: random.Random) -> dict[str, Any]:
    """An invented order, as plain values."""
    status = chance.choice(list(STATUSES))
    placed = datetime(2019, 1, 1, 8) + timedelta(minutes=chance.randrange(500_000))
    items = [
        {
            "title": chance.choice(["Mouse", "Case 【2】", '茶杯 & "cup"', "Cable 1m\nblack"]),
            "sku": chance.choice([None, f"SKU-{chance.randrange(999)}"]),
            "quantity": chance.randrange(1, 5),
            "attributes": chance.choice([None, {"Color": "Red", "Size": "M:L"}]),
        }
        for _ in range(chance.randrange(1, 4))
    ]
    lines, shipping, discount = chance.randrange(1, 400_000), chance.randrange(3_000), chance.randrange(100)
    return {
        "order_id": str(8_200_000_000_000_001 + number),
        "status": status,
        "buyer": f"Buyer {number % 97}",
        "email": f"b{number % 97}@example.invalid",
        "placed": placed,
        "paid": None if status == "等待买家付款" else placed + timedelta(minutes=3),
        "lines": lines,
        "shipping": shipping,
        "discount": discount,
        "total": lines + shipping - discount,
        "items": items,
        "memo": chance.choice([None, 'please, a "gift" box', "+1+1"]),
        "country": chance.choice(list(COUNTRIES)),
        "zip": f"{chance.randrange(99_999):05d}",
        "phone": f"7-{chance.randrange(10**9)}",
        "parcels": [("CAINIAO_STANDARD", f"LX{number:09d}CN")] if status in ("部分发货", "等待买家收货") else [],
    }


def products(each: dict[str, Any], *, blank: bool) -> str:
    texts = []
    for number, item in enumerate(each["items"], 1):
        attributes = "、".join(f"{name}:{value}" for name, value in (item["attributes"] or {}).items())
        text = f"【{number}】 {item['title']}\n(产品属性:{' ' if blank else ''}{attributes})\n"
        text += f"(商家编码:{item['sku']})\n" if item["sku"] else ""
        texts.append(f"{text}(产品数量:{item['quantity']} piece)")
    return "\n".join(texts)


def cells(each: dict[str, Any], era: str) -> dict[str, Any]:
    """The cells of an order by the first line of their heading."""
    new_era = era in "DE"
    time = "%Y-%m-%d %H:%M:%S" if new_era else "%Y.%m.%d %H:%M"

    def money(minor: int) -> Any:
        return minor / 100 if new_era else f"${minor / 100:,.2f}"

    def at(moment: datetime | None) -> str:
        return moment.strftime(time) if moment else ""

    shipments = "\n".join(f"{carrier}:{number}" for carrier, number in each["parcels"])
    return {
        "订单号": each["order_id"],
        "订单状态": each["status"],
        "买家名称": each["buyer"],
        "买家邮箱": each["email"],
        "联系邮件": each["email"],
        "下单时间": at(each["placed"]),
        "付款时间": at(each["paid"]),
        "产品总金额": money(each["lines"]),
        "物流费用": money(each["shipping"]),
        "订单金额": money(each["total"]),
        "满立减": money(each["discount"]),
        "店铺优惠": money(each["discount"]),
        "产品信息": products(each, blank=era != "A"),
        "商品信息": products(each, blank=era != "A"),
        "订单备注": each["memo"] or "",
        "收货人名称": "Recipient",
        "收件人名称": "Recipient",
        "收货国家": each["country"],
        "邮编": each["zip"],
        "联系电话": each["phone"],
        "实际发货物流:运单号": shipments,
        "实际发货单号": shipments,
        "发货时间": at(each["placed"] + timedelta(days=1)) if each["parcels"] else "",
    }


def table(orders: list[dict[str, Any]], era: str, headings: list[str]) -> list[list[Any]]:
    rows = [list(headings)]
    for each in orders:
        known = cells(each, era)
        rows.append([known.get(heading.partition("\n")[0], "") for heading in headings])
    return rows


def xlsx(rows: list[list[Any]], path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("Sheet1")
    for row in rows:
        page.append([openpyxl.cell.WriteOnlyCell(page, cell) for cell in row])
    book.save(path)


def xls(rows: list[list[Any]], path: Path) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("Sheet1")
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell != "":
                page.write(at, column, cell)
    book.save(str(path))


def text(separator: str, encoding: str) -> Callable[[list[list[Any]], Path], None]:
    def write(rows: list[list[Any]], path: Path) -> None:
        out = io.StringIO()
        csv.writer(out, delimiter=separator).writerows(rows)
        path.write_bytes(out.getvalue().encode(encoding))

    return write


KINDS: dict[str, Callable[[list[list[Any]], Path], None]] = {
    "xlsx": xlsx,
    "xls": xls,
    "csv in UTF-8": text(",", "utf-8"),
    "csv with a mark": text(",", "utf-8-sig"),
    "csv in GBK": text(",", "gbk"),
    "tabs": text("\t", "gbk"),
}


@pytest.fixture(scope="module")
def headings(shared_data: Path) -> dict[str, list[str]]:
    eras = json.loads((shared_data / "aliexpress_export" / "headers.json").read_text("utf-8"))
    return {era: next(each["columns"] for name, each in eras.items() if name.startswith(f"{era}_")) for era in ERAS}


def read(path: Path, job: Import) -> list[OrderRows]:
    sheet = open_sheet(reader.read(path, path.with_suffix(".spool")), job, Store("demo"))
    return [order_rows(rows, sheet, NOW) for rows in groups(sheet, 0)]


def expected_times(each: dict[str, Any]) -> tuple[datetime, datetime | None]:
    placed, paid = (moment and moment.replace(tzinfo=ZONE).astimezone(UTC) for moment in (each["placed"], each["paid"]))
    return placed, paid


def minutes(at: datetime | None, era: str) -> datetime | None:
    return at and (at if era in "DE" else at.replace(second=0))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("era", ERAS)
def test_every_field_of_every_era_is_read(era: str, kind: str, headings: dict[str, list[str]], tmp_path: Path) -> None:
    chance = random.Random(f"{era} {kind}")
    count = COUNT if (era, kind) in (("B", "xlsx"), ("E", "xlsx")) else min(COUNT, 1_000)
    orders = [order(number, chance) for number in range(count)]
    path = tmp_path / "upload"
    KINDS[kind](table(orders, era, headings[era]), path)
    job = new("demo", "imp_1", ImportRequest(Kind.ORDERS, "x"), Actor("staff", "x"), NOW)
    found = read(path, job)
    assert len(found) == len(orders)
    fields = 0
    for each, rows in zip(orders, found, strict=True):
        placed = rows.placement
        assert placed.order_id == each["order_id"]
        if era != "C":
            at, paid = expected_times(each)
            assert placed.placed_at == minutes(at, era)
            assert rows.facts.paid_at == minutes(paid, era)
            assert rows.status == STATUSES[each["status"]]
            assert [(one["carrier"], one["tracking_no"]) for one in rows.parcels or ()] == each["parcels"]
            assert placed.buyer.name == each["buyer"]
        assert placed.amounts().lines == each["lines"]
        assert placed.shipping_fee == each["shipping"]
        assert placed.amounts().total + (rows.facts.adjustment or 0) == each["total"]
        assert [(line.title, line.sku, line.quantity, line.attributes) for line in placed.lines] == [
            (item["title"], item["sku"], item["quantity"], item["attributes"]) for item in each["items"]
        ]
        assert placed.recipient["country"] == COUNTRIES[each["country"]]
        assert placed.recipient["zip"] == each["zip"]
        assert placed.recipient["name"] == "Recipient"
        if "联系电话" in headings[era]:
            assert placed.recipient["phone"] == each["phone"]
        if "订单备注" in headings[era]:
            assert placed.memo == each["memo"]
        fields += 12 + 4 * len(placed.lines)
    proof.counted("fields of the marketplace's files", fields, 2_000)
