"""The request that a format makes of a notice, and the result of an attempt."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

JSON = {"Content-Type": "application/json; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Request:
    """`query` is appended to the query string of the channel's URL."""

    headers: Mapping[str, str]
    body: bytes
    query: str = ""


class Outcome(StrEnum):
    """GONE: the address does not exist any more, as in HTTP 410; the channel is turned off."""

    DELIVERED = "delivered"
    FAILED = "failed"
    THROTTLED = "throttled"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`why` is a code of ours, with the robot's error number if there is one. `wait` is the pause that the other side
    asks for."""

    outcome: Outcome
    why: str | None = None
    wait: timedelta = timedelta()


def as_json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def hmac_sha256(key: bytes, content: bytes) -> str:
    """In base64, as webhooks and robots take it."""
    return base64.b64encode(hmac.digest(key, content, "sha256")).decode("ascii")
