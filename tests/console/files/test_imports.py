"""The page of imports: a file of orders, its failed rows, and the mended file."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from playwright.sync_api import expect

from tests.console.conftest import Console
from tests.console.say import Say, main_job
from tests.console.waiting import at_rest
from tests.harness import Shop

AMAZON = (
    "order-id",
    "order-item-id",
    "purchase-date",
    "buyer-name",
    "sku",
    "quantity-purchased",
    "currency",
    "item-price",
    "ship-country",
)


@main_job("imports")
def test_orders_come_in_and_the_same_file_changes_nothing(
    console: Console, shop: Shop, tmp_path: Path, say: Say
) -> None:
    page = console.open(shop, "imports", language=say.language, role="staff")
    for counts in ((2, 0, 0), (0, 0, 2)):
        file = sheet(tmp_path, "orders.csv", "9.90", "19.90")
        page.get_by_label(say("Drop the file here, or choose it")).set_input_files(file)
        page.get_by_role("button", name=say("Import"), exact=True).click()
        expect(page.get_by_role("heading", name="orders.csv")).to_be_visible(timeout=30_000)
        expect(page.get_by_text(finished(say))).to_be_visible(timeout=30_000)
        for name, count in zip(("Created", "Updated", "Unchanged"), counts, strict=True):
            expect(page.get_by_role("link", name=f"{say(name)} {count}")).to_be_visible()
        page.get_by_role("link", name=say("All imports")).click()
    assert len(shop.viewer.every("/v1/orders")) == 2


@main_job("imports")
def test_a_failed_row_is_mended_and_sent_again(console: Console, shop: Shop, tmp_path: Path, say: Say) -> None:
    page = console.open(shop, "imports", language=say.language, role="staff")
    file = sheet(tmp_path, "orders.csv", "9.90", "much")
    page.get_by_label(say("Drop the file here, or choose it")).set_input_files(file)
    page.get_by_role("button", name=say("Import"), exact=True).click()
    page.get_by_role("link", name=f"{say('Failed')} 1").click(timeout=30_000)
    row = page.get_by_role("table", name=say("Rows")).get_by_role("row").nth(1)
    for cell in ("item-price", "much", re.compile("^(This is no amount of money.|不是有效金额。)$")):
        expect(row.get_by_role("cell", name=cell, exact=True)).to_be_visible()
    with page.expect_download() as fetched:
        page.get_by_role("button", name=say("Failed rows (.xlsx, with the reasons)")).click()
    assert fetched.value.suggested_filename == "orders_failed.xlsx"
    mended = sheet(tmp_path, "mended.csv", "9.90", "19.90")
    page.get_by_role("button", name=say("Mend and send again")).set_input_files(mended)
    expect(page.get_by_role("heading", name="mended.csv")).to_be_visible(timeout=30_000)
    expect(page.get_by_text(finished(say))).to_be_visible(timeout=30_000)
    expect(page.get_by_role("link", name=f"{say('Failed')} 0")).to_be_visible()
    assert len(shop.viewer.every("/v1/orders")) == 2


def test_a_file_that_was_chosen_stays_over_a_reload(console: Console, shop: Shop, tmp_path: Path) -> None:
    page = console.open(shop, "imports")
    for name in ("former.csv", "orders.csv"):
        page.get_by_label(re.compile("^Drop the file here|^former.csv")).set_input_files(sheet(tmp_path, name, "9.90"))
        expect(page.get_by_label(re.compile(f"^{name}"))).to_be_attached()
    at_rest(page)
    page.reload()
    expect(page.get_by_label(re.compile("^orders.csv"))).to_be_attached()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="orders.csv")).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="All imports").click()
    expect(page.get_by_label("Drop the file here, or choose it")).to_be_attached()
    page.reload()
    expect(page.get_by_label("Drop the file here, or choose it")).to_be_attached()


def test_a_file_that_is_no_sheet_is_refused_with_its_reason(console: Console, shop: Shop) -> None:
    page = console.open(shop, "imports", language="zh-CN")
    picture = {"name": "a.csv", "mimeType": "text/csv", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(range(256))}
    page.get_by_label("将文件拖到此处").set_input_files(picture)  # type: ignore[arg-type]
    page.get_by_role("button", name="开始导入").click()
    expect(page.get_by_role("alert").first).to_be_visible(timeout=30_000)
    expect(page.get_by_text("失败").first).to_be_visible()


def test_a_preview_that_is_cancelled_changes_nothing(console: Console, shop: Shop, tmp_path: Path) -> None:
    page = console.open(shop, "imports")
    page.get_by_label("Only show what would happen first").check()
    page.get_by_label("Drop the file here").set_input_files(sheet(tmp_path, "orders.csv", "9.90", "19.90"))
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_role("button", name="Cancel the import").click(timeout=30_000)
    expect(page.get_by_text("It was cancelled before it was applied")).to_be_visible()
    assert shop.viewer.every("/v1/orders") == []


def test_the_empty_tracking_sheet_is_in_the_language_of_the_page(console: Console, shop: Shop) -> None:
    page = console.open(shop, "imports", language="zh-CN")
    with page.expect_download() as fetched:
        page.get_by_role("button", name="下载运单号模板").click()
    assert fetched.value.suggested_filename == "tracking-zh-CN.xlsx"
    assert Path(fetched.value.path()).read_bytes()[:2] == b"PK"


def finished(say: Say) -> str:
    return say("Finished", of="import_state")


def sheet(folder: Path, name: str, *prices: str) -> Path:
    """Orders as Amazon's file has them, one for each price."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(AMAZON)
    for index, price in enumerate(prices):
        number = f"111-000000{index}-0000000"
        rows.writerow((number, f"{index + 1}", "2026-11-01T10:00:00+00:00", "Alex", "SKU-1", "1", "USD", price, "US"))
    file = folder / name
    file.write_text(text.getvalue())
    return file
