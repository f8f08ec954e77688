"""Orders: place, list, count and annotate them; their history and the log of who read the recipient."""

from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.orders.call import Access, Call
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
from functions.orders.paging import Cursor, Limit, Paging, page_of
from functions.orders.responses import documented, order_reply, pending_order, reply
from functions.orders.routing import Routes
from shared.domain.order.model import FundState, Overlay
from shared.operations import orders, terms
from shared.operations.orders import PATCH, Request
from shared.store.dynamodb.errors import Busy
from shared.store.orders import orders as stored
from shared.store.orders.orders import Loaded

route = Routes("Orders")

Text = Annotated[str | None, Query(min_length=1, max_length=128)]
Moment = Instant | None
ActingSeller = Annotated[
    Literal["seller"] | None, Query(description="With sort=deadline_at: the timers on which the seller must act")
]


@route(
    "POST /v1/orders",
    "Place an order",
    documented(OrderView, "The new order.", 201, headers="ETag Location")
    | documented(OrderView, "The order, placed before.", headers="ETag"),
    Access(PLATFORM, atomic=True),
)
def place_order(call: Call, body: NewOrder) -> Response[Any]:
    """A new order. The same order again answers 200; the same number with other content is refused."""
    order, created = orders.place_order(call.store, placement(body), call.actor, call.now, pending_order(call, 201))
    return order_reply(call, order, 201 if created else 200)


@route(
    "GET /v1/orders",
    "List orders",
    documented(page_of("OrderPage", ListedOrderView), "A page of orders."),
)
def list_orders(
    call: Call,
    status: Annotated[str | None, Query(max_length=400, description="One status, or several with commas")] = None,
    overlay: Overlay | None = None,
    fund_state: FundState | None = None,
    buyer: Text = None,
    tracking_no: Text = None,
    placed_from: Moment = None,
    placed_to: Moment = None,
    due_from: Moment = None,
    due_to: Moment = None,
    sort: Literal["-placed_at", "placed_at", "deadline_at"] | None = None,
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
    paging = Paging(call, filters.query(), limit, cursor)
    if (tag is not None or country is not None) and not terms.are_complete(call.store.store_id, call.now):
        raise Busy("the older orders get their terms now")
    return orders_reply(paging, filters.page(call.store.store_id, limit, paging.start()), include)


@route(
    "GET /v1/orders/counters",
    "Count orders",
    documented(CountersView, "Counts, each with the query of the list that it counts."),
)
def count_orders(call: Call) -> Response[Any]:
    """Counts by status, overlay and fund state, exact at every moment, and counts that change with time."""
    return reply(counters_view(call.store, call.now, call.language))


@route(
    "PATCH /v1/orders/{order_id}",
    "Annotate, tag or assign an order",
    documented(OrderView, "The order as it is now.", headers="ETag"),
    Access(SELLER, versioned=True),
)
def patch_order(call: Call, order_id: str, body: PatchOrder) -> Response[Any]:
    """Set the note, the tags or the assignee, in every status. A field left out stays; null clears it."""
    given = {name: getattr(body, name) for name in body.model_fields_set}
    if "tags" in given:
        given["tags"] = tuple(dict.fromkeys(given["tags"] or ()))
    if "note" in given:
        given["note"] = given["note"] or None
    request = Request(PATCH, call.actor, call.now, body=given, expected=call.expected)
    return order_reply(call, orders.change_order(call.store, call.resource(Loaded), request))


@route(
    "GET /v1/orders/{order_id}/history",
    "Read an order's history",
    documented(page_of("HistoryPage", EntryView), "Every change, oldest first."),
)
def get_history(call: Call, order_id: str, limit: Limit = 50, cursor: Cursor = None) -> Response[Any]:
    """Every change of an order: who, when, from and to. Each entry is one version."""
    paging = Paging(call, {"list": f"history/{order_id}"}, limit, cursor)
    page = stored.history_page(call.store.store_id, order_id, limit, paging.start())
    return paging.reply(page, lambda entry: entry_view(entry, call.order.currency, call.language))


@route(
    "GET /v1/orders/{order_id}/access",
    "Who read the recipient",
    documented(page_of("AccessPage", AccessView), "Every reveal, oldest first."),
    Access(OWNER),
)
def get_access(call: Call, order_id: str, limit: Limit = 50, cursor: Cursor = None) -> Response[Any]:
    """Who has seen the recipient in full, and when."""
    paging = Paging(call, {"list": f"access/{order_id}"}, limit, cursor)
    return paging.reply(stored.accesses(call.store.store_id, order_id, limit, paging.start()), access_view)
