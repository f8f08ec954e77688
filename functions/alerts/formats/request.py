"""What a format makes of a notice, and what it makes of the answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

JSON = {"Content-Type": "application/json; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Request:
    """`query` goes behind the query of the channel's own URL."""

    headers: Mapping[str, str]
    body: bytes
    query: str = ""


class Outcome(StrEnum):
    DELIVERED = "delivered"
    FAILED = "failed"
    THROTTLED = "throttled"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`why` is one of our own words, with the robot's number where it gave one."""

    outcome: Outcome
    why: str | None = None
    wait: timedelta = timedelta()


def as_json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
