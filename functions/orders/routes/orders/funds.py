"""Funds: the totals of the store, their movements, and where the money of one order is."""

from enum import StrEnum
from typing import Any

from aws_lambda_powertools.event_handler import Response

from functions.orders.call import Call
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
from functions.orders.paging import Cursor, Limit, Paging, page_of
from functions.orders.responses import documented, reply
from functions.orders.routing import Routes
from shared.domain.order.funds import ledger as domain
from shared.store.orders import held, ledger, lists

route = Routes("Funds")
Flow = StrEnum("Flow", [(flow, flow) for flow in domain.FLOWS])  # type: ignore[misc]
HeldKind = StrEnum("HeldKind", [(kind, kind) for kind in domain.HELD])  # type: ignore[misc]
AWAITING_RELEASE = HeldKind("awaiting_release")
Moment = Instant | None


@route(
    "GET /v1/funds",
    "What has moved and what is held, per currency",
    documented(TotalsView, "Totals, written in the transaction of each change of an order."),
)
def get_funds(call: Call) -> Response[Any]:
    """What has moved and what the platform holds, per currency, each amount with its list."""
    totals = ledger.totals(call.store.store_id)
    data = [currency_view(currency, totals[currency], call.language) for currency in sorted(totals)]
    return reply({"data": data, "as_of": instant(call.now)})


@route(
    "GET /v1/funds/entries",
    "Movements across orders, latest first",
    documented(page_of("MovementPage", MovementView), "Movements in one currency, by default the store's own."),
)
def list_fund_entries(
    call: Call,
    flow: Flow | None = None,
    currency: Currency | None = None,
    at_from: Moment = None,
    at_to: Moment = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[Any]:
    """The movements of money behind the totals, in one currency, by default the store's own."""
    flows, currency = [str(flow)] if flow else list(domain.FLOWS), currency or call.store.currency
    query = {"list": "funds", "flows": ",".join(flows), "currency": currency, "from": str(at_from), "to": str(at_to)}
    paging = Paging(call, query, limit, cursor)
    page = ledger.listed(call.store.store_id, flows, currency, at_from, at_to, limit, paging.start())
    return paging.reply(
        page,
        lambda listed: {"order_id": listed.order_id, **movement_view(listed.record, listed.currency, call.language)},
    )


@route(
    "GET /v1/funds/held",
    "The orders behind a held amount, latest first",
    documented(page_of("HeldPage", HeldView), "What is held of each order for one reason, in one currency."),
)
def list_held_funds(
    call: Call,
    kind: HeldKind = AWAITING_RELEASE,
    currency: Currency | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[Any]:
    """The orders that make up one held amount of `/v1/funds`: by default what awaits release, in the store's own
    currency. Their amounts add up to it. A page may be short where many orders are passed over; its cursor goes on."""
    currency = currency or call.store.currency
    paging = Paging(call, {"list": "held", "kind": str(kind), "currency": currency}, limit, cursor)
    page = held.listed(call.store.store_id, str(kind), currency, limit, paging.start())
    return paging.reply(page, lambda each: held_view(each, str(kind), call.language))


@route(
    "GET /v1/funds/unexplained",
    "Ended orders with unexplained money, latest first",
    documented(page_of("UnexplainedPage", ListedOrderView), "Orders with an unexplained remainder."),
)
def list_unexplained_funds(call: Call, limit: Limit = 50, cursor: Cursor = None) -> Response[Any]:
    """Ended orders whose movements do not add up to zero."""
    paging = Paging(call, {"list": "unexplained"}, limit, cursor)
    page = lists.unexplained(call.store.store_id, limit, paging.start())
    return paging.reply(page, lambda summary: listed_order_view(summary, call.language))


@route(
    "GET /v1/orders/{order_id}/funds",
    "Where this order's money is",
    documented(OrderFundsView, "Its movements, the held amount, and the expected release."),
)
def get_order_funds(call: Call, order_id: str) -> Response[Any]:
    """The movements of one order, what is held of it, and what is expected and when."""
    return reply(order_funds_view(call.order, ledger.entries(call.store.store_id, order_id), call.language))
