"""In which zone the times of a file are read: as asked, as the file says, else as its layout has it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import product
from typing import Any

import openpyxl
import pytest

from functions.imports.layouts.layout import in_zone, recognise
from functions.imports.layouts.orderkeep import OWN_LINES
from shared.domain.time_zones import zones
from tests import proof
from tests.exports.office import Office, open_office
from tests.harness import Shop, ago, parcel
from tests.imports.importer import Importer
from tests.imports.test_order_rows import HEADINGS

TIMES = ("placed_at", "paid_at", "shipped_at", "received_at")
LAYOUTS = [*product(("seller_centre_2016", "seller_centre_2026"), ("xls", "xlsx"), ("zh-CN", "en"))]
EACH_ONCE = [("seller_centre_2016", "xls", "zh-CN"), ("seller_centre_2026", "xlsx", "en")]
"""Each year's layout, format and language."""
SHANGHAI, PACIFIC = "Asia/Shanghai", "America/Los_Angeles"


@pytest.fixture(scope="module")
def desk() -> Iterator[tuple[Office, Importer, Shop]]:
    """A shop in Shanghai with orders that have every time that a file has."""
    with open_office() as office:
        shop = office.api.shop(time_zone=SHANGHAI)
        for number, steps in enumerate(("", "pay", "pay pass_risk ship", "pay pass_risk ship confirm_receipt")):
            placed = ago(hours=60 + 7 * number)
            order_id = str(shop.platform.place(order_id=f"820000000000{number:04}", placed_at=placed)["order_id"])
            for action in steps.split():
                client = shop.staff if action == "ship" else shop.platform
                at = {"at": ago(hours=20 - number)} if action == "pay" else {}
                body = {"parcels": [parcel(f"LX00000001{number}CN")]} if action == "ship" else at
                answer = client.act(order_id, action, body)
                assert answer.status == 200, answer.content
        yield office, Importer.beside(office), shop


def times(shop: Shop) -> dict[str, list[str]]:
    """The times of each order, to the second."""
    found = {}
    for each in shop.staff.every("/v1/orders"):
        order = shop.staff.get(f"/v1/orders/{each['order_id']}").json
        found[order["order_id"]] = [(order.get(name) or "")[:19] for name in TIMES]
    return found


@pytest.mark.parametrize(("layout", "format_", "language"), proof.size(EACH_ONCE, LAYOUTS))
def test_a_file_in_a_layout_of_the_marketplace_comes_back_in_its_own_zone(
    desk: tuple[Office, Importer, Shop], layout: str, format_: str, language: str
) -> None:
    """Its headings name no zone: the second sheet does."""
    office, importer, shop = desk
    exported = office.make(shop.staff, kind="orders", layout=layout, format=format_, language=language)
    other = office.api.shop(time_zone="UTC")
    job = importer.load(other.staff, office.fetch(shop.staff, exported), kind="orders")
    assert (job["layout"], job["time_zone"], job["counts"]["failed"]) == ("aliexpress", SHANGHAI, 0)
    assert times(other) == times(shop)
    proof.counted("times of a file that came back", sum(bool(at) for each in times(shop).values() for at in each), 8)


@pytest.mark.parametrize(
    ("format_", "layout", "asked", "zone"),
    [
        ("xlsx", "seller_centre_2016", "Asia/Tokyo", "Asia/Tokyo"),
        ("xls", "english", "Asia/Tokyo", "Asia/Tokyo"),
        ("xls", "english", None, SHANGHAI),
        ("csv", "english", None, SHANGHAI),
        ("csv", "seller_centre_2016", None, PACIFIC),
        ("csv", "seller_centre_2016", SHANGHAI, SHANGHAI),
    ],
)
def test_what_is_asked_comes_before_what_the_file_says_and_that_before_its_layout(
    desk: tuple[Office, Importer, Shop], format_: str, layout: str, asked: str | None, zone: str
) -> None:
    office, importer, shop = desk
    exported = office.make(shop.staff, kind="orders", layout=layout, format=format_)
    other = office.api.shop(time_zone="UTC")
    more = {"time_zone": asked} if asked else {}
    job = importer.load(other.staff, office.fetch(shop.staff, exported), kind="orders", **more)
    assert (job["state"], job["time_zone"]) == ("succeeded", zone)


def test_a_heading_may_name_every_zone_that_a_store_can_have() -> None:
    """Some have digits in their first word, as EST5EDT has."""
    named = {in_zone(f"Placed at ({zone})", "Asia/Tokyo") for zone in zones()}
    assert named == {"Placed at (Asia/Tokyo)"}
    assert in_zone("Placed at (localtime)", "Asia/Tokyo") == "Placed at (localtime)"
    headings = [name if name != "Placed at (UTC)" else "Placed at（PST8PDT）" for name in HEADINGS]
    assert str(recognise(headings, [OWN_LINES]).zone) == "PST8PDT"
    proof.counted("zones that a heading may name", len(zones()), 500)


@pytest.mark.parametrize("said", ["Nowhere/Town", "../../etc/passwd", "", "localtime", "right/UTC", "Factory"])
def test_a_zone_that_there_is_not_is_passed_over(desk: tuple[Office, Importer, Shop], said: str) -> None:
    office, importer, shop = desk
    exported = office.make(shop.staff, kind="orders", layout="seller_centre_2016", format="xlsx")
    book = openpyxl.load_workbook(io.BytesIO(office.fetch(shop.staff, exported)))
    (cell,) = (row[1] for row in book.worksheets[1].iter_rows() if row[0].value == "所有时间的时区")
    cell.value = said
    content = io.BytesIO()
    book.save(content)
    job = importer.load(office.api.shop().staff, content.getvalue(), kind="orders")
    assert (job["state"], job["time_zone"]) == ("succeeded", PACIFIC)


def test_failed_rows_that_were_mended_have_the_times_that_they_had(desk: tuple[Office, Importer, Shop]) -> None:
    """The file of failed rows says in which zone it was read, and the times of a good row beside them are the same."""
    office, importer, shop = desk
    exported = office.make(shop.staff, kind="orders", layout="seller_centre_2016", format="xlsx")
    book = openpyxl.load_workbook(io.BytesIO(office.fetch(shop.staff, exported)))
    status = [cell.value for cell in book.active[1]].index("订单状态")
    right: dict[Any, Any] = {}
    for row in list(book.active.iter_rows(min_row=2))[::2]:
        right[row[0].value], row[status].value = row[status].value, "？"
    content = io.BytesIO()
    book.save(content)
    other = office.api.shop(time_zone="UTC")
    job = importer.load(other.staff, content.getvalue(), kind="orders")
    assert job["counts"]["failed"] == len(right) == 2
    mended = openpyxl.load_workbook(io.BytesIO(importer.failed_file(other.staff, job)))
    for row in mended.active.iter_rows(min_row=2):
        row[status].value = right[row[0].value]
    content = io.BytesIO()
    mended.save(content)
    again = importer.load(other.staff, content.getvalue(), kind="orders")
    assert (again["counts"]["created"], again["time_zone"]) == (2, SHANGHAI)
    assert times(other) == times(shop)


def test_failed_rows_of_a_file_that_was_read_in_another_zone_than_its_own_keep_it(
    desk: tuple[Office, Importer, Shop],
) -> None:
    """Its headings name Shanghai, and the person asked for Tokyo."""
    office, importer, shop = desk
    exported = office.make(shop.staff, kind="orders", layout="english", format="xlsx")
    book = openpyxl.load_workbook(io.BytesIO(office.fetch(shop.staff, exported)))
    status = [cell.value for cell in book.active[1]].index("Status code")
    right = [row[status].value for row in book.active.iter_rows(min_row=2)]
    asked, other = office.api.shop(time_zone="UTC"), office.api.shop(time_zone="UTC")
    content = io.BytesIO()
    book.save(content)
    importer.load(asked.staff, content.getvalue(), kind="orders", time_zone="Asia/Tokyo")
    for row in book.active.iter_rows(min_row=2):
        row[status].value = "NOWHERE"
    content = io.BytesIO()
    book.save(content)
    job = importer.load(other.staff, content.getvalue(), kind="orders", time_zone="Asia/Tokyo")
    assert job["counts"]["failed"] == len(right)
    mended = openpyxl.load_workbook(io.BytesIO(importer.failed_file(other.staff, job)))
    for row, code in zip(mended.active.iter_rows(min_row=2), right, strict=True):
        row[status].value = code
    content = io.BytesIO()
    mended.save(content)
    again = importer.load(other.staff, content.getvalue(), kind="orders")
    assert (again["counts"]["created"], again["time_zone"]) == (len(right), "Asia/Tokyo")
    assert times(other) == times(asked)
