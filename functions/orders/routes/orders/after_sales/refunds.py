"""Refunds of all orders."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.orders import resources
from functions.orders.call import Call, access
from functions.orders.models.orders.after_sales.refunds import RefundView, refund_view
from functions.orders.paging import Cursor, Limit, page_of, page_reply, position
from functions.orders.problems import not_found
from functions.orders.responses import documented, reply
from shared.domain.order.model import RefundState
from shared.store.orders import orders, part_lists

router = Router()


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
    """Refunds of all orders, all or those in one state, with what happens without an answer."""
    call: Call = router.context["call"]
    states = (state,) if state else tuple(RefundState)
    query = {"list": "refunds", "states": ",".join(states)}
    page = part_lists.refunds(call.store.store_id, states, limit, position(call, cursor, query))
    return page_reply(
        call,
        page,
        lambda refund: refund_view(refund.record, refund.order_id, refund.currency, call.language),
        limit,
        query,
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
    """One refund record."""
    call: Call = router.context["call"]
    if not resources.ID.fullmatch(refund_id):
        raise not_found()
    listed = part_lists.find_refund(call.store.store_id, refund_id)
    if listed is None:
        raise not_found()
    order = orders.load(call.store.store_id, listed.order_id).order  # the index is eventually consistent
    refund = order.refund(refund_id)
    if refund is None:
        raise not_found()
    return reply(refund_view(refund, order.order_id, order.currency, call.language))
