"""What `remind_payment` writes beside the order: the message to the buyer, in the transaction of the reminder."""

from __future__ import annotations

from dataclasses import replace

from shared.domain.customers import model as buyers
from shared.domain.messages import reminders
from shared.domain.messages.templates import Template
from shared.domain.order.history import Change
from shared.domain.order.transitions import Command
from shared.store.customers import customers
from shared.store.dynamodb.errors import Missing
from shared.store.dynamodb.table import Write
from shared.store.messages import messages, templates


def with_message(change: Change, command: Command) -> tuple[Change, list[Write]]:
    """The reminder with the message's id in its history entry, and the writes of the message. They have the condition
    that the buyer may still be reminded: a concurrent opt-out comes before the reminder or after it.

    Raises Conflict `buyer_opted_out`, or Unprocessable if the text of the request is no valid message.
    """
    order = change.order
    customer = customers.find(order.store_id, order.buyer.id)
    if customer is not None:
        buyers.check_may_be_reminded(customer)
    writes = [customers.may_be_reminded_check(order)]
    message = reminders.message(order, command, _template(command))
    if message is None:
        return change, writes
    *earlier, entry = change.entries
    entry = replace(entry, changes={**entry.changes, "message_id": message.message_id})
    thread = messages.thread(order.store_id, order.order_id)
    return replace(change, entries=(*earlier, entry)), [*writes, *messages.reminder_writes(order, thread, message)]


def _template(command: Command) -> Template | None:
    """The store's own template for reminders; None if it has none, or has deleted it."""
    template_id = command.store.alert_rules.remind_payment.template_id
    try:
        return templates.load(command.store.store_id, template_id) if template_id else None
    except Missing:
        return None
