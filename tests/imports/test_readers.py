"""What the readers read equals what an independent reader reads, in every kind of file."""

from __future__ import annotations

import csv
import io
import random
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt
from python_calamine import load_workbook

from functions.imports.readers import reader, xlsx
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
