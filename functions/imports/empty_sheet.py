"""The empty tracking sheet that sellers download, one for each language: `make empty-sheets`.

The HTTP API sends the files as they are: openpyxl is no part of its package. They are written anew when the carriers or
the headings change; a test compares them with what this module writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from functions.imports.layouts.tracking import HEADINGS
from shared.domain.carriers import CARRIERS, carrier_name
from shared.domain.imports import carriers
from shared.domain.labels import LANGUAGES

FOLDER = Path(__file__).parents[1] / "orders" / "routes" / "sheets"
ROWS, FORMATTED = 5_000, 1_000
"""The rows that have the drop-down, and those that are formatted as text."""
TITLES = (("Tracking", "运单"), ("Carriers", "物流商"), ("Notes", "说明"))
"""The names of the sheets. Only the first is read."""
NOTES = {
    "order_id": (
        "The platform's order number. Keep the column as text: a spreadsheet rounds long numbers.",
        "平台订单号。请保持文本格式，否则长编号会被四舍五入。",
    ),
    "carrier": (
        "Choose a carrier, or write its name or code. May stay empty where the tracking number tells it.",
        "请选择物流商，或填写其名称或代码。运单号能说明物流商时可留空。",
    ),
    "tracking_no": ("The tracking number.", "运单号。"),
    "pieces": (
        "Only where an order leaves in several parcels: one row for each parcel, with its pieces.",
        "仅当一个订单分多个包裹发货时填写：每个包裹一行，并填写件数。",
    ),
    "tracking_url": ("May stay empty: where the buyer follows the parcel.", "可留空：买家查询包裹的网址。"),
}
CODE, NAME = ("Code", "代码"), ("Name", "名称")
_WIDTHS = {"order_id": 26, "carrier": 34, "tracking_no": 28, "pieces": 10, "tracking_url": 40}
_HEADING = PatternFill("solid", start_color="D9E1F2")


def path(language: str) -> Path:
    return FOLDER / f"tracking-{language}.xlsx"


def workbook(language: str) -> Workbook:
    """The first sheet has the headings, the second the carriers of the drop-down, the third what goes into each
    column."""
    at = LANGUAGES.index(language)
    book = Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = TITLES[0][at]
    listed, notes = (book.create_sheet(titles[at]) for titles in TITLES[1:])
    _headings(page, [headings[at] for headings in HEADINGS.values()], list(_WIDTHS.values()))
    for column, code in enumerate(HEADINGS, 1):
        page.cell(1, column).comment = Comment(NOTES[code][at], "Orderkeep", height=90, width=320)
        notes.append([HEADINGS[code][at], NOTES[code][at]])
        for row in range(2, FORMATTED + 2 if code != "pieces" else 2):
            page.cell(row, column).number_format = "@"
    _headings(listed, [NAME[at], CODE[at]], [44, 30])
    choices = sorted(_choices(language), key=lambda choice: choice[0].casefold())
    for choice in choices:
        listed.append(choice)
    source = f"'{listed.title}'!$A$2:$A${len(choices) + 1}"
    drop_down = DataValidation("list", formula1=source, allow_blank=True, showErrorMessage=False)
    pieces = DataValidation("whole", operator="greaterThanOrEqual", formula1="1", allow_blank=True)
    for code, validation in (("carrier", drop_down), ("pieces", pieces)):
        letter = get_column_letter(list(HEADINGS).index(code) + 1)
        validation.add(f"{letter}2:{letter}{ROWS}")
        page.add_data_validation(validation)
    notes.column_dimensions["A"].width, notes.column_dimensions["B"].width = 20, 90
    return book


def _choices(language: str) -> Iterator[tuple[str, str]]:
    """(name, code) of each carrier; its code for the name where several have that."""
    for code in CARRIERS:
        name = carrier_name(code, language) or code
        if carriers.named(code) == (code,):
            yield name if carriers.named(name) == (code,) else code, code


def _headings(page: Worksheet, headings: list[str], widths: list[int]) -> None:
    page.append(headings)
    page.freeze_panes = "A2"
    for at, width in enumerate(widths, 1):
        cell = page.cell(1, at)
        cell.font, cell.fill, cell.alignment = Font(bold=True), _HEADING, Alignment(vertical="top")
        page.column_dimensions[get_column_letter(at)].width = width


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in LANGUAGES:
        workbook(each).save(path(each))
        print(path(each).relative_to(Path.cwd()))
