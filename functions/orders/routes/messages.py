"""Messages of one order and of all orders, and how fast the shop answers."""

from datetime import timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body as InBody
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.orders.call import Call, access
from functions.orders.identity import PLATFORM, SELLER
from functions.orders.models.fields import Nothing, Waiting
from functions.orders.models.messages import (
    FiguresView,
    MessageView,
    NewMessage,
    message_view,
    replies_view,
    text_of,
)
from functions.orders.paging import Cursor, Limit, page_of, page_reply, position
from functions.orders.problems import Problem
from functions.orders.responses import documented, pending_answer, reply
from shared.domain.errors import Unprocessable
from shared.domain.order.model import Overlay
from shared.operations.messages import messages as operations
from shared.store.messages import messages
from shared.store.orders import counters

router = Router()


@router.get(
    "/v1/orders/<order_id>/messages",
    summary="Read an order's messages",
    tags=["Messages"],
    operation_id="list_order_messages",
    responses=documented(page_of("OrderMessagePage", MessageView), "The latest first."),
)
@access()
def list_order_messages(order_id: str, limit: Limit = 50, cursor: Cursor = None) -> Response[Any]:
    """The messages of one order."""
    call: Call = router.context["call"]
    query = {"list": f"messages/{order_id}"}
    page = messages.page(call.store.store_id, order_id, limit, position(call, cursor, query))
    return page_reply(call, page, message_view, limit, query)


@router.post(
    "/v1/orders/<order_id>/messages",
    summary="Write a message, or report the buyer's",
    tags=["Messages"],
    operation_id="post_message",
    responses=documented(MessageView, "The message.", 201),
)
@access(SELLER | PLATFORM, versioned=True)
def post_message(order_id: str, body: Annotated[NewMessage, InBody()]) -> Response[Any]:
    """Write to the buyer, in English; the platform reports a buyer's message with `from`."""
    call: Call = router.context["call"]
    by_platform = call.actor.role in PLATFORM
    for name, given in (("from", body.from_), ("at", body.at)):
        if given is not None and not by_platform:
            raise Unprocessable(f"{name}_not_allowed", "Only the platform says who wrote, and when.", f"/{name}")
    if body.template_id is not None and by_platform:
        raise Unprocessable("template_not_allowed", "Templates are the shop's own words.", "/template_id")
    sender = (body.from_ or "platform") if by_platform else "seller"
    message = operations.draft(sender, text_of(call, body), body.at, call.now)
    pending = pending_answer(call, lambda message: reply(message_view(message), 201))
    return reply(
        message_view(operations.post_message(call.store, call.order, message, call.now, pending, call.expected)), 201
    )


@router.post(
    "/v1/orders/<order_id>/messages/read",
    summary="Mark the messages of the other side as read",
    tags=["Messages"],
    operation_id="read_messages",
    responses=documented(
        dict[str, int], "`unread`: how many are left unread. It is 0; if there were thousands, send the request again."
    ),
)
@access(SELLER | PLATFORM, versioned=True)
def read_messages(order_id: str, body: Annotated[Nothing, InBody()]) -> Response[Any]:
    """Mark the messages of the other side as read."""
    call: Call = router.context["call"]
    left = operations.read_messages(call.store, order_id, call.actor.role not in PLATFORM, call.now)
    if left and call.pending is not None:
        call.pending.final = False  # sent again with the same key, it goes on
    return reply({"unread": left})


@router.get(
    "/v1/messages",
    summary="Messages across orders",
    tags=["Messages"],
    operation_id="list_messages",
    responses=documented(
        page_of("MessagePage", MessageView),
        "All or the buyers' unread ones, latest first; or those unanswered for so long, oldest first.",
    ),
)
@access()
def list_messages(
    unread: Annotated[Literal["true"] | None, Query()] = None,
    unanswered_for: Annotated[Waiting | None, Query()] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[Any]:
    """Messages of all orders: all, the unread ones of buyers, or those that nobody has answered."""
    call: Call = router.context["call"]
    if unread is not None and unanswered_for is not None:
        raise Problem(400, "filter_not_indexed", "Either `unread` or `unanswered_for`, not both.")
    query = {"list": "messages", "unread": str(unread), "unanswered": str(unanswered_for)}
    start = position(call, cursor, query)
    if unanswered_for is None:
        page = messages.listed(call.store.store_id, unread is not None, limit, start)
    else:
        until = call.now - unanswered_for
        page = messages.unanswered(call.store.store_id, until, limit, start)
    return page_reply(
        call, page, lambda listed: {**message_view(listed.record), "order_id": listed.order_id}, limit, query
    )


@router.get(
    "/v1/messages/figures",
    summary="Unread, unanswered, and how fast the shop answers",
    tags=["Messages"],
    operation_id="get_message_figures",
    responses=documented(FiguresView, "Figures of the last days in the store's zone."),
)
@access()
def get_figures() -> Response[Any]:
    """How many messages wait, and how fast the shop answered in the last days."""
    call: Call = router.context["call"]
    store_id, today = call.store.store_id, call.now.astimezone(ZoneInfo(call.store.time_zone)).date()
    waiting = messages.count_unanswered(store_id, None)
    waiting_long = messages.count_unanswered(store_id, call.now - timedelta(hours=12))
    figures: FiguresView = {
        "unread_orders": counters.counts(store_id).of(Overlay.UNREAD),
        "unanswered": waiting.number,
        "unanswered_12h": waiting_long.number,
        "replies": [
            replies_view(days, messages.replies(store_id, today - timedelta(days=days - 1), today)) for days in (7, 30)
        ],
    }
    if waiting.cut_off:
        figures["unanswered_cut_off"] = True
    if waiting_long.cut_off:
        figures["unanswered_12h_cut_off"] = True
    return reply(figures)
