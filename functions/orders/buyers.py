"""How a buyer's id stands in a path. It may hold anything: a slash that a gateway decodes, dots that a client resolves.

Letters, digits, - and _ stand for themselves, every other byte of its UTF-8 is ~ and two hexadecimal digits. Whatever
else arrives stands for itself, too, so that an id like a.b may be sent as it is.
"""

from __future__ import annotations

import re

from functions.orders.problems import not_found

MAX_LENGTH = 128
_ESCAPED = re.compile(r"(?:~[0-9A-Fa-f]{2})+")
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


def segment_of(buyer_id: str) -> str:
    return _UNSAFE.sub(lambda found: "".join(f"~{byte:02X}" for byte in found[0].encode()), buyer_id)


def buyer_of(segment: str) -> str:
    """Raises Problem 404 for what no buyer is called."""
    try:
        buyer_id = _ESCAPED.sub(lambda found: bytes.fromhex(found[0].replace("~", "")).decode(), segment)
    except UnicodeDecodeError:
        raise not_found() from None
    if not 0 < len(buyer_id) <= MAX_LENGTH:
        raise not_found()
    return buyer_id
