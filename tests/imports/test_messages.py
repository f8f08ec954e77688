"""Unread messages of buyers go with their orders from one store into another, each once."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain, product
from typing import Any

import openpyxl
import pytest

from shared.store.dynamodb import table
from shared.store.dynamodb.table import ALWAYS, Put, stale
from shared.store.imports import imports as import_records
from shared.store.orders import orders
from tests import proof
from tests.exports.files import sheet
from tests.exports.formats.test_hostile_text import TEXTS
from tests.exports.office import Office, open_office
from tests.harness import Client, Shop, ago, new_order
from tests.imports.importer import EACH_ONCE, Importer, workbook
from tests.imports.test_order_rows import HEADINGS, row
from tests.store.alerts.runs import alerts_of, remind
from tests.store.customers.erasures import runs

COLUMN = "Unread messages"
CASES = list(product(("orders", "lines"), ("english", "chinese"), ("xls", "xlsx", "csv")))


@pytest.fixture(scope="module")
def desk() -> Iterator[tuple[Office, Importer]]:
    with open_office() as office:
        yield office, Importer.beside(office)


def write(shop: Shop, order_id: str, text: str, at: str | None = None) -> None:
    body = {"text": text, "from": "buyer"} | ({"at": at} if at else {})
    answer = shop.platform.post(f"/v1/orders/{order_id}/messages", body)
    assert answer.status == 201, answer.content


def unread(client: Client) -> list[tuple[str, str, str]]:
    """(order, time, text) of each unread message."""
    found = client.every("/v1/messages", unread="true", limit=100)
    return sorted((each["order_id"], each["sent_at"], each["text"]) for each in found)


def missing(job: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in job["warnings"] if each["code"] == "messages_missing"]


def with_cell(*cells: str | None) -> bytes:
    """A file with one order for each cell, from 7000 on."""
    return workbook(
        [
            (*HEADINGS, COLUMN),
            *([*row(str(7000 + n), status="PLACE_ORDER_SUCCESS"), cell] for n, cell in enumerate(cells)),
        ]
    )


@pytest.fixture(scope="module")
def hostile(desk: tuple[Office, Importer]) -> Shop:
    """Each hostile text is a message: some orders have several, some have read and answered ones besides."""
    shop = desk[0].api.shop()
    for number, text in enumerate(TEXTS):
        order_id = str(shop.platform.place(placed_at=ago(hours=60))["order_id"])
        if number % 4 == 0:
            write(shop, order_id, "read before", ago(hours=50))
            assert shop.staff.post(f"/v1/orders/{order_id}/messages/read", {}).status == 200
            assert shop.staff.post(f"/v1/orders/{order_id}/messages", {"text": "Hello."}).status == 201
        for hours in range(1 + number % 3):
            write(shop, order_id, text, ago(hours=20 + hours))
            write(shop, order_id, text[::-1])  # of now: with microseconds
    return shop


@pytest.mark.parametrize(("kind", "layout", "format_"), proof.size(EACH_ONCE, CASES))
def test_every_message_arrives_as_it_was_written(
    desk: tuple[Office, Importer], hostile: Shop, kind: str, layout: str, format_: str
) -> None:
    office, importer = desk
    other = office.api.shop()
    exported = office.make(hostile.staff, kind=kind, layout=layout, format=format_)
    content = office.fetch(hostile.staff, exported)
    assert "cleaned" not in {each["code"] for each in exported["warnings"]}
    job = importer.load(other.staff, content, kind="orders", file_name=f"orders.{format_}")
    assert (job["counts"]["failed"], job["warnings"]) == (0, [])
    sent = unread(hostile.staff)
    assert unread(other.staff) == sent
    proof.counted("hostile messages that arrived as they were written", len(sent), 100)

    again = importer.load(other.staff, content, kind="orders", file_name=f"orders.{format_}")
    assert again["counts"]["unchanged"] == job["counts"]["created"]
    assert unread(other.staff) == sent


def test_a_known_order_keeps_the_messages_that_it_has(desk: tuple[Office, Importer]) -> None:
    """A message that was read stays read, and one that the store does not know stays away: the order is not new."""
    office, importer = desk
    shop = office.api.shop()
    content = with_cell('2026-11-01T09:00:00Z "one"\n2026-11-01T09:00:00Z "one"', None)
    assert importer.load(shop.staff, content, kind="orders")["counts"]["created"] == 2
    assert unread(shop.staff) == [("7000", "2026-11-01T09:00:00Z", "one")] * 2
    assert shop.staff.post("/v1/orders/7000/messages/read", {}).json == {"unread": 0}
    more = with_cell('2026-11-01T09:00:00Z "one"\n2026-11-01T09:30:00Z "two"', '2026-11-01T09:00:00Z "new"\n+3')
    for upload in (content, more):
        job = importer.load(shop.staff, upload, kind="orders")
        assert (job["counts"]["unchanged"], missing(job)) == (2, []), job["counts"]
    assert unread(shop.staff) == []
    assert len(shop.staff.every("/v1/orders/7000/messages")) == 2
    assert shop.staff.get("/v1/orders/counters").json["overlays"]["unread"]["count"] == 0


@pytest.mark.parametrize("format_", ["xls", "xlsx", "csv"])
def test_the_seller_reads_how_many_messages_are_not_in_the_file(desk: tuple[Office, Importer], format_: str) -> None:
    office, importer = desk
    shop, other, third = (office.api.shop() for _ in range(3))
    for number, texts in enumerate((["x" * 10_000] * 4, ["订单"] * 45, ["fits"])):
        order_id = shop.platform.place(order_id=f"8{number}", placed_at=ago(hours=30 - number))["order_id"]
        for minutes, text in enumerate(texts):
            write(shop, str(order_id), text, ago(hours=20, minutes=-minutes))
    request = {"kind": "lines", "layout": "english", "format": format_}
    exported = office.make(shop.staff, **request)
    assert exported["warnings"] == []
    job = importer.load(other.staff, office.fetch(shop.staff, exported), kind="orders")
    assert [(each["code"], each["column"]) for each in job["warnings"]] == [
        ("messages_missing", f"{COLUMN} (first row only)")
    ] * 2
    assert ["1 of them" in job["warnings"][0]["message"], "5 of them" in job["warnings"][1]["message"]] == [True, True]
    counts = {each["order_id"]: each["unread_messages"] for each in other.staff.every("/v1/orders")}
    assert counts == {"80": 3, "81": 40, "82": 1}
    assert Counter(unread(other.staff)) <= Counter(unread(shop.staff)), "each that came is whole"

    masked = office.make(shop.staff, **request, recipient="masked")
    content = office.fetch(shop.staff, masked)
    rows = sheet(content, masked)
    column = next(at for at, heading in enumerate(rows[0]) if str(heading).startswith(COLUMN))
    assert [str(each[column]).removeprefix("'") for each in rows[1:]] == ["+4", "", "+45", "", "+1", ""]
    job = importer.load(third.staff, content, kind="orders")
    assert [each["code"] for each in job["warnings"]] == ["messages_missing"] * 3
    assert unread(third.staff) == []


def test_a_file_of_a_former_export_says_only_that_there_are_unread_messages(desk: tuple[Office, Importer]) -> None:
    _, importer = desk
    shop = importer.api.shop()
    content = workbook([(*HEADINGS, "Flag codes"), [*row("7001"), "unread"], [*row("7002"), None]])
    (warning,) = missing(importer.load(shop.staff, content, kind="orders"))
    assert (warning["code"], warning["row"]) == ("messages_missing", 2) and "≥ 1" in warning["message"]


def test_a_wrong_cell_stops_no_other_row_and_shows_no_whole_letter(desk: tuple[Office, Importer]) -> None:
    _, importer = desk
    shop = importer.api.shop()
    long = "x" * 5_000
    content = with_cell('2026-11-01T09:00:00Z "one"', f'2026-11-01T09:00:00Z "two"\n2026-11-01 "{long}', None)
    job = importer.load(shop.staff, content, kind="orders")
    assert (job["counts"]["created"], job["counts"]["failed"]) == (2, 1)
    (failed,) = importer.rows(shop.staff, job, state="failed")
    assert (failed["order_id"], failed["column"], failed["code"]) == ("7001", COLUMN, "message_invalid")
    assert failed["reason"].startswith("Line 2 of the cell") or "第 2 行" in failed["reason"]
    assert len(failed["value"]) == 200
    assert [each[0] for each in unread(shop.staff)] == ["7000"]


def test_an_order_that_is_placed_meanwhile_gets_no_message_of_the_file(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another request places it just before the import does: the transaction with the messages fails as a whole."""
    shop, create, waiting = importer.api.shop(), orders.create, [True]

    def late(*args: Any, **kwargs: Any) -> Any:
        if waiting:
            waiting.clear()
            assert shop.platform.post("/v1/orders", new_order(order_id="7000")).status == 201
            write(shop, "7000", "mine", "2026-11-01T10:00:00Z")
        return create(*args, **kwargs)

    monkeypatch.setattr(orders, "create", late)
    importer.load(shop.staff, with_cell('2026-11-01T09:00:00Z "one"'), kind="orders")
    assert unread(shop.staff) == [("7000", "2026-11-01T10:00:00Z", "mine")]
    assert shop.staff.get("/v1/orders/counters").json["overlays"]["unread"]["count"] == 1


def test_no_erased_message_is_in_a_file(desk: tuple[Office, Importer]) -> None:
    office, _ = desk
    shop = office.api.shop()
    order_id = str(shop.platform.place(buyer={"id": "erased", "country": "US"})["order_id"])
    write(shop, order_id, "my secret")
    request = {"kind": "orders", "format": "csv", "layout": "english"}
    before = office.make(shop.owner, **request)
    assert b"my secret" in office.fetch(shop.owner, before)
    runs.asked(shop, "erased", include_open=True)
    runs.run(shop, "erased")
    after = office.make(shop.owner, **request)
    assert b"my secret" not in office.fetch(shop.owner, after)
    assert shop.owner.get("/v1/orders/counters").json["overlays"]["unread"]["count"] == 0


def test_an_imported_message_raises_an_alert_only_if_its_time_is_still_to_come(desk: tuple[Office, Importer]) -> None:
    """What was late before the import is no news, or a file of old orders would raise an alert for each."""
    _, importer = desk
    shop, now = importer.api.shop(), datetime.now(UTC)
    times = [now - timedelta(days=30), now - timedelta(hours=12, minutes=1), now - timedelta(hours=11)]
    content = with_cell(*(f'{at:%Y-%m-%dT%H:%M:%SZ} "Where is it?"' for at in times))
    assert importer.load(shop.staff, content, kind="orders")["counts"]["created"] == 3
    for hours, expected in ((0, []), (2, ["7002"]), (200, ["7002"])):
        remind(now + timedelta(hours=hours))
        alerts = alerts_of(shop, "message_unanswered")
        assert [each["order_id"] for each in alerts] == expected
    write(shop, "7000", "Hello?")
    remind(now + timedelta(hours=13))
    assert {each["order_id"] for each in alerts_of(shop, "message_unanswered", "open")} == {"7000", "7002"}, (
        "this is news"
    )


def test_an_order_of_an_erased_buyer_that_comes_from_a_file_is_erased_with_its_messages(
    desk: tuple[Office, Importer],
) -> None:
    _, importer = desk
    shop = importer.api.shop()
    assert importer.load(shop.staff, workbook([HEADINGS, row("6999", status="FINISH")]), kind="orders")["counts"][
        "created"
    ]
    runs.asked(shop, "buyer-1", include_open=True)
    runs.run(shop, "buyer-1")
    job = importer.load(shop.staff, with_cell('2026-11-01T09:00:00Z "my secret"'), kind="orders")
    assert job["counts"]["created"] == 1 and len(unread(shop.staff)) == 1
    runs.run(shop, "buyer-1", datetime.now(UTC) + timedelta(minutes=2))
    assert shop.staff.get("/v1/orders/7000").json["unread_messages"] == 0
    assert unread(shop.staff) == [] and shop.staff.every("/v1/orders/7000/messages") == []
    assert shop.owner.get("/v1/orders/counters").json["overlays"]["unread"]["count"] == 0


def test_a_warning_of_an_import_of_former_code_still_reads(desk: tuple[Office, Importer]) -> None:
    """It was stored without the number of the messages."""
    _, importer = desk
    shop = importer.api.shop()
    content = workbook([(*HEADINGS, "Flag codes"), [*row("7001"), "unread"]])
    job = importer.load(shop.staff, content, kind="orders")
    stored = import_records.load(shop.name, job["id"])
    record = import_records._record(stored)
    record.content["warnings"] = [
        {name: value for name, value in warning.items() if name != "facts"} for warning in record.content["warnings"]
    ]
    table.put(Put(record, ALWAYS, stale))
    (warning,) = missing(importer.read(shop.staff, job["id"]))
    assert "≥ 1 of them" in warning["message"]
    assert shop.staff.get("/v1/imports").status == 200


def test_the_failed_rows_of_a_text_file_are_as_they_came_when_they_were_mended(desk: tuple[Office, Importer]) -> None:
    """A .csv has an apostrophe before a text that would start a formula, and an .xlsx file has none."""
    office, importer = desk
    shop, other = office.api.shop(), office.api.shop()
    order_id = str(shop.platform.place()["order_id"])
    write(shop, order_id, "my secret")
    assert shop.staff.patch(f"/v1/orders/{order_id}", {"note": "=1+1"}).status == 200
    exported = office.make(shop.staff, kind="orders", layout="english", format="csv", recipient="masked")
    content = office.fetch(shop.staff, exported)
    assert b"'+1" in content and b"'=1+1" in content
    wrong = content.replace(b"PLACE_ORDER_SUCCESS", b"NOWHERE")
    job = importer.load(other.staff, wrong, kind="orders", file_name="orders.csv")
    assert job["counts"]["failed"] == 1
    book = openpyxl.load_workbook(io.BytesIO(importer.failed_file(other.staff, job)))
    for cell in chain.from_iterable(book.active.iter_rows()):
        if cell.value == "NOWHERE":
            cell.value = "PLACE_ORDER_SUCCESS"
    mended = io.BytesIO()
    book.save(mended)
    again = importer.load(other.staff, mended.getvalue(), kind="orders")
    assert again["counts"]["created"] == 1, importer.rows(other.staff, again)
    assert other.staff.get(f"/v1/orders/{order_id}").json["note"] == "=1+1"
