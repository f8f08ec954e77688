"""Customers and the erasure of their data: bodies of requests, and answers."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NotRequired

from pydantic import StrictBool, field_validator
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from functions.orders.models.fields import Body, Note, Tags
from functions.orders.models.values import ActorView, MoneyView, actor_view, instant, money
from functions.orders.request.segments import segment_of
from shared.domain.countries import country_name
from shared.domain.customers import model as domain
from shared.domain.customers.erasure import RETAINED_COPIES, Erasure
from shared.domain.customers.model import Customer
from shared.domain.labels import labelled

Frequency = StrEnum("Frequency", [(name, name) for name, _ in domain.FREQUENCIES])  # type: ignore[misc]

AmountGroup = StrEnum("AmountGroup", [(name, name) for name, _ in domain.AMOUNTS])  # type: ignore[misc]


class PatchCustomer(Body):
    """A field left out stays; null clears tags and note."""

    tags: Tags | None = None
    note: Note | None = None
    blocked: StrictBool | None = None
    reminder_opt_out: StrictBool | None = None

    @field_validator("blocked", "reminder_opt_out")
    @classmethod
    def _is_given(cls, value: bool | None) -> bool:
        if value is None:
            raise PydanticCustomError("bool_type", "This is true or false.")
        return value


class EraseCustomer(Body):
    """`include_open` also erases orders that have not ended; without an address they cannot be shipped."""

    include_open: StrictBool = False


class NotReachedView(TypedDict):
    """Copies that an erasure does not reach: answers stored for idempotency keys, files of exports, backups. `until` is
    when the last of them is deleted; null while the erasure runs."""

    what: str
    what_label: str
    until: str | None


class ErasureView(TypedDict):
    """`state` is queued, running, done, or waiting until the `open_orders` end. `orders` counts the erased ones."""

    state: str
    state_label: str
    requested_at: str
    requested_by: ActorView
    include_open: bool
    orders: int
    open_orders: int
    finished_at: str | None
    not_reached: list[NotReachedView]


class ErasedView(TypedDict):
    buyer_id: str
    href: str
    erasure: ErasureView


class CustomerView(TypedDict):
    """`href` is the path of this customer: an id may have characters that a path cannot. `spend` is what was received
    less what was paid back. Rates are shares of the paid orders, null without paid orders."""

    buyer_id: str
    href: str
    name: NotRequired[str]
    country: str
    country_label: str
    orders: int
    paid_orders: int
    refunded_orders: int
    disputed_orders: int
    cancelled_orders: int
    closed_unpaid_orders: int
    spend: list[MoneyView]
    refund_rate: float | None
    dispute_rate: float | None
    first_order_at: str | None
    last_order_at: str | None
    frequency: str
    frequency_label: str
    amount: str
    amount_label: str
    tags: list[str]
    note: str | None
    blocked: bool
    reminder_opt_out: bool
    erasure: NotRequired[ErasureView]
    version: int


def customer_view(customer: Customer, language: str) -> CustomerView:
    view: Any = {
        "buyer_id": customer.buyer_id,
        "href": href(customer),
        **({"name": customer.name} if customer.name else {}),
        "country": customer.country,
        "country_label": country_name(customer.country, language),
        **{name if name == "orders" else f"{name}_orders": customer.counts.get(name, 0) for name in domain.FIGURES},
        "spend": [money(minor, currency) for currency, minor in customer.spend.items()],
        "refund_rate": customer.rate("refunded"),
        "dispute_rate": customer.rate("disputed"),
        "first_order_at": customer.first_at and instant(customer.first_at),
        "last_order_at": customer.last_at and instant(customer.last_at),
        **labelled("frequency", "frequency", customer.frequency, language),
        **labelled("amount", "amount", customer.amount, language),
        "tags": list(customer.tags),
        "note": customer.note,
        "blocked": customer.blocked,
        "reminder_opt_out": customer.reminder_opt_out,
        **({"erasure": erasure_view(customer.erasure, language)} if customer.erasure else {}),
        "version": customer.version,
    }
    return view  # type: ignore[no-any-return]


def erasure_view(erasure: Erasure, language: str) -> ErasureView:
    ended = erasure.finished_at
    view: Any = {
        **labelled("state", "erasure_state", erasure.state, language),
        "requested_at": instant(erasure.requested_at),
        "requested_by": actor_view(erasure.requested_by),
        "include_open": erasure.include_open,
        "orders": erasure.erased,
        "open_orders": erasure.open,
        "finished_at": instant(ended) if ended else None,
        "not_reached": [
            {
                **labelled("what", "retained_copy", what, language),
                "until": instant(ended + period) if ended else None,
            }
            for what, period in RETAINED_COPIES.items()
        ],
    }
    return view  # type: ignore[no-any-return]


def erased_view(customer: Customer, language: str) -> ErasedView:
    """It has no personal data: this answer is stored for its idempotency key."""
    assert customer.erasure is not None
    return {
        "buyer_id": customer.buyer_id,
        "href": href(customer),
        "erasure": erasure_view(customer.erasure, language),
    }


def href(customer: Customer) -> str:
    return f"/v1/customers/{segment_of(customer.buyer_id)}"
