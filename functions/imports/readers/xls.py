"""Rows of an .xls file (BIFF8 or older, in an OLE2 container). calamine reads it whole: biff8.py is for large files."""

from __future__ import annotations

from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, PasswordError, SheetVisibleEnum, load_workbook

from functions.imports.readers.limits import MAX_COLUMNS, OnAbout, Refused, Rows
from shared.domain.exports.about import SHEET

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""The stream of an .xlsx file with a password, which lies in an OLE2 container, too."""


def rows(path: Path, on_about: OnAbout) -> Rows:
    """The rows of the first visible sheet. Raises Refused."""
    with path.open("rb") as file:
        if _ENCRYPTED in file.read(4096 * 16):
            raise Refused("file_encrypted")
    try:
        workbook = load_workbook(str(path))
        visible = [each.name for each in workbook.sheets_metadata if each.visible is SheetVisibleEnum.Visible]
        if not visible:
            raise Refused("empty_file")
        yield from _rows(workbook.get_sheet_by_name(visible[0]))
        for name in visible[1:]:
            if name in SHEET:
                on_about(_rows(workbook.get_sheet_by_name(name)))
    except PasswordError as error:
        raise Refused("file_encrypted") from error
    except CalamineError as error:
        raise Refused("file_damaged") from error


def _rows(sheet: CalamineSheet) -> Rows:
    if sheet.start is None or sheet.end is None:
        return
    if sheet.end[1] >= MAX_COLUMNS:
        raise Refused("too_many_columns")
    before = [""] * sheet.start[1]
    for number, row in enumerate(sheet.iter_rows(), 1):
        yield number, before + row
