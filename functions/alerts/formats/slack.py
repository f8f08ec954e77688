"""Slack's incoming webhook: blocks, and `text` for clients that do not show blocks. `&`, `<` and `>` are escaped, so
that text of a buyer cannot become a link or a mention."""

from __future__ import annotations

from datetime import datetime

from functions.alerts.formats.request import JSON, Request, as_json
from shared.domain.alerts.channels import Channel
from shared.domain.alerts.notices import OPEN, Notice, fit_lines, plain

MAX_HEADER, MAX_SECTION = 150, 3000
"""In characters. The text of a section is cut by bytes, which is never longer."""


def request(notice: Notice, channel: Channel, message_id: str, now: datetime) -> Request:
    link = f"<{escaped(notice.link)}|{notice.in_language(OPEN)}>" if notice.link else ""
    lines = [f"• {escaped(line)}" for line in notice.lines]
    text = "\n".join((*fit_lines(notice, lines, MAX_SECTION - len(link) - 1, "\n"), *([link] if link else [])))
    header = {"type": "header", "text": {"type": "plain_text", "text": plain(notice.title)[:MAX_HEADER]}}
    section = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    blocks = [header, section] if text else [header]
    return Request(JSON, as_json({"text": escaped(notice.title), "blocks": blocks}))


def escaped(text: str) -> str:
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
