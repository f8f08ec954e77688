"""Alerts, the alert rules and the payment reminders: bodies of requests, and answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Annotated, Any, NotRequired

from pydantic import BeforeValidator, Field, PlainSerializer, StrictBool, StrictInt, WithJsonSchema
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from functions.orders.models.fields import Body, Country, Duration, Name, duration, iso_duration, parsed
from functions.orders.models.values import MoneyView, instant
from functions.orders.problems import malformed
from shared.domain.alerts.model import Alert, Severity, State, sentence
from shared.domain.alerts.rules import MAX_LEADS, AlertRules, PaymentReminders, QuietHours
from shared.domain.labels import label, labelled
from shared.domain.order.deadlines import TIMERS
from shared.domain.sentences.sentence import say
from shared.store.orders.payment_reminders import Figures, Reminder
from shared.store.pages import Count

MAX_LEAD = timedelta(days=30)


def _lead(value: Any) -> timedelta:
    """Like a duration, but PT0S is allowed: it is the time at which something is due."""
    if value == "PT0S":
        return timedelta(0)
    lead = duration(value)
    if lead > MAX_LEAD:
        raise PydanticCustomError("duration_invalid", "A lead is at most P30D.")
    return lead


def _iso_lead(lead: timedelta) -> str:
    return iso_duration(lead) if lead else "PT0S"


Lead = Annotated[
    timedelta,
    BeforeValidator(_lead),
    PlainSerializer(iso_duration),
    WithJsonSchema({"type": "string", "format": "duration", "examples": ["PT48H", "PT4H", "PT0S"]}),
]


Leads = Annotated[list[Lead], Field(max_length=MAX_LEADS)]


DEFAULT_LEADS: Any = {kind: [_iso_lead(lead) for lead in leads] for kind, leads in AlertRules().leads.items()}
NO_REMINDERS: Any = {"enabled": False, "after": "P1D", "exempt_countries": [], "template_id": None}


_HOUR_AND_MINUTE = re.compile("[0-9]{2}:[0-9]{2}")
"""Python also reads other texts as a time, and some of them have a zone."""


def _clock(value: Any) -> time:
    detail = "A time of day is written like 22:30."
    return parsed(value, _HOUR_AND_MINUTE, time.fromisoformat, "time_invalid", detail)


Clock = Annotated[time, BeforeValidator(_clock), WithJsonSchema({"type": "string", "examples": ["22:30"]})]


class QuietHoursBody(Body):
    """In the store's zone; past midnight where `end` is before `start`."""

    start: Clock
    end: Clock


class RemindPaymentBody(Body):
    enabled: StrictBool = False
    after: Duration = timedelta(hours=24)
    exempt_countries: Annotated[list[Country], Field(max_length=250, json_schema_extra={"default": []})] = Field(
        default_factory=list
    )
    template_id: Name | None = None


class AlertRulesBody(Body):
    """A field left out gets its default, and so does a timer that `leads` leaves out."""

    leads: Annotated[dict[str, Leads], Field(max_length=len(TIMERS), json_schema_extra={"default": DEFAULT_LEADS})] = (
        Field(default_factory=dict)
    )
    quiet_hours: QuietHoursBody | None = None
    digest_hour: Annotated[StrictInt, Field(ge=0, le=23)] | None = 9
    unanswered_after: Duration = timedelta(hours=12)
    remind_payment: Annotated[RemindPaymentBody, Field(json_schema_extra={"default": NO_REMINDERS})] = Field(
        default_factory=RemindPaymentBody
    )

    def rules(self) -> AlertRules:
        """Raises Problem 400, with the field."""
        for kind in self.leads:
            if kind not in TIMERS:
                raise malformed(
                    f"/leads/{kind}", "timer_unknown", say("A timer is one of {timers}.", timers=", ".join(TIMERS))
                )
        quiet, remind = self.quiet_hours, self.remind_payment
        if quiet and quiet.start == quiet.end:
            raise malformed("/quiet_hours/end", "quiet_hours_empty", "Quiet hours end at another time than they begin.")
        leads = {kind: tuple(sorted(set(each), reverse=True)) for kind, each in self.leads.items()}
        return AlertRules(
            leads=dict(AlertRules().leads) | leads,
            quiet_hours=QuietHours(quiet.start, quiet.end) if quiet else None,
            digest_hour=self.digest_hour,
            unanswered_after=self.unanswered_after,
            remind_payment=PaymentReminders(
                remind.enabled,
                remind.after,
                frozenset(remind.exempt_countries),
                template_id=remind.template_id,
            ),
        )


class FactsView(TypedDict, total=False):
    """What the sentence is made of. Each kind of alert has some of these: amounts; counts, of which `at_least` names
    those that are more than was counted; codes of an order, an export, an import or a channel; times and days."""

    status: str
    on_lapse: str | None
    total: MoneyView
    received: MoneyView
    cost: MoneyView
    claim: MoneyView
    dispute_id: str
    action: str
    end_reason: str
    violation: str
    message_id: str
    since: str
    code: str | None
    kind: str
    format: str
    rows: int
    orders: int
    first: str
    last: str
    day: str
    new_orders: int
    open: int
    critical: int
    due_24h: int
    overdue: int
    at_least: list[str]
    channel: str
    channel_kind: str
    why: str


class AlertView(TypedDict):
    """`message` is for people, in their language; `facts` are for programs."""

    alert_id: str
    kind: str
    kind_label: str
    severity: str
    severity_label: str
    state: str
    state_label: str
    message: str
    order_id: NotRequired[str]
    subject: NotRequired[str]
    timer: NotRequired[str]
    timer_label: NotRequired[str]
    due_at: NotRequired[str]
    lead: NotRequired[str]
    facts: FactsView
    raised_at: str
    acknowledged_at: NotRequired[str]
    acknowledged_by: NotRequired[str]
    resolved_at: NotRequired[str]


class AlertCountView(TypedDict):
    """`query` is that of `GET /v1/alerts` for the alerts that are counted. `cut_off` is there and true if there are
    more than `count`."""

    count: int
    label: str
    query: str
    cut_off: NotRequired[bool]


class AlertCountersView(TypedDict):
    """The open alerts, in all and by severity: each severity exactly up to 1,000."""

    open: AlertCountView
    info: AlertCountView
    warning: AlertCountView
    critical: AlertCountView
    as_of: str


class QuietHoursView(TypedDict):
    start: str
    end: str


class RemindPaymentView(TypedDict):
    enabled: bool
    after: str
    exempt_countries: list[str]
    since: str | None
    template_id: str | None


class AlertRulesView(TypedDict):
    """Leads by kind of timer, longest first. PT0S is the time at which the timer is due."""

    leads: dict[str, list[str]]
    quiet_hours: QuietHoursView | None
    digest_hour: int | None
    unanswered_after: str
    remind_payment: RemindPaymentView
    time_zone: str


class ReminderView(TypedDict):
    order_id: str
    reminded_at: str
    by: str
    paid_at: NotRequired[str]


class PageView(TypedDict):
    next_cursor: str | None
    limit: int


PaymentRemindersView = TypedDict(
    "PaymentRemindersView",
    {
        "from": str,
        "to": str,
        "reminded": int,
        "by_rule": int,
        "paid": int,
        "paid_share": float | None,
        "passed_over": int,
        "data": list[ReminderView],
        "page": PageView,
    },
)


def alert_view(alert: Alert, language: str, time_zone: str) -> AlertView:
    view: Any = {
        "alert_id": alert.alert_id,
        **labelled("kind", "alert", alert.kind, language),
        **labelled("severity", "severity", alert.severity, language),
        **labelled("state", "alert_state", alert.state, language),
        "message": sentence(alert, language, time_zone),
        "order_id": alert.order_id,
        "subject": alert.subject,
        **labelled("timer", "timer", alert.timer, language),
        "due_at": alert.due_at and instant(alert.due_at),
        "lead": None if alert.lead is None else _iso_lead(alert.lead),
        "facts": dict(alert.facts),
        "raised_at": instant(alert.raised_at),
        "acknowledged_at": alert.acknowledged_at and instant(alert.acknowledged_at),
        "acknowledged_by": alert.acknowledged_by,
        "resolved_at": alert.resolved_at and instant(alert.resolved_at),
    }
    return {name: value for name, value in view.items() if value is not None}  # type: ignore[return-value]


def counters_view(counts: Mapping[Severity, Count], now: datetime, language: str) -> AlertCountersView:
    """`counts` are the open alerts by severity."""

    def entry(kind: str, code: str, count: Count, query: str) -> AlertCountView:
        view: AlertCountView = {"count": count.number, "label": label(kind, code, language), "query": query}
        return {**view, "cut_off": True} if count.cut_off else view

    state = State.OPEN
    numbers, cut_off = zip(*counts.values(), strict=True)
    view: Any = {"open": entry("alert_state", state, Count(sum(numbers), any(cut_off)), f"state={state}")}
    view |= {
        str(severity): entry("severity", severity, counts[severity], f"state={state}&severity={severity}")
        for severity in Severity
    }
    return view | {"as_of": instant(now)}  # type: ignore[no-any-return]


def rules_view(rules: AlertRules, time_zone: str) -> AlertRulesView:
    quiet, remind = rules.quiet_hours, rules.remind_payment
    return {
        "leads": {kind: [_iso_lead(lead) for lead in leads] for kind, leads in rules.leads.items()},
        "quiet_hours": {"start": f"{quiet.start:%H:%M}", "end": f"{quiet.end:%H:%M}"} if quiet else None,
        "digest_hour": rules.digest_hour,
        "unanswered_after": iso_duration(rules.unanswered_after),
        "remind_payment": {
            "enabled": remind.enabled,
            "after": iso_duration(remind.after),
            "exempt_countries": sorted(remind.exempt_countries),
            "since": instant(remind.since) if remind.since else None,
            "template_id": remind.template_id,
        },
        "time_zone": time_zone,
    }


def figures_view(figures: Figures) -> dict[str, Any]:
    """`paid_share` is the share of the reminded orders that were paid, None without reminded orders."""
    share = round(figures.paid / figures.reminded, 4) if figures.reminded else None
    return {
        "reminded": figures.reminded,
        "by_rule": figures.by_rule,
        "paid": figures.paid,
        "paid_share": share,
        "passed_over": figures.passed_over,
    }


def reminder_view(reminder: Reminder) -> ReminderView:
    view: Any = {"order_id": reminder.order_id, "reminded_at": instant(reminder.at)}
    view |= {"by": "rule" if reminder.by_rule else "hand"}
    return view | ({"paid_at": instant(reminder.paid_at)} if reminder.paid_at else {})  # type: ignore[no-any-return]
