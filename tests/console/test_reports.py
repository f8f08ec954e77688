"""Reports: each plot has its figures in a table, and the address says what is asked."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from tests.console.conftest import Console
from tests.console.say import Say, main_job
from tests.harness import Shop, new_order

FIRST: dict[str, Any] = {"from": "2020-01-01"}
"""`from` is no name in Python."""


SPAIN = re.compile("Spain|西班牙")
GROUPING = re.compile("^(By|统计维度)$")


def sold_to(shop: Shop, country: str) -> None:
    order: dict[str, Any] = new_order(buyer={"id": f"buyer-{country}", "country": country})
    order_id = shop.platform.place(**order)["order_id"]
    assert shop.platform.act(order_id, "pay").status == 200


@main_job("reports")
def test_sales_by_country_stand_in_a_plot_and_in_a_table(console: Console, shop: Shop, say: Say) -> None:
    for country in ("ES", "ES", "BR"):
        sold_to(shop, country)
    page = console.open(shop, "reports", language=say.language)
    expect(page.locator("figure svg.recharts-surface").first).to_be_visible()
    page.get_by_label(GROUPING).select_option("country")
    expect(page).to_have_url(re.compile("by=country"))
    row = page.get_by_role("table", name=say("Sales in {currency}", currency="USD")).get_by_role("row", name=SPAIN)
    expect(row).to_contain_text("57.00 USD")
    expect(page.locator("figure .recharts-bar-rectangle").first).to_be_visible()


def test_a_report_of_empty_days_says_so(console: Console, shop: Shop) -> None:
    sold_to(shop, "ES")
    page = console.open(shop, "reports", to="2020-02-01", **FIRST)
    expect(page.get_by_text("No order was placed in these days in this currency.")).to_be_visible()
    expect(page.get_by_label("Until")).to_have_value("2020-01-31")


@main_job("reports")
def test_the_service_level_shows_the_measures_of_the_api(console: Console, shop: Shop, say: Say) -> None:
    sold_to(shop, "ES")
    report = shop.viewer.get("/v1/reports/service-level", headers={"Accept-Language": say.language}).json["data"]
    page = console.open(shop, "reports", language=say.language, report="service")
    rows = page.get_by_role("table", name=say("Service level")).locator("tbody tr")
    expect(rows).to_have_count(len(report[0]["measures"]))
    for measure in report[0]["measures"]:
        expect(page.get_by_text(measure["counts"])).to_be_visible()
    expect(page.get_by_text(say("No order was left unshipped past its ship-by."))).to_be_visible()


@main_job("reports")
def test_a_reminder_is_counted(console: Console, shop: Shop, say: Say) -> None:
    order_id = shop.platform.place()["order_id"]
    assert shop.owner.act(order_id, "remind_payment").status == 200
    page = console.open(shop, "reports", language=say.language, report="reminders")
    figures = page.get_by_role("table", name=say("Reminders and what came of them"))
    expect(figures.get_by_role("row", name=say("Reminded")).first).to_contain_text("1")
    expect(page.get_by_role("link", name=order_id)).to_be_visible()
