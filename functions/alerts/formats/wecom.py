"""WeCom's group robot (企业微信群机器人): Markdown of at most 4,096 bytes. The key in the URL is its only
authentication."""

from __future__ import annotations

from datetime import datetime

from functions.alerts.formats.request import JSON, Request, as_json
from shared.domain.alerts.channels import Channel
from shared.domain.alerts.notices import OPEN, Notice, fit_lines, plain, truncate

MAX_CONTENT, MAX_TITLE, MAX_LINE = 4096, 256, 600


def request(notice: Notice, channel: Channel, message_id: str, now: datetime) -> Request:
    head = f"**{truncate(plain(notice.title), MAX_TITLE)}**"
    foot = f"\n[{notice.in_language(OPEN)}]({notice.link})" if notice.link else ""
    lines = [f"> {truncate(plain(line), MAX_LINE)}" for line in notice.lines]
    room = MAX_CONTENT - len(head.encode()) - len(foot.encode()) - 1
    content = "\n".join((head, *fit_lines(notice, lines, room, "\n"))) + foot
    return Request(JSON, as_json({"msgtype": "markdown", "markdown": {"content": content}}))
