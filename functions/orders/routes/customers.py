"""Customers: by the time of their last order, by group, one by one, and what the seller notes about them."""

from enum import StrEnum
from typing import Annotated, Any, Literal, NotRequired

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body as InBody
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field, StrictBool, StringConstraints, field_validator
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from functions.orders.buyers import segment_of
from functions.orders.call import Call, access
from functions.orders.fields import Body, Instant
from functions.orders.identity import OWNER, SELLER
from functions.orders.paging import Cursor, Limit, page_of, page_reply, position
from functions.orders.problems import FieldError, Problem
from functions.orders.responses import documented, pending_answer, reply
from functions.orders.shapes import ActorView, ListedOrderView, MoneyView
from functions.orders.views import instant, listed_order_view, money
from shared.domain.customers import model as domain
from shared.domain.customers.erasure import NOT_REACHED, Erasure
from shared.domain.customers.model import Customer
from shared.operations import customers as operations
from shared.operations.erasures import request_erasure
from shared.store.customers import customers
from shared.store.orders import lists

router = Router()
Frequency = StrEnum("Frequency", [(name, name) for name, _ in domain.FREQUENCIES])  # type: ignore[misc]
Amount = StrEnum("Amount", [(name, name) for name, _ in domain.AMOUNTS])  # type: ignore[misc]
Moment = Annotated[Instant | None, Query()]
LongCursor = Annotated[str | None, Query(min_length=1, max_length=4096)]
"""It holds a buyer id, of up to 128 characters of any script."""
Tag = Annotated[str, StringConstraints(min_length=1, max_length=50)]


class PatchCustomer(Body):
    """A field left out stays; null clears tags and note."""

    tags: Annotated[list[Tag], Field(max_length=20)] | None = None
    note: Annotated[str, StringConstraints(max_length=1000)] | None = None
    blocked: StrictBool | None = None
    reminder_opt_out: StrictBool | None = None

    @field_validator("blocked", "reminder_opt_out")
    @classmethod
    def _said(cls, value: bool | None) -> bool:
        if value is None:
            raise PydanticCustomError("bool_type", "This is true or false.")
        return value


class EraseCustomer(Body):
    """`include_open`: orders that have not ended, too; without an address they cannot be shipped."""

    include_open: StrictBool = False


class NotReachedView(TypedDict):
    """Copies that no erasure reaches: answers kept for idempotency keys, files of exports, backups. `until` is when the
    last of them is gone, null while the erasure is under way."""

    what: str
    until: str | None


class ErasureView(TypedDict):
    """`state` is queued, running, done, or waiting: for `open_orders` to end. `orders` are without personal data."""

    state: str
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
    """`href` is where this customer is: an id may hold characters that no path does. `spend` is what was received less
    what was paid back. Rates are shares of the paid orders, null without any."""

    buyer_id: str
    href: str
    name: NotRequired[str]
    country: str
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
    amount: str
    tags: list[str]
    note: str | None
    blocked: bool
    reminder_opt_out: bool
    erasure: NotRequired[ErasureView]
    version: int


@router.get(
    "/v1/customers",
    summary="Customers, by the time of their last order",
    tags=["Customers"],
    operation_id="list_customers",
    responses=documented(
        page_of("CustomerPage", CustomerView),
        "All; those of a group who may be written to; the blocked ones; or those who want no reminders.",
    ),
)
@access()
def list_customers(
    frequency: Annotated[Frequency | None, Query()] = None,
    amount: Annotated[Amount | None, Query()] = None,
    blocked: Annotated[Literal["true"] | None, Query()] = None,
    opted_out: Annotated[Literal["true"] | None, Query()] = None,
    last_order_from: Moment = None,
    last_order_to: Moment = None,
    sort: Annotated[Literal["-last_order_at", "last_order_at"] | None, Query()] = None,
    limit: Limit = 50,
    cursor: LongCursor = None,
) -> Response[Any]:
    call: Call = router.context["call"]
    states = _states(frequency, amount, blocked, opted_out)
    forward = sort == "last_order_at"
    query = {"list": "customers", "states": ",".join(states), "forward": str(forward)}
    query |= {"from": str(last_order_from), "to": str(last_order_to)}
    start = position(call, cursor, query)
    page = customers.listed(call.store.store_id, states, last_order_from, last_order_to, forward, limit, start)
    return page_reply(call, page, customer_view, limit, query)


def _states(frequency: str | None, amount: str | None, blocked: str | None, opted_out: str | None) -> tuple[str, ...]:
    """The states that a query asks for. Raises Problem 400 `filter_not_indexed`."""
    given = {"frequency": frequency, "amount": amount, "blocked": blocked, "opted_out": opted_out}
    named = {name for name, value in given.items() if value}
    if not (named <= {"frequency", "amount"} or len(named) == 1):
        raise Problem(
            400,
            "filter_not_indexed",
            "These do not go together. What does: frequency, amount or both; blocked alone; opted_out alone; each with "
            "last_order_from, last_order_to and sort.",
            [FieldError(f"/query/{name}", "filter_not_indexed", "not with the others") for name in sorted(named)],
        )
    if blocked:
        return domain.BLOCKED, domain.BOTH
    if opted_out:
        return domain.OPTED_OUT, domain.BOTH
    if not named:
        return domain.STATES
    return tuple(
        f"{often}-{much}"
        for often, _ in domain.FREQUENCIES
        for much, _ in domain.AMOUNTS
        if frequency in (None, often) and amount in (None, much)
    )


@router.get(
    "/v1/customers/<buyer_id>",
    summary="Read a customer",
    tags=["Customers"],
    operation_id="get_customer",
    responses=documented(CustomerView, "What the buyer's orders come to, and what the shop has noted."),
)
@access()
def get_customer(buyer_id: str) -> Response[Any]:
    call: Call = router.context["call"]
    return _reply(call.resource(Customer))


@router.patch(
    "/v1/customers/<buyer_id>",
    summary="Tag, note, block or spare a customer",
    tags=["Customers"],
    operation_id="patch_customer",
    responses=documented(CustomerView, "The customer as it is now."),
)
@access(SELLER)
def patch_customer(buyer_id: str, body: Annotated[PatchCustomer, InBody()]) -> Response[Any]:
    call: Call = router.context["call"]
    given: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set}
    if "tags" in given:
        given["tags"] = tuple(dict.fromkeys(given["tags"] or ()))
    if "note" in given:
        given["note"] = given["note"] or None
    return _reply(operations.patch_customer(call.resource(Customer), given, call.expected))


@router.post(
    "/v1/customers/<buyer_id>/erase",
    summary="Erase a buyer's personal data",
    tags=["Customers"],
    operation_id="erase_customer",
    responses=documented(
        ErasedView,
        "Under way, by the minute; the customer at Location says how far. Figures stay whole. There is no way back.",
        202,
    ),
)
@access(OWNER)
def erase_customer(buyer_id: str, body: Annotated[EraseCustomer, InBody()]) -> Response[Any]:
    call: Call = router.context["call"]
    pending = pending_answer(call, _erased)
    asked = request_erasure(call.resource(Customer), body.include_open, call.actor, call.now, call.expected, pending)
    return _erased(asked)


@router.get(
    "/v1/customers/<buyer_id>/orders",
    summary="The orders of a customer, latest first",
    tags=["Customers"],
    operation_id="list_customer_orders",
    responses=documented(page_of("CustomerOrderPage", ListedOrderView), "A page of orders."),
)
@access()
def list_customer_orders(buyer_id: str, limit: Limit = 50, cursor: Cursor = None) -> Response[Any]:
    call: Call = router.context["call"]
    query = {"list": "customer", "buyer": call.resource(Customer).buyer_id}
    start = position(call, cursor, query)
    page = lists.orders(call.store.store_id, limit, start, buyer_id=call.resource(Customer).buyer_id)
    return page_reply(call, page, lambda summary: listed_order_view(summary, call.language), limit, query)


def _reply(customer: Customer) -> Response[Any]:
    return reply(customer_view(customer), headers={"ETag": f'"{customer.version}"'})


def customer_view(customer: Customer) -> CustomerView:
    told: Any = {
        "buyer_id": customer.buyer_id,
        "href": f"/v1/customers/{segment_of(customer.buyer_id)}",
        **({"name": customer.name} if customer.name else {}),
        "country": customer.country,
        **{name if name == "orders" else f"{name}_orders": customer.counts.get(name, 0) for name in domain.FIGURES},
        "spend": [money(minor, currency) for currency, minor in customer.spend.items()],
        "refund_rate": customer.rate("refunded"),
        "dispute_rate": customer.rate("disputed"),
        "first_order_at": customer.first_at and instant(customer.first_at),
        "last_order_at": customer.last_at and instant(customer.last_at),
        "frequency": customer.frequency,
        "amount": customer.amount,
        "tags": list(customer.tags),
        "note": customer.note,
        "blocked": customer.blocked,
        "reminder_opt_out": customer.reminder_opt_out,
        **({"erasure": erasure_view(customer.erasure)} if customer.erasure else {}),
        "version": customer.version,
    }
    return told  # type: ignore[no-any-return]


def erasure_view(erasure: Erasure) -> ErasureView:
    ended = erasure.finished_at
    return {
        "state": erasure.state,
        "requested_at": instant(erasure.requested_at),
        "requested_by": {"role": erasure.requested_by.role, "id": erasure.requested_by.id},
        "include_open": erasure.include_open,
        "orders": erasure.erased,
        "open_orders": erasure.open,
        "finished_at": instant(ended) if ended else None,
        "not_reached": [
            {"what": what, "until": instant(ended + kept) if ended else None} for what, kept in NOT_REACHED.items()
        ],
    }


def _erased(customer: Customer) -> Response[Any]:
    """Nothing of the customer's own: this answer is kept for its idempotency key."""
    assert customer.erasure is not None
    href = f"/v1/customers/{segment_of(customer.buyer_id)}"
    told: ErasedView = {
        "buyer_id": customer.buyer_id,
        "href": href,
        "erasure": erasure_view(customer.erasure),
    }
    return reply(told, 202, {"Location": href, "ETag": f'"{customer.version}"'})
