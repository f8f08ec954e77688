"""Files of the pick list: each has exactly what GET /v1/pick-list answers."""

from __future__ import annotations

import io
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from functions.exports.formats import csv
from shared.domain.exports.layouts import LAYOUTS
from shared.domain.order.model import Line
from shared.domain.order.picks import picks
from tests.domain.build import life_in
from tests.exports.expected.cells import differences
from tests.exports.files import about, sheet, typed
from tests.exports.office import Office
from tests.harness import Shop, line, parcel

HEADINGS = {
    "english": ["SKU", "Product id", "Title", "Attributes", "Pieces", "Orders"],
    "chinese": ["商家编码", "商品ID", "商品名称", "产品属性", "待发数量", "订单数"],
}
CODES = ("sku", "product_id", "title", "attributes", "quantity", "orders")
HOSTILE = ("=1+1", "@SUM(A1)", "-2", "0012", "1E5", "拣货 😀", 'a"b,c\n d', "\ta", "é" * 80)
SOFFICE = shutil.which("soffice")


class Expected:
    """What the API answers, as the cells of a file; like office.Expected."""

    def __init__(self, listed: dict[str, Any]) -> None:
        assert listed["complete"]
        self.rows = listed["data"]

    def cells(self, headings: list[str]) -> Any:
        assert headings in HEADINGS.values()
        return ([_cell(row.get(code)) for code in CODES] for row in self.rows)


def _cell(value: Any) -> Any:
    return "、".join(f"{name}:{text}" for name, text in value.items()) if isinstance(value, dict) else value


@pytest.fixture
def shop(office: Office) -> Shop:
    shop = office.api.shop(name="Shop")
    lines = [line(str(n), n + 1, sku=text.strip(), title=f"{text} lamp") for n, text in enumerate(HOSTILE)]
    lines += [line("p", 3, attributes={"Color": "Black", "Plug": "EU"}), line("q", 1)]
    for number in range(3):
        order_id = shop.platform.place(lines=lines[number:])["order_id"]
        for step in ("pay", "pass_risk"):
            assert shop.platform.act(order_id, step).status == 200
        if number == 0:
            assert shop.staff.act(order_id, "ship", {"parcels": [parcel("LX1", line0=1)]}).status == 200
        if number == 2:
            shop.platform.act(order_id, "freeze", {"reason": "check"})
    shop.platform.place(lines=lines)
    return shop


@pytest.mark.parametrize("layout", HEADINGS)
@pytest.mark.parametrize("form", ["xls", "xlsx", "csv"])
def test_a_file_has_what_the_api_lists(office: Office, shop: Shop, form: str, layout: str) -> None:
    listed = shop.viewer.get("/v1/pick-list").json
    assert len(listed["data"]) == 10 and listed["orders"] == 2
    made = office.make(shop.staff, kind="picks", format=form, layout=layout)
    (file,) = made["files"]
    assert file["name"] == f"Shop_pick-list_1.{form}" and file["rows"] == file["orders"] == 10
    coverage = {name: made["coverage"][name] for name in ("from", "to", "orders", "complete")}
    assert coverage == {"from": None, "to": None, "orders": 10, "complete": True}
    assert made["progress"] == {"done": 10, "total": 10, "percent": 100} and made["totals"] == []
    content = office.fetch(shop.staff, made)
    rows = sheet(content, made) if form == "csv" else typed(content, made)
    assert rows[0] == HEADINGS[layout]
    compared, wrong = differences(rows, Expected(listed), form)
    assert (compared, wrong) == (60, [])
    if form != "csv":
        summary = about(content, made)
        assert summary["Products in this file" if layout == "english" else "本文件商品数"] == 10
        names = {"Recipients", "Statuses", "From", "收货人信息", "订单状态"}
        assert not names & set(summary), "it is of no person and no window"


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed: soffice is not on the path")
def test_libreoffice_reads_the_same_and_prints_it(office: Office, shop: Shop, tmp_path: Path) -> None:
    expected = Expected(shop.viewer.get("/v1/pick-list").json)
    for form in ("xls", "xlsx"):
        made = office.make(shop.staff, kind="picks", format=form, layout="english")
        (tmp_path / f"{form}.{form}").write_bytes(office.fetch(shop.staff, made))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    arguments = ["--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", tmp_path / "out"]
    files = [tmp_path / "xls.xls", tmp_path / "xlsx.xlsx"]
    subprocess.run([str(SOFFICE), profile, *arguments, *files], check=True, capture_output=True, timeout=120)
    for form in ("xls", "xlsx"):
        content = (tmp_path / "out" / f"{form}.xlsx").read_bytes()
        assert differences(typed(content, {"format": "xlsx"}), expected, "xlsx") == (60, [])
        shown = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
        assert shown.page_setup.orientation == "landscape" and shown.print_title_rows == "$1:$1"


def test_several_files_have_each_product_once(office: Office, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv, "MAX_ROWS", 3)
    listed = shop.viewer.get("/v1/pick-list").json["data"]
    made = office.make(shop.staff, kind="picks", format="csv", columns=["product_id", "quantity"], language="en")
    assert [file["rows"] for file in made["files"]] == [3, 3, 3, 1]
    found = [row for n in range(1, 5) for row in sheet(office.fetch(shop.staff, made, n), made)[1:]]
    assert found == [[each["product_id"], str(each["quantity"])] for each in listed]


def test_there_is_none_while_nothing_can_be_shipped(office: Office) -> None:
    shop = office.api.shop()
    refused = shop.owner.post("/v1/exports", {"kind": "picks"})
    assert (refused.status, refused.code) == (409, "nothing_to_ship")
    order_id = shop.platform.place()["order_id"]
    for step, body in (("pay", {}), ("pass_risk", {}), ("freeze", {"reason": "check"})):
        shop.platform.act(order_id, step, body)
    assert shop.owner.post("/v1/exports", {"kind": "picks"}).code == "nothing_to_ship"
    shop.platform.act(order_id, "unfreeze")
    assert shop.owner.post("/v1/exports", {"kind": "picks"}).status == 202


def test_text_that_a_cell_cannot_hold_is_reported_with_its_sku(office: Office) -> None:
    shop = office.api.shop()
    order_id = shop.platform.place(lines=[line("1", 1, sku="A", title="a\x01b")])["order_id"]
    for step in ("pay", "pass_risk"):
        shop.platform.act(order_id, step)
    made = office.make(shop.owner, kind="picks", format="xlsx", language="en")
    assert [(each["code"], each["column"], each["sku"]) for each in made["warnings"]] == [("cleaned", "Title", "A")]


def test_a_sku_and_a_product_of_the_same_number_are_two_products() -> None:
    lines = (
        Line("1", "1", 1, 100, sku="7"),
        Line("2", "7", 2, 100),
        Line("3", "7", 4, 100, attributes={"a": "b"}),
        Line("4", "2", 8, 100, sku="7"),
    )
    found, orders = picks([life_in("WAIT_SELLER_SEND_GOODS", lines=lines).order])
    assert [(each.sku, each.product_id, each.attributes, each.quantity) for each in found] == [
        ("7", "1", None, 9),
        (None, "7", None, 2),
        (None, "7", {"a": "b"}, 4),
    ]
    assert orders == 1
    assert all(one.key < two.key for one, two in pairwise(found)), "in the order of their positions"
    assert set(LAYOUTS["picks"]) == {"chinese", "english"}
