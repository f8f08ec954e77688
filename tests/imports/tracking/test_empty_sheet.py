"""The empty tracking sheet: up to date, and a sheet that the import reads."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from functions.imports import empty_sheet
from shared.domain.carriers import CARRIERS
from shared.domain.imports import carriers
from shared.domain.labels import LANGUAGES
from tests import proof
from tests.imports.importer import Importer
from tests.imports.tracking.test_tracking import paid


def cells(book: Any) -> list[Any]:
    return [
        (page.title, cell.coordinate, cell.value, cell.number_format, cell.comment and cell.comment.text)
        for page in book
        for row in page.iter_rows()
        for cell in row
    ] + [(each.sqref, each.formula1, each.type) for page in book for each in page.data_validations.dataValidation]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_is_what_the_module_writes(language: str) -> None:
    """If not: make empty-sheets"""
    saved, written = openpyxl.load_workbook(empty_sheet.path(language)), io.BytesIO()
    empty_sheet.workbook(language).save(written)
    found = cells(saved)
    assert found == cells(openpyxl.load_workbook(written))
    proof.counted("cells of an empty sheet", len(found), 3_000)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_choice_of_the_drop_down_is_a_carrier(language: str) -> None:
    book = openpyxl.load_workbook(empty_sheet.path(language))
    choices = [row[0].value for row in book.worksheets[1].iter_rows(min_row=2)]
    assert all(len(carriers.named(choice)) == 1 for choice in choices)
    assert {carriers.named(choice)[0] for choice in choices} == set(CARRIERS) - {"ETOTAL"}  # two codes for one
    (first, _) = book.worksheets[0].data_validations.dataValidation
    assert first.formula1.endswith(f"$A${len(choices) + 1}") and "B2" in first.sqref


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sheet_that_was_filled_in_ships(importer: Importer, language: str) -> None:
    shop = importer.api.shop()
    answer = shop.staff.get("/v1/imports/template", query={"kind": "tracking"}, headers={"accept-language": language})
    assert answer.status == 200 and answer.content == empty_sheet.path(language).read_bytes()
    assert answer.headers["content-type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert f"tracking-{language}.xlsx" in answer.headers["content-disposition"]
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    for column, value in enumerate((paid(shop), book.worksheets[1]["A5"].value, "RB123456785CN"), 1):
        cell = book.worksheets[0].cell(2, column)
        assert cell.number_format == "@"
        cell.value = value
    filled = io.BytesIO()
    book.save(filled)
    job = importer.load(shop.staff, filled.getvalue(), kind="tracking")
    assert job["counts"] == {"created": 1, "updated": 0, "unchanged": 0, "failed": 0}
    assert job["warnings"] == []
    assert shop.staff.get("/v1/imports/template", query={"kind": "orders"}).status == 400
