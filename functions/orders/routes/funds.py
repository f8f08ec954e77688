"""Funds: the store's totals, the movements behind them, and where one order's money is."""

from enum import StrEnum
from typing import Annotated, Any, NotRequired

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query
from typing_extensions import TypedDict

from functions.orders.call import Call, access
from functions.orders.fields import Currency, Instant
from functions.orders.paging import Cursor, Limit, page_of, page_reply, position
from functions.orders.responses import documented, reply
from functions.orders.shapes import ListedOrderView, MoneyView
from functions.orders.views import instant, listed_order_view, money
from shared.domain.order import ledger as domain
from shared.domain.order.ledger import Movement
from shared.store.orders import ledger, lists

router = Router()
Flow = StrEnum("Flow", [(flow, flow) for flow in domain.FLOWS])  # type: ignore[misc]
Moment = Annotated[Instant | None, Query()]
BEHIND = {
    "in_progress": "/v1/orders?fund_state=none",
    "awaiting_release": "/v1/orders?fund_state=awaiting_release",
    "refunding": "/v1/refunds?state=accepted",
    "frozen": "/v1/orders?overlay=frozen",
    "unexplained": "/v1/funds/unexplained",
}
"""Where the orders or refunds behind what is held are listed."""


class TotalView(TypedDict):
    amount: MoneyView
    query: str


class CurrencyView(TypedDict):
    """What has moved, by kind, and what the platform holds. paid = held + all the other movements."""

    currency: str
    moved: dict[str, TotalView]
    held: dict[str, TotalView]


class TotalsView(TypedDict):
    data: list[CurrencyView]
    as_of: str


class MovementView(TypedDict):
    """`amount` has a minus where money has left the platform's account; `held` is what it holds of the order then."""

    order_id: NotRequired[str]
    seq: int
    at: str
    flow: str
    amount: MoneyView
    held: MoneyView


class OrderFundsView(TypedDict):
    """`expected` is the order amount less tax and refunds, less the fees by their rates; `difference` is what was
    released less that. `unexplained` must be 0.00."""

    order_id: str
    fund_state: str
    entries: list[MovementView]
    held: MoneyView
    expected: NotRequired[MoneyView]
    expected_at: NotRequired[str]
    released: NotRequired[MoneyView]
    difference: NotRequired[MoneyView]
    unexplained: MoneyView


@router.get(
    "/v1/funds",
    summary="What has moved and what is held, per currency",
    tags=["Funds"],
    operation_id="get_funds",
    responses=documented(TotalsView, "Totals kept with every change of an order, exact at every moment."),
)
@access()
def get_funds() -> Response[Any]:
    call: Call = router.context["call"]
    found = ledger.totals(call.store.store_id)
    data: list[CurrencyView] = [
        {
            "currency": currency,
            "moved": {
                flow: {
                    "amount": money(totals[flow], currency),
                    "query": f"/v1/funds/entries?flow={flow}&currency={currency}",
                }
                for flow in domain.FLOWS
            },
            "held": {name: {"amount": money(totals[name], currency), "query": BEHIND[name]} for name in domain.HELD},
        }
        for currency, totals in sorted(found.items())
    ]
    return reply({"data": data, "as_of": instant(call.now)})


@router.get(
    "/v1/funds/entries",
    summary="Movements across orders, latest first",
    tags=["Funds"],
    operation_id="list_fund_entries",
    responses=documented(
        page_of("MovementPage", MovementView), "Movements in one currency, the store's own where none is named."
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
    call: Call = router.context["call"]
    flows, currency = [str(flow)] if flow else list(domain.FLOWS), currency or call.store.currency
    query = {"list": "funds", "flows": ",".join(flows), "currency": currency, "from": str(at_from), "to": str(at_to)}
    after = position(call, cursor, query)
    page = ledger.listed(call.store.store_id, flows, currency, at_from, at_to, limit, after)
    return page_reply(
        call,
        page,
        lambda listed: {"order_id": listed.order_id, **_movement(listed.record, listed.currency)},
        limit,
        query,
    )


@router.get(
    "/v1/funds/unexplained",
    summary="Ended orders whose money does not add up, latest first",
    tags=["Funds"],
    operation_id="list_unexplained_funds",
    responses=documented(page_of("UnexplainedPage", ListedOrderView), "Orders with an unexplained remainder."),
)
@access()
def list_unexplained_funds(limit: Limit = 50, cursor: Cursor = None) -> Response[Any]:
    call: Call = router.context["call"]
    query = {"list": "unexplained"}
    page = lists.unexplained(call.store.store_id, limit, position(call, cursor, query))
    return page_reply(call, page, lambda summary: listed_order_view(summary, call.language), limit, query)


@router.get(
    "/v1/orders/<order_id>/funds",
    summary="Where this order's money is",
    tags=["Funds"],
    operation_id="get_order_funds",
    responses=documented(OrderFundsView, "Its ledger, what is held, and what its release should come to."),
)
@access()
def get_order_funds(order_id: str) -> Response[Any]:
    call: Call = router.context["call"]
    order, currency = call.order, call.order.currency
    expected, released = domain.expected_release(order), order.amounts.released
    timer = order.timer("release")
    told: dict[str, Any] = {
        "order_id": order.order_id,
        "fund_state": str(order.fund_state),
        "entries": [_movement(each, currency) for each in ledger.entries(call.store.store_id, order.order_id)],
        "held": money(order.amounts.held, currency),
        "unexplained": money(domain.unexplained(order), currency),
    }
    if expected is not None:
        told["expected"] = money(expected, currency)
    if timer is not None:
        told["expected_at"] = instant(timer.due_at)
    if released is not None:
        told["released"] = money(released, currency)
        told["difference"] = money(released - (expected or 0), currency)
    return reply(told)


def _movement(movement: Movement, currency: str) -> Any:
    return {
        "seq": movement.seq,
        "at": instant(movement.at),
        "flow": movement.flow,
        "amount": money(movement.amount, currency),
        "held": money(movement.held, currency),
    }
