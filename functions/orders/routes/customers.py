"""Customers: lists by last order and by group, the notes of the seller, and the erasure of personal data."""

from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.orders.call import Access, Call
from functions.orders.identity import OWNER, SELLER
from functions.orders.models.customers import (
    AmountGroup,
    CustomerView,
    EraseCustomer,
    ErasedView,
    Frequency,
    PatchCustomer,
    customer_view,
    erased_view,
    href,
)
from functions.orders.models.fields import Instant
from functions.orders.models.orders.orders import ListedOrderView
from functions.orders.models.orders.rows import Include, orders_reply
from functions.orders.paging import Cursor, Limit, Paging, page_of
from functions.orders.problems import not_together
from functions.orders.responses import documented, pending_answer, reply
from functions.orders.routing import Routes
from shared.domain.customers import model as domain
from shared.domain.customers.model import Customer
from shared.operations import terms
from shared.operations.customers import customers as operations
from shared.operations.customers.erasures import request_erasure
from shared.store.customers import customers
from shared.store.dynamodb.errors import Busy
from shared.store.orders import lists

route = Routes("Customers")
Moment = Instant | None
NOT_TOGETHER = (
    "These do not go together. What does: frequency, amount or both; blocked alone; opted_out alone; tag alone; "
    "each with last_order_from, last_order_to and sort."
)
LongCursor = Annotated[str | None, Query(min_length=1, max_length=4096)]
"""It has a buyer id in it, of up to 128 characters of any script."""


@route(
    "GET /v1/customers",
    "Customers, by the time of their last order",
    documented(
        page_of("CustomerPage", CustomerView),
        "All; those of a group who accept reminders; the blocked ones; or those who want no reminders.",
    ),
)
def list_customers(
    call: Call,
    frequency: Frequency | None = None,
    amount: AmountGroup | None = None,
    blocked: Literal["true"] | None = None,
    opted_out: Literal["true"] | None = None,
    last_order_from: Moment = None,
    last_order_to: Moment = None,
    sort: Literal["-last_order_at", "last_order_at"] | None = None,
    tag: Annotated[str | None, Query(min_length=1, max_length=50)] = None,
    limit: Limit = 50,
    cursor: LongCursor = None,
) -> Response[Any]:
    """Buyers by the time of their last order: all, those of one group, or those with one tag."""
    given = {"frequency": frequency, "amount": amount, "blocked": blocked, "opted_out": opted_out, "tag": tag}
    named = {name for name, value in given.items() if value is not None}
    if not (named <= {"frequency", "amount"} or len(named) == 1):
        raise not_together(NOT_TOGETHER, named)
    forward, window = sort == "last_order_at", (last_order_from, last_order_to)
    query = {"list": "customers", "forward": str(forward), "from": str(last_order_from), "to": str(last_order_to)}
    if tag is not None:
        if not terms.are_complete(call.store.store_id, call.now):
            raise Busy("the older tags get their terms now")
        paging = Paging(call, query | {"tag": tag}, limit, cursor)
        page = customers.tagged(call.store.store_id, tag, *window, forward, limit, paging.start())
    else:
        states = _states(frequency, amount, blocked, opted_out)
        paging = Paging(call, query | {"states": ",".join(states)}, limit, cursor)
        page = customers.listed(call.store.store_id, states, *window, forward, limit, paging.start())
    return paging.reply(page, lambda customer: customer_view(customer, call.language))


def _states(frequency: str | None, amount: str | None, blocked: str | None, opted_out: str | None) -> tuple[str, ...]:
    """The states that a query selects."""
    if blocked:
        return domain.BLOCKED, domain.BOTH
    if opted_out:
        return domain.OPTED_OUT, domain.BOTH
    if not (frequency or amount):
        return domain.STATES
    return tuple(
        f"{often}-{much}"
        for often, _ in domain.FREQUENCIES
        for much, _ in domain.AMOUNTS
        if frequency in (None, often) and amount in (None, much)
    )


@route(
    "GET /v1/customers/{buyer_id}",
    "Read a customer",
    documented(CustomerView, "The figures of the buyer's orders, and the notes of the shop.", headers="ETag"),
)
def get_customer(call: Call, buyer_id: str) -> Response[Any]:
    """A buyer with the figures of their orders and the shop's notes."""
    return _reply(call, call.resource(Customer))


@route(
    "PATCH /v1/customers/{buyer_id}",
    "Annotate, tag or block a customer, or stop reminders",
    documented(CustomerView, "The customer as it is now.", headers="ETag"),
    Access(SELLER, versioned=True),
)
def patch_customer(call: Call, buyer_id: str, body: PatchCustomer) -> Response[Any]:
    """Set tags, note, block and opt-out. A field left out stays; null clears tags and note."""
    given: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set}
    if "tags" in given:
        given["tags"] = tuple(dict.fromkeys(given["tags"] or ()))
    if "note" in given:
        given["note"] = given["note"] or None
    return _reply(call, operations.patch_customer(call.resource(Customer), given, call.expected))


@route(
    "POST /v1/customers/{buyer_id}/erase",
    "Erase a buyer's personal data",
    documented(
        ErasedView,
        "The erasure is queued; the customer at Location has its progress. Figures stay. An erasure is final.",
        202,
        headers="Location ETag",
    ),
    Access(OWNER, versioned=True),
)
def erase_customer(call: Call, buyer_id: str, body: EraseCustomer) -> Response[Any]:
    """Erase a buyer's personal data in all their orders, for good. The figures stay."""
    pending = pending_answer(call, lambda erased: _erased(erased, call.language))
    customer = call.resource(Customer)
    erased = request_erasure(customer, body.include_open, call.actor, call.now, call.expected, pending)
    return _erased(erased, call.language)


@route(
    "GET /v1/customers/{buyer_id}/orders",
    "The orders of a customer, latest first",
    documented(page_of("CustomerOrderPage", ListedOrderView), "A page of orders."),
)
def list_customer_orders(
    call: Call, buyer_id: str, include: Include = None, limit: Limit = 50, cursor: Cursor = None
) -> Response[Any]:
    """The orders of one buyer."""
    buyer = call.resource(Customer).buyer_id
    paging = Paging(call, {"list": "customer", "buyer": buyer}, limit, cursor)
    page = lists.orders(call.store.store_id, limit, paging.start(), buyer_id=buyer)
    return orders_reply(paging, page, include)


def _reply(call: Call, customer: Customer) -> Response[Any]:
    return reply(customer_view(customer, call.language), headers={"ETag": f'"{customer.version}"'})


def _erased(customer: Customer, language: str) -> Response[Any]:
    headers = {"Location": href(customer), "ETag": f'"{customer.version}"'}
    return reply(erased_view(customer, language), 202, headers)
