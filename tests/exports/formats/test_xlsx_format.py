"""An .xlsx read back by readers that share nothing with its writer: calamine, openpyxl, and LibreOffice where it is."""

from __future__ import annotations

import csv
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from functions.exports.formats import xlsx
from functions.exports.formats.fit import fit
from functions.exports.formats.sheets import MAX_TEXT, NUMBER_FORMATS, Heading, Sheet
from shared.domain.exports.cells import Cell
from shared.domain.exports.cells import CellKind as Kind

Read = Callable[[Path, int], list[list[Cell]]]
EVERY_KIND = Sheet(
    (
        Heading("订单号", "text", 20),
        Heading("total", "money", 12),
        Heading("pieces", "number", 8),
        Heading("placed", "minute", 19),
        Heading("ship by", "day", 11),
        Heading("products\n(all of them)", "text", 40),
    )
)
TEXTS = Sheet((Heading("first", "text"), Heading("second", "text")))
LOOKS_LIKE_SOMETHING = [
    "=1+1",
    '=HYPERLINK("http://example.com")',
    "+1",
    "-1",
    "@SUM(A1)",
    "＝1+1",
    "'=1",
    "http://example.com",
    "mailto:a@example.com",
    "3000000000012345678",
    "00501",
    "1e5",
    "2024-01-01",
    "TRUE",
    "#N/A",
    "_x0041_",
    "_x0041_x0042_",
    "__x0041__",
    "_x005F_",
    "_x005F_x0041_",
    "_x00e4_",
    "foo_x12345.txt",
    "½_x_1½_x00½",
    "<&>\"']]>",
    "&amp;&#65;",
    "<r><t>rich</t></r>",
    "  blanks around  ",
    "\u3000",
    " ",
    "\n",
    "\tcolumn\tcolumn\nline\n",
    "\ufffd",
    "\x7f\x80\x85\xa0\u2028\ufdd0",
    "\ufeffx",
    "😀👩‍👩‍👧",
    "\U0010ffff",
    "שלום עולם",
    "\u202e\u200fمرحبا",
    "订单号",
    "e\u0301",
]


def nothing_more() -> Sequence[tuple[str, Cell]]:
    return [("rows", 0)]


def write(path: Path, *rows: Sequence[Cell], sheet: Sheet = EVERY_KIND, about: object = nothing_more) -> Path:
    xlsx.write(path, sheet, iter(rows), about)  # type: ignore[arg-type]
    return path


def by_calamine(path: Path, sheet: int = 0) -> list[list[Cell]]:
    """Times of midnight come as dates, and empty cells as empty text."""
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(sheet).to_python(skip_empty_area=False)
    return [[_as_written(cell) for cell in row] for row in rows]


def by_openpyxl(path: Path, sheet: int = 0) -> list[list[Cell]]:
    """Escapes of the format, _xHHHH_, are left to the caller."""
    found = openpyxl.load_workbook(path).worksheets[sheet]
    assert not found.merged_cells.ranges
    assert "f" not in {cell.data_type for row in found for cell in row}, "a formula"
    return [[unescape(cell) if isinstance(cell, str) else cell for cell in row] for row in found.values]


def _as_written(cell: object) -> Cell:
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return datetime.combine(cell, time())
    return None if cell == "" else cell  # type: ignore[return-value]


both = pytest.mark.parametrize("read", [by_calamine, by_openpyxl])


def part(path: Path, name: str = "xl/worksheets/sheet1.xml") -> str:
    with zipfile.ZipFile(path) as parts:
        return parts.read(name).decode()


def opened(path: Path, sheet: int = 0) -> Worksheet:
    return openpyxl.load_workbook(path).worksheets[sheet]


@both
def test_every_kind_reads_back_as_it_was_written(tmp_path: Path, read: Read) -> None:
    at = datetime(2024, 2, 29, 23, 59, 58)
    rows: list[list[Cell]] = [
        ["3000000000012345", 29.9, 3, at, datetime(2024, 3, 1), "【1】 a\n【2】 b"],
        [None] * 6,
        ["00501", -0.01, 0, datetime(2024, 3, 1), at, "x"],
    ]
    assert read(write(tmp_path / "a.xlsx", *rows), 0) == [[heading.text for heading in EVERY_KIND.headings], *rows]


@both
def test_empty_text_is_an_empty_cell(tmp_path: Path, read: Read) -> None:
    assert read(write(tmp_path / "a.xlsx", ["", "x"], sheet=TEXTS), 0)[1] == [None, "x"]


@both
@pytest.mark.parametrize("printed", [False, True])
def test_no_rows_leave_the_headings_alone(tmp_path: Path, read: Read, printed: bool) -> None:
    path = write(tmp_path / "a.xlsx", sheet=Sheet(EVERY_KIND.headings, printed))
    assert read(path, 0) == [[heading.text for heading in EVERY_KIND.headings]]
    assert part(path).count("<row ") == 1
    assert '<dimension ref="A1:F1"/>' in part(path)


@both
def test_text_stays_text_whatever_it_looks_like(tmp_path: Path, read: Read) -> None:
    rows = list(zip(LOOKS_LIKE_SOMETHING, reversed(LOOKS_LIKE_SOMETHING), strict=True))
    path = write(tmp_path / "a.xlsx", *rows, sheet=TEXTS)
    assert read(path, 0)[1:] == [list(row) for row in rows]


def test_no_part_holds_a_formula_or_a_link(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", *zip(LOOKS_LIKE_SOMETHING, LOOKS_LIKE_SOMETHING, strict=True), sheet=TEXTS)
    cells = ElementTree.fromstring(part(path)).findall(".//{*}c")
    assert {(cell.get("t"), *(child.tag.partition("}")[2] for child in cell)) for cell in cells} == {
        ("inlineStr", "is")
    }
    with zipfile.ZipFile(path) as parts:
        assert not [name for name in parts.namelist() if name.startswith("xl/worksheets/_rels")], "links stand there"


@both
@pytest.mark.parametrize(
    "unfit",
    ["\0", "a\x01\x0b\x1fb", "\ud800", "\udfff😀\ud83d", "\ufffe\uffff", "x" * 40_000, "😀" * 20_000, "a\r\nb\rc"],
    ids=["NUL", "controls", "half a pair", "halves around a pair", "noncharacters", "long", "long pairs", "line ends"],
)
def test_text_that_no_cell_holds_is_read_back_as_it_was_fitted(tmp_path: Path, read: Read, unfit: str) -> None:
    rows: list[list[Cell]] = [[unfit, "fine"], ["fine", unfit]]
    fitted = [list(row) for row in fit(rows, TEXTS.headings, lambda *_: None)]
    assert read(write(tmp_path / "a.xlsx", *fitted, sheet=TEXTS), 0)[1:] == fitted


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text(min_size=1), st.text("_x0041F5\n <&", min_size=1)), min_size=1, max_size=30))
def test_any_text_that_fits_reads_back(tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[str, str]]) -> None:
    rows = list(fit(texts, TEXTS.headings, lambda *_: None))
    path = write(tmp_path_factory.getbasetemp() / "any.xlsx", *rows, sheet=TEXTS)
    expected = [list(row) for row in rows]
    assert by_calamine(path)[1:] == expected
    assert by_openpyxl(path)[1:] == expected


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(allow_nan=False, allow_infinity=False)
            | st.integers(-(10**15) + 1, 10**15 - 1).map(lambda minor: minor / 100),
            st.integers(-(2**53), 2**53),
            st.datetimes(datetime(1900, 1, 1), datetime(2100, 12, 31)).map(lambda at: at.replace(microsecond=0)),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_any_number_and_time_reads_back_exactly(
    tmp_path_factory: pytest.TempPathFactory, values: list[tuple[float, int, datetime]]
) -> None:
    rows: list[list[Cell]] = [["x", amount, count, at, at, "x"] for amount, count, at in values]
    path = write(tmp_path_factory.getbasetemp() / "numbers.xlsx", *rows)
    assert by_calamine(path)[1:] == rows
    assert by_openpyxl(path)[1:] == rows


def test_headings_are_bold_stay_in_sight_and_keep_their_line_ends(tmp_path: Path) -> None:
    sheet = opened(write(tmp_path / "a.xlsx", ["1", 1.0, 1, None, None, "x"]))
    assert [(cell.font.b, cell.alignment.wrap_text) for cell in sheet[1]] == [(True, True)] * 6
    assert not sheet["A2"].font.b
    assert sheet.freeze_panes == "A2"
    assert sheet["F1"].value == "products\n(all of them)"


def test_each_column_has_the_width_and_the_format_of_its_heading(tmp_path: Path) -> None:
    at = datetime(2024, 2, 29)
    sheet = opened(write(tmp_path / "a.xlsx", ["1", 1.0, 1, at, at, "x"]))
    for cell, heading in zip(sheet[2], EVERY_KIND.headings, strict=True):
        assert cell.number_format == NUMBER_FORMATS[heading.kind], heading
        assert round(sheet.column_dimensions[cell.column_letter].width) == heading.width + 1, "the margin of a cell"


def test_numbers_keep_their_distance_from_the_text_beside_them(tmp_path: Path) -> None:
    at = datetime(2024, 2, 29)
    for printed in (False, True):
        sheet = opened(
            write(tmp_path / "a.xlsx", ["1", 1.0, 1, at, at, "x"], sheet=Sheet(EVERY_KIND.headings, printed))
        )
        sides = {
            heading.kind: (cell.alignment.horizontal, cell.alignment.indent)
            for cell, heading in zip(sheet[2], EVERY_KIND.headings, strict=True)
        }
        right, left = (
            dict.fromkeys(("money", "number"), ("right", 1)),
            dict.fromkeys(("text", "minute", "day"), ("left", 0)),
        )
        assert sides == right | left


def test_excel_does_not_complain_of_digits_kept_as_text(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", *[["3000000000012345", 1.0, 1, None, None, "x"]] * 3)
    (ignored,) = ElementTree.fromstring(part(path)).findall(".//{*}ignoredError")
    assert ignored.attrib == {"sqref": "A2:A4 F2:F4", "numberStoredAsText": "1"}


def test_a_printed_sheet_is_a4_across_as_wide_as_the_page_with_its_headings_on_each(tmp_path: Path) -> None:
    sheet = opened(write(tmp_path / "a.xlsx", ["1", 1.0, 1, None, None, "x"], sheet=Sheet(EVERY_KIND.headings, True)))
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert (sheet.print_title_rows, sheet.print_title_cols) == ("$1:$1", "$A:$A")
    assert sheet.oddFooter.center.text == "&P / &N"
    assert all(cell.alignment.wrap_text for cell in sheet[2] if cell.value is not None)


def test_another_sheet_is_set_up_for_paper_too_and_its_rows_stay_low(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", ["1", 1.0, 1, None, None, "x"])
    for sheet in (opened(path, 0), opened(path, 1)):
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth or 1) == ("landscape", 1)
    assert not opened(path)["A2"].alignment.wrap_text


def test_a_sheet_too_wide_to_be_legible_takes_the_fewest_pages_that_are(tmp_path: Path) -> None:
    wide = Sheet(tuple(Heading(f"h{number}", "text", 43) for number in range(20)))
    sheet = opened(write(tmp_path / "a.xlsx", ["x"] * 20, sheet=wide))
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (3, 0)


def test_the_headings_have_a_colour_and_a_filter_over_all_rows(tmp_path: Path) -> None:
    sheet = opened(write(tmp_path / "a.xlsx", *[["1", 1.0, 1, datetime(2024, 3, 1), datetime(2024, 3, 1), "x"]] * 3))
    assert sheet.auto_filter.ref == "A1:F4"
    assert {cell.fill.fgColor.rgb for cell in sheet[1]} == {"FF99CCFF"}
    assert [cell.alignment.horizontal for cell in sheet[2]] == ["left", "right", "right", "left", "left", "left"]


@both
def test_the_second_sheet_is_asked_for_once_all_rows_are_written(tmp_path: Path, read: Read) -> None:
    read_so_far: list[int] = []

    def counted() -> Iterator[list[Cell]]:
        for row in range(3):
            read_so_far.append(row)
            yield ["a", "b"]

    def about() -> list[tuple[str, Cell]]:
        return [
            ("made at", datetime(2024, 5, 6, 7, 8, 9)),
            ("rows", len(read_so_far)),
            ("filter", "=1+1"),
            ("total", 29.9),
        ]

    path = tmp_path / "a.xlsx"
    xlsx.write(path, TEXTS, counted(), about)
    assert openpyxl.load_workbook(path).sheetnames == ["Sheet1", "About this file"]
    assert read(path, 1) == [
        ["made at", "2024-05-06 07:08:09"],
        ["rows", 3],
        ["filter", "=1+1"],
        ["total", 29.9],
    ]


@both
def test_the_second_sheet_cleans_its_text(tmp_path: Path, read: Read) -> None:
    path = write(tmp_path / "a.xlsx", sheet=TEXTS, about=lambda: [("\ud800", "x" * 40_000)])
    assert read(path, 1)[0] == ["\ufffd", "x" * MAX_TEXT]


def test_a_heading_that_stands_twice_is_refused_rather_than_losing_a_column(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with pytest.raises(ValueError, match="more than once: \\['a'\\]"):
        write(path, ["1", "2", "3"], sheet=Sheet((Heading("a", "text"), Heading("b", "text"), Heading("a", "text"))))
    assert not path.exists()


@pytest.mark.parametrize("row", [["1"], ["1", "2", "3"]])
def test_a_row_of_another_length_is_refused_rather_than_shifted(tmp_path: Path, row: list[Cell]) -> None:
    path = tmp_path / "a.xlsx"
    with pytest.raises(ValueError, match="zip"):
        write(path, ["1", "2"], row, sheet=TEXTS)
    assert not path.exists()


def test_an_error_while_reading_rows_leaves_no_file(tmp_path: Path) -> None:
    def broken() -> Iterator[list[Cell]]:
        yield ["1", "2"]
        raise ConnectionError

    path = tmp_path / "a.xlsx"
    with pytest.raises(ConnectionError):
        xlsx.write(path, TEXTS, broken(), nothing_more)
    assert not path.exists()


def test_rows_are_read_one_by_one(tmp_path: Path) -> None:
    """No row is held once the next one is read."""
    alive = 0

    class Row(list[Cell]):
        def __init__(self) -> None:
            nonlocal alive
            super().__init__(["a", "b"])
            alive += 1

        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    def many() -> Iterator[list[Cell]]:
        for _ in range(2_000):
            yield Row()
            assert alive <= 2

    xlsx.write(tmp_path / "a.xlsx", TEXTS, many(), nothing_more)


def test_every_part_is_whole_well_formed_and_of_a_declared_type(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", *zip(LOOKS_LIKE_SOMETHING, LOOKS_LIKE_SOMETHING, strict=True), sheet=TEXTS)
    with zipfile.ZipFile(path) as parts:
        assert parts.testzip() is None
        for name in parts.namelist():
            ElementTree.fromstring(parts.read(name))
    declared = {
        element.get("PartName"): element.get("ContentType")
        for element in ElementTree.fromstring(part(path, "[Content_Types].xml")).findall("{*}Override")
    }
    assert declared["/xl/workbook.xml"] == xlsx.CONTENT_TYPE + ".main+xml"
    assert declared["/xl/worksheets/sheet1.xml"] == declared["/xl/worksheets/sheet2.xml"]


def test_two_writes_differ_in_nothing_but_their_time(tmp_path: Path) -> None:
    first, second = (write(tmp_path / name, ["a", "b"], sheet=TEXTS) for name in ("a.xlsx", "b.xlsx"))
    with zipfile.ZipFile(first) as one, zipfile.ZipFile(second) as other:
        assert one.namelist() == other.namelist()
        differing = [name for name in one.namelist() if one.read(name) != other.read(name)]
    assert set(differing) <= {"docProps/core.xml"}


@pytest.mark.parametrize("kind", ["money", "number"])
def test_an_integer_beyond_what_a_float_holds_is_rounded(tmp_path: Path, kind: Kind) -> None:
    path = write(tmp_path / "a.xlsx", [2**53 + 1], sheet=Sheet((Heading("a", kind),)))
    assert by_calamine(path)[1] == [float(2**53)]


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_libreoffice_opens_it_and_sees_the_same(tmp_path: Path) -> None:
    at = datetime(2024, 2, 29, 23, 59, 58)
    rows: list[list[Cell]] = [[text, 29.9, 3, at, datetime(2024, 3, 1), text] for text in LOOKS_LIKE_SOMETHING]
    path = write(tmp_path / "a.xlsx", *rows, sheet=Sheet(EVERY_KIND.headings, True))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    as_shown = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true"
    command = ["soffice", "--headless", profile, "--convert-to", as_shown, "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        shown = list(csv.reader(file))
    assert shown[0] == [heading.text for heading in EVERY_KIND.headings]
    assert shown[1:] == [[text, "29.90", "3", str(at), "2024-03-01", text] for text in LOOKS_LIKE_SOMETHING]


def test_on_paper_a_row_is_as_high_as_its_text(tmp_path: Path) -> None:
    paper = Sheet((Heading("short", "text", 10), Heading("long", "text", 10)), printed=True)
    path = write(tmp_path / "a.xlsx", ["a", "b"], ["a\nb\nc", "d"], ["a", "x" * 35], ["a", "汉" * 35], sheet=paper)
    dimensions = openpyxl.load_workbook(path).worksheets[0].row_dimensions
    heights = [dimensions[row].height or 15 for row in range(1, 6)]
    assert heights == [15, 15, 45, 60, 105]
    screen = Sheet(paper.headings)
    assert "customHeight" not in part(write(tmp_path / "b.xlsx", ["a\nb\nc", "d"], sheet=screen))
