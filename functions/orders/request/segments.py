"""The id of a buyer or a user as a segment of a path. It may have any character: gateways decode slashes, and clients
resolve dots.

Letters, digits, - and _ stay as they are. Every other byte of its UTF-8 becomes ~ and two hexadecimal digits. Other
characters of a request's path are read as they are, so that an id like a.b may be sent unescaped.
"""

from __future__ import annotations

import re

from functions.orders.problems import not_found

MAX_LENGTH = 128
_ESCAPED = re.compile(r"(?:~[0-9A-Fa-f]{2})+")
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


def segment_of(text: str) -> str:
    return _UNSAFE.sub(lambda match: "".join(f"~{byte:02X}" for byte in match[0].encode()), text)


def text_of(segment: str) -> str:
    """Raises Problem 404 for a segment that can be no id."""
    try:
        text = _ESCAPED.sub(lambda match: bytes.fromhex(match[0].replace("~", "")).decode(), segment)
    except UnicodeDecodeError:
        raise not_found() from None
    if not 0 < len(text) <= MAX_LENGTH:
        raise not_found()
    return text
