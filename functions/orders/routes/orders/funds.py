"""Funds: the totals of the store, their movements, and where the money of one order is."""

from enum import StrEnum
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.orders.call import Call, access
from functions.orders.models.fields import Currency, Instant
from functions.orders.models.orders.funds import (
    HeldView,
    MovementView,
    OrderFundsView,
    TotalsView,
    currency_view,
    held_view,
    movement_view,
    order_funds_view,
)
from functions.orders.models.orders.orders import ListedOrderView, listed_order_view
from functions.orders.models.values import instant
from functions.orders.paging import Cursor, Limit, page_of, page_reply, position
from functions.orders.responses import documented, reply
from shared.domain.order.funds import ledger as domain
from shared.store.orders import held, ledger, lists

router = Router()
Flow = StrEnum("Flow", [(flow, flow) for flow in domain.FLOWS])  # type: ignore[misc]
HeldKind = StrEnum("HeldKind", [(kind, kind) for kind in domain.HELD])  # type: ignore[misc]
AWAITING_RELEASE = HeldKind("awaiting_release")
Moment = Annotated[Instant | None, Query()]


@router.get(
    "/v1/funds",
    summary="What has moved and what is held, per currency",
    tags=["Funds"],
    operation_id="get_funds",
    responses=documented(TotalsView, "Totals, written in the transaction of each change of an order."),
)
@access()
def get_funds() -> Response[Any]:
    """What has moved and what the platform holds, per currency, each amount with its list."""
    call: Call = router.context["call"]
    totals = ledger.totals(call.store.store_id)
    data = [currency_view(currency, totals[currency], call.language) for currency in sorted(totals)]
    return reply({"data": data, "as_of": instant(call.now)})


@router.get(
    "/v1/funds/entries",
    summary="Movements across orders, latest first",
    tags=["Funds"],
    operation_id="list_fund_entries",
    responses=documented(
        page_of("MovementPage", MovementView), "Movements in one currency, by default the store's own."
    ),
)
@access()
def list_fund_entries(
    flow: Annotated[Flow | None, Query()] = None,
    currency: Annotated[Currency | None, Query()] = None,
    at_from: Moment = None,
    at_to: Moment = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[Any]:
    """The movements of money behind the totals, in one currency, by default the store's own."""
    call: Call = router.context["call"]
    flows, currency = [str(flow)] if flow else list(domain.FLOWS), currency or call.store.currency
    query = {"list": "funds", "flows": ",".join(flows), "currency": currency, "from": str(at_from), "to": str(at_to)}
    after = position(call, cursor, query)
    page = ledger.listed(call.store.store_id, flows, currency, at_from, at_to, limit, after)
    return page_reply(
        call,
        page,
        lambda listed: {"order_id": listed.order_id, **movement_view(listed.record, listed.currency, call.language)},
        limit,
        query,
    )


@router.get(
    "/v1/funds/held",
    summary="The orders behind a held amount, latest first",
    tags=["Funds"],
    operation_id="list_held_funds",
    responses=documented(page_of("HeldPage", HeldView), "What is held of each order for one reason, in one currency."),
)
@access()
def list_held_funds(
    kind: Annotated[HeldKind, Query()] = AWAITING_RELEASE,
    currency: Annotated[Currency | None, Query()] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[Any]:
    """The orders that make up one held amount of `/v1/funds`: by default what awaits release, in the store's own
    currency. Their amounts add up to it. A page may be short where many orders are passed over; its cursor goes on."""
    call: Call = router.context["call"]
    currency = currency or call.store.currency
    query = {"list": "held", "kind": str(kind), "currency": currency}
    page = held.listed(call.store.store_id, str(kind), currency, limit, position(call, cursor, query))
    return page_reply(call, page, lambda each: held_view(each, str(kind), call.language), limit, query)


@router.get(
    "/v1/funds/unexplained",
    summary="Ended orders with unexplained money, latest first",
    tags=["Funds"],
    operation_id="list_unexplained_funds",
    responses=documented(page_of("UnexplainedPage", ListedOrderView), "Orders with an unexplained remainder."),
)
@access()
def list_unexplained_funds(limit: Limit = 50, cursor: Cursor = None) -> Response[Any]:
    """Ended orders whose movements do not add up to zero."""
    call: Call = router.context["call"]
    query = {"list": "unexplained"}
    page = lists.unexplained(call.store.store_id, limit, position(call, cursor, query))
    return page_reply(call, page, lambda summary: listed_order_view(summary, call.language), limit, query)


@router.get(
    "/v1/orders/<order_id>/funds",
    summary="Where this order's money is",
    tags=["Funds"],
    operation_id="get_order_funds",
    responses=documented(OrderFundsView, "Its movements, the held amount, and the expected release."),
)
@access()
def get_order_funds(order_id: str) -> Response[Any]:
    """The movements of one order, what is held of it, and what is expected and when."""
    call: Call = router.context["call"]
    return reply(order_funds_view(call.order, ledger.entries(call.store.store_id, order_id), call.language))
