"""Real BIFF8 .xls through xlwt: rows in, a file out. Text is always a text cell, so no buyer can write a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import IO, Any

import xlwt

from functions.exports.columns import Cell

MAX_ROWS = 65_000
"""Rows of orders in one file; BIFF8 itself ends at 65,536 rows with the heading."""
MAX_TEXT = 32_767
FLUSH_EVERY = 1_000
CONTENT_TYPE = "application/vnd.ms-excel"
FORMATS = {"minute": "yyyy-mm-dd hh:mm", "day": "yyyy-mm-dd", "money": "#,##0.00", "text": "@", "number": "0"}
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


class Workbook:
    """One file being written. `shortened` lists (row, column) of every text that a cell could not hold whole."""

    def __init__(self, headings: Sequence[str], kinds: Sequence[str], sheet: str = "Sheet1") -> None:
        self._book = xlwt.Workbook(encoding="utf-8")
        self._sheet = self._book.add_sheet(sheet)
        self._styles = [xlwt.easyxf(num_format_str=FORMATS[kind]) for kind in kinds]
        self.rows = 0
        self.shortened: list[tuple[int, int]] = []
        for column, heading in enumerate(headings):
            self._sheet.write(0, column, heading)

    def add(self, cells: Iterable[Cell]) -> None:
        self.rows += 1
        for column, cell in enumerate(cells):
            if cell is not None:
                self._sheet.write(self.rows, column, self._fit(cell, column), self._styles[column])
        if self.rows % FLUSH_EVERY == 0:
            self._sheet.flush_row_data()

    def about(self, told: Iterable[tuple[str, Cell]]) -> None:
        """The second sheet: what this file is."""
        sheet = self._book.add_sheet("About this file")
        for row, (name, value) in enumerate(told):
            sheet.write(row, 0, name)
            sheet.write(row, 1, value)

    def save(self, file: IO[bytes]) -> None:
        self._book.save(file)

    def _fit(self, cell: Cell, column: int) -> Any:
        if not isinstance(cell, str):
            return cell
        clean = _UNFIT.sub("\ufffd", cell)
        if clean != cell or len(clean) > MAX_TEXT:
            self.shortened.append((self.rows, column))
        return clean[:MAX_TEXT]
