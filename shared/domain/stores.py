"""A store and its settings: time zone, business calendar, length of the timers, fee rates and alert rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from shared.domain.alerts.rules import AlertRules
from shared.domain.shards import FEW


class Mode(StrEnum):
    """`enforce`: lapses of timers change orders. `watch`: the platform's clock changes them; ours only shows deadlines
    and raises alerts."""

    ENFORCE = "enforce"
    WATCH = "watch"


DURATIONS: Mapping[str, timedelta] = MappingProxyType(
    {
        "payment": timedelta(days=20),
        "risk": timedelta(hours=24),
        "examination": timedelta(hours=72),
        "shipment": timedelta(days=7),
        "cancellation": timedelta(hours=48),
        "receipt": timedelta(days=60),
        "receipt_after_delivery": timedelta(days=7),
        "release": timedelta(days=3),
        "dispute_answer": timedelta(days=5),
        "dispute_buyer": timedelta(days=5),
        "return_address": timedelta(days=5),
        "return": timedelta(days=10),
        "confirm_return": timedelta(days=10),
        "decision": timedelta(days=7),
    }
)
"""The default length of each timer. `shipment` is in business days, and is used only if no line has `handling_days`;
`receipt` is used only if the order has no `delivery_days`."""


@dataclass(frozen=True, slots=True)
class DeadlinePolicy:
    mode: Mode = Mode.ENFORCE
    durations: Mapping[str, timedelta] = field(default_factory=lambda: DURATIONS)


@dataclass(frozen=True, slots=True)
class FeeRates:
    """The platform's fees, in parts per million of an order. The default commission is 5 %, as the marketplace charges.
    Rates that the platform sends with an order win."""

    commission: int = 50_000
    affiliate: int = 0


@dataclass(frozen=True, slots=True)
class Store:
    """`business_days` are ISO weekdays (1 is Monday); `holidays` are days off in the store's own calendar.
    `service_limits` are what the marketplace demands of the store, by measure, in parts per million. They differ by its
    edition and change often: none is set by default. `watched_until` is when the store last switched from `watch` to
    `enforce`: alerts with an earlier time follow the rules of `watch`. `zone_since` is when the time zone last changed.
    `shards` grows with the store (shards.py)."""

    store_id: str
    name: str = ""
    time_zone: str = "Asia/Shanghai"
    currency: str = "USD"
    business_days: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    holidays: frozenset[date] = frozenset()
    policy: DeadlinePolicy = field(default_factory=DeadlinePolicy)
    fee_rates: FeeRates = FeeRates()
    service_limits: Mapping[str, int] = field(default_factory=dict)
    alert_rules: AlertRules = field(default_factory=AlertRules)
    watched_until: datetime | None = None
    zone_since: datetime | None = None
    shards: int = FEW

    def in_watch_mode(self, at: datetime) -> bool:
        """Was the store in `watch` mode at this time, so that no timer lapsed?"""
        return not self.enforces or (self.watched_until is not None and at <= self.watched_until)

    @property
    def enforces(self) -> bool:
        return self.policy.mode is Mode.ENFORCE
