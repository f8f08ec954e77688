r"""The unread messages of an order in one cell of a file, the earliest first: a UTC time and the text as a JSON string.

    2026-11-29T08:15:00Z "Where is it?\nThank you"
    +2

The last line is there if the order has more unread messages than the cell: so many are missing.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from shared.domain.errors import Unprocessable
from shared.domain.messages.model import BUYER, Message, check

MOST = 40
"""The most messages of a cell. One transaction creates an order with its messages, and a transaction has 100 items."""
MAX_UNITS = 32_767
"""The most UTF-16 units of a cell."""
_MISSING = re.compile(r"'?\+ ?([0-9]{1,9})")
"""A .csv file has an apostrophe before it, which a spreadsheet that saves it as .xlsx keeps."""
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""What a cell cannot hold, and what a reader drops or takes for a line end. JSON escapes the control characters."""


class NotMessages(ValueError):
    """Line `line` of the cell, counted from 1, is no message; or there are more than MOST, if `line` is None."""

    def __init__(self, line: int | None) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True, slots=True)
class UnreadMessages:
    """What a cell says: (time, text) of each message, and how many more there were."""

    messages: tuple[tuple[datetime, str], ...]
    missing: int = 0


def spelled(unread: Iterable[Message], count: int) -> str | None:
    """The cell of these messages, of which at most MOST + 1 are read. A message that does not fit is left out as a
    whole. `count` is the number of all, if there are more than MOST."""
    found = list(islice(unread, MOST + 1))
    lines, room = list[str](), MAX_UNITS - len("\n+999999999")
    for message in found[:MOST]:
        line = f"{message.sent_at.astimezone(UTC).isoformat().removesuffix('+00:00')}Z {_quoted(message.text)}"
        units = len(line.encode("utf-16-le")) // 2 + 1
        if units <= room:
            lines.append(line)
            room -= units
    missing = (max(count, len(found)) if len(found) > MOST else len(found)) - len(lines)
    return "\n".join([*lines, *([hidden(missing)] if missing else [])]) or None


def hidden(count: int) -> str:
    """The cell without the messages themselves, as in a file whose recipients are masked."""
    return f"+{count}"


def messages_of(cell: str) -> UnreadMessages:
    """The messages of a cell. Raises NotMessages."""
    messages, missing = list[tuple[datetime, str]](), 0
    for number, line in enumerate(cell.split("\n"), 1):
        if not line.strip():
            continue
        if more := _MISSING.fullmatch(unicodedata.normalize("NFKC", line).strip()):
            missing += int(more[1])
            continue
        try:
            messages.append(_message(line))
        except (ValueError, Unprocessable):
            raise NotMessages(number) from None  # the cause holds the buyer's text
    if len(messages) > MOST:
        raise NotMessages(None)
    return UnreadMessages(tuple(messages), missing)


def _quoted(text: str) -> str:
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def _message(line: str) -> tuple[datetime, str]:
    """Raises ValueError or Unprocessable."""
    time, quote, rest = line.partition('"')
    at = datetime.fromisoformat(unicodedata.normalize("NFKC", time).strip())
    if not 1990 <= at.year <= 2200:
        raise ValueError("no time of a message")
    text = json.loads(quote + rest)
    text.encode()  # half of a surrogate pair is no text
    check(text, BUYER)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC), text
