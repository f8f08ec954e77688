"""The function that makes the request, for each kind of channel that is reached by a POST."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from functions.alerts.formats import dingtalk, feishu, slack, webhook, wecom
from functions.alerts.formats.request import Request
from shared.domain.alerts.channels import Channel, ChannelKind
from shared.domain.alerts.notices import Notice

Format = Callable[[Notice, Channel, str, datetime], Request]

FORMATS: Mapping[ChannelKind, Format] = {
    ChannelKind.WEBHOOK: webhook.request,
    ChannelKind.DINGTALK: dingtalk.request,
    ChannelKind.WECOM: wecom.request,
    ChannelKind.FEISHU: feishu.request,
    ChannelKind.SLACK: slack.request,
}
