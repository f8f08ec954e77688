"""The signs and digits of a Chinese keyboard in a cell mean what the plain ones mean."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from functions.imports.layouts.cells import CellContext
from functions.imports.layouts.orderkeep import OWN_LINES, OWN_ORDERS
from functions.imports.order_states import refund_of
from shared.domain.exports.columns import COLUMNS
from tests import proof
from tests.imports.importer import Importer, workbook
from tests.imports.test_order_rows import HEADINGS, row

PRODUCT = "【1】 Mouse\n(产品属性: 颜色:红、尺寸:L)\n(商家编码:M-1)\n(产品数量:2 piece)"
WIDE = PRODUCT.replace("(", "（").replace(")", "）").replace("产品数量:2", "产品数量：２").replace("编码:", "编码：")
SAME: list[tuple[str, str, str]] = [
    ("deadlines", "发货：２０２６－１２－０１　０８：００＋０８：００", "发货: 2026-12-01 08:00+08:00"),
    ("deadlines", "shipping：2026-12-01 08:00", "shipping: 2026-12-01 08:00"),
    ("overlays", "dispute，frozen", "dispute, frozen"),
    ("overlays", "dispute；frozen、unread", "dispute, frozen, unread"),
    ("placed_at", "２０２６-１１-０１ ０８：００", "2026-11-01 08:00"),
    ("total", "￥１，２００．５０", "¥1,200.50"),
    ("quantity", "１２", "12"),
    ("order_id", "８２００００００００００００１９", "8200000000000019"),
    ("shipments", "EMS：LX０００００００１１CN", "EMS:LX000000011CN"),
    ("shipped_with", "EMS：LX000000011CN\nDHL：LX000000012CN", "EMS: LX000000011CN\nDHL: LX000000012CN"),
    ("attributes", "颜色：红、尺寸：L", "颜色:红、尺寸:L"),
    ("products", WIDE, PRODUCT),
    ("products", f"{WIDE}\n{PRODUCT.replace('【1】', '【2】')}", f"{PRODUCT}\n{PRODUCT.replace('【1】', '【2】')}"),
]  # fmt: skip
KEPT = [
    ("tags", "大客户，重要", ("大客户，重要",)),
    ("note", "先打电话：谢谢（急）", "先打电话：谢谢（急）"),
    ("attributes", "颜色:红：深", {"颜色": "红：深"}),
    ("shipments", "顺丰：快\n递:LX1", (("顺丰：快\n递", "LX1"),)),
    ("shipped_with", "甲：乙: LX1", (("甲：乙", "LX1"),)),
]
"""Cells in which such a sign is the text's own."""


def value(code: str, cell: str) -> Any:
    layout = OWN_LINES if COLUMNS[code].of_line else OWN_ORDERS
    return layout.grammar(code)(cell, CellContext(ZoneInfo("Asia/Shanghai"), "CNY"))


@pytest.mark.parametrize(("code", "cell", "plain"), SAME, ids=[f"{code}-{n}" for n, (code, _, _) in enumerate(SAME)])
def test_a_full_width_sign_is_read_as_the_plain_one(code: str, cell: str, plain: str) -> None:
    assert cell != plain and value(code, cell) == value(code, plain)
    assert value(code, plain) not in (None, (), {})
    proof.counted("cells with full-width signs", 1, 1)


@pytest.mark.parametrize(("code", "cell", "kept"), KEPT, ids=[f"{code}-{n}" for n, (code, _, _) in enumerate(KEPT)])
def test_the_text_of_a_person_keeps_its_signs(code: str, cell: str, kept: Any) -> None:
    assert value(code, cell) == kept


def test_a_refund_is_read_with_full_width_signs() -> None:
    for text in ("取消订单: 12.50 USD, 已退款", "Dispute: 12.50 USD, Accepted, not yet paid"):
        wide = text.replace(": ", "：").replace(", ", "，", 1).replace("1", "１")
        assert refund_of(wide, "USD") == refund_of(text, "USD") is not None


def test_a_file_with_full_width_deadlines_is_imported(importer: Importer) -> None:
    shop = importer.api.shop()
    cell = "发货：2099-12-01 08:00:00+08:00"
    job = importer.load(shop.staff, workbook([(*HEADINGS, "Deadlines"), [*row("7001"), cell]]), kind="orders")
    assert job["counts"]["created"] == 1, importer.rows(shop.staff, job)
    (due,) = shop.staff.get("/v1/orders/7001").json["deadlines"]
    assert due["due_at"] == "2099-12-01T00:00:00Z"
