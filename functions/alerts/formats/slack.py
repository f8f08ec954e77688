"""Slack's incoming webhook: blocks, and `text` for where blocks are not shown. `&`, `<` and `>` are its only markup
that could reach anybody; they are escaped."""

from __future__ import annotations

from datetime import datetime

from functions.alerts.formats.request import JSON, Request, as_json
from shared.domain.alerts.channels import Channel
from shared.domain.alerts.notices import OPEN, Notice, fitted, plain

MAX_HEADER, MAX_SECTION = 150, 3000
"""Characters; a section counted in bytes is well inside."""


def request(notice: Notice, channel: Channel, message_id: str, now: datetime) -> Request:
    link = f"<{escaped(notice.link)}|{notice.word(OPEN)}>" if notice.link else ""
    lines = [f"• {escaped(line)}" for line in notice.lines]
    text = "\n".join((*fitted(notice, lines, MAX_SECTION - len(link) - 1, "\n"), *([link] if link else [])))
    header = {"type": "header", "text": {"type": "plain_text", "text": plain(notice.title)[:MAX_HEADER]}}
    section = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    blocks = [header, section] if text else [header]
    return Request(JSON, as_json({"text": escaped(notice.title), "blocks": blocks}))


def escaped(text: str) -> str:
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
