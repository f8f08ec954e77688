"""DingTalk's group robot (钉钉自定义机器人): Markdown. If the owner has chosen 加签, the signature is in the
query string."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote_plus

from functions.alerts.formats.request import JSON, Request, as_json, hmac_sha256
from shared.domain.alerts.channels import Channel
from shared.domain.alerts.notices import OPEN, Notice, fit_lines, plain, truncate

MAX_TEXT, MAX_TITLE = 18_000, 200
"""In bytes. A whole message may have 20,000."""


def request(notice: Notice, channel: Channel, message_id: str, now: datetime) -> Request:
    title = truncate(plain(notice.title), MAX_TITLE)
    lines = fit_lines(notice, [f"- {plain(line)}" for line in notice.lines], MAX_TEXT, "\n")
    text = "\n".join((f"#### {title}", "", *lines))
    if notice.link:
        text += f"\n\n[{notice.in_language(OPEN)}]({notice.link})"
    body = as_json({"msgtype": "markdown", "markdown": {"title": title, "text": text}})
    if not channel.secret:
        return Request(JSON, body)
    timestamp = str(int(now.timestamp() * 1000))
    return Request(JSON, body, f"timestamp={timestamp}&sign={quote_plus(sign(channel.secret, timestamp))}")


def sign(secret: str, timestamp: str) -> str:
    """`timestamp` is in milliseconds. The secret is the key and also part of the signed text."""
    return hmac_sha256(secret.encode(), f"{timestamp}\n{secret}".encode())
