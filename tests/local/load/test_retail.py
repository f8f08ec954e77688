"""What becomes of each row of the Online Retail file."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from local.load import __main__ as make_load
from local.load import loader, run
from local.load.client import Api
from local.load.retail import check, command, credits, rules, script, source
from local.load.retail.rules import Why
from local.load.source import SourceError
from tests.harness import Server

FIRST = 2
"""The line of the first row: the heading is line 1."""


def row(invoice: str = "536365", **changes: str) -> dict[str, str]:
    return {
        "InvoiceNo": invoice,
        "StockCode": "85123A",
        "Description": "WHITE HANGING HEART T-LIGHT HOLDER",
        "Quantity": "6",
        "InvoiceDate": "2010-12-01 08:26:00",
        "UnitPrice": "2.55",
        "CustomerID": "17850.0",
        "Country": "United Kingdom",
        **changes,
    }


def credit(invoice: str = "C536366", **changes: str) -> dict[str, str]:
    return row(invoice, **{"Quantity": "-6", "InvoiceDate": "2010-12-02 10:00:00", **changes})


def written(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "online_retail.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, source.COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def planned(folder: Path, *rows: dict[str, str]) -> command.Plan:
    return command.plan(written(folder, *rows))


def said(plan: command.Plan) -> list[tuple[int, Why]]:
    return [(remark.row, remark.why) for remark in plan.remarks]


def refunded(plan: command.Plan) -> list[tuple[str, int, tuple[int, ...]]]:
    return [(number, each.amount, each.lines) for number, own in plan.refunds.items() for each in own]


@pytest.mark.parametrize(("text", "expected"), [("2.55", (255, False)), ("7", (700, False)), ("0.001", (0, True))])
def test_prices_are_read_digit_by_digit(text: str, expected: tuple[int, bool]) -> None:
    assert source.pennies(text) == expected


@pytest.mark.parametrize("text", ["", "-1.00", "1,50", ".5", "NaN", "1e3", "٣.٥٠", "1" * 10])
def test_what_is_no_price_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a price"):
        source.pennies(text)


def test_times_are_londons() -> None:
    assert source.instant("2011-07-01 12:00:00") == datetime(2011, 7, 1, 11, tzinfo=UTC)
    assert source.instant("2011-01-01 12:00:00") == datetime(2011, 1, 1, 12, tzinfo=UTC)


def test_an_invoice_becomes_an_order_of_all_its_rows_wherever_they_stand(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        row(),
        row("536370", Country="EIRE"),
        row(StockCode="BANK CHARGES", Quantity="1", UnitPrice="15"),
        row(StockCode="POST", Quantity="2", UnitPrice="18.00"),
    )
    first, second = plan.reading.orders
    body = script.placement(first)
    assert (body["order_id"], body["buyer"]) == ("536365", {"id": "17850", "country": "GB"})
    assert [(line["line_id"], line["product_id"], line["quantity"]) for line in body["lines"]] == [
        ("1", "85123A", 6),
        ("2", "BANK_CHARGES", 1),
    ]
    assert (body["shipping_fee"]["amount"], body["total"]["amount"]) == ("36.00", "66.30")
    assert second.country == "IE"
    assert said(plan) == [(4, Why.CHARGE), (5, Why.CARRIAGE)]


@pytest.mark.parametrize(
    ("changes", "why", "kept"),
    [
        ({"CustomerID": ""}, Why.NO_CUSTOMER, True),
        ({"UnitPrice": "0.0"}, Why.NOTHING_TO_PAY, True),
        ({"UnitPrice": "0.001"}, Why.FRACTION, True),
        ({"StockCode": "M"}, Why.CHARGE, True),
        ({"StockCode": "m"}, Why.CHARGE, True),
        ({"StockCode": "POST"}, Why.CARRIAGE_ALONE, True),
        ({"Country": "Unspecified"}, Why.NO_COUNTRY, True),
        ({"Country": "Channel Islands"}, Why.NO_COUNTRY, True),
        ({"UnitPrice": "0.0", "CustomerID": ""}, Why.STOCK, False),
        ({"UnitPrice": "0.0", "CustomerID": "", "Quantity": "-3"}, Why.STOCK, False),
        ({"StockCode": "AMAZONFEE", "UnitPrice": "13541.33"}, Why.FEE, False),
        ({"InvoiceNo": "A563186", "UnitPrice": "-11062.06"}, Why.BOOKS, False),
        ({"InvoiceNo": "../../etc"}, Why.BOOKS, False),
        ({"InvoiceNo": ""}, Why.BOOKS, False),
        ({"Quantity": "-3"}, Why.UNREADABLE, False),
        ({"Quantity": "0"}, Why.UNREADABLE, False),
        ({"Quantity": "six"}, Why.UNREADABLE, False),
        ({"Quantity": "100001"}, Why.UNREADABLE, False),
        ({"UnitPrice": "-2.55"}, Why.UNREADABLE, False),
        ({"UnitPrice": "£2.55"}, Why.UNREADABLE, False),
        ({"InvoiceDate": "01/12/2010"}, Why.UNREADABLE, False),
        ({"CustomerID": "=1+1"}, Why.UNREADABLE, False),
        ({"Country": "Atlantis"}, Why.UNREADABLE, False),
        ({"StockCode": "A\nB"}, Why.UNREADABLE, False),
        ({"StockCode": ""}, Why.UNREADABLE, False),
    ],
)
def test_each_dirty_row_is_reported_with_its_reason(
    tmp_path: Path, changes: dict[str, str], why: Why, kept: bool
) -> None:
    plan = planned(tmp_path, row() | changes)
    (remark,) = plan.remarks
    assert remark.why is why and bool(plan.reading.orders) is kept
    command.write(plan.remarks, tmp_path / "report.csv")
    with (tmp_path / "report.csv").open(encoding="utf-8", newline="") as file:
        (reported,) = csv.DictReader(file)
    assert (reported["row"], reported["reason"]) == (str(remark.row), str(why))
    assert remark.why is not Why.UNREADABLE or reported["detail"]


def test_a_row_that_makes_no_sense_takes_its_whole_invoice_along_and_no_other(tmp_path: Path) -> None:
    wrong = [row(), row(UnitPrice="x"), row("536370"), row("536371"), row("536371", CustomerID="1.0")]
    plan = planned(tmp_path, *wrong)
    assert [order.number for order in plan.reading.orders] == ["536370"]
    assert said(plan) == [
        (FIRST, Why.UNREADABLE_BESIDE),
        (FIRST + 1, Why.UNREADABLE),
        (FIRST + 3, Why.UNREADABLE_BESIDE),
        (FIRST + 4, Why.UNREADABLE),
    ]


def test_every_country_has_a_code_of_its_own() -> None:
    assert len(set(rules.COUNTRIES.values())) == len(rules.COUNTRIES) >= 37


def test_a_credit_is_taken_from_the_latest_order_that_holds_the_product_and_then_from_the_ones_before(
    tmp_path: Path,
) -> None:
    plan = planned(
        tmp_path,
        row("1", Quantity="10"),
        row("2", Quantity="2", InvoiceDate="2010-12-01 09:00:00"),
        row("3", StockCode="22423", InvoiceDate="2010-12-01 10:00:00"),
        row("4", Quantity="9", InvoiceDate="2010-12-03 09:00:00"),
        row("5", Quantity="9", CustomerID="1.0"),
        credit("C6", StockCode="85123a", Quantity="-5"),
    )
    assert refunded(plan) == [("1", 3 * 255, (0,)), ("2", 2 * 255, (0,))]
    assert said(plan) == []


@pytest.mark.parametrize(
    ("rows", "refunds", "left"),
    [
        ([credit(Quantity="-7")], [("536365", 1530, (0,))], [(3, Why.CREDIT_OF_MORE, -255)]),
        ([credit(UnitPrice="4.00")], [("536365", 1200, (0,))], [(3, Why.CREDIT_OF_MORE, -1200)]),
        ([credit(StockCode="D", Quantity="-1", UnitPrice="3.10")], [("536365", 310, ())], []),
        (
            [credit(StockCode="D", Quantity="-1", UnitPrice="20.00")],
            [("536365", 1530, ())],
            [(3, Why.CREDIT_OF_MORE, -470)],
        ),
        ([credit(), credit("C9")], [("536365", 1530, (0,))], [(4, Why.CREDIT_OF_MORE, -1530)]),
        ([credit(CustomerID="")], [], [(3, Why.CREDIT_OF_NOBODY, -1530)]),
        ([credit(StockCode="22423")], [], [(3, Why.CREDIT_OF_NO_ORDER, -1530)]),
        ([credit(Country="France")], [], [(3, Why.CREDIT_OF_NO_ORDER, -1530)]),
        ([credit(InvoiceDate="2010-11-30 00:00:00")], [], [(3, Why.CREDIT_OF_NO_ORDER, -1530)]),
        ([credit(StockCode="CRUK", Quantity="-1")], [], [(3, Why.CREDIT_OF_FEE, -255)]),
        ([credit(UnitPrice="0")], [], [(3, Why.CREDIT_OF_NOTHING, 0)]),
        ([credit(Quantity="6")], [], [(3, Why.UNREADABLE, 1530)]),
    ],
)
def test_a_credit_never_takes_more_than_there_is_and_the_rest_is_left_over(
    tmp_path: Path, rows: list[dict[str, str]], refunds: list[Any], left: list[Any]
) -> None:
    plan = planned(tmp_path, row(), *rows)
    assert refunded(plan) == refunds
    assert [(remark.row, remark.why, remark.amount) for remark in plan.remarks] == left


def test_an_order_has_no_more_refunds_than_it_can_have_disputes(tmp_path: Path) -> None:
    notes = [credit(f"C{number}", Quantity="-1") for number in range(1, 13)]
    plan = planned(tmp_path, row(Quantity="100"), *notes)
    assert [len(own) for own in plan.refunds.values()] == [credits.MOST_REFUNDS]
    assert [why for _, why in said(plan)] == [Why.CREDIT_OF_NO_ORDER] * 2


def test_the_steps_of_an_order_end_with_its_credits_and_its_release(tmp_path: Path) -> None:
    plan = planned(tmp_path, row(), row("7", CustomerID="1.0"), credit(Quantity="-2"), credit("C8", CustomerID="1.0"))
    part, whole = (script.replay(order, plan.refunds[order.number]) for order in plan.reading.orders)
    expected = ["pay", "sync", "open_dispute", "accept", "complete_refund"]
    assert [step.action for step in part.steps] == [*expected, "release_funds"]
    assert part.goal == ("FINISH", "released")
    assert [step.action for step in whole.steps] == expected and whole.goal == ("FINISH", "refunded")
    times = [step.at for step in part.steps]
    assert times == sorted(times)
    opened = part.steps[2].content({})
    assert (opened["claim"]["amount"], opened["line_ids"]) == ("5.10", ["1"])


def test_an_order_of_nothing_is_finished_by_its_receipt(tmp_path: Path) -> None:
    (order,) = planned(tmp_path, row(UnitPrice="0.0")).reading.orders
    replay = script.replay(order, ())
    assert [step.action for step in replay.steps] == ["pay", "sync"]
    assert replay.goal == ("FINISH", "released")


def test_a_file_that_is_none_is_said_in_words(tmp_path: Path) -> None:
    assert source.find(tmp_path) is None
    (tmp_path / "other.csv").write_text("id\n1\n")
    assert source.find(tmp_path) is None
    (tmp_path / "a.csv").write_text("InvoiceNo,StockCode\n1,2\n")
    with pytest.raises(SourceError, match="no column 'Description'"):
        source.read(tmp_path / "a.csv")
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(b"InvoiceNo\n")[:-4])
    (tmp_path / "c.csv").write_bytes(",".join(source.COLUMNS).encode() + b"\n\xa3\n")
    for name in ("b.csv.gz", "c.csv", "missing.csv"):
        with pytest.raises(SourceError):
            source.read(tmp_path / name)
    with pytest.raises(SourceError, match="several"):
        source.find(tmp_path)


def test_the_check_finds_what_differs(tmp_path: Path) -> None:
    plan = planned(tmp_path, row(), credit(Quantity="-2"))
    wanted = check.independent(plan.path)
    right = {"GB": Counter(orders=1, received=1530, refunded=510)}
    assert list(check.differences(wanted, right, {})) == []
    for change in ({"orders": 2}, {"received": 1529}, {"refunded": 511}):
        other = {"GB": Counter({**right["GB"], **change})}
        assert len(list(check.differences(wanted, other, {}))) == 1, change
    assert len(list(check.differences(wanted, {}, {}))) == 3
    assert len(list(check.differences(wanted, right | {"XX": Counter(orders=1)}, {}))) == 1
    assert list(check.orders(plan.reading.orders, plan.refunds, [])) == ["536365: lost"]
    assert list(check.report(right, right)) == list(check.report({}, {})) == []
    for change in ({"orders": 2}, {"received": 1529}, {"refunded": 511}):
        assert len(list(check.report({"GB": Counter({**right["GB"], **change})}, right))) == 1, change
    assert len(list(check.report({}, right))) == len(list(check.report(right, {}))) == 3


def test_chains_run_one_after_the_other_within_and_an_error_ends_them_all() -> None:
    seen: list[tuple[int, int]] = []
    chains = [[(chain, place) for place in range(20)] for chain in range(5)]
    results = list(loader.in_parallel(chains, 3, lambda each: seen.append(each) or each))  # type: ignore[func-returns-value]
    assert sorted(results) == sorted(seen) == sorted(each for chain in chains for each in chain)
    for number, chain in enumerate(chains):
        assert [each for each in seen if each[0] == number] == chain

    def fail(each: tuple[int, int]) -> None:
        if each == (1, 3):
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        list(loader.in_parallel(chains, 3, fail))


def test_what_was_stopped_in_the_middle_of_a_credit_goes_on(server: Server, tmp_path: Path) -> None:
    api, accounts = run.connect(server.url, server.data_dir)
    plan = planned(tmp_path, row("900001"), credit("C900002", Quantity="-2"), credit("C900003", Quantity="-1"))
    (order,) = plan.reading.orders
    replay = script.replay(order, plan.refunds[order.number])
    platform = run.tokens_of(accounts, "stopped-retail").platform
    for length in range(len(replay.steps) + 1):
        part = script.Replay(replay.placement, replay.steps[:length], ("", ""))
        result = loader.load_order(api, order.number, lambda part=part: part, platform)  # type: ignore[misc]
        assert (result.refused, result.changes) == ([], 1)
    assert loader.load_order(api, order.number, lambda: replay, platform).changes == 0
    view = api.get(f"/v1/orders/{order.number}", platform)
    assert (view["status"], view["amounts"]["refunded"]["amount"]) == ("FINISH", "7.65")


def test_the_command_tells_the_folder_by_what_is_in_it(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORT", str(server.port))
    monkeypatch.setenv("DATA_DIR", str(server.data_dir))
    monkeypatch.setattr(script, "STORE", "retail-by-command")
    written(tmp_path, row("910001", CustomerID=""), credit("C910002", CustomerID=""))
    assert make_load.main(["--data", str(tmp_path)]) == 0
    assert "1 of 1 orders are in" in capsys.readouterr().out
    report = (server.data_dir / command.REPORT).read_text("utf-8")
    assert report.count("\n") == 3 and Why.CREDIT_OF_NOBODY in report
    assert Api(server.url).get("/v1/orders/910001", issuer_token(server))["buyer"]["id"] == "invoice-910001"


def issuer_token(server: Server) -> str:
    return run.connect(server.url, server.data_dir)[1].token({"retail-by-command": "owner"})
