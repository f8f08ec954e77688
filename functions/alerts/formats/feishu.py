"""Feishu's and Lark's group robot (飞书自定义机器人): a post of text elements, signed within the body where its owner
has chosen 签名校验. What is signed is nothing; time and secret are the key."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Any

from functions.alerts.formats.request import JSON, Request, as_json
from shared.domain.alerts.channels import Channel
from shared.domain.alerts.notices import OPEN, Notice, cut, fitted, plain

MAX_TEXT, MAX_TITLE = 16_000, 200
"""Bytes: a whole body has 20 KB."""
ELEMENT = '[{"tag":"text","text":""}],'
"""What each line takes beside its text."""


def request(notice: Notice, channel: Channel, message_id: str, now: datetime) -> Request:
    said = notice.lines or (notice.title,)  # a post without content is refused
    lines = fitted(notice, [plain(line) for line in said], MAX_TEXT, ELEMENT)
    content: list[Any] = [[{"tag": "text", "text": line}] for line in lines]
    if notice.link:
        content.append([{"tag": "a", "text": notice.word(OPEN), "href": notice.link}])
    post = {notice.word(("en_us", "zh_cn")): {"title": cut(plain(notice.title), MAX_TITLE), "content": content}}
    told: dict[str, Any] = {"msg_type": "post", "content": {"post": post}}
    if channel.secret:
        moment = str(int(now.timestamp()))
        told = {"timestamp": moment, "sign": sign(channel.secret, moment), **told}
    return Request(JSON, as_json(told))


def sign(secret: str, moment: str) -> str:
    """`moment` is in seconds."""
    signed = hmac.new(f"{moment}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return base64.b64encode(signed).decode("ascii")
