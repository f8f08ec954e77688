"""Alert channels: where a store receives its alerts, in which language, and which alerts."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hmac import compare_digest

from shared.domain.alerts.model import Severity
from shared.domain.errors import Conflict, Unprocessable

LIMIT = 20
"""The most channels of a store. Each alert is compared with all of them."""
OVERLAP = timedelta(hours=24)
"""How long the former secret of a webhook signs beside the new one."""
SECRET_BYTES = 32
CODE_LIFE = timedelta(days=1)
SECRET_PREFIX = "whsec_"
SEVERITIES = tuple(Severity)


class ChannelKind(StrEnum):
    EMAIL = "email"
    WEBHOOK = "webhook"
    DINGTALK = "dingtalk"
    WECOM = "wecom"
    FEISHU = "feishu"
    SLACK = "slack"


SIGNED = frozenset({ChannelKind.DINGTALK, ChannelKind.FEISHU})
"""Robots with an optional secret, which the owner sets at the robot and here. A webhook's secret is made here."""
BUNDLED = frozenset(ChannelKind) - {ChannelKind.WEBHOOK}
"""Channels that people read: several alerts of one time are one message. A webhook gets one message for each."""


def target_field(kind: ChannelKind) -> str:
    """The field that names where a channel of this kind delivers."""
    return "address" if kind is ChannelKind.EMAIL else "url"


class OffReason(StrEnum):
    """Why a channel is off. UNCONFIRMED: nobody has entered the code that was sent to its email address."""

    BY_OWNER = "by_owner"
    UNCONFIRMED = "unconfirmed"
    GONE = "gone"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True, slots=True)
class Channel:
    """`url` and the secrets are returned only when they are created. `kinds` empty means all kinds. `off` is None while
    the channel is on. `old_secret` signs beside `secret` until `old_until`. `code` confirms the email address until
    `code_until`."""

    store_id: str
    channel_id: str
    kind: ChannelKind
    name: str
    created_at: datetime
    url: str | None = None
    address: str | None = None
    secret: str | None = None
    old_secret: str | None = None
    old_until: datetime | None = None
    language: str = "zh-CN"
    min_severity: str = "warning"
    kinds: tuple[str, ...] = ()
    digest: bool = True
    quiet_hours: bool = True
    off: OffReason | None = None
    off_at: datetime | None = None
    code: str | None = None
    code_until: datetime | None = None
    version: int = 1

    @property
    def enabled(self) -> bool:
        return self.off is None

    def accepts(self, kind: str, severity: str) -> bool:
        """Is an alert delivered here, and not only counted in the digest? `channel_disabled` goes to every channel of
        its severity, whatever its `kinds`: the channel that it is about cannot deliver it."""
        severe_enough = SEVERITIES.index(severity) >= SEVERITIES.index(self.min_severity)
        return self.enabled and severe_enough and (not self.kinds or kind in (*self.kinds, "channel_disabled"))

    def secrets(self, now: datetime) -> tuple[str, ...]:
        """The secrets that sign at `now`, the newest first."""
        old = self.old_secret if self.old_until and now < self.old_until else None
        return tuple(secret for secret in (self.secret, old) if secret)


def webhook_secret(random: bytes) -> str:
    """A secret in the form of Standard Webhooks: `whsec_` and base64 of SECRET_BYTES random bytes."""
    return SECRET_PREFIX + base64.b64encode(random).decode("ascii")


def rotate(channel: Channel, secret: str, now: datetime) -> Channel:
    """A webhook with a new secret. The former one signs beside it for a day. Raises Conflict for other kinds."""
    if channel.kind is not ChannelKind.WEBHOOK:
        raise Conflict("secret_not_ours", "Only a webhook's secret is made here; a robot's is set where the robot is.")
    return replace(channel, secret=secret, old_secret=channel.secret, old_until=now + OVERLAP)


def turn_off(channel: Channel, why: OffReason, now: datetime) -> Channel:
    return channel if channel.off else replace(channel, off=why, off_at=now)


def turn_on(channel: Channel) -> Channel:
    """Raises Conflict `channel_unconfirmed`."""
    if channel.off is OffReason.UNCONFIRMED:
        raise Conflict("channel_unconfirmed", "Nobody has confirmed the address: enter the code that was sent to it.")
    return replace(channel, off=None, off_at=None)


def unconfirmed(channel: Channel, code: str, now: datetime) -> Channel:
    """An email channel that is off until the code is entered that goes to its address. A former code ends."""
    return replace(channel, off=OffReason.UNCONFIRMED, off_at=now, code=code, code_until=now + CODE_LIFE)


def check_unconfirmed(channel: Channel) -> None:
    """Raises Conflict `channel_confirmed`."""
    if channel.off is not OffReason.UNCONFIRMED:
        raise Conflict("channel_confirmed", "This channel waits for no confirmation.")


def confirm(channel: Channel, code: str, now: datetime) -> Channel:
    """The channel switched on. Raises Conflict `channel_confirmed`, or Unprocessable if the code is not right."""
    check_unconfirmed(channel)
    right = channel.code is not None and compare_digest(channel.code, code)
    if not right or channel.code_until is None or now >= channel.code_until:
        raise Unprocessable("code_wrong", "The code is not right, or it is older than a day: send a new one.", "/code")
    return replace(channel, off=None, off_at=None, code=None, code_until=None)
