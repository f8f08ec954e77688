"""Files of orders: the marketplace's own exports of every era, and those of other marketplaces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.harness import Shop, parcel
from tests.imports.importer import Importer, workbook

DATA = Path(__file__).parents[2].parent / "shared" / "data"
ALIEXPRESS, OTHERS = DATA / "aliexpress_export", DATA / "other_marketplaces"
needs_data = pytest.mark.skipif(not ALIEXPRESS.exists(), reason="the sample files are not here")


def order(shop: Shop, order_id: str) -> dict[str, Any]:
    answer = shop.staff.get(f"/v1/orders/{order_id}", query={"reveal": "recipient"})
    assert answer.status == 200, answer.content
    found: dict[str, Any] = answer.json
    return found


@needs_data
@pytest.mark.parametrize("name", [path.name for path in sorted(ALIEXPRESS.glob("SYNTHETIC*"))])
def test_an_export_of_the_seller_centre_is_read(importer: Importer, name: str) -> None:
    shop = importer.api.shop()
    content = (ALIEXPRESS / name).read_bytes()
    job = importer.load(shop.staff, content, kind="orders", file_name=name)
    assert (job["state"], job["layout"], job["time_zone"]) == ("succeeded", "aliexpress", "America/Los_Angeles"), job
    assert job["counts"] == {"created": 3, "updated": 0, "unchanged": 0, "failed": 0}, importer.rows(shop.staff, job)
    orders = shop.staff.every("/v1/orders")
    assert sorted(each["status"] for each in orders) == [
        "FINISH",
        "WAIT_BUYER_ACCEPT_GOODS",
        "WAIT_SELLER_SEND_GOODS",
    ]
    (waiting,) = (each["order_id"] for each in orders if each["status"] == "WAIT_BUYER_ACCEPT_GOODS")
    found = order(shop, waiting)
    assert found["amounts"]["lines"]["amount"] == "1234.56"
    assert found["amounts"]["total"]["amount"] == "1230.56"
    assert [(line["title"], line["quantity"], line.get("sku")) for line in found["lines"]] == [
        ("Demo Phone Case", 2, "DC-0002-RD"),
        ("Demo USB Cable 1m", 3, None),
    ]
    assert found["lines"][0]["attributes"] == {"Color": "Red", "Material": "TPU"}
    assert [each["tracking_no"] for each in found["parcels"]] == ["RX123456785CN"]
    assert found["recipient"]["country"] == "ES" and found["recipient"]["mobile"] == "34600000002"
    assert found["memo"] == 'please, "gift" box'

    again = importer.load(shop.staff, content, kind="orders", file_name=name)
    assert again["counts"] == {"created": 0, "updated": 0, "unchanged": 3, "failed": 0}


@needs_data
def test_a_preview_of_orders_changes_nothing(importer: Importer) -> None:
    shop = importer.api.shop()
    content = next(ALIEXPRESS.glob("*.xlsx")).read_bytes()
    job = importer.load(shop.staff, content, kind="orders", dry_run=True)
    assert (job["state"], job["applies"], job["counts"]["created"]) == ("preview", False, 3)
    assert shop.staff.every("/v1/orders") == []
    assert importer.apply(shop.staff, job)["counts"]["created"] == 3
    assert len(shop.staff.every("/v1/orders")) == 3


@needs_data
@pytest.mark.parametrize(
    ("name", "layout", "orders"),
    [("SYNTHETIC_amazon_order_report.txt", "amazon", 2), ("SYNTHETIC_shopify_orders_export.csv", "shopify", 2)],
)
def test_exports_of_other_marketplaces_are_read(importer: Importer, name: str, layout: str, orders: int) -> None:
    shop = importer.api.shop()
    job = importer.load(shop.staff, (OTHERS / name).read_bytes(), kind="orders", file_name=name)
    assert (job["layout"], job["state"], job["counts"]["failed"]) == (layout, "succeeded", 0), importer.rows(
        shop.staff, job
    )
    assert len(shop.staff.every("/v1/orders")) == orders


def test_unknown_headings_stop_the_import_and_the_nearest_are_named(importer: Importer) -> None:
    shop = importer.api.shop()
    content = workbook([["订单号", "产品信息", "产品总金额", "物流费", "订单金额", "收货国家"], ["1"]])
    job = importer.load(shop.staff, content, kind="orders")
    assert (job["state"], job["failed"]["code"]) == ("failed", "columns_not_recognised")
    assert "物流费用 (物流费?)" in job["failed"]["message"]


def test_the_same_file_again_undoes_nothing_that_the_seller_did_since(importer: Importer, shared_data: Path) -> None:
    shop = importer.api.shop(deadline_policy={"mode": "watch"})
    content = next((shared_data / "aliexpress_export").glob("*26col.xlsx")).read_bytes()
    importer.load(shop.staff, content, kind="orders")
    (waiting,) = (each["order_id"] for each in shop.staff.every("/v1/orders", status="WAIT_SELLER_SEND_GOODS"))
    assert shop.staff.act(waiting, "ship", {"parcels": [parcel("LX000000077CN")]}).status == 200
    importer.load(shop.staff, content, kind="orders")
    after = order(shop, waiting)
    assert after["status"] == "WAIT_BUYER_ACCEPT_GOODS"
    assert [each["tracking_no"] for each in after["parcels"]] == ["LX000000077CN"]
