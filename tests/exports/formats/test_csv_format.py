"""A .csv read back by the csv module, and the guard against formulas."""

from __future__ import annotations

import csv as reader
import io
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.exports.formats import csv
from functions.exports.formats.sheets import Heading, Sheet
from shared.domain.exports import formulas
from shared.domain.exports.cells import AMOUNTS, Cell
from shared.domain.exports.cells import CellKind as Kind

SIGNS = "=+-@\t\r\n＝＋－＠"
EVERY_KIND = Sheet(tuple(Heading(kind, kind) for kind in ("text", "money", "number", "minute", "day")))
signs_and_blanks = st.text(st.sampled_from(f"'{SIGNS} \u3000\u200b\ufeffx")) | st.text()


def never_asked() -> Sequence[tuple[str, Cell]]:
    raise AssertionError("a .csv has no second sheet")


def written(path: Path, *rows: Sequence[Cell], sheet: Sheet = EVERY_KIND, bom: bool = True) -> bytes:
    csv.write(path, sheet, iter(rows), never_asked, bom=bom)
    return path.read_bytes()


def cells(content: bytes) -> list[list[str]]:
    return list(reader.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def spelled(tmp_path: Path, kind: Kind, cell: Cell) -> str:
    ((_,), (text,)) = cells(written(tmp_path / "a.csv", [cell], sheet=Sheet((Heading("a", kind),))))
    return text


def test_every_kind_is_spelled_in_its_own_way(tmp_path: Path) -> None:
    at = datetime(2024, 2, 29, 23, 59, 58)
    assert cells(written(tmp_path / "a.csv", ["0042", AMOUNTS[2](29.9), 3, at, at], [None] * 5)) == [
        ["text", "money", "number", "minute", "day"],
        ["0042", "29.90", "3", "2024-02-29 23:59:58", "2024-02-29"],
        [""] * 5,
    ]


@pytest.mark.parametrize(
    ("digits", "amount", "spelling"),
    [
        (2, 0.0, "0.00"),
        (2, 5, "5.00"),
        (2, -5.5, "-5.50"),
        (2, 0.1 + 0.2, "0.30"),
        (0, 1500, "1500"),
        (0, -3, "-3"),
        (3, 1.005, "1.005"),
        (3, 2, "2.000"),
        (2, 9_999_999_999_999.99, "9999999999999.99"),
        (0, 10**15 - 1, "999999999999999"),
    ],
)
def test_money_is_a_plain_decimal_with_the_digits_of_its_currency(
    tmp_path: Path, digits: int, amount: float, spelling: str
) -> None:
    assert spelled(tmp_path, "money", AMOUNTS[digits](amount)) == spelling


@pytest.mark.parametrize(("number", "spelling"), [(-5, "-5"), (5.0, "5"), (2.5, "2.5"), (1e-7, "0.0000001")])
def test_numbers_are_never_guarded(tmp_path: Path, number: float, spelling: str) -> None:
    assert spelled(tmp_path, "number", number) == spelling


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.sampled_from(sorted(AMOUNTS)))
def test_money_says_exactly_the_minor_units(minor: int, digits: int) -> None:
    """Up to 15 digits, which every float holds."""
    text = csv._money(AMOUNTS[digits](minor / 10**digits))
    assert Decimal(text).scaleb(digits) == minor
    assert "E" not in text.upper()
    assert len(text.partition(".")[2]) == digits


def test_lines_end_with_crlf_and_quoted_text_keeps_its_own(tmp_path: Path) -> None:
    content = written(tmp_path / "a.csv", ['a\nb,"c"'], sheet=Sheet((Heading("订单\n号", "text"),)))
    assert content.decode() == '\ufeff"订单\n号"\r\n"a\nb,""c"""\r\n'


def test_the_byte_order_mark_can_be_left_out(tmp_path: Path) -> None:
    with_mark, without = written(tmp_path / "a.csv"), written(tmp_path / "b.csv", bom=False)
    assert with_mark == b"\xef\xbb\xbf" + without
    assert without == b"text,money,number,minute,day\r\n"


def test_a_row_must_have_a_cell_for_each_heading(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="zip"):
        written(tmp_path / "a.csv", ["1", AMOUNTS[2](1.0)])


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("blanks", ["", " ", "  \u3000", "\u200b", "\ufeff", "\xa0", "\u202e"])
@pytest.mark.parametrize("kind", ["text", "money", "day"])
def test_text_that_opens_a_formula_is_guarded_in_a_column_of_any_kind(
    tmp_path: Path, sign: str, blanks: str, kind: Kind
) -> None:
    text = f"{blanks}{sign}HYPERLINK(1)"
    assert spelled(tmp_path, kind, text) == f"'{text}"


@pytest.mark.parametrize("text", ["a=1", "1+1", "0042", "'", "'quoted'", " x", "\u3000订单", "#N/A", "(-5)", "_=1"])
def test_other_text_is_left_as_it_is(text: str) -> None:
    assert formulas.guard(text) == text


def test_a_heading_is_guarded_too(tmp_path: Path) -> None:
    assert cells(written(tmp_path / "a.csv", sheet=Sheet((Heading("=1", "text"),)))) == [["'=1"]]


@pytest.mark.parametrize("text", ["'=1", "''=1", "' =1", "'\t"])
def test_a_text_that_only_looks_guarded_is_given_one_more_apostrophe(text: str) -> None:
    assert formulas.guard(text) == "'" + text


@given(signs_and_blanks)
def test_unguard_gives_back_what_was_guarded(text: str) -> None:
    assert formulas.unguard(formulas.guard(text)) == text


@given(signs_and_blanks)
def test_no_guarded_text_opens_a_formula(text: str) -> None:
    visible = formulas.guard(text).strip().lstrip("\u200b\ufeff \u3000")
    assert not visible.startswith(tuple("=+-@＝＋－＠"))


@given(st.lists(st.tuples(signs_and_blanks, st.text()), max_size=20))
def test_any_text_reads_back(tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[str, str]]) -> None:
    sheet = Sheet((Heading("a", "text"), Heading("b", "text")))
    content = written(tmp_path_factory.getbasetemp() / "any.csv", *texts, sheet=sheet)
    assert [tuple(map(formulas.unguard, row)) for row in cells(content)[1:]] == texts
