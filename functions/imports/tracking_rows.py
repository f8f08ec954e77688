"""Rows of a tracking sheet: which parcels they ship, and which they correct."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from functions.imports.sheet import Sheet, Values
from shared.domain.imports.model import Import, RowResult, RowState
from shared.domain.imports.tracking import Tracking
from shared.domain.stores import Store
from shared.operations import tracking


def groups(sheet: Sheet, position: int) -> Iterator[Sequence[Values]]:
    """The rows of each order, in the order in which the orders first stand in the sheet. All rows are held in memory: a
    row has five short cells."""
    by_order: dict[str, list[Values]] = {}
    for row in sheet.rows():
        by_order.setdefault(row.get("order_id") or f" {row.row}", []).append(row)
    done = 0
    for rows in by_order.values():
        done += len(rows)
        if done > position:
            yield rows


def carry_out(store: Store, job: Import, sheet: Sheet, rows: Sequence[Values], now: datetime) -> list[RowResult]:
    parsed = [_tracking(row, sheet) for row in rows]
    good = [each for each in parsed if isinstance(each, Tracking)]
    results = {
        result.row: replace(result, column=sheet.heading(result.column) if result.column else None)
        for result in (tracking.carry_out(store, job, good, now) if good else ())
    }
    return [results[each.row] if isinstance(each, Tracking) else each for each in parsed]


def _tracking(row: Values, sheet: Sheet) -> Tracking | RowResult:
    order_id = row.get("order_id") or ""
    if row.error is not None:
        return RowResult(
            row.row, order_id, RowState.FAILED, None, row.column, row.cell, row.error.code, row.error.facts
        )
    for code in ("order_id", "tracking_no"):
        if not row.get(code):
            return RowResult(row.row, order_id, RowState.FAILED, column=sheet.heading(code), code="cell_empty")
    return Tracking(
        row.row, order_id, row.get("carrier") or "", row.get("tracking_no"), row.get("pieces"), row.get("tracking_url")
    )
