"""An answer without what differs between two runs, or is written for people.

The same id has the same placeholder in all of a recording, so that relations between answers are compared, too. Times
stay: the run has a clock of its own.
"""

from __future__ import annotations

import base64
import json
import re
from collections import defaultdict
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

ULID = "[0-9A-HJKMNP-TV-Z]{26}"
_PARTS = re.compile(
    rf"""
    (?P<link>https?://\S+[?&](?:X-Amz-Signature|Signature)=\S*)
    | (?<![A-Za-z0-9]) (?P<prefix>[a-z]{{3}})_(?P<id>{ULID}) (?![A-Za-z0-9])
    | (?<![A-Za-z0-9]) (?P<ulid>{ULID}) (?![A-Za-z0-9])
    | (?P<uuid>[0-9a-f]{{8}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{12}})
    | (?<![0-9a-f]) (?P<digest>[0-9a-f]{{64}}) (?![0-9a-f])
    | (?<![0-9a-f]) (?P<hex>[0-9a-f]{{32}}) (?![0-9a-f])
    | (?P<secret>whsec_[A-Za-z0-9+/=]+)
    | 127\.0\.0\.1:(?P<port>\d+)
    """,
    re.VERBOSE,
)
_SECRET_IN_LINK = re.compile("signature|credential|date|token|accesskeyid|policy", re.IGNORECASE)
_CHINESE = re.compile("[\u4e00-\u9fff]")


class Masks:
    """Placeholders of one recording."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, str]] = defaultdict(dict)

    def placeholder(self, kind: str, value: str) -> str:
        known = self._known[kind]
        return known.setdefault(value, f"<{kind} {len(known) + 1}>")

    def text(self, text: str) -> str:
        return _PARTS.sub(self._part, text)

    def value(self, value: Any, name: str = "") -> Any:
        """A JSON value, masked."""
        if isinstance(value, dict):
            return {self.text(key): self._field(key, each, value) for key, each in value.items()}
        if isinstance(value, list):
            return [self.value(each) for each in value]
        return self.text(value) if isinstance(value, str) else value

    def prose(self, value: Any) -> Any:
        """What goes to a person: text of more than one word only by its language."""
        if isinstance(value, dict):
            return {key: self.prose(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.prose(each) for each in value]
        if isinstance(value, str):
            return words(value) if " " in value.strip() or _CHINESE.search(value) else self.text(value)
        return value

    def cursor(self, cursor: str) -> str:
        return self.placeholder("cursor", cursor)

    def _field(self, name: str, value: Any, around: dict[str, Any]) -> Any:
        is_problem = str(around.get("type", "")).startswith("urn:")
        is_sentence = (is_problem and name in ("title", "detail")) or (
            name == "message" and ("code" in around or "alert_id" in around)
        )
        if is_sentence and isinstance(value, str):
            return words(value)
        if name == "next_cursor" and value is not None:
            return self.cursor(value)
        if name == "milliseconds":
            return "<milliseconds>"
        if name == "policy":
            return self.value(json.loads(base64.b64decode(value)))
        if name in ("bytes",) and "sha256" in around:
            return "<bytes>"
        if _SECRET_IN_LINK.search(name) and "key" in around:
            return f"<{name.lower()}>"
        return self.value(value, name)

    def _part(self, match: re.Match[str]) -> str:
        kind = match.lastgroup
        if match["link"]:
            return self._link(match["link"])
        if match["id"]:
            return self.placeholder(match["prefix"], match["id"])
        if kind in ("digest", "secret"):
            return f"<{kind}>"
        if kind == "port":
            return "127.0.0.1:<port>"
        assert kind is not None
        return self.placeholder(kind, match[kind])

    def _link(self, link: str) -> str:
        parts = urlsplit(link)
        query = [
            (name, f"<{name.lower()}>" if _SECRET_IN_LINK.search(name) else self.text(value))
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
        ]
        return f"{parts.scheme}://{parts.netloc}{self.text(parts.path)}?{urlencode(sorted(query), safe='<> ')}"


def words(text: str) -> str:
    return "<Chinese words>" if _CHINESE.search(text) else "<English words>" if text else ""
