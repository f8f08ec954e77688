"""An email of text, and the same as HTML."""

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
    """The subject is one line, however a store is named."""
    subject = " ".join(notice.title.split())[:MAX_SUBJECT]
    lines = notice.lines or (subject,)  # nobody opens an email to find nothing
    text = "\n".join((*lines, *(("", notice.link) if notice.link else ())))
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    link = f'<p><a href="{escape(notice.link)}">{notice.word(OPEN)}</a></p>' if notice.link else ""
    head = f'<!doctype html><html lang="{notice.language}"><meta charset="utf-8">'
    return Mail(subject, text + "\n", f"{head}<h3>{escape(subject)}</h3><ul>{items}</ul>{link}</html>")
