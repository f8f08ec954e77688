"""DingTalk's group robot (钉钉自定义机器人): Markdown, signed in the query where its owner has chosen 加签."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from urllib.parse import quote_plus

from functions.alerts.formats.request import JSON, Request, as_json
from shared.domain.alerts.channels import Channel
from shared.domain.alerts.notices import OPEN, Notice, cut, fitted, plain

MAX_TEXT, MAX_TITLE = 18_000, 200
"""Bytes: a whole message has 20,000."""


def request(notice: Notice, channel: Channel, message_id: str, now: datetime) -> Request:
    title = cut(plain(notice.title), MAX_TITLE)
    lines = fitted(notice, [f"- {plain(line)}" for line in notice.lines], MAX_TEXT, "\n")
    text = "\n".join((f"#### {title}", "", *lines))
    if notice.link:
        text += f"\n\n[{notice.word(OPEN)}]({notice.link})"
    body = as_json({"msgtype": "markdown", "markdown": {"title": title, "text": text}})
    if not channel.secret:
        return Request(JSON, body)
    moment = str(int(now.timestamp() * 1000))
    return Request(JSON, body, f"timestamp={moment}&sign={quote_plus(sign(channel.secret, moment))}")


def sign(secret: str, moment: str) -> str:
    """`moment` is in milliseconds; the secret is the key, and signed too."""
    signed = hmac.new(secret.encode(), f"{moment}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(signed).decode("ascii")
