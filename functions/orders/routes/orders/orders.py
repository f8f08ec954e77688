"""Orders: place, list, count and annotate them; their history and the log of who read the recipient."""

from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body as InBody
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.orders.call import Call, access
from functions.orders.identity import OWNER, PLATFORM, SELLER
from functions.orders.models.fields import Instant
from functions.orders.models.orders.bodies import NewOrder, PatchOrder, placement
from functions.orders.models.orders.counters import CountersView, counters_view
from functions.orders.models.orders.filters import Filters
from functions.orders.models.orders.history import EntryView, entry_view
from functions.orders.models.orders.orders import (
    AccessView,
    ListedOrderView,
    OrderView,
    access_view,
)
from functions.orders.models.orders.rows import Include, orders_reply
from functions.orders.paging import Cursor, Limit, page_of, page_reply, position
from functions.orders.responses import documented, order_reply, pending_order, reply
from shared.domain.order.model import FundState, Overlay
from shared.operations import orders, terms
from shared.operations.orders import Request
from shared.store.dynamodb.errors import Busy
from shared.store.orders import orders as stored
from shared.store.orders.orders import Loaded

router = Router()

Text = Annotated[str | None, Query(min_length=1, max_length=128)]
Moment = Annotated[Instant | None, Query()]
ActingSeller = Annotated[
    Literal["seller"] | None, Query(description="With sort=deadline_at: the timers on which the seller must act")
]


@router.post(
    "/v1/orders",
    summary="Place an order",
    tags=["Orders"],
    operation_id="place_order",
    responses=documented(OrderView, "The new order.", 201, headers="ETag Location")
    | documented(OrderView, "The order, placed before.", headers="ETag"),
)
@access(PLATFORM, atomic=True)
def place(body: Annotated[NewOrder, InBody()]) -> Response[Any]:
    """A new order. The same order again answers 200; the same number with other content is refused."""
    call: Call = router.context["call"]
    order, created = orders.place_order(call.store, placement(body), call.actor, call.now, pending_order(call, 201))
    return order_reply(call, order, 201 if created else 200)


@router.get(
    "/v1/orders",
    summary="List orders",
    tags=["Orders"],
    operation_id="list_orders",
    responses=documented(page_of("OrderPage", ListedOrderView), "A page of orders."),
)
@access()
def list_orders(
    status: Annotated[str | None, Query(max_length=400, description="One status, or several with commas")] = None,
    overlay: Annotated[Overlay | None, Query()] = None,
    fund_state: Annotated[FundState | None, Query()] = None,
    buyer: Text = None,
    tracking_no: Text = None,
    placed_from: Moment = None,
    placed_to: Moment = None,
    due_from: Moment = None,
    due_to: Moment = None,
    sort: Annotated[Literal["-placed_at", "placed_at", "deadline_at"] | None, Query()] = None,
    actor: ActingSeller = None,
    tag: Annotated[str | None, Query(min_length=1, max_length=50)] = None,
    country: Annotated[
        str | None, Query(pattern="^[A-Z]{2,3}$", description="Orders of buyers of this country")
    ] = None,
    include: Include = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[Any]:
    """Orders by one filter: a status or several, an overlay, a fund state, a buyer or a tracking number.

    Filters that no index answers together are refused; the answer names those that go together. A page of the fund
    state `none` or `released` may be short where many orders are passed over; its cursor goes on.
    """
    call: Call = router.context["call"]
    filters = Filters(
        status,
        overlay,
        fund_state,
        buyer,
        tracking_no,
        placed_from,
        placed_to,
        due_from,
        due_to,
        sort,
        actor,
        tag,
        country,
    )
    query = filters.query()
    if (tag is not None or country is not None) and not terms.are_complete(call.store.store_id, call.now):
        raise Busy("the older orders get their terms now")
    page = filters.page(call.store.store_id, limit, position(call, cursor, query))
    return orders_reply(call, page, include, limit, query)


@router.get(
    "/v1/orders/counters",
    summary="Count orders",
    tags=["Orders"],
    operation_id="count_orders",
    responses=documented(CountersView, "Counts, each with the query of the list that it counts."),
)
@access()
def counters() -> Response[Any]:
    """Counts by status, overlay and fund state, exact at every moment, and counts that change with time."""
    call: Call = router.context["call"]
    return reply(counters_view(call.store, call.now, call.language))


@router.patch(
    "/v1/orders/<order_id>",
    summary="Annotate, tag or assign an order",
    tags=["Orders"],
    operation_id="patch_order",
    responses=documented(OrderView, "The order as it is now.", headers="ETag"),
)
@access(SELLER, versioned=True)
def patch(order_id: str, body: Annotated[PatchOrder, InBody()]) -> Response[Any]:
    """Set the note, the tags or the assignee, in every status. A field left out stays; null clears it."""
    call: Call = router.context["call"]
    given = {name: getattr(body, name) for name in body.model_fields_set}
    if "tags" in given:
        given["tags"] = tuple(dict.fromkeys(given["tags"] or ()))
    if "note" in given:
        given["note"] = given["note"] or None
    request = Request("patch", call.actor, call.now, expected=call.expected)
    return order_reply(call, orders.patch_order(call.store, call.resource(Loaded), given, request))


@router.get(
    "/v1/orders/<order_id>/history",
    summary="Read an order's history",
    tags=["Orders"],
    operation_id="get_history",
    responses=documented(page_of("HistoryPage", EntryView), "Every change, oldest first."),
)
@access()
def history(order_id: str, limit: Limit = 50, cursor: Cursor = None) -> Response[Any]:
    """Every change of an order: who, when, from and to. Each entry is one version."""
    call: Call = router.context["call"]
    query = {"list": f"history/{order_id}"}
    page = stored.history_page(call.store.store_id, order_id, limit, position(call, cursor, query))
    return page_reply(call, page, lambda entry: entry_view(entry, call.order.currency, call.language), limit, query)


@router.get(
    "/v1/orders/<order_id>/access",
    summary="Who read the recipient",
    tags=["Orders"],
    operation_id="get_access",
    responses=documented(page_of("AccessPage", AccessView), "Every reveal, oldest first."),
)
@access(OWNER)
def accesses(order_id: str, limit: Limit = 50, cursor: Cursor = None) -> Response[Any]:
    """Who has seen the recipient in full, and when."""
    call: Call = router.context["call"]
    query = {"list": f"access/{order_id}"}
    page = stored.accesses(call.store.store_id, order_id, limit, position(call, cursor, query))
    return page_reply(call, page, access_view, limit, query)
