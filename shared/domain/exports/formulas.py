"""Text that a spreadsheet would read as a formula, in a file without types.

The rule is OWASP's: a text that starts a formula, even after blanks, gets a leading apostrophe. A text that starts a
formula after its own apostrophes gets one, too. So every guarded text has exactly one apostrophe more than its
original, and `unguard` returns the original.
"""

from __future__ import annotations

import re

_BLANK = r"\s\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
"""White space and invisible characters, which a spreadsheet may skip before a sign."""
_SIGN = r"=+\-@\t\r\n＝＋－＠"
_OPENS_FORMULA = re.compile(f"'*[{_BLANK}]*[{_SIGN}]")
_GUARDED = re.compile(f"'(?={_OPENS_FORMULA.pattern})")


def guard(text: str) -> str:
    # Most texts start with a letter or digit, and no formula does: this check is fast.
    if text[:1].isalnum() or not _OPENS_FORMULA.match(text):
        return text
    return "'" + text


def unguard(text: str) -> str:
    """The original of a text that `guard` returned."""
    return text[1:] if _GUARDED.match(text) else text
