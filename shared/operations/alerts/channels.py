"""Alert channels: create, change, test and delete them, and repeat a delivery. Each may run twice."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.alerts import channels as rules
from shared.domain.alerts import deliveries as model
from shared.domain.alerts.channels import LIMIT, SECRET_BYTES, Channel, ChannelKind
from shared.domain.alerts.deliveries import Delivery, MessageKind
from shared.domain.errors import Conflict, TooOften
from shared.domain.sentences.sentence import say
from shared.operations.orders import new_id
from shared.store import queues
from shared.store.alerts import channels, deliveries
from shared.store.dynamodb.errors import Full
from shared.store.idempotency import PendingAnswer, settle
from shared.store.rates import Rate
from shared.store.retries import retry
from shared.telemetry import logger

TESTS = Rate("test", limit=5, period=timedelta(minutes=1))
"""Tests of one channel. A chat robot accepts twenty messages a minute, and alerts need them, too."""


def new_secret() -> str:
    return rules.webhook_secret(secrets.token_bytes(SECRET_BYTES))


def create_channel(channel: Channel, pending: PendingAnswer | None = None) -> Channel:
    """Raises Conflict `too_many_channels`."""
    try:
        with settle(pending, channel) as answer:
            channels.create(channel, answer)
    except Full:
        raise Conflict("too_many_channels", say("A store has at most {most} alert channels.", most=LIMIT)) from None
    return channel


def change_channel(
    channel: Channel, change: Callable[[Channel], Channel], pending: PendingAnswer | None = None
) -> Channel:
    """Save `change` of the channel; it may be called again with a newer version. Raises Missing if the channel was
    deleted, Busy, or what `change` raises."""

    def step(channel: Channel) -> Channel:
        after = change(channel)
        if after == channel:
            return channel
        after = replace(after, version=channel.version + 1)
        with settle(pending, after) as answer:
            return channels.save(channel, after, answer)

    return retry(step, _reloading(channel), channel)


def rotate_secret(channel: Channel, now: datetime, pending: PendingAnswer | None = None) -> Channel:
    """Replace the channel's secret with a new random one. Raises Conflict `secret_not_ours`."""
    secret = new_secret()
    return change_channel(channel, lambda before: rules.rotate(before, secret, now), pending)


def delete_channel(channel: Channel) -> None:
    """Its pending deliveries are not sent. Raises Missing if it was deleted already, or Busy."""
    retry(channels.delete, _reloading(channel), channel)


def _reloading(channel: Channel) -> Callable[[], Channel]:
    return lambda: channels.load(channel.store_id, channel.channel_id)


def send_test(channel: Channel, now: datetime) -> Delivery:
    """Create and enqueue a delivery with a test message. Raises Conflict `channel_off`, or TooOften."""
    _refuse_off(channel)
    try:
        TESTS.use(channel.store_id, channel.channel_id, now)
    except Full:
        wait = TESTS.seconds_left(now)
        text = say("A channel has at most {most} tests a minute. Wait {seconds} s.", most=TESTS.limit, seconds=wait)
        raise TooOften("too_many_tests", text, wait) from None
    delivery = Delivery(channel.store_id, channel.channel_id, new_id("dlv_"), MessageKind.TEST, now, next_at=now)
    deliveries.create(delivery)
    enqueue(delivery)
    return delivery


def redeliver(channel: Channel, delivery_id: str, now: datetime) -> Delivery:
    """Enqueue a delivery that has ended once more, with the same id. Raises Missing, or Conflict."""

    def step(before: Delivery) -> Delivery:
        _refuse_off(channel)
        return deliveries.save(before, model.retried(before, now))

    delivery = retry(step, lambda: deliveries.load(channel.store_id, channel.channel_id, delivery_id))
    enqueue(delivery)
    return delivery


def enqueue(delivery: Delivery, delay: int = 0) -> None:
    """Enqueue an attempt, `delay` seconds from now. If that fails, the outbox does it later."""
    enqueue_again(delivery.store_id, delivery.channel_id, delivery.delivery_id, delay)


def enqueue_again(store_id: str, channel_id: str, delivery_id: str, delay: int, waits: int = 0) -> None:
    """The same. `waits` counts how often the message waited, because the channel had no room for an attempt."""
    try:
        queues.send_deliveries([(store_id, channel_id, delivery_id)], delay, waits)
    except Exception as error:
        logger.warning("a message could not be sent", extra={"error": type(error).__name__})


def check_mail_sender(kind: ChannelKind, sender: str) -> None:
    """Raises Conflict `mail_not_set_up` for an email channel if the deployment has no address to send from."""
    if kind is ChannelKind.EMAIL and not sender:
        raise Conflict("mail_not_set_up", "This deployment has no address to send email from.")


def _refuse_off(channel: Channel) -> None:
    if not channel.enabled:
        raise Conflict("channel_off", "The channel is off: switch it on first.")
