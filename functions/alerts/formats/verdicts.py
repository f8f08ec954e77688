"""What a channel's answer means for the delivery. The Chinese robots answer 200 even if they refuse a message; the code
in the body says so, and a message counts as delivered only if that code is 0. Slack says in a word why it refuses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from functions.alerts.formats.request import Outcome, Verdict

DEFAULT_WAIT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Codes:
    """The first of `fields` that the answer has is the code. `throttled` codes are temporary and pass after `wait`;
    `gone` codes are permanent."""

    fields: tuple[str, ...]
    throttled: frozenset[int]
    gone: frozenset[int]
    wait: timedelta


ROBOTS: Mapping[str, Codes] = {
    # DingTalk takes 20 messages a minute and refuses all for ten minutes if there are more.
    # Gone: the group is dissolved, the token or the robot does not exist, or the robot was stopped.
    "dingtalk": Codes(
        ("errcode",),
        frozenset({130101, 410100, 90030}),
        frozenset({300001, 400013, 400101, 400102, 400106}),
        timedelta(minutes=10),
    ),
    # Throttled: too many messages, or too many at once. Gone: the robot was removed, was stopped, or is not in the
    # group.
    "wecom": Codes(("errcode",), frozenset({45009, 45033}), frozenset({93000, 93004, 93008}), DEFAULT_WAIT),
    # StatusCode is the older name of `code`; some answers still have only this one.
    "feishu": Codes(("code", "StatusCode"), frozenset({11232, 11233}), frozenset({19001}), DEFAULT_WAIT),
}
READ = frozenset({*ROBOTS, "slack"})
"""The kinds whose answers are read. Of all others the status says everything."""
_SLACK_GONE = frozenset(
    {
        *("channel_is_archived", "channel_not_found", "invalid_token", "no_active_hooks"),
        *("no_service", "no_service_id", "no_team", "team_disabled"),
    }
)
"""Slack's words for a channel, an app or a workspace that does not exist any more. Other refusals, such as
action_prohibited, may be lifted."""


def verdict(kind: str, status: int, retry_after: str | None, body: bytes, now: datetime) -> Verdict:
    """The result of an attempt, from the status, headers and body of the answer."""
    wait, codes, accepted = _wait(retry_after, now), ROBOTS.get(kind), 200 <= status < 300
    if status == 410 or (kind == "slack" and not accepted and (status == 404 or _word(body) in _SLACK_GONE)):
        return Verdict(Outcome.GONE, "gone")
    if status == 429:
        return Verdict(Outcome.THROTTLED, "throttled", wait or DEFAULT_WAIT)
    if 300 <= status < 400:
        return Verdict(Outcome.FAILED, "redirect")
    code = _code(codes, body) if codes else 0
    if codes and code in codes.throttled:
        return Verdict(Outcome.THROTTLED, f"code_{code}", max(wait, codes.wait))
    if codes and code in codes.gone:
        return Verdict(Outcome.GONE, f"code_{code}")
    if accepted and code == 0:
        return Verdict(Outcome.DELIVERED)
    if code:
        return Verdict(Outcome.FAILED, f"code_{code}", wait)
    return Verdict(Outcome.FAILED, "unreadable" if accepted else "refused", wait)


def _code(codes: Codes, body: bytes) -> int | None:
    """The code in the answer; None if there is none, or if it is no number."""
    try:
        answer = json.loads(body)
        code = next(answer[name] for name in codes.fields if name in answer)
    except (ValueError, TypeError, RecursionError, StopIteration):
        return None
    is_code = isinstance(code, int) and not isinstance(code, bool) and -(10**9) < code < 10**9
    return code if is_code else None


def _word(body: bytes) -> str:
    return body[:100].decode("ascii", "replace").strip()


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
