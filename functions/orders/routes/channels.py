"""Alert channels and their deliveries. Only the owner may use them."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from functions.orders import resources
from functions.orders.call import Access, Call
from functions.orders.identity import OWNER
from functions.orders.models.channels import (
    ChangeChannel,
    ChannelBody,
    ChannelView,
    ConfirmChannel,
    DeliveryView,
    channel_view,
    delivery_view,
)
from functions.orders.models.fields import Nothing
from functions.orders.paging import Cursor, Limit, Paging, page_of
from functions.orders.problems import not_found
from functions.orders.responses import documented, pending_answer, reply
from functions.orders.routing import Routes
from shared.domain.alerts.channels import LIMIT, Channel
from shared.operations.alerts import channels as operations
from shared.settings import settings
from shared.store.alerts import channels, deliveries

route = Routes("Alerts")


def _reply(call: Call, channel: Channel, status: int) -> Response[Any]:
    headers = {"Cache-Control": "no-store"}
    headers |= {"Location": f"/v1/alert-channels/{channel.channel_id}"} if status == 201 else {}
    return reply(channel_view(channel, call.now, call.language, with_secret=True), status, headers)


def _pending(call: Call, status: int) -> Any:
    return pending_answer(call, lambda channel: _reply(call, channel, status))


@route(
    "GET /v1/alert-channels",
    "Alert channels",
    documented(page_of("ChannelPage", ChannelView), f"The oldest first; there are {LIMIT} at most."),
    Access(OWNER),
)
def list_alert_channels(call: Call, limit: Limit = 50, cursor: Cursor = None) -> Response[Any]:
    """Where alerts are sent: email, webhooks and the robots of chats."""
    paging = Paging(call, {"list": "alert-channels"}, limit, cursor)
    page = channels.page(call.store.store_id, limit, paging.start())
    return paging.reply(page, lambda channel: channel_view(channel, call.now, call.language))


@route(
    "POST /v1/alert-channels",
    "Create an alert channel",
    documented(
        ChannelView,
        "The channel, with the secret of a webhook; no later answer has it.",
        201,
        headers="Location Cache-Control",
    ),
    Access(OWNER),
)
def create_alert_channel(call: Call, body: ChannelBody) -> Response[Any]:
    """A new channel. The secret of a webhook is in this answer and in no later one."""
    channel = body.channel(call.store.store_id, call.now, settings())
    return _reply(call, operations.create_channel(channel, call.now, _pending(call, 201)), 201)


@route(
    "GET /v1/alert-channels/{channel_id}",
    "Read an alert channel",
    documented(ChannelView, "The channel, its URL masked and without its secret."),
    Access(OWNER),
)
def get_alert_channel(call: Call, channel_id: str) -> Response[Any]:
    """One channel, with the address masked."""
    return reply(channel_view(call.resource(Channel), call.now, call.language))


@route(
    "PATCH /v1/alert-channels/{channel_id}",
    "Change an alert channel, or switch it on or off",
    documented(ChannelView, "The channel as it is now."),
    Access(OWNER, present=lambda call: channel_view(call.resource(Channel), call.now, call.language)),
)
def change_alert_channel(call: Call, channel_id: str, body: ChangeChannel) -> Response[Any]:
    """Change a channel, or switch it on or off. A field left out stays."""
    changed = operations.change_channel(
        call.resource(Channel), lambda channel: body.change(channel, call.now, settings()), call.now
    )
    return reply(channel_view(changed, call.now, call.language))


@route(
    "DELETE /v1/alert-channels/{channel_id}",
    "Delete an alert channel",
    documented(ChannelView, "The channel as it was."),
    Access(OWNER),
)
def delete_alert_channel(call: Call, channel_id: str) -> Response[Any]:
    """Delete a channel. What waits for it is not sent."""
    operations.delete_channel(call.resource(Channel))
    return reply(channel_view(call.resource(Channel), call.now, call.language))


@route(
    "POST /v1/alert-channels/{channel_id}/test",
    "Send a test message",
    documented(DeliveryView, "The test is queued; it is tried once, and its delivery has the result.", 202),
    Access(OWNER),
)
def test_alert_channel(call: Call, channel_id: str, body: Nothing) -> Response[Any]:
    """Send a test message. It is tried once; its delivery has the result."""
    return reply(delivery_view(operations.send_test(call.resource(Channel), call.now), call.language), 202)


@route(
    "POST /v1/alert-channels/{channel_id}/confirmation",
    "Send a code to an email channel's address",
    documented(DeliveryView, "The message is queued; it is tried once, and its delivery has the result.", 202),
    Access(OWNER),
)
def send_alert_channel_confirmation(call: Call, channel_id: str, body: Nothing) -> Response[Any]:
    """Send a new code to the address of an email channel that is not confirmed. A former code ends."""
    return reply(delivery_view(operations.send_confirmation(call.resource(Channel), call.now), call.language), 202)


@route(
    "POST /v1/alert-channels/{channel_id}/confirm",
    "Confirm the address of an email channel",
    documented(ChannelView, "The channel, which is on.", headers="Cache-Control"),
    Access(OWNER),
)
def confirm_alert_channel(call: Call, channel_id: str, body: ConfirmChannel) -> Response[Any]:
    """Confirm the address with the code that was sent to it. The channel is on then."""
    channel = operations.confirm_channel(call.resource(Channel), body.code, call.now, _pending(call, 200))
    return _reply(call, channel, 200)


@route(
    "POST /v1/alert-channels/{channel_id}/rotate-secret",
    "Give a webhook a new secret",
    documented(
        ChannelView, "The channel with its new secret; the former one also signs for 24 hours.", headers="Cache-Control"
    ),
    Access(OWNER),
)
def rotate_alert_channel_secret(call: Call, channel_id: str, body: Nothing) -> Response[Any]:
    """Give a webhook a new secret. The former one signs, too, for 24 hours."""
    return _reply(call, operations.rotate_secret(call.resource(Channel), call.now, _pending(call, 200)), 200)


@route(
    "GET /v1/alert-channels/{channel_id}/deliveries",
    "Deliveries to an alert channel",
    documented(page_of("DeliveryPage", DeliveryView), "The latest first, for 30 days."),
    Access(OWNER),
)
def list_alert_deliveries(call: Call, channel_id: str, limit: Limit = 50, cursor: Cursor = None) -> Response[Any]:
    """What was sent to a channel in the last 30 days, with each attempt."""
    paging = Paging(call, {"list": f"deliveries/{channel_id}"}, limit, cursor)
    page = deliveries.page(call.store.store_id, channel_id, limit, paging.start(), call.now)
    return paging.reply(page, lambda each: delivery_view(each, call.language))


@route(
    "POST /v1/alert-channels/{channel_id}/deliveries/{delivery_id}/redeliver",
    "Send an ended delivery again",
    documented(DeliveryView, "It is queued again, under the same id.", 202),
    Access(OWNER),
)
def redeliver_alert(call: Call, channel_id: str, delivery_id: str, body: Nothing) -> Response[Any]:
    """Send a delivery that has ended once more, under the same id."""
    if not resources.ID.fullmatch(delivery_id):
        raise not_found()
    return reply(delivery_view(operations.redeliver(call.resource(Channel), delivery_id, call.now), call.language), 202)
