"""Messages to the workers. A message may come twice, late, out of order or never: it only says where to look."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from shared.settings import settings
from shared.store.clients import client


def send_export(store_id: str, export_id: str, n: int) -> None:
    """Ask a worker for file `n` of a job. Raises what botocore raises; a job whose message did not go out is found by
    the clock."""
    body = json.dumps({"store_id": store_id, "export_id": export_id, "n": n})
    client("sqs").send_message(QueueUrl=settings().exports_queue_url, MessageBody=body)


def has_workers() -> bool:
    """Is there a queue for slices of what is due?"""
    return bool(settings().work_queue_url)


def send_slices(slices: Sequence[Mapping[str, str]]) -> None:
    """Hand slices of what is due to workers. Raises what botocore raises; what did not go out is still due."""
    _send(settings().work_queue_url, [json.dumps(each) for each in slices])


def send_alerts(which: Sequence[tuple[str, ...]]) -> None:
    """Send alerts (store, id) on their way to the channels. One that did not go out is in the outbox again soon."""
    bodies = [json.dumps({"store_id": store_id, "alert_id": alert_id}) for store_id, alert_id in which]
    _send(settings().alerts_queue_url, bodies)


def send_deliveries(which: Sequence[tuple[str, ...]], delay: int = 0) -> None:
    """Ask a worker for an attempt at each of these deliveries (store, channel, id), in so many seconds (900 at most).
    One that did not go out is found by the clock."""
    names = ("store_id", "channel_id", "delivery_id")
    _send(settings().alerts_queue_url, [json.dumps(dict(zip(names, each, strict=True))) for each in which], delay)


def _send(url: str, bodies: Sequence[str], delay: int = 0) -> None:
    for start in range(0, len(bodies), 10):
        some = enumerate(bodies[start : start + 10])
        entries = [{"Id": str(n), "MessageBody": body, "DelaySeconds": delay} for n, body in some]
        client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
