"""Feishu's and Lark's group robot (飞书自定义机器人): a post of text elements. If the owner has chosen 签名校验, the
signature is in the body: an HMAC of the empty text, whose key is the timestamp and the secret."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from functions.alerts.formats.request import JSON, Request, as_json, hmac_sha256
from shared.domain.alerts.channels import Channel
from shared.domain.alerts.notices import OPEN, Notice, fit_lines, plain, truncate

MAX_TEXT, MAX_TITLE = 16_000, 200
"""In bytes. A whole body may have 20 KB."""
ELEMENT = '[{"tag":"text","text":""}],'
"""The JSON around the text of each line."""


def request(notice: Notice, channel: Channel, message_id: str, now: datetime) -> Request:
    texts = notice.lines or (notice.title,)  # a post without content is refused
    lines = fit_lines(notice, [plain(line) for line in texts], MAX_TEXT, ELEMENT)
    content: list[Any] = [[{"tag": "text", "text": line}] for line in lines]
    if notice.link:
        content.append([{"tag": "a", "text": notice.in_language(OPEN), "href": notice.link}])
    post = {
        notice.in_language(("en_us", "zh_cn")): {"title": truncate(plain(notice.title), MAX_TITLE), "content": content}
    }
    message: dict[str, Any] = {"msg_type": "post", "content": {"post": post}}
    if channel.secret:
        timestamp = str(int(now.timestamp()))
        message = {"timestamp": timestamp, "sign": sign(channel.secret, timestamp), **message}
    return Request(JSON, as_json(message))


def sign(secret: str, timestamp: str) -> str:
    """`timestamp` is in seconds."""
    return hmac_sha256(f"{timestamp}\n{secret}".encode(), b"")
