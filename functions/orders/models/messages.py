"""Messages: what a request may say, and answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal, NotRequired

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from functions.orders.call import Call
from functions.orders.models.fields import Body, Instant, Name
from functions.orders.models.values import instant
from functions.orders.problems import malformed
from shared.domain.messages.model import Message
from shared.domain.messages.templates import Template, fill
from shared.operations.messages.templates import find_template
from shared.store.messages.messages import Replies


class MessageText(Body):
    """`text`, or a template that is filled from the order."""

    text: Annotated[str, StringConstraints(max_length=20_000)] | None = None
    template_id: Name | None = None


class NewMessage(MessageText):
    """Only the platform gives `from` and `at`; only the shop names a template."""

    from_: Annotated[Literal["buyer", "platform"] | None, Field(alias="from")] = None
    at: Instant | None = None


MessageView = TypedDict(
    "MessageView",
    {
        "message_id": str,
        "order_id": NotRequired[str],
        "from": str,
        "text": str,
        "sent_at": str,
        "read_at": NotRequired[str],
    },
)


class RepliesView(TypedDict):
    """The last `days` days, today included: the answers, the average time to answer, and the share within 24 hours."""

    days: int
    replies: int
    average_minutes: int | None
    within_24h: float | None


class FiguresView(TypedDict):
    """`unanswered` and `unanswered_12h` are exact up to 1,000; `…_cut_off` is there and true if there are more."""

    unread_orders: int
    unanswered: int
    unanswered_cut_off: NotRequired[bool]
    unanswered_12h: int
    unanswered_12h_cut_off: NotRequired[bool]
    replies: list[RepliesView]


def text_of(call: Call, body: MessageText, find: Callable[[str, str], Template] = find_template) -> str:
    """The text of a body, or its template filled from the order of this call. Raises Problem 400, or Unprocessable."""
    if (body.text is None) is (body.template_id is None):
        raise malformed("/text", "required", "A message has either `text` or `template_id`.")
    if body.template_id is None:
        return body.text or ""
    return fill(find(call.store.store_id, body.template_id).text, call.order, call.store)


def message_view(message: Message) -> MessageView:
    view: MessageView = {
        "message_id": message.message_id,
        "from": message.sender,
        "text": message.text,
        "sent_at": instant(message.sent_at),
    }
    if message.read_at:
        view["read_at"] = instant(message.read_at)
    return view


def replies_view(days: int, replies: Replies) -> RepliesView:
    return {
        "days": days,
        "replies": replies.count,
        "average_minutes": replies.seconds // replies.count // 60 if replies.count else None,
        "within_24h": round(replies.in_time / replies.count, 4) if replies.count else None,
    }
