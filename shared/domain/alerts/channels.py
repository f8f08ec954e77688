"""Alert channels: where a store's people are told, in which language, of what."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from shared.domain.alerts.model import Severity
from shared.domain.errors import Conflict

LIMIT = 20
"""Channels a store may have: each alert is offered to every one of them."""
OVERLAP = timedelta(hours=24)
"""How long the secret before the present one signs, too."""
SECRET_BYTES = 32
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
"""Robots whose owner may give a secret that they sign with; a webhook's is made here."""
BUNDLED = frozenset(ChannelKind) - {ChannelKind.WEBHOOK}
"""What people read: alerts of one moment come in one message. A program gets each by itself."""


class Off(StrEnum):
    """Why a channel is off."""

    BY_OWNER = "by_owner"
    GONE = "gone"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True, slots=True)
class Channel:
    """`url` and the secrets are shown to nobody once the channel is made. `kinds` empty means all of them; `off` is
    None while it is on. `old_secret` signs beside `secret` until `old_until`."""

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
    off: Off | None = None
    off_at: datetime | None = None
    version: int = 1

    @property
    def enabled(self) -> bool:
        return self.off is None

    def wants(self, kind: str, severity: str) -> bool:
        """Whether an alert goes here by itself, and not only into the digest. That another channel was switched off
        is told by all that are left, whatever they are for."""
        loud = SEVERITIES.index(severity) >= SEVERITIES.index(self.min_severity)
        return self.enabled and loud and (not self.kinds or kind in (*self.kinds, "channel_disabled"))

    def secrets(self, now: datetime) -> tuple[str, ...]:
        """The secrets that sign now, the present one first."""
        old = self.old_secret if self.old_until and now < self.old_until else None
        return tuple(secret for secret in (self.secret, old) if secret)


def webhook_secret(random: bytes) -> str:
    """A secret as Standard Webhooks writes it."""
    return SECRET_PREFIX + base64.b64encode(random).decode("ascii")


def rotate(channel: Channel, secret: str, now: datetime) -> Channel:
    """A new secret; the present one signs beside it for a day, and one that was old already signs no more."""
    if channel.kind is not ChannelKind.WEBHOOK:
        raise Conflict("secret_not_ours", "Only a webhook's secret is made here; a robot's is set where the robot is.")
    return replace(channel, secret=secret, old_secret=channel.secret, old_until=now + OVERLAP)


def turn_off(channel: Channel, why: Off, now: datetime) -> Channel:
    return channel if channel.off else replace(channel, off=why, off_at=now)


def turn_on(channel: Channel) -> Channel:
    return replace(channel, off=None, off_at=None)
