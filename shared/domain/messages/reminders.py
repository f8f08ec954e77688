"""The message that reminds a buyer to pay."""

from __future__ import annotations

from contextlib import suppress

from shared.domain.errors import Unprocessable
from shared.domain.messages import model as messages
from shared.domain.messages.model import SELLER, Message
from shared.domain.messages.templates import Template, fill
from shared.domain.order.model import Order
from shared.domain.order.transitions import PLATFORM, Command

DEFAULTS = (
    "Dear customer, your order {order_id} is waiting for your payment of {currency} {total}. Please pay by {pay_by}, "
    "so that we can send your goods.",
    "Dear customer, your order {order_id} is waiting for your payment of {currency} {total}.",
)
"""The texts of a store that has no template of its own. The second fits every order."""


def message(order: Order, command: Command, template: Template | None) -> Message | None:
    """The message of a reminder: the text of the request, or the template, or one of DEFAULTS if the template cannot be
    filled for this order. None if the platform reports a reminder without its text: the platform has sent it.

    Raises Unprocessable if the text of the request is no valid message.
    """
    text: str | None = command.body.get("text")
    if text is not None:
        messages.check(text, SELLER)
    elif command.actor.kind == PLATFORM:
        return None
    return Message(command.new_id("msg_"), SELLER, text or _filled(order, command, template), command.at)


def _filled(order: Order, command: Command, template: Template | None) -> str:
    for each in ((template.text,) if template else ()) + DEFAULTS:
        with suppress(Unprocessable):
            return fill(each, order, command.store)
    raise AssertionError("the last default fits every order")
