"""Messages to the workers. A message may arrive twice, late, out of order or never, so it only names an item."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from shared.settings import settings
from shared.store.clients import client


def send_export(store_id: str, export_id: str, n: int) -> None:
    """Ask a worker for file `n` of a job. Raises botocore's errors. A schedule finds a job whose message was not
    sent."""
    body = json.dumps({"store_id": store_id, "export_id": export_id, "n": n})
    client("sqs").send_message(QueueUrl=settings().exports_queue_url, MessageBody=body)


def send_import(store_id: str, import_id: str) -> None:
    """Ask a worker to go on with an import. Raises botocore's errors."""
    body = json.dumps({"store_id": store_id, "import_id": import_id})
    client("sqs").send_message(QueueUrl=settings().imports_queue_url, MessageBody=body)


def has_workers() -> bool:
    """Is there a queue for slices of due items?"""
    return bool(settings().work_queue_url)


def send_slices(slices: Sequence[Mapping[str, str]]) -> None:
    """Send slices of due items to workers. Raises botocore's errors. Items of a slice that was not sent stay due."""
    _send(settings().work_queue_url, [json.dumps(each) for each in slices])


def send_alerts(alerts: Sequence[tuple[str, ...]]) -> None:
    """Ask a worker to deliver these alerts (store, id). Raises botocore's errors. The outbox repeats a message that was
    not sent."""
    bodies = [json.dumps({"store_id": store_id, "alert_id": alert_id}) for store_id, alert_id in alerts]
    _send(settings().alerts_queue_url, bodies)


def send_deliveries(deliveries: Sequence[tuple[str, ...]], delay: int = 0) -> None:
    """Ask a worker for an attempt at each of these deliveries (store, channel, id) after `delay` seconds (at most 900).
    Raises botocore's errors. The outbox repeats a message that was not sent."""
    names = ("store_id", "channel_id", "delivery_id")
    _send(settings().alerts_queue_url, [json.dumps(dict(zip(names, each, strict=True))) for each in deliveries], delay)


def _send(url: str, bodies: Sequence[str], delay: int = 0) -> None:
    for start in range(0, len(bodies), 10):
        batch = enumerate(bodies[start : start + 10])
        entries = [{"Id": str(n), "MessageBody": body, "DelaySeconds": delay} for n, body in batch]
        client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
