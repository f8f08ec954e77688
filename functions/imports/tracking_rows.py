"""Rows of a tracking sheet: which parcels they ship, and which they correct."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from functions.imports.layouts.cells import CellError, are_rounded, may_be_rounded
from functions.imports.layouts.tracking import HEADINGS
from functions.imports.sheet import Sheet, Values
from shared.domain.imports import carriers
from shared.domain.imports.model import Import, RowResult, RowState
from shared.domain.imports.tracking import Tracking
from shared.domain.stores import Store
from shared.domain.tracking import normalized
from shared.operations.imports import tracking

MAX_PIECES, MAX_CARRIER = 100_000, 128
_ORDER_NO = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TRACKING_NO = re.compile(r"(?=.*[0-9])[\x21-\x7e]{1,64}")
_LINK = re.compile(r"https?://[\x21-\x7e]+")
"""As the HTTP API takes them."""


def groups(sheet: Sheet, position: int) -> Iterator[Sequence[Values]]:
    """The rows of each order, in the order in which the orders first stand in the sheet. All rows are held in memory: a
    row has five short cells."""
    by_order: dict[str, list[Values]] = {}
    orders_of: dict[str, set[str]] = {}
    for row in sheet.rows():
        order_id = row.get("order_id") or f" {row.row}"
        by_order.setdefault(order_id, []).append(row)
        if row.get("tracking_no"):
            orders_of.setdefault(normalized(row.get("tracking_no")), set()).add(order_id)
    rounded = are_rounded(by_order)
    done = 0
    for order_id, rows in by_order.items():
        done += len(rows)
        if done > position:
            for row in rows:
                if len(orders_of.get(normalized(row.get("tracking_no") or ""), ())) > 1:
                    sheet.warn("tracking_duplicate", row.row, "tracking_no")
            yield [_rounded(row, sheet) for row in rows] if rounded and may_be_rounded(order_id) else rows


def _rounded(row: Values, sheet: Sheet) -> Values:
    order_id = row.get("order_id")
    error = CellError("number_rounded", value=order_id)
    return replace(row, error=error, column=sheet.heading("order_id"), cell=order_id)


def carry_out(store: Store, job: Import, sheet: Sheet, rows: Sequence[Values], now: datetime) -> list[RowResult]:
    parsed = [_tracking(row, sheet) for row in rows]
    good = [each for each in parsed if isinstance(each, Tracking)]
    results = {each.row: each for each in parsed if isinstance(each, RowResult)}
    unread = len(results)

    def warn(code: str, row: Tracking) -> None:
        sheet.warn(code, row.row, "tracking_no")

    for result in tracking.carry_out(store, job, good, unread, warn, now) if good else ():
        results[result.row] = result
    return [_with_cell(results[row.row], row, sheet, job.request.language) for row in rows]


def _with_cell(result: RowResult, row: Values, sheet: Sheet, language: str) -> RowResult:
    """The result of a failed row with the heading and the content of the cell in question."""
    if result.state is not RowState.FAILED or row.error is not None or result.column is None:
        return result
    heading = sheet.heading(result.column) or HEADINGS[result.column][language == "zh-CN"]
    value = row.get(result.column)
    return replace(result, column=heading, value=None if value is None else str(value))


def _tracking(row: Values, sheet: Sheet) -> Tracking | RowResult:
    order_id, number, pieces = row.get("order_id") or "", row.get("tracking_no"), row.get("pieces")
    link, failed = row.get("tracking_url"), RowResult(row.row, order_id, RowState.FAILED)
    if row.error is not None:
        return replace(failed, column=row.column, value=row.cell, code=row.error.code, facts=row.error.facts)
    for wrong, column, code in (
        (not order_id, "order_id", "cell_empty"),
        (not _ORDER_NO.fullmatch(order_id), "order_id", "order_no_invalid"),
        (not number, "tracking_no", "cell_empty"),
        (not _TRACKING_NO.fullmatch(number or ""), "tracking_no", "tracking_no_invalid"),
        (pieces is not None and not 1 <= pieces <= MAX_PIECES, "pieces", "pieces_invalid"),
        (
            link is not None and not (_LINK.fullmatch(link) and len(link) <= 1024),
            "tracking_url",
            "tracking_url_invalid",
        ),
    ):
        if wrong:
            return replace(failed, column=column, code=code)
    carrier = _carrier(row.get("carrier"), number)
    if isinstance(carrier, CellError):
        return replace(failed, column="carrier", code=carrier.code, facts=carrier.facts)
    if not carriers.named(carrier):
        sheet.warn("carrier_not_listed", row.row, "carrier")
    return Tracking(row.row, order_id, carrier, number, pieces, link, guessed=row.get("carrier") is None)


def _carrier(text: str | None, number: str) -> str | CellError:
    """The code of the carrier, by its code or name, or else by its number. A name that is not listed, and not a slip of
    one, is the carrier itself: an order of another marketplace has other carriers."""
    if text is None:
        return carriers.of_number(number) or CellError("carrier_needed")
    codes = carriers.named(text)
    if len(codes) > 1:
        return CellError("carrier_ambiguous", codes=", ".join(codes))
    if codes:
        return codes[0]
    if len(text) > MAX_CARRIER or not any(map(str.isalpha, text)):
        return CellError("carrier_invalid")
    nearest = carriers.nearest(text)
    return CellError("carrier_unknown", nearest=nearest) if nearest else text
