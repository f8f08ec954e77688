"""The bodies that place and note an order, and `content`, which makes the values of the domain from any body about one.

They are apart from the answers in orders.py, which reading an order loads without Pydantic.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, Field, StrictInt, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from functions.orders.models.fields import (
    Amount,
    Body,
    Count,
    Country,
    Currency,
    Instant,
    Long,
    Name,
    Note,
    OrderBody,
    OrderId,
    Short,
    Tags,
    Url,
)
from functions.orders.models.stores import FeeRatesBody
from shared.domain.currencies import CURRENCIES
from shared.domain.errors import Unprocessable
from shared.domain.order import deadlines
from shared.domain.order.model import Buyer, Line
from shared.domain.order.placement import Placement
from shared.domain.sentences.sentence import say

TimerKind = StrEnum("TimerKind", [(kind, kind) for kind in deadlines.TIMERS])  # type: ignore[misc]


class Deadline(Body):
    kind: TimerKind
    due_at: Instant


Deadlines = Annotated[list[Deadline], Field(max_length=20)]


class BuyerBody(OrderBody):
    id: Short
    country: Country
    name: Short | None = None
    email: Annotated[str, StringConstraints(min_length=3, max_length=254)] | None = None


class Recipient(OrderBody):
    country: Country
    name: Short | None = None
    state: Short | None = None
    city: Short | None = None
    street: Annotated[str, StringConstraints(min_length=1, max_length=512)] | None = None
    zip: Short | None = None
    phone: Short | None = None
    mobile: Short | None = None
    tax_id: Short | None = None


class LineBody(OrderBody):
    line_id: Name
    product_id: Name
    sku: Short | None = None
    title: Annotated[str, StringConstraints(min_length=1, max_length=512)] | None = None
    attributes: (
        Annotated[dict[Short, Annotated[str, StringConstraints(max_length=256)]], Field(max_length=20)] | None
    ) = None
    quantity: Count
    unit_price: Amount
    handling_days: Annotated[StrictInt, Field(ge=0, le=365)] | None = None
    image_url: Url | None = None


class NewOrder(OrderBody):
    order_id: OrderId
    placed_at: Instant
    buyer: BuyerBody
    recipient: Recipient
    currency: Currency
    lines: Annotated[list[LineBody], Field(min_length=1, max_length=1000)]
    shipping_fee: Amount
    discount: Amount | None = None
    tax: Amount | None = None
    total: Amount | None = None
    delivery_days: Annotated[StrictInt, Field(ge=1, le=365)] | None = None
    chosen_service: Short | None = None
    memo: Long | None = None
    deadlines: Deadlines | None = None
    fee_rates: FeeRatesBody | None = None

    @field_validator("currency")
    @classmethod
    def _of_its_day(cls, code: str, info: ValidationInfo) -> str:
        placed_at = info.data.get("placed_at")
        if placed_at is not None and not CURRENCIES[code].is_of(placed_at):
            said = say("{currency} was not a currency of ISO 4217 on {day}.", currency=code, day=placed_at.date())
            raise PydanticCustomError("currency_unknown", "{detail}", {"detail": said})
        return code


class PatchOrder(Body):
    """A field left out stays; null clears it."""

    note: Note | None = None
    tags: Tags | None = None
    assignee: Short | None = None


def content(value: Any, currency: str, pointer: str = "") -> Any:
    """The values of a body for the domain: amounts in minor units, nothing for a field left out.

    Raises Unprocessable `currency_differs` for an amount in another currency.
    """
    if isinstance(value, Amount):
        if value.currency != currency:
            raise Unprocessable(
                "currency_differs", say("The order is in {currency}.", currency=currency), f"{pointer}/currency"
            )
        return value.money().minor
    if isinstance(value, list) and value and isinstance(value[0], Deadline):
        return _supplied(value, pointer)
    if isinstance(value, NewOrder):
        return placement(value, pointer)
    if isinstance(value, BaseModel):
        fields = ((name, getattr(value, name)) for name in type(value).model_fields)
        return {name: content(each, currency, f"{pointer}/{name}") for name, each in fields if each is not None}
    if isinstance(value, list):
        return [content(each, currency, f"{pointer}/{position}") for position, each in enumerate(value)]
    return value


def _supplied(supplied: list[Deadline], pointer: str) -> dict[str, datetime]:
    due: dict[str, datetime] = {}
    for position, deadline in enumerate(supplied):
        if deadline.kind in due:
            raise Unprocessable("duplicate_deadline", "This deadline is given twice.", f"{pointer}/{position}/kind")
        due[str(deadline.kind)] = deadline.due_at
    return due


def placement(order: NewOrder, pointer: str = "") -> Placement:
    """Raises Unprocessable for a line id given twice or an amount in another currency than the order's."""

    def minor(amount: Amount | None, name: str) -> Any:
        return None if amount is None else content(amount, order.currency, f"{pointer}/{name}")

    lines: list[Line] = []
    seen: set[str] = set()
    for position, line in enumerate(order.lines):
        if line.line_id in seen:
            raise Unprocessable("duplicate_line", "This line id is given twice.", f"{pointer}/lines/{position}/line_id")
        seen.add(line.line_id)
        fields = line.model_dump(exclude={"unit_price"})
        lines.append(Line(**fields, unit_price=minor(line.unit_price, f"lines/{position}/unit_price")))
    return Placement(
        order_id=order.order_id,
        placed_at=order.placed_at,
        buyer=Buyer(**order.buyer.model_dump()),
        recipient=order.recipient.model_dump(exclude_none=True),
        currency=order.currency,
        lines=tuple(lines),
        shipping_fee=minor(order.shipping_fee, "shipping_fee"),
        discount=minor(order.discount, "discount") or 0,
        tax=minor(order.tax, "tax") or 0,
        total=minor(order.total, "total"),
        delivery_days=order.delivery_days,
        chosen_service=order.chosen_service,
        memo=order.memo,
        deadlines=_supplied(order.deadlines or [], f"{pointer}/deadlines"),
        fee_rates=order.fee_rates.rates() if order.fee_rates else None,
    )
