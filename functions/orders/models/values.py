"""Values that the answers of many nouns have: times, amounts of money, actors, counted lines, links. No Pydantic."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from typing_extensions import TypedDict

from shared.domain.money import Money
from shared.domain.order.model import Quantity
from shared.domain.order.transitions import Actor


class MoneyView(TypedDict):
    amount: str
    currency: str


class ActorView(TypedDict):
    role: str
    id: str


class QuantityView(TypedDict):
    line_id: str
    quantity: int


class LinkView(TypedDict):
    """An address that needs no token, and the time until which it is valid."""

    url: str
    expires_at: str


def instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def money(minor: int, currency: str) -> MoneyView:
    return {"amount": str(Money(minor, currency)), "currency": currency}


def rate(millionths: int) -> str:
    """The canonical decimal string of a rate."""
    return f"0.{millionths:06}".rstrip("0").rstrip(".")


def actor_view(actor: Actor) -> ActorView:
    return {"role": actor.role, "id": actor.id}


def quantities(quantities: tuple[Quantity, ...]) -> list[QuantityView]:
    return [{"line_id": each.line_id, "quantity": each.quantity} for each in quantities]


def without_none(fields: Mapping[str, Any]) -> Any:
    return {name: value for name, value in fields.items() if value is not None}
