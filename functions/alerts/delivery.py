"""The delivery worker: each message creates the deliveries of one alert, or attempts one delivery.

A message has ids alone. A delivery is claimed before it is sent and recorded right after, so that only one of two
workers sends it. If a worker dies in between, the outbox (outbox.py) enqueues the delivery again, and it is sent once
more under the same id.
"""

from __future__ import annotations

import json
import random
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from shared.startup import collector_off

with collector_off():
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from functions.alerts import http_post
    from functions.alerts.formats import dingtalk, email, feishu, slack, webhook, wecom
    from functions.alerts.formats.request import Outcome, Request, Verdict
    from functions.alerts.formats.verdicts import DEFAULT_WAIT, READ, ROBOTS, verdict
    from shared.domain.alerts import deliveries as model
    from shared.domain.alerts.channels import Channel, ChannelKind, OffReason
    from shared.domain.alerts.deliveries import Attempt, Delivery
    from shared.domain.alerts.notices import Notice
    from shared.domain.alerts.targets import target
    from shared.domain.errors import DomainError
    from shared.operations.alerts import deliveries
    from shared.operations.alerts.channels import enqueue_again
    from shared.settings import settings
    from shared.store import mail
    from shared.store.dynamodb.errors import Missing
    from shared.telemetry import logger, metrics


Clock = Callable[[], datetime]
FORMATS: Mapping[ChannelKind, Callable[[Notice, Channel, str, datetime], Request]] = {
    ChannelKind.WEBHOOK: webhook.request,
    ChannelKind.DINGTALK: dingtalk.request,
    ChannelKind.WECOM: wecom.request,
    ChannelKind.FEISHU: feishu.request,
    ChannelKind.SLACK: slack.request,
}
"""What makes the request, for each kind of channel that is reached by a POST."""
WAITS = (1, 2, 4, 8, 16, 32)
"""The longest times in seconds that a message waits for room in its channel and its store, one after the other. Then
the outbox sends it again."""


def attempt_delivery(store_id: str, channel_id: str, delivery_id: str, clock: Clock, waits: int = 0) -> Verdict | None:
    """Attempt a delivery once and record the result. None if it is not due, another worker has it, or its message
    waits, because the channel or the store has all the attempts in flight it may have. `waits`: it has waited so often.
    """
    now, owner = clock(), uuid.uuid4().hex
    try:
        batch = deliveries.claim(store_id, channel_id, delivery_id, owner, now)
    except deliveries.NoRoom:
        metrics.add_metric("DeliveriesWaiting", "Count", 1)
        if waits < len(WAITS):
            enqueue_again(store_id, channel_id, delivery_id, random.randint(1, WAITS[waits]), waits + 1)
        return None
    if batch is None:
        return None
    try:
        return _attempt(batch, now, clock)
    finally:
        deliveries.ATTEMPTS.release(store_id, owner)


def _attempt(batch: deliveries.ClaimedBatch, now: datetime, clock: Clock) -> Verdict:
    began = time.monotonic()
    status, result = _send(batch, now)
    attempt = Attempt(now, status, int((time.monotonic() - began) * 1000), result.why)
    ended = clock()
    deliveries.record_attempt(
        batch,
        lambda delivery: _after(delivery, attempt, result, ended),
        ended,
        OffReason.GONE if result.outcome is Outcome.GONE and batch.deliveries[0].what not in model.ONCE else None,
    )
    metrics.add_metric(f"Deliveries{result.outcome.capitalize()}", "Count", len(batch.deliveries))
    return result


def _after(delivery: Delivery, attempt: Attempt, result: Verdict, now: datetime) -> Delivery:
    if result.outcome is Outcome.DELIVERED:
        return model.delivered(delivery, attempt)
    if result.outcome is Outcome.GONE:
        return model.target_gone(delivery, attempt)
    if result.outcome is Outcome.THROTTLED:
        return model.throttled(delivery, attempt, now, result.wait)
    return model.failed(delivery, attempt, now, result.wait)


def _send(batch: deliveries.ClaimedBatch, now: datetime) -> tuple[int | None, Verdict]:
    """The HTTP status and what it means. Every error is a failed attempt, which the delivery's schedule repeats."""
    channel = batch.channel
    try:
        notice = batch.notice(now, settings().console_url)
        if channel.kind is ChannelKind.EMAIL:
            return _send_mail(channel, notice)
        loopback = settings().loopback_targets
        request = FORMATS[channel.kind](notice, channel, batch.deliveries[0].delivery_id, now)
        url = channel.url or ""
        address = target(
            url + ("&" if "?" in url else "?") * bool(request.query) + request.query, channel.kind, loopback=loopback
        )
        answer = http_post.post(address, request.headers, request.body, read=channel.kind in READ, loopback=loopback)
    except http_post.NotSent as error:
        return None, Verdict(Outcome.FAILED, error.why)
    except DomainError as refused:
        return None, Verdict(Outcome.FAILED, refused.code)
    except Exception as error:  # the error's text may hold secrets of the channel or the alert: it is not logged
        logger.error("an attempt broke off", extra={"error": type(error).__name__})
        return None, Verdict(Outcome.FAILED, "broke_off")
    try:
        return answer.status, verdict(channel.kind, answer.status, answer.retry_after, answer.body, now)
    except Exception as error:  # the attempt must be recorded, or it is repeated without end
        logger.error("an answer could not be read", extra={"error": type(error).__name__})
        accepted = channel.kind not in ROBOTS and 200 <= answer.status < 300
        return answer.status, Verdict(Outcome.DELIVERED) if accepted else Verdict(Outcome.FAILED, "broke_off")


def _send_mail(channel: Channel, notice: Notice) -> tuple[int | None, Verdict]:
    message = email.mail(notice)
    try:
        status = mail.send(channel.address or "", message.subject, message.text, message.html)
        return status, Verdict(Outcome.DELIVERED)
    except mail.MailRefused as refused:
        if refused.throttled:
            return refused.status, Verdict(Outcome.THROTTLED, "throttled", DEFAULT_WAIT)
        return refused.status, Verdict(Outcome.FAILED, "refused" if refused.status else "connection_failed")


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """A message names an alert, which goes to its channels, or one delivery."""
    failures = []
    for record in event["Records"]:
        try:
            message = json.loads(record["body"])
            logger.append_keys(
                **{name: message.get(name) for name in ("store_id", "alert_id", "channel_id", "delivery_id")}
            )
            if "alert_id" in message:
                created = deliveries.create_deliveries(message["store_id"], message["alert_id"], datetime.now(UTC))
                logger.info("deliveries created", extra={"deliveries": len(created)})
            else:
                ids = (message["store_id"], message["channel_id"], message["delivery_id"])
                result = attempt_delivery(*ids, lambda: datetime.now(UTC), message.get("waits", 0))
                outcome, why = (result.outcome, result.why) if result else (None, None)
                logger.info("delivery attempted", extra={"outcome": outcome, "why": why})
        except Missing:
            logger.warning("the alert or delivery of a message does not exist")
        except Exception:
            logger.exception("a message could not be processed")
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
