"""Order messages (订单留言): who wrote what, and the two rules for what a shop may write (api.md, After-sales)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.errors import Unprocessable

BUYER, SELLER, PLATFORM = "buyer", "seller", "platform"
MAX_LENGTH = 1_500
"""Code points of a shop's message; a line break that is written CR LF counts as one."""
MAX_BUYER_LENGTH = 10_000
"""A buyer's text is kept as it came; longer than this it is no message."""
IN_TIME_SECONDS = 24 * 60 * 60
"""The platform's own target for a reply (features.md 1.10)."""
_FULL_WIDTH = ((0x3000, 0x303F), (0xFE10, 0xFE1F), (0xFE30, 0xFE4F), (0xFF00, 0xFFEF))
"""Ideographic signs, vertical forms, and forms of another width than a Latin text has."""


@dataclass(frozen=True, slots=True)
class Message:
    message_id: str
    sender: str
    text: str
    sent_at: datetime
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    """The talk about one order. `unanswered` is the first thing that the buyer wrote and nobody has answered yet,
    `answered_at` when the shop wrote last. `alert_at` is when the shop is told that it has waited too long, and
    `alerted` whether it has been (talk_alerts.py)."""

    version: int = 0
    answered_at: datetime | None = None
    unanswered: Message | None = None
    alert_at: datetime | None = None
    alerted: bool = False

    def with_message(self, message: Message) -> Thread:
        """The shop's answer ends the wait, the platform's own words do not; and what the buyer wrote before the last
        answer is answered, however late it is told."""
        answered, waiting = self.answered_at, self.unanswered
        if message.sender == SELLER:
            answered = max(answered or message.sent_at, message.sent_at)
            waiting = waiting if waiting and waiting.sent_at > answered else None
        elif message.sender == BUYER and (answered is None or message.sent_at > answered):
            waiting = message if waiting is None or message.sent_at < waiting.sent_at else waiting
        return replace(self, version=self.version + 1, answered_at=answered, unanswered=waiting)


def check(text: str, sender: str, pointer: str = "/text") -> None:
    """Raises Unprocessable `message_empty`, `message_too_long`, or `message_not_english`, which names the first
    character that is not and its place, counted from 1."""
    if not text.strip():
        raise Unprocessable("message_empty", "A message says something.", pointer)
    length, limit = len(text.replace("\r\n", "\n")), MAX_BUYER_LENGTH if sender == BUYER else MAX_LENGTH
    if length > limit:
        raise Unprocessable(
            "message_too_long", f"A message has at most {limit:,} characters; this has {length:,}.", pointer
        )
    if sender == BUYER:
        return
    for position, char in enumerate(text, 1):
        if not is_english(char):
            raise Unprocessable(
                "message_not_english",
                f"A message is in English: character {position} is {char!r} ({_name(char)}).",
                pointer,
            )


def is_english(char: str) -> bool:
    """Every letter is Latin, no sign is full-width or ideographic; other signs, and emoji, pass."""
    name = _name(char)
    if unicodedata.category(char).startswith("L"):
        return name.startswith("LATIN")
    full_width = any(first <= ord(char) <= last for first, last in _FULL_WIDTH)
    return not full_width and not name.startswith(("FULLWIDTH", "IDEOGRAPHIC"))


def _name(char: str) -> str:
    return unicodedata.name(char, f"U+{ord(char):04X}")
