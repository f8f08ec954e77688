"""The .xls writer, read back by independent readers: calamine, LibreOffice where it is installed, and the records."""

from __future__ import annotations

import shutil
import subprocess
import tracemalloc
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from io import BytesIO
from itertools import repeat
from pathlib import Path
from struct import iter_unpack, pack, unpack_from

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from functions.exports.formats import biff8, compound, xls
from functions.exports.formats.sheets import MAX_TEXT, About, Heading, Sheet
from shared.domain.exports.cells import AMOUNTS, Cell
from shared.domain.exports.cells import CellKind as Kind
from tests.exports.formats.xls_reader import SECTOR, of_kind, parts, read, records, stream, texts

FORMULA, NUMBER, LABEL = 0x0006, 0x0203, 0x00FD
SST, CONTINUE, EXT_SST = 0x00FC, 0x003C, 0x00FF
KINDS: tuple[Kind, ...] = ("text", "money", "number", "minute", "day")
EVERY_KIND = Sheet(tuple(Heading(kind.title(), kind) for kind in KINDS))
ONE_TEXT = Sheet((Heading("Text", "text"),))
SOFFICE = shutil.which("soffice")


def nothing() -> Sequence[tuple[str, Cell]]:
    return ()


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(rows: Iterable[Sequence[Cell]], sheet: Sheet = ONE_TEXT, about: About = nothing) -> Path:
        path = tmp_path / "book.xls"
        xls.write(path, sheet, rows, about)
        return path

    return write


def test_it_is_biff8_in_a_compound_file(written: Callable[..., Path]) -> None:
    path = written([["a"]])
    assert path.read_bytes().startswith(bytes.fromhex("d0cf11e0a1b11ae1"))
    assert [unpack_from("<HH", data) for data in of_kind(path, 0x0809)] == [(0x0600, 5), (0x0600, 16), (0x0600, 16)]


def test_every_kind_comes_back_as_it_went(written: Callable[..., Path]) -> None:
    rows: list[list[Cell]] = [
        ["Zoë\n宝贝\t😀 שלום", AMOUNTS[3](12.345), 7, datetime(2024, 2, 29, 23, 59, 59), datetime(2024, 2, 29)],
        ["007", AMOUNTS[0](1999), 0, datetime(2019, 1, 1, 0, 0, 1), datetime(2100, 12, 31)],
        ["", AMOUNTS[2](-0.01), 2**53, datetime(2026, 7, 4, 12, 30), datetime(1900, 3, 1)],
    ]
    path = written([*rows, [None] * 5, [None, AMOUNTS[2](1.5), None, None, None]], EVERY_KIND)
    empty = ["", "", "", "", ""]
    assert read(path) == [[kind.title() for kind in KINDS], *rows, empty, ["", 1.5, "", "", ""]]


def test_the_second_sheet_tells_about_the_file_once_all_rows_are_written(written: Callable[..., Path]) -> None:
    count = 0

    def rows() -> Iterator[list[str]]:
        nonlocal count
        for count in range(1, 101):
            yield [str(count)]

    at = datetime(2026, 1, 2, 3, 4, 5)
    path = written(
        rows(), about=lambda: [("Rows", count), ("At", at), ("Sum", AMOUNTS[2](1.25)), ("Note", "=1"), ("None", None)]
    )
    assert CalamineWorkbook.from_path(path).sheet_names == ["Sheet1", "About this file"]
    assert read(path, 1) == [["Rows", 100], ["At", at], ["Sum", 1.25], ["Note", "=1"], ["None", ""]]


def test_without_rows_there_are_the_headings(written: Callable[..., Path]) -> None:
    assert read(written([], EVERY_KIND)) == [[kind.title() for kind in KINDS]]


def test_the_last_row_that_fits_is_written_and_the_next_refused(written: Callable[..., Path]) -> None:
    sheet = Sheet((Heading("n", "number"),))
    path = written(([n] for n in range(xls.MAX_ROWS)), sheet)
    assert read(path)[1:] == [[n] for n in range(xls.MAX_ROWS)]
    path.unlink()
    with pytest.raises(ValueError, match="65000"):
        written(repeat([1], xls.MAX_ROWS + 1), sheet)
    assert list(path.parent.iterdir()) == [], "neither half a file nor a spool is left"


def test_a_row_with_too_few_cells_is_refused(written: Callable[..., Path]) -> None:
    with pytest.raises(ValueError, match="shorter"):
        written([["a", AMOUNTS[2](1)]], EVERY_KIND)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.datetimes(datetime(1900, 3, 1), datetime(2100, 12, 31)), min_size=1, max_size=200))
def test_every_second_since_march_1900_comes_back(
    tmp_path_factory: pytest.TempPathFactory, some: list[datetime]
) -> None:
    path = tmp_path_factory.mktemp("times") / "book.xls"
    at = [moment.replace(microsecond=0) for moment in some]
    xls.write(path, Sheet((Heading("At", "minute"),)), ([moment] for moment in at), nothing)
    assert texts(path) == at


def test_every_second_of_a_day_comes_back(written: Callable[..., Path]) -> None:
    sheet = Sheet(tuple(Heading(str(hour), "minute") for hour in range(24)))
    rows = [[datetime(2024, 2, 29, h, m, s) for h in range(24)] for m in range(60) for s in range(60)]
    assert read(written(rows, sheet))[1:] == rows


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(1)", '=HYPERLINK("x")', "\t=1", "1e5", "2024-01-01", "TRUE"]
)
def test_text_stays_text_whatever_it_begins_with(written: Callable[..., Path], text: str) -> None:
    path = written([[text]])
    assert texts(path) == [text]
    kinds = [kind for _, kind, _ in records(stream(path))]
    assert FORMULA not in kinds
    assert kinds.count(LABEL) == 2


def test_numbers_are_numbers_in_the_formats_of_their_kinds(written: Callable[..., Path]) -> None:
    at = datetime(2024, 5, 6)
    path = written([["a", AMOUNTS[3](1.5), 2, at, at]], EVERY_KIND)
    assert len(of_kind(path, NUMBER)) == 4
    own = {unpack_from("<H", data)[0]: data[5:].decode() for data in of_kind(path, 0x041E)}
    formats = {0: "General", 1: "0", 3: "#,##0", 4: "#,##0.00", 49: "@", **own}
    xfs = [unpack_from("<HH", data) for data in of_kind(path, 0x00E0)]
    cells = [unpack_from("<3H", data) for _, kind, data in records(stream(path)) if kind in (LABEL, NUMBER)]
    assert [formats[xfs[xf][1]] for row, _, xf in cells if row == 1] == [
        "@",
        "#,##0.000",
        "0",
        "yyyy-mm-dd hh:mm:ss",
        "yyyy-mm-dd",
    ]
    fonts = of_kind(path, 0x0031)
    assert {unpack_from("<H", fonts[xfs[xf][0]], 6)[0] for row, _, xf in cells if row == 0} == {700}


NEAR_A_RECORD = [size + more for size in (1, 2, 4110, 8216, 16430, 32_000) for more in range(9)]
SOME_TEXT = st.one_of(
    st.builds(
        lambda lead, unit, size: (lead + unit * size)[:size],
        st.sampled_from(["", "a", "中"]),
        st.sampled_from(["a", "é", "中", "中a", "אב"]),
        st.sampled_from(NEAR_A_RECORD),
    ),
    st.builds(
        lambda lead, size: lead + "😀" * (size // 2 - 1), st.sampled_from(["", "a"]), st.sampled_from(NEAR_A_RECORD)
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc"])),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(SOME_TEXT, min_size=1, max_size=40))
def test_strings_go_on_across_records(tmp_path_factory: pytest.TempPathFactory, some: list[str]) -> None:
    path = tmp_path_factory.mktemp("strings") / "book.xls"
    xls.write(path, ONE_TEXT, ([text] for text in some), nothing)
    assert texts(path) == some


@pytest.mark.parametrize("offset", range(12))
@pytest.mark.parametrize("unit", ["a", "é", "中", "😀"])
def test_a_string_may_begin_and_be_cut_at_every_place_of_a_record(
    written: Callable[..., Path], unit: str, offset: int
) -> None:
    """The head of a string, a unit and a surrogate pair each come to lie on the end of a record."""
    some = ["x" * (biff8.LONGEST_RECORD - 40 + offset), unit * 6000, *(unit * n for n in range(60))]
    assert texts(written([text] for text in some)) == some


@pytest.mark.parametrize("unit", ["a", "é", "中", "😀"])
def test_the_longest_text_fits_a_cell_and_a_longer_is_refused(written: Callable[..., Path], unit: str) -> None:
    longest = (unit * MAX_TEXT)[: MAX_TEXT // 2 if unit == "😀" else MAX_TEXT]
    longest += "a" * (MAX_TEXT - len(longest.encode("utf-16-le")) // 2)
    assert texts(written([[longest], ["next"]])) == [longest, "next"]
    with pytest.raises(ValueError, match="32768"):
        written([[longest + "a"]])


def test_the_string_table_counts_its_strings_and_is_pointed_into(written: Callable[..., Path]) -> None:
    rows = [[f"{n} {'wide 中' if n % 3 else 'é'} {'y' * (n % 500)}"] for n in range(3000)]
    content = stream(written(rows))
    found = {at: (kind, data) for at, kind, data in records(content)}
    references, count = next(unpack_from("<II", data) for kind, data in found.values() if kind == SST)
    assert references == count == 3001
    pointers = next(data for kind, data in found.values() if kind == EXT_SST)
    (size,) = unpack_from("<H", pointers)
    sets = list(iter_unpack("<IHH", pointers[2:]))
    assert size == count // 128 + 1, "as 2.4.107 has it"
    assert len(sets) == -(-count // size)
    for index, (at, offset, _) in enumerate(sets):
        assert found[at - offset][0] in (SST, CONTINUE)
        begins = rows[index * size - 1][0][:4] if index else "Text"
        length, wide = unpack_from("<HB", content, at)
        begun = content[at + 3 : at + 3 + (4 << wide)].decode("utf-16-le" if wide else "latin-1")
        assert begun == begins
        assert length == len(rows[index * size - 1][0] if index else "Text")


def test_what_recurs_is_shared_and_what_does_not_costs_no_memory(written: Callable[..., Path]) -> None:
    sheet = Sheet((Heading("Order", "text"), Heading("Status", "text")))
    path = written(([f"order {n}", f"状态 {n % 5}"] for n in range(20_000)), sheet)
    (table,) = of_kind(path, SST)
    assert unpack_from("<II", table) == (40_002, 20_007)
    assert read(path)[-1] == ["order 19999", "状态 4"]


def test_memory_stays_flat(written: Callable[..., Path]) -> None:
    written([["a"]])
    tracemalloc.start()
    path = written([str(n) + "x" * 20_000] for n in range(2000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert path.stat().st_size > 40_000_000
    assert peak < 8_000_000


def test_rows_are_found_through_their_index(written: Callable[..., Path]) -> None:
    """Index leads to the DBCell of every 32 rows, which leads to the first cell of each that has one."""
    content = stream(written(([str(n)] if n % 7 else [None] for n in range(1000)), about=lambda: [("a", 1)]))
    found = {at: (kind, data) for at, kind, data in records(content)}
    index = next(data for kind, data in found.values() if kind == 0x020B)
    _, first, count, widths = unpack_from("<4I", index)
    assert (first, count, found[widths][0]) == (0, 1001, 0x0055)
    rows = []
    for (at,) in iter_unpack("<I", index[16:]):
        kind, data = found[at]
        assert kind == 0x00D7
        block = at - unpack_from("<I", data)[0]
        assert found[block][0] == 0x0208
        cell = block + 20
        for (step,) in iter_unpack("<H", data[4:]):
            cell += step
            assert found[cell][0] == LABEL
            rows.append(unpack_from("<H", found[cell][1])[0])
    assert rows == [0, *(n + 1 for n in range(1000) if n % 7)]
    heads = [unpack_from("<3H", data) for kind, data in found.values() if kind == 0x0208]
    assert [row for row, begin, end in heads[:1001] if begin < end] == rows


def test_sheets_are_where_the_workbook_says(written: Callable[..., Path]) -> None:
    content = stream(written(["x" * n] for n in range(2000)))
    begins = [at for at, kind, _ in records(content) if kind == 0x0809]
    positions = [unpack_from("<I", data)[0] for _, kind, data in records(content) if kind == 0x0085]
    assert positions == begins[1:]


def test_a_file_beyond_the_header_s_own_sector_table_is_whole(written: Callable[..., Path]) -> None:
    some = [str(n) + "x" * 32_000 for n in range(300)]
    path = written([text] for text in some)
    assert unpack_from("<I", path.read_bytes(), 72) == (1,), "one DIFAT sector"
    assert len(of_kind(path, LABEL)) == 301
    assert texts(path) == some


IN_HEADER, IN_BOTH = 109 * 128 * SECTOR, (109 + 127) * 128 * SECTOR
"""Bytes that the FAT sectors named in the header tell of, and those with one DIFAT sector."""


@pytest.mark.parametrize(
    "size",
    [
        *(0, 1, 4095, 4096, 4097, 126 * SECTOR, 126 * SECTOR + 1),
        *(IN_HEADER - sectors * SECTOR for sectors in (-1, 0, 1, 109, 110, 111, 112)),
        *(IN_BOTH - sectors * SECTOR for sectors in (0, 236, 237, 238, 239)),
    ],
)
def test_a_stream_of_any_size_is_found_again(tmp_path: Path, size: int) -> None:
    path = tmp_path / "stream"
    content = bytes(range(1, 256)) * (size // 255 + 1)
    compound.write(path, "Workbook", [BytesIO(content[:100][:size]), BytesIO(content[100:size])])
    assert stream(path) == content[:size].ljust(4096, b"\0")


def test_equal_rows_are_equal_files(written: Callable[..., Path]) -> None:
    rows = [["a中😀", AMOUNTS[2](1.5), 2, datetime(2024, 5, 6, 7, 8, 9), datetime(2024, 5, 6)]] * 100
    first = written(rows, EVERY_KIND, lambda: [("a", 1)]).read_bytes()
    assert written(iter(rows), EVERY_KIND, lambda: [("a", 1)]).read_bytes() == first


def test_the_headings_stay_in_view(written: Callable[..., Path]) -> None:
    path = written([["a"]])
    first, second = (unpack_from("<H", data)[0] & 0x0008 for data in of_kind(path, 0x023E))
    assert (bool(first), bool(second)) == (True, False)
    (pane,) = of_kind(path, 0x0041)
    assert unpack_from("<4HB", pane) == (0, 1, 1, 0, 2)


def test_columns_are_as_wide_as_their_headings_say(written: Callable[..., Path]) -> None:
    sheet = Sheet((Heading("a", "text", 10), Heading("b", "text", 40), Heading("c", "text", 1000)))
    widths = [unpack_from("<3H", data) for data in of_kind(written([], sheet), 0x007D)]
    assert [(first, last, width // 256) for first, last, width in widths[:3]] == [(0, 0, 10), (1, 1, 40), (2, 2, 255)]


PRINTED = Sheet((Heading("Order", "text", 20), Heading("Total", "money", 10)), printed=True)


def test_a_printed_sheet_fits_the_width_of_its_paper(written: Callable[..., Path]) -> None:
    cells = ["one line", "three\nlines\nhere", "x" * 41, "中" * 11, "words wrap between blanks here"]
    path = written([[cell, AMOUNTS[2](number)] for number, cell in enumerate(cells)], PRINTED)
    paper, _, _, wide, high, flags = unpack_from("<6H", of_kind(path, 0x00A1)[0])
    assert (paper, wide, high, flags & 0x0002) == (9, 1, 0, 0), "A4, one page wide, as many as it takes high, across"
    assert unpack_from("<H", of_kind(path, 0x0081)[0])[0] & 0x0100
    _, titles = of_kind(path, 0x0018)
    both = "3b 0000 0000 ffff 0000 0000  3b 0000 0000 0000 0000 ff00  10"
    assert titles.endswith(bytes.fromhex("07 29 1700" + both)), "Print_Titles are column A and row 1"
    xfs = of_kind(path, 0x00E0)
    assert {xfs[unpack_from("<3H", data)[2]][6] & 0x08 for data in of_kind(path, LABEL)[:6]} == {0x08}, "text wraps"
    heights = [unpack_from("<4H", data)[3] // biff8.DEFAULT_HEIGHT for data in of_kind(path, 0x0208)]
    assert heights == [1, 1, 3, 3, 2, 2]
    assert [row[0] for row in read(path)[1:]] == cells


def test_a_sheet_that_is_not_for_paper_keeps_its_rows_low(written: Callable[..., Path]) -> None:
    path = written([["three\nlines\nhere"]])
    assert {unpack_from("<4H", data)[3] for data in of_kind(path, 0x0208)} == {biff8.DEFAULT_HEIGHT}


def test_every_column_has_the_button_of_a_filter_over_all_rows(written: Callable[..., Path]) -> None:
    path = written([["a", AMOUNTS[2](1), 2, None, None]] * 7, EVERY_KIND)
    assert of_kind(path, 0x009D) == [pack("<H", len(KINDS))]
    (database, _) = of_kind(path, 0x0018)
    assert database.endswith(bytes.fromhex("0d 3b 0000 0000 0700 0000 0400")), "_FilterDatabase is A1:E8"
    objects = [unpack_from("<4H", data) for data in of_kind(path, 0x005D)]
    assert objects == [(0x15, 18, 0x14, number) for number in range(1, len(KINDS) + 1)]
    shapes = [unpack_from("<I", data)[0] for kind, data in parts(b"".join(of_kind(path, 0x00EC))) if kind == 0xF00A]
    assert shapes == list(range(1024, 1024 + len(KINDS) + 1)), "the group of all shapes, and one for each column"
    anchors = [unpack_from("<9H", data) for kind, data in parts(b"".join(of_kind(path, 0x00EC))) if kind == 0xF010]
    assert [(each[1], each[3]) for each in anchors] == [(column, 0) for column in range(len(KINDS))]
    (group,) = of_kind(path, 0x00EB)
    (ids,) = (data for kind, data in parts(group) if kind == 0xF006)
    assert unpack_from("<6I", ids) == (max(shapes) + 1, 2, len(shapes), 1, 1, len(shapes))


def test_the_headings_have_a_colour_and_numbers_keep_their_distance(written: Callable[..., Path]) -> None:
    path = written([["a", AMOUNTS[2](1), 2, datetime(2024, 5, 6), datetime(2024, 5, 6)]], EVERY_KIND)
    xfs = of_kind(path, 0x00E0)
    cells = [unpack_from("<3H", data) for _, kind, data in records(stream(path)) if kind in (LABEL, NUMBER)]
    fills = [(unpack_from("<I", xfs[xf], 14)[0] >> 26, unpack_from("<H", xfs[xf], 18)[0] & 0x7F) for _, _, xf in cells]
    assert fills == [(1, biff8.PALE_BLUE)] * 5 + [(0, 0x40)] * 5
    sides = [(xfs[xf][6] & 0x07, xfs[xf][8] & 0x0F) for row, _, xf in cells if row == 1]
    assert sides == [(1, 0), (3, 1), (3, 1), (1, 0), (1, 0)], "numbers are at the right, a step from the edge"


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
def test_libreoffice_reads_the_same(written: Callable[..., Path], tmp_path: Path) -> None:
    rows = [[f"=1+{n}\n{'中😀é'[n % 3] * (n * 7 % 9000)}", AMOUNTS[(0, 2, 3)[n % 3]](n / 100)] for n in range(300)]
    path = written(rows, PRINTED, lambda: [("Rows", 300)])
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(
        [str(SOFFICE), profile, "--headless", "--convert-to", "xlsx", "--outdir", tmp_path, path],
        check=True,
        capture_output=True,
        timeout=120,
    )
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    first, second = book.worksheets
    assert [list(row) for row in first.iter_rows(min_row=2, values_only=True)] == rows
    assert [list(row) for row in second.iter_rows(values_only=True)] == [["Rows", 300]]
    assert first["A1"].font.b
    assert first["A2"].data_type == "s"
    shown = [cell.number_format for cell in (first["A2"], first["B2"], first["B3"], first["B4"])]
    assert shown == ["@", "#,##0", "#,##0.00", "#,##0.000"]
    assert first["A2"].alignment.wrap_text
    assert (first.freeze_panes, first.print_title_rows, first.print_title_cols) == ("A2", "$1:$1", "$A:$A")
    assert first.auto_filter.ref == "A1:B301"
    assert first["A1"].fill.fgColor.rgb == "FF99CCFF"
    assert (first.page_setup.orientation, first.page_setup.paperSize) == ("landscape", 9)
    assert (first.sheet_properties.pageSetUpPr.fitToPage, first.page_setup.fitToHeight) == (True, 0)
