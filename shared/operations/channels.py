"""Alert channels: made, changed, tried and taken away by the store's owner. Each may run twice."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from shared.domain.alerts import channels as rules
from shared.domain.alerts import deliveries as schedule
from shared.domain.alerts.channels import LIMIT, SECRET_BYTES, Channel, ChannelKind
from shared.domain.alerts.deliveries import Delivery, MessageKind
from shared.domain.errors import Conflict
from shared.operations.orders import new_id
from shared.store import queues
from shared.store.alerts import channels, deliveries
from shared.store.dynamodb.errors import Full
from shared.store.idempotency import PendingAnswer, settle
from shared.store.retries import retry
from shared.telemetry import logger


def new_secret() -> str:
    return rules.webhook_secret(secrets.token_bytes(SECRET_BYTES))


def create_channel(channel: Channel, pending: PendingAnswer | None = None) -> Channel:
    """Raises Conflict `too_many_channels`."""
    try:
        with settle(pending, channel) as answer:
            channels.create(channel, answer)
    except Full:
        raise Conflict("too_many_channels", f"A store has at most {LIMIT} alert channels.") from None
    return channel


def change_channel(
    channel: Channel, change: Callable[[Channel], Channel], pending: PendingAnswer | None = None
) -> Channel:
    """Raises Missing where it has been deleted meanwhile, what `change` raises, or Busy."""

    def step(channel: Channel) -> Channel:
        after = change(channel)
        if after == channel:
            return channel
        after = replace(after, version=channel.version + 1)
        with settle(pending, after) as answer:
            return channels.save(channel, after, answer)

    return retry(step, _reloading(channel), channel)


def rotate_secret(channel: Channel, now: datetime, pending: PendingAnswer | None = None) -> Channel:
    """Raises Conflict `secret_not_ours`."""
    secret = new_secret()
    return change_channel(channel, lambda before: rules.rotate(before, secret, now), pending)


def delete_channel(channel: Channel) -> None:
    """Raises Missing where it has been deleted meanwhile, or Busy. What was on its way to it goes nowhere."""
    retry(channels.delete, _reloading(channel), channel)


def _reloading(channel: Channel) -> Callable[[], Channel]:
    return lambda: channels.load(channel.store_id, channel.channel_id)


def try_channel(channel: Channel, now: datetime) -> Delivery:
    """A test message, on its way to a worker. Raises Conflict `channel_off`."""
    _refuse_off(channel)
    delivery = Delivery(channel.store_id, channel.channel_id, new_id("dlv_"), MessageKind.TEST, now, next_at=now)
    deliveries.create(delivery)
    send(delivery)
    return delivery


def redeliver(channel: Channel, delivery_id: str, now: datetime) -> Delivery:
    """An ended delivery, on its way once more, under the same id. Raises Missing, or Conflict."""

    def step(before: Delivery) -> Delivery:
        _refuse_off(channel)
        return deliveries.save(before, schedule.retried(before, now))

    delivery = retry(step, lambda: deliveries.load(channel.store_id, channel.channel_id, delivery_id))
    send(delivery)
    return delivery


def send(delivery: Delivery, delay: int = 0) -> None:
    """Ask a worker for an attempt. Where that fails, the clock asks."""
    try:
        queues.send_deliveries([(delivery.store_id, delivery.channel_id, delivery.delivery_id)], delay)
    except Exception as error:
        logger.warning("a message could not be sent", extra={"error": type(error).__name__})


def mails(kind: ChannelKind, sender: str) -> None:
    """Raises Conflict `mail_not_set_up` for an email channel where nobody is there to send from."""
    if kind is ChannelKind.EMAIL and not sender:
        raise Conflict("mail_not_set_up", "This deployment has no address to send email from.")


def _refuse_off(channel: Channel) -> None:
    if not channel.enabled:
        raise Conflict("channel_off", "The channel is off: switch it on first.")
