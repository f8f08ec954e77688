"""What the readers read equals what an independent reader reads, in every kind of file."""

from __future__ import annotations

import csv
import io
import random
import struct
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt
from python_calamine import load_workbook

from functions.imports.readers import biff8, child, reader, xls, xlsx
from functions.imports.readers.compound import NotReadable
from functions.imports.readers.limits import Refused
from tests import proof
from tests.imports.importer import workbook

ORDER = "8200000000000001"


def read(path: Path) -> list[tuple[int, list[Any]]]:
    return list(reader.read(path, path.with_suffix(".spool")).rows())


def write(folder: Path, content: bytes) -> Path:
    path = folder / "upload"
    path.write_bytes(content)
    return path


def text(rows: list[list[str]], separator: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("separator", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_text_is_read_in_every_encoding_and_with_every_separator(tmp_path: Path, encoding: str, separator: str) -> None:
    rows = [["订单号", "产品信息", "备注"], [ORDER, "【1】 鼠标\n(产品数量:1 piece)", 'say "hi", ok; yes']]
    path = write(tmp_path, text(rows, separator).encode(encoding))
    assert read(path) == [(1, rows[0]), (2, rows[1])]


def test_an_english_file_of_windows_is_read(tmp_path: Path) -> None:
    rows = [["order-id", "name"], ["1", "Ñandú €"]]
    assert read(write(tmp_path, text(rows, "\t").encode("cp1252")))[1][1] == ["1", "Ñandú €"]


def test_a_separator_line_is_not_a_row(tmp_path: Path) -> None:
    assert read(write(tmp_path, b"sep=;\r\na;b\r\n1;2\r\n")) == [(2, ["a", "b"]), (3, ["1", "2"])]


def test_cells_of_each_type_are_told_apart(tmp_path: Path) -> None:
    at = datetime(2026, 3, 1, 8, 15)
    cells = ["text", 12.5, at, datetime(2026, 3, 1), True, ORDER]
    (_, row) = read(write(tmp_path, workbook([cells])))[0]
    assert row == cells


def test_rows_keep_their_numbers_where_some_are_empty(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for number in (3, 9, 5_000, 70_000):
        book.active.cell(number, 2, f"row {number}")
    content = io.BytesIO()
    book.save(content)
    found = read(write(tmp_path, content.getvalue()))
    assert found == [(number, ["", f"row {number}"]) for number in (3, 9, 5_000, 70_000)]


def test_only_the_first_visible_sheet_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["hidden"])
    book.active.sheet_state = "hidden"
    book.create_sheet("orders").append(["seen"])
    book.create_sheet("about").append(["more"])
    content = io.BytesIO()
    book.save(content)
    assert read(write(tmp_path, content.getvalue())) == [(1, ["seen"])]


def test_dates_that_count_from_1904_are_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append([datetime(2026, 3, 1, 8, 15)])
    content = io.BytesIO()
    book.save(content)
    assert read(write(tmp_path, content.getvalue())) == [(1, [datetime(2026, 3, 1, 8, 15)])]


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_a_large_file_equals_what_calamine_reads_whole(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In pieces and whole: the same cells."""
    chance, count = random.Random(1), proof.size(9_000, 40_000)
    rows = [
        [ORDER[:-5] + f"{n:05d}", chance.choice(["", "【1】 x\n(产品数量:1 piece)", "<&>\"'"]), chance.random(), ""]
        for n in range(count)
    ]
    path = tmp_path / "upload"
    if kind == "xlsx":
        book = openpyxl.Workbook(write_only=True)
        page = book.create_sheet()
        for row in rows:
            page.append(row)
        book.save(path)
        assert count > xlsx.PIECE_ROWS
    else:
        old = xlwt.Workbook()
        sheet = old.add_sheet("S")
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write(at, column, cell)
        old.save(str(path))
    whole = load_workbook(str(path)).get_sheet_by_index(0).to_python()
    found = read(path)
    assert [number for number, _ in found] == list(range(1, count + 1))
    assert [row + [""] * (len(whole[0]) - len(row)) for _, row in found] == whole
    proof.counted(f"cells of .{kind} files read in pieces", sum(len(row) for _, row in found), 20_000)


FORMATS = (
    "General", "0.00", "#,##0", "yyyy-mm-dd", "yyyy/m/d h:mm", "h:mm:ss", "[h]:mm:ss", "mm:ss.0", "[Red]0.00",
    '"day" 0', "d-mmm-yy",
    "0.00E+00", "@", "[$-409]h:mm AM/PM", "\\d0", "_d0", 'yyyy"年"m"月"d"日"', "[mm]:ss", "0;yyyy", "a0",
)  # fmt: skip
NUMBERS = (0, 1, -1, 0.5, 59.5, 60, 61.25, 45_000, 45_000.75, 2_958_465.5, 10**8, 12.34, 536_870_911, -0.01)


def any_cell(chance: random.Random) -> Any:
    kind = chance.randrange(8)
    if kind < 2:
        return chance.choice(
            ["a", "é", "订单\n😀", " ", "x" * chance.randrange(1, 3_000), "订" * chance.randrange(200)]
        )
    if kind < 4:
        return chance.choice([*NUMBERS, chance.random() * 60_000, chance.randrange(70_000)])
    moment = datetime(1990, 1, 1) + timedelta(milliseconds=chance.randrange(10**12))
    return (bool(chance.randrange(2)), moment, moment.date(), xlwt.Formula("1+1"))[kind - 4]


def invented(chance: random.Random) -> xlwt.Workbook:
    """A workbook with cells of every type in every format, and with gaps."""
    book = xlwt.Workbook(encoding="utf-8")
    book.dates_1904 = chance.random() < 0.3
    sheet, styles = book.add_sheet("S"), [xlwt.easyxf(num_format_str=each) for each in FORMATS]
    for row in range(chance.choice([1, 40, 200])):
        for column in range(chance.randrange(12)):
            if chance.random() < 0.8:
                sheet.write(row, column, any_cell(chance), chance.choice(styles))
            elif chance.random() < 0.1:
                sheet.row(row).set_cell_error(column, 42)
    return book


def ignore(_: Any) -> None:
    """For the sheet "About this file"."""


def plain(rows: Iterator[tuple[int, list[Any]]]) -> list[tuple[int, list[Any]]]:
    """As the child process sends them."""
    sent: list[Any] = []
    child._copy(rows, sent.append)
    return [row for _, batch in sent for row in batch]


def same_cells(paths: Iterable[Path]) -> int:
    """Hold what is read row by row against what calamine reads; returns the number of cells."""
    cells = 0
    for path in paths:
        whole, found = plain(xls.rows(path, ignore)), plain(biff8.rows(path, ignore))
        assert len(found) == len(whole), path
        for row, expected in zip(found, whole, strict=True):
            assert row == expected and list(map(type, row[1])) == list(map(type, expected[1])), (path, row[0])
            cells += len(row[1])
    return cells


def test_an_xls_file_has_the_same_cells_row_by_row_as_whole(tmp_path: Path) -> None:
    chance, paths = random.Random(4), [tmp_path / f"{number}.xls" for number in range(proof.size(12, 300))]
    for path in paths:
        invented(chance).save(str(path))
    proof.counted("cells of .xls files read row by row as calamine reads them", same_cells(paths), 3_000)


def test_the_samples_have_the_same_cells_row_by_row_as_whole(shared_data: Path) -> None:
    paths = sorted(shared_data.rglob("*.xls"))
    proof.counted("cells of the samples read row by row as calamine reads them", same_cells(paths), 25)


def test_a_text_that_is_cut_between_two_records_keeps_its_signs(tmp_path: Path) -> None:
    """calamine makes two question marks of a sign whose halves are in two records."""
    texts = [f"{'x' * lead}{'😀' * 5_000}" for lead in range(4)]
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("S")
    for row, each in enumerate(texts):
        sheet.write(row, 0, each)
    path = tmp_path / "cut.xls"
    book.save(str(path))
    assert plain(biff8.rows(path, ignore)) == [(number, [each]) for number, each in enumerate(texts, 1)]


@pytest.mark.parametrize(
    "broken",
    ["rows in another order", "a text cell of another size", "an older workbook", "cut off", "no stream", "bits"],
)
def test_what_cannot_be_read_row_by_row_is_left_to_calamine(tmp_path: Path, broken: str) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("S")
    for row in range(300):
        sheet.write(row, 0, f"text {row}")
        sheet.write(row, 1, row)
    path = tmp_path / "x.xls"
    book.save(str(path))
    content = bytearray(path.read_bytes())
    if broken == "rows in another order":
        place = content.index(b"\xfd\x00\x0a\x00\x05\x00\x00\x00")  # the text cell of row 5
        content[place + 4] = 200
    elif broken == "a text cell of another size":
        place = content.index(b"\xfd\x00\x0a\x00\x05\x00\x00\x00")
        content[place + 2] = 24  # with the number beside it
    elif broken == "an older workbook":
        place = content.index(b"\x09\x08\x10\x00\x00\x06")
        content[place + 5] = 5
    elif broken == "cut off":
        del content[len(content) // 2 :]
    elif broken == "no stream":
        content = content.replace("Workbook".encode("utf-16-le"), "Worktook".encode("utf-16-le"))
    else:
        chance = random.Random(9)
        for _ in range(400):
            content[chance.randrange(1_536, len(content))] = chance.randrange(256)
    path.write_bytes(content)
    with pytest.raises((NotReadable, Refused)):
        list(biff8.rows(path, ignore))


def test_a_large_file_that_calamine_must_read_is_read_from_the_top(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was sent before the row that stands elsewhere is not there twice."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("S")
    for row in range(1_200):
        sheet.write(row, 0, row)
    path = tmp_path / "x.xls"
    book.save(str(path))
    content = bytearray(path.read_bytes())
    last = struct.pack("<HHH", 0x27E, 10, 1_100)  # the number of row 1,100
    place = content.index(last)
    content[place + 4 : place + 6] = struct.pack("<H", 1_198)
    path.write_bytes(content)
    monkeypatch.setattr(child, "LARGE", 0)
    monkeypatch.setattr(child, "_limit", lambda memory: None)
    with (tmp_path / "spool").open("wb") as out:
        child.main(path, out)
    with (tmp_path / "spool").open("rb") as spool:
        messages = list(reader._messages(spool))
    numbers = [number for message in messages if message[0] == "rows" for number, _ in message[1]]
    assert messages[-1] == ["end", "workbook", ""]
    assert len(numbers) == len(set(numbers)) == 1_199 and numbers == sorted(numbers)


ABOUT = [["Store", "demo"], ["Time zone of all times", "Asia/Shanghai"]]
SHEETS: dict[str, tuple[dict[str, list[list[Any]]], str]] = {
    "in English": ({"Sheet1": [["x"]], "About this file": ABOUT}, "Asia/Shanghai"),
    "in Chinese": ({"Sheet1": [["x"]], "文件说明": [["所有时间的时区", "UTC"]]}, "UTC"),
    "behind another": ({"Sheet1": [["x"]], "Notes": [["y"]], "About this file": ABOUT}, "Asia/Shanghai"),
    "after 39 rows": ({"Sheet1": [["x"]], "About this file": [["y", 1]] * 38 + ABOUT}, "Asia/Shanghai"),
    "after 40 rows": ({"Sheet1": [["x"]], "About this file": [["y", 1]] * 39 + ABOUT}, ""),
    "another sheet": ({"Sheet1": [["x"]], "About": ABOUT}, ""),
    "the first sheet": ({"About this file": ABOUT}, ""),
    "no zone": ({"Sheet1": [["x"]], "About this file": [["Time zone of all times"], ["Store", "demo"]]}, ""),
    "a number": ({"Sheet1": [["x"]], "About this file": [["Time zone of all times", 8.5]]}, "8.5"),
    "a long name": ({"Sheet1": [["x"]], "About this file": [["Time zone of all times", "z" * 5_000]]}, "z" * 64),
    "an empty sheet": ({"Sheet1": [["x"]], "About this file": []}, ""),
}
"""The sheets of a file, and the zone that it names."""


@pytest.mark.parametrize("way", ["xlsx", "xls", "large xls"])
@pytest.mark.parametrize(("sheets", "zone"), SHEETS.values(), ids=SHEETS)
def test_the_zone_is_read_from_the_sheet_about_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sheets: dict[str, list[list[Any]]], zone: str, way: str
) -> None:
    path = tmp_path / "upload"
    if way == "xlsx":
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            page = book.create_sheet(name)
            for row in rows:
                page.append(row)
        book.save(path)
    else:
        old = xlwt.Workbook(encoding="utf-8")
        for name, rows in sheets.items():
            page = old.add_sheet(name)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    page.write(at, column, cell)
        old.save(str(path))
    if way == "large xls":
        monkeypatch.setattr(child, "LARGE", 0)
        monkeypatch.setattr(child, "_limit", lambda memory: None)
        monkeypatch.setattr(xls, "rows", lambda *_: pytest.fail("calamine is not needed"))
        out = io.BytesIO()
        child.main(path, out)
        (tmp_path / "spool").write_bytes(out.getvalue())
        with (tmp_path / "spool").open("rb") as stream:
            *found, end = reader._messages(stream)
        assert found and end == ["end", "workbook", zone]
        return
    spool = reader.read(path, tmp_path / "spool")
    assert (spool.zone, spool.count) == (zone, len(next(iter(sheets.values()))))
