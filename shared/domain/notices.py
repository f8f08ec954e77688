"""What is said to a channel: a title, a few lines and a link for people, and the same as data for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

MORE = ("… and {} more", "…另有 {} 条")
OPEN = ("Open", "打开")


@dataclass(frozen=True, slots=True)
class Notice:
    """`title` and `lines` are plain text, one paragraph each, in `language`; `type`, `at` and `data` are what a webhook
    tells of it. Nothing in it is about a buyer."""

    type: str
    at: datetime
    title: str
    lines: tuple[str, ...]
    language: str
    severity: str
    data: Mapping[str, Any]
    link: str | None = None

    def word(self, both: Sequence[str]) -> str:
        """The English or the Chinese one."""
        return both[self.language == "zh-CN"]


_FULL_WIDTH = str.maketrans("<>[]*`|\\", "＜＞［］＊｀｜＼")


def plain(text: str) -> str:
    """Text that means itself in the robots' Markdown: no link, no mention, no second line."""
    return " ".join(text.split()).translate(_FULL_WIDTH)


def fitted(notice: Notice, lines: Sequence[str], room: int, between: str) -> list[str]:
    """As many lines as go into so many bytes of UTF-8 with `between` between them, and how many more there are."""
    sizes = [len(f"{line}{between}".encode()) for line in lines]
    if sum(sizes) <= room:
        return list(lines)
    left, shown = room - len(f"{notice.word(MORE)}{between}".encode()) - 8, 0
    while shown < len(sizes) and left >= sizes[shown]:
        left -= sizes[shown]
        shown += 1
    return [*lines[:shown], notice.word(MORE).format(len(lines) - shown)]


def cut(text: str, room: int) -> str:
    """Text of at most so many bytes of UTF-8, never half a character."""
    raw = text.encode()
    return text if len(raw) <= room else raw[: room - 3].decode(errors="ignore") + "…"
