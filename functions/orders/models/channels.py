"""Alert channels and their deliveries: bodies of requests, and answers, which never have a URL or a secret in full."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal, NotRequired

from pydantic import AfterValidator, Field, StrictBool, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from functions.orders.models.fields import Body, Short
from functions.orders.models.values import instant
from shared.domain.alerts.channels import SIGNED, Channel, ChannelKind, OffReason, target_field, turn_off, turn_on
from shared.domain.alerts.deliveries import Delivery
from shared.domain.alerts.model import KINDS
from shared.domain.alerts.targets import MAX_URL, masked, target
from shared.domain.errors import Unprocessable
from shared.domain.labels import labelled
from shared.domain.sentences.sentence import say
from shared.operations.alerts.channels import check_mail_sender, new_secret
from shared.operations.orders import new_id
from shared.settings import Settings


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise PydanticCustomError("alert_kind_unknown", "There is no such kind of alert.")
    return kind


Target = Annotated[str, StringConstraints(min_length=1, max_length=MAX_URL)]
Address = Annotated[
    str,
    StringConstraints(max_length=254, pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]+\.)+[A-Za-z]+$"),
]
RobotSecret = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=r"^[\x21-\x7e]+$")]
Language = Literal["zh-CN", "en"]
SeverityName = Literal["info", "warning", "critical"]
AlertKind = Annotated[str, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": list(KINDS)})]
Kinds = Annotated[list[AlertKind], Field(max_length=len(KINDS))]


class ChannelBody(Body):
    """`kinds` empty means all kinds. `min_severity` is by default "warning", or "info" where `kinds` is given. `secret`
    is the secret of a DingTalk or Feishu robot that checks signatures."""

    kind: ChannelKind
    name: Short
    url: Target | None = None
    address: Address | None = None
    secret: RobotSecret | None = None
    language: Language = "zh-CN"
    min_severity: SeverityName | None = None
    kinds: Kinds = Field(default_factory=list)
    digest: StrictBool | None = None
    quiet_hours: StrictBool = True

    def channel(self, store_id: str, now: datetime, settings: Settings) -> Channel:
        """Raises Unprocessable with the field, or Conflict `mail_not_set_up`."""
        check_mail_sender(self.kind, settings.mail_sender)
        needed = target_field(self.kind)
        (other,) = {"address", "url"} - {needed}
        if getattr(self, needed) is None:
            raise Unprocessable(
                f"{needed}_missing",
                say("A channel of kind {kind} has {needed}.", kind=self.kind, needed=needed),
                f"/{needed}",
            )
        _refuse(self, other, getattr(self, other) is not None)
        _refuse(self, "secret", self.secret is not None and self.kind not in SIGNED)
        if self.url is not None:
            target(self.url, self.kind, loopback=settings.loopback_targets)
        return Channel(
            store_id,
            new_id("chn_"),
            self.kind,
            self.name,
            now,
            url=self.url,
            address=self.address,
            secret=new_secret() if self.kind is ChannelKind.WEBHOOK else self.secret,
            language=self.language,
            min_severity=self.min_severity or ("info" if self.kinds else "warning"),
            kinds=tuple(dict.fromkeys(self.kinds)),
            digest=self.kind is not ChannelKind.WEBHOOK if self.digest is None else self.digest,
            quiet_hours=self.quiet_hours,
        )


class ConfirmChannel(Body):
    """`code` is the code of the email that was sent to the channel's address."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")]


class ChangeChannel(Body):
    """A field left out stays; `secret` null removes the secret of a robot."""

    name: Short | None = None
    url: Target | None = None
    address: Address | None = None
    secret: RobotSecret | None = None
    language: Language | None = None
    min_severity: SeverityName | None = None
    kinds: Kinds | None = None
    digest: StrictBool | None = None
    quiet_hours: StrictBool | None = None
    enabled: StrictBool | None = None

    def change(self, channel: Channel, now: datetime, settings: Settings) -> Channel:
        """Raises Unprocessable with the field."""
        for name in {"address", "url"} - {target_field(channel.kind)}:
            _refuse(channel, name, getattr(self, name) is not None)
        _refuse(channel, "secret", "secret" in self.model_fields_set and channel.kind not in SIGNED)
        if self.url is not None:
            target(self.url, channel.kind, loopback=settings.loopback_targets)
        changes = self.model_dump(exclude_none=True, exclude={"enabled", "kinds"})
        changes |= {"secret": self.secret} if "secret" in self.model_fields_set else {}
        changes |= {"kinds": tuple(dict.fromkeys(self.kinds))} if self.kinds is not None else {}
        after = replace(channel, **changes)
        if self.enabled is None or self.enabled == after.enabled or after.address != channel.address:
            return after
        return turn_on(after) if self.enabled else turn_off(after, OffReason.BY_OWNER, now)


def _refuse(channel: ChannelBody | Channel, name: str, given: bool) -> None:
    if given:
        raise Unprocessable(
            f"{name}_not_for_kind",
            say("A channel of kind {kind} has no {name}.", kind=channel.kind, name=name),
            f"/{name}",
        )


class ChannelView(TypedDict):
    """`target` is the address without the parts that may be secret. Only an answer that makes a secret has `secret`."""

    id: str
    kind: str
    name: str
    target: str
    signed: bool
    language: str
    min_severity: str
    kinds: list[str]
    digest: bool
    quiet_hours: bool
    enabled: bool
    off_because: str | None
    off_because_label: NotRequired[str]
    off_at: str | None
    previous_secret_until: str | None
    created_at: str
    secret: NotRequired[str]


class AttemptView(TypedDict):
    at: str
    status: int | None
    milliseconds: int
    why: str | None


class DeliveryView(TypedDict):
    """`id` is also the `webhook-id`, the same at every attempt. Of the target's answers only the status is stored."""

    id: str
    what: str
    alert_id: str | None
    state: str
    state_label: str
    why: str | None
    created_at: str
    next_attempt_at: str | None
    attempts: list[AttemptView]


def channel_view(channel: Channel, now: datetime, language: str, *, with_secret: bool = False) -> ChannelView:
    """`with_secret` is true for the answer that makes the secret of a webhook."""
    old_until = channel.old_until if channel.old_until and channel.old_until > now else None
    view: Any = {
        "id": channel.channel_id,
        "kind": channel.kind,
        "name": channel.name,
        "target": masked(channel.url) if channel.url else channel.address,
        "signed": channel.secret is not None,
        "language": channel.language,
        "min_severity": channel.min_severity,
        "kinds": list(channel.kinds),
        "digest": channel.digest,
        "quiet_hours": channel.quiet_hours,
        "enabled": channel.enabled,
        **(labelled("off_because", "off_reason", channel.off, language) or {"off_because": None}),
        "off_at": instant(channel.off_at) if channel.off_at else None,
        "previous_secret_until": instant(old_until) if old_until else None,
        "created_at": instant(channel.created_at),
    }
    return view | ({"secret": channel.secret} if with_secret and channel.kind is ChannelKind.WEBHOOK else {})  # type: ignore[no-any-return]


def delivery_view(delivery: Delivery, language: str) -> DeliveryView:
    view: Any = {
        "id": delivery.delivery_id,
        "what": delivery.what,
        "alert_id": delivery.alert_id,
        **labelled("state", "delivery_state", delivery.state, language),
        "why": delivery.why,
        "created_at": instant(delivery.created_at),
        "next_attempt_at": instant(delivery.next_at) if delivery.next_at else None,
        "attempts": [
            {"at": instant(each.at), "status": each.status, "milliseconds": each.milliseconds, "why": each.why}
            for each in delivery.attempts
        ],
    }
    return view  # type: ignore[no-any-return]
