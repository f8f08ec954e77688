"""Every reason of an import is produced: why a file or a row fails, and what a person should know."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.imports import worker
from functions.imports.readers import reader
from shared.domain.imports.model import ATTEMPTS
from shared.domain.imports.reasons import REASONS
from shared.operations.imports import imports
from tests import proof
from tests.exports.office import open_office
from tests.harness import Client
from tests.imports.files.hostile import FILES
from tests.imports.importer import Importer, workbook
from tests.imports.test_order_rows import HEADINGS, row
from tests.imports.tracking.test_tracking_sheet import WARNINGS, WAYS

LANGUAGES = ("en", "zh-CN")
REFUSED: dict[str, bytes | str | list[list[Any]]] = {
    "empty_file": b"",
    "file_encrypted": "an encrypted zip",
    "file_damaged": "a truncated zip",
    "file_is_web_page": "HTML named .xls",
    "file_type_unknown": "bytes of no text",
    "file_too_complex": "a bomb in the workbook",
    "too_many_rows": "a cell in the last row",
    "too_many_columns": "10,000 columns",
    "cell_too_long": b"order,x\n1," + b"c" * 40_000,
    "encoding_unknown": "a text in no encoding",
    "columns_not_recognised": [["Name", "Colour"], ["Mouse", "red"]],
}
"""What makes a file fail: its bytes, the name of one of the hostile files, or rows."""


def lines(*changes: dict[str, Any]) -> list[list[Any]]:
    """Rows of our own layout of lines, each a good one with changes, and a good order below them."""
    good = dict(zip(HEADINGS, row("7001"), strict=True))
    names = list(dict.fromkeys((*HEADINGS, *(name for change in changes for name in change))))
    other = {"Order no.": "7009"}
    return [names, *([(good | change).get(name) for name in names] for change in (*changes, other))]


def products(text: str) -> list[list[Any]]:
    names = ["订单号", "订单状态", "下单时间", "产品总金额", "物流费用", "订单金额", "产品信息", "收货国家"]
    good = "【1】 Mouse\n(产品属性: )\n(产品数量:2 piece)"
    cells = ["等待买家付款", "2026-11-01 08:00", 20, 0, 20]
    return [names, ["7001", *cells, text, "Spain"], ["7009", *cells, good, "Spain"]]


_chance = random.Random(13)
_SIGNS = [chr(code) for code in range(0x4E00, 0x9FA5)]


def long_text() -> str:
    """512 signs that no compression makes shorter."""
    return "".join(_chance.choices(_SIGNS, k=512))


ROWS: tuple[tuple[str, list[list[Any]]], ...] = (
    ("cell_empty", lines({"Quantity": None})),
    ("number_rounded", lines({"Order no.": 8_200_000_000_000_010})),
    ("number_invalid", lines({"Quantity": "many"})),
    ("amount_invalid", lines({"Unit price": "cheap"})),
    ("currency_differs", lines({"Unit price": "€5"})),
    ("time_invalid", lines({"Placed at (UTC)": "yesterday"})),
    ("time_invalid", lines({"Placed at (UTC)": "0001-01-01 00:00:00+14:00"})),
    ("in_the_future", lines({"Placed at (UTC)": "2199-12-01 08:00:00"})),
    ("time_invalid", lines({"Deadlines": "shipping: soon"})),
    ("time_invalid", lines({"Deadlines": "shipping"})),
    ("code_unknown", lines({"Deadlines": "the moon: 2026-12-01 08:00:00+08:00"})),
    ("code_unknown", lines({"Dispute stage code": "nowhere"})),
    ("code_unknown", lines({"Dispute stage code": "ended", "Dispute result code": "won"})),
    ("currency_unknown", lines({"Currency": "XXQ"})),
    ("status_unknown", lines({"Status code": "NOWHERE"})),
    ("refund_invalid", lines({"Refunds": "cancel: 1.00 USD"})),
    ("refund_invalid", lines({"Refunds": "cancel: one USD, completed"})),
    ("message_invalid", lines({"Unread messages": '2026-11-01T08:00:00Z "Where is it?\nThanks'})),
    ("messages_too_many", lines({"Unread messages": "\n".join(['2026-11-01T08:00:00Z "Where?"'] * 41)})),
    ("in_the_future", lines({"Unread messages": '2199-12-01T08:00:00Z "Where is it?"'})),
    ("country_unknown", lines({"Country code": "Atlantis"})),
    ("order_id_invalid", lines({"Order no.": "no number"})),
    ("order_repeated", lines({}, {"Order no.": "7002"}, {})),
    ("other_row", lines({"Line": "1"}, {"Line": "2", "Quantity": "many"})),
    ("line_repeated", lines({}, {})),
    ("too_many_lines", lines(*({"Line": str(number)} for number in range(1_001)))),
    ("order_too_large", lines(*({"Line": str(n), "Title": long_text()} for n in range(200)))),
    ("products_invalid", products("a mouse")),
)
"""What makes a row fail."""
WARNED: tuple[tuple[str, list[list[Any]], dict[str, Any]], ...] = (
    ("column_ignored", lines({"Colour": "red"}), {}),
    ("deadlines_missing", lines({}), {}),
    ("messages_missing", lines({"Unread messages": '2026-11-01T08:00:00Z "Where?"\n+3'}), {}),
    ("time_ambiguous", lines({"Placed at (UTC)": "2025-11-02 01:30:00"}), {"time_zone": "America/Los_Angeles"}),
    ("status_missing", [each[:1] + each[2:] for each in products("【1】 Mouse\n(产品数量:2 piece)")], {}),
    ("placed_at_missing", [each[:2] + each[3:] for each in products("【1】 Mouse\n(产品数量:2 piece)")], {}),
)
"""What makes a warning: the rows, and more of the request."""
RUN = {"nothing_uploaded", "gave_up"}
"""Reasons of the run, see the last tests."""


@pytest.fixture(scope="module")
def desk() -> Iterator[Importer]:
    with open_office() as office:
        yield Importer.beside(office)


def is_sentence(text: str, code: str) -> bool:
    return len(text) >= 5 and text != code and "{" not in text


def assert_said(client: Client, path: str, code: str) -> None:
    """The reason is a sentence, in either language another one."""
    said = set()
    for language in LANGUAGES:
        answer = client.get(path, headers={"accept-language": language}).json
        reasons = [answer["failed"]] if "failed" in answer else answer["data"]
        (found,) = {each.get("message") or each.get("reason") for each in reasons if each.get("code") == code}
        assert is_sentence(found, code)
        said.add(found)
    assert len(said) == len(LANGUAGES)


def test_every_reason_is_produced_by_a_test() -> None:
    of_tracking = {way.code for way in WAYS.values()} | {code for code, _, _ in WARNINGS}
    produced = REFUSED.keys() | {code for code, _ in ROWS} | {code for code, _, _ in WARNED} | RUN | of_tracking
    assert REASONS.keys() - produced == set()
    proof.counted("reasons of imports that a test produces", len(REASONS.keys() & produced), 56)


@pytest.mark.parametrize("code", REFUSED)
def test_a_file_is_refused_for_this_reason(desk: Importer, code: str) -> None:
    shop, made = desk.api.shop(), REFUSED[code]
    content = FILES[made]() if isinstance(made, str) else workbook(made) if isinstance(made, list) else made
    job = desk.load(shop.staff, content, kind="orders")
    assert (job["state"], job["failed"]["code"]) == ("failed", code)
    assert_said(shop.staff, f"/v1/imports/{job['id']}", code)
    assert shop.staff.every("/v1/orders") == []


@pytest.mark.parametrize(("code", "rows"), ROWS, ids=[f"{code}-{n}" for n, (code, _) in enumerate(ROWS)])
def test_a_row_fails_for_this_reason_and_stops_no_other(desk: Importer, code: str, rows: Sequence[list[Any]]) -> None:
    shop = desk.api.shop(deadline_policy={"mode": "watch"})
    job = desk.load(shop.staff, workbook(rows), kind="orders")
    assert job["state"] == "succeeded", job
    failed = desk.rows(shop.staff, job, state="failed", limit=200)
    assert code in {each["code"] for each in failed}, failed[:3]
    assert_said(shop.staff, f"/v1/imports/{job['id']}/rows?state=failed&limit=200", code)
    assert shop.staff.get("/v1/orders/7009").status == 200


@pytest.mark.parametrize(("code", "rows", "asked"), WARNED, ids=[code for code, _, _ in WARNED])
def test_a_file_makes_this_warning(desk: Importer, code: str, rows: Sequence[list[Any]], asked: dict[str, Any]) -> None:
    shop = desk.api.shop()
    job = desk.load(shop.staff, workbook(rows), kind="orders", **asked)
    assert (job["state"], job["counts"]["failed"]) == ("succeeded", 0), desk.rows(shop.staff, job)
    (warning,) = (each for each in job["warnings"] if each["code"] == code)
    assert is_sentence(warning["message"], code)


def test_a_file_that_never_comes_fails_the_import(desk: Importer) -> None:
    shop = desk.api.shop()
    waiting = desk.ask(shop.staff, kind="orders")
    imports.resume(datetime.now(UTC) + timedelta(minutes=30), lambda: False)
    assert desk.read(shop.staff, waiting["id"])["failed"]["code"] == "nothing_uploaded"
    assert_said(shop.staff, f"/v1/imports/{waiting['id']}", "nothing_uploaded")


def test_an_import_whose_worker_fails_again_and_again_gives_up(desk: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    shop, now = desk.api.shop(), datetime.now(UTC)
    waiting = desk.ask(shop.staff, kind="orders")
    desk.upload(waiting, workbook(lines({})))
    imports.note_upload(shop.name, waiting["id"], now)

    def broken(*_: Any) -> Any:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(reader, "read", broken)
    for attempt in range(ATTEMPTS + 1):
        assert desk.read(shop.staff, waiting["id"])["state"] in ("queued", "running")
        worker.run(shop.name, waiting["id"], lambda at=now + timedelta(hours=attempt): at)  # type: ignore[misc]
    assert desk.read(shop.staff, waiting["id"])["failed"]["code"] == "gave_up"
    assert_said(shop.staff, f"/v1/imports/{waiting['id']}", "gave_up")
