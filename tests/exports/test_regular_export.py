"""The regular export, read back by an independent reader."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import boto3
import pytest
from python_calamine import CalamineWorkbook

from shared.domain.windows import last_three_months, months_before, next_month_start
from tests.harness import Api, line, new_order, parcel, usd

BUCKET = "orderkeep-tests"
OLE2 = bytes.fromhex("d0cf11e0a1b11ae1")


@pytest.fixture
def bucket(on_moto: Api) -> Iterator[Api]:
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    yield on_moto


def soon_after_due() -> datetime:
    """The run that follows the moment at which a store that was opened just now has its first export due."""
    return next_month_start(datetime.now(UTC), "Asia/Shanghai", 2) + timedelta(minutes=1)


def files() -> dict[str, bytes]:
    client = boto3.client("s3")
    listed = client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return {item["Key"]: client.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read() for item in listed}


def rows(content: bytes) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_each_store_gets_its_file_once_a_month_by_itself(bucket: Api) -> None:
    from functions.exports import schedule

    shop = bucket.shop(time_zone="America/Los_Angeles")
    placed = datetime.now(UTC) - timedelta(minutes=3)
    body = new_order(
        order_id="3000000000012345",
        placed_at=placed.isoformat(),
        lines=[line("1", 2, "10.05", title="=HYPERLINK(1)", sku="A-1", attributes={"Color": "Red"})],
        recipient={"country": "US", "name": "Alex Example", "zip": "00501", "phone": "0012345678901234567"},
        shipping_fee=usd("0.30"),
    )
    assert shop.platform.post("/v1/orders", body).status == 201
    shop.platform.act("3000000000012345", "pay")
    shop.platform.act("3000000000012345", "pass_risk")
    shop.staff.act("3000000000012345", "ship", {"parcels": [parcel("LX000000001CN")]})

    assert schedule.write_due(datetime.now(UTC), lambda: False) == 0, "nothing is due yet"
    due = soon_after_due()
    assert schedule.write_due(due, lambda: False) == 1
    written = files()
    assert schedule.write_due(due, lambda: False) == 0, "the second run finds nothing to do"
    assert files() == written
    ((key, content),) = written.items()
    assert content.startswith(OLE2), "an .xls is BIFF8, not something else under that name"
    assert key.startswith(f"exports/{shop.name}/orders-{shop.name}-")
    heading, row = rows(content)
    assert len(heading) == 26
    assert heading[0] == "订单号"
    cells = dict(zip(heading, row, strict=True))
    assert cells["订单号"] == "3000000000012345"
    assert cells["邮编"] == "00501"
    assert cells["联系电话"] == "0012345678901234567"
    assert cells["订单金额"] == pytest.approx(20.40, abs=0)
    assert cells["实际发货物流:运单号"] == "CAINIAO_STANDARD:LX000000001CN"
    assert str(heading[10]).startswith("产品信息\n")
    assert row[10] == "【1】 =HYPERLINK(1)\n(产品属性: Color:Red)\n(商家编码:A-1)\n(产品数量:2 piece)"


def test_a_window_without_orders_is_a_file_with_headings(bucket: Api) -> None:
    from functions.exports import schedule

    bucket.shop()
    assert schedule.write_due(soon_after_due(), lambda: False) == 1
    ((_, content),) = files().items()
    assert len(rows(content)) == 1


def test_a_large_window_becomes_several_files_whose_counts_add_up(bucket: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.exports import schedule
    from functions.exports.formats import xls

    shop = bucket.shop()
    numbers = [shop.platform.place()["order_id"] for _ in range(7)]
    monkeypatch.setattr(xls, "MAX_ROWS", 3)
    schedule.write_due(soon_after_due(), lambda: False)
    told = [[row[0] for row in rows(content)[1:]] for _, content in sorted(files().items())]
    assert [len(part) for part in told] == [3, 3, 1]
    assert sorted(number for part in told for number in part) == sorted(numbers)


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2026, 5, 31), date(2026, 2, 28)),
        (date(2024, 5, 31), date(2024, 2, 29)),
        (date(2024, 2, 29), date(2023, 11, 29)),
        (date(2026, 1, 1), date(2025, 10, 1)),
    ],
)
def test_three_months_before_is_the_same_day_or_the_months_last(day: date, before: date) -> None:
    assert months_before(day, 3) == before


def test_the_window_is_whole_local_days_across_a_zone_change() -> None:
    since, until = last_three_months(datetime(2026, 4, 1, 12, tzinfo=UTC), "America/Los_Angeles")
    assert (since, until) == (datetime(2026, 1, 1, 8, tzinfo=UTC), datetime(2026, 4, 1, 7, tzinfo=UTC))
