"""Alerts: the table of their kinds, with severity and sentences, and the cause that identifies an alert."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.alerts.rules import OVERDUE
from shared.domain.labels import LANGUAGES, TIMERS
from shared.domain.money import Money

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class State(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of alert. With `severity` None it follows from the lead. `deliver_when_resolved`: it is delivered even
    if it is resolved by then."""

    severity: Severity | None
    english: str
    chinese: str
    deliver_when_resolved: bool = False


S = Severity
KINDS: Mapping[str, Kind] = {
    "deadline": Kind(
        None,
        "Order {order_id}: {timer} is due at {due_at} ({left}).",
        "订单 {order_id}：{timer}的期限是 {due_at}（{left}）。",
    ),
    "release_overdue": Kind(
        S.WARNING,
        "Order {order_id}: its funds were to be released by {due_at}.",
        "订单 {order_id}：应在 {due_at} 前放款，至今未放款。",
    ),
    "new_order": Kind(
        S.INFO,
        "New order {order_id} for {total}.",
        "新订单 {order_id}，金额 {total}。",
        deliver_when_resolved=True,
    ),
    "short_payment": Kind(
        S.WARNING,
        "Order {order_id}: {received} of {total} was received. Accept or refuse the payment.",
        "订单 {order_id}：应收 {total}，实收 {received}，请确认金额。",
    ),
    "cancellation_requested": Kind(
        S.WARNING,
        "Order {order_id}: the buyer asks to cancel it.",
        "订单 {order_id}：买家申请取消订单，请答复。",
    ),
    "dispute_opened": Kind(
        S.WARNING,
        "Order {order_id}: the buyer has opened a dispute.",
        "订单 {order_id}：买家提起纠纷，请答复。",
    ),
    "dispute_escalated": Kind(
        S.WARNING,
        "Order {order_id}: the dispute is with the platform now.",
        "订单 {order_id}：纠纷已升级至平台裁决。",
    ),
    "message_unanswered": Kind(
        S.WARNING,
        "Order {order_id}: the buyer's message has waited for an answer since {since}.",
        "订单 {order_id}：买家留言自 {since} 起未回复。",
    ),
    "closed_by_clock": Kind(
        S.CRITICAL,
        "Order {order_id} was closed because its time ran out; {cost} goes back to the buyer.",
        "订单 {order_id} 因超时被关闭，需退款 {cost} 给买家。",
        deliver_when_resolved=True,
    ),
    "closed_unpaid": Kind(
        S.INFO,
        "Order {order_id} was closed: {total} was not paid in time.",
        "订单 {order_id} 因买家逾期未付款（{total}）被关闭。",
        deliver_when_resolved=True,
    ),
    "export_failed": Kind(
        S.WARNING,
        "The export {subject} has failed. Try it again.",
        "导出任务 {subject} 失败，请重试。",
    ),
    "import_failed": Kind(
        S.WARNING,
        "The import {subject} has failed. Open it to see why.",
        "导入任务 {subject} 失败，请查看原因。",
    ),
    "import_rows_failed": Kind(
        S.WARNING,
        "The import {subject} has ended, but {rows} of its rows failed. Mend them and upload them again.",
        "导入任务 {subject} 已结束，其中 {rows} 行失败，请修改后重新上传。",
    ),
    "orders_leaving_window": Kind(
        S.WARNING,
        "{orders} orders placed from {first} to {last} are about to leave the platform's three months, "
        "and no finished export has them.",
        "{first} 至 {last} 的 {orders} 个订单即将超出平台的三个月导出范围，且没有任何已完成的导出包含它们。",
    ),
    "channel_disabled": Kind(
        S.CRITICAL,
        "The alert channel {channel} was switched off: it could not be reached.",
        "提醒渠道“{channel}”无法送达，已被停用。",
        deliver_when_resolved=True,
    ),
    "digest": Kind(
        S.INFO,
        "{day}: {new_orders} new orders, {open} open alerts, {due_24h} orders due within 24 h, {overdue} overdue.",
        "{day}：新订单 {new_orders} 个，未处理提醒 {open} 个，24 小时内到期 {due_24h} 个，已逾期 {overdue} 个。",
        deliver_when_resolved=True,
    ),
}
"""Every kind of alert. `sentence` fills in the alert's fields and facts."""

MINUTE = timedelta(minutes=1)
CRITICAL_WITHIN, WARNING_WITHIN = timedelta(hours=4), timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Cause:
    """What identifies an alert within its store: two alerts with the same cause are the same alert.

    `at` is the time of the alert by the rules, not the time of the run that raised it. `subject` is the id of an order,
    an export or a day. `step` is the version of the order that raised it, because two versions may have one time.
    """

    kind: str
    at: datetime
    subject: str
    timer: str | None = None
    due_at: datetime | None = None
    lead: timedelta | None = None
    step: int | None = None

    def alert_id(self, store_id: str) -> str:
        """`alr_` and a ULID: its time is `at`, its other bits are a digest of the cause. The same cause has the same
        id, so a conditional write stops the second alert."""
        lead = "" if self.lead is None else str(int(self.lead.total_seconds()))
        step = "" if self.step is None else str(self.step)
        key = (
            store_id,
            self.kind,
            _key_text(self.at),
            self.subject,
            self.timer or "",
            _key_text(self.due_at),
            lead,
            step,
        )
        digest = hashlib.sha256("#".join(key).encode()).digest()[:10]
        number = int(self.at.timestamp() * 1000) << 80 | int.from_bytes(digest)
        return "alr_" + "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))

    @property
    def severity(self) -> Severity:
        """The severity of the kind, or by the time left until `due_at`."""
        severity = KINDS[self.kind].severity
        if severity is not None:
            return severity
        left = self.due_at - self.at if self.due_at else OVERDUE
        return S.CRITICAL if left <= CRITICAL_WITHIN else S.WARNING if left <= WARNING_WITHIN else S.INFO


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert. `raised_at` is the time by the rules, even if a later run raised it. `facts` are JSON values: money
    objects, counts, names of actions. They never hold a buyer's data."""

    store_id: str
    alert_id: str
    kind: str
    severity: Severity
    raised_at: datetime
    order_id: str | None = None
    subject: str | None = None
    timer: str | None = None
    due_at: datetime | None = None
    lead: timedelta | None = None
    step: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    resolved_at: datetime | None = None

    @property
    def state(self) -> State:
        if self.resolved_at:
            return State.RESOLVED
        return State.ACKNOWLEDGED if self.acknowledged_at else State.OPEN

    @property
    def should_deliver(self) -> bool:
        """Resolved alerts are not delivered, unless the kind says so."""
        return self.resolved_at is None or KINDS[self.kind].deliver_when_resolved


def alert(store_id: str, cause: Cause, facts: Mapping[str, Any], *, of_order: bool = False) -> Alert:
    """The alert for a cause. `of_order`: the subject of the cause is an order id."""
    return Alert(
        store_id,
        cause.alert_id(store_id),
        cause.kind,
        cause.severity,
        cause.at,
        order_id=cause.subject if of_order else None,
        subject=None if of_order else cause.subject,
        timer=cause.timer,
        due_at=cause.due_at,
        lead=cause.lead,
        step=cause.step,
        facts=facts,
    )


def sentence(alert: Alert, language: str, time_zone: str) -> str:
    """The sentence of the alert for people, in English or Chinese. Times are local to `time_zone`."""
    position = LANGUAGES.index(language) if language in LANGUAGES else 0
    zone, kind = ZoneInfo(time_zone), KINDS[alert.kind]
    values: dict[str, Any] = {name: _fact_text(value) for name, value in alert.facts.items()}
    values |= {"order_id": alert.order_id, "subject": alert.subject}
    values |= {"timer": TIMERS[alert.timer][position] if alert.timer else ""}
    values |= {"due_at": _local(alert.due_at, zone), "left": _time_left(alert, position)}
    values |= {name: _local(datetime.fromisoformat(values[name]), zone) for name in ("since",) if name in values}
    values |= {name: f"{values[name]}+" for name in alert.facts.get("at_least", ()) if name in values}
    return (kind.english, kind.chinese)[position].format_map(_Values(values))


class _Values(dict[str, Any]):
    """A fact that an older alert does not have becomes a question mark."""

    def __missing__(self, name: str) -> str:
        return "?"


def amount(minor: int, currency: str) -> dict[str, str]:
    """An amount as a fact."""
    return {"amount": str(Money(minor, currency)), "currency": currency}


def _fact_text(value: Any) -> Any:
    return f"{value['amount']} {value['currency']}" if isinstance(value, Mapping) and "currency" in value else value


def _key_text(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else ""


def _local(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else ""


def _time_left(alert: Alert, position: int) -> str:
    """The time from `raised_at` until `due_at`, rounded up to minutes, in words of LANGUAGES[position]."""
    minutes = -(-(alert.due_at - alert.raised_at) // MINUTE) if alert.due_at else 0
    if minutes <= 0:
        return ("overdue", "已逾期")[position]
    hours, rest = divmod(minutes, 60)
    units = (("h", "min"), ("小时", "分钟"))[position]
    left = " ".join(f"{number} {unit}" for number, unit in zip((hours, rest), units, strict=True) if number)
    return ("in {}", "还剩 {}")[position].format(left)
