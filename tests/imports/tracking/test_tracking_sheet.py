"""A tracking sheet in which rows are wrong in more than twenty ways: the preview tells them apart, and `apply` ships
exactly the right ones."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests import proof
from tests.harness import Shop, ago, line, parcel
from tests.imports.importer import Importer, workbook
from tests.imports.tracking.test_tracking import paid

HEADINGS = ["订单号", "物流商", "运单号", "件数", "追踪网址"]
RIGHT, TIMES = proof.size((16, 1), (440, 3))
"""Right orders, and how often each way of being wrong occurs."""

Row = list[Any]
_serials = itertools.count(10_000_000)


def number() -> str:
    """A tracking number with its check digit, of the Chinese post."""
    serial = str(next(_serials))
    rest = sum(int(digit) * weight for digit, weight in zip(serial, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    return f"RB{serial}{ {0: 5, 1: 0}.get(rest, 11 - rest) }CN"


def unpaid(shop: Shop) -> str:
    return str(shop.platform.place()["order_id"])


def after(*actions: tuple[str, dict[str, Any]]) -> Callable[[Shop], str]:
    """An order that awaits shipment, after these actions."""

    def make(shop: Shop) -> str:
        order = paid(shop)
        for action, body in actions:
            answer = shop.platform.act(order, action, body)
            assert answer.status == 200, answer.content
        return order

    return make


def in_risk(shop: Shop) -> str:
    order = unpaid(shop)
    assert shop.platform.act(order, "pay").status == 200
    return order


def finished(shop: Shop) -> str:
    order = unpaid(shop)
    assert shop.platform.act(order, "cancel_unpaid").status == 200
    return order


def ship(*parcels: dict[str, Any], **more: Any) -> tuple[str, dict[str, Any]]:
    return "ship", {"parcels": [parcel(number()), *parcels] if not parcels else list(parcels), **more}


def edited_twice(shop: Shop) -> str:
    order = after(ship())(shop)
    for _ in range(2):
        answer = shop.staff.act(order, "edit_shipment", {"parcel_id": _parcel_id(shop, order), "tracking_no": number()})
        assert answer.status == 200, answer.content
    return order


def _parcel_id(shop: Shop, order: str) -> str:
    return str(shop.staff.get(f"/v1/orders/{order}").json["parcels"][0]["parcel_id"])


def without_order(shop: Shop) -> str:
    return ""


@dataclass(frozen=True)
class Way:
    """How rows are wrong: the order, the rows made of it, and what is wrong with the last of them: the heading of the
    cell and the code. `good` of the rows are right."""

    order: Callable[[Shop], str]
    rows: Callable[[str], list[Row]]
    column: str
    code: str
    good: int = 0


def one(*cells: Any) -> Callable[[str], list[Row]]:
    """One row; a callable cell is made of the order's number."""
    return lambda order: [[cell(order) if callable(cell) else cell for cell in cells]]


def order_no(order: str) -> str:
    return order


def new_number(_: str) -> str:
    return number()


C = "CAINIAO_STANDARD"
WAYS: dict[str, Way] = {
    "no such order": Way(without_order, one("8100000000000007", C, new_number), "订单号", "order_unknown"),
    "no order number": Way(paid, one("", C, new_number), "订单号", "cell_empty"),
    "no tracking number": Way(paid, one(order_no, C, ""), "运单号", "cell_empty"),
    "a rounded order number": Way(paid, one("8.1E+15", C, new_number), "订单号", "number_rounded"),
    "a text for an order number": Way(paid, one("见上一行", C, new_number), "订单号", "order_no_invalid"),
    "a text for a tracking number": Way(paid, one(order_no, C, "未发货"), "运单号", "tracking_no_invalid"),
    "a text for the pieces": Way(paid, one(order_no, C, new_number, "两"), "件数", "number_invalid"),
    "no pieces": Way(paid, one(order_no, C, new_number, 0), "件数", "pieces_invalid"),
    "more pieces than ordered": Way(paid, one(order_no, C, new_number, 99), "件数", "more_than_left"),
    "two parcels without pieces": Way(
        paid, lambda order: [[order, C, number()], [order, C, number()]], "件数", "pieces_needed"
    ),
    "two rows that contradict": Way(
        paid,
        lambda order: [[order, C, same := number(), 1], [order, C, same, 2]],
        "运单号",
        "row_contradicts",
        good=1,
    ),
    "an order that has left": Way(
        after(ship(parcel(number(), line1=2), parcel(number(), line2=1))),
        one(order_no, C, new_number),
        "订单号",
        "nothing_left",
    ),
    "no carrier": Way(paid, one(order_no, "", "A-987654321"), "物流商", "carrier_needed"),
    "a slip in the carrier": Way(paid, one(order_no, "CAINIAO_STANDRD", new_number), "物流商", "carrier_unknown"),
    "a name of two carriers": Way(paid, one(order_no, "印尼本地物流", new_number), "物流商", "carrier_ambiguous"),
    "a number for a carrier": Way(paid, one(order_no, "12345", new_number), "物流商", "carrier_invalid"),
    "a bad link": Way(
        paid, one(order_no, C, new_number, None, "javascript:alert(1)"), "追踪网址", "tracking_url_invalid"
    ),
    "an unpaid order": Way(unpaid, one(order_no, C, new_number), "订单号", "transition_not_allowed"),
    "an order in the risk check": Way(in_risk, one(order_no, C, new_number), "订单号", "transition_not_allowed"),
    "an order to be cancelled": Way(
        after(("request_cancellation", {"reason": "changed my mind"})),
        one(order_no, C, new_number),
        "订单号",
        "transition_not_allowed",
    ),
    "a finished order": Way(finished, one(order_no, C, new_number), "订单号", "transition_not_allowed"),
    "a frozen order": Way(
        after(("freeze", {"reason": "checked"})), one(order_no, C, new_number), "订单号", "order_frozen"
    ),
    "a parcel corrected twice": Way(edited_twice, one(order_no, C, new_number), "运单号", "edits_exhausted"),
    "a parcel that left long ago": Way(
        after(("ship", {"parcels": [parcel(number())], "at": ago(days=6)})),
        one(order_no, C, new_number),
        "运单号",
        "edit_window_closed",
    ),
}
WRITTEN: list[Callable[[str], Row]] = [
    lambda order: [order, C, number()],
    lambda order: [f"'{order}", "AliExpress 无忧物流-标准", number()],
    lambda order: [f"{order}\t", "aliexpress standard shipping", f" {number().lower()} "],
    lambda order: ["".join(chr(ord(digit) + 0xFEE0) for digit in order), "", number()],
    lambda order: [f"\u00a0{order} ", "e邮宝", number(), "3 件"],
    lambda order: [order, "Evri", number(), 1, "https://track.example/1"],
]
"""Right rows, as they are written in sheets. The last ships a part of its order."""


def test_a_preview_tells_every_fault_and_only_right_rows_ship(importer: Importer) -> None:
    shop = importer.api.shop()
    sheet: list[Row] = [HEADINGS]
    right: dict[str, int] = {}
    expected: dict[int, tuple[str, Way]] = {}
    wrong: set[str] = set()
    for at in range(RIGHT):
        order = paid(shop)
        right[order] = at % len(WRITTEN)
        sheet.append(WRITTEN[at % len(WRITTEN)](order))
    for name, way in [each for each in WAYS.items() for _ in range(TIMES)]:
        order = way.order(shop)
        for at, row in enumerate(way.rows(order)):
            sheet.append(row)
            if at >= way.good:
                expected[len(sheet)] = name, way
        if order and not way.good:
            wrong.add(order)
    versions = {order: shop.staff.get(f"/v1/orders/{order}").json["version"] for order in wrong}

    job = importer.load(shop.staff, workbook(sheet), kind="tracking")
    assert job["state"] == "preview", job
    preview = {row["row"]: row for row in importer.rows(shop.staff, job)}
    assert sorted(preview) == list(range(2, len(sheet) + 1))
    failed = {number: row for number, row in preview.items() if row["state"] == "failed"}
    assert {number: (row["column"], row["code"]) for number, row in failed.items()} == {
        number: (way.column, way.code) for number, (_, way) in expected.items()
    }
    reasons = {name: {_reason(failed[at]) for at, (each, _) in expected.items() if each == name} for name in WAYS}
    assert len(set(map(frozenset, reasons.values()))) == len(WAYS), "each fault has a sentence of its own"
    for at, row in failed.items():
        cell = sheet[at - 1][HEADINGS.index(row["column"])] if len(sheet[at - 1]) > 3 or row["column"] != "件数" else ""
        assert row.get("value", "") == str("" if cell is None else cell), (row, cell)

    job = importer.apply(shop.staff, job)
    assert job["state"] == "succeeded"
    assert {row["row"]: row for row in importer.rows(shop.staff, job)} == preview
    for order, how in right.items():
        found = shop.staff.get(f"/v1/orders/{order}").json
        part = how == len(WRITTEN) - 1
        assert found["status"] == ("SELLER_PART_SEND_GOODS" if part else "WAIT_BUYER_ACCEPT_GOODS"), found
        assert len(found["parcels"]) == 1
    assert {order: shop.staff.get(f"/v1/orders/{order}").json["version"] for order in wrong} == versions
    proof.counted("ways of being wrong in a tracking sheet", len(reasons), 20)
    proof.counted("wrong rows in a tracking sheet", len(failed), 20 * TIMES)
    proof.counted("orders shipped by a tracking sheet", len(right), RIGHT)


def _reason(row: dict[str, Any]) -> tuple[str, str]:
    return row["column"], row["reason"]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_each_reason_is_said_in_the_language_of_the_request(importer: Importer, language: str) -> None:
    shop = importer.api.shop()
    sheet = [HEADINGS]
    for way in (WAYS["an unpaid order"], WAYS["a frozen order"], WAYS["a slip in the carrier"]):
        sheet += way.rows(way.order(shop))
    job = importer.load(shop.staff, workbook(sheet), kind="tracking")
    rows = shop.staff.get(f"/v1/imports/{job['id']}/rows", headers={"accept-language": language}).json["data"]
    assert [row["reason"] for row in rows] == {
        "en": [
            "An order with the status “Awaiting payment” cannot be shipped, and its parcels cannot be changed.",
            "The order is frozen: only unfreeze, sync, messages and notes pass.",
            "There is no carrier of this name. Is it CAINIAO_STANDARD?",
        ],
        "zh-CN": [
            "订单状态为“等待买家付款”，不能发货，也不能修改包裹。",
            "订单已冻结：只允许解冻（unfreeze）、同步（sync）、留言和备注。",
            "没有该物流商。是否应为 CAINIAO_STANDARD？",
        ],
    }[language]


ID = "8100000000000"


@pytest.mark.parametrize(
    ("cells", "refused"),
    [
        ([8200000000000010], [True]),
        ([8.2e15], [True]),
        (["8.20E+15"], [True]),
        (["8.2e+17"], [True]),
        (["82000000000000000"], [True]),
        (["82000000000012300"], [True]),
        (["8200000000001230000"], [True]),
        (["82000000000012301"], [False]),
        (["8200000000000010"], [False]),
        ([f"82000000000{n}0" for n in range(1001, 1006)], [True] * 5),
        ([*(f"82000000000{n}0" for n in range(1001, 1009)), "8200000000010123"], [True] * 8 + [False]),
        ([f"82000000000{n}" for n in range(10010, 10060)], [False] * 50),
        ([123456789012345], [False]),
    ],
)
def test_an_order_number_that_a_spreadsheet_rounded_is_refused(
    importer: Importer, cells: list[Any], refused: list[bool]
) -> None:
    """And one in ten good numbers of 16 digits ends in 0: those are not."""
    shop = importer.api.shop()
    sheet = [HEADINGS, *([cell, C, number()] for cell in cells)]
    job = importer.load(shop.staff, workbook(sheet), kind="tracking")
    rows = importer.rows(shop.staff, job)
    assert [row["code"] for row in sorted(rows, key=lambda row: row["row"])] == [
        "number_rounded" if each else "order_unknown" for each in refused
    ]


WARNINGS = [
    ("carrier_not_listed", 4, "物流商"),
    ("tracking_checksum", 2, "运单号"),
    ("tracking_duplicate", 3, "运单号"),
    ("tracking_duplicate", 4, "运单号"),
    ("tracking_duplicate", 5, "运单号"),
]
"""The warnings of the next test: code, row and column."""


def test_a_number_that_may_be_wrong_is_a_warning(importer: Importer) -> None:
    shop = importer.api.shop()
    first, second, third, other, same = (paid(shop) for _ in range(5))
    taken, shared = number(), number()
    assert shop.staff.act(other, "ship", {"parcels": [parcel(taken)]}).status == 200
    sheet = [
        HEADINGS,
        [first, "CPAM", "RB123456780CN"],
        [second, C, taken.lower()],
        [third, "A van of our own", shared],
        [same, C, shared.lower()],
    ]
    job = importer.load(shop.staff, workbook(sheet), kind="tracking")
    assert job["counts"]["created"] == 4
    warned = [(each["code"], each.get("row"), each.get("column")) for each in job["warnings"]]
    assert sorted(warned) == WARNINGS
    assert importer.apply(shop.staff, job)["warnings"] == job["warnings"]


def test_the_order_number_of_the_platform_counts_beside_another(importer: Importer) -> None:
    shop = importer.api.shop()
    order = paid(shop)
    sheet = [["orderid", "tracknum", "server", "tracklink", "platformorderid"], [1, number(), "DHL", "", order]]
    assert importer.load(shop.staff, workbook(sheet), kind="tracking")["counts"]["created"] == 1


def test_a_row_that_cannot_be_read_is_a_parcel_of_its_own(importer: Importer) -> None:
    """The row beside it must not take everything."""
    shop = importer.api.shop()
    order = paid(shop, lines=[line("1", 2)])
    sheet = [HEADINGS, [order, C, number()], [order, C, "未发货"]]
    job = importer.load(shop.staff, workbook(sheet), kind="tracking")
    assert [row["code"] for row in importer.rows(shop.staff, job)] == ["pieces_needed", "tracking_no_invalid"]


def test_a_refused_parcel_does_not_correct_another_when_the_sheet_comes_again(importer: Importer) -> None:
    shop = importer.api.shop()
    order = paid(shop, lines=[line("1", 2)])
    sheet = workbook([HEADINGS, [order, C, number(), 2], [order, C, number(), 1]])
    for counts in ({"created": 1, "failed": 1}, {"unchanged": 1, "failed": 1}):
        job = importer.apply(shop.staff, importer.load(shop.staff, sheet, kind="tracking"))
        assert {name: job["counts"][name] for name in counts} == counts


def test_a_guess_at_the_carrier_changes_no_parcel(importer: Importer) -> None:
    shop = importer.api.shop()
    order, known = paid(shop), number()
    assert shop.staff.act(order, "ship", {"parcels": [parcel(known)]}).status == 200
    job = importer.load(shop.staff, workbook([HEADINGS, [order, "", known]]), kind="tracking")
    assert job["counts"]["unchanged"] == 1
