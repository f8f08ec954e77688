"""Parcels of all orders."""

from enum import StrEnum
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.orders.call import Call
from functions.orders.models.fields import Instant
from functions.orders.models.orders.parcels import ListedParcelView, listed_parcel_view
from functions.orders.paging import Cursor, Limit, Paging, page_of
from functions.orders.responses import documented
from functions.orders.routing import Routes
from shared.store.orders import part_lists

route = Routes("Across orders")

Moment = Instant | None


class Delivery(StrEnum):
    UNDELIVERED = "undelivered"
    DELIVERED = "delivered"


@route(
    "GET /v1/parcels",
    "Parcels across orders, latest first",
    documented(page_of("ParcelPage", ListedParcelView), "Parcels with their days under way."),
)
def list_parcels(
    call: Call,
    state: Delivery | None = None,
    shipped_from: Moment = None,
    shipped_to: Moment = None,
    sort: Annotated[str | None, Query(pattern="^-?shipped_at$")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[Any]:
    """Parcels of all orders by the time at which they were shipped, with their days under way."""
    states = (state,) if state else tuple(Delivery)
    query = {
        "list": "parcels",
        "states": ",".join(states),
        "from": str(shipped_from),
        "to": str(shipped_to),
        "sort": str(sort),
    }
    paging = Paging(call, query, limit, cursor)
    page = part_lists.parcels(
        call.store.store_id,
        states,
        limit,
        paging.start(),
        since=shipped_from,
        until=shipped_to,
        forward=sort == "shipped_at",
    )
    return paging.reply(page, lambda parcel: listed_parcel_view(parcel, call.now, call.language))
