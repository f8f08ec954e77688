"""What a request accepts: `Accept` and `Accept-Language` (RFC 9110)."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter

MAX_RANGES = 20


def ranges(header: str | None) -> Iterator[tuple[str, float]]:
    """The media types or languages of a header in lower case, each with its weight from 0 to 1. A weight that cannot be
    read is 1."""
    for part in (header or "").split(",")[:MAX_RANGES]:
        name, *parameters = (each.strip().lower() for each in part.split(";"))
        weights = [each.removeprefix("q=") for each in parameters if each.startswith("q=")]
        weight = weights[0] if weights else ""
        is_number = weight.isascii() and weight.replace(".", "", 1).isdigit()
        yield name, min(float(weight), 1.0) if is_number else 1.0


def prefers_json(header: str | None) -> bool:
    """Whether the header names application/json, and no other type with a higher weight. A browser that follows a link
    and a program without an opinion do not name it."""
    weights: dict[str, float] = {}
    for name, weight in ranges(header):
        weights[name] = max(weight, weights.get(name, 0.0))
    json = weights.get("application/json", 0.0)
    return json > 0 and json == max(weights.values())


def language(accept: str | None) -> str:
    """`zh-CN` where the header asks for any Chinese before English, else `en`."""
    for tag, _ in sorted(ranges(accept), key=itemgetter(1), reverse=True):
        if tag.startswith("zh"):
            return "zh-CN"
        if tag.startswith("en"):
            return "en"
    return "en"
