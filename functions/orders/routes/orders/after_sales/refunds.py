"""Refunds of all orders."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from functions.orders import resources
from functions.orders.call import Call
from functions.orders.models.orders.after_sales.refunds import RefundView, refund_view
from functions.orders.paging import Cursor, Limit, Paging, page_of
from functions.orders.problems import not_found
from functions.orders.responses import documented, reply
from functions.orders.routing import Routes
from shared.domain.order.model import RefundState
from shared.store.orders import orders, part_lists

route = Routes("Across orders")


@route(
    "GET /v1/refunds",
    "Refunds across orders, latest first",
    documented(page_of("RefundPage", RefundView), "Refund records, by state."),
)
def list_refunds(
    call: Call,
    state: RefundState | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[Any]:
    """Refunds of all orders, all or those in one state, with what happens without an answer."""
    states = (state,) if state else tuple(RefundState)
    paging = Paging(call, {"list": "refunds", "states": ",".join(states)}, limit, cursor)
    page = part_lists.refunds(call.store.store_id, states, limit, paging.start())
    return paging.reply(
        page, lambda refund: refund_view(refund.record, refund.order_id, refund.currency, call.language)
    )


@route(
    "GET /v1/refunds/{refund_id}",
    "Read a refund",
    documented(RefundView, "The refund record."),
)
def get_refund(call: Call, refund_id: str) -> Response[Any]:
    """One refund record."""
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
