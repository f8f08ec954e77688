"""Alert channels and their deliveries. Only the owner may use them."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body as InBody

from functions.orders import resources
from functions.orders.call import Call, access
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
from functions.orders.paging import Cursor, Limit, page_of, page_reply, position
from functions.orders.problems import not_found
from functions.orders.responses import documented, pending_answer, reply
from shared.domain.alerts.channels import LIMIT, Channel
from shared.operations.alerts import channels as operations
from shared.settings import settings
from shared.store.alerts import channels, deliveries

router = Router()


def _reply(call: Call, channel: Channel, status: int) -> Response[Any]:
    headers = {"Cache-Control": "no-store"}
    headers |= {"Location": f"/v1/alert-channels/{channel.channel_id}"} if status == 201 else {}
    return reply(channel_view(channel, call.now, call.language, with_secret=True), status, headers)


def _pending(call: Call, status: int) -> Any:
    return pending_answer(call, lambda channel: _reply(call, channel, status))


@router.get(
    "/v1/alert-channels",
    summary="Alert channels",
    tags=["Alerts"],
    operation_id="list_alert_channels",
    responses=documented(page_of("ChannelPage", ChannelView), f"The oldest first; there are {LIMIT} at most."),
)
@access(OWNER)
def list_channels(limit: Limit = 50, cursor: Cursor = None) -> Response[Any]:
    """Where alerts are sent: email, webhooks and the robots of chats."""
    call: Call = router.context["call"]
    query = {"list": "alert-channels"}
    page = channels.page(call.store.store_id, limit, position(call, cursor, query))
    return page_reply(call, page, lambda channel: channel_view(channel, call.now, call.language), limit, query)


@router.post(
    "/v1/alert-channels",
    summary="Create an alert channel",
    tags=["Alerts"],
    operation_id="create_alert_channel",
    responses=documented(
        ChannelView,
        "The channel, with the secret of a webhook; no later answer has it.",
        201,
        headers="Location Cache-Control",
    ),
)
@access(OWNER)
def create_channel(body: Annotated[ChannelBody, InBody()]) -> Response[Any]:
    """A new channel. The secret of a webhook is in this answer and in no later one."""
    call: Call = router.context["call"]
    channel = body.channel(call.store.store_id, call.now, settings())
    return _reply(call, operations.create_channel(channel, call.now, _pending(call, 201)), 201)


@router.get(
    "/v1/alert-channels/<channel_id>",
    summary="Read an alert channel",
    tags=["Alerts"],
    operation_id="get_alert_channel",
    responses=documented(ChannelView, "The channel, its URL masked and without its secret."),
)
@access(OWNER)
def get_channel(channel_id: str) -> Response[Any]:
    """One channel, with the address masked."""
    call: Call = router.context["call"]
    return reply(channel_view(call.resource(Channel), call.now, call.language))


@router.patch(
    "/v1/alert-channels/<channel_id>",
    summary="Change an alert channel, or switch it on or off",
    tags=["Alerts"],
    operation_id="change_alert_channel",
    responses=documented(ChannelView, "The channel as it is now."),
)
@access(OWNER, present=lambda call: channel_view(call.resource(Channel), call.now, call.language))
def change_channel(channel_id: str, body: Annotated[ChangeChannel, InBody()]) -> Response[Any]:
    """Change a channel, or switch it on or off. A field left out stays."""
    call: Call = router.context["call"]
    changed = operations.change_channel(
        call.resource(Channel), lambda channel: body.change(channel, call.now, settings()), call.now
    )
    return reply(channel_view(changed, call.now, call.language))


@router.delete(
    "/v1/alert-channels/<channel_id>",
    summary="Delete an alert channel",
    tags=["Alerts"],
    operation_id="delete_alert_channel",
    responses=documented(ChannelView, "The channel as it was."),
)
@access(OWNER)
def delete_channel(channel_id: str) -> Response[Any]:
    """Delete a channel. What waits for it is not sent."""
    call: Call = router.context["call"]
    operations.delete_channel(call.resource(Channel))
    return reply(channel_view(call.resource(Channel), call.now, call.language))


@router.post(
    "/v1/alert-channels/<channel_id>/test",
    summary="Send a test message",
    tags=["Alerts"],
    operation_id="test_alert_channel",
    responses=documented(DeliveryView, "The test is queued; it is tried once, and its delivery has the result.", 202),
)
@access(OWNER)
def test_channel(channel_id: str, body: Annotated[Nothing, InBody()]) -> Response[Any]:
    """Send a test message. It is tried once; its delivery has the result."""
    call: Call = router.context["call"]
    return reply(delivery_view(operations.send_test(call.resource(Channel), call.now), call.language), 202)


@router.post(
    "/v1/alert-channels/<channel_id>/confirmation",
    summary="Send a code to an email channel's address",
    tags=["Alerts"],
    operation_id="send_alert_channel_confirmation",
    responses=documented(
        DeliveryView, "The message is queued; it is tried once, and its delivery has the result.", 202
    ),
)
@access(OWNER)
def send_confirmation(channel_id: str, body: Annotated[Nothing, InBody()]) -> Response[Any]:
    """Send a new code to the address of an email channel that is not confirmed. A former code ends."""
    call: Call = router.context["call"]
    return reply(delivery_view(operations.send_confirmation(call.resource(Channel), call.now), call.language), 202)


@router.post(
    "/v1/alert-channels/<channel_id>/confirm",
    summary="Confirm the address of an email channel",
    tags=["Alerts"],
    operation_id="confirm_alert_channel",
    responses=documented(ChannelView, "The channel, which is on.", headers="Cache-Control"),
)
@access(OWNER)
def confirm_channel(channel_id: str, body: Annotated[ConfirmChannel, InBody()]) -> Response[Any]:
    """Confirm the address with the code that was sent to it. The channel is on then."""
    call: Call = router.context["call"]
    channel = operations.confirm_channel(call.resource(Channel), body.code, call.now, _pending(call, 200))
    return _reply(call, channel, 200)


@router.post(
    "/v1/alert-channels/<channel_id>/rotate-secret",
    summary="Give a webhook a new secret",
    tags=["Alerts"],
    operation_id="rotate_alert_channel_secret",
    responses=documented(
        ChannelView, "The channel with its new secret; the former one also signs for 24 hours.", headers="Cache-Control"
    ),
)
@access(OWNER)
def rotate_secret(channel_id: str, body: Annotated[Nothing, InBody()]) -> Response[Any]:
    """Give a webhook a new secret. The former one signs, too, for 24 hours."""
    call: Call = router.context["call"]
    return _reply(call, operations.rotate_secret(call.resource(Channel), call.now, _pending(call, 200)), 200)


@router.get(
    "/v1/alert-channels/<channel_id>/deliveries",
    summary="Deliveries to an alert channel",
    tags=["Alerts"],
    operation_id="list_alert_deliveries",
    responses=documented(page_of("DeliveryPage", DeliveryView), "The latest first, for 30 days."),
)
@access(OWNER)
def list_deliveries(channel_id: str, limit: Limit = 50, cursor: Cursor = None) -> Response[Any]:
    """What was sent to a channel in the last 30 days, with each attempt."""
    call: Call = router.context["call"]
    query = {"list": f"deliveries/{channel_id}"}
    page = deliveries.page(call.store.store_id, channel_id, limit, position(call, cursor, query), call.now)
    return page_reply(call, page, lambda each: delivery_view(each, call.language), limit, query)


@router.post(
    "/v1/alert-channels/<channel_id>/deliveries/<delivery_id>/redeliver",
    summary="Send an ended delivery again",
    tags=["Alerts"],
    operation_id="redeliver_alert",
    responses=documented(DeliveryView, "It is queued again, under the same id.", 202),
)
@access(OWNER)
def redeliver(channel_id: str, delivery_id: str, body: Annotated[Nothing, InBody()]) -> Response[Any]:
    """Send a delivery that has ended once more, under the same id."""
    call: Call = router.context["call"]
    if not resources.ID.fullmatch(delivery_id):
        raise not_found()
    return reply(delivery_view(operations.redeliver(call.resource(Channel), delivery_id, call.now), call.language), 202)
