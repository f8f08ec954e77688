"""What a channel's answer means for the delivery. The Chinese robots answer 200 even if they refuse a message; the code
in the body says so, and a message counts as delivered only if that code is 0."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import MappingProxyType

from functions.alerts.formats.request import Outcome, Verdict

DEFAULT_WAIT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Codes:
    """`field` has the code. `throttled` codes are temporary and pass after `wait`; `gone` codes are permanent."""

    field: str
    throttled: frozenset[int]
    gone: frozenset[int]
    wait: timedelta


ROBOTS: Mapping[str, Codes] = MappingProxyType(
    {
        # DingTalk takes 20 messages a minute and refuses all for ten minutes if there are more.
        # Gone: the group is dissolved, the token or the robot does not exist, or the robot was stopped.
        "dingtalk": Codes(
            "errcode",
            frozenset({130101, 410100, 90030}),
            frozenset({300001, 400013, 400101, 400102, 400106}),
            timedelta(minutes=10),
        ),
        "wecom": Codes("errcode", frozenset({45009}), frozenset({93000}), DEFAULT_WAIT),
        "feishu": Codes("code", frozenset({11232}), frozenset({19001}), DEFAULT_WAIT),
    }
)
_SLACK_GONE = frozenset({403, 404})
"""Slack's answers for a channel, an app or a workspace that does not exist any more. An archived channel answers
410."""


def verdict(kind: str, status: int, retry_after: str | None, body: bytes, now: datetime) -> Verdict:
    """The result of an attempt, from the status, headers and body of the answer."""
    if status == 410 or (kind == "slack" and status in _SLACK_GONE):
        return Verdict(Outcome.GONE, "gone")
    wait = _wait(retry_after, now)
    if status == 429:
        return Verdict(Outcome.THROTTLED, "throttled", wait or DEFAULT_WAIT)
    if 300 <= status < 400:
        return Verdict(Outcome.FAILED, "redirect")
    if not 200 <= status < 300:
        return Verdict(Outcome.FAILED, "refused", wait)
    codes = ROBOTS.get(kind)
    return Verdict(Outcome.DELIVERED) if codes is None else _by_code(codes, body)


def _by_code(codes: Codes, body: bytes) -> Verdict:
    try:
        code = json.loads(body)[codes.field]
    except (ValueError, KeyError, TypeError, RecursionError):
        return Verdict(Outcome.FAILED, "unreadable")
    if isinstance(code, bool) or not isinstance(code, int) or not -(10**9) < code < 10**9:
        return Verdict(Outcome.FAILED, "unreadable")
    if code == 0:
        return Verdict(Outcome.DELIVERED)
    why = f"code_{code}"
    if code in codes.throttled:
        return Verdict(Outcome.THROTTLED, why, codes.wait)
    return Verdict(Outcome.GONE if code in codes.gone else Outcome.FAILED, why)


def _wait(header: str | None, now: datetime) -> timedelta:
    """Retry-After is a number of seconds or a date; anything else counts as no wait."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 9:
        return timedelta(seconds=int(text))
    try:
        at = parsedate_to_datetime(text)
        return max(timedelta(), (at if at.tzinfo else at.replace(tzinfo=UTC)) - now)
    except (ValueError, TypeError, OverflowError):
        return timedelta()
