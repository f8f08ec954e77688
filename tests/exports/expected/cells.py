"""Values of cells, and how a file of each format shows them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.exports.files import Row

CellValue = str | Decimal | int | datetime | None


class Share(Decimal):
    """A part of a whole, which a sheet shows in per cent."""


COUNTRIES = {
    "US": ("United States", "美国"),
    "ES": ("Spain", "西班牙"),
    "JP": ("Japan", "日本"),
    "KW": ("Kuwait", "科威特"),
    "DE": ("Germany", "德国"),
    "ZZ": ("Unknown Region", "未知地区"),
    "XX": ("XX", "XX"),
}
LONGEST = 32_767
FIRST_ROW_ONLY = re.compile(r" \(first row only\)$|（仅首行）$")
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
OPENS_FORMULA = re.compile("'*[\\s\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]*[-=+@\\t\\r\\n＝＋－＠]")


def in_zone(at: str | None, zone: str) -> datetime | None:
    """A moment as a cell tells it: in the zone of the file, to the second."""
    return datetime.fromisoformat(at).astimezone(ZoneInfo(zone)).replace(tzinfo=None, microsecond=0) if at else None


def joined(parts: Sequence[str | None], separator: str = "\n") -> str | None:
    return separator.join(part for part in parts if part) or None


def opens_formula(text: str) -> bool:
    """Whether a spreadsheet that reads a .csv would take it for a formula, or for one that was guarded already."""
    return OPENS_FORMULA.match(text) is not None


def held(text: str) -> str:
    """A text as a cell can hold it: line feeds for line ends, no control characters, so many UTF-16 units."""
    text = CONTROLS.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.encode("utf-16-le")[: 2 * LONGEST].decode("utf-16-le", "ignore")


def same_cell(found: Any, said: CellValue) -> bool:
    """A typed cell: text is text, an amount is a number exact to its last digit, a time is a time."""
    if said is None:
        return found in ("", None)
    if isinstance(said, str | datetime):
        return type(found) is type(said) and found == said
    return type(found) in (float, int) and Decimal(repr(found)) == said


def same_text(found: str, said: CellValue) -> bool:
    """A cell of a .csv: a text that opens a formula has an apostrophe in front, amounts and times are spelled out."""
    if said is None:
        return found == ""
    if isinstance(said, str):
        return found == (f"'{said}" if opens_formula(said) else said)
    if isinstance(said, datetime):
        return found == said.strftime("%Y-%m-%d %H:%M:%S")
    digits = max(0, -int(said.as_tuple().exponent)) if isinstance(said, Decimal) else 0
    shape = rf"-?\d+\.\d{{{digits}}}" if digits else r"-?\d+"
    shape = r"[01](\.\d{1,4})?" if isinstance(said, Share) else shape
    return re.fullmatch(shape, found) is not None and Decimal(found) == said


def differences(rows: Sequence[Row], expected: Any, form: str) -> tuple[int, list[str]]:
    """How many cells were compared, and those that differ."""
    headings, *found = rows
    compared, wrong = 0, []
    values = list(expected.cells(headings))
    if len(found) != len(values):
        wrong.append(f"{len(found)} rows, where there should be {len(values)}")
    for number, (row, cells) in enumerate(zip(found, values, strict=False), 2):
        for heading, cell, said in zip(headings, row, cells, strict=True):
            compared += 1
            same = same_text(cell, said) if form == "csv" else same_cell(cell, said)
            if form == "xls" and isinstance(said, str) and "\ufeff" in said:
                # Calamine drops it where a text begins or is cut between records; LibreOffice reads what is there.
                same = cell.replace("\ufeff", "") == said.replace("\ufeff", "")
            if not same:
                wrong.append(f"row {number}, {heading}: {cell!r}, where {said!r} was expected"[:300])
    return compared, wrong
