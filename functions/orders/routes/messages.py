"""Messages of one order and of all orders, and how fast the shop answers."""

from datetime import timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from aws_lambda_powertools.event_handler import Response

from functions.orders.call import Access, Call
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
from functions.orders.paging import Cursor, Limit, Paging, page_of
from functions.orders.problems import not_together
from functions.orders.responses import documented, pending_answer, reply
from functions.orders.routing import Routes
from shared.domain.errors import Unprocessable
from shared.domain.order.model import Overlay
from shared.operations.messages import messages as operations
from shared.store.messages import messages
from shared.store.orders import counters

route = Routes("Messages")


@route(
    "GET /v1/orders/{order_id}/messages",
    "Read an order's messages",
    documented(page_of("OrderMessagePage", MessageView), "The latest first."),
)
def list_order_messages(call: Call, order_id: str, limit: Limit = 50, cursor: Cursor = None) -> Response[Any]:
    """The messages of one order."""
    paging = Paging(call, {"list": f"messages/{order_id}"}, limit, cursor)
    return paging.reply(messages.page(call.store.store_id, order_id, limit, paging.start()), message_view)


@route(
    "POST /v1/orders/{order_id}/messages",
    "Write a message, or report the buyer's",
    documented(MessageView, "The message.", 201),
    Access(SELLER | PLATFORM, versioned=True),
)
def post_message(call: Call, order_id: str, body: NewMessage) -> Response[Any]:
    """Write to the buyer, in English; the platform reports a buyer's message with `from`."""
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


@route(
    "POST /v1/orders/{order_id}/messages/read",
    "Mark the messages of the other side as read",
    documented(
        dict[str, int], "`unread`: how many are left unread. It is 0; if there were thousands, send the request again."
    ),
    Access(SELLER | PLATFORM, versioned=True),
)
def read_messages(call: Call, order_id: str, body: Nothing) -> Response[Any]:
    """Mark the messages of the other side as read."""
    left = operations.read_messages(call.store, order_id, call.actor.role not in PLATFORM, call.now)
    if left and call.pending is not None:
        call.pending.final = False  # sent again with the same key, it goes on
    return reply({"unread": left})


@route(
    "GET /v1/messages",
    "Messages across orders",
    documented(
        page_of("MessagePage", MessageView),
        "All or the buyers' unread ones, latest first; or those unanswered for so long, oldest first.",
    ),
)
def list_messages(
    call: Call,
    unread: Literal["true"] | None = None,
    unanswered_for: Waiting | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[Any]:
    """Messages of all orders: all, the unread ones of buyers, or those that nobody has answered."""
    if unread is not None and unanswered_for is not None:
        raise not_together("Either `unread` or `unanswered_for`, not both.", ())
    query = {"list": "messages", "unread": str(unread), "unanswered": str(unanswered_for)}
    paging = Paging(call, query, limit, cursor)
    if unanswered_for is None:
        page = messages.listed(call.store.store_id, unread is not None, limit, paging.start())
    else:
        page = messages.unanswered(call.store.store_id, call.now - unanswered_for, limit, paging.start())
    return paging.reply(page, lambda listed: {**message_view(listed.record), "order_id": listed.order_id})


@route(
    "GET /v1/messages/figures",
    "Unread, unanswered, and how fast the shop answers",
    documented(FiguresView, "Figures of the last days in the store's zone."),
)
def get_message_figures(call: Call) -> Response[Any]:
    """How many messages wait, and how fast the shop answered in the last days."""
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
