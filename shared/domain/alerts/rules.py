"""What a store wants to be told of, and when: lead times, quiet hours, the daily digest, payment reminders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from types import MappingProxyType

OVERDUE = timedelta(0)
"""The lead of what is due and not done. It applies only where the lapse does nothing by itself."""
_USUAL = (timedelta(hours=48), timedelta(hours=24), timedelta(hours=4), OVERDUE)

Leads = Mapping[str, tuple[timedelta, ...]]

LEADS: Leads = MappingProxyType(
    {
        "payment": _USUAL[:3],
        "risk": (),
        "examination": _USUAL,
        "shipment": _USUAL,
        "cancellation": _USUAL,
        "receipt": (),
        "release": (OVERDUE,),
        "dispute_answer": _USUAL,
        "dispute_buyer": (),
        "return_address": _USUAL,
        "return": (),
        "confirm_return": _USUAL,
        "decision": (),
    }
)
"""How long before a timer is due the store is told: where its own silence costs something, and not where it only waits
for others."""
MAX_LEADS = 6
FORMER_KEPT = 4


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` to `end` in the store's zone, over midnight where `end` is the earlier one. Only what is critical is
    sent meanwhile."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class PaymentReminders:
    """Payment reminders (催付款) by rule. `since` is when they were switched on: moments before it are not made up
    for."""

    enabled: bool = False
    after: timedelta = timedelta(hours=24)
    exempt_countries: frozenset[str] = frozenset()
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertRules:
    """`former` are the leads that were in force until a moment each, oldest first: what a late run still has to tell
    goes by the leads of its own moment."""

    leads: Leads = field(default_factory=lambda: LEADS)
    quiet_hours: QuietHours | None = None
    digest_hour: int | None = 9
    unanswered_after: timedelta = timedelta(hours=12)
    remind_payment: PaymentReminders = PaymentReminders()
    former: tuple[tuple[datetime, Leads], ...] = ()

    def leads_at(self, kind: str, moment: datetime) -> tuple[timedelta, ...]:
        """The leads of a timer kind that were in force at this moment."""
        leads = next((leads for until, leads in self.former if moment <= until), self.leads)
        return leads.get(kind, ())

    def all_leads(self, kind: str) -> frozenset[timedelta]:
        """Every lead of a timer kind that is or was in force."""
        return frozenset(
            lead for leads in (self.leads, *(each for _, each in self.former)) for lead in leads.get(kind, ())
        )

    def changed(self, after: AlertRules, now: datetime) -> AlertRules:
        """`after` in force from now on, with these kept for what lies before."""
        former = self.former
        if dict(after.leads) != dict(self.leads):
            former = (*self.former, (now, self.leads))[-FORMER_KEPT:]
        rule, was = after.remind_payment, self.remind_payment
        since = (was.since if was.enabled else now) if rule.enabled else None
        return replace(after, former=former, remind_payment=replace(rule, since=since))
