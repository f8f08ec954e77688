"""The page of exports: ask for a file, follow it, fetch it and read it."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.console.conftest import Console
from tests.harness import Shop

WORDS = {
    "en": ("Start the export", "Complete: every order of the window is in it.", "Download", "Details"),
    "zh-CN": ("开始导出", "完整：包含时间范围内的全部订单。", "下载", "详情"),
}


@pytest.mark.parametrize("language", WORDS)
def test_an_export_is_asked_for_fetched_and_read(console: Console, shop: Shop, tmp_path: Path, language: str) -> None:
    orders = {shop.platform.place()["order_id"] for _ in range(3)}
    start, complete, download, details = WORDS[language]
    page = console.open(shop, "exports", language=language, role="staff", format="csv")
    page.get_by_role("button", name=start).click()
    expect(page.get_by_text(complete)).to_be_visible(timeout=30_000)
    with page.expect_download() as fetched:
        page.get_by_role("button", name=download, exact=True).click()
    file = tmp_path / fetched.value.suggested_filename
    fetched.value.save_as(file)
    assert file.suffix == ".csv"
    rows = list(csv.reader(file.read_text("utf-8-sig").splitlines()))
    assert {row[0] for row in rows[1:]} >= orders
    page.get_by_text(details, exact=True).click()
    expect(page.get_by_text(hashlib.sha256(file.read_bytes()).hexdigest())).to_be_visible()


def test_a_list_of_orders_is_exported_as_it_is_filtered(console: Console, shop: Shop) -> None:
    paid, _ = (shop.platform.place()["order_id"] for _ in range(2))
    assert shop.platform.act(paid, "pay").status == 200
    page = console.open(shop, "orders", status="RISK_CONTROL")
    page.get_by_role("button", name="Export this list").click()
    expect(page.get_by_label("Payment being verified")).to_be_checked()
    page.get_by_role("button", name="Start the export").click()
    row = page.get_by_role("table", name="History").get_by_role("row").nth(1)
    expect(row.get_by_text("Complete")).to_be_visible(timeout=30_000)
    [job] = shop.owner.every("/v1/exports")
    assert (job["statuses"], job["coverage"]["orders"]) == (["RISK_CONTROL"], 1)


def test_a_window_that_goes_on_is_said_to_be_cut_off(console: Console, shop: Shop) -> None:
    shop.platform.place()
    page = console.open(shop, "exports", placed_from="2026-01-01T00:00:00Z", placed_to="2099-01-01T00:00:00Z")
    page.get_by_role("button", name="Start the export").click()
    expect(page.get_by_text("Cut off: the window had not ended")).to_be_visible(timeout=30_000)


def test_the_owner_sets_the_regular_export(console: Console, shop: Shop) -> None:
    page = console.open(shop, "exports")
    form = page.locator("form").filter(has=page.get_by_label("How often"))
    form.get_by_label("How often").select_option(label="Weekly")
    form.get_by_label("Export regularly").check()
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("Saved.")).to_be_visible()
    schedule = shop.owner.get("/v1/export-schedule").json
    assert (schedule["enabled"], schedule["cadence"]) == (True, "weekly")
    expect(form.get_by_text("(Asia/Shanghai)")).to_be_visible()


def test_a_viewer_reads_why_there_is_no_export(console: Console, shop: Shop) -> None:
    page = console.open(shop, "exports", role="viewer")
    expect(page.get_by_text("A viewer only reads orders.")).to_be_visible()
    expect(page.get_by_role("button", name="Start the export")).to_have_count(0)
