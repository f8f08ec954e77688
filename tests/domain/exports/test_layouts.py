"""Layouts: exact headings of the seller centre, and no column twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shared.domain.exports import customer_columns
from shared.domain.exports.columns import COLUMNS
from shared.domain.exports.layouts import LAYOUTS, SELLER_CENTRE_2016, SELLER_CENTRE_2026, Layout, columns_of, named
from shared.domain.exports.model import Kind

EVERY = [(kind, name, layout) for kind, layouts in LAYOUTS.items() for name, layout in layouts.items()]


@pytest.mark.parametrize(
    ("era", "layout", "count"),
    [("B_2016_2019_cn_26col", SELLER_CENTRE_2016, 26), ("E_2025_2026_cn_44col", SELLER_CENTRE_2026, 44)],
)
def test_the_seller_centres_headings_are_exact(shared_data: Path, era: str, layout: Layout, count: int) -> None:
    headers = json.loads((shared_data / "aliexpress_export" / "headers.json").read_text())[era]["columns"]
    assert [heading for heading, _ in layout.columns] == headers
    assert len(headers) == count


@pytest.mark.parametrize(("kind", "name", "layout"), EVERY, ids=[f"{kind}-{name}" for kind, name, _ in EVERY])
def test_a_layout_names_each_column_once_and_only_columns_of_its_kind(kind: str, name: str, layout: Layout) -> None:
    headings = [heading for heading, _ in layout.columns]
    codes = [code for _, code in layout.columns if code]
    assert len(set(headings)) == len(headings) and all(headings)
    assert len(set(codes)) == len(codes)
    assert set(codes) <= set(columns_of(kind))
    assert name != "english" or layout.language == "en"


def test_every_kind_has_layouts_in_both_languages() -> None:
    assert set(LAYOUTS) == {str(kind) for kind in Kind}
    for layouts in LAYOUTS.values():
        assert {layout.language for layout in layouts.values()} == {"zh-CN", "en"}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_all_columns_have_different_headings(language: str) -> None:
    for columns, least in ((COLUMNS, 55), (customer_columns.COLUMNS, 20)):
        headings = [heading for heading, _ in named(columns, language, columns).columns]
        assert len(set(headings)) == len(columns) >= least


def test_a_row_of_a_whole_order_has_no_column_of_a_line() -> None:
    assert not {"line_id", "quantity", "unit_price"} & set(columns_of("orders"))
    assert {"line_id", "quantity", "unit_price", "order_id"} <= set(columns_of("lines"))


def test_columns_without_data_are_listed() -> None:
    assert SELLER_CENTRE_2016.unknown == ()
    assert {"支付方式", "EANcode"} <= set(SELLER_CENTRE_2026.unknown)
