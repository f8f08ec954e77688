"""The worker: hands alerts to their channels, and makes deliveries, one message each.

A message only says where to look. A delivery is claimed before it is sent and written down right after, so that of two
workers one sends it; a worker that dies in between leaves it to the clock (outbox.py), and then it is sent once more,
under the same id.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.alerts import http_post
from functions.alerts.formats import email
from functions.alerts.formats.request import Outcome, Verdict
from functions.alerts.formats.table import FORMATS
from functions.alerts.formats.verdicts import DEFAULT_WAIT, ROBOTS, verdict
from shared.domain.alerts import deliveries as life
from shared.domain.alerts.channels import Channel, ChannelKind, Off
from shared.domain.alerts.deliveries import Attempt, Delivery
from shared.domain.alerts.notices import Notice
from shared.domain.alerts.targets import target
from shared.domain.errors import DomainError
from shared.operations import deliveries
from shared.settings import settings
from shared.store import mail
from shared.store.dynamodb.errors import Missing
from shared.telemetry import logger, metrics

Clock = Callable[[], datetime]


def make(store_id: str, channel_id: str, delivery_id: str, clock: Clock) -> Verdict | None:
    """One attempt, where there is one to make; answers with how it went."""
    now = clock()
    batch = deliveries.take(store_id, channel_id, delivery_id, uuid.uuid4().hex, now)
    if batch is None:
        return None
    began = time.monotonic()
    status, told = _sent(batch, now)
    attempt = Attempt(now, status, int((time.monotonic() - began) * 1000), told.why)
    ended = clock()
    deliveries.settle(
        batch,
        lambda delivery: _after(delivery, attempt, told, ended),
        ended,
        Off.GONE if told.outcome is Outcome.GONE and batch.deliveries[0].what is not life.What.TEST else None,
    )
    metrics.add_metric(f"Deliveries{told.outcome.capitalize()}", "Count", len(batch.deliveries))
    return told


def _after(delivery: Delivery, attempt: Attempt, told: Verdict, now: datetime) -> Delivery:
    if told.outcome is Outcome.DELIVERED:
        return life.delivered(delivery, attempt)
    if told.outcome is Outcome.GONE:
        return life.gone(delivery, attempt)
    if told.outcome is Outcome.THROTTLED:
        return life.throttled(delivery, attempt, now, told.wait)
    return life.failed(delivery, attempt, now, told.wait)


def _sent(batch: deliveries.ClaimedBatch, now: datetime) -> tuple[int | None, Verdict]:
    """(HTTP status, what it means). Whatever goes wrong is a failed attempt: it is tried again by its schedule."""
    channel = batch.channel
    try:
        notice = batch.notice(now, settings().console_url)
        if channel.kind is ChannelKind.EMAIL:
            return _mailed(channel, notice)
        loopback = settings().loopback_targets
        made = FORMATS[channel.kind](notice, channel, batch.deliveries[0].delivery_id, now)
        url = channel.url or ""
        where = target(
            url + ("&" if "?" in url else "?") * bool(made.query) + made.query, channel.kind, loopback=loopback
        )
        answer = http_post.post(where, made.headers, made.body, read=channel.kind in ROBOTS, loopback=loopback)
    except http_post.NotSent as error:
        return None, Verdict(Outcome.FAILED, error.why)
    except DomainError as refused:
        return None, Verdict(Outcome.FAILED, refused.code)
    except Exception as error:  # of what was to be said: its text may hold what is secret
        logger.error("an attempt broke off", extra={"error": type(error).__name__})
        return None, Verdict(Outcome.FAILED, "broke_off")
    try:
        return answer.status, verdict(channel.kind, answer.status, answer.retry_after, answer.body, now)
    except Exception as error:  # whatever was answered, an attempt is written down: or it would be made without end
        logger.error("an answer could not be read", extra={"error": type(error).__name__})
        taken_in = channel.kind not in ROBOTS and 200 <= answer.status < 300
        return answer.status, Verdict(Outcome.DELIVERED) if taken_in else Verdict(Outcome.FAILED, "broke_off")


def _mailed(channel: Channel, notice: Notice) -> tuple[int | None, Verdict]:
    made = email.mail(notice)
    try:
        return mail.send(channel.address or "", made.subject, made.text, made.html), Verdict(Outcome.DELIVERED)
    except mail.MailRefused as refused:
        if refused.throttled:
            return refused.status, Verdict(Outcome.THROTTLED, "throttled", DEFAULT_WAIT)
        return refused.status, Verdict(Outcome.FAILED, "refused" if refused.status else "connection_failed")


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Messages name an alert, which goes to its channels, or one delivery."""
    failures = []
    for record in event["Records"]:
        try:
            told = json.loads(record["body"])
            logger.append_keys(
                **{name: told.get(name) for name in ("store_id", "alert_id", "channel_id", "delivery_id")}
            )
            if "alert_id" in told:
                made = deliveries.hand_over(told["store_id"], told["alert_id"], datetime.now(UTC))
                logger.info("handed over", extra={"deliveries": len(made)})
            else:
                went = make(told["store_id"], told["channel_id"], told["delivery_id"], lambda: datetime.now(UTC))
                logger.info("attempted", extra={"outcome": went and went.outcome, "why": went and went.why})
        except Missing:
            logger.warning("a message names what is not there")
        except Exception:
            logger.exception("a message could not be dealt with")
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
