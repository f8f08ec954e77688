"""Where a file ends, and what its request says of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from functions.exports import worker
from functions.exports.formats import csv
from tests.exports.office import Office
from tests.harness import ago, line


def test_a_file_that_takes_too_long_ends_where_it_is(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.exports import file_writer

    shop = office.api.shop()
    for _ in range(5):
        shop.platform.place()
    monkeypatch.setattr(file_writer, "RENEW_EVERY", 2)
    export = office.ask(shop.staff, format="csv")
    while bodies := office.messages():
        for body in bodies:
            worker.write_next(body["store_id"], body["export_id"], body["n"], lambda: datetime.now(UTC), lambda: True)
    finished = office.read(shop.staff, export["id"])
    assert [file["orders"] for file in finished["files"]] == [2, 2, 1] and finished["state"] == "succeeded"
    assert len({row[0] for row in office.rows(shop.staff, finished)}) == 5


def test_several_currencies_are_reported_once_wherever_they_meet(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv, "MAX_ROWS", 1)
    shop, yen = office.api.shop(), {"amount": "500", "currency": "JPY"}
    for hours in (4, 2):
        shop.platform.place(placed_at=ago(hours=hours))
        shop.platform.place(
            placed_at=ago(hours=hours - 1), currency="JPY", shipping_fee=yen, lines=[line() | {"unit_price": yen}]
        )
    export = office.make(shop.staff, format="csv")
    assert [file["orders"] for file in export["files"]] == [1, 1, 1, 1]
    assert [(warning["code"], warning["file"]) for warning in export["warnings"]] == [("several_currencies", 2)]
    named = office.make(shop.staff, format="csv", columns=["order_id", "total", "currency"])
    assert named["warnings"] == []


def test_an_order_with_more_lines_than_a_file_holds_rows_still_ends(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv, "MAX_ROWS", 1)
    shop = office.api.shop()
    for _ in range(2):
        shop.platform.place()  # two lines each
    export = office.make(shop.staff, format="csv", kind="lines")
    assert [file["rows"] for file in export["files"]] == [2, 2]


def test_a_files_name_fits_into_any_file_system(office: Office) -> None:
    shop = office.api.shop(name="\U00020000" * 128)
    export = office.make(shop.staff, format="csv", kind="lines")
    (file,) = export["files"]
    assert len(file["name"].encode()) < 240 and file["name"].endswith("_1.csv")
