"""The alert rules of a store: leads, quiet hours, the daily digest, and payment reminders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from types import MappingProxyType

OVERDUE = timedelta(0)
"""The lead of an alert at `due_at` itself. Raised only if the lapse of the timer changes nothing."""
_STANDARD = (timedelta(hours=48), timedelta(hours=24), timedelta(hours=4), OVERDUE)

Leads = Mapping[str, tuple[timedelta, ...]]

LEADS: Leads = MappingProxyType(
    {
        "payment": _STANDARD[:3],
        "risk": (),
        "examination": _STANDARD,
        "shipment": _STANDARD,
        "cancellation": _STANDARD,
        "receipt": (),
        "release": (OVERDUE,),
        "dispute_answer": _STANDARD,
        "dispute_buyer": (),
        "return_address": _STANDARD,
        "return": (),
        "confirm_return": _STANDARD,
        "decision": (),
    }
)
"""The default leads of each timer. A timer on which the seller only waits for others has none."""
MAX_LEADS = 6
MAX_FORMER = 4


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` to `end` in the store's zone, over midnight if `end` is earlier. Only critical alerts are delivered
    in these hours."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class PaymentReminders:
    """Payment reminders (催付款) by rule, sent `after` the order was placed. `since` is when the rule was switched on:
    reminders with an earlier time are not sent. `template_id` names the store's template for all reminders, those by
    hand too."""

    enabled: bool = False
    after: timedelta = timedelta(hours=24)
    exempt_countries: frozenset[str] = frozenset()
    since: datetime | None = None
    template_id: str | None = None


@dataclass(frozen=True, slots=True)
class AlertRules:
    """`former` are earlier leads, each with the time until which they were in force, oldest first. A late run raises
    alerts by the leads that were in force at the time of each alert."""

    leads: Leads = field(default_factory=lambda: LEADS)
    quiet_hours: QuietHours | None = None
    digest_hour: int | None = 9
    unanswered_after: timedelta = timedelta(hours=12)
    remind_payment: PaymentReminders = PaymentReminders()
    former: tuple[tuple[datetime, Leads], ...] = ()

    def leads_at(self, kind: str, at: datetime) -> tuple[timedelta, ...]:
        """The leads of a kind of timer that were in force at this time."""
        leads = next((leads for until, leads in self.former if at <= until), self.leads)
        return leads.get(kind, ())

    def all_leads(self, kind: str) -> frozenset[timedelta]:
        """The leads of a kind of timer that are in force, and those in `former`."""
        return frozenset(
            lead for leads in (self.leads, *(each for _, each in self.former)) for lead in leads.get(kind, ())
        )

    def updated(self, after: AlertRules, now: datetime) -> AlertRules:
        """`after`, in force from `now` on. The present leads become `former`."""
        former = self.former
        if dict(after.leads) != dict(self.leads):
            former = (*self.former, (now, self.leads))[-MAX_FORMER:]
        rule, former_rule = after.remind_payment, self.remind_payment
        since = (former_rule.since if former_rule.enabled else now) if rule.enabled else None
        return replace(after, former=former, remind_payment=replace(rule, since=since))
