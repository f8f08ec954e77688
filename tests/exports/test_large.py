"""A large shop: every order is in one of the files, and the counts add up."""

from __future__ import annotations

import json
import resource
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from bench.export import pages
from functions.exports.formats import xls
from shared.store.dynamodb import wire
from shared.store.dynamodb.keys import instant
from shared.store.dynamodb.records import connection
from shared.store.orders import timeline
from shared.store.orders.items import head_of
from shared.store.orders.parts import part_record, parts_of, versions_checksum
from tests import proof
from tests.exports.files import sheet
from tests.exports.office import Office
from tests.harness import Api, line

ORDERS, ROWS = proof.size((2_000, 650), (200_000, xls.MAX_ROWS))
"""Orders of the shop, and rows of a file at most."""
PAGE = 400


def shop_of(folder: Path, count: int) -> Path:
    """Pages of so many orders that differ in nothing but number and time, a second apart."""
    made = pages.order(0)
    parts = parts_of(made)
    head = pages._wire(head_of(made, part_versions=versions_checksum(dict.fromkeys(parts, made.version)), armed=False))
    records = ",".join(pages._wire(part_record(made, sk, part, made.version)) for sk, part in sorted(parts.items()))
    at, last = instant(made.placed_at), -(-count // PAGE) - 1
    for name, text in (("heads", head), ("records", records)):
        lasts = []
        for page in range(last + 1):
            numbers = range(page * PAGE, min(count, (page + 1) * PAGE))
            times = {number: instant(made.placed_at + timedelta(seconds=number)) for number in numbers}
            items = ",".join(
                text.replace(made.order_id, f"81{number:014d}").replace(at, times[number]) for number in numbers
            )
            more = f',"LastEvaluatedKey":{{"pk":{{"S":"{page + 1}"}}}}' if page < last else ""
            (folder / f"{name}-{page}.json").write_text(f'{{"Items":[{items}]{more}}}')
            lasts.append(f"{times[numbers[-1]]}#81{numbers[-1]:014d}#~")
        (folder / f"{name}.lasts").write_text(json.dumps(lasts))
    return folder


def test_a_large_shop_becomes_four_files_in_order(
    on_moto: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office.open(on_moto)
    shop = office.api.shop()
    assert xls.MAX_ROWS == 65_000
    monkeypatch.setattr(xls, "MAX_ROWS", ROWS)
    pages.serve(wire._client(connection()), shop_of(tmp_path, ORDERS))
    monkeypatch.setattr(timeline, "count", lambda *_: ORDERS)
    window = {"from": pages.SINCE.isoformat(), "to": pages.UNTIL.astimezone(UTC).isoformat()}
    export = office.make(shop.staff, window=window)
    files = export["files"]
    assert [file["orders"] for file in files] == [ROWS, ROWS, ROWS, ORDERS - 3 * ROWS]
    assert [file["n"] for file in files] == [1, 2, 3, 4]
    assert [file["name"].rpartition("_")[2] for file in files] == ["1.xls", "2.xls", "3.xls", "4.xls"]
    assert export["coverage"]["orders"] == sum(file["rows"] for file in files) == ORDERS
    assert export["progress"] == {"done": ORDERS, "total": ORDERS, "percent": 100}
    seen = 0
    for file in files:
        rows = sheet(office.fetch(shop.staff, export, file["n"]), export)[1:]
        assert [row[0] for row in rows] == [f"81{number:014d}" for number in range(seen, seen + file["rows"])]
        assert len(rows) <= xls.MAX_ROWS
        seen += len(rows)
    print(f"\n{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB in all")
    assert seen == ORDERS
    proof.counted("orders of a large shop in its files", seen, ORDERS)


def test_lines_of_an_order_stay_in_one_file(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = office.api.shop()
    monkeypatch.setattr(xls, "MAX_ROWS", 1_500)
    for _ in range(5):
        shop.platform.place(lines=[line(str(number), 1, "1.00") for number in range(1, 701)])
    export = office.make(shop.staff, kind="lines")
    assert [(file["orders"], file["rows"]) for file in export["files"]] == [(2, 1_400), (2, 1_400), (1, 700)]
    rows = office.rows(shop.staff, export)
    assert len({(row[0], row[1]) for row in rows}) == len(rows) == 3_500
