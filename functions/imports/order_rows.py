"""Rows of a file of orders: what they say of each order."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from functions.imports.layouts.country_names import country_code
from functions.imports.layouts.products import Product
from functions.imports.order_states import refund_of, state_of
from functions.imports.sheet import Sheet, Values
from shared.domain.carriers import CARRIERS
from shared.domain.imports.model import AT_LEAST_ONE, Import, RowResult, RowState
from shared.domain.imports.orders import OrderRows
from shared.domain.labels import LABELS
from shared.domain.messages.cell import UnreadMessages
from shared.domain.money import CURRENCY_DIGITS
from shared.domain.order.after_sales.disputes import STAGES
from shared.domain.order.deadlines import BY_STAGE, TIMERS
from shared.domain.order.model import Buyer, Line, Overlay, Quantity, Status
from shared.domain.order.placement import Placement
from shared.domain.order.snapshots.facts import WITHOUT_PROPOSAL
from shared.domain.stores import Store
from shared.domain.tracking import normalized
from shared.operations.imports import order_imports
from shared.operations.orders import MAX_AHEAD

MAX_LINES = 1_000
RECIPIENT = ("name", "state", "city", "street", "zip", "phone", "mobile", "tax_id")
TIMES = ("placed_at", "paid_at", "shipped_at", "delivered_at", "received_at", "finished_at", "cancelled_at")
LIMITS = {"street": 512}
SHORT = 128
_CARRIER_CODES = {name: code for code, names in CARRIERS.items() for name in names}
ON_A_PROPOSAL = frozenset(kind for stage, kind in BY_STAGE.items() if stage not in WITHOUT_PROPOSAL)
CODES: Mapping[str, Container[str]] = {"dispute_stage": STAGES, "dispute_result": LABELS["dispute_result"]}
ID = "order_id"


class RowError(Exception):
    """`code` and `facts` as in CellError; `field` is the field at fault."""

    def __init__(self, code: str, field: str, value: Any = None, **facts: str) -> None:
        super().__init__(code)
        self.code, self.field, self.facts = code, field, facts
        self.value = None if value is None else str(value)[:200]


def groups(sheet: Sheet, position: int) -> Iterator[Sequence[Values]]:
    """The rows of each order. The rows of one order stand together; a row that stands apart is a group of its own, and
    `carry_out` refuses it."""
    by_line, done, group = sheet.recognised.layout.by_line, 0, list[Values]()
    for row in sheet.rows():
        if group and not (by_line and row.get(ID) and row.get(ID) == group[0].get(ID)):
            done += len(group)
            sheet.note_order(group[0].get(ID), group[0].row)
            if done > position:
                yield group
            group = []
        group.append(row)
    if group:
        sheet.note_order(group[0].get(ID), group[0].row)
        yield from [group] if done + len(group) > position else []


def carry_out(store: Store, job: Import, sheet: Sheet, rows: Sequence[Values], now: datetime) -> list[RowResult]:
    order_id, placed_on = str(rows[0].get(ID) or ""), None
    bad = next((row for row in rows if row.error), None)
    try:
        if bad is not None and bad.error is not None:
            failed = RowResult(
                bad.row, order_id, RowState.FAILED, None, bad.column, bad.cell, bad.error.code, bad.error.facts
            )
            return [failed if row is bad else _with(row, failed) for row in rows]
        first = sheet.first_row(order_id)
        if first != rows[0].row:
            raise RowError("order_repeated", ID, order_id, row=str(first))
        found = order_rows(rows, sheet, job.requested_at)
        _refuse_future(rows, now)
        result = order_imports.carry_out(store, job, found, rows[0].row, now)
        missing = _missing_messages(rows, sheet)
        if missing and result.state is RowState.CREATED:
            sheet.warn("messages_missing", rows[0].row, "unread_messages", count=missing)
        if result.state is not RowState.FAILED:
            placed_on = found.placement.placed_at.astimezone(ZoneInfo(store.time_zone)).date().isoformat()
    except RowError as error:
        heading = sheet.heading(error.field)
        result = RowResult(rows[0].row, order_id, RowState.FAILED, None, heading, error.value, error.code, error.facts)
    return [replace(result, row=row.row, placed_on=placed_on if row is rows[0] else None) for row in rows]


def _missing_messages(rows: Sequence[Values], sheet: Sheet) -> str | None:
    """How many unread messages of the order the file does not have. A file without the column, such as one of a former
    export, says only that there are some."""
    get = _Fields(rows)
    if sheet.heading("unread_messages") is None:
        return AT_LEAST_ONE if Overlay.UNREAD in (get("overlays") or ()) else None
    unread = get("unread_messages")
    return str(unread.missing) if unread and unread.missing else None


def _with(row: Values, failed: RowResult) -> RowResult:
    """The result of another row of an order of which one row failed."""
    return RowResult(row.row, failed.order_id, RowState.FAILED, code="other_row", facts={"row": str(failed.row)})


def _refuse_future(rows: Sequence[Values], now: datetime) -> None:
    """Every deadline of the order would have passed by such a time, and every later report would be too late."""
    get = _Fields(rows)
    for code in TIMES:
        if (get(code) or now) > now + MAX_AHEAD:
            raise RowError("in_the_future", code, get(code))
    for sent_at, _ in _unread_messages(get):
        if sent_at > now + MAX_AHEAD:
            raise RowError("in_the_future", "unread_messages", sent_at)


def order_rows(rows: Sequence[Values], sheet: Sheet, now: datetime) -> OrderRows:
    """What the rows say of their order. In a file without times the order counts as placed `now`. Raises RowError."""
    get, layout = _Fields(rows), sheet.recognised.layout
    rows = [row for row in rows if layout.line is None or row.get(layout.line) is not None]
    currency = get("currency") or sheet.context.currency
    if currency not in CURRENCY_DIGITS:
        raise RowError("currency_unknown", "currency", currency)
    timeless = sheet.heading("placed_at") is None
    placed_at = now if timeless else _required(get, "placed_at")
    if not rows:
        raise RowError("cell_empty", layout.line or ID)
    lines, notes = _lines(rows, get), get("note")
    amounts = _amounts(rows, get)
    state = state_of(layout.name, get)
    if state is None:
        raise RowError("status_unknown", "status", get("status"))
    for field, codes in CODES.items():
        if get(field) and get(field) not in codes:
            raise RowError("code_unknown", field, get(field))
    for line in get("refunds") or ():
        if line.strip() and refund_of(line, currency) is None:
            raise RowError("refund_invalid", "refunds", line)
    placement = Placement(
        order_id=_order_id(get),
        placed_at=placed_at,
        buyer=_buyer(get),
        recipient=_recipient(get),
        currency=currency,
        lines=lines,
        shipping_fee=amounts["shipping"],
        discount=amounts["discount"],
        tax=amounts["tax"],
        chosen_service=_short(get("chosen_service")),
        memo=get("memo"),
        deadlines=_deadlines(get, state.status),
    )
    refunded = tuple(
        Quantity(line.line_id, row.get("line_refunded"))
        for line, row in zip(lines, rows, strict=False)
        if row.get("line_refunded")
    )
    facts = replace(state.facts(get, amounts, placement), not_to_ship=refunded)
    own = {"note": notes, "assignee": _short(get("assignee")), "tags": tuple(get("tags") or ())}
    return OrderRows(
        placement=placement,
        status=state.status,
        changed_at=max(at for at in (placed_at, *map(get, TIMES)) if at is not None),
        facts=facts,
        parcels=_parcels(get, rows, state.part, placed_at, lines),
        overlays=state.overlays,
        end_reason=state.end_reason,
        fund_state=state.fund_state,
        own={name: value for name, value in own.items() if value},
        unread_messages=_unread_messages(get),
        timeless=timeless,
    )


class _Fields:
    """The fields of an order: each from the first row that has it."""

    def __init__(self, rows: Sequence[Values]) -> None:
        self._rows = rows

    def __call__(self, code: str) -> Any:
        for row in self._rows:
            value = row.get(code)
            if value is not None:
                return value
        return None


def _required(get: _Fields, code: str) -> Any:
    value = get(code)
    if value is None:
        raise RowError("cell_empty", code)
    return value


def _order_id(get: _Fields) -> str:
    """The order number without the # that Shopify puts before it."""
    order_id = str(_required(get, ID)).removeprefix("#")
    if (
        not order_id.isascii()
        or not 1 <= len(order_id) <= 64
        or not order_id.replace("-", "").replace("_", "").isalnum()
    ):
        raise RowError("order_id_invalid", ID, order_id)
    return order_id


def _deadlines(get: _Fields, status: Status) -> dict[str, datetime]:
    """When the timers of the status are due, as far as the file says it. The timer of a stage of a dispute that rests
    on a proposal is that of the platform's decision (snapshots/facts.py)."""
    named: dict[str, datetime] = {"shipment": get("ship_by")} if get("ship_by") else {}
    for kind, due_at in (get("deadlines") or {}).items():
        named["decision" if kind in ON_A_PROPOSAL else kind] = due_at
    return {kind: due_at for kind, due_at in named.items() if status in TIMERS[kind].runs_in}


def _unread_messages(get: _Fields) -> tuple[tuple[datetime, str], ...]:
    found: UnreadMessages | None = get("unread_messages")
    return found.messages if found else ()


def _lines(rows: Sequence[Values], get: _Fields) -> tuple[Line, ...]:
    products: tuple[Product, ...] | None = get("products")
    if products is not None:
        return _of_products(products, get)
    lines: list[Line] = []
    for number, row in enumerate(rows, 1):
        quantity = row.get("quantity")
        if not quantity:
            raise RowError("cell_empty", "quantity")
        amount, price = row.get("line_amount"), row.get("unit_price")
        if amount is None and price is None:
            raise RowError("cell_empty", "unit_price")
        if price is None:
            price = amount // quantity
        sku, title = row.get("sku"), row.get("title")
        lines.append(
            Line(
                line_id=str(row.get("line_id") or number),
                product_id=str(row.get("product_id") or sku or title or number)[:64],
                quantity=quantity,
                unit_price=price,
                sku=sku,
                title=title and title[:512],
                attributes=row.get("attributes"),
                handling_days=row.get("handling_days"),
                image_url=row.get("image_url"),
                rest=0 if amount is None else amount - price * quantity,
            )
        )
    if len(lines) > MAX_LINES:
        raise RowError("too_many_lines", ID)
    if len({line.line_id for line in lines}) < len(lines):
        raise RowError("line_repeated", "line_id")
    return tuple(lines)


def _of_products(products: tuple[Product, ...], get: _Fields) -> tuple[Line, ...]:
    """The file names the amount of all products together. It is shared out by pieces."""
    total = _required(get, "lines_amount")
    pieces = sum(product.quantity for product in products)
    ids: Sequence[str] = get("product_ids") or ()
    named = len(ids) == len(products)
    lines, left = [], total
    for number, product in enumerate(products, 1):
        share = left if number == len(products) else total * product.quantity // pieces
        left -= share
        price = share // product.quantity
        lines.append(
            Line(
                line_id=str(number),
                product_id=ids[number - 1] if named else (product.sku or product.title or str(number))[:64],
                quantity=product.quantity,
                unit_price=price,
                sku=product.sku,
                title=product.title or None,
                attributes=product.attributes,
                rest=share - price * product.quantity,
            )
        )
    return tuple(lines)


def _amounts(rows: Sequence[Values], get: _Fields) -> dict[str, int]:
    """Shipping, discount and tax of the order: its own, or the sums of its rows."""

    def amount(own: str, *of_rows: str) -> int:
        of_order: int | None = get(own)
        return sum(row.get(code) or 0 for row in rows for code in of_rows) if of_order is None else of_order

    return {
        "shipping": abs(amount("shipping", "line_shipping")),
        "tax": max(0, amount("tax", "line_tax", "line_shipping_tax")),
        "discount": abs(amount("discount", "line_discount", "line_shipping_discount")),
    }


def _buyer(get: _Fields) -> Buyer:
    """A file without a buyer id names the buyer by email or by name: buyers of one name are one customer then."""
    name, email = get("buyer"), get("buyer_email")
    buyer_id = get("buyer_id") or email or name or get("recipient_name") or "unknown"
    code = country_code(get("country_code") or get("country") or "") or "ZZ"
    return Buyer(str(buyer_id)[:SHORT], code, _short(name), email)


def _recipient(get: _Fields) -> Mapping[str, str]:
    country = get("country_code") or get("country")
    code = country_code(country or "")
    if code is None:
        raise RowError("country_unknown" if country else "cell_empty", "country", country)
    found = {"country": code}
    for name in RECIPIENT:
        text = get("recipient_name" if name == "name" else name)
        if name == "street":
            text = ", ".join(filter(None, (text, get("street_2"), get("street_3")))) or None
        if text:
            found[name] = str(text)[: LIMITS.get(name, SHORT)]
    return found


def _short(text: Any) -> str | None:
    return None if text is None else str(text)[:SHORT]


def _parcels(
    get: _Fields, rows: Sequence[Values], part: bool, placed_at: datetime, lines: tuple[Line, ...]
) -> tuple[Mapping[str, Any], ...] | None:
    named = [(_CARRIER_CODES.get(name, name), number) for name, number in get("shipped_with") or ()]
    found: Sequence[tuple[str, str]] = get("shipments") or named
    numbers = dict[str, str]()
    for number in filter(None, (row.get("tracking_no") for row in rows)):
        numbers.setdefault(normalized(number), number)
    found = found or [(get("chosen_service") or "", number) for number in numbers.values()]
    if not found:
        return None
    at = get("shipped_at") or get("paid_at") or placed_at
    shipped = [
        {"line_id": line.line_id, "quantity": row.get("shipped")} for line, row in zip(lines, rows, strict=False)
    ]
    known = [each for each in shipped if each["quantity"]]
    parcels: list[Mapping[str, Any]] = []
    for carrier, number in found:
        content: dict[str, Any] = {
            "carrier": carrier[:SHORT] or "OTHER",
            "tracking_no": number,
            "shipped_at": at,
            "delivered_at": get("delivered_at"),
        }
        if not parcels and known:
            content["lines"] = known
        elif not parcels and part:
            # The file does not say what was shipped: one piece, so that the rest can still be shipped.
            content["lines"] = [{"line_id": lines[0].line_id, "quantity": 1}]
        elif known or part:
            content["lines"] = []
        parcels.append(content)
    return tuple(parcels)
