"""Webhooks per Standard Webhooks 1.0.0: three headers, and a signature of the body's exact bytes."""

from __future__ import annotations

import base64
from datetime import datetime

from functions.alerts.formats.request import JSON, Request, as_json, hmac_sha256
from shared.domain.alerts.channels import SECRET_PREFIX, Channel
from shared.domain.alerts.notices import Notice


def request(notice: Notice, channel: Channel, message_id: str, now: datetime) -> Request:
    """After a rotation both secrets sign, the present one first; a receiver accepts either signature."""
    content = {
        "type": notice.type,
        "timestamp": notice.at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "data": {**notice.data, "text": "\n".join((notice.title, *notice.lines)), "link": notice.link},
    }
    body, timestamp = as_json(content), str(int(now.timestamp()))
    signatures = " ".join(signature(secret, message_id, timestamp, body) for secret in channel.secrets(now))
    headers = {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signatures}
    return Request({**JSON, **headers}, body)


def signature(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    return f"v1,{hmac_sha256(key, f'{message_id}.{timestamp}.'.encode() + body)}"
