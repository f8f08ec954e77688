"""Tracking sheets: a preview says what each row would do, and `apply` does exactly that, once."""

from __future__ import annotations

from typing import Any

from tests.harness import Shop, line, parcel
from tests.http.test_links import same_link
from tests.imports.importer import Importer, workbook

HEADINGS = ["订单号", "物流商", "运单号", "件数"]


def paid(shop: Shop, **changes: Any) -> str:
    """An order that awaits shipment."""
    order = shop.platform.place(**changes)
    for action in ("pay", "pass_risk"):
        answer = shop.platform.act(order["order_id"], action)
        assert answer.status == 200, answer.content
    return str(order["order_id"])


def status(shop: Shop, order_id: str) -> str:
    return str(shop.staff.get(f"/v1/orders/{order_id}").json["status"])


def test_a_preview_changes_nothing_and_apply_ships_what_it_says(importer: Importer) -> None:
    shop = importer.api.shop()
    whole, part, unpaid = paid(shop), paid(shop), shop.platform.place()["order_id"]
    sheet = workbook(
        [
            HEADINGS,
            [whole, "CAINIAO_STANDARD", "LX000000001CN", None],
            [part, "CAINIAO_STANDARD", "LX000000002CN", 1],
            [unpaid, "CAINIAO_STANDARD", "LX000000003CN", None],
            ["4711", "CAINIAO_STANDARD", "LX000000004CN", None],
        ]
    )
    job = importer.load(shop.staff, sheet, kind="tracking")
    assert job["state"] == "preview"
    assert job["counts"] == {"created": 2, "updated": 0, "unchanged": 0, "failed": 2}
    assert job["progress"] == {"done": 4, "total": 4, "percent": 100}
    assert [row.get("effect") or row["code"] for row in importer.rows(shop.staff, job)] == [
        "ship",
        "ship_part",
        "transition_not_allowed",
        "order_unknown",
    ]
    assert status(shop, whole) == status(shop, part) == "WAIT_SELLER_SEND_GOODS"

    job = importer.apply(shop.staff, job)
    assert job["state"] == "succeeded"
    assert job["counts"] == {"created": 2, "updated": 0, "unchanged": 0, "failed": 2}
    assert status(shop, whole) == "WAIT_BUYER_ACCEPT_GOODS"
    assert status(shop, part) == "SELLER_PART_SEND_GOODS"
    assert shop.staff.post(f"/v1/imports/{job['id']}/apply", {}).status == 409


def test_the_same_sheet_twice_changes_nothing(importer: Importer) -> None:
    shop = importer.api.shop()
    order = paid(shop)
    sheet = workbook([HEADINGS, [order, "CAINIAO_STANDARD", "LX000000001CN"]])
    for counts in ({"created": 1, "unchanged": 0}, {"created": 0, "unchanged": 1}):
        job = importer.apply(shop.staff, importer.load(shop.staff, sheet, kind="tracking"))
        assert {name: job["counts"][name] for name in counts} == counts
    assert len(shop.staff.get(f"/v1/orders/{order}").json["parcels"]) == 1


def test_a_wrong_number_is_corrected(importer: Importer) -> None:
    shop = importer.api.shop()
    order = paid(shop)
    assert shop.staff.act(order, "ship", {"parcels": [parcel("LX000000009CN")]}).status == 200
    job = importer.load(shop.staff, workbook([HEADINGS, [order, "CAINIAO_STANDARD", "LX000000001CN"]]), kind="tracking")
    assert [row["effect"] for row in importer.rows(shop.staff, job)] == ["correct"]
    importer.apply(shop.staff, job)
    assert shop.staff.get(f"/v1/orders/{order}").json["parcels"][0]["tracking_no"] == "LX000000001CN"


def test_failed_rows_come_back_to_be_mended(importer: Importer) -> None:
    shop = importer.api.shop()
    order = paid(shop, lines=[line("1", 3)])
    sheet = workbook([HEADINGS, [order, "CAINIAO_STANDARD", "LX000000001CN", 9]])
    job = importer.apply(shop.staff, importer.load(shop.staff, sheet, kind="tracking"))
    failed = importer.failed_rows(shop.staff, job)
    assert [cell.value for cell in failed[1]] == [*HEADINGS, "Reason"]
    assert [cell.value for cell in failed[2]] == [
        order, "CAINIAO_STANDARD", "LX000000001CN", "9", "Only 3 pieces are left to ship."
    ]  # fmt: skip
    assert "X-Amz-Signature" in same_link(shop.staff, f"/v1/imports/{job['id']}/failed-rows")
    assert failed["D2"].comment.text == "Only 3 pieces are left to ship."
    assert failed["D2"].fill.start_color.rgb.endswith("FFF2CC")
    failed["D2"].value = "3"
    mended = workbook([[cell.value for cell in row] for row in failed.rows])
    job = importer.apply(shop.staff, importer.load(shop.staff, mended, kind="tracking"))
    assert job["counts"]["created"] == 1
    assert status(shop, order) == "WAIT_BUYER_ACCEPT_GOODS"


def test_an_upload_that_nobody_reported_is_found_by_the_clock(importer: Importer) -> None:
    from datetime import UTC, datetime, timedelta

    from shared.operations.imports import imports

    shop = importer.api.shop()
    waiting = importer.ask(shop.staff, kind="tracking")
    importer.upload(waiting, workbook([HEADINGS, ["4711", "X", "LX000000001CN"]]))
    assert imports.resume(datetime.now(UTC) + timedelta(minutes=2), lambda: False) == 1
    importer.work()
    assert importer.read(shop.staff, waiting["id"])["state"] == "preview"
