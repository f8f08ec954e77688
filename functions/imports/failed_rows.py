"""The file of the rows that failed: as they came, with the reason in a column and as a note on the cell in question.

It is made to be mended and uploaded again: the headings are those of the upload, the column of reasons is ignored, and
the headings that name a time zone and the second sheet name the one in which the times were read.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from functions.imports.layouts.layout import in_zone, normalised
from functions.imports.layouts.orderkeep import OWN_ORDERS
from functions.imports.readers.reader import Cell
from functions.imports.sheet import Sheet
from shared.domain.exports.about import SHEET, ZONE
from shared.domain.exports.formulas import unguard
from shared.domain.imports.model import RowResult
from shared.domain.imports.reasons import reason_of_row

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REASON_HEADING = {"en": "Reason", "zh-CN": "失败原因"}
IN_QUESTION = PatternFill("solid", start_color="FFF2CC")
HEADING = PatternFill("solid", start_color="D9E1F2")
MAX_WIDTH = 50
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def workbook(sheet: Sheet, failed: Iterable[RowResult], language: str) -> bytes:
    """An .xlsx file. Every cell is text, so that ids stay whole and no text becomes a formula."""
    results = {result.row: result for result in failed}
    book = Workbook(write_only=True)
    page = book.create_sheet("Sheet1")
    headings = list(sheet.recognised.headings)
    # Our own layouts are read exactly: the apostrophe of a .csv would be a part of the text in this file.
    guarded = sheet.context.is_text and sheet.recognised.layout.name == OWN_ORDERS.name
    columns = {normalised(heading.partition("\n")[0]): at for at, heading in reversed(list(enumerate(headings)))}
    page.freeze_panes = "A2"
    for at, heading in enumerate([*headings, REASON_HEADING[language]]):
        width = min(MAX_WIDTH, max(12, 2 * len(heading.partition("\n")[0])))
        page.column_dimensions[get_column_letter(at + 1)].width = MAX_WIDTH if at == len(headings) else width
    named = [in_zone(heading, sheet.context.zone.key) for heading in headings]
    page.append([_cell(page, heading, HEADING, bold=True) for heading in [*named, REASON_HEADING[language]]])
    for number, cells in sheet.cells():
        result = results.get(number)
        if result is None:
            continue
        sentence = (reason_of_row(result, language) or "").replace("\n", " ")
        row = [_cell(page, _text(cell, guarded)) for cell in cells[: len(headings)]]
        row += [_cell(page, "") for _ in range(len(headings) - len(row))]
        column = columns.get(normalised((result.column or "").partition("\n")[0]))
        if column is not None:
            row[column].fill = IN_QUESTION
            row[column].comment = Comment(sentence, "Orderkeep", height=90, width=320)
        page.append([*row, _cell(page, sentence)])
    if sheet.heading("placed_at"):
        about = book.create_sheet(SHEET[language == "zh-CN"])
        about.append([ZONE[language == "zh-CN"], sheet.context.zone.key])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _text(cell: Cell, guarded: bool) -> str:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 10**15:
        return str(int(cell))
    return _UNFIT.sub("\ufffd", unguard(str(cell)) if guarded else str(cell))


def _cell(page: object, text: str, fill: PatternFill | None = None, *, bold: bool = False) -> WriteOnlyCell:
    cell = WriteOnlyCell(page, value=text)
    cell.data_type, cell.number_format = ("s" if text else "n"), "@"
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    if fill:
        cell.fill = fill
    if bold:
        cell.font = Font(bold=True)
    return cell
