"""Text that a cell cannot hold is changed, and the change is reported."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.exports.formats.fit import fit, fit_text
from functions.exports.formats.sheets import MAX_TEXT, Heading
from shared.domain.exports.cells import Cell

NOON = datetime(2024, 5, 6, 12)
HEADINGS = (Heading("id", "text"), Heading("title", "text"), Heading("total", "money"), Heading("placed", "minute"))
any_text = st.text(st.characters(exclude_categories=()))


def fitted(*rows: list[Cell]) -> tuple[list[list[Cell]], list[tuple[int, int, str]]]:
    changes: list[tuple[int, int, str]] = []
    cells = [list(row) for row in fit(rows, HEADINGS, lambda *change: changes.append(change))]
    return cells, changes


def fitted_text(text: str) -> tuple[Cell, list[str]]:
    ((_, cell, *_),), changes = fitted(["1", text, 29.9, NOON])
    return cell, [why for _, _, why in changes]


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def test_a_row_that_fits_is_passed_on_itself() -> None:
    row: list[Cell] = ["1", "\tÄ 订单\n😀 \x7f\x85\u2028", None, NOON]
    (passed,) = fit([row], HEADINGS, pytest.fail)
    assert passed is row


@pytest.mark.parametrize("character", [*map(chr, {*range(32)} - {9, 10, 13}), "\ud800", "\udfff", "\ufffe", "\uffff"])
@pytest.mark.parametrize("around", ["{}", "a{}", "订{}单", "😀{}"])
def test_what_no_cell_holds_becomes_a_replacement_character_and_is_reported(character: str, around: str) -> None:
    assert fitted_text(around.format(character)) == (around.format("\ufffd"), ["cleaned"])


@pytest.mark.parametrize(("text", "kept"), [("a\r\nb", "a\nb"), ("a\rb", "a\nb"), ("a\n\r\n\r", "a\n\n\n")])
def test_every_line_end_becomes_a_line_feed_without_being_reported(text: str, kept: str) -> None:
    assert fitted_text(text) == (kept, [])


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("x" * 40_000, "x" * MAX_TEXT),
        ("x" * MAX_TEXT + "\n", "x" * MAX_TEXT),
        ("😀" * 20_000, "😀" * 16_383),
        ("x" + "😀" * 20_000, "x" + "😀" * 16_383),
    ],
    ids=["letters", "one more", "pairs", "pairs after a letter"],
)
def test_a_long_text_is_cut_between_characters_and_reported(text: str, kept: str) -> None:
    assert fitted_text(text) == (kept, ["shortened"])


@pytest.mark.parametrize("text", ["x" * MAX_TEXT, "x" + "😀" * 16_383, "订" * MAX_TEXT])
def test_a_text_of_just_the_longest_length_stays_whole(text: str) -> None:
    assert fitted_text(text) == (text, [])


def test_line_ends_are_counted_as_they_are_written() -> None:
    assert fitted_text("\r\n" * MAX_TEXT) == ("\n" * MAX_TEXT, [])


def test_a_text_may_lose_both() -> None:
    assert fitted_text("\0" + "x" * 40_000) == ("\ufffd" + "x" * (MAX_TEXT - 1), ["cleaned", "shortened"])


def test_every_change_names_its_row_and_column() -> None:
    cells, changes = fitted(["1", "fine", 1.0, NOON], ["\0", "x" * 40_000, None, None], ["3", "\ud800", 3.0, NOON])
    assert changes == [(1, 0, "cleaned"), (1, 1, "shortened"), (2, 1, "cleaned")]
    assert [row[2:] for row in cells] == [[1.0, NOON], [None, None], [3.0, NOON]]


def test_a_change_is_reported_while_the_source_stands_at_its_row() -> None:
    at = ""

    def orders() -> Iterator[list[Cell]]:
        nonlocal at
        for at in ("first", "second", "third"):
            yield [at, "\0" if at == "second" else "fine", 1.0, NOON]

    values = []
    for _ in fit(orders(), HEADINGS, lambda row, column, why: values.append((at, row, column, why))):
        pass
    assert values == [("second", 1, 1, "cleaned")]


def test_the_row_that_was_given_is_not_written_to() -> None:
    row: list[Cell] = ["1", "\0", 1.0, NOON]
    fitted(row)
    assert row == ["1", "\0", 1.0, NOON]


def test_a_number_in_a_text_column_is_left_alone() -> None:
    assert fitted([5, "\0", 1.0, NOON]) == ([[5, "\ufffd", 1.0, NOON]], [(0, 1, "cleaned")])


@pytest.mark.parametrize("kinds", [(), ("text",), ("money", "text"), ("money",)])
def test_any_number_of_text_columns_will_do(kinds: tuple[str, ...]) -> None:
    headings = [Heading(kind, kind) for kind in kinds]  # type: ignore[arg-type]
    row: list[Cell] = ["\0" if kind == "text" else 1.0 for kind in kinds]
    changes: list[tuple[int, int, str]] = []
    (cells,) = fit([row], headings, lambda *change: changes.append(change))
    assert cells == ["\ufffd" if kind == "text" else 1.0 for kind in kinds]
    assert changes == [(0, column, "cleaned") for column, kind in enumerate(kinds) if kind == "text"]


@given(st.lists(st.tuples(any_text, st.integers(1, 9_000)).map(lambda made: made[0] * made[1]), min_size=2, max_size=2))
def test_what_was_fitted_fits_and_one_look_at_a_row_finds_what_a_look_at_each_cell_finds(texts: list[str]) -> None:
    (cells,), changes = fitted([*texts, 1.0, NOON])
    expected = [fit_text(text) for text in texts]
    assert cells[:2] == [text for text, _ in expected]
    assert changes == [(0, column, why) for column, (_, lost) in enumerate(expected) for why in lost]
    for text, _ in expected:
        assert fit_text(text) == (text, [])
        assert units(text) <= MAX_TEXT
        text.encode()
