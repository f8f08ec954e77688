"""Carry out the rows of a tracking sheet for one order, or only check them for a preview."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from shared.domain.errors import DomainError
from shared.domain.imports.model import Import, RowResult, RowState
from shared.domain.imports.reasons import explained
from shared.domain.imports.tracking import CORRECT, SHIP, SHIP_PART, Planned, Tracking, plan
from shared.domain.order import lifecycle
from shared.domain.order.model import Order, Status
from shared.domain.order.transitions import Command
from shared.domain.stores import Store
from shared.domain.tracking import checksum_is_wrong
from shared.operations.orders import MAX_AHEAD, Request, change_order, new_id
from shared.store.dynamodb.errors import Missing
from shared.store.orders import lists, orders

STATES = {SHIP: RowState.CREATED, SHIP_PART: RowState.CREATED, CORRECT: RowState.UPDATED}
"""What an effect is in the counts of an import: a new parcel, or a changed one."""
OF_NUMBER = frozenset(
    {"parcel_exists", "edits_exhausted", "edit_window_closed", "too_many_parcels", "already_delivered"}
)
"""The errors of the lifecycle that are about the parcel; the others are about the order."""

Warn = Callable[[str, Tracking], None]
"""Takes the code of a warning and its row."""


def carry_out(
    store: Store, job: Import, rows: Sequence[Tracking], unread: int, warn: Warn, now: datetime
) -> list[RowResult]:
    """One result for each row, all of one order; `unread` more rows of it cannot be read. The column of a result is the
    code of its field. May run twice: a row whose effect stands in the history of the order under this import has the
    same result again."""
    order_id = rows[0].order_id
    try:
        loaded = orders.load(store.store_id, order_id)
    except Missing:
        return [_failed(row, "order_unknown", "order_id") for row in rows]
    results = {}
    done = _effects(job, loaded.order) if job.applies else {}
    order = loaded.order
    for each in plan(order, rows, done, unread):
        row = each.tracking
        if each.code:
            results[row.row] = _failed(row, each.code, each.column or "order_id", each.facts)
        elif each.action is None:
            results[row.row] = RowResult(row.row, order_id, RowState.UNCHANGED)
        else:
            try:
                order = _step(store, job, order, each, now)
                results[row.row] = _effect(row, each.effect or SHIP)
                if not job.applies:
                    _warn_of_number(order, row, warn)
            except DomainError as error:
                # Another worker may have carried out the row a moment ago; then its effect forbids it now.
                current = orders.load(store.store_id, order_id).order
                effect = _effects(job, current).get(row.row) if job.applies else None
                results[row.row] = _effect(row, effect) if effect else _refused(row, error)
    return [_effect(row, done[row.row]) if row.row in done else results[row.row] for row in rows]


def _warn_of_number(order: Order, row: Tracking, warn: Warn) -> None:
    """One query, and half a read unit for each order that has the number."""
    if checksum_is_wrong(row.carrier, row.tracking_no):
        warn("tracking_checksum", row)
    if lists.open_orders_of_parcel(order.store_id, row.tracking_no, order.order_id):
        warn("tracking_duplicate", row)


def _step(store: Store, job: Import, order: Order, planned: Planned, now: datetime) -> Order:
    """The order after the row, saved if the import applies."""
    reason = _reason(job, planned.tracking.row)
    assert planned.action is not None
    if job.applies:
        loaded = orders.load(store.store_id, order.order_id)
        request = Request(planned.action, job.requested_by, now, body=planned.body, reason=reason)
        return change_order(store, loaded, request)
    command = Command(planned.action, job.requested_by, now, now, store, new_id, planned.body, reason)
    return lifecycle.act(order, command).order


def _reason(job: Import, row: int) -> str:
    return f"{job.import_id} row {row}"


def _effects(job: Import, order: Order) -> dict[int, str]:
    """Row → effect, of the rows of this import that stand in the history of the order since the import was requested.
    One query."""
    found: dict[int, str] = {}
    for entry in orders.entries_recorded_since(order, job.requested_at - MAX_AHEAD):
        name, _, row = (entry.reason or "").partition(" row ")
        if name == job.import_id and row.isdigit():
            whole = SHIP if entry.to_status is Status.WAIT_BUYER_ACCEPT_GOODS else SHIP_PART
            found[int(row)] = CORRECT if entry.action == "edit_shipment" else whole
    return found


def _effect(row: Tracking, effect: str) -> RowResult:
    return RowResult(row.row, row.order_id, STATES[effect], effect)


def _failed(row: Tracking, code: str, column: str, facts: Mapping[str, str] | None = None) -> RowResult:
    return RowResult(row.row, row.order_id, RowState.FAILED, column=column, code=code, facts=facts or {})


def _refused(row: Tracking, error: DomainError) -> RowResult:
    """A row that the life of its order forbids, with what its sentence is made of."""
    column = "tracking_no" if error.code in OF_NUMBER else "order_id"
    return explained(_failed(row, error.code, column), error)
