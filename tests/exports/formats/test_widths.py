"""Columns are as wide as their content, within bounds, and a file is not read twice for that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain, repeat

import pytest

from functions.exports.file_writer import sheet_of
from functions.exports.formats.sheets import Heading, Sheet
from functions.exports.formats.widths import BUTTON, LEAST, SAMPLE, fit_widths, wide
from shared.domain.exports.cells import AMOUNTS, Cell
from shared.domain.exports.layouts import LAYOUTS
from shared.domain.exports.model import ExportRequest, Format, Kind
from shared.domain.labels import STATUSES
from tests import proof

NOW = datetime(2026, 11, 29, tzinfo=UTC)


def width(heading: Heading, *cells: Cell) -> int:
    sheet, _ = fit_widths(Sheet((heading,)), [[cell] for cell in cells])
    return sheet.headings[0].width


def request(kind: str, layout: str) -> ExportRequest:
    language = LAYOUTS[kind][layout].language
    return ExportRequest(Kind(kind), Format.XLSX, NOW, NOW, "Asia/Shanghai", layout, language)


def test_a_text_column_is_as_wide_as_its_longest_line() -> None:
    assert width(Heading("a", "text", 40), "short", "twenty characters aa", None) == 21
    assert width(Heading("a", "text", 40), "short\ntwenty characters aa\nx") == 21
    assert width(Heading("a", "text", 40), "二十个字符") == 11, "a Chinese character is as wide as two digits"


def test_it_is_never_wider_than_its_bound_nor_narrower_than_its_heading() -> None:
    assert width(Heading("a", "text", 30), "x" * 500) == 30
    assert width(Heading("Country code", "text", 30), "US") == len("Country") + BUTTON, "it wraps between words"
    assert width(Heading("a", "text", 30)) == LEAST["text"], "without rows"


@pytest.mark.parametrize("kind", ["money", "number", "minute", "day", "share"])
def test_numbers_and_times_are_never_shown_as_hashes(kind: str) -> None:
    heading = Heading("a", kind, 8)  # type: ignore[arg-type]
    assert width(heading) == LEAST[kind]  # type: ignore[index]
    if kind == "money":
        assert LEAST["money"] > len("999,999.99")
        assert width(Heading("a", "money", 32), AMOUNTS[2](123_456_789.5)) > len("123,456,789.50")


def test_only_the_first_rows_are_looked_at_and_none_is_lost() -> None:
    read = 0

    def rows() -> Iterator[list[Cell]]:
        nonlocal read
        for row in chain(repeat(["x"], SAMPLE), repeat(["x" * 30], 50)):
            read += 1
            yield row

    sheet, same = fit_widths(Sheet((Heading("a", "text", 40),)), rows())
    assert (read, sheet.headings[0].width) == (SAMPLE, LEAST["text"])
    assert list(same) == [["x"]] * SAMPLE + [["x" * 30]] * 50


def test_a_status_that_comes_late_in_a_file_is_not_cut_off() -> None:
    """The oldest orders come first, and they have ended: their status is short."""
    columns = 0
    for kind, layouts in LAYOUTS.items():
        for name, layout in layouts.items():
            sheet, _ = fit_widths(sheet_of(request(kind, name)), [])
            for heading, (_, code) in zip(sheet.headings, layout.columns, strict=True):
                if code == "status":
                    assert heading.width >= max(wide(names[layout.language == "zh-CN"]) for names in STATUSES.values())
                    columns += 1
    proof.counted("columns of a status that have room for each", columns, 8)


def once(kind: str, layout: str) -> list[Heading]:
    headings = sheet_of(request(kind, layout)).headings
    return [each for each in headings if each.text.endswith(("(first row only)", "（仅首行）"))]


def test_a_sum_of_any_column_is_right_or_its_heading_says_so() -> None:
    """What is of a whole order, or customer, is in its first row only where it may have several."""
    found = {(kind, layout): once(kind, layout) for kind, layouts in LAYOUTS.items() for layout in layouts}
    kinds = Counter(each.kind for each in chain.from_iterable(found.values()))
    assert kinds.keys() == {"money", "number", "text"} and kinds["text"] == 2, "the long text of messages"
    counts = {kind: len(headings) for (kind, _), headings in found.items()}
    assert counts == {"orders": 0, "lines": 8, "funds": 0, "shipments": 0, "customers": 6, "picks": 0}
