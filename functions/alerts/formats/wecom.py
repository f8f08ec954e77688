"""WeCom's group robot (企业微信群机器人): Markdown of at most 4,096 bytes. The key in the URL is its only
authentication."""

from __future__ import annotations

from datetime import datetime

from functions.alerts.formats.request import JSON, Request, as_json
from shared.domain.alerts.channels import Channel
from shared.domain.alerts.notices import OPEN, Notice, cut, fitted, plain

MAX_CONTENT, MAX_TITLE, MAX_LINE = 4096, 256, 600


def request(notice: Notice, channel: Channel, message_id: str, now: datetime) -> Request:
    head = f"**{cut(plain(notice.title), MAX_TITLE)}**"
    foot = f"\n[{notice.word(OPEN)}]({notice.link})" if notice.link else ""
    lines = [f"> {cut(plain(line), MAX_LINE)}" for line in notice.lines]
    room = MAX_CONTENT - len(head.encode()) - len(foot.encode()) - 1
    content = "\n".join((head, *fitted(notice, lines, room, "\n"))) + foot
    return Request(JSON, as_json({"msgtype": "markdown", "markdown": {"content": content}}))
