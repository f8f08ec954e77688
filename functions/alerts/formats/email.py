"""A notice as an email, in plain text and in HTML."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from shared.domain.alerts.notices import OPEN, Notice

MAX_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Mail:
    subject: str
    text: str
    html: str


def mail(notice: Notice) -> Mail:
    """The subject is always one line, even if the store's name has line breaks."""
    subject = " ".join(notice.title.split())[:MAX_SUBJECT]
    lines = notice.lines or (subject,)  # an email needs a body
    text = "\n".join((*lines, *(("", notice.link) if notice.link else ())))
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    link = f'<p><a href="{escape(notice.link)}">{notice.in_language(OPEN)}</a></p>' if notice.link else ""
    head = f'<!doctype html><html lang="{notice.language}"><meta charset="utf-8">'
    return Mail(subject, text + "\n", f"{head}<h3>{escape(subject)}</h3><ul>{items}</ul>{link}</html>")
