"""Alert channels: create, change, test and delete them, and repeat a delivery. Each may run twice."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from shared.domain.alerts import channels as rules
from shared.domain.alerts import deliveries as model
from shared.domain.alerts.channels import LIMIT, SECRET_BYTES, Channel, ChannelKind, OffReason
from shared.domain.alerts.deliveries import Delivery, MessageKind
from shared.domain.errors import Conflict
from shared.domain.sentences.sentence import say
from shared.operations.alerts import limits
from shared.operations.orders import new_id
from shared.store import queues
from shared.store.alerts import channels, deliveries
from shared.store.dynamodb.errors import Full
from shared.store.dynamodb.table import Write
from shared.store.idempotency import PendingAnswer, settle
from shared.store.retries import retry
from shared.telemetry import logger


def new_secret() -> str:
    return rules.webhook_secret(secrets.token_bytes(SECRET_BYTES))


def new_code() -> str:
    return f"{secrets.randbelow(10**8):08d}"


def create_channel(channel: Channel, now: datetime, pending: PendingAnswer | None = None) -> Channel:
    """An email channel is off until its address is confirmed; its message with the code is created with it. Raises
    Conflict `too_many_channels`, or TooOften."""
    confirmation = None
    if channel.kind is ChannelKind.EMAIL:
        channel = rules.unconfirmed(channel, new_code(), now)
        confirmation = _confirmation(channel, now)
    try:
        with settle(pending, channel) as answer:
            channels.create(channel, [*answer, *_creating(confirmation)])
    except Full:
        raise Conflict("too_many_channels", say("A store has at most {most} alert channels.", most=LIMIT)) from None
    if confirmation:
        enqueue(confirmation)
    return channel


def change_channel(
    channel: Channel, change: Callable[[Channel], Channel], now: datetime, pending: PendingAnswer | None = None
) -> Channel:
    """Save `change` of the channel; it may be called again with a newer version. A changed email address is confirmed
    again. Raises Missing if the channel was deleted, Busy, TooOften, or what `change` raises."""
    confirmation: Delivery | None = None

    def step(channel: Channel) -> Channel:
        nonlocal confirmation
        after = change(channel)
        if after == channel:
            return channel
        if after.address != channel.address:
            after = rules.unconfirmed(after, new_code(), now)
            confirmation = confirmation or _confirmation(after, now)
        after = replace(after, version=channel.version + 1)
        with settle(pending, after) as answer:
            return channels.save(channel, after, [*answer, *_creating(confirmation)])

    saved = retry(step, _reloading(channel), channel)
    if confirmation:
        enqueue(confirmation)
    return saved


def send_confirmation(channel: Channel, now: datetime) -> Delivery:
    """Send a new code to the address of an email channel; a former one ends. Raises Conflict `channel_confirmed`, or
    TooOften."""
    rules.check_unconfirmed(channel)
    confirmation = _confirmation(channel, now)

    def step(channel: Channel) -> None:
        rules.check_unconfirmed(channel)
        channels.save(channel, rules.unconfirmed(channel, new_code(), now), [deliveries.creating(confirmation)])

    retry(step, _reloading(channel), channel)
    enqueue(confirmation)
    return confirmation


def confirm_channel(channel: Channel, code: str, now: datetime, pending: PendingAnswer | None = None) -> Channel:
    """Switch an email channel on with the code that was sent to its address. Raises Conflict `channel_confirmed`,
    Unprocessable `code_wrong`, or TooOften."""
    rules.check_unconfirmed(channel)
    limits.CODES.use(channel.store_id, channel.channel_id, now)
    return change_channel(channel, lambda before: rules.confirm(before, code, now), now, pending)


def _confirmation(channel: Channel, now: datetime) -> Delivery:
    """The delivery of a code. Raises TooOften."""
    limits.CONFIRMATIONS.use(channel.store_id, channel.channel_id, now)
    limits.CONFIRMATIONS_OF_STORE.use(channel.store_id, "", now)
    return Delivery(channel.store_id, channel.channel_id, new_id("dlv_"), MessageKind.CONFIRMATION, now, next_at=now)


def _creating(delivery: Delivery | None) -> list[Write]:
    return [deliveries.creating(delivery)] if delivery else []


def rotate_secret(channel: Channel, now: datetime, pending: PendingAnswer | None = None) -> Channel:
    """Replace the channel's secret with a new random one. Raises Conflict `secret_not_ours`."""
    secret = new_secret()
    return change_channel(channel, lambda before: rules.rotate(before, secret, now), now, pending)


def delete_channel(channel: Channel) -> None:
    """Its pending deliveries are not sent. Raises Missing if it was deleted already, or Busy."""
    retry(channels.delete, _reloading(channel), channel)


def _reloading(channel: Channel) -> Callable[[], Channel]:
    return lambda: channels.load(channel.store_id, channel.channel_id)


def send_test(channel: Channel, now: datetime) -> Delivery:
    """Create and enqueue a delivery with a test message. Raises Conflict `channel_off` or `channel_unconfirmed`, or
    TooOften."""
    _refuse_off(channel)
    limits.TESTS.use(channel.store_id, channel.channel_id, now)
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
    if channel.off is OffReason.UNCONFIRMED:
        rules.turn_on(channel)  # raises what is to be done
    if not channel.enabled:
        raise Conflict("channel_off", "The channel is off: switch it on first.")
