"""Messages to the workers. A message may arrive twice, late, out of order or never, so it only names an item.

The queues are fair queues of SQS: a message has its store as its group. When one store has more than a tenth of the
workers' time, SQS gives the messages of the other stores to the workers first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from shared.settings import settings
from shared.store.clients import client

MESSAGES = 10
"""The most that one request to SQS takes."""
ATTEMPTS = 3
"""SQS may accept a part of a request; the rest is sent again this often."""


class NotAccepted(Exception):
    """SQS has not accepted these messages."""


def send_export(store_id: str, export_id: str, n: int, delay: int = 0) -> None:
    """Ask a worker for file `n` of a job after `delay` seconds. Raises botocore's errors. A schedule finds a job whose
    message was not sent."""
    message = _message(store_id=store_id, export_id=export_id, n=n)
    client("sqs").send_message(QueueUrl=settings().exports_queue_url, DelaySeconds=delay, **message)


def send_import(store_id: str, import_id: str, delay: int = 0) -> None:
    """Ask a worker to go on with an import after `delay` seconds. Raises botocore's errors."""
    message = _message(store_id=store_id, import_id=import_id)
    client("sqs").send_message(QueueUrl=settings().imports_queue_url, DelaySeconds=delay, **message)


def has_workers() -> bool:
    """Is there a queue for slices of due items?"""
    return bool(settings().work_queue_url)


def send_slices(slices: Sequence[Mapping[str, str]]) -> None:
    """Send slices to workers. Raises botocore's errors. What a slice has stays due if it was not sent. A slice of items
    of many stores has no group: SQS counts it as a store of its own."""
    messages = [_message(**each) if "store_id" in each else {"MessageBody": json.dumps(each)} for each in slices]
    _send(settings().work_queue_url, messages)


def send_alerts(alerts: Sequence[tuple[str, ...]]) -> None:
    """Ask a worker to deliver these alerts (store, id). Raises botocore's errors. The outbox repeats a message that was
    not sent."""
    messages = [_message(store_id=store_id, alert_id=alert_id) for store_id, alert_id in alerts]
    _send(settings().alerts_queue_url, messages)


def send_deliveries(deliveries: Sequence[tuple[str, ...]], delay: int = 0, waits: int = 0) -> None:
    """Ask a worker for an attempt at each of these deliveries (store, channel, id) after `delay` seconds (at most 900).
    `waits` is how often the message has waited for room. Raises botocore's errors. The outbox repeats a message that
    was not sent."""
    names, also = ("store_id", "channel_id", "delivery_id"), {"waits": waits} if waits else {}
    messages = [_message(**dict(zip(names, each, strict=True)), **also) for each in deliveries]
    _send(settings().alerts_queue_url, messages, delay)


def _message(**content: Any) -> dict[str, str]:
    return {"MessageGroupId": content["store_id"], "MessageBody": json.dumps(content)}


def _send(url: str, messages: Sequence[Mapping[str, str]], delay: int = 0) -> None:
    """Raises NotAccepted, or botocore's errors."""
    for start in range(0, len(messages), MESSAGES):
        batch = enumerate(messages[start : start + MESSAGES])
        entries = [{"Id": str(n), "DelaySeconds": delay, **message} for n, message in batch]
        for _ in range(ATTEMPTS):
            answer = client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
            refused = {each["Id"] for each in answer.get("Failed", ())}
            entries = [each for each in entries if each["Id"] in refused]
            if not entries:
                break
        else:
            raise NotAccepted(f"SQS has not accepted {len(entries)} messages")
