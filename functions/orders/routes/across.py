"""What lies across orders: deadlines, parcels and refunds."""

from enum import StrEnum
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.orders import listing, resources
from functions.orders.call import Call, access
from functions.orders.fields import Instant
from functions.orders.paging import Cursor, Limit, page_of, page_reply, position
from functions.orders.problems import not_found
from functions.orders.responses import documented, reply
from functions.orders.shapes import ListedOrderView, ListedParcelView, RefundView
from functions.orders.views import listed_order_view, listed_parcel_view, refund_view
from shared.domain.order.model import RefundState
from shared.store.orders import orders, part_lists

router = Router()

Moment = Annotated[Instant | None, Query()]


class Delivery(StrEnum):
    UNDELIVERED = "undelivered"
    DELIVERED = "delivered"


@router.get(
    "/v1/deadlines",
    summary="Running deadlines, most urgent first",
    tags=["Across orders"],
    operation_id="list_deadlines",
    responses=documented(page_of("DeadlinePage", ListedOrderView), "Orders with a running timer, each once."),
)
@access()
def list_deadlines(
    status: Annotated[str | None, Query(max_length=400)] = None,
    due_from: Moment = None,
    due_to: Moment = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[Any]:
    call: Call = router.context["call"]
    asked = listing.Filters(status=status, due_from=due_from, due_to=due_to, sort="deadline_at")
    query = asked.spelled() | {"list": "deadlines"}
    page = asked.page(call.store.store_id, limit, position(call, cursor, query))
    return page_reply(call, page, lambda summary: listed_order_view(summary, call.language), limit, query)


@router.get(
    "/v1/parcels",
    summary="Parcels across orders, latest first",
    tags=["Across orders"],
    operation_id="list_parcels",
    responses=documented(page_of("ParcelPage", ListedParcelView), "Parcels with their days under way."),
)
@access()
def list_parcels(
    state: Annotated[Delivery | None, Query()] = None,
    shipped_from: Moment = None,
    shipped_to: Moment = None,
    sort: Annotated[str | None, Query(pattern="^-?shipped_at$")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[Any]:
    call: Call = router.context["call"]
    states = (state,) if state else tuple(Delivery)
    query = {
        "list": "parcels",
        "states": ",".join(states),
        "from": str(shipped_from),
        "to": str(shipped_to),
        "sort": str(sort),
    }
    page = part_lists.parcels(
        call.store.store_id,
        states,
        limit,
        position(call, cursor, query),
        since=shipped_from,
        until=shipped_to,
        forward=sort == "shipped_at",
    )
    return page_reply(call, page, lambda parcel: listed_parcel_view(parcel, call.now), limit, query)


@router.get(
    "/v1/refunds",
    summary="Refunds across orders, latest first",
    tags=["Across orders"],
    operation_id="list_refunds",
    responses=documented(page_of("RefundPage", RefundView), "Refund records, by state."),
)
@access()
def list_refunds(
    state: Annotated[RefundState | None, Query()] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[Any]:
    call: Call = router.context["call"]
    states = (state,) if state else tuple(RefundState)
    query = {"list": "refunds", "states": ",".join(states)}
    page = part_lists.refunds(call.store.store_id, states, limit, position(call, cursor, query))
    return page_reply(
        call, page, lambda refund: refund_view(refund.record, refund.order_id, refund.currency), limit, query
    )


@router.get(
    "/v1/refunds/<refund_id>",
    summary="Read a refund",
    tags=["Across orders"],
    operation_id="get_refund",
    responses=documented(RefundView, "The refund record."),
)
@access()
def get_refund(refund_id: str) -> Response[Any]:
    call: Call = router.context["call"]
    if not resources.ID.fullmatch(refund_id):
        raise not_found()
    found = part_lists.find_refund(call.store.store_id, refund_id)
    if found is None:
        raise not_found()
    order = orders.load(call.store.store_id, found.order_id).order  # the index may be a moment behind
    refund = order.refund(refund_id)
    if refund is None:
        raise not_found()
    return reply(refund_view(refund, order.order_id, order.currency))
