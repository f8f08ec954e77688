"""Messages of an order (订单留言): the thread, and the two rules for a seller's message: English, and not too long."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.errors import Unprocessable
from shared.domain.sentences.sentence import say

BUYER, SELLER, PLATFORM = "buyer", "seller", "platform"
MAX_LENGTH = 1_500
"""The most code points of a seller's message. A line break CR LF counts as one."""
MAX_BUYER_LENGTH = 10_000
"""The most code points of a buyer's message. A buyer may write in any language."""
IN_TIME_SECONDS = 24 * 60 * 60
"""The time in which the platform wants the seller to reply."""
_FULL_WIDTH = ((0x3000, 0x303F), (0xFE10, 0xFE1F), (0xFE30, 0xFE4F), (0xFF00, 0xFFEF))
"""Ranges of ideographic punctuation, vertical forms, and full-width or half-width forms."""


@dataclass(frozen=True, slots=True)
class Message:
    message_id: str
    sender: str
    text: str
    sent_at: datetime
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    """The messages of one order, without their texts. `unanswered` is the buyer's first message without an answer;
    `answered_at` is when the seller wrote last. `alert_at` is the time of the alert for `unanswered`, and `alerted`
    whether it was raised (alerts/message_alerts.py)."""

    version: int = 0
    answered_at: datetime | None = None
    unanswered: Message | None = None
    alert_at: datetime | None = None
    alerted: bool = False

    def with_message(self, message: Message) -> Thread:
        """The thread with one more message. The seller's message answers every earlier message of the buyer, also one
        that arrives later. Messages of the platform answer nothing."""
        answered, unanswered = self.answered_at, self.unanswered
        if message.sender == SELLER:
            answered = max(answered or message.sent_at, message.sent_at)
            unanswered = unanswered if unanswered and unanswered.sent_at > answered else None
        elif message.sender == BUYER and (answered is None or message.sent_at > answered):
            unanswered = message if unanswered is None or message.sent_at < unanswered.sent_at else unanswered
        return replace(self, version=self.version + 1, answered_at=answered, unanswered=unanswered)


def check(text: str, sender: str, pointer: str = "/text") -> None:
    """Check a text. Raises Unprocessable `message_empty`, `message_too_long`, or `message_not_english` with the first
    wrong character and its position, counted from 1. A buyer's text may be in any language."""
    if not text.strip():
        raise Unprocessable("message_empty", "A message says something.", pointer)
    length, limit = len(text.replace("\r\n", "\n")), MAX_BUYER_LENGTH if sender == BUYER else MAX_LENGTH
    if length > limit:
        raise Unprocessable(
            "message_too_long",
            say("A message has at most {limit:,} characters; this has {length:,}.", limit=limit, length=length),
            pointer,
        )
    if sender == BUYER:
        return
    for position, char in enumerate(text, 1):
        if not is_english(char):
            raise Unprocessable(
                "message_not_english",
                say(
                    "A message is in English: character {position} is {char!r} ({unicode_name}).",
                    position=position,
                    char=char,
                    unicode_name=_name(char),
                ),
                pointer,
            )


def is_english(char: str) -> bool:
    """A letter must be Latin. Any other character passes, emoji too, unless it is full-width or ideographic."""
    name = _name(char)
    if unicodedata.category(char).startswith("L"):
        return name.startswith("LATIN")
    full_width = any(first <= ord(char) <= last for first, last in _FULL_WIDTH)
    return not full_width and not name.startswith(("FULLWIDTH", "IDEOGRAPHIC"))


def _name(char: str) -> str:
    return unicodedata.name(char, f"U+{ord(char):04X}")
