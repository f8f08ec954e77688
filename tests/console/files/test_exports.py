"""The page of exports: ask for a file, follow it, fetch it and read it."""

from __future__ import annotations

import csv
import hashlib
from codecs import BOM_UTF8
from pathlib import Path

from playwright.sync_api import expect

from tests.console.conftest import Console
from tests.console.say import Say, main_job
from tests.harness import Shop


@main_job("exports")
def test_an_export_is_asked_for_fetched_and_read(console: Console, shop: Shop, tmp_path: Path, say: Say) -> None:
    orders = {shop.platform.place()["order_id"] for _ in range(3)}
    page = console.open(shop, "exports", language=say.language, role="staff", format="csv")
    page.get_by_role("button", name=say("Start the export")).click()
    expect(page.get_by_text(say("Complete: every order of the window is in it."))).to_be_visible(timeout=30_000)
    with page.expect_download() as fetched:
        page.get_by_role("button", name=say("Download"), exact=True).click()
    file = tmp_path / fetched.value.suggested_filename
    fetched.value.save_as(file)
    assert file.suffix == ".csv"
    rows = list(csv.reader(file.read_text("utf-8-sig").splitlines()))
    assert {row[0] for row in rows[1:]} >= orders
    page.get_by_text(say("Details"), exact=True).click()
    expect(page.get_by_text(f"· {say('Staff')}").first).to_be_visible()
    expect(page.get_by_text(hashlib.sha256(file.read_bytes()).hexdigest())).to_be_visible()


@main_job("exports")
def test_a_list_of_orders_is_exported_as_it_is_filtered(console: Console, shop: Shop, say: Say) -> None:
    paid, _ = (shop.platform.place()["order_id"] for _ in range(2))
    assert shop.platform.act(paid, "pay").status == 200
    page = console.open(shop, "orders", language=say.language, status="RISK_CONTROL")
    page.get_by_role("button", name=say("Export this list", of="orders")).click()
    expect(page.get_by_label(say("Payment being verified"))).to_be_checked()
    page.get_by_role("button", name=say("Start the export")).click()
    row = page.get_by_role("table", name=say("History")).get_by_role("row").nth(1)
    expect(row.get_by_text(say("Complete: every order of the window is in it."))).to_be_visible(timeout=30_000)
    [job] = shop.owner.every("/v1/exports")
    assert (job["statuses"], job["coverage"]["orders"]) == (["RISK_CONTROL"], 1)


def test_a_window_that_goes_on_is_said_to_be_cut_off(console: Console, shop: Shop) -> None:
    shop.platform.place()
    page = console.open(shop, "exports", placed_from="2026-01-01T00:00:00Z", placed_to="2099-01-01T00:00:00Z")
    page.get_by_role("button", name="Start the export").click()
    expect(page.get_by_text("Cut off: the window had not ended")).to_be_visible(timeout=30_000)


@main_job("exports")
def test_the_owner_sets_the_regular_export(console: Console, shop: Shop, say: Say) -> None:
    page = console.open(shop, "exports", language=say.language)
    how_often = page.get_by_label(say("How often"))
    form = page.locator("form").filter(has=how_often)
    form.get_by_label(say("How often")).select_option(label=say("Weekly"))
    form.get_by_label(say("Export regularly")).check()
    form.get_by_role("button", name=say("Save")).click()
    expect(form.get_by_text(say("Saved."))).to_be_visible()
    schedule = shop.owner.get("/v1/export-schedule").json
    assert (schedule["enabled"], schedule["cadence"]) == (True, "weekly")
    expect(form.get_by_text("(Asia/Shanghai)")).to_be_visible()


def test_a_viewer_reads_why_there_is_no_export(console: Console, shop: Shop) -> None:
    page = console.open(shop, "exports", role="viewer")
    expect(page.get_by_text("A viewer only reads orders.")).to_be_visible()
    expect(page.get_by_role("button", name="Start the export")).to_have_count(0)


def test_a_csv_can_do_without_a_byte_order_mark(console: Console, shop: Shop) -> None:
    page = console.open(shop, "exports", format="csv")
    page.get_by_text("Layout, columns, language, addresses").click()
    page.get_by_label("Begin the file with a byte order mark").uncheck()
    page.get_by_role("button", name="Start the export").click()
    with page.expect_download() as fetched:
        page.get_by_role("button", name="Download", exact=True).click(timeout=30_000)
    assert not Path(fetched.value.path()).read_bytes().startswith(BOM_UTF8)
