"""Messages to the workers. A message may come twice, late, out of order or never: it only says where to look."""

from __future__ import annotations

import json

from shared.settings import settings
from shared.store.sessions import client


def send_export(store_id: str, export_id: str, n: int) -> None:
    """Ask a worker for file `n` of a job. Raises what botocore raises; a job whose message did not go out is found by
    the clock."""
    body = json.dumps({"store_id": store_id, "export_id": export_id, "n": n})
    client("sqs").send_message(QueueUrl=settings().exports_queue_url, MessageBody=body)
